"""Payments by lines of a bank: to whom each belongs, and the postings; what is not known waits.

A line has the bank's own reference, so that a statement given twice counts once. It belongs to the
payer the office named; or to the one payer, or the one lease, whose id stands in its text; or to
the payer under whose name the account runs. With the word deposit and a lease it is that lease's
deposit. Anything else waits as money received of nobody known, until the office names the payer.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting, post
from huiguan.foundation.readers.names import name
from huiguan.foundation.readers.sheets import Column
from huiguan.foundation.readers.values import shown
from huiguan.housing.leasing.charges import Entry
from huiguan.housing.leasing.columns import BANK_COLUMNS, KEPT_COLUMNS, PAYMENTS
from huiguan.housing.leasing.forms import Letting, an_id, money, same_text
from huiguan.housing.people.faults import CellFault, Reader, Row, read_rows
from huiguan.housing.people.forms import a_day, optional
from huiguan.housing.tenancy.deposits import post_deposit_received
from huiguan.housing.tenancy.ledger import post_payment

DEPOSIT_WORDS = ("deposit", "押金")
BETWEEN = re.compile(r"[\s,;:.，；：、。()（）#＃]+")
UNKNOWN = "unmatched"


def an_amount(text: str, what: str) -> int:
    """Return fen that came in: more than none."""
    found = money(text, what)
    if not found:
        raise InputFault(f"{what}: {shown(text)} is no money that came in")
    return found


READERS: dict[str, Reader] = {
    "reference": name, "on": a_day, "amount": an_amount, "from": same_text,
    "text": same_text, "payer": optional(an_id), "lease": optional(an_id), "book": an_id,
    "matched": same_text,
}  # fmt: skip


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bank, and the account it was posted to (empty: it waits)."""

    line: int
    reference: str
    on: date
    amount_fen: int
    name: str
    text: str
    payer: str
    lease: str
    book: str
    matched: str = ""


class Known(NamedTuple):
    """Who pays in a book: payers, the payers of each lease, and whose account has which name."""

    payers: set[str]
    leases: dict[str, tuple[str, ...]]
    names: dict[str, set[str]]


class Paid(NamedTuple):
    """What a table of bank lines leads to: all lines kept, new postings, and what is at fault."""

    receipts: list[Receipt]
    entries: list[Entry]
    faults: list[CellFault]
    new: int = 0  # lines seen for the first time
    found: int = 0  # lines that waited and do so no longer


def known_in(book: str, lettings: Iterable[Letting]) -> Known:
    """Return who pays in a book."""
    leases: dict[str, tuple[str, ...]] = {}
    names: dict[str, set[str]] = defaultdict(set)
    for entry in lettings:
        if entry.book != book:
            continue
        leases[entry.lease.number] = tuple(part.payer for part in entry.parts)
        for part in entry.parts:
            names[part.account or part.payer].add(part.payer)
            names[part.payer].add(part.payer)
    return Known({payer for parts in leases.values() for payer in parts}, leases, names)


def read_receipts(
    rows: Sequence[tuple[int, Mapping[str, str]]], book: str
) -> tuple[list[Receipt], list[CellFault]]:
    """Return the lines of a bank statement for a book, and every fault."""
    return receipts_of(rows, BANK_COLUMNS, {"book": book})


