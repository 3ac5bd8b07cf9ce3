"""Orders in a CSV file: one row an order, columns in words; what they mean is told elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault
from huiguan.storage.sheets.tables import csv_rows, read_utf8, unheard

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.storage.sheets.tables import Say


def read_order_rows(path: Path, say: Say = unheard) -> list[dict[str, str]]:
    """Return the rows of a CSV file or a spreadsheet by column; ``say`` hears what was no UTF-8.

    A row that is longer or shorter than the head is an ``InputFault`` that names its line.
    """
    (_, head), *rows = csv_rows(read_utf8(path, say), str(path))
    if len(set(head)) != len(head):
        raise InputFault(f"{path}: a column is named twice")
    return [dict(zip(head, row, strict=True)) for _, row in rows]
