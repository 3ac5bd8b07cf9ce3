"""Members, pools and trading codes: admitted, changed, ended; what is left keeps them."""

from decimal import Decimal

import pytest

from huiguan.exchange.day.image import MemberMode, Undelivered
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.money import LodgeWarrants, MoveClientMoney, MoveMemberMoney
from huiguan.exchange.day.instructions.people import (
    AdmitMember,
    AdmitTradingCode,
    ClosePool,
    EndMember,
    EndTradingCode,
    OpenPool,
    SetMemberMode,
    SetTradingRight,
)
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.messages import Right
from huiguan.foundation.faults import InputFault
from huiguan.foundation.records import blank_rows
from tests.evenings import DEPOSIT_FEN, LONG, OTHER_OWN, OWN, SHORT, evening, given, opened, shown
from tests.markets import books

NEW = "000110000009"
FIRM = [
    given(AdmitMember, "M1", member="0003", mode=MemberMode.REFUSE),
    given(OpenPool, "M2", member="0003", house=True, futures_firm=True),
    given(OpenPool, "M3", member="0003", house=False, futures_firm=True),
]


def test_a_firm_is_admitted_with_its_pools_and_a_client() -> None:
    """Three million yuan pass the minimum of a futures firm (2,000,000), so its client may open."""
    morning = opened(
        *FIRM,
        given(MoveMemberMoney, "M4", member="0003", house=False, amount_fen=300_000_000),
        given(AdmitTradingCode, "C1", trading_code="000310000003"),
        given(MoveClientMoney, "C2", trading_code="000310000003", amount_fen=5_000_000),
    )
    image = morning.image
    assert image.names.members == ["0001", "0002", "0003"]
    assert image.names.trading_codes == [OWN, OTHER_OWN, LONG, SHORT, "000310000003"]
    assert image.members[2].tolist() == (300_000_000, int(MemberMode.REFUSE))
    assert image.pools[["cash_fen", "member", "house", "futures_firm"]].tolist()[4:] == [
        (300_000_000, 2, 0, 1),
        (0, 2, 1, 1),
    ]
    code = image.trading_codes[4]
    assert (code["deposit_fen"], code["member"], code["house"], code["right"]) == (
        5_000_000,
        2,
        0,
        Right.ALLOW,
    )
    assert code["holder"] == image.trading_codes["holder"][2]  # client 10000003 is one holder
    assert shown(morning)[3:] == [
        ("0003/clients", "cash", "0.00", "3,000,000.00"),
        ("000310000003", "right", "-", "allow"),
        ("000310000003", "equity", "0.00", "50,000.00"),
    ]


def test_without_the_least_deposit_a_new_client_may_only_close() -> None:
    morning = opened(*FIRM, given(AdmitTradingCode, "C1", trading_code="000310000003"))
    assert morning.image.trading_codes["right"][4] == Right.CLOSE_ONLY
    assert morning.image.trading_codes["own_right"][4] == Right.ALLOW


def test_a_code_ends_after_its_money_is_paid_out() -> None:
    """Rows behind it move up: positions and lots keep their owner by name."""
    morning = opened(
        given(MoveClientMoney, "C1", trading_code=OTHER_OWN, amount_fen=-DEPOSIT_FEN),
        given(EndTradingCode, "C2", trading_code=OTHER_OWN),
    )
    image, before = morning.image, evening()[0]
    assert image.names.trading_codes == [OWN, LONG, SHORT]
    assert image.names.holders == [name for name in before.names.holders if "02" not in name]
    assert [image.names.trading_codes[row] for row in image.positions["trading_code"]] == [
        LONG,
        SHORT,
    ]
    assert [image.names.trading_codes[row] for row in image.lots["trading_code"]] == [LONG, SHORT]
    assert image.names.holders[image.holder_limits["holder"][0]] == "client 10000004"
    assert shown(morning)[-1] == (OTHER_OWN, "right", "allow", "-")


def test_a_member_ends_after_its_codes_and_pools() -> None:
    """The pool that is closed in the same opening keeps no minimum."""
    own, pool = {"trading_code": OTHER_OWN}, {"member": "0002", "house": True}
    morning = opened(
        given(MoveClientMoney, "1", amount_fen=-DEPOSIT_FEN, **own),
        given(EndTradingCode, "2", **own),
        given(MoveMemberMoney, "3", amount_fen=-DEPOSIT_FEN, **pool),
        given(ClosePool, "4", **pool),
    )
    assert morning.image.names.members == ["0001", "0002"]  # its clients' pool goes on
    assert len(morning.image.pools) == 3
    assert morning.image.members["deposit_fen"].tolist() == [2 * DEPOSIT_FEN, DEPOSIT_FEN]


