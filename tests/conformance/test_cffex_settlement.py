"""IF2101 on 2021-01-04 and 05: settlement prices and next-day limits as published."""

import csv
import gzip
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from huiguan.exchange.clearing.settlement_price import last_hour_average
from huiguan.exchange.day.result import SettledBy, TradeRow
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.events import (
    CANCELLED,
    ENTERED,
    FRAME,
    ORDERS,
    TRANSFER,
    DayEvents,
)
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.calendars import exchange_time_ns
from huiguan.foundation.records import table_layout
from huiguan.storage.market.rulebooks.load import load_books
from tests.markets import market_image
from tests.recorded import recorded
from tests.venues import rounding_of

HOUR = 3_600_000
SESSIONS = [(9 * HOUR + HOUR // 2, 11 * HOUR + HOUR // 2), (13 * HOUR, 15 * HOUR)]


def day_ms(clock: str) -> int:
    """Return milliseconds of the day of a recorded time HHMMSSmmm."""
    text = clock.zfill(9)
    hours, minutes, seconds = int(text[:2]), int(text[2:4]), int(text[4:6])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(text[6:])


@pytest.mark.parametrize("day", ["20210104", "20210105"])
def test_settlement_and_limits(day: str) -> None:
    path = recorded("cffex_if_ticks_202101") / f"IF2101_{day}.csv.gz"
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    snapshots = [
        (
            day_ms(row["action_time_ms"]),
            int(row["total_volume"]),
            int(Decimal(row["total_turnover"]) * 100),
        )
        for row in rows
    ]
    assert last_hour_average(snapshots, 300, "0.2", SESSIONS, Rounding.DOWN) == Decimal(
        rows[-1]["settle"]
    )
    limits = price_limits(rows[0]["pre_settle"], "10%", "0.2", rounding_of("CFFEX"))
    assert limits == (Decimal(rows[0]["lower_limit"]), Decimal(rows[0]["upper_limit"]))


def day_of(rows: list[dict[str, str]]) -> DayEvents:
    """Return the recorded day as trades: each snapshot's lots at the two ticks about its mean."""
    trades, frames = [], []
    midnight = exchange_time_ns(int(rows[0]["trading_date"]), 0)
    for number, row in enumerate(rows, 1):
        time_ns = midnight + day_ms(row["action_time_ms"]) * 1_000_000
        frames.append((number, time_ns))
        lots = int(row["volume"])
        if lots:
            tick_lots = Decimal(row["turnover"]) / 60  # 300 CNY a point, 0.2 points a tick
            assert tick_lots == int(tick_lots)
            low, above = divmod(int(tick_lots), lots)
            trades += [(number, low, lots - above), (number, low + 1, above)]
    kept = [row for row in trades if row[2]]
    table = np.zeros(len(kept), table_layout(TradeRow))
    table["price_ticks"], table["lots"] = [r[1] for r in kept], [r[2] for r in kept]
    table["sell_code"] = 1
    orders = np.zeros(len(kept), ORDERS)
    orders["sequence"] = [row[0] for row in kept]
    return DayEvents(
        trades=table,
        trade_orders=orders,
        entered=np.empty(0, ENTERED),
        cancelled=np.empty(0, CANCELLED),
        transfers=np.empty(0, TRANSFER),
        frames=np.array(frames, FRAME),
        late_from=len(rows) + 1,
    )


def test_the_day_closed_under_that_exchange_as_a_rulebook() -> None:
    """2021-01-04: settlement 5,278.6, and on 01-05 the limits 4,750.8 and 5,806.4 as published."""
    folder = recorded("cffex_if_ticks_202101")
    with gzip.open(folder / "IF2101_20210104.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    with gzip.open(folder / "IF2101_20210105.csv.gz", "rt") as file:
        following = next(csv.DictReader(file))
    books = load_books(Path(__file__).parents[1] / "rulebooks" / "cffex")
    image = market_image(prices={"IF2101": 52_162}, day=20210104, rulebooks=books)
    rules = rules_of_day(books, ["IF2101"], 20210104)
    result = close_day(image, day_of(rows), rules)
    assert result.contracts["settlement_units"][0] == Decimal(rows[-1]["settle"]) * 10
    assert result.contracts["settled_by"][0] == SettledBy.LAST_HOUR
    assert result.contracts["volume_lots"][0] == int(rows[-1]["total_volume"])
    assert result.contracts["turnover_fen"][0] == int(rows[-1]["total_turnover"]) * 100
    tomorrow = next_image(image, result, books)
    limits = tomorrow.instruments[0]
    assert limits["lower_limit_ticks"] * Decimal("0.2") == Decimal(following["lower_limit"])
    assert limits["upper_limit_ticks"] * Decimal("0.2") == Decimal(following["upper_limit"])
