"""IF2101 on 2021-01-04 and 05: settlement prices and next-day limits as published."""

import csv
import gzip
from decimal import Decimal

import pytest

from huiguan.exchange.clearing.settlement_price import last_hour_average
from huiguan.exchange.price_limits import price_limits
from tests.recorded import recorded

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
    assert last_hour_average(snapshots, 300, "0.2", SESSIONS) == Decimal(rows[-1]["settle"])
    limits = price_limits(rows[0]["pre_settle"], "10%", "0.2", "CFFEX")
    assert limits == (Decimal(rows[0]["lower_limit"]), Decimal(rows[0]["upper_limit"]))
