"""Statements of the closed days of a hall, read from their folders and kept for who looks again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.statement import compare_with, read_file, statements_of, told
from huiguan.exchange.reports.statements.heads import View
from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.display.records.days import closed_days
from huiguan.storage.lock import holder
from huiguan.storage.market.day_folder import DayFolder

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.days.statement import CodeStatement
    from huiguan.exchange.clearing.client_day import ClientDay
    from huiguan.exchange.evening.statements import Statements
    from huiguan.exchange.reports.statements.comparing import Comparison
    from huiguan.exchange.rules.rows import Books

KEPT_DAYS, KEPT_STATEMENTS = 4, 512
LARGEST_FILE = 4 << 20  # bytes of a broker's statement


class OfDay(NamedTuple):
    """A closed day in its version, with the books that name its products."""

    root: Path
    written: int
    books: Books

    def __hash__(self) -> int:
        return hash((self.root, self.written, self.books.digest))


@lru_cache(KEPT_DAYS)
def _read(day: OfDay) -> Statements:
    return statements_of(day.root, day.books)


@lru_cache(KEPT_STATEMENTS)
def _told(day: OfDay, code: str) -> ClientDay:
    return _read(day).statement(code)


def client_day(day: int, code: str) -> ClientDay:
    """Return a code's day; an InputFault where it was not there, or is written anew now."""
    here = shown()
    root = here.follower.places.days / str(day)
    if writing := holder(root):
        raise InputFault(f"trading day {day} is being written by {writing}; ask again")
    written = (DayFolder(root).result / "result.json").stat().st_mtime_ns
    return _told(OfDay(root, written, here.books), code)


def days_of_month(day: int) -> list[int]:
    """Return the closed days of a month up to one of them, in their order."""
    found = closed_days(shown().follower.places.days)
    return sorted(one for one in found if one // 100 == day // 100 and one <= day)


def statement(day: int, code: str, view: View) -> CodeStatement:
    """Return a statement of a code; of a month, the days on which there was such a code."""
    if view != View.MONTH:
        return told(code, [client_day(day, code)], view)
    days, missing = [], ""
    for one in days_of_month(day):
        try:
            days.append(client_day(one, code))
        except InputFault as fault:
            missing = str(fault)
    if not days:
        raise InputFault(missing)
    return told(code, days, view)


class BesideBroker(NamedTuple):
    """A broker's statement beside ours."""

    date: str
    view: View
    found: Comparison


def beside(content: bytes, code: str) -> BesideBroker:
    """Compare a broker's file with the statement of a code of the day, or month, that it names."""
    theirs = read_file(content)
    of_month = theirs.view == View.MONTH
    days = [
        day
        for day in closed_days(shown().follower.places.days)
        if str(day).startswith(theirs.date[:6] if of_month else theirs.date)
    ]
    if not days:
        raise InputFault(f"the statement is of {theirs.date}, of which no day is closed here")
    ours = statement(days[0], code, theirs.view)
    return BesideBroker(theirs.date, theirs.view, compare_with(content, ours))
