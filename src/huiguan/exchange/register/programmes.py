"""From how many messages on programme trading is of high frequency (2.9), as dated rows."""

from __future__ import annotations

from huiguan.foundation.cited import Row, applicable


class HighFrequency(Row[int], frozen=True, kw_only=True):
    """From so many messages on, in a second or in a day, trading is of high frequency."""

    orders_a_second: int
    orders_a_day: int


HIGH_FREQUENCY = (
    HighFrequency(
        effective=20251009,
        orders_a_second=300,
        orders_a_day=20_000,
        article="Rules for Programme Trading in the Futures Market, high frequency",
        source="G1",
        status="unconfirmed",
        note="about 300 messages in a second or 20,000 in a day",
    ),
)


def is_high_frequency(orders_a_second: int, orders_a_day: int, trading_day: int) -> bool:
    """Return whether so many messages are of high frequency on a day.

    300 in a second are, from 2025-10-09 on; before it there was no class.
    """
    row = applicable(HIGH_FREQUENCY, trading_day)
    return row is not None and (
        orders_a_second >= row.orders_a_second or orders_a_day >= row.orders_a_day
    )
