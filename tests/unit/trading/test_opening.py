"""The morning: what the image brings into the state, and what it may not bring."""

from typing import Any

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import CancelOrder, Side
from huiguan.exchange.trading.opening import open_day
from huiguan.exchange.trading.state.build import CAPACITIES
from huiguan.exchange.trading.state.table import own_name_tag
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, order, order_id, refusal


def image_with(positions: int, limits: int, **settings: int) -> DayImage:
    """Return an image with so many positions and limits of so many holders."""
    image = small_image(1, 8, 1, settings={**SMALL, **settings})
    held = [(code, 0, 1, 0, 0) for code in range(positions)]
    rows = [(holder, 0, 9, 9, 9, 9, 0) for holder in range(limits)]
    return image._replace(
        positions=np.array(held, dtype=image.positions.dtype),
        holder_limits=np.array(rows, dtype=image.holder_limits.dtype),
    )


@pytest.mark.parametrize(
    ("positions", "limits", "settings", "fits"),
    [
        (4, 0, {"position_capacity": 4}, True),
        (5, 0, {"position_capacity": 4}, False),
        (4, 4, {"holding_capacity": 8}, True),
        (4, 5, {"holding_capacity": 8}, False),
        (0, 9, {"holding_capacity": 8}, False),
    ],
)
def test_an_image_must_fit_its_own_capacities(
    positions: int, limits: int, settings: dict[str, Any], fits: bool
) -> None:
    image = image_with(positions, limits, **settings)
    if fits:
        assert int(open_day(image).core["positions"][0]) == positions
        return
    with pytest.raises(InputFault, match="raise them in the settings"):
        open_day(image)


@pytest.mark.parametrize("capacity", [0, -1, 1 << 24])
def test_an_order_table_has_a_sensible_size(capacity: int) -> None:
    with pytest.raises(InputFault, match="order_capacity"):
        open_day(small_image(settings={**SMALL, "order_capacity": capacity}))


@pytest.mark.parametrize("capacity", [0, -1, 1 << 31])
def test_every_capacity_has_a_sensible_size(capacity: int) -> None:
    for name in CAPACITIES:
        with pytest.raises(InputFault, match=name):
            open_day(small_image(settings={**SMALL, name: capacity}))


def test_an_empty_price_band_is_refused() -> None:
    with pytest.raises(InputFault, match="price band"):
        open_day(small_image(settings=SMALL, lower=10, upper=9))


def test_a_band_of_one_price_trades() -> None:
    day = Day(small_image(settings=SMALL, lower=100, upper=100))
    day.sell(1, 100, 2)
    assert refusal(day.buy(0, 100, 2)) == Refusal.ACCEPTED
    assert day.position(0)["long_today"] == 2


@kernel
def fill_tags(session: int, names: np.ndarray, tags: np.ndarray) -> None:
    for row in range(len(names)):
        tags[row] = own_name_tag(session, names[row])


def test_own_names_with_the_same_tag_are_told_apart() -> None:
    """The table keeps 31 bits of a name: of 400,000, 400,000^2 / 2^32 = 37 pairs share them."""
    names = np.random.Generator(np.random.PCG64(1)).integers(1, 2**62, 400_000)
    tags = np.zeros(len(names), np.int64)
    fill_tags(1, names, tags)
    by_tag = np.argsort(tags, kind="stable")
    twins = np.flatnonzero(np.diff(tags[by_tag]) == 0)
    assert len(twins) > 0
    for place in twins[:3]:
        one, two = (int(names[by_tag[place + step]]) for step in (0, 1))
        day = Day(small_image(settings=SMALL))
        ids = [order_id(day.buy(0, 100, 1, client_order_id=name)) for name in (one, two)]
        for name, expected in ((two, ids[1]), (one, ids[0])):
            events = day.send(1, CancelOrder(order_id=0, client_order_id=name))
            assert [e.order_id for e in events] == [expected]
        assert not day.core.state.own_names.any()


def test_names_of_different_sessions_never_meet() -> None:
    day = Day(small_image(1, 4, 2, settings=SMALL))
    for session in (1, 2):
        day.send(session, order(session - 1, Side.BUY, 100, 1, client_order_id=7))
    assert int(day.core.state.core["live_orders"][0]) == 2
    assert refusal(day.cancel(1, own=7)) == Refusal.ACCEPTED
    assert refusal(day.cancel(1, own=7)) == Refusal.ORDER_NOT_FOUND
    assert refusal(day.cancel(2, own=7)) == Refusal.ACCEPTED
