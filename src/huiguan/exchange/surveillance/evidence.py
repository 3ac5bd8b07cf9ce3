"""The evidence of a finding, command by command: what it did, and the book it met."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from huiguan.exchange.messages import Side
from huiguan.exchange.surveillance.findings import Finding
from huiguan.exchange.surveillance.watched import Watched

DEPTH = 5


class Level(NamedTuple):
    """The lots that stand at a price, and how many of them are the finding's own holders'."""

    price_ticks: int
    lots: int
    own_lots: int


class Book(NamedTuple):
    """The best levels of both sides, best first."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Moment(NamedTuple):
    """A command of the evidence: what it entered, what left by it, what it traded.

    ``entered`` and ``gone`` are rows of ``ORDER``, ``traded`` the buyers' rows of its trades
    (``SIDE_OF_TRADE``); ``before`` is the book it came to.
    """

    sequence: int
    time_ns: int
    entered: np.ndarray
    gone: np.ndarray
    traded: np.ndarray
    before: Book


class Standing:
    """The book of one contract before any command of the day."""

    def __init__(self, day: Watched, instrument: int, own: tuple[int, ...]) -> None:
        """Take the orders and trades of a contract; ``own`` are holders whose lots are told."""
        self.orders = day.orders[day.orders["instrument"] == instrument]
        self.own = np.isin(self.orders["holder"], own)
        sides = day.sides[day.sides["instrument"] == instrument]
        sides = sides[np.argsort(sides["sequence"], kind="stable")]
        self._when = sides["sequence"]
        self._which = np.searchsorted(self.orders["order_id"], sides["order_id"])
        self._lots = sides["lots"]

    def before(self, sequence: int) -> Book:
        """Return the five best levels of both sides before a command."""
        orders = self.orders
        until = np.searchsorted(self._when, sequence)
        traded = np.bincount(self._which[:until], self._lots[:until], len(orders))
        left = orders["lots"] - traded.astype(np.int64)
        gone = (orders["gone_sequence"] > 0) & (orders["gone_sequence"] < sequence)
        stands = (orders["sequence"] < sequence) & ~gone & (left > 0)
        return Book(
            *(
                self._levels(np.flatnonzero(stands & (orders["side"] == side)), left, side)
                for side in (Side.BUY, Side.SELL)
            )
        )

    def _levels(self, rows: np.ndarray, left: np.ndarray, side: Side) -> tuple[Level, ...]:
        prices, where = np.unique(self.orders["price_ticks"][rows], return_inverse=True)
        lots = np.bincount(where, left[rows], len(prices)).astype(np.int64)
        own = np.bincount(where, left[rows] * self.own[rows], len(prices)).astype(np.int64)
        levels = [
            Level(*row) for row in zip(prices.tolist(), lots.tolist(), own.tolist(), strict=True)
        ]
        return tuple(levels[::-1][:DEPTH] if side == Side.BUY else levels[:DEPTH])


def moments_of(day: Watched, found: Finding, most: int) -> Iterator[Moment]:
    """Yield the first ``most`` commands of a finding, in order, each with the book it came to."""
    own = tuple(holder for holder in (found.holder, found.other_holder) if holder >= 0)
    standing = Standing(day, found.instrument, own)
    bought = day.bought[day.bought["instrument"] == found.instrument]
    orders = standing.orders
    for sequence in found.sequences[:most]:
        entered = orders[orders["sequence"] == sequence]
        gone = orders[orders["gone_sequence"] == sequence]
        traded = bought[bought["sequence"] == sequence]
        times = [*entered["time_ns"], *gone["gone_time_ns"], *traded["time_ns"]]
        yield Moment(
            sequence=sequence,
            time_ns=int(times[0]) if times else 0,
            entered=entered,
            gone=gone,
            traded=traded,
            before=standing.before(sequence),
        )
