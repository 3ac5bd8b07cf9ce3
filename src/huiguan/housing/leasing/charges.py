"""The close of a month for the leases of an office: what everybody owes, less what was charged.

A charge is known by book, month, lease and payer. What it should be follows from the leases as they
stand; what the books have of it is taken off, and the difference is what a close writes. So a close
that was broken off is taken again, a second one writes nothing, and a lease that ended earlier than
was thought is corrected by a posting of its own. How days count is the setting in force on the
first day of a lease, for all of it: a newer setting never counts a day twice.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting, post
from huiguan.housing.dates import add_months, days_later, to_column
from huiguan.housing.leasing.columns import ARREARS, LEASES
from huiguan.housing.leasing.forms import Letting, Opening, RentFrom, RentTable
from huiguan.housing.people.faults import CellFault
from huiguan.housing.rules import HomeRules, required
from huiguan.housing.tenancy.deposits import post_deposit_received
from huiguan.housing.tenancy.leases import holdover_periods
from huiguan.housing.tenancy.month_close import (
    BY_LEASE_MONTH,
    COUNT,
    DAYS,
    EVEN,
    LEASE,
    PART,
    REST,
    close_month,
)

RENT, HELD_OVER, OPENED = "rent", "held over", "opening"


class Entry(NamedTuple):
    """A posting and the day from which it counts: of a charge the day by which it is due."""

    on: date
    posting: Posting


class Segment(NamedTuple):
    """A rent that one lease runs at over [start, end)."""

    letting: Letting
    kind: str
    rent_fen: int
    start: date
    end: date
    counted: int  # place in ``month_close.DAYS``
    due_days: int


class Due(NamedTuple):
    """What a payer owes for a month of a lease, and by when."""

    amount_fen: int
    on: date


class Key(NamedTuple):
    """By what a charge is known; ``reference`` tells kind, month, lease and payer."""

    book: str
    payer: str
    reference: str


def market_of(rents: RentTable, homes: Sequence[str], on: date) -> RentFrom | None:
    """Return what the first of ``homes`` that is known costs on a day: a place, its programme."""
    for home in homes:
        known = [row for row in rents.get(home, ()) if row.start <= on]
        if known:
            return max(known, key=lambda row: row.start)
    return None


def segments_of(
    lettings: Sequence[Letting], rents: RentTable, rules: HomeRules
) -> tuple[list[Segment], list[CellFault]]:
    """Return every rent that runs: of leases, and of who stayed beyond the end of one.

    Beyond the transition months the market rent counts; where it is not known is a fault.
    """
    segments: list[Segment] = []
    faults = []
    for entry in lettings:
        lease = entry.lease
        counting = required(rules.charge, lease.scheme, lease.start, "way to count a month's days")
        how = (DAYS.index(counting.days), counting.due_days)
        rent = Segment(entry, RENT, lease.rent_fen, entry.charged_from, lease.end, *how)
        segments.append(rent)
        if entry.until == lease.end:
            continue
        row = required(rules.transition, lease.scheme, lease.end, "number of transition months")
        within, beyond = holdover_periods(lease.end, entry.until, row.months)
        segments.append(Segment(entry, HELD_OVER, lease.rent_fen, *within, 0, counting.due_days))
        if beyond[0] < beyond[1]:
            known = market_of(rents, entry.homes, beyond[0])
            if known is None:
                what = f"rents.csv has no market rent of {lease.place} for who stayed too long"
                faults.append(CellFault(entry.line, "left", what, LEASES))
                continue
            segments.append(
                Segment(entry, HELD_OVER, known.market_fen, *beyond, 0, counting.due_days)
            )
    return segments, faults


def charge_tables(segments: Sequence[Segment]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the segments as tables of ``LEASE``, ``PART`` and ``COUNT``; a part is its row."""
    leases = np.array([(s.rent_fen, to_column(s.start), to_column(s.end)) for s in segments], LEASE)
    counts = np.zeros(len(segments), COUNT)
    counts["days"] = [s.counted for s in segments]
    counts["anchor"] = [to_column(s.letting.lease.start) for s in segments]
    rows: list[tuple[int, int, int, int, int]] = []
    for at, segment in enumerate(segments):
        for part in segment.letting.parts:
            other = EVEN if part.even else REST
            fixed = part.amount_fen is not None or part.rate_ppb is not None
            amount = part.amount_fen if part.amount_fen is not None else REST if fixed else other
            rate = part.rate_ppb if part.rate_ppb is not None else REST if fixed else other
            rows.append((len(rows), 0, amount, rate, at))
    return leases, np.array(rows, PART), counts


