"""What a trading code of a closed day is told: its settlement statement, in every view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.days.cleared import is_closed, read_closed
from huiguan.exchange.clearing.other_views import by_trade
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.reports.statements.comparing import compare_statements
from huiguan.exchange.reports.statements.heads import View
from huiguan.exchange.reports.statements.page import statement_page
from huiguan.exchange.reports.statements.reading import read_statement
from huiguan.exchange.reports.statements.text import Holder, month_text, statement_text
from huiguan.exchange.reports.statements.values import month_values
from huiguan.exchange.reports.statements.values import statement_page as day_values
from huiguan.foundation.faults import InputFault
from huiguan.storage.sheets.paper import Sheet, SheetTable, pdf_of

if TYPE_CHECKING:
    from huiguan.exchange.clearing.client_day import ClientDay
    from huiguan.exchange.reports.candles import PageWords
    from huiguan.exchange.reports.statements.comparing import Comparison
    from huiguan.exchange.reports.statements.page import PageTable, StatementPage
    from huiguan.exchange.reports.statements.reading import ReadStatement
    from huiguan.exchange.rules.rows import Books

TITLES = {
    View.DAY: "Statement by day",
    View.TRADE: "Statement by trade",
    View.MONTH: "Statement of a month",
}
ENCODINGS = ("utf-8", "gb18030")  # what counters write


class CodeStatement(NamedTuple):
    """A statement of a trading code: of one day, or of the days of a month in their order."""

    holder: Holder
    view: View
    days: list[ClientDay]

    @property
    def text(self) -> str:
        """As a counter prints it."""
        if self.view == View.MONTH:
            found = month_text(self.holder, self.days)
        else:
            found = statement_text(self.holder, self.days[-1], self.view)
        return found.replace("\r\n", "\n")

    @property
    def page(self) -> StatementPage:
        """As a page or a sheet shows it."""
        return statement_page(self.days, self.view)

    @property
    def values(self) -> dict[str, Any]:
        """For a program, under CTP field names."""
        if self.view == View.MONTH:
            return month_values(self.holder, self.days)
        return day_values(self.holder, self.days[-1])


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


def month_folders(folder: Path) -> list[Path]:
    """Return the closed days of the month of a day folder up to it, in their order."""
    days = folder.resolve().parent.glob(f"{folder.resolve().name[:6]}[0-9][0-9]")
    return sorted(day for day in days if day.name <= folder.resolve().name and is_closed(day))


def told(code: str, days: list[ClientDay], view: View) -> CodeStatement:
    """Return a statement of days that were read; by trade it is the last one's."""
    shown = [by_trade(days[-1])] if view == View.TRADE else days
    return CodeStatement(holder_of(code, days[-1].trading_day), view, shown)


def code_statement(
    folder: Path | str, code: str, books: Books, view: View = View.DAY
) -> CodeStatement:
    """Return the statement of a trading code of a closed day, in a view.

    Of a month it is all days up to this one; those on which there was no such code are left out.
    """
    folder = Path(folder)
    if view != View.MONTH:
        return told(code, [statements_of(folder, books).statement(code)], view)
    days, missing = [], ""
    for root in month_folders(folder):
        try:
            days.append(statements_of(root, books).statement(code))
        except InputFault as fault:
            missing = str(fault)
    if not days:
        raise InputFault(missing or f"{folder} is no closed day of a month")
    return told(code, days, view)


def statement(folder: Path | str, code: str, books: Books) -> str:
    """Return the daily settlement statement of a trading code, in the layout people know."""
    return code_statement(folder, code, books).text


def read_text(content: bytes) -> str:
    """Return the text of a file of a counter; bytes that are none are an InputFault."""
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputFault("the file is no text in UTF-8 or GB18030, so it is no statement of a counter")


def read_file(content: bytes) -> ReadStatement:
    """Return what a file of a counter says; what is none is an InputFault."""
    return read_statement(read_text(content))


def compare_with(content: bytes, ours: CodeStatement) -> Comparison:
    """Return our statement beside the one in a broker's file, line by line."""
    return compare_statements(read_statement(ours.text), read_file(content))


def pdf(ours: CodeStatement, words: PageWords) -> bytes:
    """Return a statement as PDF in a language; without the extra an InputFault says what to do."""
    page, code = ours.page, ours.holder.trading_code
    sheet = Sheet(
        lang=words.code[:2],
        title=f"{words.text(TITLES[ours.view])} · {code}",
        subtitle=f"{words.head('trading day')} {page.date}",
        pairs=[(words.head(label), text) for label, text, _ in page.account],
        tables=[sheet_table(table, words) for table in page.tables],
        foot="会馆 Huiguan",
    )
    return pdf_of(sheet)


def sheet_table(table: PageTable, words: PageWords) -> SheetTable:
    """Return a table of a statement in a language; words and days stand at the left."""
    first = table.rows[0] if table.rows else []
    return SheetTable(
        name=words.text(table.name),
        heads=[words.head(head) for head in table.heads],
        rows=[
            [words.text(cell.text) if cell.is_word else cell.text for cell in row]
            for row in table.rows
        ],
        words=[0, *(place for place, cell in enumerate(first) if cell.is_word)],
        none=words.text(table.none),
    )
