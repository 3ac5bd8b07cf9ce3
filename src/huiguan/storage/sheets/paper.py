"""A sheet of figures as PDF: titled, tagged, with its Chinese letters inside. An extra makes it.

The same sheet gives the same bytes: no date and no number of its own stands in it.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from huiguan.foundation.faults import InputFault

TEMPLATE = Path(__file__).with_name("paper.typ")
FONT_FOLDER = "noto_cjk_sans_otc"
MOST_ROWS = 20_000  # some 500 pages
ONE = Lock()  # the compiler keeps what it was told last
MISSING = "a PDF needs the extra `pdf`, which is not installed: pip install 'huiguan[pdf]'"


class SheetTable(msgspec.Struct, frozen=True):
    """A table of a sheet, as it is printed."""

    name: str
    heads: list[str]
    rows: list[list[str]]
    words: list[int]  # columns that stand at the left
    none: str  # what stands where it has no rows


class Sheet(msgspec.Struct, frozen=True):
    """What a sheet says, in its reader's language."""

    lang: str  # zh or en
    title: str
    subtitle: str
    pairs: list[tuple[str, str]]
    tables: list[SheetTable]
    foot: str


@cache
def compiler() -> Any:  # noqa: ANN401  an extra, which may be missing
    """Return the compiler with the fonts of the extra; without it an InputFault says what to do."""
    try:
        from typst import Compiler, Fonts  # noqa: PLC0415  81 MB
    except ImportError:
        raise InputFault(MISSING) from None
    found = find_spec(FONT_FOLDER)
    if found is None or not found.submodule_search_locations:
        raise InputFault(MISSING)
    fonts = Fonts(include_system_fonts=False, font_paths=[*found.submodule_search_locations])
    return Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)


def pdf_of(sheet: Sheet) -> bytes:
    """Return a sheet as PDF; one of more rows than anybody prints is an InputFault."""
    rows = sum(len(table.rows) for table in sheet.tables)
    if rows > MOST_ROWS:
        raise InputFault(
            f"the sheet has {rows:,} rows, a PDF at most {MOST_ROWS:,}; take the text instead"
        )
    said = msgspec.json.encode(sheet).decode()
    with ONE:
        made: bytes = compiler().compile(format="pdf", sys_inputs={"said": said})
    return made
