"""``huiguan explain``: why a figure of a day is what it is, in words and figures, zh and en."""

from __future__ import annotations

from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, tell
from huiguan.cli.market.command_tables import print_command
from huiguan.cli.market.folders import DayDir, Folders, check_day
from huiguan.cli.next_step import laid_over, say_next
from huiguan.foundation.faults import InputFault


@app.command()
def explain(
    folder: DayDir,
    command: Annotated[
        int | None, typer.Option(metavar="N", help="A command, by its sequence in the journal.")
    ] = None,
    margin: Annotated[str | None, typer.Option(metavar="CODE", help="Margin of a code.")] = None,
    settlement: Annotated[
        str | None, typer.Option(metavar="CONTRACT", help="Settlement price of a contract.")
    ] = None,
    fees: Annotated[str | None, typer.Option(metavar="CODE", help="Fees of a code.")] = None,
    limit: Annotated[
        str | None, typer.Option(metavar="CONTRACT", help="Tomorrow's limits of a contract.")
    ] = None,
    call: Annotated[
        str | None, typer.Option(metavar="MEMBER", help="Clearing deposit of a member.")
    ] = None,
    rulebook: Folders = None,
) -> None:
    """Say why: the checks of a command; or the article, inputs and arithmetic of a figure."""
    from huiguan.days.explain import explain_figure, figures_of_day
    from huiguan.exchange.reports.explain import explain_lines
    from huiguan.storage.market.rulebooks.load import load_books

    check_day(folder)
    asked = {
        "margin": margin,
        "settlement": settlement,
        "fees": fees,
        "limit": limit,
        "call": call,
    }
    code = print_command(folder, command) if command is not None else None
    wanted = [(what, subject) for what, subject in asked.items() if subject]
    if not wanted:
        if command is not None:
            if code is not None:
                say_next("orders", folder, code)
            return
        raise InputFault(
            "say what to explain: --command 4711, --settlement cu2610, --limit cu2610,"
            " --margin CODE, --fees CODE or --call MEMBER"
        )
    books = load_books(*rulebook or ())
    closed = figures_of_day(folder, books)
    for what, subject in wanted:
        found = explain_figure(closed, what, subject)
        for line in explain_lines(found, chinese_only=language() == "zh"):
            tell(line)
    what, subject = wanted[-1]
    following = {
        "settlement": ("explain", folder, "--limit", subject),
        "limit": ("market", folder, subject),
        "margin": ("explain", folder, "--fees", subject),
    }.get(what, ("statement", folder, subject))
    say_next(*following, *([] if what == "limit" else laid_over(rulebook)))
