"""A stock exchange's day, order by order: every trade as it was."""

import csv
import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

from huiguan.days.run_again import verify_day
from huiguan.exchange.day.image import AuctionTie, PriceRule
from huiguan.floor.files.replay import run_replay
from huiguan.storage.market.recorded.orders import read_recording
from tests.recorded import recorded


def test_sse_605580_of_2023_07_11(tmp_path: Path) -> None:
    folder = recorded("sse_605580_20230711")
    found = run_replay(
        read_recording(folder / "engine_inputs.csv.gz"),
        tmp_path / "day",
        dt.date(2023, 7, 11),
        PriceRule.RESTING,
        AuctionTie.REFERENCE,
        lambda _done, _total: None,
    )
    with gzip.open(folder / "expected_trades.csv.gz", "rt") as file:
        expected = [
            (
                int(row["input_seq"]),
                int(row["bid_no"]),
                int(row["ask_no"]),
                Decimal(row["price_cents"]),
                int(row["qty"]),
            )
            for row in csv.DictReader(file)
        ]
    assert len(expected) == 16_996
    assert [(s, b, a, Decimal(p), q) for s, b, a, p, q in found.trades] == expected
    assert [(price, lots) for _, price, lots, _, _ in found.auctions] == [
        ("1456", 197_700),
        ("1450", 327_500),
    ]
    assert found.refused == {}
    assert verify_day(tmp_path / "day") == found.hashes
