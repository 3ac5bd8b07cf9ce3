"""Leases: terms and total limits, three roles kept apart, swaps, notice, exit, holding over.

Lessee (who signs), payers (who owe the rent) and occupants (who live there) are separate: an
employer changes occupants without a new lease. An occupant who stays after the end holds over: the
days go on being charged, and the place is not free until they leave.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import chain

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, Fen
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import (
    add_months,
    answer_by,
    days_later,
    in_order,
    months_and_days,
    overlap,
)
from huiguan.housing.supply.places import Sex
from huiguan.housing.tenancy.rent import MarketRent, Rent, Share, period_rent

Period = tuple[date, date]


class Lease(msgspec.Struct, frozen=True):
    """A place let to a lessee over [start, end) for a monthly rent that payers share."""

    number: Name
    place: Name
    scheme: Name
    lessee: Name
    by_employer: bool
    shares: tuple[Share, ...]
    start: date
    end: date
    rent_fen: Rent
    deposit_fen: Fen


class Stay(msgspec.Struct, frozen=True):
    """A person lives in a leased place over [start, end); ``end`` is None while they do."""

    lease: Name
    person: Name
    start: date
    end: date | None = None


@rule("R11 Shanghai: at least one year, at most three", "confirmed")
@checked
def check_term(start: date, end: date, least_months: Count, most_months: Count) -> Refusal:
    """Return whether a lease over [start, end) is long and short enough.

    Example: ``check_term(date(2026, 7, 1), date(2027, 7, 1), 12, 36)`` is ``Refusal.ACCEPTED``;
    ``check_term(date(2026, 7, 1), date(2027, 6, 30), 12, 36)`` is ``Refusal.TERM_TOO_SHORT``;
    ``check_term(date(2026, 7, 1), date(2029, 7, 2), 12, 36)`` is ``Refusal.TERM_TOO_LONG``.
    """
    if least_months > most_months:
        raise InputFault(f"no term has at least {least_months} and at most {most_months} months")
    later = unchecked(add_months)
    if end < later(start, least_months):
        return Refusal.TERM_TOO_SHORT
    if end > later(start, most_months):
        return Refusal.TERM_TOO_LONG
    return Refusal.ACCEPTED


def merge_periods(periods: Iterable[Period]) -> list[Period]:
    """Return the same days as separate periods in order; those that meet or overlap become one."""
    merged: list[Period] = []
    for start, end in sorted(periods):
        in_order(start, end)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


@rule("R12 public rental: six years in total", "confirmed")
@checked
def latest_end(earlier: Iterable[Period], start: date, limit_months: Count) -> date:
    """Return the latest end a lease from ``start`` may have under a limit on the total.

    Earlier periods count in whole months and days each; periods that meet count as one, the lease
    itself included when it follows on. Nothing left: ``start`` or a day before it.

    Example, 72 months: three years used without a break leave three:
    ``latest_end([(date(2020, 1, 1), date(2023, 1, 1))], date(2023, 1, 1), 72)`` is
    ``date(2026, 1, 1)``. [1 January 2020, 16 March 2021) was 14 months and 15 days; from 1 May 2022
    the latest end is 58 months less 15 days on:
    ``latest_end([(date(2020, 1, 1), date(2021, 3, 16))], date(2022, 5, 1), 72)`` is
    ``date(2027, 2, 14)``.
    """
    months = days = 0
    first = start
    for begun, ended in merge_periods(earlier):
        if ended > start:
            raise InputFault(f"an earlier lease ends {ended}, after the new one starts {start}")
        if ended == start:
            first = begun
        else:
            used = unchecked(months_and_days)(begun, ended)
            months, days = months + used[0], days + used[1]
    return days_later(unchecked(add_months)(first, limit_months - months), -days)


@rule("R12 public rental: six years in total", "confirmed")
@checked
def check_total(earlier: Iterable[Period], start: date, end: date, limit_months: Count) -> Refusal:
    """Return whether a lease over [start, end) keeps the total limit; exactly the limit does.

    Example: ``check_total([(date(2020, 1, 1), date(2023, 1, 1))], date(2023, 1, 1),
    date(2026, 1, 2), 72)`` is ``Refusal.TOTAL_TERM_USED``.
    """
    if end > unchecked(latest_end)(earlier, start, limit_months):
        return Refusal.TOTAL_TERM_USED
    return Refusal.ACCEPTED


@rule("notice in days (contract)", "assumed")
@checked
def notice_end(given_on: date, days: Count) -> date:
    """Return the end of a lease given notice; the day of the notice is not counted.

    Example: 30 days given on 1 July 2026, the last day is 31 July:
    ``notice_end(date(2026, 7, 1), 30)`` is ``date(2026, 8, 1)``.
    """
    return days_later(unchecked(answer_by)(given_on, days), 1)


@rule("notice in days (contract)", "assumed")
@checked
def check_exit(given_on: date, end: date, days: Count) -> Refusal:
    """Return whether a lease may end at ``end`` after notice given on a day.

    Example: ``check_exit(date(2026, 7, 1), date(2026, 7, 31), 30)`` is
    ``Refusal.NOTICE_TOO_SHORT``.
    """
    if end < unchecked(notice_end)(given_on, days):
        return Refusal.NOTICE_TOO_SHORT
    return Refusal.ACCEPTED


@rule("holding over: [end of the lease, day of leaving)", "assumed")
@checked
def holdover_days(end: date, left_on: date) -> int:
    """Return the days an occupant stayed too long; leaving on the end day itself is none.

    Example: ``holdover_days(date(2026, 7, 1), date(2026, 7, 4))`` is ``3``.
    """
    return max(0, (left_on - end).days)


@rule("R25 Shanghai: transition months after losing the right to stay", "unconfirmed")
@checked
def holdover_periods(end: date, left_on: date, transition_months: Count) -> tuple[Period, Period]:
    """Return the days held over within the transition and beyond it (either may be empty).

    Example: ``holdover_periods(date(2026, 7, 1), date(2026, 10, 10), 2)`` is
    ``((date(2026, 7, 1), date(2026, 9, 1)), (date(2026, 9, 1), date(2026, 10, 10)))``.
    """
    left_on = max(end, left_on)
    turn = min(left_on, unchecked(add_months)(end, transition_months))
    return (end, turn), (turn, left_on)


@rule("holding over: the rent goes on by the day", "assumed")
@checked
def holdover_rent(
    rent_fen: Rent, market_fen: MarketRent, end: date, left_on: date, transition_months: Count
) -> list[tuple[date, int]]:
    """Return (month, charge) for the days held over: the old rent, then the market rent.

    Example: rent 3,000.00, market 4,000.00, no transition: 15 of 30 days and 5 of 31 days:
    ``holdover_rent(300_000, 400_000, date(2026, 6, 16), date(2026, 7, 6), 0)`` is
    ``[(date(2026, 6, 1), 200_000), (date(2026, 7, 1), 64_516)]``.
    """
    within, beyond = unchecked(holdover_periods)(end, left_on, transition_months)
    rents = unchecked(period_rent)
    return rents(rent_fen, *within) + rents(market_fen, *beyond)


@rule("R11 and R12 Shanghai: renewal while eligible", "confirmed")
@checked
def check_renewal(
    eligible: bool | None,
    earlier: Iterable[Period],
    start: date,
    end: date,
    least_months: Count,
    most_months: Count,
    limit_months: Count | None = None,
) -> Refusal:
    """Return whether a lease may be renewed over [start, end); the first fault is the answer.

    ``eligible`` is the answer on the day of renewal (None: unknown). Order: eligibility, the total
    limit, the term. Example:
    ``check_renewal(None, [], date(2026, 7, 1), date(2027, 7, 1), 12, 36)`` is
    ``Refusal.ELIGIBILITY_UNKNOWN``.
    """
    if eligible is None:
        return Refusal.ELIGIBILITY_UNKNOWN
    if not eligible:
        return Refusal.NOT_ELIGIBLE
    if limit_months is not None:
        refusal = unchecked(check_total)(earlier, start, end, limit_months)
        if refusal:
            return refusal
    return unchecked(check_term)(start, end, least_months, most_months)


def lives_there(stay: Stay, on: date) -> bool:
    """Return whether a stay covers a day."""
    return stay.start <= on and (stay.end is None or on < stay.end)


@rule("F16: an employer swaps occupants without a new lease", "confirmed")
@checked
def check_swap(
    lease: Lease,
    stays: Sequence[Stay],
    leaving: Name,
    arriving: Name,
    on: date,
    roster: Collection[Name],
    room_sex: Sex = Sex.ANY,
    arriving_sex: Sex = Sex.ANY,
) -> Refusal:
    """Return whether an employer may put ``arriving`` in the place of ``leaving`` on a day.

    ``stays`` are those of every lease, so that one person never lives in two places; ``roster`` are
    the employer's people on that day; a room for one sex (``room_sex``) takes nobody else. Checks
    run in the order of the refusals below; the last one is the room's.
    """
    one_spelling(chain((stay.person for stay in stays), (leaving, arriving), roster), "persons")
    if not lease.by_employer:
        return Refusal.LESSEE_NOT_EMPLOYER
    if not lease.start <= on < lease.end:
        return Refusal.LEASE_NOT_RUNNING
    if not any(
        s.lease == lease.number and s.person == leaving and lives_there(s, on) for s in stays
    ):
        return Refusal.NOT_AN_OCCUPANT
    if arriving not in roster:
        return Refusal.NOT_ON_ROSTER
    later = date.max
    shared = unchecked(overlap)
    if any(s.person == arriving and shared(s.start, s.end or later, on, later) for s in stays):
        return Refusal.HOUSED_ELSEWHERE
    return Refusal.ACCEPTED if room_sex in (Sex.ANY, arriving_sex) else Refusal.SEX_DIFFERS


@rule("F16: an employer swaps occupants without a new lease", "confirmed")
@checked
def swap_occupant(
    stays: Sequence[Stay], lease: Name, leaving: Name, arriving: Name, on: date
) -> list[Stay]:
    """Return the stays after a swap: one ends and the other starts on the same day.

    The lease, its lessee, payers, rent and deposit do not change. Ask ``check_swap`` first.
    """
    after = []
    for stay in stays:
        if stay.lease == lease and stay.person == leaving and lives_there(stay, on):
            after.append(msgspec.structs.replace(stay, end=on))
            after.append(Stay(lease=lease, person=arriving, start=on))
        else:
            after.append(stay)
    if len(after) != len(stays) + 1:
        raise InputFault(f"{leaving} has no one stay in lease {lease} on {on} that could end")
    return after
