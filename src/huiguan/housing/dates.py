"""Days, months and deadlines of a tenancy; every period is half-open: [start, end).

Periods named in months or years follow the Civil Code of the PRC, articles 201 to 203: the month's
corresponding day, or its last day where there is none; a deadline does not count its first day, and
one that ends on a day off moves to the next working day. A lease counts its first day, as contracts
do, so twelve months from 1 July end before the next 1 July (article 204 lets contracts say so).
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import MAXYEAR, date, timedelta

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count, natural
from huiguan.foundation.readers.values import day as read_day

FOREVER = date.max.toordinal()  # in a column: no end


def to_column(day: date | None) -> int:
    """Return a day as columns hold it: the proleptic ordinal (1 January of year 1 is 1).

    None, a period without end, is ``FOREVER``.
    """
    return FOREVER if day is None else read_day(day, "day").toordinal()


def from_column(number: int) -> date | None:
    """Return the day of a column's number; ``FOREVER`` is None."""
    return None if number == FOREVER else date.fromordinal(int(number))


def days_later(day: date, days: int) -> date:
    """Return the day ``days`` later (earlier where negative); the calendar has it, or refuses."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise InputFault(f"{days} days from {day} on lie outside the calendar") from None


def in_order(start: date, end: date) -> None:
    """Refuse a period that ends before it starts; one that ends on its first day has no day."""
    if end < start:
        raise InputFault(f"the period ends {end} before it starts {start}")


@rule("Civil Code 202 (month ends)", "confirmed")
@checked
def add_months(day: date, months: int) -> date:
    """Return the corresponding day ``months`` later, or that month's last day where there is none.

    Count from the first start, never from an earlier result. Example:
    ``add_months(date(2026, 1, 31), 1)`` is ``date(2026, 2, 28)``;
    ``add_months(date(2026, 1, 31), 2)`` is ``date(2026, 3, 31)``;
    ``add_months(date(2024, 2, 29), 12)`` is ``date(2025, 2, 28)``.
    """
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    if not 1 <= year <= MAXYEAR:
        raise InputFault(f"{months} months from {day} on lie outside the calendar")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@rule("Civil Code 202 (month ends)", "confirmed")
@checked
def lease_end(start: date, months: int) -> date:
    """Return the first day after a lease of whole months (half-open: a new let may start on it).

    Example: ``lease_end(date(2026, 7, 1), 12)`` is ``date(2027, 7, 1)``; the last day of such a
    lease is 30 June 2027.
    """
    return add_months(start, natural(months, "months of a lease", 1))


@rule("calendar", "confirmed")
@checked
def last_day(end: date) -> date:
    """Return the last day somebody may stay when the period ends at ``end`` (not counted itself).

    Example: ``last_day(date(2027, 7, 1))`` is ``date(2027, 6, 30)``.
    """
    return days_later(end, -1)


@rule("calendar", "confirmed")
@checked
def days_in_month(day: date) -> int:
    """Return how many days the month of ``day`` has.

    Example: ``days_in_month(date(2028, 2, 10))`` is ``29``.
    """
    return monthrange(day.year, day.month)[1]


@rule("calendar", "confirmed")
@checked
def days_within_month(start: date, end: date, month: date) -> int:
    """Return how many days of [start, end) fall in the calendar month of ``month``.

    Example: ``days_within_month(date(2026, 6, 17), date(2026, 8, 1), date(2026, 6, 1))`` is ``14``,
    for July 31, for August 0.
    """
    in_order(start, end)
    first = month.replace(day=1)
    return max(0, (min(end, add_months(first, 1)) - max(start, first)).days)


@rule("calendar", "confirmed")
@checked
def overlap(start: date, end: date, other_start: date, other_end: date) -> bool:
    """Return whether two half-open periods share a day; meeting on a turnover day is no overlap.

    Example: ``overlap(date(2026, 5, 1), date(2026, 6, 1), date(2026, 6, 1), date(2026, 7, 1))`` is
    ``False``.
    """
    in_order(start, end)
    in_order(other_start, other_end)
    return max(start, other_start) < min(end, other_end)


@rule("Civil Code 202 (month ends)", "confirmed")
@checked
def age_on(birth: date, on: date) -> int:
    """Return full years of age; a birthday of 29 February falls on 28 February in common years.

    Example: ``age_on(date(2000, 3, 1), date(2026, 2, 28))`` is ``25``;
    ``age_on(date(2000, 3, 1), date(2026, 3, 1))`` is ``26``.
    """
    if on < birth:
        raise InputFault(f"somebody born on {birth} has no age on {on}")
    years = on.year - birth.year
    return years if on >= add_months(birth, 12 * years) else years - 1


@rule("Civil Code 201 and 203 (deadlines)", "confirmed")
@checked
def answer_by(made_on: date, days: Count, days_off: Collection[date] = ()) -> date:
    """Return the last day on which an answer counts; the day the offer is made is not counted.

    A deadline that ends on one of ``days_off`` moves to the next day that is not one.
    Example: ``answer_by(date(2026, 7, 1), 3)`` is ``date(2026, 7, 4)``;
    ``answer_by(date(2026, 7, 1), 3, [date(2026, 7, 4), date(2026, 7, 5)])`` is
    ``date(2026, 7, 6)``.
    """
    if days < 1:
        raise InputFault(f"{days} days to answer: an offer needs at least one")
    last = days_later(made_on, days)
    while last in days_off:
        last = days_later(last, 1)
    return last


@rule("calendar", "confirmed")
@checked
def months_and_days(start: date, end: date) -> tuple[int, int]:
    """Return whole months from ``start`` and the days left over to ``end``.

    Example: ``months_and_days(date(2026, 1, 15), date(2026, 3, 20))`` is ``(2, 5)``;
    ``months_and_days(date(2026, 1, 31), date(2026, 2, 28))`` is ``(1, 0)``.
    """
    in_order(start, end)
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months, (end - add_months(start, months)).days
