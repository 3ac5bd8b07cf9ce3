"""Circulars of a hall: dated rows that it adds to the rulebooks, one numbered folder after another.

    circulars/0001/   the hall's own books after its first circular
    circulars/0002/   after its second: all of the first, and its own row

Each folder is whole and never changed: the newest is in force, and a day that was cleared under an
earlier one is verified with that one (``--rulebook circulars/0001``).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.storage.change import Change, changing, draft, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.market.rulebooks.load import SHIPPED, load_books, rulebook_files
from huiguan.storage.market.rulebooks.template import toml_table
from huiguan.storage.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FOLDER = "circulars"
NAME, SOURCES = "circular.json", "sources.toml"
CALENDARS, HOLIDAY = "calendars/", "year"
DATES = ("effective", "clearing")
DIGITS = "[0-9]" * 4


class CircularFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a circular changes, and what it is called.

    One row of one product's book; or, in the table ``year``, closed days of a calendar.
    """

    key: str  # of the office's draft: the same one is never issued twice
    product: str
    table: str  # circular, fee, opening_limit; year of a calendar
    title: str
    chinese: str
    row: dict[str, object]  # as the book has it, dates as text


def issued(hall: Path) -> list[Path]:
    """Return the folders of the circulars of a hall, in order."""
    found = sorted((hall / FOLDER).glob(DIGITS))
    return [path for path in found if (path / NAME).exists()]


def own_books(hall: Path) -> list[Path]:
    """Return the folder of books that a hall's circulars made, or none."""
    return issued(hall)[-1:]


def folders_of(hall: Path, own: Sequence[Path], digest: str) -> list[Path]:
    """Return the own books of a hall whose digest this is: those a day was cleared under.

    ``own`` are the folders that lie below its circulars. The newest are returned where none fits.
    """
    for circulars in (*([path] for path in reversed(issued(hall))), []):
        if load_books(*own, *circulars).digest == digest:
            return [*own, *circulars]
    return [*own, *own_books(hall)]


def read_circular(path: Path) -> CircularFile:
    """Return what a circular changed, of its folder."""
    try:
        return msgspec.json.decode((path / NAME).read_bytes(), type=CircularFile)
    except (OSError, msgspec.MsgspecError) as fault:
        raise InputFault(f"{path / NAME} says of no circular ({fault}); restore it") from None


def files_with(folders: Iterable[Path], circular: CircularFile, number: int) -> dict[str, bytes]:
    """Return the files of own books with one more row, laid over ``folders``.

    ``number`` is that of the circular, 1 the first; its row names it as its source. The rows of
    before stay as they are. Raises ``InputFault`` where no book is of that product.
    """
    folders = list(folders)
    files = rulebook_files([SHIPPED, *folders])
    holiday = circular.table == HOLIDAY
    places = [
        place
        for place in files
        if place.endswith(f"/{circular.product}.toml") and place.startswith(CALENDARS) == holiday
    ]
    if not places:
        raise InputFault(f"there is no book of a product {circular.product!r}")
    place, key = places[0], f"HALL{number}"
    changed = with_holiday if holiday else with_row
    book = changed(files[place], circular, key)
    source = {"title": circular.title, "where": f"{FOLDER}/{number:04d} of this hall"}
    own = folders[-1] / SOURCES if folders and (folders[-1] / NAME).exists() else None
    sources = own.read_text("utf-8") + "\n" if own else ""
    kept = rulebook_files(folders[-1:]) if own else {}
    found = {where: path.read_bytes() for where, path in kept.items()}
    found[place] = book.encode()
    found[SOURCES] = (sources + toml_table(f"[{key}]", source)).encode()
    found[NAME] = msgspec.json.format(msgspec.json.encode(circular)) + b"\n"
    return found


def with_row(path: Path, circular: CircularFile, key: str) -> str:
    """Return a book with one more row, behind all that it has."""
    row = {
        **{
            name: dt.date.fromisoformat(str(value)) if name in DATES else value
            for name, value in circular.row.items()
        },
        "article": circular.title,
        "source": key,
        "status": "confirmed",
    }
    book = path.read_text("utf-8").rstrip() + "\n\n"
    return book + toml_table(f"[[{circular.table}]]", row)


def with_holiday(path: Path, circular: CircularFile, key: str) -> str:
    """Return a calendar with more closed days: in the row of their year, or in a new one."""
    content = read_toml(path)
    year, closed = circular.row["year"], [circular.row["closed"]]
    rows = {row["year"]: row for row in content.get("year", [])}
    before = rows.get(year, {"closed": []})
    rows[year] = {
        "year": year,
        "closed": [*before["closed"], *closed],
        "source": key,
        "status": "confirmed" if year not in rows else "secondary",
    }
    tables = [toml_table("[calendar]", content["calendar"])]
    tables += [toml_table("[[year]]", rows[number]) for number in sorted(rows)]
    tables += [toml_table("[[no_night]]", row) for row in content.get("no_night", [])]
    return "\n".join(tables)


def write_books(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write own books into a folder of their own, to try them."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def issue(
    hall: Path, folders: Iterable[Path], circular: CircularFile, files: Files | None = None
) -> int:
    """Put a circular in force in one step; return its number. Done twice it is there once.

    ``folders`` are the own books of the hall without its circulars, laid over the shipped ones.
    """
    root, files = hall / FOLDER, files or Files()
    with hold(root, "circular"):
        finish_held_change(root, files)
        before = issued(hall)
        for number, path in enumerate(before, 1):
            if read_circular(path).key == circular.key:
                return number
        number = len(before) + 1
        name = f"{number:04d}"
        with changing(root, Change([name]), files):
            for place, data in files_with([*folders, *before[-1:]], circular, number).items():
                write_file(draft(root, f"{name}/{place}"), [data], files)
    return number
