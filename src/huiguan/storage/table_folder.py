"""Settings and tables in a folder: a JSON file that names the tables, one ``.npy`` file a table.

What is written is a value that declares its tables (``foundation.tables``); its plain parts, and
what the caller adds to them, stand in the JSON. The JSON is written last: a folder without it was
not finished, and one with it is whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import digest
from huiguan.foundation.records import table_layout
from huiguan.foundation.tables import (
    Declared,
    empty_tables,
    kept_tables,
    plain_parts_of,
    table_faults,
    tables_of,
)
from huiguan.storage.files import NEW, Files, write_file
from huiguan.storage.tables import read_table, table_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from huiguan.storage.files import Bytes

FORMAT_VERSION = 1
D = TypeVar("D", bound=Declared)


class TableContent(NamedTuple):
    """What the JSON of a folder says: plain parts as JSON has them, and the hash of each table."""

    settings: dict[str, object]
    hashes: dict[str, str]


def write_folder(folder: Path, value: Declared, files: Files | None = None) -> None:
    """Write a value into ``folder``; files of tables that it has not are removed."""
    files = files or Files()
    written = set()
    for name, parts in folder_files(folder.name, value):
        write_file(folder / name, parts, files)
        written.add(name)
    for path in folder.glob("*.npy"):
        if path.name not in written:  # of an earlier writing
            files.remove(path)


def folder_files(
    folder: str, value: Declared, **beside: object
) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of the folder of that name and their parts: a table each, the JSON last.

    Rows that stand twice or out of order are an ``InputFault``, before the first file.
    """
    faults = table_faults(value)
    if faults:
        raise InputFault(f"{folder} is not written: {faults[0]}; give the rows in order")
    hashes = {}
    for name, rows in kept_tables(value).items():
        parts = table_bytes(rows)
        yield f"{name}.npy", parts
        hashes[name] = digest(*parts).hex()
    plain = {name: getattr(value, name) for name in plain_parts_of(type(value))}
    settings = msgspec.to_builtins(plain | beside)
    content = {"format_version": FORMAT_VERSION, "settings": settings, "tables": hashes}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    yield f"{folder}.json", [text.encode() + b"\n"]


def read_folder(folder: Path, declaration: type[D]) -> tuple[D, dict[str, object]]:
    """Return the value of a folder, and what was written beside its parts.

    A damaged folder, and tables that are not those of ``declaration``, are a ``CheckFault``; a
    table that was added later and is not there comes back empty.
    """
    content, declared = _read_content(folder), tables_of(declaration)
    path = _json_of(folder)
    later = {name for name, table in declared.items() if table.later}
    unknown = (set(content.hashes) ^ set(declared)) - (later - set(content.hashes))
    if unknown:
        names = ", ".join(sorted(unknown))
        raise CheckFault(f"{path} and this code do not know the same tables: {names}")
    tables = empty_tables(declaration)
    for name, expected in content.hashes.items():
        tables[name] = _read_checked(folder, name, expected)
        if tables[name].dtype != table_layout(declared[name].record):
            raise CheckFault(
                f"the table {name} of {path} has other fields than this code; "
                "read it with the code that wrote it",
            )
    settings, parts = content.settings, plain_parts_of(declaration)
    try:
        plain = {name: msgspec.convert(settings[name], kind) for name, kind in parts.items()}
    except (KeyError, msgspec.ValidationError) as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from fault
    value = declaration(**plain, **tables)
    faults = table_faults(value)
    if faults:
        raise CheckFault(f"{folder} is no folder that was written here: {faults[0]}; restore it")
    return value, {name: part for name, part in settings.items() if name not in parts}


def _json_of(folder: Path) -> Path:
    """Return the JSON of a folder, named as the folder is, or will be once it is in its place."""
    return folder / f"{folder.name.removesuffix(NEW)}.json"


def _read_content(folder: Path) -> TableContent:
    path = _json_of(folder)
    try:
        content = json.loads(path.read_text("utf-8"))
        version = content["format_version"]
        if version != FORMAT_VERSION:
            raise CheckFault(
                f"{path} has format version {version}, this code knows {FORMAT_VERSION}; "
                "read it with the code that wrote it",
            )
        return TableContent(dict(content["settings"]), dict(content["tables"]))
    except FileNotFoundError:
        raise InputFault(f"{path} is missing, so {folder} is no finished folder") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from fault


def _read_checked(folder: Path, name: str, expected: str) -> np.ndarray:
    path = folder / f"{name}.npy"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CheckFault(f"{path} is missing; restore the folder") from None
    if digest(data).hex() != expected:
        raise CheckFault(f"{path} is not the table that was written; restore the folder")
    return read_table(data, str(path))
