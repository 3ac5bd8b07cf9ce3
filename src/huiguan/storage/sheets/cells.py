"""A spreadsheet (.xlsx) as the UTF-8 CSV that everything else reads.

Cells become the text a person would write: dates as 2026-07-01, numbers without an exponent and
with the 15 digits a spreadsheet keeps, true and false as yes and no, text as it stands, leading
zeros too. Of a formula the value is read that was last calculated. What cannot be meant is refused
by its cell: an error such as #DIV/0!, a number of more digits than a spreadsheet keeps.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

XLSX = b"PK\x03\x04"  # how a .xlsx file begins, being an archive
DIGITS = 15  # that a number of a spreadsheet keeps
MOST_BYTES = 1 << 30  # of a spreadsheet unpacked; larger tables are for CSV
MOST_CELLS = 20_000_000
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*\bt="e"[^>]*>')
UNCALCULATED = re.compile(rb"<(?:\w+:)?c\b[^>]*><(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)</")
REFERENCE = re.compile(rb'\br="([A-Z]+[0-9]+)"')


def sheet_csv(data: bytes, where: str, wanted: str) -> tuple[bytes, str]:
    """Return a spreadsheet as UTF-8 CSV, and which of its sheets was read.

    The sheet named ``wanted`` is taken, else the first one that is not empty.
    """
    try:
        refuse_large(data, where)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        order = [name for name in names if name == wanted] or names
        for name in order:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise InputFault(f"{where}: sheet {name!r} is too large; save it as CSV UTF-8")
            refuse_errors(data, name, where)
            rows = sheet.to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                return rows_csv(texts_of(rows, where), where), name
    except (
        CalamineError,
        OSError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        ET.ParseError,
    ) as fault:
        raise InputFault(f"{where} cannot be read as a spreadsheet: {fault}") from None
    raise InputFault(f"{where}: the spreadsheet is empty; its first row names the columns")


def refuse_large(data: bytes, where: str) -> None:
    """Refuse a spreadsheet that is too large when it is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MOST_BYTES:
        raise InputFault(f"{where}: a spreadsheet of {size:,} bytes; save it as CSV UTF-8")


def refuse_errors(data: bytes, sheet: str, where: str) -> None:
    """Refuse a sheet with an error, or a formula nobody calculated: both would read as empty."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        text = parts.read(part_of_sheet(parts, sheet))
    for form, what in (
        (ERROR_CELL, "an error; correct its formula or its value"),
        (UNCALCULATED, "a formula that was never calculated; open it, calculate and save it"),
    ):
        found = form.search(text)
        if found:
            cell = REFERENCE.search(found[0])
            raise InputFault(f"{where}: cell {cell[1].decode() if cell else '?'} holds {what}")


def part_of_sheet(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return the part of the archive that holds a sheet."""
    book, links = xml_of(parts, "xl/workbook.xml"), xml_of(parts, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    wanted = (e for e in book.iter() if e.tag.endswith("}sheet") and e.get("name") == sheet)
    target = targets[next(wanted).get(RELATION)]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def xml_of(parts: zipfile.ZipFile, name: str) -> ET.Element:
    """Return a part of the archive as XML; one that declares entities is refused."""
    data = parts.read(name)
    if b"<!" in data.replace(b"<!--", b""):
        raise ValueError(f"{name} declares types or entities, which no spreadsheet does")
    return ET.fromstring(data)  # noqa: S314  without declarations there is nothing to expand


def texts_of(rows: Sequence[Sequence[object]], where: str) -> list[list[str]]:
    """Return the texts of the cells; ``InputFault`` names the first one that cannot be meant."""
    return [
        [cell_text(cell, f"{where}: cell {cell_name(row, at)}") for at, cell in enumerate(cells)]
        for row, cells in enumerate(rows)
    ]


def rows_csv(rows: list[list[str]], where: str) -> bytes:
    """Return rows as CSV without the empty ones at the end and the empty columns at the right."""
    width = max(at + 1 for row in rows for at, text in enumerate(row) if text)
    height = max(at + 1 for at, row in enumerate(rows) if any(row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for line, row in enumerate(rows[:height], 1):
        if not any(row):
            raise InputFault(
                f"{where}: row {line} is empty and others follow; take it out, for rows are"
                " named by where they stand"
            )
        writer.writerow(row[:width])
    return out.getvalue().encode()


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell as spreadsheets have it: row 0, column 0 is A1."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def cell_text(value: object, where: str) -> str:
    """Return a cell as a person would write it in a CSV file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number_text(value, where)
    if isinstance(value, dt.datetime):
        whole_day = value.time() == dt.time()
        return value.date().isoformat() if whole_day else value.isoformat(" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if value is None:
        return ""
    raise InputFault(f"{where} holds {shown(value)}, a length of time; write a date or a number")


def number_text(value: float, where: str) -> str:
    """Return a number of a spreadsheet without an exponent; one that lost digits is refused."""
    if abs(value) >= 10**DIGITS:
        raise InputFault(
            f"{where} is a number of more than {DIGITS} digits, and a spreadsheet has already"
            " turned the last ones into zeros; format the column as text and type it again"
        )
    text = format(Decimal(f"{value:.{DIGITS}g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
