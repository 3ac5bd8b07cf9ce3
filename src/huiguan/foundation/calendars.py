"""Trading days, night sessions and the phases of a trading day; the dates themselves are data.

A trading day is an int ``yyyymmdd``; times are int64 nanoseconds UTC, exchange time is UTC+8. The
night session of a trading day is held on the evening of the trading day before it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

import msgspec
import numpy as np

from huiguan.foundation.cited import Status
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import day as read_day
from huiguan.foundation.readers.values import no_date, shown, whole_number

DAY_NS = 86_400_000_000_000
SECOND_NS = 1_000_000_000
MILLISECOND_NS = 1_000_000
EXCHANGE_OFFSET_NS = 8 * 3600 * SECOND_NS  # UTC+8, no daylight saving since 1991
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
NOON_SECONDS = 12 * 3600  # a clock time of the night before noon belongs to the next calendar day


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every trading day of a calendar, published and provisional, and nights that were not held."""

    name: str
    days: tuple[int, ...]  # ascending yyyymmdd
    published_to: int  # after this day weekdays stand in for the holidays still to be announced
    no_night: tuple[tuple[int, int], ...]  # first and last trading day without their night


class ClosedYear(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The weekdays of one year on which the market is closed."""

    year: int
    closed: tuple[str, ...]  # "02-16/02-23" or "06-19"
    source: str
    status: Status


class PhaseTime(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """From ``start_ns`` on a product group is in ``phase``, until the next one."""

    start_ns: int
    phase: str


def to_date(day: int) -> date:
    """Return the calendar date of ``yyyymmdd``; 20260230 is an InputFault."""
    try:
        return date(day // 10_000, day // 100 % 100, day % 100)
    except (ValueError, OverflowError):
        raise no_date(show_day(day), "day") from None


def real_day(value: object, what: str) -> int:
    """Return a day written ``yyyymmdd``, which must be one of the calendar."""
    number = whole_number(value, what, 0, 99_991_231)
    to_date(number)
    return number


Day = Annotated[int, real_day]


def to_int(day: date) -> int:
    """Return ``yyyymmdd`` of a date."""
    return day.year * 10_000 + day.month * 100 + day.day


def parse_day(text: str) -> int:
    """Return ``yyyymmdd`` of "2026-08-21" or "20260821"; anything else is an InputFault."""
    if len(text) == 8 and text.isascii() and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return to_int(read_day(text, "day"))


def show_day(day: int) -> str:
    """Return ``2026-08-21`` of 20260821."""
    return f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def days_between(first: int, last: int) -> int:
    """Return the number of calendar days from ``first`` to ``last``."""
    return (to_date(last) - to_date(first)).days


def closed_dates(year: ClosedYear) -> set[date]:
    """Return the dates of a year's closed ranges."""
    found = set()
    for text in year.closed:
        first, _, last = text.partition("/")
        day, end = (to_date(parse_day(f"{year.year}-{part}")) for part in (first, last or first))
        if end < day:
            raise InputFault(f"{year.year}: {text!r} ends before it begins")
        while day <= end:
            found.add(day)
            day += timedelta(1)
    return found


def build_calendar(
    name: str,
    first_day: int,
    years: Iterable[ClosedYear],
    provisional_to_year: int,
    no_night: tuple[tuple[int, int], ...] = (),
) -> Calendar:
    """Return the calendar of all weekdays from ``first_day`` that are not listed as closed.

    Years after the last listed one, up to ``provisional_to_year``, take every weekday and count as
    provisional. A listed year must follow the one before it, so that no holiday is forgotten.
    """
    ordered = sorted(years, key=lambda year: year.year)
    closed: set[date] = set()
    for number, entry in enumerate(ordered):
        if entry.year != ordered[0].year + number:
            raise InputFault(f"calendar {name}: year {ordered[0].year + number} is missing")
        closed |= closed_dates(entry)
    day, days = to_date(first_day), []
    while day.year <= provisional_to_year:
        if day.weekday() < 5 and day not in closed:
            days.append(to_int(day))
        day += timedelta(1)
    published_to = ordered[-1].year * 10_000 + 1231 if ordered else 0
    return Calendar(name=name, days=tuple(days), published_to=published_to, no_night=no_night)


def a_calendar(value: object, what: str) -> object:
    """Return a calendar; it was checked when it was loaded."""
    if not isinstance(value, Calendar):
        raise InputFault(f"{what}: {shown(value)} is no calendar; take one of `load_books()`")
    return value


Loaded = Annotated[Calendar, a_calendar]


def is_trading_day(calendar: Calendar, day: int) -> bool:
    """Return whether the market trades on ``day``."""
    index = bisect_left(calendar.days, day)
    return index < len(calendar.days) and calendar.days[index] == day


def day_at(calendar: Calendar, index: int) -> int:
    """Return the trading day at ``index``; a day outside the calendar is an InputFault."""
    if not 0 <= index < len(calendar.days):
        first, last = calendar.days[0], calendar.days[-1]
        raise InputFault(
            f"calendar {calendar.name} knows trading days from {show_day(first)} to"
            f" {show_day(last)} only; ask for a day between them"
        )
    return calendar.days[index]


def on_or_after(calendar: Calendar, day: int) -> int:
    """Return ``day`` if it is a trading day, else the next one."""
    return day_at(calendar, bisect_left(calendar.days, day))


def on_or_before(calendar: Calendar, day: int) -> int:
    """Return ``day`` if it is a trading day, else the one before."""
    return day_at(calendar, bisect_right(calendar.days, day) - 1)


def trading_day_after(calendar: Calendar, day: int, number: int = 1) -> int:
    """Return the ``number``-th trading day after ``day`` (which need not be one itself)."""
    return day_at(calendar, bisect_right(calendar.days, day) + number - 1)


def trading_day_before(calendar: Calendar, day: int, number: int = 1) -> int:
    """Return the ``number``-th trading day before ``day`` (which need not be one itself).

    Example: the 5th trading day before 2026-09-15 is 2026-09-08.
    """
    return day_at(calendar, bisect_left(calendar.days, day) - number)


def trading_days_between(calendar: Calendar, first: int, last: int) -> int:
    """Return how many trading days lie after ``first`` up to and including ``last``."""
    return bisect_right(calendar.days, last) - bisect_right(calendar.days, first)


def trading_days(calendar: Calendar, first: int, last: int) -> tuple[int, ...]:
    """Return the trading days from ``first`` to ``last``, both included."""
    return calendar.days[bisect_left(calendar.days, first) : bisect_right(calendar.days, last)]


def refuse_closed_day(calendar: Calendar, day: int, venue: str) -> None:
    """Raise ``InputFault`` where the market does not trade on ``day``; it names those around it."""
    if is_trading_day(calendar, day):
        return
    after, before = on_or_after(calendar, day), on_or_before(calendar, day)
    raise InputFault(
        f"{show_day(day)} is not a trading day of {venue}; {show_day(before)} and"
        f" {show_day(after)} are"
    )


def calendar_status(calendar: Calendar, day: int) -> str:
    """Return ``confirmed``, or ``provisional`` beyond the years whose holidays are published."""
    return "confirmed" if day <= calendar.published_to else "provisional"


def has_night_session(calendar: Calendar, trading_day: int) -> bool:
    """Return whether ``trading_day`` begins with a night session on the evening before.

    Yes when the trading day before it is the calendar day before, or a Friday before a Monday,
    minus the listed exceptions; so never after a holiday. 2026-02-24 has none, 2026-02-25 has one.
    """
    if any(first <= trading_day <= last for first, last in calendar.no_night):
        return False
    today = to_date(trading_day)
    gap = (today - to_date(trading_day_before(calendar, trading_day))).days
    return gap == 1 or (gap == 3 and today.weekday() == 0)


def clock_seconds(text: str) -> int:
    """Return seconds after midnight of ``"20:55"`` or ``"20:55:30"``."""
    parts = text.split(":")
    digits = text.isascii() and all(len(p) == 2 and p.isdigit() for p in parts)
    if len(parts) not in {2, 3} or not digits:
        raise InputFault(f"{text!r} is not a clock time; write it like 20:55")
    hour, minute, second = (int(p) for p in [*parts, "00"][:3])
    if hour > 23 or minute > 59 or second > 59:
        raise InputFault(f"{text!r} is not a clock time; write it like 20:55")
    return (hour * 60 + minute) * 60 + second


def exchange_time_ns(day: int, seconds: int) -> int:
    """Return nanoseconds UTC of ``seconds`` after midnight, exchange time, of a calendar day."""
    days = to_date(day).toordinal() - EPOCH_ORDINAL
    return days * DAY_NS + seconds * SECOND_NS - EXCHANGE_OFFSET_NS


def clock_words(times_ns: np.ndarray) -> list[str]:
    """Return times (ns, UTC) by the exchange's clock: ``2026-08-20 21:00:00.500``."""
    millis = np.asarray(times_ns, np.int64) // MILLISECOND_NS + EXCHANGE_OFFSET_NS // MILLISECOND_NS
    texts = np.datetime_as_string(millis.astype("datetime64[ms]")).tolist()
    return [text.replace("T", " ") for text in texts]


def clock_text(time_ns: int) -> str:
    """Return one time by the exchange's clock, to the millisecond."""
    return clock_words(np.array([time_ns], np.int64))[0]


def schedule_entry(text: str) -> tuple[int, str]:
    """Return seconds and phase of ``"20:55 auction_ordering"``."""
    clock, _, phase = text.partition(" ")
    return clock_seconds(clock), phase


def phase_times(
    calendar: Calendar,
    trading_day: int,
    night: tuple[str, ...],
    day: tuple[str, ...],
) -> tuple[PhaseTime, ...]:
    """Return when the phases of a trading day begin, the night's on the evening before.

    Entries read ``"20:55 auction_ordering"``; an entry of ``night`` before noon falls on the
    calendar day after the evening. Pass an empty ``night`` where none is held.
    """
    found = []
    evening = trading_day_before(calendar, trading_day) if night else 0
    for text in night:
        seconds, phase = schedule_entry(text)
        if seconds < NOON_SECONDS:
            seconds += 24 * 3600
        found.append(PhaseTime(start_ns=exchange_time_ns(evening, seconds), phase=phase))
    for text in day:
        seconds, phase = schedule_entry(text)
        found.append(PhaseTime(start_ns=exchange_time_ns(trading_day, seconds), phase=phase))
    return tuple(found)
