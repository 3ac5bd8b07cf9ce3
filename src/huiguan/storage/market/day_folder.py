"""The folder of a trading day: what goes in, what happened, what came out, and a list of it all.

    image/      image.json and one table a noun: everything the day depends on
    journal/    every command, in order
    snapshots/  states on the way, to start from
    result/     result.json and one table a noun
    MANIFEST    SHA-256 of every other file; ``sha256sum -c MANIFEST`` agrees

Image and result are both "settings and tables": a JSON file that says its format version and names
the tables, and one ``.npy`` file a table (little endian, with its schema). What the tables mean is
no matter of this room.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import digest
from huiguan.storage.change import Change, aside, files_of, is_content
from huiguan.storage.files import Files, write_file
from huiguan.storage.manifest import hash_files, manifest_bytes, parse_manifest
from huiguan.storage.tables import read_table, table_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from huiguan.storage.files import Bytes

FORMAT_VERSION = 1
MANIFEST = "MANIFEST"


class DayFolder(NamedTuple):
    """Where everything of a day stands."""

    root: Path

    @property
    def image(self) -> Path:
        return self.root / "image"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def result(self) -> Path:
        return self.root / "result"


class TableFolder(NamedTuple):
    """Settings as JSON has them, and tables by name."""

    settings: dict[str, object]
    tables: dict[str, np.ndarray]


def write_table_folder(
    folder: Path,
    settings: Mapping[str, object],
    tables: Mapping[str, np.ndarray],
    files: Files | None = None,
) -> None:
    """Write ``NAME.json`` and one ``.npy`` a table into folder ``NAME``, the JSON last.

    A folder without its JSON was not finished, and one with it is whole.
    """
    files = files or Files()
    for name, parts in table_folder_files(folder.name, settings, tables):
        write_file(folder / name, parts, files)
    for path in folder.glob("*.npy"):
        if path.stem not in tables:  # of an earlier writing
            files.remove(path)


def table_folder_files(
    name: str, settings: Mapping[str, object], tables: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the files of folder ``name`` and their parts: one ``.npy`` a table, the JSON last."""
    hashes = {}
    for table, rows in tables.items():
        parts = table_bytes(rows)
        yield f"{table}.npy", parts
        hashes[table] = digest(*parts).hex()
    content = {"format_version": FORMAT_VERSION, "settings": dict(settings), "tables": hashes}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    yield f"{name}.json", [text.encode() + b"\n"]


def read_table_folder(
    folder: Path,
    layouts: Mapping[str, np.dtype[np.void]] | None = None,
    later: Collection[str] = (),
) -> TableFolder:
    """Return settings and tables; refuse damaged ones, and tables that are not of ``layouts``.

    Tables of ``later`` are there only when they have rows; a missing one comes back empty.
    """
    path = folder / f"{folder.name}.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        version = content["format_version"]
        if version != FORMAT_VERSION:
            raise CheckFault(
                f"{path} has format version {version}, this code knows {FORMAT_VERSION}; "
                "read it with the code that wrote it",
            )
        settings, hashes = dict(content["settings"]), dict(content["tables"])
    except FileNotFoundError:
        raise InputFault(f"{path} is missing, so {folder} is no finished folder") from None
    except (ValueError, KeyError, TypeError) as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from fault
    tables = {name: _read_checked(folder, name, text) for name, text in hashes.items()}
    if layouts is not None:
        tables |= {name: np.zeros(0, layouts[name]) for name in later if name not in tables}
        _compare_layouts(path, tables, layouts)
    return TableFolder(settings, tables)


def _read_checked(folder: Path, name: str, expected: str) -> np.ndarray:
    path = folder / f"{name}.npy"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CheckFault(f"{path} is missing; restore the folder") from None
    if digest(data).hex() != expected:
        raise CheckFault(f"{path} is not the table that was written; restore the folder")
    return read_table(data, str(path))


def _compare_layouts(
    path: Path,
    tables: Mapping[str, np.ndarray],
    layouts: Mapping[str, np.dtype[np.void]],
) -> None:
    if set(tables) != set(layouts):
        names = ", ".join(sorted(set(tables) ^ set(layouts)))
        raise CheckFault(f"{path} and this code do not know the same tables: {names}")
    for name, rows in tables.items():
        if rows.dtype != layouts[name]:
            raise CheckFault(
                f"the table {name} of {path} has other fields than this code; "
                "read it with the code that wrote it",
            )


def write_manifest(root: Path, files: Files | None = None, change: Change | None = None) -> None:
    """List every file of the folder with its SHA-256.

    With a ``change`` that takes a manifest in: as the folder is after it, beside the old list.
    """
    after = (change or Change([])).after(files_of(root))
    names = sorted(name for name in after if name != MANIFEST)
    hashes = hash_files([root / after[name] for name in names])
    data = manifest_bytes(dict(zip(names, hashes, strict=True)))
    path = root / MANIFEST
    write_file(aside(path) if change else path, [data], files or Files())


def verify_manifest(root: Path, but: str = "-") -> int:
    """Return how many files the manifest lists and proves; name the first that is wrong.

    Names that begin with ``but`` are passed over: a result may be half written when it is made.
    """
    try:
        data = (root / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise InputFault(
            f"{root} has no {MANIFEST}: its day was not run to the end, so nothing can be verified"
        ) from None
    listed = {
        name: sha256
        for name, sha256 in parse_manifest(data, str(root / MANIFEST)).items()
        if not name.startswith(but)
    }
    present = {name for name in _names(root) if not name.startswith(but)}
    every = sorted(present | set(listed))
    for name, found in zip(every, hash_files([root / name for name in every]), strict=True):
        if name not in present:
            raise CheckFault(f"{root / name} is listed in {MANIFEST} and missing")
        if name not in listed:
            raise CheckFault(f"{root / name} is not listed in {MANIFEST}")
        if found != listed[name]:
            raise CheckFault(f"{root / name} is not the file that {MANIFEST} lists")
    return len(listed)


def _names(root: Path) -> list[str]:
    """Return every file below ``root`` that a manifest lists."""
    return [name for name in files_of(root) if is_content(name) and name != MANIFEST]
