"""A folder of leases: the office's tables, the lines of the bank, the postings.

The office writes ``rents``, ``leases``, ``payers`` and ``opening``, as CSV or spreadsheets;
commands write ``offers.csv``, ``payments.csv`` and ``postings.csv`` and, where they sign or end a
lease, ``leases.csv`` and ``payers.csv``. Whatever a command writes it writes in one step.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from huiguan.foundation.arithmetic import parse_money
from huiguan.foundation.calendars import parse_day, to_date
from huiguan.foundation.faults import CheckFault, Fault, InputFault
from huiguan.foundation.postings import Posting
from huiguan.foundation.readers.sheets import Column
from huiguan.housing.leasing.charges import Entry
from huiguan.housing.leasing.columns import (
    KEPT_COLUMNS,
    LEASE_COLUMNS,
    LEASES,
    OFFER_COLUMNS,
    OFFERS,
    OPENING,
    PAYER_COLUMNS,
    PAYERS,
    PAYMENTS,
    RENTS,
)
from huiguan.housing.leasing.forms import COLUMNS, Letting, Tables, read_tables, yuan
from huiguan.housing.leasing.offers import Made, read_offers, told_state
from huiguan.housing.leasing.receipts import Receipt, read_kept
from huiguan.storage.change import Change, changing, draft, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.office import office_table, read_given_rows
from huiguan.storage.manifest import manifest_bytes, sha256_of
from huiguan.storage.sheets.tables import SPREADSHEET, Say, sheet_path, unheard

POSTINGS = "postings.csv"
POSTING_HEADS = ("on", "book", "reference", "debit", "credit", "amount", "text")
NEEDED = (RENTS, LEASES)
HASHED = (RENTS, LEASES, PAYERS, OPENING, OFFERS, PAYMENTS, POSTINGS)


class LeaseFolder(NamedTuple):
    """Everything a folder of leases holds."""

    tables: Tables
    entries: list[Entry]
    receipts: list[Receipt]


def table_path(folder: Path, name: str) -> Path | None:
    """Return the file of a table, CSV or spreadsheet, or None where it is left out."""
    path = sheet_path(folder / name)
    return path if path.exists() or name in NEEDED else None


def there_is(folder: Path) -> None:
    """Refuse a folder that is not there, before a lock would make it."""
    if not folder.is_dir():
        raise InputFault(
            f"there is no folder {folder}; huiguan lease template writes one to begin with"
        )


def read_leases(folder: Path, say: Say = unheard) -> LeaseFolder:
    """Return a folder of leases; the caller holds it or only looks."""
    there_is(folder)
    given = {
        name: read_given_rows(path, columns, say)
        for name, columns in COLUMNS.items()
        if (path := table_path(folder, name)) is not None
    }
    kept = folder / PAYMENTS
    receipts = read_kept(read_given_rows(kept, KEPT_COLUMNS)) if kept.exists() else []
    return LeaseFolder(read_tables(given), read_postings(folder / POSTINGS), receipts)


def read_postings(path: Path) -> list[Entry]:
    """Return the postings of a folder, none where nothing was posted."""
    if not path.exists():
        return []
    columns = [Column(head, "", "", "") for head in POSTING_HEADS]
    entries = []
    for line, row in read_given_rows(path, columns):
        try:
            posting = Posting(
                book=row["book"],
                debit=row["debit"],
                credit=row["credit"],
                amount_fen=parse_money(row["amount"]),
                reference=row["reference"],
                text=row["text"],
            )
            entries.append(Entry(to_date(parse_day(row["on"])), posting))
        except (Fault, AssertionError) as fault:
            raise CheckFault(
                f"{path} line {line} is damaged ({fault}); commands write this file, restore it"
            ) from None
    return entries


def postings_bytes(entries: Iterable[Entry]) -> bytes:
    """Return ``postings.csv``."""
    return office_table(
        POSTING_HEADS,
        (
            (on, row.book, row.reference, row.debit, row.credit, yuan(row.amount_fen), row.text)
            for on, row in entries
        ),
    )


def payments_bytes(receipts: Iterable[Receipt]) -> bytes:
    """Return ``payments.csv``: every line of the bank, and the account it was posted to."""
    return office_table(
        [column.name for column in KEPT_COLUMNS],
        (
            (r.reference, r.on, yuan(r.amount_fen), r.name, r.text, r.payer, r.lease, r.book,
             r.matched)
            for r in receipts
        ),
    )  # fmt: skip


def leases_bytes(lettings: Iterable[Letting]) -> bytes:
    """Return ``leases.csv``."""
    return office_table(
        [column.name for column in LEASE_COLUMNS],
        (
            (lease.number, lease.place, lease.scheme, lease.lessee,
             "yes" if lease.by_employer else "no", " ".join(e.occupants), lease.start, lease.end,
             e.left or "", yuan(lease.rent_fen), yuan(lease.deposit_fen),
             "" if e.charged_from == lease.start else e.charged_from, e.follows, e.book,
             e.programme, e.round, e.application)
            for e in lettings
            for lease in (e.lease,)
        ),
    )  # fmt: skip


def payers_bytes(lettings: Iterable[Letting]) -> bytes:
    """Return ``payers.csv``; a lease that its lessee pays alone, without an account, has no row."""
    return office_table(
        [column.name for column in PAYER_COLUMNS],
        (
            (e.lease.number, part.payer, part.told(), part.account)
            for e in lettings
            for part in e.parts
            if len(e.parts) > 1 or part.payer != e.lease.lessee or part.account
        ),
    )


def read_made(folder: Path) -> list[Made]:
    """Return the offers of a folder, none where none was made."""
    path = folder / OFFERS
    return read_offers(read_given_rows(path, OFFER_COLUMNS)) if path.exists() else []


def offers_bytes(made: Iterable[Made]) -> bytes:
    """Return ``offers.csv``."""
    return office_table(
        [column.name for column in OFFER_COLUMNS],
        (
            (r.round, r.offer, r.number, r.application, r.programme, r.place, r.made_on,
             r.answer_by, told_state(r.state), r.answered_on or "")
            for r in made
        ),
    )  # fmt: skip


def answers_bytes(answers: Iterable[tuple[str, str]]) -> bytes:
    """Return ``answers.csv``: what the round is to hear, by number."""
    return office_table(("number", "answer"), answers)


def writable(folder: Path, names: Iterable[str]) -> None:
    """Refuse to write a table that the office keeps as a spreadsheet: there would be two of it."""
    for name in names:
        path = (folder / name).with_suffix(SPREADSHEET)
        if path.exists():
            raise InputFault(
                f"{path} is a spreadsheet, and this command writes {name}; save it as CSV UTF-8 and"
                " take the spreadsheet away"
            )


def finish_leases(folder: Path) -> None:
    """Finish what an interrupted command left; the caller holds the folder."""
    finish_held_change(folder, Files())


def write_leases(folder: Path, files: dict[str, bytes]) -> None:
    """Write files of a folder, all or none; the caller holds it."""
    writable(folder, files)
    kernel_calls = Files()
    with changing(folder, Change(sorted(files)), kernel_calls):
        for name, data in files.items():
            write_file(draft(folder, name), [data], kernel_calls)


def folder_hash(folder: Path) -> str:
    """Return one SHA-256 of a folder: of the list of its tables with the hash of each."""
    paths = [path for name in HASHED if (path := sheet_path(folder / name)).exists()]
    return sha256(manifest_bytes({path.name: sha256_of(path) for path in paths})).hexdigest()
