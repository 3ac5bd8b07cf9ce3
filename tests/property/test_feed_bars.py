"""Bars from the public feed against the bars of the day's trades, minute by minute."""

import numpy as np
import pytest

from huiguan.exchange.day.result import TradeRow
from huiguan.exchange.events import copy_fields
from huiguan.exchange.market_data.bars import MINUTES, bars
from huiguan.exchange.market_data.feed import Feed
from huiguan.exchange.market_data.feed_bars import FeedBars
from huiguan.exchange.market_data.feed_books import FeedBooks, whole_packets
from huiguan.exchange.messages import EVENT_HEADER_ROW, LAYOUTS, TradeExecuted
from huiguan.foundation.records import table_layout
from tests.property.test_feed import STORIES, Market


@pytest.mark.parametrize("seed", range(STORIES))
def test_bars_of_the_feed_are_those_of_the_trades(seed: int) -> None:
    """Reads of the feed hold one frame or several; a bar may begin and end within one."""
    market = Market(11_000 + seed)
    feed, books, found = Feed(market.image), FeedBooks(market.image), FeedBars(market.image)
    trades, times = [], []
    for step in range(200):
        packets = b""
        for _ in range(1 + step % 7):
            frame = market.frame()
            packets += feed.apply(*frame)
            flat = frame.events.reshape(-1)
            of_trade = flat.view(EVENT_HEADER_ROW)["kind"] == TradeExecuted.KIND
            trades.append(flat.view(LAYOUTS[TradeExecuted.KIND])[of_trade])
            times.append(np.full(int(of_trade.sum()), frame.time_ns))
        if packets:
            found.hear(books.take(whole_packets(bytearray(packets))))
    whole, at = copy_fields(np.concatenate(trades), table_layout(TradeRow)), np.concatenate(times)
    assert len(whole)
    flags = market.image.settings.offset_flags
    for instrument, row in enumerate(market.image.instruments):
        own = whole["instrument"] == instrument
        value, before = int(row["tick_value_fen"]), int(row["last_open_interest_lots"])
        for minutes in MINUTES:
            expected = bars(whole[own], at[own], minutes, value, before)
            if not flags:
                expected["open_interest_lots"] = before
            assert found.of(instrument, minutes).tolist() == expected.tolist()
