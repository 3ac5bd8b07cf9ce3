"""Tables for a person: as wide as the terminal, figures never cut, words never broken.

A pipe or a file is as wide as COLUMNS says, else a page. Texts fold between words; what then does
not fit is left out column by column, and said. No line ends in blanks; a table without rows keeps
its heads.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, TypeVar

import typer

from huiguan.cli.language import spoken, spoken_head
from huiguan.exchange.reports.words import left as padded_right
from huiguan.exchange.reports.words import right as padded_left
from huiguan.exchange.reports.words import width

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Cell = TypeVar("Cell")
PAGE_COLUMNS = 160
GAP = "  "
RULE = "─"
WORD = re.compile(r" ?[^ ，；、：。]*[，；、：。]+| ?[^ ，；、：。]+| ")


def room() -> int:
    """Return how many columns there are: the terminal's, else COLUMNS, else a page."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PAGE_COLUMNS


def words_of(line: str) -> list[str]:
    """Return the words of a line, each with the blank before it; Chinese breaks after its marks."""
    return WORD.findall(line) or [""]


def folded(text: str, columns: int) -> list[str]:
    """Return a text as lines of at most ``columns``, broken between words only."""
    lines = []
    for line in text.split("\n"):
        taken = ""
        for word in words_of(line):
            longer = taken + word
            if taken and width(longer) > columns:
                lines.append(taken)
                longer = word.removeprefix(" ")
            taken = longer
        lines.append(taken)
    return lines


def column_widths(natural: Sequence[int], least: Sequence[int], columns: int) -> list[int]:
    """Return the widths of the columns that fit: the first always, those at the end go first.

    Every column gets its least; what is left goes, one by one, to the one that lacks most.
    """
    widths = [min(least[0], columns)]
    for wide in least[1:]:
        if sum(widths) + wide + len(GAP) * len(widths) > columns:
            break
        widths.append(wide)
    spare = columns - sum(widths) - len(GAP) * (len(widths) - 1)
    for _ in range(spare):
        lacks = [want - wide for want, wide in zip(natural, widths, strict=False)]
        if max(lacks) <= 0:
            break
        widths[lacks.index(max(lacks))] += 1
    return widths


def table_lines(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    left: Collection[str] = (),
    folds: Collection[str] = (),
    columns: int = PAGE_COLUMNS,
) -> list[str]:
    """Return a table as lines; the first column and those of ``left`` and ``folds`` stand left.

    Columns are given in the order of their weight; ``folds`` are texts that may be broken into
    lines. The last line says which columns were left out.
    """
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    parts = [[line for row in cells for line in row[n].split("\n")] for n in range(len(heads))]
    natural = [max(map(width, texts)) for texts in parts]
    words = [
        max(width(word.removeprefix(" ")) for text in texts for word in words_of(text))
        for texts in parts
    ]
    least = [
        words[n] if head in folds else wide
        for n, (head, wide) in enumerate(zip(heads, natural, strict=True))
    ]
    widths = column_widths(natural, least, columns)
    stands_left = [n == 0 or head in left or head in folds for n, head in enumerate(heads)]
    found = []
    for row in cells:
        wrapped = [folded(text, wide) for text, wide in zip(row, widths, strict=False)]
        for line in range(max(map(len, wrapped))):
            texts = [lines[line] if line < len(lines) else "" for lines in wrapped]
            found.append(
                GAP.join(
                    (padded_right if stands_left[n] else padded_left)(text, widths[n])
                    for n, text in enumerate(texts)
                ).rstrip()
            )
        if row is cells[0]:
            found.append(GAP.join(RULE * wide for wide in widths))
    if len(widths) < len(heads):
        missing = ", ".join(heads[len(widths) :])
        found.append(
            spoken(f"left out for want of room: {missing} (wider terminal, or COLUMNS=200)")
        )
    return found


def without(row: Sequence[Cell], place: int) -> list[Cell]:
    """Return a row, or the heads, without one column."""
    return [*row[:place], *row[place + 1 :]]


def show_table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    left: Collection[str] = (),
    folds: Collection[str] = (),
) -> None:
    """Print one table under its title, in the language of the command; see ``table_lines``."""
    lines = table_lines(
        [spoken_head(head) for head in heads],
        ([spoken(str(cell)) for cell in row] for row in rows),
        [spoken_head(head) for head in left],
        [spoken_head(head) for head in folds],
        room(),
    )
    typer.echo("\n".join([spoken(title), *lines, ""]))