def test_an_empty_member_ends() -> None:
    image = opened(FIRM[0], given(EndMember, "E", member="0003")).image
    assert image.names.members == ["0001", "0002"]


def test_mode_and_right_change() -> None:
    morning = opened(
        given(SetMemberMode, "1", member="0001", mode=MemberMode.WARN),
        given(SetTradingRight, "2", trading_code=LONG, right=Right.FORBIDDEN),
    )
    assert morning.image.members["mode"].tolist() == [MemberMode.WARN, MemberMode.OFF]
    assert morning.image.trading_codes["right"].tolist() == [0, 0, Right.FORBIDDEN, 0]
    assert shown(morning) == [
        ("0001", "mode", "off", "warn"),
        (LONG, "right", "allow", "forbidden"),
    ]


REFUSED: list[tuple[list[AnyInstruction], str]] = [
    ([given(AdmitMember, member="3", mode=MemberMode.OFF)], "four digits"),
    ([given(AdmitMember, member="٠٠٠٣", mode=MemberMode.OFF)], "four digits"),
    ([given(AdmitMember, member="0001", mode=MemberMode.OFF)], "a member already"),
    ([given(SetMemberMode, member="0011", mode=MemberMode.OFF)], "did you mean '0001'"),
    (
        [given(EndMember, member="0001")],
        f"still has trading code {OWN}, trading code {LONG}, pool 0001/clients and 1 more",
    ),
    ([given(OpenPool, member="0009", house=True, futures_firm=True)], "not in the image"),
    ([given(OpenPool, member="0001", house=True, futures_firm=True)], "open already"),
    ([FIRM[0], given(OpenPool, member="0003", house=False, futures_firm=False)], "only a futures"),
    (
        [*FIRM[:2], given(ClosePool, member="0003", house=False)],
        "no such pool, 0003/clients; it has 0003/house",
    ),
    (
        [
            FIRM[0],
            given(OpenPool, "O", member="0003", house=True, futures_firm=False),
            FIRM[2],
        ],
        "0003 is no futures firm by its other pool",
    ),
    (
        [given(ClosePool, member="0001", house=False)],
        f"in 0001/clients there is still trading code {LONG}, 10,000,000.00 yuan of cash",
    ),
    ([given(AdmitTradingCode, trading_code="00011000000")], "four digits and the client's eight"),
    ([given(AdmitTradingCode, trading_code=LONG)], "admitted already"),
    ([given(AdmitTradingCode, trading_code="000910000003")], "member '0009' is not in the image"),
    ([FIRM[0], given(AdmitTradingCode, trading_code="000310000003")], "no such pool, 0003/clients"),
    (
        [given(EndTradingCode, trading_code=LONG)],
        "still has 10 lots long in cu2610, 587,730.00 yuan of margin, 10,000,000.00 yuan",
    ),
    ([given(EndTradingCode, trading_code=OWN)], "still has 10,000,000.00 yuan"),
    ([given(EndTradingCode, trading_code="000110000033")], f"did you mean '{LONG}'"),
    ([given(SetTradingRight, trading_code="x", right=Right.ALLOW)], "not in the image"),
]


@pytest.mark.parametrize(("orders", "sentence"), REFUSED)
def test_refused(orders: list[AnyInstruction], sentence: str) -> None:
    """106,860 x 5 t x 10 lots x 11 % = 587,730.00."""
    with pytest.raises(InputFault, match=sentence):
        opened(*orders)


def test_warrants_keep_a_code() -> None:
    lodged = given(LodgeWarrants, "W", trading_code=OWN, product="cu", quantity=Decimal(25))
    with pytest.raises(InputFault, match=r"still has warrants of cu, 10,000,000.00 yuan"):
        opened(lodged, given(EndTradingCode, trading_code=OWN))


def test_a_delivery_keeps_a_code() -> None:
    """Money alone does not end a code whose goods are still to be delivered."""
    image, result = evening()
    waiting = blank_rows(Undelivered, 1)
    waiting["trading_code"], waiting["product"], waiting["month"] = 0, 1, 202608
    result = result._replace(undelivered=waiting)
    paid = given(MoveClientMoney, "1", trading_code=OWN, amount_fen=-DEPOSIT_FEN)
    with pytest.raises(InputFault, match="still has a delivery of cu2608; close and pay that out"):
        next_image(image, result, books(), [paid, given(EndTradingCode, trading_code=OWN)])
