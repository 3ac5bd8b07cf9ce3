"""Lists of the register as CSV: what comes out can be read in again, and is the same."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.register.lists import TABLES, Listed, Row
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.sheets import columns_found
from huiguan.storage.sheets.tables import as_utf8, csv_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ROWS = 5_000  # of one proposal
MOST_BYTES = 1 << 20


class Read(NamedTuple):
    """A row of a file, and where it stands there."""

    line: int
    row: Row


def read_rows(listed: Listed, data: bytes, where: str) -> list[Read]:
    """Return the rows of a file; ``InputFault`` where it is no table of the list."""
    if len(data) > MOST_BYTES:
        raise InputFault(f"{where}: {len(data):,} bytes; a file of the register has at most 1 MiB")
    columns = TABLES[listed].columns
    (_, heads), *rows = csv_rows(as_utf8(data, where), where)
    found = columns_found(columns, heads, where)
    if len(rows) > MOST_ROWS:
        raise InputFault(f"{where}: {len(rows):,} rows; give at most {MOST_ROWS:,} at once")
    return [
        Read(
            line,
            {
                column.name: cells[found[column.name]].strip()
                if column.name in found
                else column.default or ""
                for column in columns
            },
        )
        for line, cells in rows
    ]


def line_of(listed: Listed, row: Row) -> str:
    """Return a row as a line of a CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow([row[head] for head in TABLES[listed].heads])
    return out.getvalue()


def row_of(listed: Listed, line: str) -> Row:
    """Return the row of a line that ``line_of`` wrote."""
    (cells,) = csv.reader([line], strict=True)
    return dict(zip(TABLES[listed].heads, cells, strict=True))


def written(listed: Listed, rows: Iterable[Row]) -> bytes:
    """Return a list as CSV, which ``read_rows`` reads again."""
    heads = ",".join(TABLES[listed].heads)
    return "".join(
        f"{line}\n" for line in (heads, *(line_of(listed, row) for row in rows))
    ).encode()
