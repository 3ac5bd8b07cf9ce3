"""A stock exchange's day: the book as it stood, against the exchange's own feed.

The feed names every order that came to rest (A), was deleted (D) or traded (T). Summing it up by
hand to a moment gives the levels that the exchange showed then; no matching is needed for it.
"""

import csv
import gzip
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from huiguan.cli import main
from tests.recorded import recorded

LEVELS = 10
Level = tuple[int, int, int]  # price in cents, quantity, orders


class ExchangeBook:
    """The book that the feed describes, line by line."""

    def __init__(self, folder: Path) -> None:
        with gzip.open(folder / "feed.csv.gz", "rt") as file:
            self.lines = list(csv.DictReader(file))
        self.orders: dict[str, list[int]] = {}  # side 0 buys, price, what is left
        self.at = 0

    def take(self, line: dict[str, str]) -> None:
        if line["kind"] == "A":
            side, price = int(line["side"] == "S"), int(line["price_cents"])
            self.orders[line["order_no"]] = [side, price, int(line["qty"])]
        elif line["kind"] == "D":
            self.orders[line["order_no"]][2] -= int(line["qty"])
        else:
            for number in (line["bid_no"], line["ask_no"]):
                if number in self.orders:  # who trades at once is never added
                    self.orders[number][2] -= int(line["qty"])

    def until(self, hhmmsscc: int) -> tuple[list[Level], list[Level]]:
        """Return bids and asks after everything up to a time."""
        while self.at < len(self.lines) and int(self.lines[self.at]["time_hhmmsscc"]) <= hhmmsscc:
            self.take(self.lines[self.at])
            self.at += 1
        sides: list[dict[int, list[int]]] = [defaultdict(lambda: [0, 0]) for _ in range(2)]
        for side, price, left in self.orders.values():
            assert left >= 0
            if left:
                sides[side][price][0] += left
                sides[side][price][1] += 1
        bids, asks = ([(price, *sums) for price, sums in found.items()] for found in sides)
        return sorted(bids, reverse=True)[:LEVELS], sorted(asks)[:LEVELS]  # type: ignore[arg-type]


def read_levels(row: dict[str, str], side: str) -> list[Level]:
    return [
        (int(row[f"{side}_price_{n}"]), int(row[f"{side}_qty_{n}"]), int(row[f"{side}_orders_{n}"]))
        for n in range(1, LEVELS + 1)
        if row[f"{side}_price_{n}"]
    ]


def test_ten_levels_every_three_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 09:15 to 11:30 and from 13:00 to 15:00:03: 2,701 + 2,402 books."""
    folder = recorded("sse_605580_20230711")
    seconds = [*range(9 * 3600 + 900, 11 * 3600 + 1801, 3), *range(13 * 3600, 15 * 3600 + 4, 3)]
    times = [s // 3600 * 1_000_000 + s // 60 % 60 * 10_000 + s % 60 * 100 for s in seconds]
    at, out = tmp_path / "at.csv", tmp_path / "depth.csv"
    at.write_text("time_hhmmsscc\n" + "\n".join(map(str, times)) + "\n")
    inputs = str(folder / "engine_inputs.csv.gz")
    words = ["replay", inputs, "--depth", str(out), "--at", str(at), "--date", "2023-07-11"]
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    book = ExchangeBook(folder)
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["at"] for row in rows] == [str(time) for time in times]
    compared = 0
    for time, row in zip(times, rows, strict=True):
        assert (read_levels(row, "bid"), read_levels(row, "ask")) == book.until(time), time
        compared += len(read_levels(row, "bid")) + len(read_levels(row, "ask"))
    assert len(rows) == 5_103
    assert compared > 100_000
