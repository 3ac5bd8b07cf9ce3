"""Orders in a CSV file: one row an order, columns in words; what they mean is told elsewhere."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from pathlib import Path


def read_order_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file (UTF-8, with or without a byte order mark) by column.

    A row that is longer or shorter than the head is an ``InputFault`` that names its line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            head = next(lines, [])
            rows = []
            for row in lines:
                if len(row) not in (0, len(head)):
                    raise InputFault(
                        f"{path}, line {lines.line_num}: {len(row)} cells under {len(head)} heads;"
                        " a text with a comma stands in quotes"
                    )
                if row:
                    rows.append(dict(zip(head, row, strict=True)))
    except OSError as fault:
        raise InputFault(f"{path}: the file cannot be read ({fault.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InputFault(f"{path}: this is no CSV file in UTF-8 ({fault})") from None
    if not head:
        raise InputFault(f"{path}: the file is empty; its first line names the columns")
    if len(set(head)) != len(head):
        raise InputFault(f"{path}: a column is named twice")
    return rows
