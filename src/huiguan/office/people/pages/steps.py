"""Steps of a day's checklists: each room tells those it knows of, when it is made ready.

Nothing is ticked by hand: a step is read from what is when the page is asked for.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class StepState(enum.StrEnum):
    """How a step of a checklist stands."""

    DONE = "done"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    AHEAD = "to come"


class DayStep(NamedTuple):
    """A step: what it is, how it stands, what it came to, what a person does about it."""

    what: str
    state: StepState
    figures: Sequence[tuple[str, str]] = ()
    advice: str = ""


AT_START: list[Callable[[int], DayStep]] = []  # of a trading day, from other rooms
AT_END: list[Callable[[int], DayStep]] = []
