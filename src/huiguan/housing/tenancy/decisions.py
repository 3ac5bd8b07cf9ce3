"""What becomes of a lease: signed, renewed, ended by notice, put off, its occupants exchanged.

Each is a decision on values: the lease, who lives there, the limits and the day go in; the refusal,
the lease and the stays to be written come out. Nothing else changes, so a simulation and a database
decide alike (``docs/adr/0015``). The place itself is decided by ``supply.occupancy``.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, Names
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import days_later
from huiguan.housing.supply.places import Sex
from huiguan.housing.tenancy.deposits import check_deposit
from huiguan.housing.tenancy.leases import (
    Lease,
    Period,
    Stay,
    check_renewal,
    check_swap,
    check_term,
    notice_end,
    swap_occupant,
)
from huiguan.housing.tenancy.rent import Rent, check_rent, check_shares


class LeaseLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules of a day allow a lease: its term, rent, deposit and heads."""

    least_months: Count
    most_months: Count
    ceiling_fen: Rent
    deposit_months: Count
    most_heads: Count | None = None  # None: beds are set up within the law


class LeaseDecision(NamedTuple):
    """Why not, or what is to be written: the lease, and all stays in it."""

    refusal: Refusal
    lease: Lease | None = None
    stays: tuple[Stay, ...] = ()


@rule("a lease within the limits of its day", "confirmed")
@checked
def sign_lease(lease: Lease, occupants: Names, limits: LeaseLimits) -> LeaseDecision:
    """Return whether a lease may be signed; the first fault is the answer.

    Order: heads, term, rent, deposit, shares. ``occupants`` live there from its first day.
    """
    if not occupants:
        raise InputFault(f"lease {lease.number} houses nobody; name who will live there")
    heads = limits.most_heads
    refusals = (
        Refusal.TOO_MANY_HEADS if heads is not None and len(occupants) > heads else None,
        unchecked(check_term)(lease.start, lease.end, limits.least_months, limits.most_months),
        unchecked(check_rent)(lease.rent_fen, limits.ceiling_fen),
        unchecked(check_deposit)(lease.deposit_fen, lease.rent_fen, limits.deposit_months),
        unchecked(check_shares)(lease.rent_fen, lease.shares),
    )
    refusal = next(filter(None, refusals), Refusal.ACCEPTED)
    if refusal:
        return LeaseDecision(refusal)
    stays = tuple(Stay(lease.number, person, lease.start) for person in occupants)
    return LeaseDecision(Refusal.ACCEPTED, lease, stays)


@rule("R11 and R12 Shanghai: renewal while eligible, the rent within its ceiling", "confirmed")
@checked
def renew_lease(
    lease: Lease,
    end: date,
    eligible: bool | None,
    earlier: Iterable[Period],
    limits: LeaseLimits,
    total_months: Count | None = None,
) -> LeaseDecision:
    """Return whether a lease goes on to ``end``, at its rent or at the ceiling if that is lower.

    ``earlier`` are the periods let before, this one included. Order: ``check_renewal``, shares.
    """
    refusal = unchecked(check_renewal)(
        eligible,
        earlier,
        lease.end,
        end,
        limits.least_months,
        limits.most_months,
        total_months,
    )
    rent = min(lease.rent_fen, limits.ceiling_fen)
    refusal = refusal or unchecked(check_shares)(rent, lease.shares)
    if refusal:
        return LeaseDecision(refusal)
    renewed = msgspec.structs.replace(lease, start=lease.end, end=end, rent_fen=rent)
    return LeaseDecision(Refusal.ACCEPTED, renewed)


@rule("notice in days (contract)", "assumed")
@checked
def give_notice(lease: Lease, given_on: date, days: Count) -> LeaseDecision:
    """Return the lease as it ends when the notice has run, or at its own end if that is earlier."""
    if given_on >= lease.end:
        return LeaseDecision(Refusal.LEASE_NOT_RUNNING)
    end = min(lease.end, max(lease.start, unchecked(notice_end)(given_on, days)))
    return LeaseDecision(Refusal.ACCEPTED, msgspec.structs.replace(lease, end=end))


@rule("a lease put off keeps its length", "assumed")
@checked
def put_off_lease(lease: Lease, stays: Sequence[Stay], start: date) -> LeaseDecision:
    """Return the lease and its stays from a later day, as long as they were.

    For a place that somebody has not left. A stay that began otherwise keeps its own first day.
    """
    if start < lease.start:
        raise InputFault(f"lease {lease.number} starts {lease.start}: {start} does not put it off")
    end = days_later(start, (lease.end - lease.start).days)
    moved = tuple(
        msgspec.structs.replace(stay, start=start) if stay.start == lease.start else stay
        for stay in stays
    )
    return LeaseDecision(
        Refusal.ACCEPTED, msgspec.structs.replace(lease, start=start, end=end), moved
    )


@rule("F16: an employer swaps occupants without a new lease", "confirmed")
@checked
def swap(
    lease: Lease,
    stays: Sequence[Stay],
    elsewhere: Sequence[Stay],
    leaving: Name,
    arriving: Name,
    on: date,
    roster: Collection[Name],
    room_sex: Sex = Sex.ANY,
    arriving_sex: Sex = Sex.ANY,
) -> LeaseDecision:
    """Return the stays of a lease after an exchange (``check_swap``), or why not.

    ``stays`` are the lease's, ``elsewhere`` those of the arriving person in any other.
    """
    known = [*stays, *elsewhere]
    refusal = unchecked(check_swap)(
        lease, known, leaving, arriving, on, roster, room_sex, arriving_sex
    )
    if refusal:
        return LeaseDecision(refusal)
    after = unchecked(swap_occupant)(stays, lease.number, leaving, arriving, on)
    return LeaseDecision(Refusal.ACCEPTED, lease, tuple(after))


@rule("a stay ends with its lease", "assumed")
@checked
def move_out(stays: Sequence[Stay], on: date) -> tuple[Stay, ...]:
    """Return the stays after everybody who still lives there has left on a day."""
    return tuple(
        msgspec.structs.replace(stay, end=max(stay.start, on))
        if stay.end is None or stay.end > on
        else stay
        for stay in stays
    )
