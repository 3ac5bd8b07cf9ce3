"""The JSON door's books against the core: after every read of the feed they show the same.

The stories are those of the feed's own property test; reads hold one frame or several.
"""

import pytest

from huiguan.exchange.day.names import DayNames
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.feed_books import is_new_beginning, whole_packets
from huiguan.exchange.market_data.records import PublicTrade
from huiguan.exchange.messages import Phase, Side
from huiguan.floor.doors.json.market.books import PicturedBooks
from tests.models.plain_reader import Levels
from tests.property.test_feed import STORIES, Market, shown_levels

EVERY = 1 << 30


def levels_of(books: PicturedBooks, market: Market) -> Levels:
    """Return what the books show, as rows and ticks."""
    names = books.names
    return {
        (contract, int(side), names.ticks(contract, str(price))): (int(lots), int(orders))
        for contract in range(len(market.image.instruments))
        for side in Side
        for price, lots, orders in books.levels(contract, side, EVERY)
    }


@pytest.mark.parametrize("seed", range(STORIES))
def test_after_every_read_the_books_are_the_cores(seed: int) -> None:
    market = Market(7_000 + seed)
    feed, books = Feed(market.image), PicturedBooks(market.image, DayNames(market.image))
    trades = 0
    for step in range(200):
        packets = b"".join(feed.apply(*market.frame()) for _ in range(1 + step % 5))
        if packets:
            taken = books.take(whole_packets(bytearray(packets)))
            trades += len(taken.trades)
            assert taken.trades["kind"].tolist() == [PublicTrade.KIND] * len(taken.trades)
        assert levels_of(books, market) == shown_levels(market.core.state)
    assert trades == market.core.state.core["trades"][0]
    for contract, row in enumerate(market.image.instruments):
        picture = books.picture(contract)
        phase = Phase(int(market.core.state.group_phase[row["phase_group"]]))
        assert picture["phase"] in (phase.name.lower(), "before_trading")
        best = books.levels(contract, Side.BUY, EVERY)[:5]
        assert picture["bids"] == best
        assert [float(one[0]) for one in best] == sorted(
            (float(one[0]) for one in best), reverse=True
        )


def test_a_late_reader_begins_with_the_snapshot() -> None:
    market = Market(9_000)
    feed = Feed(market.image)
    for _ in range(300):
        feed.apply(*market.frame())
    books = PicturedBooks(market.image, DayNames(market.image))
    data, rest, packets = feed.snapshot(), bytearray(), []
    for at in range(0, len(data), 100):  # bytes arrive as they like
        rest += data[at : at + 100]
        packets += (whole := whole_packets(rest))
        del rest[: sum(map(len, whole))]
    assert [is_new_beginning(packet) for packet in packets] == [True] + [False] * (len(packets) - 1)
    books.take(packets)
    assert levels_of(books, market) == shown_levels(market.core.state)
