"""Moments at which somebody wants to see the book: a CSV with a time or a number a line."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from huiguan.foundation.calendars import SECOND_NS
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.recorded.orders import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

NUMBERS = ("input_seq", "seq", "sequence", "command")
TIMES = ("time", "time_hhmmsscc", "at")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?")
DIGITS = re.compile(r"\d{7,8}")  # hhmmsscc


class Clock(NamedTuple):
    """A time of day, and a date where one was given."""

    date: dt.date | None
    ns: int  # since midnight


class Asked(NamedTuple):
    """One line: after input number, or after everything up to a time."""

    label: str
    number: int | None
    clock: Clock | None


def read_clock(text: str) -> Clock:
    """Return the time of ``21:00:00.5``, ``2026-08-20 21:00:00`` or ``9300025`` (09:30:00.25)."""
    date, _, clock = text.replace("T", " ").rpartition(" ")
    if DIGITS.fullmatch(clock):
        padded = clock.zfill(8)
        parts = [padded[:2], padded[2:4], padded[4:6], padded[6:]]
    elif found := CLOCK.fullmatch(clock):
        parts = [part or "0" for part in found.groups()]
    else:
        raise InputFault(f"time {text!r} is none; write it like 21:00:00.500 or 21000050")
    hours, minutes, seconds = (int(part) for part in parts[:3])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise InputFault(f"time {text!r} is no time of day")
    whole = hours * 3600 + minutes * 60 + seconds
    try:
        day = dt.date.fromisoformat(date) if date else None
    except ValueError:
        raise InputFault(f"time {text!r} has no date in front; write 2026-08-20 21:00:00") from None
    return Clock(day, whole * SECOND_NS + int(parts[3].ljust(9, "0")))


def read_points(path: Path) -> list[Asked]:
    """Return the lines of a file with a column of numbers, of times, or both (the number decides).

    Raises ``InputFault`` naming the line that cannot be read.
    """
    frame = read_csv(path)
    numbers, times = (_column(frame, names) for names in (NUMBERS, TIMES))
    if numbers is None and times is None:
        raise InputFault(
            f"{path} has no column {', '.join(NUMBERS)} (numbers of inputs) or {', '.join(TIMES)}"
            f" (times); its columns are {', '.join(frame.columns) or 'none'}"
        )
    none = [""] * len(frame)
    found = []
    for line, (number, time) in enumerate(zip(numbers or none, times or none, strict=True), 2):
        if not number and not time:
            continue
        try:
            found.append(_asked(number, time))
        except InputFault as fault:
            raise InputFault(f"{path}, line {line}: {fault}") from None
    return found


def _asked(number: str, time: str) -> Asked:
    if not number:
        return Asked(time, None, read_clock(time))
    if not number.isascii() or not number.isdigit() or int(number) >= 2**63:
        raise InputFault(f"{number!r} is no number of an input; numbers count from 1")
    return Asked(number, int(number), None)


def _column(frame: pl.DataFrame, names: tuple[str, ...]) -> list[str] | None:
    """Return the texts of the first column of these names, None without one."""
    for name in names:
        if name in frame.columns:
            return list(frame[name].fill_null("").str.strip_chars().to_list())
    return None
