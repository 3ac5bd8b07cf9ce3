"""One trading day as everybody may see it: books, last trades, bars, main contracts."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.day.names import DayNames
from huiguan.exchange.market_data.feed_bars import FeedBars
from huiguan.exchange.market_data.feed_books import FeedBooks
from huiguan.exchange.market_data.records import Taker

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.messages import Phase

KEPT_TRADES = 20


class SeenTrade(NamedTuple):
    """A trade as the feed tells it."""

    time_ns: int
    price_ticks: int
    lots: int
    taker: Taker


class PublicDay:
    """What the feed has said of a day since somebody began to listen.

    ``changed_at`` holds for every contract the number of the read that changed it last, so that
    whoever knows how far it has told can ask for the rest.
    """

    def __init__(self, image: DayImage) -> None:
        """Begin empty: a snapshot comes first."""
        self.image, self.names = image, DayNames(image)
        self.books, self.bars = FeedBooks(image), FeedBars(image)
        self.reads = 0
        self.heard_from_ns = 0  # bars and trades begin here
        self.changed_at = np.zeros(len(image.instruments), np.int64)
        self.trades: list[deque[SeenTrade]] = [
            deque(maxlen=KEPT_TRADES) for _ in self.names.contracts
        ]
        self.mains = main_contracts(image)
        self.gaps: list[tuple[int, int]] = []  # times in which nothing was heard
        self._again: FeedBooks | None = None  # empty, until the snapshot that follows

    @property
    def trading_day(self) -> int:
        """The day, yyyymmdd."""
        return self.names.trading_day

    def take(self, packets: list[memoryview]) -> None:
        """Take packets of this day, in order."""
        before, again = self.books, self._again
        self.books, self._again = again or before, None
        taken = self.books.take(packets)
        if again:
            self.gaps.append((before.time_ns, self.books.time_ns))
        self.reads += 1
        self.heard_from_ns = self.heard_from_ns or self.books.time_ns
        self.bars.hear(taken)
        self.changed_at[taken.contracts] = self.reads
        self.changed_at[taken.trades["instrument"]] = self.reads
        fields = ("instrument", "price_ticks", "lots", "taker")
        columns = [taken.trades[name].tolist() for name in fields]
        for time_ns, contract, ticks, lots, taker in zip(
            taken.trade_times_ns.tolist(), *columns, strict=True
        ):
            self.trades[contract].append(SeenTrade(time_ns, ticks, lots, Taker(taker)))

    def begin_again(self) -> None:
        """Let the books give way to the snapshot of a new connection, which follows."""
        self._again = FeedBooks(self.image)
        self.changed_at[:] = self.reads + 1

    def changed(self, since: int) -> set[int]:
        """Return the contracts that look different since a read."""
        return set(np.flatnonzero(self.changed_at > since).tolist())

    def months_of(self, product: int) -> list[int]:
        """Return the contracts of a product, in order of their months."""
        return np.flatnonzero(self.image.instruments["product"] == product).tolist()

    def next_phase_ns(self, contract: int, phase: Phase) -> int | None:
        """Return when a contract comes into a phase next, by the schedule of the day."""
        rows = self.image.phases
        group = self.image.instruments["phase_group"][contract]
        times = rows["time_ns"][
            (rows["group"] == group)
            & (rows["phase"] == phase)
            & (rows["time_ns"] > self.books.time_ns)
        ]
        return int(times.min()) if len(times) else None


def main_contracts(image: DayImage) -> list[int]:
    """Return one contract a product: with the largest open interest of the evening before.

    Of equal ones the nearest month, so a market without positions shows its front months. It is
    chosen once a day: a board whose rows change places is not read.
    """
    rows = image.instruments
    found = []
    for product in range(len(image.names.products)):
        own = np.flatnonzero(rows["product"] == product)
        if len(own):
            found.append(int(own[np.argmax(rows["last_open_interest_lots"][own])]))
    return found
