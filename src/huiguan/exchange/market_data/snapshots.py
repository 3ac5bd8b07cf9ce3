"""Quotes as CTP has them: at most one an instrument each 500 ms, when something has changed.

A quote of 21:00:00.500 holds everything before that moment. While an auction collects orders there
is none; one appears when it ends (rulebook 9.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.market_data.depth import best_place
from huiguan.exchange.market_data.state import FeedState, handle_of, open_feed
from huiguan.exchange.messages import Side
from huiguan.foundation.columns import stacked
from huiguan.foundation.kernel import kernel

if TYPE_CHECKING:
    from huiguan.exchange.market_data.feed import Feed

HALF_SECOND_NS = 500_000_000
DEPTH = 5
SAME = ("last", "open", "high", "low", "close", "settlement")
QUOTE = np.dtype(
    [
        ("time_ns", "<i8"),  # UTC, a multiple of 500 ms
        ("volume_lots", "<i8"),
        ("turnover_fen", "<i8"),
        ("open_interest_lots", "<i8"),
        ("instrument", "<i4"),
        *((f"{name}_ticks", "<i4") for name in SAME),  # NO_PRICE where not known
        ("bid_ticks", "<i4", DEPTH),
        ("ask_ticks", "<i4", DEPTH),
        ("bid_lots", "<i8", DEPTH),
        ("ask_lots", "<i8", DEPTH),
    ],
    align=True,
)


@kernel
def best_levels(
    handle: object,
    instruments: np.ndarray,
    side: int,
    levels: int,
    prices: np.ndarray,
    lots: np.ndarray,
) -> None:
    """Fill the best ``levels`` of a side of each instrument: row x ``levels`` + number, best first.

    What is not there keeps what the columns held.
    """
    feed: FeedState = open_feed(handle)
    for row in range(len(instruments)):
        book = feed.books[instruments[row]]
        step = -1 if side == Side.BUY else 1
        first = book["first"] + side * book["width"]
        place = best_place(feed, instruments[row], side)
        found = 0
        while place >= 0 and book["lowest"] <= place <= book["highest"] and found < levels:
            level = feed.levels[first + place]
            if level["lots"] != 0:
                prices[row * levels + found] = book["lower_ticks"] + place
                lots[row * levels + found] = level["lots"]
                found += 1
            place += step


class Quotes:
    """The quotes that follow from a feed; its only reader of what is ``fresh``."""

    def __init__(self, feed: Feed) -> None:
        """Begin with the feed."""
        self._feed, self._handle = feed, handle_of(feed.state)
        self._sent = np.zeros(len(feed.state.books), QUOTE)

    def take(self, time_ns: int) -> np.ndarray:
        """Return the quote (``QUOTE``) of every instrument that changed since its last one.

        Call it at multiples of 500 ms, before what arrives at that moment is applied.
        """
        books = self._feed.state.books
        fresh = np.flatnonzero((books["fresh"] != 0) & (books["withheld"] == 0))
        if not len(fresh):
            return np.zeros(0, QUOTE)
        books["fresh"][fresh] = 0
        rows = self._rows(fresh)
        different = _differ(rows, self._sent[fresh])
        rows = rows[different]
        self._sent[fresh[different]] = rows
        rows["time_ns"] = time_ns
        return rows

    def _rows(self, instruments: np.ndarray) -> np.ndarray:
        """Return what instruments show now."""
        books, rows = self._feed.state.books[instruments], np.zeros(len(instruments), QUOTE)
        rows["instrument"] = instruments
        for name in ("volume_lots", "turnover_fen", "open_interest_lots"):
            rows[name] = books[name]
        for name in SAME:
            rows[f"{name}_ticks"] = books[f"{name}_ticks"]
        for side, name in enumerate(("bid", "ask")):  # kernels are entered faster by plain numbers
            prices = np.full(len(rows) * DEPTH, NO_PRICE, np.int64)
            lots = np.zeros(len(rows) * DEPTH, np.int64)
            best_levels(self._handle, instruments, side, DEPTH, prices, lots)
            rows[f"{name}_ticks"] = prices.reshape(-1, DEPTH)
            rows[f"{name}_lots"] = lots.reshape(-1, DEPTH)
        return rows


def _differ(rows: np.ndarray, sent: np.ndarray) -> np.ndarray:
    """Return which rows say something else than those sent before, whenever that was."""
    found = np.zeros(len(rows), bool)
    for name in QUOTE.names or ():
        same = rows[name] == sent[name]
        if name != "time_ns":
            found |= ~(same if same.ndim == 1 else same.all(axis=1))
    return found


class QuotesOfDay:
    """Hears the frames of a day in order and keeps every quote."""

    def __init__(self, feed: Feed) -> None:
        """Begin the day with a new feed."""
        self._feed, self._quotes = feed, Quotes(feed)
        self._kept = [np.zeros(0, QUOTE)]
        self._next_ns = 0  # moment of the next quotes

    def hear(
        self, time_ns: int, first_sequence: int, commands: np.ndarray, events: np.ndarray
    ) -> None:
        """Take one frame (``uint8``, 64 a row)."""
        if time_ns >= self._next_ns:
            self._kept.append(self._quotes.take(self._next_ns))
            self._next_ns = (time_ns // HALF_SECOND_NS + 1) * HALF_SECOND_NS
        self._feed.apply(time_ns, first_sequence, commands, events)

    def finish(self) -> np.ndarray:
        """Return the quotes (``QUOTE``) of the day, by time and instrument."""
        self._kept.append(self._quotes.take(self._next_ns))
        return stacked(self._kept)
