"""Who owes what on a day: payments settle the oldest first; how late the oldest is says the step.

A charge counts from the day it is due, a payment from the day it came. What was paid too early or
too much is a credit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from huiguan.housing.leasing.charges import Entry
from huiguan.housing.leasing.forms import Letting
from huiguan.housing.rules import Days

RECEIVABLE, HELD = "receivable:", "deposit owed:"


class Owed(NamedTuple):
    """What a payer owes on a day; ``since`` is the day the oldest unpaid part was due."""

    book: str
    payer: str
    owed_fen: int
    since: date
    days: int
    step: str


class DepositDue(NamedTuple):
    """A deposit that was asked and has not all come."""

    lease: str
    lessee: str
    asked_fen: int
    received_fen: int


def step_of(days_late: int, steps: Sequence[Days]) -> str:
    """Return the last step whose days have passed; their names stand in the order of days."""
    reached = [row for row in steps if row.days <= days_late]
    return max(reached, key=lambda row: row.days).name if reached else ""


def oldest_unpaid(charges: list[tuple[date, int]], paid_fen: int) -> date:
    """Return the day on which the first part of the charges that is not paid was due.

    Example: 100 due on 5 May and 100 due on 5 June, 150 paid: 5 June.
    """
    rows = sorted(charges)
    while rows[0][1] <= paid_fen:
        paid_fen -= rows.pop(0)[1]
    return rows[0][0]


def owed_on(entries: Iterable[Entry], on: date, steps: Sequence[Days]) -> list[Owed]:
    """Return everybody who owes on a day, the latest first; ``days`` are counted from due."""
    charges: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for day, row in entries:
        if day > on:
            continue
        if row.debit.startswith(RECEIVABLE):
            charges[row.book, row.debit.removeprefix(RECEIVABLE)].append((day, row.amount_fen))
        if row.credit.startswith(RECEIVABLE):
            paid[row.book, row.credit.removeprefix(RECEIVABLE)] += row.amount_fen
    found = []
    for (book, payer), rows in charges.items():
        owed = sum(amount for _, amount in rows) - paid[book, payer]
        if owed > 0:
            since = oldest_unpaid(rows, paid[book, payer])
            days = (on - since).days
            found.append(Owed(book, payer, owed, since, days, step_of(days, steps)))
    return sorted(found, key=lambda row: (-row.days, -row.owed_fen, row.book, row.payer))


def deposits_due(
    lettings: Sequence[Letting], entries: Iterable[Entry], on: date
) -> list[DepositDue]:
    """Return the leases running on a day whose deposit has not all come.

    What a lease holds that another follows is held for the other too.
    """
    received = deposits_held(entries, on)
    before = {entry.lease.number: entry.follows for entry in lettings}
    found = []
    for entry in lettings:
        lease = entry.lease
        if not lease.start <= on < entry.until:
            continue
        held, number, seen = 0, lease.number, set()
        while number and number not in seen:
            held += received.get(number, 0)
            seen.add(number)
            number = before.get(number, "")
        if held < lease.deposit_fen:
            found.append(DepositDue(lease.number, lease.lessee, lease.deposit_fen, held))
    return found


def deposits_held(entries: Iterable[Entry], on: date) -> dict[str, int]:
    """Return what is held for each lease on a day: received and not yet settled."""
    held: dict[str, int] = defaultdict(int)
    for day, row in entries:
        if day <= on and row.credit.startswith(HELD):
            held[row.credit.removeprefix(HELD)] += row.amount_fen
        if day <= on and row.debit.startswith(HELD):
            held[row.debit.removeprefix(HELD)] -= row.amount_fen
    return held
