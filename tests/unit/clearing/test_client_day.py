"""A statement is made of lots and trades that can be, and lots of today pay as such."""

from decimal import Decimal
from typing import Any

import pytest

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientLot,
    ClientTrade,
    ContractFacts,
    clear_client,
)
from huiguan.exchange.clearing.fees import transaction_fee
from huiguan.exchange.messages import Offset, Side
from huiguan.foundation.faults import InputFault

DAY = 20260821


def facts(name: str = "cu2610", **more: Any) -> dict[str, ContractFacts]:
    row = {
        "product": name[:2],
        "exchange": "SHFE",
        "lot_size": Decimal(5),
        "previous_settlement": Decimal(70_000),
        "settlement": Decimal(70_500),
        "long_margin": "10%",
        "short_margin": "10%",
        "long_hedge_margin": "10%",
        "short_hedge_margin": "10%",
    }
    return {name: ContractFacts(instrument=name, **(row | more))}


INDEX = facts(
    "IF2609",
    lot_size=Decimal(300),
    previous_settlement=Decimal(4_000),
    settlement=Decimal(4_010),
    fee_rate="0.23bp",
    close_today_multiple=Decimal(10),
)


def lot(lots: int, name: str = "cu2610", day: int = 20260820) -> ClientLot:
    return ClientLot(name, Side.BUY, day, Decimal(70_000), lots)


def trade(
    number: int, lots: int, offset: Offset = Offset.OPEN, side: Side = Side.BUY
) -> ClientTrade:
    return ClientTrade(number, "cu2610", side, offset, Decimal(70_000), lots)


def index_trade(number: int, side: Side, offset: Offset, price: int, lots: int) -> ClientTrade:
    return ClientTrade(number, "IF2609", side, offset, Decimal(price), lots)


def cleared(*trades: ClientTrade, carried: tuple[ClientLot, ...] = ()) -> ClientDay:
    return clear_client(trading_day=DAY, contracts=facts(), trades=trades, carried=carried)


def test_lots_of_today_pay_the_multiple_where_sets_are_not_apart() -> None:
    """4,005 x 300 = 1,201,500.00; x 0.000023 x 10 = 276.345 CNY, half up 276.35."""
    day = clear_client(
        trading_day=DAY,
        contracts=INDEX,
        trades=[
            index_trade(1, Side.BUY, Offset.OPEN, 4_000, 1),
            index_trade(2, Side.SELL, Offset.CLOSE, 4_005, 1),
        ],
        date_sets=False,
    )
    assert [line.fee_fen for line in day.trades] == [2_760, 27_635]  # 1,200,000.00 x 0.000023


def test_a_close_over_both_sets_pays_for_each_lot_its_own() -> None:
    """2 lots of yesterday and 1 of today: 1,201,500.00 x 0.000023 x (2 + 10) = 331.614 CNY."""
    old = ClientLot("IF2609", Side.BUY, 20260820, Decimal(3_990), 2)
    day = clear_client(
        trading_day=DAY,
        contracts=INDEX,
        trades=[
            index_trade(1, Side.BUY, Offset.OPEN, 4_000, 2),
            index_trade(2, Side.SELL, Offset.CLOSE, 4_005, 3),
            index_trade(3, Side.SELL, Offset.CLOSE_TODAY, 4_005, 1),
        ],
        carried=[old],
        date_sets=False,
    )
    assert [line.fee_fen for line in day.trades[1:]] == [33_161, 27_635]
    assert [line.open_date for line in day.closed] == [20260820, DAY, DAY]


@pytest.mark.parametrize(
    ("trades", "carried", "sentence"),
    [
        ([], [lot(5, "cu2609")], "lot of cu2609 from 20260820: contract cu2609 has no facts"),
        ([trade(1, 0)], [], "trade 1: 0 lots"),
        ([trade(1, -2)], [], "trade 1: -2 lots"),
        ([], [lot(0)], "lot of cu2610 from 20260820: 0 lots"),
        ([trade(1, 3), trade(1, 3)], [], "trade 1: cu2610, buy stands twice"),
        ([], [lot(5, day=DAY)], "it is carried into 20260821, so it was opened before"),
        ([], [lot(5, day=20260822)], "it is carried into"),
        ([], [lot(5, day=20260230)], "is not a date"),
        ([trade(1, 3, side=7)], [], "side: 7 is no Side"),  # type: ignore[arg-type]
        ([trade(1, 3, Offset.CLOSE, Side.SELL)], [], "3 lots more than are held"),
    ],
)
def test_what_cannot_stand_in_a_statement(
    trades: list[ClientTrade], carried: list[ClientLot], sentence: str
) -> None:
    with pytest.raises(InputFault, match=sentence):
        cleared(*trades, carried=tuple(carried))


def test_facts_are_those_of_their_contract() -> None:
    with pytest.raises(InputFault, match="contract cu2609: its facts are those of cu2610"):
        clear_client(trading_day=DAY, contracts={"cu2609": facts()["cu2610"]}, trades=[])
    other = ClientTrade(4, "cu2611", Side.BUY, Offset.OPEN, Decimal(70_000), 1)
    with pytest.raises(InputFault, match="trade 4: contract cu2611 has no facts"):
        cleared(other)


def test_both_sides_of_ones_own_trade_are_two_lines() -> None:
    day = cleared(trade(1, 2), trade(1, 2, side=Side.SELL))
    assert [(row.long_lots, row.short_lots) for row in day.summary] == [(2, 2)]


def test_no_more_lots_of_today_than_the_trade_has() -> None:
    with pytest.raises(InputFault, match="4 lots of today are closed by a trade of 3"):
        transaction_fee(70_000, 5, 3, "1bp", closed_today_lots=4)
