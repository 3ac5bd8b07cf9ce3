"""An academic sample of NASDAQ messages: after each, ten levels a side, against the sample's own.

The sample begins in the middle of the morning and shows ten levels: what waits at its beginning,
and levels that come into sight from below the tenth, enter as one order each; a level that leaves
the window is forgotten. Executions of hidden orders (type 5) change nothing that is shown.
"""

import csv
import gzip
import sys
from pathlib import Path

import pytest

from huiguan.cli import main
from tests.recorded import recorded

LEVELS = 10
BUY, SELL = 1, -1  # as the sample names them
ADDED, DELETED, EXECUTED, HIDDEN = "1", "3", "4", "5"
Shown = dict[int, dict[int, int]]  # side to price to quantity


def read(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt") as file:
        return list(csv.reader(file))


def shown_levels(row: list[str]) -> Shown:
    """Return a row of the sample: ask price, quantity, bid price, quantity, level by level."""
    values = [int(value) for value in row]
    return {
        SELL: dict(zip(values[0::4], values[1::4], strict=True)),
        BUY: dict(zip(values[2::4], values[3::4], strict=True)),
    }


class Inputs:
    """Writes what a matching engine is given, and knows which order numbers wait where."""

    def __init__(self) -> None:
        self.lines = ["seq,action,order_no,side,limit_price,qty,kind"]
        self.at: dict[str, tuple[int, int]] = {}  # order number to side and price
        self.unknown: dict[tuple[int, int], int] = {}  # side, price to what no number is known of
        self.names = 0

    def enter(self, seq: int, number: str, side: int, price: int, qty: int, kind: str = "") -> None:
        self.lines.append(f"{seq},NEW,{number},{'B' if side == BUY else 'S'},{price},{qty},{kind}")
        if not kind:
            self.at[number] = (side, price)

    def reveal(self, seq: int, side: int, price: int, qty: int) -> None:
        """Enter what waits at a level and has no number in the sample."""
        self.names += 1
        self.unknown[side, price] = qty
        self.enter(seq, f"-{self.names}", side, price, qty)

    def cancel(self, seq: int, number: str) -> None:
        self.lines.append(f"{seq},CANCEL,{number},,,,")
        self.at.pop(number, None)

    def forget(self, seq: int, side: int, price: int) -> None:
        """Take everything off a level."""
        for number in [n for n, place in self.at.items() if place == (side, price)]:
            self.cancel(seq, number)
        self.unknown.pop((side, price), None)

    def message(self, seq: int, kind: str, number: str, qty: int, price: int, side: int) -> None:
        """Enter one message of the sample."""
        if kind == ADDED:
            self.enter(seq, number, side, price, qty)
        elif kind == DELETED and number in self.at:
            self.cancel(seq, number)
        elif kind == DELETED:  # a part of what waited before the sample began
            left = self.unknown[side, price] - qty
            (name,) = [n for n, at in self.at.items() if at == (side, price) and n[0] == "-"]
            self.cancel(seq, name)
            if left:
                self.reveal(seq, side, price, left)
        elif kind == EXECUTED:
            self.enter(seq, f"9{seq:09d}", -side, price, qty, "IOC")
            if number not in self.at:
                self.unknown[side, price] -= qty
        else:
            assert kind == HIDDEN


def inputs_of(messages: list[list[str]], books: list[Shown]) -> list[str]:
    """Return the lines: the first book, then each message and what comes into sight after it."""
    inputs = Inputs()
    for side, levels in books[0].items():
        for price, qty in levels.items():
            inputs.reveal(0, side, price, qty)
    for seq in range(1, len(messages)):
        _, kind, number, qty, price, side = messages[seq]
        inputs.message(seq, kind, number, int(qty), int(price), int(side))
        for side_shown, levels in books[seq].items():
            before = books[seq - 1][side_shown]
            for gone in before.keys() - levels.keys():
                if gone < min(levels) if side_shown == BUY else gone > max(levels):
                    inputs.forget(seq, side_shown, gone)
            for come in levels.keys() - before.keys():
                if not (kind == ADDED and come == int(price) and int(side) == side_shown):
                    inputs.reveal(seq, side_shown, come, levels[come])
    return inputs.lines


def test_every_book_of_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded("lobster_aapl_20120621")
    messages = read(folder / "message_10_first999.csv.gz")
    books = [shown_levels(row) for row in read(folder / "orderbook_10_first999.csv.gz")]
    source, at, out = (tmp_path / name for name in ("in.csv", "at.csv", "depth.csv"))
    source.write_text("\n".join(inputs_of(messages, books)) + "\n")
    at.write_text("seq\n" + "".join(f"{seq}\n" for seq in range(1, len(messages))))
    words = ["replay", str(source), "--depth", str(out), "--at", str(at), "--levels", str(LEVELS)]
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 998
    for row, book in zip(rows, books[1:], strict=True):
        for side, name in ((BUY, "bid"), (SELL, "ask")):
            found = {
                int(row[f"{name}_price_{n}"]): int(row[f"{name}_qty_{n}"])
                for n in range(1, LEVELS + 1)
            }
            assert found == book[side], (row["at"], name)
