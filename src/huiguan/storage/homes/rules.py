"""Read a city's housing rulebook from TOML, strictly: what is not understood is refused."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import date  # noqa: TC003  read at run time
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

import huiguan.rulebooks
from huiguan.foundation.arithmetic import parse_money, parse_rate
from huiguan.foundation.faults import InputFault
from huiguan.housing.rules import HomeRules, Row
from huiguan.housing.supply.places import parse_area

BOOKS = Path(huiguan.rulebooks.__path__[0]) / "homes"
READ: dict[str, tuple[str, Callable[[str], int]]] = {
    "rate": ("rate_ppb", parse_rate),
    "line_m2": ("line_dm2", parse_area),
    "least_area_m2": ("least_area_dm2", parse_area),
    "least_rent": ("least_rent_fen", parse_money),
    "most_rent": ("most_rent_fen", parse_money),
}


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a row comes from; ``where`` is empty when no text could be opened."""

    title: str
    where: str


def table_types() -> dict[str, type[Row]]:
    """Return the row type of every table of a book."""
    hints = get_type_hints(HomeRules)
    return {name: get_args(hint)[0] for name, hint in hints.items() if name != "city"}


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file, or say where it is not one."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFault(f"{path.name} is not TOML: {error}") from None


def read_sources(path: Path) -> dict[str, Source]:
    """Return the sources by key."""
    try:
        return msgspec.convert(read_toml(path), dict[str, Source])
    except msgspec.ValidationError as error:
        raise InputFault(f"{path.name}: {error}") from None


def read_row(where: str, entry: dict[str, Any], kind: type[Row]) -> Row:
    """Return one row with its text turned into exact integers."""
    fields: dict[str, Any] = {}
    for name, value in entry.items():
        if name not in READ:
            if name.endswith(("_ppb", "_fen", "_dm2")):
                raise InputFault(f"{where}: write {name} as text with its unit, not as a number")
            fields[name] = value
            continue
        if not isinstance(value, str):
            raise InputFault(f"{where}: {name} must be text, so that it is exact")
        integer, parse = READ[name]
        fields[integer] = parse(value)
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise InputFault(f"{where}: {error}") from None


def check_rows(table: str, rows: list[Row], sources: dict[str, Source]) -> None:
    """Refuse two rows of one day for the same thing, and a certain row without a source."""
    seen: dict[tuple[str, date], list[tuple[str, ...]]] = {}
    for row in rows:
        where = f"{table} {row.name or row.article!r} of {row.effective}"
        if row.source not in sources:
            raise InputFault(f"{where}: its source {row.source!r} is not in sources.toml")
        if row.status in ("confirmed", "secondary") and not sources[row.source].where:
            raise InputFault(f"{where}: {row.status} needs a source with an address")
        others = seen.setdefault((row.name, row.effective), [])
        if any(not row.schemes or not o or set(o) & set(row.schemes) for o in others):
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
    tables: dict[str, list[Row]] = {name: [] for name in types}
    for path in sorted(folder.glob("*.toml")):
        for table, entries in read_toml(path).items():
            if table not in types or not isinstance(entries, list):
                raise InputFault(f"{path.name}: {table!r} is not a table of a housing rulebook")
            for number, entry in enumerate(entries, 1):
                where = f"{path.name}: {table} number {number}"
                tables[table].append(read_row(where, entry, types[table]))
    for table, rows in tables.items():
        check_rows(table, rows, sources)
    ordered = {
        table: tuple(sorted(rows, key=lambda r: (r.effective, r.name)))
        for table, rows in tables.items()
    }
    return HomeRules(city=city, **ordered)  # type: ignore[arg-type]


def all_rows(rules: HomeRules) -> Iterator[tuple[str, Row]]:
    """Yield every row with the name of its table."""
    for table in table_types():
        for row in getattr(rules, table):
            yield table, row
