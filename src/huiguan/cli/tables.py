"""Tables for a person: as wide as the terminal, figures never cut, words never broken.

A pipe or a file is as wide as COLUMNS says, else a page. What does not fit is left out column by
column, and said; no line ends in blanks; a table without rows keeps its heads.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from huiguan.exchange.reports.words import width

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_COLUMNS = 160
BETWEEN = 3  # the line between two columns, and the blanks beside it


def room() -> int:
    """Return how many columns there are: the terminal's, else COLUMNS, else a page."""
    console = Console()
    if console.is_terminal:
        return console.width
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and int(given) > 0 else PAGE_COLUMNS


def fitting(widths: Sequence[int], columns: int) -> list[int]:
    """Return which columns of these widths fit: the first always, then as many as there is room.

    Columns are given in the order of their weight, so those at the end are left out first.
    """
    taken, used = [0], widths[0] + BETWEEN + 1
    for number, wide in enumerate(widths[1:], 1):
        if used + wide + BETWEEN > columns:
            break
        taken.append(number)
        used += wide + BETWEEN
    return taken


def show_table(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    left: Sequence[str] = (),
) -> None:
    """Print one table; words of the columns ``left`` and of the first stand left, figures right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [
        max([width(head), *(width(row[number]) for row in cells)])
        for number, head in enumerate(heads)
    ]
    shown = fitting(widths, room())
    table = Table(title=title, title_justify="left")
    for number in shown:
        side = "left" if number == 0 or heads[number] in left else "right"
        table.add_column(heads[number], justify=side, no_wrap=True)  # type: ignore[arg-type]
    for row in cells:
        table.add_row(*(row[number] for number in shown))
    paper = io.StringIO()
    wide = sum(widths[number] + BETWEEN for number in shown) + 1
    Console(file=paper, width=max(wide, width(title)), color_system=None).print(table, markup=False)
    typer.echo("\n".join(line.rstrip() for line in paper.getvalue().splitlines()))
    if len(shown) < len(heads):
        missing = ", ".join(head for number, head in enumerate(heads) if number not in shown)
        typer.echo(f"left out for want of room: {missing}; a wider terminal, or COLUMNS, shows all")
