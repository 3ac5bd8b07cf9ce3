"""A book of a new product to begin with: every table once, as it holds for a product like it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from huiguan.foundation.calendars import to_date
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import SHIPPED, rulebook_files
from huiguan.storage.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SINGLE = ("listing", "last_day_exception")  # tables that name single contracts
OWN = (
    "effective",
    "clearing",
    "contracts",
    "note",
    "reverts_from",
    "if_unlocked",
)  # of that row alone
SELECTORS = ("months", "from_months_before", "from_days_before_last")
TEXT = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"))


def toml_value(value: object) -> str:
    """Return a value of a book as TOML writes it; books hold nothing else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, dt.date)):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    text = str(value)
    for plain, written in TEXT:
        text = text.replace(plain, written)
    return f'"{text}"'


def toml_table(head: str, row: Mapping[str, object]) -> str:
    """Return one table with its head."""
    lines = [f"{name} = {toml_value(value)}" for name, value in row.items()]
    return "\n".join([head, *lines, ""])


def in_force(rows: Iterable[dict[str, Any]], on: dt.date) -> list[dict[str, Any]]:
    """Return the rows of one kind that hold on a day for every contract, one a stage and month."""
    found: dict[tuple[str, ...], tuple[dt.date, dict[str, Any]]] = {}
    for row in rows:
        since = row.get("effective", row.get("clearing"))
        ends = not str(row.get("contracts", "-")).endswith("-")  # "2304-": from it on, for good
        if ends or not isinstance(since, dt.date) or since > on:
            continue
        key = tuple(str(row.get(name)) for name in SELECTORS)
        if key not in found or found[key][0] <= since:
            found[key] = since, row
    return [row for _, row in found.values()]


def product_template(
    like: str,
    code: str,
    listed: int,
    on: int,
    folders: Iterable[Path] = (),
) -> str:
    """Return a TOML book of product ``code``, listed on ``listed``, after the book of ``like``.

    ``on`` (both ``yyyymmdd``) is the day whose values are taken. Every row is assumed until its
    own source is given; rows for single contracts of the other product are left out.
    """
    files = rulebook_files([SHIPPED, *folders])
    paths = [path for path in files.values() if path.stem == like and path.name != "venue.toml"]
    if not paths:
        raise InputFault(f"there is no book of a product {like!r} to begin with; try --like cu")
    if not code.isascii() or not code.isalpha() or not code.islower():
        raise InputFault(f"{code!r} is no code of a product; write small letters, as xx")
    content = read_toml(paths[-1])
    header, first = content.pop("product"), to_date(listed)
    month = f"{first.year % 100:02d}{first.month:02d}"
    parts = [
        (
            f"# Product {code}, begun after {like} as of {to_date(on)}: give every row its own\n"
            "# article, source and status.\n"
        ),
        toml_table(
            "[product]",
            header
            | {"code": code, "name": f"New product {code}", "chinese": code, "listed": first}
            | {"first_contract": month, "article": f"begun after {like}", "status": "assumed"}
            | {"note": "every value is to be checked"},
        ),
    ]
    for kind, rows in content.items():
        if kind in SINGLE:
            continue
        for row in in_force(rows, to_date(on)):
            kept = {name: value for name, value in row.items() if name not in OWN}
            told = {"article": f"as {like}: {row['article']}", "status": "assumed"}
            parts.append(toml_table(f"[[{kind}]]", {"effective": first} | kept | told))
    return "\n".join(parts)
