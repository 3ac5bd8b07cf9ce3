"""Bars of a contract from its trades: worked by hand, and against the trades one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiguan.exchange.day.result import TradeRow
from huiguan.exchange.market_data.bars import MINUTE_NS, MINUTES, bars
from huiguan.exchange.messages import Offset
from huiguan.foundation.faults import InputFault
from huiguan.foundation.records import table_layout

OPEN, CLOSE, TODAY = Offset.OPEN, Offset.CLOSE, Offset.CLOSE_TODAY
NINE = 1_787_274_000_000_000_000  # 2026-08-21 01:00 UTC, 09:00 in Shanghai


def trades(*rows: tuple[int, int, Offset, Offset]) -> np.ndarray:
    """Make trades of (price in ticks, lots, the buyer's offset, the seller's)."""
    found = np.zeros(len(rows), table_layout(TradeRow))
    for number, (price, lots, buyer, seller) in enumerate(rows):
        found[number]["price_ticks"], found[number]["lots"] = price, lots
        found[number]["buy_offset"], found[number]["sell_offset"] = buyer, seller
    return found


def test_two_bars_of_five_minutes() -> None:
    """09:00:00 and 09:04:59.9 share a bar, 09:05 begins the next; 09:10 to 09:14 has none."""
    rows = trades(
        (100, 3, OPEN, OPEN),  # 10 lots before: 13
        (104, 1, OPEN, CLOSE),  # still 13
        (99, 2, CLOSE, TODAY),  # 11
        (101, 4, OPEN, OPEN),  # 15
    )
    seconds = np.array([0, 60, 299.9, 300]) * 1e9
    found = bars(
        rows, NINE + seconds.astype(np.int64), 5, tick_value_fen=500, open_interest_lots=10
    )
    assert found.tolist() == [
        # turnover: (100 x 3 + 104 x 1 + 99 x 2) x 500 = 602 x 500
        (NINE, 6, 301_000, 11, 100, 104, 99, 99),
        (NINE + 5 * MINUTE_NS, 4, 202_000, 15, 101, 101, 101, 101),
    ]


def test_without_a_trade_there_is_no_bar() -> None:
    assert len(bars(trades(), np.zeros(0, np.int64), 1, 500, 10)) == 0


@pytest.mark.parametrize("minutes", [0, 7, 1440, -1])
def test_a_length_that_is_not_kept_is_refused(minutes: int) -> None:
    with pytest.raises(InputFault, match="take one of"):
        bars(trades(), np.zeros(0, np.int64), minutes, 500, 0)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 1000),
            st.integers(1, 9),
            st.sampled_from(list(Offset)),
            st.sampled_from(list(Offset)),
            st.integers(0, 90 * 60),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(MINUTES),
)
def test_bars_equal_the_trades_added_up_one_by_one(
    drawn: list[tuple[int, int, Offset, Offset, int]], minutes: int
) -> None:
    drawn.sort(key=lambda row: row[4])
    rows = trades(*(row[:4] for row in drawn))
    times = np.array([NINE + row[4] * 10**9 for row in drawn], np.int64)
    plain: dict[int, list[int]] = {}
    held = 50
    for price, lots, buyer, seller, second in drawn:
        start = NINE + second // (60 * minutes) * minutes * MINUTE_NS
        held += lots * ((buyer == OPEN) + (seller == OPEN) - 1)
        bar = plain.setdefault(start, [start, 0, 0, 0, price, price, price, price])
        bar[1], bar[2], bar[3] = bar[1] + lots, bar[2] + price * lots * 500, held
        bar[5], bar[6], bar[7] = max(bar[5], price), min(bar[6], price), price
    assert [list(row) for row in bars(rows, times, minutes, 500, 50).tolist()] == list(
        plain.values()
    )
