"""When things happen: the moments of a trading day in which people decide, the bursts they send.

People look at the market once a moment. What they send then arrives over the whole of it, in bursts
of a few milliseconds: a burst is a frame of the journal and has a time of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.phases import ORDERS, PLAIN_ORDERS, allows
from huiguan.foundation.calendars import SECOND_NS, exchange_time_ns

LOG_ON_NS = 300 * SECOND_NS  # before the first phase
AUCTION_PART = 40  # one moment in so many for each call auction
BURST_COMMANDS = 40  # what arrives within milliseconds, about


class Moment(NamedTuple):
    """A moment's time and length, and the phase of every product group in it."""

    time_ns: int
    span_ns: int
    phases: np.ndarray
    night: bool


class Stretch(NamedTuple):
    """A part of the day in which no phase changes."""

    start_ns: int
    end_ns: int
    phases: np.ndarray

    @property
    def open_groups(self) -> np.ndarray:
        """Which groups take orders."""
        return allows(ORDERS, self.phases)


def stretches(image: DayImage, cuts: Sequence[int] = ()) -> list[Stretch]:
    """Return the day from its first phase to its last as parts without a change of phase.

    A part ends at each of ``cuts`` (ns) that lies inside the day, too.
    """
    rows = image.phases
    phases = np.zeros(len(image.names.phase_groups), np.int64)
    found = []
    changes = rows["time_ns"]
    inside = [cut for cut in cuts if changes.min() < cut < changes.max()]
    times = np.unique([*changes.tolist(), *inside]).tolist()
    for start, end in zip(times, [*times[1:], times[-1]], strict=True):
        for row in rows[changes == start]:
            phases[row["group"]] = row["phase"]
        found.append(Stretch(start, end, phases.copy()))
    return found


def moments(
    image: DayImage, number: int, weights: np.ndarray, cuts: Sequence[int] = ()
) -> list[Moment]:
    """Return about ``number`` moments in which somebody may trade, in order of time.

    ``weights`` says how busy each group is. A call auction takes one moment in forty, the rest is
    spread over the sessions by length and by how busy their groups are. A moment begins at each of
    ``cuts`` (ns), where the market is open then.
    """
    parts = [part for part in stretches(image, cuts) if part.open_groups.any()]
    auction = [bool(allows(PLAIN_ORDERS, part.phases).any()) for part in parts]
    busy = [
        0
        if is_auction
        else (part.end_ns - part.start_ns) // SECOND_NS * int(weights[part.open_groups].sum())
        for part, is_auction in zip(parts, auction, strict=True)
    ]
    fixed = max(3, number // AUCTION_PART)
    left = max(number - fixed * sum(auction), len(parts))
    morning = exchange_time_ns(image.settings.trading_day, 6 * 3600)
    found = []
    for part, is_auction, share in zip(parts, auction, busy, strict=True):
        count = fixed if is_auction else max(2, left * share // max(sum(busy), 1))
        length = part.end_ns - part.start_ns
        edges = [part.start_ns + length * place // count for place in range(count + 1)]
        found += [
            Moment(start, end - start, part.phases, start < morning)
            for start, end in pairwise(edges)
        ]
    return found


def bursts(
    moment: Moment, commands: int, first: int, chance: np.random.Generator
) -> Iterator[tuple[int, int, int]]:
    """Yield (time in ns, first command, end) of each burst of a moment with so many commands.

    Bursts come at any time of the moment, about one for ``BURST_COMMANDS``; each command is in any
    of them, the ``first`` ones in the first, and their order stays.
    """
    number = max(1, commands // BURST_COMMANDS)
    times = np.sort(moment.time_ns + chance.integers(0, moment.span_ns, number))
    places = np.sort(chance.integers(0, number, commands))
    places[:first] = places[:1]
    edges = np.searchsorted(places, np.arange(number + 1))
    for time_ns, start, end in zip(
        times.tolist(), edges.tolist(), edges[1:].tolist(), strict=False
    ):
        if start < end:
            yield time_ns, start, end
