"""Money in and out after the close: the rules of withdrawal are asked, and refuse with figures."""

import pytest

from huiguan.exchange.clearing.deposit import COVERED, withdrawable
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.money import (
    MoveClientMoney,
    MoveMemberMoney,
    SetCollateral,
)
from huiguan.foundation.faults import InputFault
from tests.evenings import DEPOSIT_FEN, LONG, evening, given, opened, shown

MARGIN_FEN = 58_773_000  # 106,860 x 5 t x 10 lots x 11 %
MINIMUM_FEN = 200_000_000  # of a futures firm
CLIENTS = {"member": "0001", "house": False}


def paid(fen: int, reference: str = "R1") -> AnyInstruction:
    return given(MoveMemberMoney, reference, amount_fen=fen, **CLIENTS)


def client(fen: int, reference: str = "R1") -> AnyInstruction:
    return given(MoveClientMoney, reference, trading_code=LONG, amount_fen=fen)


def test_a_member_takes_out_what_the_rule_allows_to_the_fen() -> None:
    """10,000,000.00 cash - 587,730.00 margin - 2,000,000.00 minimum = 7,412,270.00."""
    most = DEPOSIT_FEN - MARGIN_FEN - MINIMUM_FEN
    pool = evening()[1].pools[0]
    assert most == withdrawable(
        int(pool["cash_fen"]), int(pool["margin_fen"]), 0, MINIMUM_FEN, COVERED
    )
    morning = opened(paid(-most))
    assert morning.image.pools["cash_fen"][0] == MARGIN_FEN + MINIMUM_FEN
    assert shown(morning) == [("0001/clients", "cash", "10,000,000.00", "2,587,730.00")]
    with pytest.raises(
        InputFault, match=r"take out 7,412,270\.00 yuan at most .*not 7,412,270\.01"
    ):
        opened(paid(-most - 1))
    with pytest.raises(InputFault, match=r"take out 0\.00 yuan at most"):
        opened(paid(-most), paid(-1, "R2"))
    assert opened(paid(1), paid(-most - 1, "R2")).image.pools["cash_fen"][0] == (
        MARGIN_FEN + MINIMUM_FEN
    )


def test_collateral_stands_for_margin_and_can_be_counted_on() -> None:
    """Worth 500,000.00 it counts 400,000.00: so much more may be taken out."""
    lodged = given(SetCollateral, "C", value_fen=50_000_000, **CLIENTS)
    most = DEPOSIT_FEN - (MARGIN_FEN - 40_000_000) - MINIMUM_FEN
    assert opened(lodged, paid(-most)).image.pools["usable_fen"][0] == 40_000_000
    with pytest.raises(InputFault, match=r"usable collateral 400,000\.00"):
        opened(lodged, paid(-most - 1))


def test_a_client_keeps_its_margin() -> None:
    most = DEPOSIT_FEN - MARGIN_FEN
    morning = opened(client(-most))
    assert morning.image.trading_codes["deposit_fen"][2] == MARGIN_FEN
    assert shown(morning) == [(LONG, "equity", "10,000,000.00", "587,730.00")]
    with pytest.raises(InputFault, match=r"equity 10,000,000\.00 less margin 587,730\.00"):
        opened(client(-most - 1))


@pytest.mark.parametrize("order", [paid(-(10**13)), client(-(10**13))])
def test_a_hundred_thousand_million_are_not_taken_out(order: AnyInstruction) -> None:
    with pytest.raises(InputFault, match=r"not 100,000,000,000\.00; give a smaller amount"):
        opened(order)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (paid(0), "an amount of 0.00 moves nothing"),
        (client(0), "an amount of 0.00 moves nothing"),
        (paid(10**16 + 1), "at most 100,000,000,000,000.00 yuan"),
        (given(SetCollateral, value_fen=-1, **CLIENTS), "not less than nothing"),
        (client(10**16), "more than there is"),
        (given(MoveMemberMoney, member="0003", house=True, amount_fen=1), "did you mean '0002'"),
    ],
)
def test_refused(order: AnyInstruction, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        opened(order)
