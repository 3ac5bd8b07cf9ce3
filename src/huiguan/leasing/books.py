"""The month close, payments and arrears of a folder of leases."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from huiguan.foundation.faults import CheckFault
from huiguan.housing.dates import add_months, days_later
from huiguan.housing.leasing.charges import OPENED, Entry, close, opened, segments_of
from huiguan.housing.leasing.checks import chains, crossing, findings, lingering
from huiguan.housing.leasing.columns import BANK_COLUMNS, PAYMENTS
from huiguan.housing.leasing.owed import RECEIVABLE, DepositDue, Owed, deposits_due, owed_on
from huiguan.housing.leasing.receipts import Paid, Receipt, known_in, read_receipts, take_payments
from huiguan.housing.people.faults import CellFault
from huiguan.housing.rules import HomeRules, rows_in_force
from huiguan.housing.tenancy.ledger import trial_balance
from huiguan.leasing.estate import let_in
from huiguan.storage.change import finish_change
from huiguan.storage.homes.estate import read_estate
from huiguan.storage.homes.leases import (
    POSTINGS,
    LeaseFolder,
    finish_leases,
    folder_hash,
    payments_bytes,
    postings_bytes,
    read_leases,
    there_is,
    write_leases,
)
from huiguan.storage.homes.office import read_given_rows
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say, unheard


class Checked(NamedTuple):
    """What a folder of leases holds, what cannot be in it, and what somebody should look at."""

    folder: LeaseFolder
    faults: list[CellFault]
    findings: list[CellFault]


class Closed(NamedTuple):
    """What a close wrote; with faults it wrote nothing."""

    faults: list[CellFault]
    notes: list[CellFault]
    entries: list[Entry]
    all_entries: list[Entry]
    trial: dict[str, int]
    sha256: str


class Standing(NamedTuple):
    """Who owes on a day, whose deposit has not come, which money waits; faults of the tables."""

    faults: list[CellFault]
    owed: list[Owed]
    deposits: list[DepositDue]
    waiting: list[Receipt]


def faults_of(found: LeaseFolder) -> list[CellFault]:
    """Return everything of a folder that cannot be."""
    lettings = found.tables.lettings
    return [*found.tables.faults, *crossing(lettings), *chains(lettings)]


def check_leases(
    folder: Path, rules: HomeRules, on: date, estate: Path | None = None, say: Say = unheard
) -> Checked:
    """Return every fault of a folder, and every finding on a day."""
    finish_change(folder)
    found = read_leases(folder, say)
    lettings, rents = found.tables.lettings, found.tables.rents
    faults = faults_of(found)
    if estate is not None and not faults:
        faults += let_in(read_estate(estate, say), lettings)
    if faults:
        return Checked(found, faults, [])
    faults += segments_of(lettings, rents, rules)[1]
    told = findings(lettings, rents, rules)
    return Checked(found, faults, sorted([*told, *lingering(lettings, on)]))


def close_folder(folder: Path, month: date, rules: HomeRules, say: Say = unheard) -> Closed:
    """Charge every month up to ``month`` that is not charged yet; all or nothing.

    A close that was killed is taken again; one that is over changes no byte.
    """
    there_is(folder)
    with hold(folder, "lease close"):
        finish_leases(folder)
        found = read_leases(folder, say)
        faults = faults_of(found)
        segments, unknown = segments_of(
            [] if faults else found.tables.lettings, found.tables.rents, rules
        )
        if faults := [*faults, *unknown]:
            return Closed(faults, [], [], found.entries, {}, "")
        new = opened(found.tables.opening, found.entries)
        new += close(segments, found.entries, month)
        entries = [*found.entries, *new]
        trial = proved(entries)
        if new:
            write_leases(folder, {POSTINGS: postings_bytes(entries)})
        last = days_later(add_months(month.replace(day=1), 1), -1)
        notes = lingering(found.tables.lettings, last)
        return Closed([], notes, new, entries, trial, folder_hash(folder))


def by_month(entries: list[Entry]) -> dict[str, tuple[int, int]]:
    """Return postings and fen owed more, by month of a charge; ``opening`` stands for itself."""
    found: dict[str, tuple[int, int]] = {}
    for _, row in entries:
        kind, what, *_ = row.reference.split("/")
        name = kind if kind == OPENED else what
        count, fen = found.get(name, (0, 0))
        more = row.amount_fen if row.debit.startswith(RECEIVABLE) else 0
        less = row.amount_fen if row.credit.startswith(RECEIVABLE) else 0
        found[name] = (count + 1, fen + more - less)
    return dict(sorted(found.items()))


def proved(entries: list[Entry]) -> dict[str, int]:
    """Return the trial balance of every book, which is zero."""
    trial = trial_balance(row for _, row in entries)
    wrong = [book for book, amount in trial.items() if amount]
    if wrong:
        raise CheckFault(f"the book {wrong[0]} does not sum to zero, so nothing is written")
    return trial


def pay_folder(folder: Path, bank: Path, book: str, *, dry: bool, say: Say = unheard) -> Paid:
    """Take in the lines of a bank, all or nothing; a line that was taken in changes nothing."""
    if dry:
        finish_change(folder)
        return paid_into(read_leases(folder, say), bank, book, say)[1]
    there_is(folder)
    with hold(folder, "lease pay"):
        finish_leases(folder)
        found, paid = paid_into(read_leases(folder, say), bank, book, say)
        if not paid.faults and paid.receipts != found.receipts:
            entries = [*found.entries, *paid.entries]
            proved(entries)
            files = {PAYMENTS: payments_bytes(paid.receipts), POSTINGS: postings_bytes(entries)}
            write_leases(folder, files)
        return paid


def paid_into(found: LeaseFolder, bank: Path, book: str, say: Say) -> tuple[LeaseFolder, Paid]:
    """Return what the lines of a bank lead to in a folder."""
    given, faults = read_receipts(read_given_rows(bank, BANK_COLUMNS, say), book)
    if faults or found.tables.faults:
        return found, Paid(found.receipts, [], [*found.tables.faults, *faults])
    return found, take_payments(given, found.receipts, known_in(book, found.tables.lettings))


def standing_on(folder: Path, on: date, rules: HomeRules, say: Say = unheard) -> Standing:
    """Return who owes on a day, by payer with the step of the rules."""
    finish_change(folder)
    found = read_leases(folder, say)
    schemes = {entry.lease.scheme for entry in found.tables.lettings} or {""}
    steps = {
        row.name: row
        for scheme in sorted(schemes)
        for row in rows_in_force(rules.arrears, scheme or "arh", on)
    }
    return Standing(
        found.tables.faults,
        owed_on(found.entries, on, list(steps.values())),
        deposits_due(found.tables.lettings, found.entries, on),
        [row for row in found.receipts if not row.matched and row.on <= on],
    )