def due_of(segments: Sequence[Segment], month: date) -> dict[Key, Due]:
    """Return what is owed for every month up to ``month``, by its key."""
    due: dict[Key, Due] = {}
    if not segments:
        return due
    leases, parts, counts = charge_tables(segments)
    payers = [(s, part.payer) for s in segments for part in s.letting.parts]
    at = min(s.start for s in segments).replace(day=1)
    while at <= month:
        charges = close_month(leases, parts, at, counts=counts)
        for row, amount in zip(
            charges["part"].tolist(), charges["amount_fen"].tolist(), strict=True
        ):
            segment, payer = payers[row]
            lease = segment.letting.lease
            reference = f"{segment.kind}/{at:%Y-%m}/{lease.number}/{payer}"
            key = Key(segment.letting.book, payer, reference)
            before = due.get(key)
            if before:
                due[key] = before._replace(amount_fen=before.amount_fen + amount)
            else:
                due[key] = Due(amount, days_later(first_day(segment, at), segment.due_days))
        at = add_months(at, 1)
    return due


def first_day(segment: Segment, month: date) -> date:
    """Return the day on which what a month costs begins to count."""
    if segment.counted == BY_LEASE_MONTH:
        start = segment.letting.lease.start
        months = (month.year - start.year) * 12 + month.month - start.month
        return max(segment.start, add_months(start, months))
    return max(segment.start, month)


def charged(entries: Iterable[Entry], month: date) -> dict[Key, tuple[int, int]]:
    """Return what the books have of each charge up to a month: fen, and in how many postings."""
    found: dict[Key, tuple[int, int]] = {}
    last = f"{month:%Y-%m}"
    for _, row in entries:
        kind, _, rest = row.reference.partition("/")
        if kind not in (RENT, HELD_OVER):
            continue
        of_month, lease, payer, *_ = rest.split("/")
        if of_month > last:
            continue
        key = Key(row.book, payer, f"{kind}/{of_month}/{lease}/{payer}")
        amount, count = found.get(key, (0, 0))
        owed = row.debit.startswith("receivable:")
        found[key] = (amount + (row.amount_fen if owed else -row.amount_fen), count + 1)
    return found


def close(segments: Sequence[Segment], entries: Sequence[Entry], month: date) -> list[Entry]:
    """Return what a close of ``month`` writes: charges that are missing, and corrections.

    Example: 550.00 from 17 June 2026, by the calendar month: 14 of 30 days, 256.67. Charged, and
    the lease found to have ended on 24 June: 7 of 30 days are 128.33, so 128.34 go back.
    """
    month = month.replace(day=1)
    due, there = due_of(segments, month), charged(entries, month)
    last = days_later(add_months(month, 1), -1)
    new = []
    for key in [*due, *(key for key in there if key not in due)]:
        owed = due.get(key)
        has, count = there.get(key, (0, 0))
        amount = (owed.amount_fen if owed else 0) - has
        if amount == 0:
            continue
        on = owed.on if owed and not count else last
        reference = f"{key.reference}/{count + 1}" if count else key.reference
        rows = post(key.book, f"receivable:{key.payer}", "rent income", amount, reference)
        new += [Entry(on, row) for row in rows]
    return new


def opened(opening: Iterable[Opening], entries: Iterable[Entry]) -> list[Entry]:
    """Return the postings of what was owed and held before, as far as the books lack them."""
    there = {(row.book, row.reference): row for _, row in entries}
    new = []
    for row in opening:
        reference = f"{OPENED}/{row.kind}/{row.of}/{row.on}"
        if row.kind == ARREARS:
            rows = post(row.book, f"receivable:{row.of}", OPENED, row.amount_fen, reference)
        else:
            rows = [
                msgspec.structs.replace(posting, reference=reference)
                for posting in post_deposit_received(row.book, row.of, row.amount_fen)
            ]
        for posting in rows:
            before = there.get((row.book, reference))
            if before is None:
                new.append(Entry(row.on, posting))
            elif before != posting:
                raise InputFault(
                    f"opening.csv row {row.line}: the books have {reference} with another amount;"
                    " what was opened is not edited, so put it back and add a row of another day"
                )
    return new
