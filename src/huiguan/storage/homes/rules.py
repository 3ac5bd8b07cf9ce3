"""A city's book of housing rules: its files, every row dated and cited."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import huiguan.rulebooks
from huiguan.foundation.faults import InputFault
from huiguan.housing.round.records import Profile, ProfileRow
from huiguan.housing.rules import HomeRow, HomeRules
from huiguan.storage.toml import check_citation, convert, named_rows, read_sources, read_toml

BOOKS = Path(huiguan.rulebooks.__path__[0]) / "homes"


def table_types() -> dict[str, type[HomeRow]]:
    """Return the row type of every table of a book."""
    hints = get_type_hints(HomeRules)
    return {name: get_args(hint)[0] for name, hint in hints.items() if name != "city"}


def check_days(table: str, rows: list[HomeRow]) -> None:
    """Refuse two rows of one day for the same thing."""
    seen: dict[tuple[str, object], list[tuple[str, ...]]] = {}
    for row in rows:
        others = seen.setdefault((row.name, row.effective), [])
        if any(not row.schemes or not o or set(o) & set(row.schemes) for o in others):
            where = f"[[{table}]] {row.name or row.article!r} of {row.effective}"
            raise InputFault(f"{where}: another row says something else from that day")
        others.append(row.schemes)


def read_home_rules(city: str = "shanghai", books: Path = BOOKS) -> HomeRules:
    """Return the book of a city; ``books`` holds sources.toml and one folder per city."""
    folder = books / city
    if not (books / "sources.toml").exists():
        raise InputFault(f"{books} has no sources.toml: a folder of housing rulebooks has one")
    cities = sorted(path.name for path in books.iterdir() if path.is_dir())
    if city not in cities:
        known = ", ".join(cities) or "none"
        raise InputFault(f"there is no housing rulebook for {city!r}; there are: {known}")
    sources = read_sources(books / "sources.toml")
    types = table_types()
    tables: dict[str, list[HomeRow]] = {name: [] for name in types}
    for path in sorted(folder.glob("*.toml")):
        for table, where, entry in named_rows(path, read_toml(path), types):
            row = convert(where, entry, types[table])
            check_citation(where, row, sources)
            tables[table].append(row)
    for table, rows in tables.items():
        check_days(table, rows)
    ordered = {
        table: tuple(sorted(rows, key=lambda r: (r.effective, r.name)))
        for table, rows in tables.items()
    }
    return HomeRules(city=city, **ordered)  # type: ignore[arg-type]


def read_profiles(books: Path = BOOKS) -> tuple[ProfileRow, ...]:
    """Return every publication profile of the books, each cited like any other row."""
    path, sources = books / "publication.toml", read_sources(books / "sources.toml")
    rows = []
    for _, where, entry in named_rows(path, read_toml(path), ("profile",)):
        row = convert(where, entry, ProfileRow)
        check_citation(where, row, sources)
        rows.append(row)
    return tuple(rows)


def profile_in_force(name: str, day: str, books: Path = BOOKS) -> Profile:
    """Return the newest row of a profile that is in force on ``day`` (yyyy-mm-dd)."""
    known = [row for row in read_profiles(books) if row.name == name and str(row.effective) <= day]
    if not known:
        raise InputFault(f"no publication profile {name!r} is in force on {day}")
    return max(known, key=lambda row: row.effective).frozen()


def home_books(folders: Iterable[Path]) -> list[HomeRules]:
    """Return the books of every city that is shipped, or lies in ``homes`` of one of ``folders``.

    Each is read whole, and so are the shipped profiles of publication; the first fault is an
    ``InputFault`` that names file and row.
    """
    read_profiles()
    shelves = [BOOKS, *(found for folder in folders if (found := folder / "homes").is_dir())]
    return [
        read_home_rules(city.name, books)
        for books in shelves
        for city in sorted(path for path in books.iterdir() if path.is_dir())
    ]


def all_rows(rules: HomeRules) -> Iterator[tuple[str, HomeRow]]:
    """Yield every row with the name of its table."""
    for table in table_types():
        for row in getattr(rules, table):
            yield table, row
