"""Daily profit: the classical three-day example of the exam, the split, first in first out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiguan.exchange.clearing.deposit import clearing_deposit
from huiguan.exchange.clearing.margin import trading_margin
from huiguan.exchange.clearing.marking import (
    Closed,
    Held,
    Lot,
    close_first_in_first_out,
    close_profit_by_date,
    close_profit_by_trade,
    daily_profit,
    position_profit_by_date,
    position_profit_by_trade,
    profit_fen,
    split_profit,
)
from huiguan.foundation.faults import InputFault

YUAN = 100


def test_three_days_of_soybeans() -> None:
    """Ten tons a lot, margin 5 %, 100,000 CNY paid in; the balance of each evening."""
    # day 1: buy 40 at 4,000, sell 20 at 4,030, settle 4,040: 6,000 + 8,000
    profit = daily_profit(bought=[(4_000, 40)], sold=[(4_030, 20)], settlement=4_040, lot_size=10)
    assert profit == 14_000 * YUAN
    first = trading_margin(4_040, 10, 20, "5%")
    assert first == 40_400 * YUAN
    balance = clearing_deposit(
        previous_balance_fen=0, deposits_fen=100_000 * YUAN, profit_fen=profit, margin_fen=first
    )
    assert balance == 73_600 * YUAN
    # day 2: buy 8 at 4,030, settle 4,060: 30 x 80 + 20 x 200 = 6,400
    profit = daily_profit(
        bought=[(4_030, 8)],
        settlement=4_060,
        previous_settlement=4_040,
        carried_long=20,
        lot_size=10,
    )
    assert profit == 6_400 * YUAN
    second = trading_margin(4_060, 10, 28, "5%")
    balance = clearing_deposit(
        previous_balance_fen=balance,
        previous_margin_fen=first,
        margin_fen=second,
        profit_fen=profit,
    )
    assert balance == 63_560 * YUAN
    # day 3: sell all 28 at 4,070, settle 4,050: 20 x 280 - 10 x 280 = 2,800
    profit = daily_profit(
        sold=[(4_070, 28)],
        settlement=4_050,
        previous_settlement=4_060,
        carried_long=28,
        lot_size=10,
    )
    assert profit == 2_800 * YUAN
    balance = clearing_deposit(
        previous_balance_fen=balance, previous_margin_fen=second, profit_fen=profit
    )
    assert balance == 123_200 * YUAN


def test_by_date_and_by_trade() -> None:
    """Short two lots of copper from 68,000; yesterday settled 69,000, closed 68,500."""
    closed = Closed(side="short", open_price=68_000, close_price=68_500, lots=2, opened_today=False)
    assert close_profit_by_trade(closed, 5) == -5_000 * YUAN
    assert close_profit_by_date(closed, 69_000, 5) == 5_000 * YUAN
    held = Held(side="short", open_price=68_000, lots=2, opened_today=False)
    assert position_profit_by_trade(held, 68_500, 5) == -5_000 * YUAN
    assert position_profit_by_date(held, 68_500, 69_000, 5) == 5_000 * YUAN


def test_fractional_ticks_stay_exact() -> None:
    assert profit_fen("413.10", "413.80", 2, 1000) == 1_400 * YUAN
    with pytest.raises(InputFault, match="off its tick"):
        profit_fen("0.0001", "0", 1, 1)


def test_carried_lots_need_a_previous_settlement() -> None:
    with pytest.raises(InputFault, match="previous settlement"):
        daily_profit(settlement=100, lot_size=1, carried_long=1)


LOTS = [
    Lot(open_date=20230213, open_price=Decimal(4_900), lots=2),
    Lot(open_date=20230214, open_price=Decimal(4_910), lots=3),
    Lot(open_date=20230215, open_price=Decimal(4_942), lots=4),
    Lot(open_date=20230215, open_price=Decimal(4_927), lots=4),
]


@pytest.mark.parametrize(
    ("which", "lots", "taken", "left"),
    [
        ("today", 4, [4_942], [4_900, 4_910, 4_927]),
        ("history", 4, [4_900, 4_910], [4_910, 4_942, 4_927]),
        ("any", 6, [4_900, 4_910, 4_942], [4_942, 4_927]),
    ],
)
def test_first_in_first_out(which: str, lots: int, taken: list[int], left: list[int]) -> None:
    out, rest = close_first_in_first_out(LOTS, lots, 20230215, which)  # type: ignore[arg-type]
    assert [lot.open_price for lot in out] == taken
    assert [lot.open_price for lot in rest] == left
    assert sum(lot.lots for lot in out) == lots


def test_more_than_held_is_refused() -> None:
    with pytest.raises(InputFault, match="1 lots more"):
        close_first_in_first_out(LOTS, 6, 20230215, "history")


prices = st.integers(1, 200)


@given(
    st.lists(st.tuples(st.sampled_from(["long", "short"]), prices, prices, st.booleans())),
    st.lists(st.tuples(st.sampled_from(["long", "short"]), prices, st.booleans())),
    prices,
    prices,
)
def test_split_equals_total(
    closes: list[tuple[str, int, int, bool]],
    holds: list[tuple[str, int, bool]],
    settlement: int,
    previous: int,
) -> None:
    closed = [
        Closed(side=side, open_price=start, close_price=end, lots=2, opened_today=today)  # type: ignore[arg-type]
        for side, start, end, today in closes
    ]
    held = [
        Held(side=side, open_price=start, lots=3, opened_today=today)  # type: ignore[arg-type]
        for side, start, today in holds
    ]
    bought = [(c.close_price, c.lots) for c in closed if c.side == "short"]
    bought += [
        (r.open_price, r.lots) for r in [*closed, *held] if r.opened_today and r.side == "long"
    ]
    sold = [(c.close_price, c.lots) for c in closed if c.side == "long"]
    sold += [
        (r.open_price, r.lots) for r in [*closed, *held] if r.opened_today and r.side == "short"
    ]
    carried = {
        side: sum(r.lots for r in [*closed, *held] if not r.opened_today and r.side == side)
        for side in ("long", "short")
    }
    total = daily_profit(
        bought=bought,
        sold=sold,
        settlement=settlement,
        previous_settlement=previous,
        carried_long=carried["long"],
        carried_short=carried["short"],
        lot_size=5,
    )
    split = split_profit(
        settlement=settlement, previous_settlement=previous, lot_size=5, closed=closed, held=held
    )
    assert split.total_fen == total
