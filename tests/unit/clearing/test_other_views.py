"""A client's statement by trade and of a month, with the arithmetic shown."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientLot,
    ClientTrade,
    ContractFacts,
    clear_client,
)
from huiguan.exchange.clearing.other_views import by_trade, month_funds
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.reports.statements.heads import View
from huiguan.exchange.reports.statements.page import statement_page
from huiguan.foundation.faults import InputFault

LONG = ClientLot("cu2610", Side.BUY, 20260819, Decimal(60_000), 2)


def copper(previous: int, settlement: int) -> ContractFacts:
    return ContractFacts(
        "cu2610", "cu", "SHFE", Decimal(5), Decimal(previous), Decimal(settlement),
        *["10%"] * 4, fee_per_lot_fen=300,
    )  # fmt: skip


def sold(number: int, price: int, lots: int, offset: Offset = Offset.CLOSE) -> ClientTrade:
    return ClientTrade(number, "cu2610", Side.SELL, offset, Decimal(price), lots)


def day(date: int = 20260820, balance_fen: int = 10_000_000) -> ClientDay:
    """Carried two at 60,000, marked at 60,500; one sold at 61,000; settled at 61,200."""
    return clear_client(
        trading_day=date,
        contracts={"cu2610": copper(60_500, 61_200)},
        trades=[sold(1, 61_000, 1)],
        carried=[LONG],
        previous_balance_fen=balance_fen,
    )


def test_by_trade_profit_counts_from_the_opening_price() -> None:
    """Closed 1,000 x 5; floating (61,200 - 60,000) x 5; before (60,500 - 60,000) x 10."""
    by_day, found = day(), by_trade(day())
    assert (by_day.funds.close_profit_fen, by_day.funds.mark_profit_fen) == (250_000, 350_000)
    assert found.funds.close_profit_fen == 500_000
    assert found.funds.mark_profit_fen == 600_000
    assert found.funds.previous_balance_fen == 10_000_000 - 500_000
    assert found.funds.equity_fen == by_day.funds.equity_fen == 10_599_700  # less 3.00 of fee
    assert found.trades[0].close_profit_fen == found.closed[0].close_profit_fen == 500_000
    assert found.summary[0].mark_profit_fen == 600_000
    page = {figure.label: figure.text for figure in statement_page([found], View.TRADE).account}
    assert page["balance carried forward"] == "99,997.00"  # 95,000 + 5,000 - 3
    assert page["floating profit"] == "6,000.00"
    assert page["equity"] == "105,997.00"


def test_a_month_sums_what_flowed_and_keeps_the_first_and_last_balance() -> None:
    first = day()
    second = clear_client(
        trading_day=20260821,
        contracts={"cu2610": copper(61_200, 61_000)},
        trades=[],
        carried=[ClientLot("cu2610", Side.BUY, 20260819, Decimal(60_000), 1)],
        previous_balance_fen=first.funds.equity_fen,
        deposits_fen=100_000,
    )
    funds = month_funds([first, second])
    assert funds.previous_balance_fen == 10_000_000
    assert funds.mark_profit_fen == 350_000 - 100_000  # (61,000 - 61,200) x 5 on the second day
    assert (funds.close_profit_fen, funds.fees_fen, funds.deposits_fen) == (250_000, 300, 100_000)
    assert funds.equity_fen == second.funds.equity_fen
    assert funds.margin_fen == second.funds.margin_fen == 3_050_000  # 61,000 x 5 x 10 %
    page = statement_page([first, second], View.MONTH)
    assert page.date == "2026-08"
    assert [len(table.rows) for table in page.tables] == [1, 1, 1, 1]
    assert not any(figure.why for figure in page.account)
    with pytest.raises(InputFault, match="a day of it that is closed"):
        month_funds([])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(590, 630), st.integers(1, 9)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(590, 630), st.integers(1, 5), st.booleans()), max_size=6),
    st.integers(590, 630),
    st.integers(590, 630),
)
def test_both_views_come_to_the_same_equity(
    held: list[tuple[int, int]],
    done: list[tuple[int, int, bool]],
    previous: int,
    settlement: int,
) -> None:
    """Lots of days before and of today, closed in part, at any prices."""
    carried = [
        ClientLot("cu2610", Side.BUY, 20260810 + place, Decimal(price * 100), lots)
        for place, (price, lots) in enumerate(held)
    ]
    free, trades = sum(lots for _, lots in held), []
    for number, (price, lots, opens) in enumerate(done, 1):
        if opens:
            trades.append(sold(number, price * 100, lots, Offset.OPEN))
        elif free >= lots:
            free -= lots
            trades.append(sold(number, price * 100, lots))
    by_day = clear_client(
        trading_day=20260820,
        contracts={"cu2610": copper(previous * 100, settlement * 100)},
        trades=trades,
        carried=carried,
        previous_balance_fen=10**9,
    )
    found = by_trade(by_day)
    assert found.funds.equity_fen == by_day.funds.equity_fen
    assert sum(line.close_profit_fen for line in found.trades) == found.funds.close_profit_fen
    assert sum(line.mark_profit_fen for line in found.summary) == found.funds.mark_profit_fen
