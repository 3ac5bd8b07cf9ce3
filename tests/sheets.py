"""Spreadsheets for the tests, as the programs of offices write them."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

Fill = Callable[[Any, Any], None]


def workbook(fill: Fill, name: str = "Sheet1") -> bytes:
    """Return a workbook of one sheet that ``fill(workbook, sheet)`` has filled."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    fill(book, book.add_worksheet(name))
    book.close()
    return data.getvalue()


def workbook_of(rows: Sequence[Sequence[object]], name: str = "Sheet1") -> bytes:
    """Return a workbook of rows: dates as dates, everything else as it is."""

    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, at, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(line, at, cell)
                else:
                    sheet.write(line, at, cell)

    return workbook(fill, name)
