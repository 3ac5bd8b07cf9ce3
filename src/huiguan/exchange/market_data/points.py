"""The book as it stood at chosen moments of a day: five best prices, ten, or as many as asked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.market_data.feed import Feed, PriceLevel
from huiguan.exchange.messages import EVENT_HEADER_ROW, MESSAGE_BYTES, Side
from huiguan.foundation.calendars import DAY_NS, EXCHANGE_OFFSET_NS, SECOND_NS, to_date
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.day.image import DayImage

MOST_LEVELS = 1_000
EPOCH = dt.date(1970, 1, 1).toordinal()
MORNING_NS, EVENING_NS = 6 * 3600 * SECOND_NS, 18 * 3600 * SECOND_NS


class Point(NamedTuple):
    """When to look: after all up to a moment (ns, UTC), or after a command of the journal."""

    label: str  # as it was asked for
    time_ns: int | None
    sequence: int | None


class BookAt(NamedTuple):
    """One contract's book at a point, best price first."""

    point: int  # place among the points asked for
    sequence: int  # last command included
    instrument: int
    bids: list[PriceLevel]
    asks: list[PriceLevel]


class DepthAtPoints:
    """Hears the frames of a day in order and looks at the books where it was asked to."""

    def __init__(self, image: DayImage, points: Sequence[Point], levels: int) -> None:
        """Begin the day; a point has a time or a command, never both."""
        if not 0 < levels <= MOST_LEVELS:
            raise InputFault(f"levels must be 1 to {MOST_LEVELS:,}, not {levels}")
        self._feed = Feed(image, auction_depth=True)
        self._levels, self._found = levels, list[BookAt]()
        self._last = 0  # command heard
        numbered = list(enumerate(points))
        timed = [(p.time_ns, place) for place, p in numbered if p.time_ns is not None]
        counted = [(p.sequence, place) for place, p in numbered if p.sequence is not None]
        self._timed, self._counted = sorted(timed, reverse=True), sorted(counted, reverse=True)

    def hear(
        self, time_ns: int, first_sequence: int, commands: np.ndarray, events: np.ndarray
    ) -> None:
        """Take one frame (``uint8``, 64 a row)."""
        while self._timed and self._timed[-1][0] < time_ns:
            self._look(self._timed.pop()[1])
        told, start = events.reshape(-1), 0
        sequences = told.view(EVENT_HEADER_ROW)["sequence"]
        last = first_sequence + commands.size // MESSAGE_BYTES - 1
        while self._counted and self._counted[-1][0] < last:
            sequence, place = self._counted.pop()
            end = int(np.searchsorted(sequences, sequence, side="right")) * MESSAGE_BYTES
            self._feed.apply(time_ns, first_sequence, commands, told[start:end])
            self._last, start = max(self._last, sequence), end
            self._look(place)
        self._feed.apply(time_ns, first_sequence, commands, told[start:])
        self._last = last

    def finish(self) -> list[BookAt]:
        """Look at what was asked for after the end; return all books in the order asked for."""
        for _, place in (*self._timed, *self._counted):
            self._look(place)
        self._timed, self._counted = [], []
        return sorted(self._found, key=lambda book: (book.point, book.instrument))

    def _look(self, place: int) -> None:
        """Keep the books where somebody waits; of a market with one contract, always."""
        count = len(self._feed.state.books)
        for instrument in range(count):
            bids = self._feed.depth(instrument, Side.BUY, self._levels)
            asks = self._feed.depth(instrument, Side.SELL, self._levels)
            if bids or asks or count == 1:
                self._found.append(BookAt(place, self._last, instrument, bids, asks))


def moment_of_day(image: DayImage, date: dt.date | None, since_midnight_ns: int) -> int:
    """Return a moment (ns, UTC) of a trading day by the exchange's clock.

    Without a ``date`` a time from 18:00 on is of the evening the day begins with, one
    before 06:00 of the night after it, any other of the trading day itself.
    """
    day = (date or to_date(image.settings.trading_day)).toordinal() - EPOCH
    if date is None and len(image.phases) and not MORNING_NS <= since_midnight_ns < EVENING_NS:
        first = (int(image.phases["time_ns"].min()) + EXCHANGE_OFFSET_NS) // DAY_NS
        day = first + (since_midnight_ns < MORNING_NS)
    return day * DAY_NS + since_midnight_ns - EXCHANGE_OFFSET_NS
