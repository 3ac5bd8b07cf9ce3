"""A copy of a folder whose files may change meanwhile, and a list that proves it.

``COPY`` stands in a copy once it is whole: the SHA-256 of every other file, in the form of
``sha256sum`` (``storage.manifest``).
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.manifest import hash_files, manifest_bytes, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COPY_NAME = "COPY"
PIECE_BYTES = 1 << 20


def refuse_used(folder: Path) -> None:
    """Refuse a folder in which something stands already."""
    if folder.is_dir() and any(folder.iterdir()):
        raise InputFault(f"{folder} is not empty; name a folder that is new")


def copy_file(source: Path, into: Path) -> str:
    """Copy a file as it is now, with its rights; return the SHA-256 of what was written."""
    into.parent.mkdir(parents=True, exist_ok=True)
    hashed = hashlib.sha256()
    with source.open("rb") as old, into.open("wb") as new:
        shutil.copymode(source, into)
        while piece := old.read(PIECE_BYTES):
            new.write(piece)
            hashed.update(piece)
    return hashed.hexdigest()


def copy_files(source: Path, into: Path, names: Iterable[str]) -> dict[str, str]:
    """Copy files by their names below ``source``, in this order; return the SHA-256 of each.

    One that is gone by now was replaced or removed: it is no longer part of the folder.
    """
    hashes = {}
    for name in names:
        try:
            hashes[name] = copy_file(source / name, into / name)
        except FileNotFoundError:
            (into / name).unlink(missing_ok=True)
    return hashes


def complete(folder: Path, hashes: dict[str, str]) -> None:
    """Say that a copy is whole."""
    write_file(folder / COPY_NAME, [manifest_bytes(hashes)], Files())


def prove(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a whole copy; a ``CheckFault`` names what differs."""
    try:
        data = (folder / COPY_NAME).read_bytes()
    except FileNotFoundError:
        raise InputFault(
            f"{folder} is no backup, or one that was cut short: it has no {COPY_NAME}"
        ) from None
    listed = parse_manifest(data, str(folder / COPY_NAME))
    found = hash_files([folder / name for name in listed])
    for (name, sha256), now in zip(listed.items(), found, strict=True):
        if now != sha256:
            raise CheckFault(f"{folder / name} is not the file that was copied; use another backup")
    return listed
