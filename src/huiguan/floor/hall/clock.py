"""The exchange's clock: the only reader of wall time, real or steered.

A steered clock says exchange time as a line through an anchor: so much exchange time since then for
every second of wall time. Pausing, stepping and another speed set a new anchor, so time never jumps
back. The setting lies beside the days (``clock.json``): a restart goes on where the hall stood.
While nobody runs the hall, a steered clock stands still and a real one goes on.

At speed ``max`` time does not pass by itself: whoever paces the market moves it on.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import msgspec

from huiguan.foundation.calendars import EXCHANGE_OFFSET_NS, SECOND_NS
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from pathlib import Path

CLOCK_NAME = "clock.json"
WALL, STEERED = "wall", "steered"
FIRST_YEAR, LAST_YEAR = 1970, 2200  # of a clock; its nanoseconds have 63 bits
FASTEST = 100_000.0  # times real; beyond that there is `max`
FIRST_YEAR, LAST_YEAR = 1970, 2200  # of a clock; its nanoseconds have 63 bits
EXCHANGE = dt.timezone(dt.timedelta(seconds=EXCHANGE_OFFSET_NS // SECOND_NS))
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class ClockSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the clock goes; ``speed`` 0 is paused, ``max`` is as fast as the market can."""

    kind: str = WALL
    now_ns: int = 0  # steered: exchange time (ns, UTC) when this was written
    speed: float = 1.0
    max: bool = False


def wall_ns() -> int:
    """Return the time of this machine (ns, UTC)."""
    return time.time_ns()  # noqa: TID251  the one place of a living market


def steady() -> float:
    """Return seconds that never jump, for intervals of this process."""
    return time.monotonic()


def exchange_words(time_ns: int) -> str:
    """Return a time (ns, UTC) by the exchange's clock: ``2026-08-20 21:00:00``."""
    moment = EPOCH + dt.timedelta(microseconds=time_ns // 1000)
    return moment.astimezone(EXCHANGE).strftime("%Y-%m-%d %H:%M:%S")


def read_speed(text: str) -> tuple[float, bool]:
    """Return (speed, whether it is ``max``) of a word like ``60``, ``0.5`` or ``max``."""
    if text == "max":
        return 1.0, True
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 < speed <= FASTEST:
        raise InputFault(
            f"speed {text!r} is none: write how many times faster than real, up to {FASTEST:,.0f}, "
            "or max"
        )
    return speed, False


def read_moment(text: str) -> int:
    """Return the time (ns, UTC) of ``2026-08-20T20:50`` by the exchange's clock."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if (
        moment is None
        or moment.tzinfo is not None
        or len(text) <= len("2026-08-20")
        or not FIRST_YEAR <= moment.year < LAST_YEAR
    ):
        raise InputFault(
            f"clock {text!r} is no moment: write date and time of the exchange, like "
            "2026-08-20T20:50, or wall"
        )
    return (moment.replace(tzinfo=EXCHANGE) - EPOCH) // dt.timedelta(microseconds=1) * 1000


class Clock:
    """Tells exchange time (ns, UTC) and how long it is until then."""

    def __init__(self, setting: ClockSetting, path: Path | None = None) -> None:
        """Go on as the setting says; steering is written to ``path``."""
        self._path = path
        self._set(setting)

    @classmethod
    def resume(cls, folder: Path, otherwise: ClockSetting) -> Clock:
        """Go on as the clock of a hall stood, or begin one."""
        path = folder / CLOCK_NAME
        if not path.exists():
            clock = cls(otherwise, path)
            clock.keep()
            return clock
        try:
            setting = msgspec.json.decode(path.read_bytes(), type=ClockSetting)
        except (OSError, msgspec.DecodeError) as fault:
            raise InputFault(
                f"{path} does not say how the clock goes ({fault}); remove it and say --clock"
            ) from fault
        return cls(setting, path)

    def _set(self, setting: ClockSetting) -> None:
        self.setting = setting
        self._anchor = steady()

    @property
    def is_wall(self) -> bool:
        """Whether exchange time is that of this machine."""
        return self.setting.kind == WALL

    @property
    def is_paced(self) -> bool:
        """Whether time moves only when somebody moves it (speed ``max``)."""
        return not self.is_wall and self.setting.max

    def now_ns(self) -> int:
        """Return exchange time now."""
        if self.is_wall:
            return wall_ns()
        if self.setting.max:
            return self.setting.now_ns
        passed = (steady() - self._anchor) * self.setting.speed
        return self.setting.now_ns + int(passed * SECOND_NS)

    def seconds_until(self, time_ns: int) -> float | None:
        """Return the real seconds until exchange time ``time_ns``; None: it does not come."""
        if not self.is_wall and (self.setting.max or self.setting.speed == 0):
            return 0.0 if time_ns <= self.now_ns() else None
        speed = 1.0 if self.is_wall else self.setting.speed
        return max(0.0, (time_ns - self.now_ns()) / SECOND_NS / speed)

    def pause(self) -> None:
        """Stand still until the speed is set."""
        self.steer(speed=0.0)

    def steer(
        self, *, now_ns: int | None = None, speed: float | None = None, fastest: bool | None = None
    ) -> None:
        """Set time (never back), speed, or whether time is paced; what is not named stays."""
        if self.is_wall:
            raise InputFault(
                "this hall keeps real time, which nobody can pause, step or speed up; begin one "
                "with --clock 2026-08-20T20:50"
            )
        now = self.now_ns()
        if now_ns is not None and now_ns < now:
            raise InputFault(
                f"the clock stands at {exchange_words(now)} and never goes back; name a later time"
            )
        old = self.setting
        self._set(
            ClockSetting(
                STEERED,
                now if now_ns is None else now_ns,
                old.speed if speed is None else speed,
                old.max if fastest is None else fastest,
            )
        )
        self.keep()

    def move(self, now_ns: int) -> None:
        """Move a paced clock on; the setting is kept with the next ``keep``."""
        self.setting = msgspec.structs.replace(
            self.setting, now_ns=max(now_ns, self.setting.now_ns)
        )

    def keep(self) -> None:
        """Write down how the clock stands, so that a restart goes on from here."""
        if self._path is None:
            return
        setting = msgspec.structs.replace(self.setting, now_ns=self.now_ns())
        text = msgspec.json.format(msgspec.json.encode(setting), indent=1)
        write_file(self._path, [text, b"\n"], Files())
