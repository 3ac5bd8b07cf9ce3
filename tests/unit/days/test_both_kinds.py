"""A close of history lots and of today's through a day: trades, fees, statement, next morning.

A holds 2 lots of copper since the day before and buys 3 more at 106,900; then it closes 4 at
107,000 with one order, which B, who is short the same, takes with one of its own. Five tonnes a
lot; a fee of 0.5 bp, of 1 bp where a lot is closed on the day it was opened.
"""

from pathlib import Path

import pytest

import huiguan
from huiguan.days.market import read_market
from huiguan.days.reconcile import reconcile_folders
from huiguan.exchange.reports.market_frames import orders_of_code, trades_of_code
from huiguan.foundation.faults import InputFault
from tests.markets import books
from tests.unit.days.test_first import MONEY, PRICES, A, B

TAKE = {"time": "09:00:01", "code": A, "contract": "cu2610", "side": "buy", "price": "106900"}
GIVE = TAKE | {"time": "09:00:02", "code": B, "side": "sell"}
LEAVE = {"time": "10:45:00", "offset": "close", "price": "107000", "lots": "4"}
BEFORE = [TAKE | {"lots": "2"}, GIVE | {"lots": "2"}]
ORDERS = [
    *(TAKE | {"lots": "3"}, GIVE | {"lots": "3"}),
    *(TAKE | LEAVE | {"side": "sell"}, GIVE | LEAVE | {"side": "buy"}),
]


@pytest.fixture
def second(tmp_path: Path) -> Path:
    rows = huiguan.read_instructions(huiguan.first_instructions(PRICES, MONEY))
    first = huiguan.open_first(tmp_path / "20260821", books(), 20260821, rows).root
    huiguan.run_day(first, BEFORE)
    huiguan.close_day(first, books())
    return huiguan.open_next(first, books()).root


def test_without_the_choice_four_lots_of_history_are_asked_for(second: Path) -> None:
    assert huiguan.run_day(second, ORDERS).refused == {3022: 2}


@pytest.mark.parametrize(
    ("closing", "pieces", "fees_fen"),
    [
        # opened 3 x 534,500.00 at 0.5 bp: 80.175, so 80.18; closed, of history at 0.5 bp, 2 x
        # 535,000.00: 53.50; of today at 1 bp, 2 x 535,000.00: 107.00
        ("history", [("close", 2), ("close today", 2)], 8_018 + 5_350 + 10_700),
        # 80.18; of today 3 x 535,000.00: 160.50; of history 26.75
        ("today", [("close today", 3), ("close", 1)], 8_018 + 16_050 + 2_675),
    ],
)
def test_each_kind_has_a_trade_and_its_own_fee(
    second: Path, closing: str, pieces: list[tuple[str, int]], fees_fen: int
) -> None:
    """Close profit either way: 4 lots x 5 t x (107,000 - 106,900) = 2,000.00."""
    found = huiguan.run_day(second, ORDERS, closing=closing)
    assert (found.trades, found.refused) == (3, {})
    market = read_market(second)
    for code in (A, B):
        trades = trades_of_code(market.image, market.events, code)
        assert trades.select("offset", "lots").rows()[1:] == pieces
        orders = orders_of_code(market.image, market.events, market.refused, code)
        both = ", ".join(offset for offset, _ in pieces)
        assert orders.select("offset", "traded_lots", "end").rows()[-1] == (both, 4, "traded")
    closed = huiguan.close_day(second, books())
    accounts = closed.result.accounts
    assert accounts["fees_fen"][:2].tolist() == [fees_fen, fees_fen]
    assert accounts["close_profit_fen"][:2].tolist() == [200_000, -200_000]
    held = closed.result.positions[["long_lots", "short_lots"]].tolist()
    assert held == [(1, 0), (0, 1)]
    text = huiguan.statement(second, A, books())
    assert ("平今" in text, f"{fees_fen / 100:.2f}" in text) == (True, True)
    third = huiguan.open_next(second, books()).root
    assert reconcile_folders(second, third, books()) == []
    assert huiguan.verify_day(second, books()).hashes is not None


def test_a_word_that_is_no_choice_is_one_sentence(second: Path) -> None:
    with pytest.raises(InputFault, match="closing: 'newest' is none of the words there are"):
        huiguan.run_day(second, ORDERS, closing="newest")
