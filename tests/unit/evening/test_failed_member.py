"""A member at the close as the handling of its default takes it: 10 lots of cu2610 at 106,860."""

import pytest

from huiguan.exchange.clearing.default.estate import Holding
from huiguan.exchange.evening.failed_member import (
    failed_member,
    lots_at_settlement,
    other_pools,
)
from huiguan.exchange.messages import Hedge
from huiguan.foundation.faults import InputFault
from tests.evenings import DEPOSIT_FEN, OTHER_OWN, SHORT, evening

LOT_FEN = 106_860 * 5 * 100
MARGIN_FEN = LOT_FEN * 10 // 10  # 10 lots, hedging 10 %


def test_the_estate_of_a_member() -> None:
    image, result = evening()
    found = failed_member(image, result, "0002")
    own, client = found.accounts
    assert (own.code, own.house, own.held) == (OTHER_OWN, True, ())
    assert (client.code, client.house) == (SHORT, False)
    assert client.held == (Holding(instrument="cu2610", side="short", lots=10, hedge=Hedge.HEDGE),)
    assert (client.equity_fen, client.margin_fen) == (DEPOSIT_FEN, MARGIN_FEN)
    assert (found.house_fen, found.clients_fen, found.collateral_fen) == (
        DEPOSIT_FEN,
        DEPOSIT_FEN,
        0,
    )
    assert lots_at_settlement(image, result)["cu2610"] == LOT_FEN
    assert other_pools(image, result, "0002") == {
        "0001/clients": DEPOSIT_FEN,
        "0001/house": DEPOSIT_FEN,
    }


def test_a_member_that_nobody_knows() -> None:
    image, result = evening()
    with pytest.raises(InputFault, match="'0003' is no member of this day; did you mean"):
        failed_member(image, result, "0003")
