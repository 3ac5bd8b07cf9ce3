"""Cells that somebody wrote: what each says, and what is wrong, by row and column."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.sheets import Column

Row = dict[str, Any]
Reader = Callable[[str, str], Any]


class CellFault(NamedTuple):
    """What is wrong with a cell, where it stands, in the order of the file."""

    line: int
    column: str
    sentence: str
    table: str = ""  # empty: of people

    def told(self) -> str:
        """Return it as a line."""
        return f"row {self.line}, column {self.column}: {self.sentence}"


def read_rows(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    columns: Iterable[Column],
    readers: Mapping[str, Reader],
    table: str = "",
) -> tuple[list[tuple[int, Row]], list[CellFault]]:
    """Return what the cells of each row say, and every cell that says nothing.

    ``rows``: line and cells by column; a column that is left out has its default.
    """
    usual = {column.name: column.default or "" for column in columns}
    read: list[tuple[int, Row]] = []
    faults = []
    for line, cells in rows:
        values: Row = {}
        for column, default in usual.items():
            text = cells.get(column, "") or default
            try:
                values[column] = readers[column](text, column)
            except InputFault as fault:
                what = str(fault).removeprefix(f"{column}: ")
                faults.append(CellFault(line, column, what, table))
        read.append((line, values))
    return read, faults
