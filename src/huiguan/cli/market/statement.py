"""``huiguan statement``: what a trading code is told about its day."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, spoken_head, tell
from huiguan.cli.market.folders import check_day, say_standing
from huiguan.cli.next_step import laid_over, say_next
from huiguan.exchange.reports.statements.heads import View

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.rules.rows import Books


class Format(StrEnum):
    """How a statement is printed."""

    CTP = "ctp"
    JSON = "json"
    TABLE = "table"


@app.command()
def statement(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A closed day folder.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="A trading code, or a member.")],
    form: Annotated[Format, typer.Option("--format", help="Layout.")] = Format.CTP,
    by: Annotated[
        View, typer.Option(help="Profit by day or by trade, or the month up to this day.")
    ] = View.DAY,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a PDF instead (extra: pdf).")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A broker's statement: compare it line by line."),
    ] = None,
    rulebook: Annotated[
        list[Path] | None, typer.Option("--rulebook", metavar="DIR", help="Books laid over.")
    ] = None,
) -> None:
    """Print the daily settlement statement of a trading code, or of a member (4 digits)."""
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    say_standing(folder)
    books = load_books(*rulebook or ())
    if pdf:
        write_pdf(folder, code, books, by, pdf)
    elif against:
        compare(folder, code, books, against)
    else:
        why = print_statement(folder, books, code, form, by)
        if form != Format.JSON:
            aside = form == Format.CTP
            say_next("explain", folder, why, code, *laid_over(rulebook), aside=aside)


def print_statement(
    folder: Path, books: Books, code: str, form: Format, by: View = View.DAY
) -> str:
    """Print the statement of a trading code or member; return the option that explains it."""
    from huiguan.cli.tables import show_table
    from huiguan.days.cleared import read_closed
    from huiguan.days.statement import code_statement
    from huiguan.exchange.reports.statements.text import statement_table

    image, result, _ = read_closed(folder)
    if code in image.names.members:
        print_member(image, result, code, form)
        return "--call"
    found = code_statement(folder, code, books, by)
    if form == Format.CTP:
        typer.echo(found.text, nl=False)
    elif form == Format.JSON:
        typer.echo(json.dumps(found.values, ensure_ascii=False, indent=1))
    elif by == View.DAY:
        show_table("Statement 结算单", ("", "CNY"), statement_table(found.holder, found.days[-1]))
    else:
        rows = [(spoken_head(label), text) for label, text, _ in found.page.account]
        show_table("Statement 结算单", ("", "CNY"), rows)
    return "--fees"


def write_pdf(folder: Path, code: str, books: Books, by: View, file: Path) -> None:
    """Write the statement of a trading code as PDF, in the language of the command."""
    from huiguan.days.statement import code_statement, pdf
    from huiguan.exchange.reports.candles import PageWords

    words = PageWords(language(), spoken, spoken_head)
    file.write_bytes(pdf(code_statement(folder, code, books, by), words))
    tell(f"wrote {file}")


def compare(folder: Path, code: str, books: Books, against: Path) -> None:
    """Print where a broker's statement and ours differ; a difference is a fault of the check."""
    from huiguan.cli.tables import show_table
    from huiguan.days.statement import code_statement, compare_with, read_file
    from huiguan.foundation.faults import CheckFault

    content = against.read_bytes()
    found = compare_with(content, code_statement(folder, code, books, read_file(content).view))
    heads = ("table", "line", "figure", "here", "there", "state")
    rows = [
        [spoken(text) for text in line[:3]] + [*line[3:5], spoken(line.state)]
        for line in found.lines
        if line.state != "same"
    ]
    if rows:
        show_table("Differences", heads, rows)
    for title in found.unread:
        tell(f"not compared, because it is not read here: {title}")
    if not found.is_same:
        raise CheckFault(
            f"{against} and the statement of {code} differ: {len(rows)} lines of"
            f" {len(found.lines)}, {len(found.unread)} tables not compared"
        )
    tell(f"good: {len(found.lines)} lines, and all are the same")


def print_member(image: DayImage, result: DayResult, member: str, form: Format) -> None:
    """Print the statement of a member of a closed day."""
    from huiguan.cli.tables import show_table
    from huiguan.exchange.reports.statements.member import (
        member_json,
        member_positions,
        member_table,
    )

    if form == Format.JSON:
        typer.echo(json.dumps(member_json(image, result, member), ensure_ascii=False, indent=1))
        return
    heads, *rows = member_table(image, result, member)
    show_table(f"Member {member} 会员结算单 (CNY)", heads, rows)
    names = ("contract 合约", "settlement 结算价", "volume 成交量", "long 买持", "short 卖持")
    show_table("Positions 持仓", names, member_positions(image, result, member))
