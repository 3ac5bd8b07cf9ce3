"""The close of a month: every lease's charge, split among its payers, as whole columns.

How days count is a setting of each lease (``DAYS``): by the calendar month, by months of thirty
days, or by months of the lease's own.

A charge is known by (month, part): closing again with the parts already charged gives only what is
missing, so a close that was broken off is resumed by running it again. The figures are those of
``rent.month_rent`` and ``rent.split_rent``. The close is a decision on rows: leases, parts and what
is charged go in, the charges to write come out, of an estate or of one lease alike.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.readers.values import day
from huiguan.foundation.records import Int8, Int32, Int64, Record, layout, table_layout
from huiguan.housing.dates import add_months, days_in_month, to_column
from huiguan.housing.tenancy.ledger import post_charge
from huiguan.housing.tenancy.rent import MOST_RENT_FEN

REST = -1  # in both columns of a part: this payer takes the rest
EVEN = -2  # in both: this payer and the others like it take the rest evenly, the odd fen in turn
DAYS = ("month", "thirty", "lease_month")  # how days count: a lease's number is the place in here
BY_MONTH, BY_THIRTY, BY_LEASE_MONTH = range(len(DAYS))
THIRTY = 30


class LeaseRow(Record, frozen=True):
    """A rent that runs over [start, end), as ordinals; days held over are a row of their own."""

    rent_fen: Int64
    start: Int32
    end: Int32


class CountRow(Record, frozen=True):
    """How a lease's days count; ``anchor`` is the day its own months begin on."""

    anchor: Int32
    days: Int8  # place in ``DAYS``


class PartRow(Record, frozen=True):
    """A payer's part of a lease: an amount, a rate, or ``REST`` or ``EVEN`` in both."""

    part: Int64  # never reused
    payer: Int64
    amount_fen: Int64
    rate_ppb: Int64
    lease: Int64  # row of the lease table


class ChargeRow(Record, frozen=True):
    """What a payer owes for a part in a month."""

    part: Int64
    payer: Int64
    amount_fen: Int64


LEASE, PART, CHARGE = table_layout(LeaseRow), table_layout(PartRow), table_layout(ChargeRow)
COUNT = layout(CountRow, [], 8)
UNIX = date(1970, 1, 1).toordinal()


class Spans(NamedTuple):
    """Of every lease's month: its length, and which of its days are let, [before, after)."""

    before: np.ndarray
    after: np.ndarray
    length: np.ndarray


def check_parts(leases: np.ndarray, parts: np.ndarray) -> None:
    """Refuse leases that cannot be, and parts that do not split every lease with one rest."""
    if leases.dtype != LEASE or parts.dtype != PART:
        raise InputFault("leases and parts are tables of LEASE and PART; make them of these rows")
    backwards = leases["end"] < leases["start"]
    odd = backwards | (leases["rent_fen"] < 0) | (leases["rent_fen"] > MOST_RENT_FEN)
    if odd.any():
        raise InputFault(
            f"lease row {np.argmax(odd)}: it ends before it starts, or its rent is not from 0 to"
            f" {MOST_RENT_FEN:,} fen"
        )
    if ((parts["lease"] < 0) | (parts["lease"] >= len(leases))).any():
        raise InputFault(f"a part names a lease row that is not there; there are {len(leases)}")
    amount, rate = parts["amount_fen"], parts["rate_ppb"]
    unclear = (amount >= 0) & (rate >= 0)
    if unclear.any():
        raise InputFault(f"part {parts['part'][unclear][0]} has both an amount and a rate")
    rests, evens = (
        np.bincount(parts["lease"][(amount == how) & (rate == how)], minlength=len(leases))
        for how in (REST, EVEN)
    )
    wrong = np.flatnonzero(np.where(evens, (evens < 2) | (rests > 0), rests != 1))
    if len(wrong):
        raise InputFault(
            f"lease row {wrong[0]}: exactly one payer must take the rest, or several evenly"
        )
    numbers = np.sort(parts["part"])
    if (numbers[1:] == numbers[:-1]).any():
        raise InputFault("a part number stands twice: its charges could not be told apart")


