"""A firm and a client join on one evening, trade the next day, and leave on the third.

000310000009 of the new firm 0003 gets 200,000.00 and buys 2 lots of cu2611 at 106,650 from
000110000003, then sells them to it at 106,750: 2 x 5 t x 100 = 1,000.00 profit. Opening costs
0.5 bp of 1,066,500.00 = 53.325, half up 53.33; closing on the same day 1 bp of 1,067,500.00 =
106.75. Equity 200,000.00 + 1,000.00 - 160.08 = 200,839.92.
"""

from pathlib import Path

import pytest

from huiguan.days.close import close_folder
from huiguan.days.open import OpenedDay, open_next
from huiguan.days.reconcile import reconcile_folders
from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.day.instructions.money import MoveClientMoney, MoveMemberMoney
from huiguan.exchange.day.instructions.people import (
    AdmitMember,
    AdmitTradingCode,
    ClosePool,
    EndMember,
    EndTradingCode,
    OpenPool,
)
from huiguan.exchange.messages import Offset, Side
from huiguan.foundation.faults import InputFault
from tests.evenings import LONG, given, people_image
from tests.markets import books
from tests.trading_days import order, run_day

CODE, FIRM = "000310000009", "0003"
CLIENTS = {"member": FIRM, "house": False}
JOINED = [
    given(AdmitMember, "1", member=FIRM, mode=MemberMode.REFUSE),
    given(OpenPool, "2", futures_firm=True, **CLIENTS),
    given(MoveMemberMoney, "3", amount_fen=300_000_000, **CLIENTS),
    given(AdmitTradingCode, "4", trading_code=CODE),
    given(MoveClientMoney, "5", trading_code=CODE, amount_fen=20_000_000),
]
FEES = 5_333 + 10_675
EQUITY = 20_000_000 + 100_000 - FEES


class Story:
    """The first evening, the day the client trades, and its evening."""

    def __init__(self, folder: Path) -> None:
        self.first = folder / "20260821"
        run_day(self.first, people_image(), [])
        close_folder(self.first, books())
        self.second = open_next(self.first, books(), JOINED)
        names = self.second.image.names
        code, other = names.trading_codes.index(CODE), names.trading_codes.index(LONG)
        cu = names.instruments.index("cu2611")
        orders = [
            order(code, cu, Side.BUY, 10_665, 2),
            order(other, cu, Side.SELL, 10_665, 2),
            order(code, cu, Side.SELL, 10_675, 2, Offset.CLOSE_TODAY),
            order(other, cu, Side.BUY, 10_675, 2, Offset.CLOSE_TODAY),
        ]
        run_day(self.second.root, self.second.image, orders)
        self.code = code
        self.closed = close_folder(self.second.root, books())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("joined"))


def test_the_client_traded_under_its_own_firm(story: Story) -> None:
    account = story.closed.result.accounts[story.code]
    assert account["close_profit_fen"] + account["mark_profit_fen"] == 100_000
    assert account["fees_fen"] == FEES
    assert account["balance_fen"] == EQUITY
    firm = story.closed.result.pools[-1]
    assert (firm["cash_fen"], firm["call_fen"]) == (300_000_000 + 100_000 - FEES, 0)
    assert not reconcile_folders(story.first, story.second.root, books())


def left(story: Story, into: Path, paid_fen: int) -> OpenedDay:
    cash = 300_000_000 + 100_000 - FEES
    orders = [
        given(MoveClientMoney, "6", trading_code=CODE, amount_fen=-paid_fen),
        given(EndTradingCode, "7", trading_code=CODE),
        given(MoveMemberMoney, "8", amount_fen=-cash, **CLIENTS),
        given(ClosePool, "9", **CLIENTS),
        given(EndMember, "10", member=FIRM),
    ]
    return open_next(story.second.root, books(), orders, into=into)


def test_client_and_firm_leave_with_their_money(story: Story, tmp_path: Path) -> None:
    opened = left(story, tmp_path / "20260825", EQUITY)
    assert CODE not in opened.image.names.trading_codes
    assert FIRM not in opened.image.names.members
    assert len(opened.image.pools) == 4
    assert opened.image.names.trading_codes == people_image().names.trading_codes
    assert not reconcile_folders(story.second.root, opened.root, books())


def test_a_fen_is_not_forgotten(story: Story, tmp_path: Path) -> None:
    with pytest.raises(InputFault, match=f"{CODE} still has 0.01 yuan; close and pay that out"):
        left(story, tmp_path / "20260825", EQUITY - 1)
    with pytest.raises(InputFault, match=r"can take out 200,839\.92 yuan at most"):
        left(story, tmp_path / "20260825", EQUITY + 1)
    assert not (tmp_path / "20260825").exists()


def test_a_firm_with_open_positions_stays(story: Story, tmp_path: Path) -> None:
    order_of_end = given(EndTradingCode, "11", trading_code=LONG)
    with pytest.raises(InputFault, match="still has 10 lots long in cu2610"):
        open_next(story.second.root, books(), [order_of_end], into=tmp_path / "20260825")
