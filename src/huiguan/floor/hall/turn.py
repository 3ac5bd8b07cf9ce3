"""The turn of days: what the floor does between two of them, and the hand that turns them."""

from __future__ import annotations

import asyncio
import enum
from typing import Any, NamedTuple

from huiguan.foundation.faults import InputFault


class TurnStep(enum.StrEnum):
    """How far the floor is, from one day to the next."""

    STARTING = "starting"
    TRADING = "trading"
    ENDING = "ending"  # the last frame is on disk, the journal is closed for good
    CLOSE = "close"  # clearing runs in another process
    WAITING = "waiting"  # closed; a person opens the next day
    OPEN = "open"  # the next morning is being made in another process
    FAILED = "failed"  # nothing was opened; a person tries it again


class Correction(NamedTuple):
    """A correction that somebody waits for: what `day close` is called with, and the answer."""

    call: list[str]
    answer: asyncio.Future[str]


class Turn:
    """Where the turn stands, and whether somebody turned it on."""

    def __init__(self, days: str) -> None:
        """Begin; ``days`` says who turns them: auto or hand."""
        self._days, self._pushed = days, asyncio.Event()
        self._correction: Correction | None = None
        self.goes(TurnStep.STARTING, "starting")

    def goes(self, step: TurnStep, doing: str, day: str = "") -> None:
        """Note a step, in words, and the name of the day that is being turned."""
        self.step, self.doing, self.day = step, doing, int(day or 0)
        self._pushed.clear()

    def words(self) -> dict[str, object]:
        """Return what a status says of it."""
        return {
            "doing": self.doing,
            "days": self._days,
            "step": str(self.step),
            "turning": self.day,
        }

    async def pushed(self) -> None:
        """Wait until somebody turns the day on, at the step that it stands at."""
        await self._pushed.wait()

    async def push(self, given: dict[str, Any]) -> str:
        """Open the next day, or try again what failed; with a ``day``, of that one alone."""
        if self.step not in (TurnStep.WAITING, TurnStep.FAILED):
            raise InputFault(f"no day waits to be turned; the hall is at: {self.doing}")
        if (meant := given.get("day", self.day)) != self.day:
            raise InputFault(f"day {meant} does not wait to be turned; {self.day} does")
        if self._correction is not None:
            raise InputFault(f"day {self.day} is being corrected; wait until that is over")
        self._pushed.set()
        if self.step is TurnStep.FAILED:
            return "what failed is tried again"
        return "the next day is being opened"

    async def correct(self, day: str, call: list[str]) -> str:
        """Clear a closed day once more while it waits for the next one; return what came of it."""
        waits = self.step in (TurnStep.WAITING, TurnStep.FAILED) and str(self.day) == day
        if not waits or self._pushed.is_set():
            raise InputFault(
                f"day {day} does not wait for its next one, so its result stays as it is; what "
                "differs is brought by instructions of the next opening"
            )
        self._correction = Correction(call, asyncio.get_running_loop().create_future())
        self._pushed.set()
        return await self._correction.answer

    def correction(self) -> Correction | None:
        """Return, once, the correction that the turn was pushed for."""
        found, self._correction = self._correction, None
        return found
