"""At what price two orders meet in continuous trading (rulebook 2.3), and who goes first."""

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage, PriceRule
from huiguan.exchange.messages import Offset, ResetBook, Side
from huiguan.exchange.trading.book import has_limit_privilege, middle_price
from tests.images import small_image
from tests.trading_day import SMALL, Day, fills, order_id, trades

RESTING = {**SMALL, "price_rule": PriceRule.RESTING}


@pytest.mark.parametrize(
    ("buy", "sell", "previous", "price"),
    [
        # the three rows of the rulebook's table: bp >= sp >= cp, bp >= cp >= sp, cp >= bp >= sp
        (15_000, 14_990, 14_980, 14_990),
        (15_000, 14_990, 14_995, 14_995),
        (15_000, 14_990, 15_010, 15_000),
        # its edges
        (15_000, 14_990, 14_990, 14_990),
        (15_000, 14_990, 15_000, 15_000),
        (15_000, 15_000, 14_000, 15_000),
    ],
)
def test_middle_of_three(buy: int, sell: int, previous: int, price: int) -> None:
    assert middle_price(buy, sell, previous) == price


@pytest.mark.parametrize(
    ("resting", "arriving", "last", "price"),
    [
        ((Side.SELL, 98), (Side.BUY, 102), 95, 98),  # last below both: the seller's price
        ((Side.SELL, 98), (Side.BUY, 102), 101, 101),  # last in between: itself
        ((Side.SELL, 98), (Side.BUY, 102), 106, 102),  # last above both: the buyer's price
        ((Side.BUY, 102), (Side.SELL, 98), 95, 98),  # who came first plays no part
        ((Side.BUY, 102), (Side.SELL, 98), 106, 102),
    ],
)
def test_price_of_a_trade_by_the_middle_rule(
    resting: tuple[Side, int], arriving: tuple[Side, int], last: int, price: int
) -> None:
    day = Day(small_image(settings=SMALL))
    day.buy(0, last, 1)
    day.sell(1, last, 1)
    day.enter(0, *resting, 5)
    assert trades(day.enter(1, *arriving, 5)) == [(price, 5)]


def test_each_fill_becomes_the_previous_price_of_the_next() -> None:
    day = Day(small_image(settings=SMALL))  # settlement 100 stands in before the first trade
    for price in (97, 99, 103):
        day.sell(1, price, 2)
    # 97, 105, last 100: 100; 99, 105, last 100: 100; 103, 105, last 100: 103
    assert trades(day.buy(0, 105, 6)) == [(100, 2), (100, 2), (103, 2)]


def test_the_resting_rule_gives_the_price_of_who_waited() -> None:
    day = Day(small_image(settings=RESTING))
    for price in (97, 99, 103):
        day.sell(1, price, 2)
    assert trades(day.buy(0, 105, 6)) == [(97, 2), (99, 2), (103, 2)]


def test_without_any_previous_price_the_resting_order_sets_it() -> None:
    day = Day(small_image(settings=SMALL))
    day.house(ResetBook(group=0))
    day.sell(1, 97, 1)
    assert trades(day.buy(0, 105, 1)) == [(97, 1)]
    day.sell(1, 95, 1)
    assert trades(day.buy(0, 105, 1)) == [(97, 1)]  # and then it is known


def holders_of_history(codes: int) -> DayImage:
    """Return an image where every code holds 20 lots of history on both sides."""
    image = small_image(1, codes, 1, settings=RESTING)
    rows = [(code, 0, 20, 20, 0) for code in range(codes)]
    return image._replace(positions=np.array(rows, dtype=image.positions.dtype))


@pytest.mark.parametrize(
    ("offset", "goes_first"),
    [
        (Offset.OPEN, False),
        (Offset.CLOSE, True),
        (Offset.FORCE_CLOSE, True),
        (Offset.CLOSE_YESTERDAY, True),
        (Offset.CLOSE_TODAY, False),
    ],
)
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
@pytest.mark.parametrize("price", [90, 110, 100])
def test_close_outs_go_first_at_the_limit_price_but_not_those_of_today(
    offset: Offset, goes_first: bool, side: Side, price: int
) -> None:
    """At 90 and 110, the limits of the day, an earlier opening order waits behind; at 100 not."""
    day = Day(holders_of_history(3))
    assert has_limit_privilege(offset) is goes_first
    other = Side(1 - side)
    day.enter(1, other, 100, 4)  # code 1 opens four lots of today that it can close
    day.enter(2, side, 100, 4)
    if side == Side.SELL:  # a sale closes long lots: code 1 needs four of those
        day.enter(1, Side.BUY, 101, 4)
        day.enter(2, Side.SELL, 101, 4)
    first = order_id(day.enter(0, side, price, 3))
    second = order_id(day.enter(1, side, price, 3, offset=offset))
    (trade,) = fills(day.enter(2, other, price, 1))
    assert trade[side] == (second if goes_first and price != 100 else first)


def test_among_close_outs_at_the_limit_the_first_come_is_first() -> None:
    day = Day(holders_of_history(3))
    ids = [order_id(day.sell(0, 110, 1, offset=o)) for o in (0, 1, 4, 1, 0)]
    met = [sell for _, sell, _, _ in fills(day.buy(2, 110, 5))]
    assert met == [ids[1], ids[2], ids[3], ids[0], ids[4]]


def test_price_comes_before_the_privilege() -> None:
    day = Day(holders_of_history(3))
    better = order_id(day.sell(0, 109, 1))
    day.sell(1, 110, 1, offset=Offset.CLOSE)
    assert [sell for _, sell, _, _ in fills(day.buy(2, 110, 1))] == [better]
