"""Recorded ticks of an index-futures exchange, against a rulebook that is only files."""

import csv
import gzip
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from huiguan.exchange.rules.parameters import parameters, product_phases
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.calendars import clock_seconds, exchange_time_ns
from huiguan.storage.market.rulebooks.load import load_books
from tests.recorded import recorded

BOOK = Path(__file__).parents[1] / "rulebooks" / "cffex"


def test_limits_and_hours_of_if2101() -> None:
    books = load_books(BOOK)
    for day in (20210104, 20210105):
        path = recorded(f"cffex_if_ticks_202101/IF2101_{day}.csv.gz")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found = parameters(books, "IF2101", day)
        rate = Fraction(found.limit_ppb, PPB)
        lower, upper = price_limits(
            rows[0]["pre_settle"], rate, found.terms.tick, found.limit_rounding
        )
        assert (lower, upper) == (
            Decimal(rows[0]["lower_limit"]),
            Decimal(rows[0]["upper_limit"]),
        )
        phases = {time.phase: time.start_ns for time in product_phases(books, "IF", day)}
        first = int(rows[0]["action_time_ms"]) // 1000  # hhmmss
        clock = f"{first // 10_000:02d}:{first // 100 % 100:02d}"
        assert phases["auction_match"] <= exchange_time_ns(day, clock_seconds(clock))
        assert all(Decimal(row["last"]) % found.terms.tick == 0 for row in rows)
