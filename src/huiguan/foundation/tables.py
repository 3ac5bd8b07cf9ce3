"""One declaration, every table: a ``NamedTuple`` whose annotations name the record of each table.

    class Morning(NamedTuple):
        settings: Settings
        members: Annotated[np.ndarray, Member]
        warrants: Annotated[np.ndarray, Warrant] = blank_rows(Warrant)

What carries no record is plain data (a struct). A table with a default was added later: without
rows it is neither written nor hashed, so that what is older stays as it was. A table whose record
has a ``KEY`` stands in the order of these fields, each key once. From this follow layouts, empty
tables, the check, the hash and (``storage.table_folder``) the files.
"""

from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec
import numpy as np

from huiguan.foundation.hashing import canonical_bytes, digest, sorted_rows
from huiguan.foundation.records import Record, blank_rows, table_layout

Declared = tuple[Any, ...]  # a NamedTuple that declares tables


class Table(NamedTuple):
    """What a declaration says of one of its tables."""

    record: type[Record]
    later: bool  # added after the first format


@cache
def tables_of(declaration: type[Declared]) -> dict[str, Table]:
    """Return the tables a declaration names, in its order."""
    defaults = declaration._field_defaults  # type: ignore[attr-defined]
    return {
        name: Table(mark, name in defaults)
        for name, hint in get_type_hints(declaration, include_extras=True).items()
        for mark in get_args(hint)[1:]
        if isinstance(mark, type) and issubclass(mark, Record)
    }


@cache
def plain_parts_of(declaration: type[Declared]) -> dict[str, Any]:
    """Return the types of what is not a table, by name, in the order of the declaration."""
    hints, tables = get_type_hints(declaration), tables_of(declaration)
    return {name: hint for name, hint in hints.items() if name not in tables}


def empty_tables(declaration: type[Declared]) -> dict[str, np.ndarray]:
    """Return every table of a declaration with no row."""
    return {name: blank_rows(table.record) for name, table in tables_of(declaration).items()}


def kept_tables(value: Declared) -> dict[str, np.ndarray]:
    """Return the tables that are written and hashed: all but those added later without a row."""
    tables = {name: getattr(value, name) for name in tables_of(type(value))}
    later = {name for name, table in tables_of(type(value)).items() if table.later}
    return {name: rows for name, rows in tables.items() if len(rows) or name not in later}


def digest_of(value: Declared) -> bytes:
    """Return the hash of a whole: its plain parts, then its tables in the order of their keys."""
    encoder = msgspec.json.Encoder(order="deterministic")
    parts = [encoder.encode(getattr(value, name)) for name in plain_parts_of(type(value))]
    tables = tables_of(type(value))
    parts += [
        canonical_bytes(rows, tables[name].record.KEY) for name, rows in kept_tables(value).items()
    ]
    return digest(*parts)


def in_key_order(rows: np.ndarray, record: type[Record]) -> np.ndarray:
    """Return the rows of a table of ``record`` in the order of its key."""
    return sorted_rows(rows, record.KEY)


def table_faults(value: Declared) -> list[str]:
    """Return a sentence for every table with other fields, or rows out of order, or a key twice."""
    faults = []
    for name, table in tables_of(type(value)).items():
        rows = getattr(value, name)
        if rows.dtype != table_layout(table.record):
            faults.append(f"the table {name} has other fields than {table.record.__name__}")
        elif (row := first_misplaced(rows, table.record.KEY)) is not None:
            key = ", ".join(f"{field} {rows[field][row]}" for field in table.record.KEY)
            order = ", ".join(table.record.KEY)
            faults.append(
                f"row {row} of the table {name} ({key}) does not come after the row before it;"
                f" each key stands once, in the order of {order}"
            )
    return faults


def first_misplaced(rows: np.ndarray, key: tuple[str, ...]) -> int | None:
    """Return the first row whose key is not greater than that of the row before it, or None."""
    if not key or len(rows) < 2:
        return None
    equal, below = np.ones(len(rows) - 1, bool), np.zeros(len(rows) - 1, bool)
    for field in key:
        column = rows[field]
        below |= equal & (column[1:] < column[:-1])
        equal &= column[1:] == column[:-1]
    wrong = np.flatnonzero(below | equal)
    return int(wrong[0]) + 1 if len(wrong) else None
