"""The book that a command of the evidence met, against a plain walk through the day's orders."""

import pytest

from huiguan.exchange.messages import Side
from huiguan.exchange.surveillance.evidence import Book, Level, Standing, moments_of
from huiguan.exchange.surveillance.findings import Behaviour
from huiguan.exchange.surveillance.scan import scan
from huiguan.exchange.surveillance.watched import Watched
from tests.unit.surveillance.planted import PLANTS
from tests.unit.surveillance.test_planted import planted_day
from tests.unit.surveillance.watching import PRICE, SECOND, WatchedDay


def walked(day: Watched, instrument: int, own: set[int], sequence: int) -> Book:
    """Return the book before a command, order by order."""
    levels: dict[int, dict[int, list[int]]] = {Side.BUY: {}, Side.SELL: {}}
    for order in day.orders[day.orders["instrument"] == instrument]:
        if order["sequence"] >= sequence or 0 < order["gone_sequence"] < sequence:
            continue
        mine = day.sides[(day.sides["order_id"] == order["order_id"])]
        left = int(order["lots"]) - int(mine["lots"][mine["sequence"] < sequence].sum())
        if left:
            level = levels[order["side"]].setdefault(int(order["price_ticks"]), [0, 0])
            level[0] += left
            level[1] += left * (int(order["holder"]) in own)
    bids = sorted(((price, *lots) for price, lots in levels[Side.BUY].items()), reverse=True)
    asks = sorted((price, *lots) for price, lots in levels[Side.SELL].items())
    return Book(tuple(Level(*row) for row in bids[:5]), tuple(Level(*row) for row in asks[:5]))


@pytest.mark.slow
def test_the_book_before_each_command_is_that_of_a_plain_walk() -> None:
    day, _ = planted_day(1, list(PLANTS), [True] * len(PLANTS))
    seen = 0
    for found in scan(day):
        own = {found.holder, found.other_holder}
        for moment in moments_of(day, found, most=6):
            assert moment.before == walked(day, found.instrument, own, moment.sequence)
            assert len(moment.entered) + len(moment.gone)
            seen += len(moment.before.bids) + len(moment.before.asks)
    assert seen > 100


def test_a_book_by_hand() -> None:
    """Offers of 20 at +20 (own) and 5 at +1; a bid of 8 of which 3 trade; the offer is pulled."""
    day = WatchedDay()
    own = day.place(6, Side.SELL, PRICE + 20, 20, time_ns=SECOND)
    day.place(3, Side.SELL, PRICE + 1, 5)
    day.place(6, Side.BUY, PRICE, 8)
    day.place(5, Side.SELL, PRICE, 3)
    day.pull(6, own)
    seen = day.watched()
    last = int(seen.orders["gone_sequence"].max())
    before = Standing(seen, 0, (6,)).before(last)
    assert before.bids == (Level(PRICE, 5, 5),)
    assert before.asks == (Level(PRICE + 1, 5, 0), Level(PRICE + 20, 20, 20))
    after = Standing(seen, 0, (3,)).before(last + 1)
    assert after.asks == (Level(PRICE + 1, 5, 5),)


def test_the_moments_of_layering_are_entry_trade_and_cancel() -> None:
    """Of an episode: the offer, the bid, the trade by the other's order, the cancel."""
    day = WatchedDay()
    for number in range(5):
        at = (10 + 20 * number) * SECOND
        own = day.place(6, Side.SELL, PRICE + 20, 20, time_ns=at)
        day.place(6, Side.BUY, PRICE, 2, time_ns=at + SECOND)
        day.place(3, Side.SELL, PRICE, 2)
        day.pull(6, own, at + 2 * SECOND)
    seen = day.watched()
    (found,) = [row for row in scan(seen) if row.behaviour == Behaviour.LAYERING]
    offer, bid, trade, cancel = list(moments_of(seen, found, most=4))
    assert offer.entered["lots"].tolist() == [20]
    assert bid.entered["side"].tolist() == [Side.BUY]
    assert trade.traded["lots"].tolist() == [2]
    assert trade.before.asks == (Level(PRICE + 20, 20, 20),)
    assert cancel.gone["gone_lots"].tolist() == [20]
    assert cancel.time_ns == 12 * SECOND