def month_spans(leases: np.ndarray, month: date, counts: np.ndarray | None = None) -> Spans:
    """Return which days of a month each lease is let; without ``counts`` by the calendar month.

    In a month of thirty days the 31st is not one of its own, and the last day of February makes it
    full. A lease's own month counts whole in the calendar month in which it begins.
    """
    first, days = to_column(month.replace(day=1)), days_in_month(month)
    begin = np.full(len(leases), first, np.int64)
    length = np.full(len(leases), days, np.int64)
    if counts is not None:
        own = counts["days"] == BY_LEASE_MONTH
        anchor = (counts["anchor"][own].astype(np.int64) - UNIX).astype("datetime64[D]")
        of_month = (anchor - anchor.astype("datetime64[M]")).astype(np.int64)
        after = days_in_month(add_months(month, 1))
        begin[own] += np.minimum(of_month, days - 1)
        length[own] = first + days + np.minimum(of_month, after - 1) - begin[own]
    before = np.clip(leases["start"] - begin, 0, length)
    after_last = np.clip(leases["end"] - begin, before, length)
    if counts is not None:
        thirty = counts["days"] == BY_THIRTY
        for let in (before, after_last):
            full = let[thirty] == length[thirty]
            let[thirty] = np.where(full, THIRTY, np.minimum(let[thirty], THIRTY))
        length[thirty] = THIRTY
    return Spans(before, after_last, length)


def span_rents(leases: np.ndarray, spans: Spans) -> np.ndarray:
    """Return the rent of every lease's days, cumulated as ``rent.prorate`` does."""
    due, paid = (
        (2 * leases["rent_fen"] * days + spans.length) // (2 * spans.length)
        for days in (spans.after, spans.before)
    )
    rents: np.ndarray = due - paid
    return rents


def even_parts(parts: np.ndarray, left: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Return what each part that is ``EVEN`` owes of what is ``left``; no two a fen more apart.

    The odd fen go to the first payers of a lease in its first month, then to those one further on
    (``turns`` counts the months).
    """
    lease = parts["lease"]
    order = np.argsort(lease, kind="stable")
    heads = np.flatnonzero(np.diff(lease[order], prepend=-1))
    sizes = np.diff(np.append(heads, len(parts)))
    place = np.empty(len(parts), np.int64)
    place[order] = np.arange(len(parts)) - np.repeat(heads, sizes)
    many = np.bincount(lease, minlength=len(left))[lease]
    each, odd = np.divmod(left[lease], many)
    owed: np.ndarray = each + ((place - turns[lease]) % many < odd)
    return owed


def close_month(
    leases: np.ndarray,
    parts: np.ndarray,
    month: date,
    charged: np.ndarray | None = None,
    counts: np.ndarray | None = None,
) -> np.ndarray:
    """Return the charges (``CHARGE`` rows, in the order of ``parts``) of a month, without zeros.

    ``charged`` are the parts already charged for this month; they are left out. ``counts`` (rows of
    ``COUNT``) says how each lease's days count; without it by the calendar month.
    """
    check_parts(leases, parts)
    spans = month_spans(leases, day(month, "month"), counts)
    rents, lease = span_rents(leases, spans), parts["lease"]
    amount, rate = parts["amount_fen"], parts["rate_ppb"]
    share = amount * (spans.after - spans.before)[lease] // spans.length[lease]
    owed = np.where(amount >= 0, share, 0)
    owed = np.where(rate >= 0, rents[lease] * np.maximum(rate, 0) // PPB, owed)
    left = rents.copy()
    np.subtract.at(left, lease, owed)
    if (left < 0).any():
        raise InputFault(f"lease row {np.argmax(left < 0)}: the fixed shares are above the rent")
    rest, even = ((amount == how) & (rate == how) for how in (REST, EVEN))
    owed[rest] = left[lease[rest]]
    if even.any():
        starts = (leases["start"].astype(np.int64) - UNIX).astype("datetime64[D]")
        turns = (np.datetime64(month, "M") - starts.astype("datetime64[M]")).astype(np.int64)
        owed[even] = even_parts(parts[even], left, turns)
    wanted = owed > 0
    if charged is not None:
        wanted &= ~np.isin(parts["part"], charged)
    charges = np.zeros(int(wanted.sum()), CHARGE)
    charges["part"], charges["payer"] = parts["part"][wanted], parts["payer"][wanted]
    charges["amount_fen"] = owed[wanted]
    return charges


def post_charges(
    book: str, month: date, charges: np.ndarray, payers: Sequence[str]
) -> Iterator[Posting]:
    """Yield the posting of every charge; ``payers[i]`` names payer ``i``.

    The reference ``rent/<month>/<part>`` is the same however often the close is run.
    """
    text = f"{month:%Y-%m}"
    rows = zip(
        charges["part"].tolist(),
        charges["payer"].tolist(),
        charges["amount_fen"].tolist(),
        strict=True,
    )
    for part, payer, amount in rows:
        yield from unchecked(post_charge)(book, payers[payer], amount, f"rent/{text}/{part}")
