"""Files that people write: whatever encoding or program they come from, one UTF-8 CSV inside.

UTF-8 is tried first, with or without a byte order mark; then GB18030, which holds GBK and GB2312;
a spreadsheet is known by its bytes, whatever its name ends in. Nothing is guessed from a part of
the file, and whatever was not UTF-8 is said.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.sheets import Table, columns_found
from huiguan.storage.sheets.cells import XLSX, sheet_csv

Say = Callable[[str], None]
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SAVE_AS = "save it as .xlsx or as CSV UTF-8"
SPREADSHEET = ".xlsx"


def unheard(_told: str) -> None:
    """Say nothing: for callers without a person."""


def as_utf8(data: bytes, where: str, wanted: str = "", say: Say = unheard) -> bytes:
    """Return what a person gave as UTF-8 without a byte order mark.

    ``wanted`` names the sheet of a spreadsheet. ``say`` hears what was taken, where it was not
    UTF-8.
    """
    if data.startswith(XLSX):
        table, sheet = sheet_csv(data, where, wanted)
        say(f"{where}: read as a spreadsheet, sheet {sheet!r}")
        return table
    if data.startswith((OLD_EXCEL, b"\xff\xfe", b"\xfe\xff")):
        what = "an old spreadsheet (.xls)" if data.startswith(OLD_EXCEL) else "text in UTF-16"
        raise InputFault(f"{where} is {what} and no CSV file in UTF-8; {SAVE_AS}")
    try:
        data.decode("utf-8")
        return data.removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise InputFault(f"{where}: line {line} is neither UTF-8 nor GB18030; {SAVE_AS}") from None
    say(f"{where}: read as GB18030 (GBK), because it is not UTF-8")
    return text.encode("utf-8")


def sheet_path(path: Path) -> Path:
    """Return the file of a table: ``path``, or the spreadsheet that stands in its place."""
    other = path.with_suffix(SPREADSHEET)
    if not other.exists() or other == path:
        return path
    if path.exists():
        raise InputFault(f"there are {path} and {other}, and only one can be meant; take one away")
    return other


def read_utf8(path: Path, say: Say = unheard) -> bytes:
    """Return a table a person named, or the spreadsheet in its place, as UTF-8 CSV."""
    path = sheet_path(path)
    try:
        return as_utf8(path.read_bytes(), str(path), path.stem, say)
    except FileNotFoundError:
        raise InputFault(f"there is no {path}; write it as CSV or {SPREADSHEET}") from None
    except OSError as fault:
        raise InputFault(f"{path} cannot be read: {fault.strerror}") from None


def csv_rows(data: bytes, where: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a UTF-8 CSV with the line each ends on, the heads first.

    Empty lines are passed over. ``InputFault`` names a row that is wider or narrower than the
    heads, and one that is no CSV.
    """
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as fault:
        raise InputFault(f"{where}: line {reader.line_num} is no line of a CSV: {fault}") from None
    if not rows:
        raise InputFault(f"{where}: the file is empty; its first line names the columns")
    wide = len(rows[0][1])
    for line, row in rows:
        if len(row) != wide:
            raise InputFault(
                f"{where}, line {line}: {len(row)} cells under {wide} heads; a text with a comma"
                " stands in quotes"
            )
    return rows


def in_columns(table: Table, data: bytes, where: str) -> bytes:
    """Return a UTF-8 CSV with all columns of a table in their order, as its reader wants them.

    Columns may stand in any order; one that need not be there gets what its absence means.
    """
    heads = ",".join(table.heads).encode()
    first = data.split(b"\n", 1)[0].rstrip(b"\r")
    if first == heads and b'"' not in data:
        return data
    (_, given), *rows = csv_rows(data, where)
    found = columns_found(table.columns, given, where)
    places = [(found.get(column.name, -1), column.default or "") for column in table.columns]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.heads)
    writer.writerows([row[at] if at >= 0 else usual for at, usual in places] for _, row in rows)
    return out.getvalue().encode()
