"""Tables that people write, declared once: what the readers ask for and the reference shows."""

from collections.abc import Sequence
from typing import NamedTuple

from huiguan.foundation.faults import InputFault


class Column(NamedTuple):
    """A column: its head, how a cell is written, what it says."""

    name: str
    form: str  # how a cell is written, in words; one of ``words`` where there are some
    says: str
    example: str
    words: tuple[str, ...] = ()
    default: str | None = None  # what every cell is where the column is left out; None: required
    chinese: str = ""  # another head for the same column


class Table(NamedTuple):
    """A table of a folder: a CSV file or a spreadsheet of this name."""

    file: str
    says: str
    read_by: tuple[str, ...]  # commands
    columns: tuple[Column, ...]

    @property
    def heads(self) -> list[str]:
        """Return the heads of the columns, in their order."""
        return [column.name for column in self.columns]


def columns_found(columns: Sequence[Column], heads: Sequence[str], where: str) -> dict[str, int]:
    """Return where each column that is there stands among the heads, in any order.

    ``InputFault`` names a head that is none or stands twice, and a column that is missing.
    """
    names = {name: c.name for c in columns for name in (c.name, c.chinese) if name}
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        name = names.get(head.strip())
        if name is None:
            there_are = ", ".join(column.name for column in columns)
            raise InputFault(f"{where}: there is no column {head!r}; the columns are {there_are}")
        if name in found:
            raise InputFault(f"{where}: the column {name!r} stands twice; take one of the two out")
        found[name] = at
    missing = [c.name for c in columns if c.default is None and c.name not in found]
    if missing:
        raise InputFault(f"{where}: the column {missing[0]!r} is missing; the first line names it")
    return found
