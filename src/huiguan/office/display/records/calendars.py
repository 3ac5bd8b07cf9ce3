"""The calendar of a year: trading days, nights that are held, and when contracts end."""

from __future__ import annotations

import calendar as months
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.rows import calendar_of
from huiguan.foundation.calendars import (
    calendar_status,
    has_night_session,
    is_trading_day,
    show_day,
    trading_days,
)
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.exchange.rules.rows import Books
    from huiguan.foundation.calendars import Calendar

WEEK = 7
CLOSED, TRADING, NO_NIGHT = "closed", "trading", "no night"


class DayCell(NamedTuple):
    """A day of a month; without a number it is of another month."""

    number: int
    kind: str


class MonthShown(NamedTuple):
    """A month as weeks from Monday to Sunday."""

    name: str  # 2026-08
    weeks: list[list[DayCell]]


class YearShown(NamedTuple):
    """A year of the calendar."""

    year: int
    months: list[MonthShown]
    trading_days: int
    status: str  # confirmed, or provisional: holidays that are not announced yet
    others: list[int]  # years there are beside it


class Ending(NamedTuple):
    """Contracts whose last trading day is the same."""

    day: str
    contracts: list[str]


def market_calendar(books: Books) -> Calendar:
    """Return the calendar of the market; its venues share one."""
    return calendar_of(books, next(iter(books.products.values())))


def years_of(calendar: Calendar) -> range:
    """Return the years a calendar has, published and provisional."""
    return range(calendar.days[0] // 10_000, calendar.days[-1] // 10_000 + 1)


def kind_of(calendar: Calendar, day: int) -> str:
    """Return what a day is to the market."""
    if not is_trading_day(calendar, day):
        return CLOSED
    try:
        return TRADING if has_night_session(calendar, day) else NO_NIGHT
    except InputFault:  # the first day of the calendar: what stood before it is not known
        return NO_NIGHT


def year_shown(calendar: Calendar, year: int) -> YearShown:
    """Return a year of a calendar."""
    shown = []
    for month in range(1, 13):
        weeks = [
            [
                DayCell(day, kind_of(calendar, year * 10_000 + month * 100 + day) if day else "")
                for day in week
            ]
            for week in months.Calendar().monthdayscalendar(year, month)
        ]
        shown.append(MonthShown(f"{year}-{month:02d}", weeks))
    first, last = year * 10_000 + 101, year * 10_000 + 1231
    near = [other for other in (year - 1, year + 1) if other in years_of(calendar)]
    count = len(trading_days(calendar, first, last))
    return YearShown(year, shown, count, calendar_status(calendar, last), near)


def endings(books: Books, trading_day: int) -> list[Ending]:
    """Return when the listed contracts trade last, the nearest first."""
    found: dict[int, list[str]] = {}
    for contract in listed_contracts(books, trading_day):
        found.setdefault(contract.last_day, []).append(contract.code)
    return [Ending(show_day(day), found[day]) for day in sorted(found)]