def read_kept(rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[Receipt]:
    """Return the lines that were taken in before."""
    found, faults = receipts_of(rows, KEPT_COLUMNS, {})
    if faults:
        raise InputFault(f"{PAYMENTS}: {faults[0].told()}; commands write this file, restore it")
    return found


def receipts_of(
    rows: Sequence[tuple[int, Mapping[str, str]]], columns: Sequence[Column], given: Row
) -> tuple[list[Receipt], list[CellFault]]:
    """Return lines of the bank, and every fault; a reference stands once."""
    read, faults = read_rows(rows, columns, READERS)
    found = []
    first: dict[str, int] = {}
    for line, cells in read:
        if len(cells) < len(columns):
            continue
        row = given | cells
        before = first.setdefault(row["reference"], line)
        if before != line:
            what = f"row {before} has this one already"
            faults.append(CellFault(line, "reference", what))
            continue
        row["amount_fen"], row["name"] = row.pop("amount"), row.pop("from")
        found.append(Receipt(line=line, **row))
    return found, faults


def account_of(receipt: Receipt, known: Known) -> str:
    """Return the account a line belongs to, or nothing where that is not known."""
    if receipt.lease:
        return f"deposit owed:{receipt.lease}"
    if receipt.payer:
        return f"receivable:{receipt.payer}"
    words = set(BETWEEN.split(receipt.text))
    leases = words & known.leases.keys()
    if words & set(DEPOSIT_WORDS):
        return f"deposit owed:{leases.pop()}" if len(leases) == 1 else ""
    payers = words & known.payers or {p for lease in leases for p in known.leases[lease]}
    payers = payers or known.names.get(receipt.name, set())
    return f"receivable:{next(iter(payers))}" if len(payers) == 1 else ""


def named_faults(receipt: Receipt, known: Known) -> list[CellFault]:
    """Return what the office named and nobody knows."""
    faults = []
    if receipt.payer and receipt.payer not in known.payers:
        what = f"nobody pays as {receipt.payer} in the book {receipt.book}"
        faults.append(CellFault(receipt.line, "payer", what))
    if receipt.lease and receipt.lease not in known.leases:
        what = f"the book {receipt.book} has no lease {receipt.lease}"
        faults.append(CellFault(receipt.line, "lease", what))
    return faults


def posting_of(receipt: Receipt, account: str) -> Posting:
    """Return the posting of money that came in."""
    kind, _, whose = account.partition(":")
    reference = f"payment/{receipt.reference}"
    book, amount = receipt.book, receipt.amount_fen
    if kind == "receivable":
        return post_payment(book, whose, amount, reference)[0]
    if kind == "deposit owed":
        (row,) = post_deposit_received(book, whose, amount)
        return msgspec.structs.replace(row, reference=reference)
    return post(book, "bank", UNKNOWN, amount, reference)[0]


def moved(receipt: Receipt, account: str) -> list[Posting]:
    """Return the postings by which money that waited comes to whom it belongs."""
    book, amount, reference = receipt.book, receipt.amount_fen, f"matched/{receipt.reference}"
    rows = post(book, UNKNOWN, account, amount, reference)
    if account.startswith("deposit"):
        rows += post(book, "deposit bank", "bank", amount, reference)
    return rows


def take_payments(given: Sequence[Receipt], kept: Sequence[Receipt], known: Known) -> Paid:
    """Return what lines of a bank lead to, beside those that were taken in before.

    A line that was posted stays as it is; one that waits is looked at again, by what it says now.
    Money that waited is moved by a posting of its own.
    """
    rows = {row.reference: row for row in kept}
    entries: list[Entry] = []
    faults: list[CellFault] = []
    new = found_now = 0
    for row in given:
        before = rows.get(row.reference)
        if before and (before.on, before.amount_fen, before.book) != (
            row.on, row.amount_fen, row.book,
        ):  # fmt: skip
            what = f"{PAYMENTS} has this line with another day, amount or book"
            faults.append(CellFault(row.line, "reference", what))
            continue
        found = named_faults(row, known)
        faults += found
        if found or (before and before.matched):
            continue
        account = account_of(row, known)
        if before is None:
            entries.append(Entry(row.on, posting_of(row, account)))
            new += 1
        elif account:
            entries += [Entry(row.on, posting) for posting in moved(row, account)]
            found_now += 1
        rows[row.reference] = msgspec.structs.replace(row, matched=account)
    return Paid(list(rows.values()), entries, faults, new, found_now)
