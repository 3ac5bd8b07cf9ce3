"""When things happen: the moments of a trading day at which frames of commands arrive."""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.phases import ORDERS, PLAIN_ORDERS, allows
from huiguan.foundation.calendars import SECOND_NS, exchange_time_ns

LOG_ON_NS = 300 * SECOND_NS  # before the first phase
AUCTION_PART = 40  # one frame in so many for each call auction


class Moment(NamedTuple):
    """A frame's time, and the phase of every product group then."""

    time_ns: int
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


def stretches(image: DayImage) -> list[Stretch]:
    """Return the day from its first phase to its last as parts without a change of phase."""
    rows = image.phases
    phases = np.zeros(len(image.names.phase_groups), np.int64)
    found = []
    times = np.unique(rows["time_ns"])
    for start, end in zip(times, [*times[1:], times[-1]], strict=True):
        for row in rows[rows["time_ns"] == start]:
            phases[row["group"]] = row["phase"]
        found.append(Stretch(int(start), int(end), phases.copy()))
    return found


def moments(
    image: DayImage, frames: int, weights: np.ndarray, chance: np.random.Generator
) -> list[Moment]:
    """Return about ``frames`` moments in which somebody may trade, in order of time.

    ``weights`` says how busy each group is. A call auction takes one frame in forty, the rest is
    spread over the sessions by length and by how busy their groups are.
    """
    parts = [part for part in stretches(image) if part.open_groups.any()]
    auction = [bool(allows(PLAIN_ORDERS, part.phases).any()) for part in parts]
    busy = [
        0
        if is_auction
        else (part.end_ns - part.start_ns) // SECOND_NS * int(weights[part.open_groups].sum())
        for part, is_auction in zip(parts, auction, strict=True)
    ]
    fixed = max(3, frames // AUCTION_PART)
    left = max(frames - fixed * sum(auction), len(parts))
    morning = exchange_time_ns(image.settings.trading_day, 6 * 3600)
    found = []
    for part, is_auction, share in zip(parts, auction, busy, strict=True):
        count = fixed if is_auction else max(2, left * share // max(sum(busy), 1))
        length = (part.end_ns - part.start_ns) // (count + 1)
        jitter = chance.integers(0, length // 2, count)
        for number in range(count):
            time_ns = part.start_ns + (number + 1) * length + int(jitter[number]) - length // 4
            found.append(Moment(time_ns, part.phases, part.start_ns < morning))
    return found
