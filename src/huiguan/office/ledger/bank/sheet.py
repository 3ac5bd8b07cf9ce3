"""Statements and payments as tables: CSV in UTF-8 with a head, a line a row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.bank.lines import (
    MOST_REFERENCE,
    MOST_WORDS,
    StatementLine,
    read_day,
    read_fen,
    tidy,
)
from huiguan.office.ledger.bank.tree import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADS = ("account", "date", "amount", "words", "bank reference")
PAYMENT_HEADS = ("reference", "payee", "account", "amount", "currency", "words")
MOST_ROWS = 100_000


def read_sheet(data: bytes) -> list[StatementLine]:
    """Return the lines of a table; an ``InputFault`` names the row that is wrong."""
    if len(data) > MOST_BYTES:
        raise InputFault(f"the file is larger than {MOST_BYTES >> 20} MiB; ask for fewer days")
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InputFault(f"the file is no table (CSV in UTF-8): {fault}") from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0]) != HEADS:
        raise InputFault(f"the first row has to be: {','.join(HEADS)}")
    if len(rows) > MOST_ROWS:
        raise InputFault(f"the table has more than {MOST_ROWS:,} rows; load fewer days at once")
    return [line_of(row, f"row {place}") for place, row in enumerate(rows[1:], 2) if any(row)]


def line_of(row: Sequence[str], where: str) -> StatementLine:
    """Return the line of a row."""
    if len(row) != len(HEADS):
        raise InputFault(f"{where} has {len(row)} cells instead of {len(HEADS)}")
    account, day, amount, words, reference = (cell.strip() for cell in row)
    if not account:
        raise InputFault(f"{where} names no account")
    return StatementLine(
        account,
        read_day(day, where),
        read_fen(amount, where),
        tidy(words, MOST_WORDS),
        tidy(reference, MOST_REFERENCE),
    )


def safe(cell: str) -> str:
    """Return a cell that no program of spreadsheets takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def write_sheet(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as CSV in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
