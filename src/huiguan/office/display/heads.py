"""The line at the top of every page: trading day, phase, clock, speed, and how old the data are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.messages import Phase
from huiguan.exchange.reports.command_words import PHASES
from huiguan.foundation.calendars import clock_text, show_day

if TYPE_CHECKING:
    from huiguan.exchange.reports.candles import PageWords
    from huiguan.office.feed.follower import Follower, HallStands
    from huiguan.office.feed.public_day import PublicDay

TRADING = "trading"
STARTING = (
    "The market is starting: it compiles where this machine has not done so before, reads its "
    "morning and runs its journal again. Figures come by themselves."
)

BETWEEN = {  # what everybody is told of a hall that waits for a person
    "waiting": "The day is closed and cleared; the next one opens when two persons say so.",
    "failed": "The day could not be turned; whoever runs the market is told why.",
}


class Head(NamedTuple):
    """How the market stands, in English; the page says it in its reader's language."""

    trading_day: str
    phase: str
    clock: str
    speed: str
    age: str
    trouble: str  # why nothing new comes; empty while all is well

    def spoken(self, words: PageWords) -> dict[str, str]:
        """Return the parts in a language."""
        return {name: words.text(value) for name, value in self._asdict().items()}


def speed_words(stands: HallStands) -> str:
    """Return how fast the clock goes."""
    named = {"wall": "real time", "max": "as fast as the crowd", 0.0: "paused"}
    return named.get(stands.speed) or f"×{float(stands.speed):g}"


def main_phase(day: PublicDay) -> str:
    """Return the phase most products are in."""
    phases = Counter(day.books.states["phase"][day.mains].tolist())
    return PHASES[Phase(phases.most_common(1)[0][0])][0]


def age_words(seconds: int) -> str:
    """Return how long ago, in words."""
    if seconds < 2:
        return "now"
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"


def trouble_of(follower: Follower) -> str:
    """Return why nothing new comes, as far as it is known; empty while all is well."""
    stands = follower.stands
    if follower.day is None:
        return STARTING
    if not follower.is_connected:
        return f"The feed is gone since {follower.gone_at}; it is asked again all the time."
    if stands and stands.doing != TRADING:
        return BETWEEN.get(stands.step) or f"The market is not trading: {stands.doing}"
    return ""


def head_of(follower: Follower) -> Head:
    """Return how the market stands; call it with the lock held."""
    day, stands = follower.day, follower.stands
    told_ns = day.books.time_ns if day else 0
    clock = stands.clock if stands else clock_text(told_ns)[:19] if told_ns else ""
    return Head(
        trading_day=show_day(day.trading_day) if day else "",
        phase=main_phase(day) if day and day.reads else "",
        clock=clock,
        speed=speed_words(stands) if stands else "",
        age=age_words(follower.age_seconds) if day else "",
        trouble=trouble_of(follower),
    )
