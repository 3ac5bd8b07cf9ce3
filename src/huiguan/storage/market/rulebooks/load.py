"""Read rulebooks: strict TOML to dated rows, or one sentence that names the file and the row.

A folder of books holds ``sources.toml``, ``calendars/*.toml`` and one folder per venue with
``venue.toml`` (defaults) and one file per product. Folders given by a person are laid over the
shipped ones, file by file; the folder of a single venue may be given directly.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

import huiguan.rulebooks
from huiguan.exchange.rules.rows import Books, Product, Venue
from huiguan.foundation.calendars import Calendar, ClosedYear, build_calendar
from huiguan.foundation.cited import Source, Status
from huiguan.foundation.faults import InputFault
from huiguan.foundation.hashing import digest
from huiguan.foundation.readers.written import TradingDay
from huiguan.storage.market.rulebooks.checks import check_book
from huiguan.storage.market.rulebooks.rows import read_rows
from huiguan.storage.toml import check_citation, read_header, read_sources, read_toml

SHIPPED = Path(huiguan.rulebooks.__path__[0])
BESIDE = "delivery"  # books of their own, see ``delivery``
NOT_VENUES = ("calendars", "reference_day", "homes", "stress")


class CalendarHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first table of a calendar file."""

    name: str
    first_day: TradingDay
    provisional_to_year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]


class NoNight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Trading days that had no night session although their dates would give one."""

    first: TradingDay
    last: TradingDay
    article: str
    source: str
    status: Status


def rulebook_files(folders: Iterable[Path]) -> dict[str, Path]:
    """Return every file of the books by its place, a later folder's instead of an earlier one's."""
    files: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise InputFault(f"{folder} is not a folder; --rulebook takes a folder of TOML files")
        found = sorted(folder.rglob("*.toml"))
        if not found:
            raise InputFault(f"{folder} holds no .toml file; --rulebook takes a folder of books")
        single = (folder / "venue.toml").exists()
        for path in found:
            place = path.relative_to(folder)
            if place.parent.name == BESIDE:
                continue
            if single and place.name != "sources.toml" and place.parts[0] not in NOT_VENUES:
                place = Path(folder.name) / place
            files[place.as_posix()] = path
    return files


def load_calendar(path: Path, sources: dict[str, Source]) -> Calendar:
    """Return a calendar from its file."""
    content = read_toml(path)
    extra = sorted(set(content) - {"calendar", "year", "no_night"})
    if extra:
        raise InputFault(f"{path}: unknown table {extra[0]!r}; there are calendar, year, no_night")
    header = read_header(path, "calendar", content.get("calendar"), CalendarHeader)
    years = [read_header(path, "year", row, ClosedYear) for row in content.get("year", [])]
    nights = [read_header(path, "no_night", row, NoNight) for row in content.get("no_night", [])]
    for year in years:
        check_citation(path, year, sources)
    for night in nights:
        check_citation(path, night, sources)
    try:
        return build_calendar(
            header.name,
            header.first_day,
            years,
            header.provisional_to_year,
            tuple((row.first, row.last) for row in nights),
        )
    except InputFault as fault:
        raise InputFault(f"{path}: {fault}") from None


def load_venue(path: Path, calendars: dict[str, Calendar], sources: dict[str, Source]) -> Venue:
    """Return a venue from its ``venue.toml``."""
    content = read_toml(path)
    header = content.pop("venue", None)
    name = header.get("calendar") if isinstance(header, dict) else None
    if not isinstance(name, str) or name not in calendars:
        raise InputFault(
            f"{path}: calendar {name!r} is not known; there are: {', '.join(sorted(calendars))}"
        )
    rows = read_rows(path, content, calendars[name], sources)
    return msgspec.structs.replace(read_header(path, "venue", header, Venue), rows=rows)


def load_product(
    path: Path, venue: Venue, calendar: Calendar, sources: dict[str, Source]
) -> Product:
    """Return a product from its file; it must agree with the file's name and its folder."""
    content = read_toml(path)
    header = content.pop("product", None)
    if isinstance(header, dict):
        header["venue"] = venue.code
    product = read_header(path, "product", header, Product)
    if product.code != path.stem:
        raise InputFault(f"{path}: the file of product {product.code!r} must have its name")
    check_citation(path, product, sources)
    rows = read_rows(path, content, calendar, sources)
    return msgspec.structs.replace(product, rows=rows)


def load_books(*folders: Path | str) -> Books:
    """Return the shipped rulebooks with ``folders`` laid over them.

    Everything is checked: exact rates, unknown keys, sources, overlaps, gaps. The first fault is
    an InputFault that names file and row.
    """
    extra = [Path(folder) for folder in folders]
    files = rulebook_files([SHIPPED, *extra])
    sources_at = [f / "sources.toml" for f in (SHIPPED, *extra) if (f / "sources.toml").exists()]
    sources = read_sources(*sources_at)
    calendars: dict[str, Calendar] = {}
    venues: dict[str, Venue] = {}
    products: dict[str, Product] = {}
    for place, path in sorted(files.items()):
        if place.startswith("calendars/"):
            calendar = load_calendar(path, sources)
            calendars[calendar.name] = calendar
    places = sorted(p for p in files if p.count("/") == 1 and p.split("/")[0] not in NOT_VENUES)
    for place in (p for p in places if p.endswith("/venue.toml")):
        venues[place.split("/")[0]] = load_venue(files[place], calendars, sources)
    for place in (p for p in places if not p.endswith("/venue.toml")):
        folder, path = place.split("/")[0], files[place]
        if folder not in venues:
            raise InputFault(f"{path}: its folder has no venue.toml, so its defaults are missing")
        venue = venues[folder]
        product = load_product(path, venue, calendars[venue.calendar], sources)
        if product.code in products:
            other = products[product.code].venue
            raise InputFault(f"{path}: {other} already has a product {product.code!r}; rename one")
        products[product.code] = product
        check_book(path, product, venue)
    books = Books(
        venues={venue.code: venue for venue in venues.values()},
        products=products,
        calendars=calendars,
        sources=sources,
        digest="",
    )
    content = msgspec.json.encode(books, order="deterministic")
    return msgspec.structs.replace(books, digest=digest(content).hex())
