"""``huiguan explain``: why a figure of a day is what it is, in words and figures, zh and en."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, tell
from huiguan.cli.market.command_tables import print_command
from huiguan.cli.market.folders import DayDir, Folders, check_day
from huiguan.cli.next_step import laid_over, say_next
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.exchange.evening.explanations.steps import Explanation
    from huiguan.exchange.rules.rows import Books


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
    for what, subject in wanted:
        found = explanation(folder, books, what, subject)
        for line in explain_lines(found, chinese_only=language() == "zh"):
            tell(line)
    what, subject = wanted[-1]
    following = {
        "settlement": ("explain", folder, "--limit", subject),
        "limit": ("market", folder, subject),
        "margin": ("explain", folder, "--fees", subject),
    }.get(what, ("statement", folder, subject))
    say_next(*following, *([] if what == "limit" else laid_over(rulebook)))


def explanation(folder: Path, books: Books, what: str, subject: str) -> Explanation:
    """Return one explanation of a closed day."""
    from huiguan.days.cleared import read_closed
    from huiguan.exchange.evening.explanations.margin import explain_margin
    from huiguan.exchange.evening.explanations.money import explain_call, explain_fees
    from huiguan.exchange.evening.explanations.prices import explain_limit, explain_settlement
    from huiguan.exchange.evening.rules_of_day import rules_of_day
    from huiguan.exchange.evening.statements import Statements

    image, result, orders = read_closed(folder)
    rules = rules_of_day(books, image.names.instruments, image.settings.trading_day)
    if what == "call":
        return explain_call(image, result, rules, subject)
    if what in {"settlement", "limit"}:
        explain_price = explain_limit if what == "limit" else explain_settlement
        return explain_price(image, result, rules, subject, orders)
    day = Statements(image, result).statement(subject)
    if what == "margin":
        return explain_margin(image, result, rules, subject, day, orders)
    return explain_fees(image, result, rules, subject, day)
