"""One TOML table to one row: exact rates and money, dates as integers, nothing unknown."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from huiguan.exchange.rules.instruments import parse_month
from huiguan.exchange.rules.rows import KINDS, NO_END, DeliveryFee, FeeRow, Row, Source
from huiguan.foundation.arithmetic import parse_money, parse_rate
from huiguan.foundation.calendars import (
    Calendar,
    is_trading_day,
    to_date,
    to_int,
    trading_day_after,
)
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.checks import check_sources

S = TypeVar("S", bound=msgspec.Struct)
FEES = (FeeRow, DeliveryFee)
MONTHS = ("contract", "first_contract")
DATES = {
    *("effective", "clearing", "listed", "last_day", "delivery_days", "reverts_from"),
    *("first_day", "trading_day", "previous_day", "first", "last"),
}
PHASES = 'must be times and phases like "20:55 auction_ordering"'
PATTERNS = {
    "night_end": 'must be a time like "01:00", or "none"',
    **dict.fromkeys(("night", "day", "day_after_night"), PHASES),
}
NOTHING = ("none", "none known")  # only where a field may be empty; "none" of a choice is a word


def plain(value: object) -> Any:  # noqa: ANN401  whatever TOML holds
    """Return a TOML value with dates as ``yyyymmdd``; a float is refused by its caller."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return to_int(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def parse_contracts(text: str) -> list[tuple[int, int]]:
    """Return ranges of contract months of "2609-2702, 2705, 2707-"."""
    ranges = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        start = parse_month(first) if first else 0
        end = (parse_month(last) if last else NO_END) if dash else start
        if end < start or not (first or last):
            raise InputFault(f"{part.strip()!r} is not a range of contract months like 2609-2702")
        ranges.append((start, end))
    return ranges


def read_value(name: str, value: Any) -> Any:  # noqa: ANN401  whatever TOML holds
    """Return the value of a field from what TOML holds."""
    if isinstance(value, float):
        raise InputFault(f"{value} is not exact; write it in quotes")
    if name.endswith(("_ppb", "_fen")):
        parse = parse_rate if name.endswith("_ppb") else parse_money
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in values):
            raise InputFault(f"{value!r} must be in quotes, so that it is exact")
        numbers = [parse(text, "the value") for text in values]
        return numbers if isinstance(value, list) else numbers[0]
    if name == "contracts":
        return parse_contracts(str(value))
    if name in MONTHS and isinstance(value, int):
        raise InputFault(f'{value} must be in quotes, like "2609"')
    if name in MONTHS and isinstance(value, str) and value.isdigit():
        return parse_month(value)
    return value


def key_of(field: str) -> str:
    """Return the word a rulebook uses for a field: ``limit`` for ``limit_ppb``."""
    return field.removesuffix("_ppb").removesuffix("_fen")


def convert(where: str, table: object, struct: type[S]) -> S:
    """Return a struct from a TOML table; a fault names ``where`` and the key."""
    if not isinstance(table, dict):
        raise InputFault(f"{where}: the table is missing; the file cannot be used without it")
    fields = {key_of(field.name): field for field in msgspec.structs.fields(struct)}
    content: dict[str, Any] = {}
    for key, raw in table.items():
        if key not in fields:
            known = ", ".join(sorted(fields))
            raise InputFault(f"{where}: unknown key {key!r}; the keys are {known}")
        field = fields[key]
        if raw in NOTHING and type(None) in getattr(field.type, "__args__", ()):
            content[field.name] = None
            continue
        if field.name in DATES and isinstance(raw, int) and raw != 0:  # 0: never listed
            raise InputFault(f"{where}: {key} must be a date like 2026-08-21, without quotes")
        try:
            content[field.name] = read_value(field.name, plain(raw))
        except InputFault as fault:
            raise InputFault(f"{where}: {key}: {fault}") from None
    try:
        return msgspec.convert(content, struct)
    except msgspec.ValidationError as problem:
        raise InputFault(f"{where}: {in_words(str(problem))}; correct the row") from None


def in_words(problem: str) -> str:
    """Return what a value must be, in the words of a rulebook rather than of a type."""
    text, at, path = problem.partition(" - at `$.")
    if not at:
        missing = text.removeprefix("Object missing required field ").strip("`")
        return text if missing == text else f"there is no key {key_of(missing)!r}"
    field = path.rstrip("`").partition("[")[0]
    if field in DATES and "expected `int`" in text.lower():
        text = "must be a date like 2026-08-21, without quotes"
    elif "matching regex" in text:
        text = PATTERNS.get(field, text)
    elif field.endswith("_ppb") and ("<=" in text or ">=" in text):
        text = "must lie between 0% and 100%"
    return f"{key_of(field)}: {text}"


def read_header(path: Path, name: str, table: object, struct: type[S]) -> S:
    """Return the struct of a named table of a file."""
    return convert(f"{path}, [{name}]", table, struct)


def read_row(where: str, table: dict[str, Any], kind: type[Row], calendar: Calendar) -> Row:
    """Return one row; ``clearing`` becomes the trading day after it."""
    table = dict(table)
    if ("effective" in table) == ("clearing" in table):
        raise InputFault(f"{where}: give either effective (first trading day) or clearing")
    if kind in FEES and ("rate" in table) == ("per_lot" in table or "per_unit" in table):
        raise InputFault(f"{where}: give a rate or an amount, never both and never neither")
    if "clearing" in table:
        clearing = plain(table["clearing"])
        if not isinstance(clearing, int) or not is_trading_day(calendar, clearing):
            raise InputFault(f"{where}: clearing {table['clearing']} is not a trading day")
        table["effective"] = to_date(trading_day_after(calendar, clearing))
    return convert(where, table, kind)


def read_rows(
    path: Path, content: dict[str, Any], calendar: Calendar, sources: dict[str, Source]
) -> dict[str, tuple[Row, ...]]:
    """Return the rows of a file by kind, oldest first."""
    result = {}
    for name, tables in content.items():
        kind = KINDS.get(name)
        if kind is None:
            raise InputFault(f"{path}: unknown table {name!r}; there are {', '.join(KINDS)}")
        if not isinstance(tables, list):
            raise InputFault(f"{path}: write [[{name}]], each row a table of its own")
        rows = []
        for number, table in enumerate(tables, 1):
            since = table.get("effective", table.get("clearing", "no date"))
            where = f"{path}, [[{name}]] row {number} ({since})"
            row = read_row(where, table, kind, calendar)
            check_sources(where, row.source, row.status, sources)
            if not row.article:
                raise InputFault(f"{where}: article is empty; say where the rule stands")
            rows.append(row)
        result[name] = tuple(sorted(rows, key=lambda row: row.effective))
    return result
