"""The close of a month: every lease's charge, split among its payers, as whole columns.

A charge is known by (month, part): closing again with the parts already charged gives only what is
missing, so a close that was broken off is resumed by running it again. The figures are those of
``rent.month_rent`` and ``rent.split_rent``. The close is a decision on rows: leases, parts and what
is charged go in, the charges to write come out, of an estate or of one lease alike.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.readers.values import day
from huiguan.foundation.records import Int32, Int64, Record, table_layout
from huiguan.housing.dates import days_in_month, to_column
from huiguan.housing.tenancy.ledger import post_charge
from huiguan.housing.tenancy.rent import MOST_RENT_FEN

REST = -1  # in both columns of a part: this payer takes the rest


class LeaseRow(Record, frozen=True):
    """A rent that runs over [start, end), as ordinals; days held over are a row of their own."""

    rent_fen: Int64
    start: Int32
    end: Int32


class PartRow(Record, frozen=True):
    """A payer's part of a lease: an amount, a rate, or ``REST`` in both."""

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
    rests = parts["lease"][(amount < 0) & (rate < 0)]
    wrong = np.flatnonzero(np.bincount(rests, minlength=len(leases)) != 1)
    if len(wrong):
        raise InputFault(f"lease row {wrong[0]}: exactly one payer must take the rest")
    numbers = np.sort(parts["part"])
    if (numbers[1:] == numbers[:-1]).any():
        raise InputFault("a part number stands twice: its charges could not be told apart")


def month_rents(leases: np.ndarray, month: date) -> tuple[np.ndarray, np.ndarray]:
    """Return days and rent of every lease in the calendar month of ``month`` (``rent.prorate``)."""
    first = month.replace(day=1)
    start, length = to_column(first), days_in_month(month)
    before = np.clip(leases["start"].astype(np.int64) - start, 0, length)
    after = np.clip(leases["end"].astype(np.int64) - start, before, length)
    due, paid = (
        (2 * leases["rent_fen"] * days + length) // (2 * length) for days in (after, before)
    )
    return after - before, due - paid


def close_month(
    leases: np.ndarray, parts: np.ndarray, month: date, charged: np.ndarray | None = None
) -> np.ndarray:
    """Return the charges (``CHARGE`` rows, in the order of ``parts``) of a month, without zeros.

    ``charged`` are the parts already charged for this month; they are left out.
    """
    check_parts(leases, parts)
    days, rents = month_rents(leases, day(month, "month"))
    lease = parts["lease"]
    amount, rate = parts["amount_fen"], parts["rate_ppb"]
    owed = np.where(amount >= 0, amount * days[lease] // days_in_month(month), 0)
    owed = np.where(rate >= 0, rents[lease] * np.maximum(rate, 0) // PPB, owed)
    left = rents.copy()
    np.subtract.at(left, lease, owed)
    if (left < 0).any():
        raise InputFault(f"lease row {np.argmax(left < 0)}: the fixed shares are above the rent")
    rest = (amount < 0) & (rate < 0)
    owed[rest] = left[lease[rest]]
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
