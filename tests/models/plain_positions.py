"""Lots held, in a dictionary: today and history apart (rulebook 3.1)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.models.plain_book import PlainOrder

OPEN, CLOSE_TODAY = 0, 3
HEDGING, MARKET_MAKING = 2, 3


class Key(NamedTuple):
    """Whose lots: long and short of one contract are held side by side."""

    code: int
    instrument: int
    hedge: int
    side: int  # 0 long, 1 short


@dataclass
class Held:
    """Lots of one side; ``today_cost`` is the sum of ticks x lots they were opened at."""

    history: int = 0
    today: int = 0
    today_cost: int = 0


@dataclass
class PlainPositions:
    """Every position of the day, and the lots each holder opened."""

    offset_flags: bool
    held: dict[Key, Held] = field(default_factory=lambda: defaultdict(Held))
    opened: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))

    def takes_today(self, offset: int) -> bool:
        """Return which lots a closing order takes; a net venue has one kind."""
        return offset == CLOSE_TODAY or not self.offset_flags

    def enter_history(self, key: Key, lots: int, settlement: int) -> None:
        """Take over lots of the evening before."""
        if self.offset_flags:
            self.held[key].history += lots
        else:
            self.held[key].today += lots
            self.held[key].today_cost += settlement * lots

    def open(self, key: Key, price: int, lots: int) -> None:
        """Add lots of today."""
        self.held[key].today += lots
        self.held[key].today_cost += price * lots

    def close(self, key: Key, today: bool, lots: int, settlement: int) -> int:
        """Take lots away and return what they had cost (ticks x lots)."""
        held = self.held[key]
        if not today:
            held.history -= lots
            return settlement * lots
        cost = held.today_cost * lots // held.today  # their share, cut down
        held.today -= lots
        held.today_cost -= cost
        return cost

    def frozen(self, key: Key, today: bool, orders: Iterable[PlainOrder]) -> int:
        """Return the lots that live orders are going to close, now or when they turn."""
        return sum(
            order.closing if self.takes_today(order.offset) == today else order.other
            for order in orders
            if (order.code, order.instrument, order.hedge) == key[:3] and order.side == 1 - key.side
        )

    def free(self, key: Key, today: bool, orders: Iterable[PlainOrder]) -> int:
        """Return the lots that a further order may close."""
        held = self.held.get(key, Held())
        return (held.today if today else held.history) - self.frozen(key, today, orders)

    def lots_of_holder(
        self, codes: set[int], instrument: int, side: int, orders: Iterable[PlainOrder]
    ) -> tuple[int, int]:
        """Return (general, hedging) lots that limits count: positions and pending opens."""
        totals = [0, 0]
        for key, held in self.held.items():
            asked = key.code in codes and (key.instrument, key.side) == (instrument, side)
            if asked and key.hedge != MARKET_MAKING:
                totals[key.hedge == HEDGING] += held.history + held.today
        for order in orders:
            asked = order.code in codes and (order.instrument, order.side) == (instrument, side)
            if asked and order.hedge != MARKET_MAKING:
                totals[order.hedge == HEDGING] += order.opening
        return totals[0], totals[1]


def counts_as_opened(hedge: int) -> bool:
    """Return whether the daily opening limit counts a lot: hedging and market making are exempt."""
    return hedge not in (HEDGING, MARKET_MAKING)
