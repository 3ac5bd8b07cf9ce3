"""``huiguan statement``: what a trading code is told about its day."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.market.folders import check_day, say_standing
from huiguan.cli.next_step import laid_over, say_next

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
    rulebook: Annotated[
        list[Path] | None, typer.Option("--rulebook", metavar="DIR", help="Books laid over.")
    ] = None,
) -> None:
    """Print the daily settlement statement of a trading code, or of a member (4 digits)."""
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    say_standing(folder)
    why = print_statement(folder, load_books(*rulebook or ()), code, form)
    if form != Format.JSON:
        say_next("explain", folder, why, code, *laid_over(rulebook), aside=form == Format.CTP)


def print_statement(folder: Path, books: Books, code: str, form: Format) -> str:
    """Print the statement of a trading code or member; return the option that explains it."""
    from huiguan.cli.tables import show_table
    from huiguan.days.statement import holder_of, statements_of
    from huiguan.exchange.reports.statement import statement_table, statement_text
    from huiguan.exchange.reports.statement_json import statement_page

    found = statements_of(folder, books)
    if code in found.image.names.members:
        print_member(found.image, found.result, code, form)
        return "--call"
    day, holder = found.statement(code), holder_of(code, found.day)
    if form == Format.CTP:
        typer.echo(statement_text(holder, day).replace("\r\n", "\n"), nl=False)
    elif form == Format.JSON:
        typer.echo(json.dumps(statement_page(holder, day), ensure_ascii=False, indent=1))
    else:
        show_table("Statement 结算单", ("", "CNY"), statement_table(holder, day))
    return "--fees"


def print_member(image: DayImage, result: DayResult, member: str, form: Format) -> None:
    """Print the statement of a member of a closed day."""
    from huiguan.cli.tables import show_table
    from huiguan.exchange.reports.member_statement import (
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
