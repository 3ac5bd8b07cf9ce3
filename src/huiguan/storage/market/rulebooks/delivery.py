"""Read the books of delivery: ``VENUE/delivery/*.toml`` beside the books of the products."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, cast

from huiguan.exchange.delivery.rows import KINDS, LISTED, DeliveryBooks, Rows
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.checks import overlap
from huiguan.storage.market.rulebooks.load import BESIDE, SHIPPED, load_books
from huiguan.storage.market.rulebooks.rows import read_row
from huiguan.storage.toml import check_citation, named_rows, read_sources, read_toml

if TYPE_CHECKING:
    from huiguan.exchange.rules.dated import ContractRow, MarketRow
    from huiguan.exchange.rules.rows import Books
    from huiguan.foundation.calendars import Calendar
    from huiguan.foundation.cited import Source

SOURCES, VENUE = "delivery_sources.toml", "venue"
TELLS = {"storage": "place", "handling": "service", "grade": "grade", "cycle": "days"}
assert set(TELLS) == set(LISTED)


def load_delivery_books(*folders: Path | str) -> DeliveryBooks:
    """Return the shipped books of delivery with ``folders`` laid over them, file by file.

    A folder of books holds VENUE/delivery/PRODUCT.toml; the first fault is an ``InputFault`` that
    names file and row.
    """
    every = [SHIPPED, *map(Path, folders)]
    books = load_books(*folders)
    sources = dict(books.sources)
    for folder in every:
        if (folder / SOURCES).exists():
            sources |= read_sources(folder / SOURCES)
    venues: dict[str, Rows] = {}
    products: dict[str, Rows] = {}
    codes = {venue.code.lower(): venue for venue in books.venues.values()}
    for venue in codes.values():
        calendar = books.calendars[venue.calendar]
        for name, path in _files(every, venue.code.lower()).items():
            rows = _rows(path, calendar, sources)
            if name == VENUE:
                venues[venue.code] = rows
            else:
                _check_product(path, name, books, venue.code)
                products[name] = rows
    return DeliveryBooks(books=books, venues=venues, products=products, sources=sources)


def _files(folders: list[Path], venue: str) -> dict[str, Path]:
    """Return the files of a venue by name, a later folder's instead of an earlier one's."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((folder / venue / BESIDE).glob("*.toml")):
            found[path.stem] = path
    return found


def _check_product(path: Path, name: str, books: Books, venue: str) -> None:
    if name not in books.products or books.products[name].venue != venue:
        raise InputFault(f"{path}: {venue} has no product {name!r}; the file has its name")


def _rows(path: Path, calendar: Calendar, sources: dict[str, Source]) -> Rows:
    """Return the rows of a file by kind, oldest first."""
    content = read_toml(path)
    result: dict[str, list[MarketRow]] = {name: [] for name in content}
    for name, where, table in named_rows(path, content, KINDS):
        row = read_row(where, table, KINDS[name], calendar)
        check_citation(where, row, sources)
        result[name].append(row)
    for name, rows in result.items():
        rows.sort(key=lambda row: row.effective)
        for one, other in combinations(rows, 2):
            tells = TELLS.get(name)
            if (not tells or getattr(one, tells) == getattr(other, tells)) and overlap(
                cast("ContractRow", one), cast("ContractRow", other)
            ):
                raise InputFault(
                    f"{path}, [[{name}]]: two rows from {one.effective} hold for the same contract;"
                    " narrow one of them"
                )
    return {name: tuple(rows) for name, rows in result.items()}
