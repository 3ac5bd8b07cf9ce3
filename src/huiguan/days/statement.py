"""What a trading code of a closed day is told: its settlement statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.days.cleared import read_closed
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.reports.statement import Holder, statement_text

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.rules.rows import Books


def statements_of(folder: Path | str, books: Books) -> Statements:
    """Return the statements of a closed day; products under the names of the rulebooks."""
    image, result, _ = read_closed(folder)
    names = {code: (row.chinese, row.venue) for code, row in books.products.items()}
    return Statements(image, result, names)


def holder_of(code: str, trading_day: int) -> Holder:
    """Return whom a statement is for; a day folder knows trading codes, no names of persons."""
    return Holder(
        client_id=code[-8:],
        client_name=code,
        account_id=code,
        trading_code=code,
        title="Huiguan",
        created=str(trading_day),
    )


def statement(folder: Path | str, code: str, books: Books) -> str:
    """Return the daily settlement statement of a trading code, in the layout people know."""
    found = statements_of(folder, books)
    return statement_text(holder_of(code, found.day), found.statement(code)).replace("\r\n", "\n")
