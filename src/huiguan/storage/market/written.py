"""What stands in a folder against what should: every file, byte for byte."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from huiguan.storage.change import files_of, is_content

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from huiguan.storage.files import Bytes


def first_difference(folder: Path, files: Iterable[tuple[str, list[Bytes]]]) -> str | None:
    """Return the first file of ``folder`` that is missing, other or too many; None where all agree.

    Parquet files agree where their tables do: how a table is packed differs between libraries.
    """
    names = set()
    for name, parts in files:
        names.add(name)
        path = folder / name
        if not path.is_file() or not _same(name, path.read_bytes(), parts):
            return name
    return next((name for name in files_of(folder) if is_content(name) and name not in names), None)


def _same(name: str, written: bytes, parts: list[Bytes]) -> bool:
    wanted = parts[0] if len(parts) == 1 else b"".join(parts)
    if written == wanted:
        return True
    if not name.endswith(".parquet"):
        return False
    try:
        found = pl.read_parquet(io.BytesIO(written))
    except (pl.exceptions.PolarsError, OSError):
        return False
    made = pl.read_parquet(io.BytesIO(bytes(wanted)))
    return found.schema == made.schema and found.equals(made)
