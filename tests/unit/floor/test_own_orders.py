"""Which orders a key may enter: the exchange alone closes by force (rulebook 5.9)."""

import numpy as np
import pytest

from huiguan.exchange.messages import LAYOUTS, CancelOrder, EnterOrder, Offset, Side, encode
from huiguan.floor.hall.keys import Key, KeyRight
from huiguan.floor.hall.own_orders import only_may
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, order, refusal

TRADE, READ, PACE, FORCE = KeyRight.TRADE, KeyRight.READ, KeyRight.PACE, KeyRight.FORCE
EVERY = set(Offset)
ORDINARY = EVERY - {Offset.FORCE_CLOSE}


def key(*rights: KeyRight) -> Key:
    return Key(name="a", token_hash="", session=1, member="0001", rights=rights)


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        ((TRADE, READ), ORDINARY),
        ((TRADE,), ORDINARY),
        ((FORCE, READ), {Offset.FORCE_CLOSE}),
        ((TRADE, READ, FORCE), EVERY),
        ((TRADE, PACE), EVERY),  # the crowd plays the exchange, too
    ],
)
def test_what_a_key_may_not_enter_has_a_flag_that_means_nothing(
    rights: tuple[KeyRight, ...], may: set[Offset]
) -> None:
    sent = [encode(order(0, Side.SELL, 100, 1, offset=offset)) for offset in Offset]
    rows = only_may(key(*rights), np.concatenate(sent))
    found = rows.view(LAYOUTS[EnterOrder.KIND])["offset"].tolist()
    assert found == [int(offset) if offset in may else -1 for offset in Offset]


def test_a_cancel_is_left_as_it_is() -> None:
    """The byte of the flag is a byte of another field there."""
    sent = encode(CancelOrder(order_id=2**61 + 2, client_order_id=0x0202020202020202))
    assert only_may(key(TRADE), sent.copy()).tobytes() == sent.tobytes()


def test_the_core_refuses_what_a_key_may_not() -> None:
    day = Day(small_image(1, 1, 1, settings=SMALL))
    forced = order(0, Side.SELL, 100, 1, offset=Offset.FORCE_CLOSE)
    (row,) = only_may(key(TRADE), encode(forced)).view(LAYOUTS[EnterOrder.KIND])
    masked = order(0, Side.SELL, 100, 1, offset=int(row["offset"]))
    assert refusal(day.send(1, masked)) == Refusal.BAD_FIELD
    assert refusal(day.send(1, forced)) == Refusal.NOT_ENOUGH_HISTORY
    # the house itself is no session: nobody enters an order as 0
    assert refusal(day.send(0, forced)) == Refusal.UNKNOWN_SESSION
