"""Snapshots: the state after some frame of the journal, so that recovery need not begin at dawn.

A snapshot only ever saves time. The journal decides: a snapshot that is damaged, of a newer format,
of another image, or not of this journal's chain is passed over, and said so; without any, the whole
journal is applied to the image.

A file is: magic (8 bytes), format version and length of the JSON (int32 each), the JSON, the tables
as ``.npy`` one after the other, and the BLAKE2b-256 hash of everything before it. It gets its name
only when it is whole and flushed.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.hashing import HASH_BYTES, digest
from huiguan.storage.files import Bytes, Files, write_file
from huiguan.storage.journal.recovery import read
from huiguan.storage.tables import read_table, table_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np

FORMAT_VERSION = 1
MAGIC = b"H\x89GSNAP\n"
_START = struct.Struct("<8s i i")


class SnapshotHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where in which journal the state stands; hashes in hex."""

    trading_day: int
    sequence: int  # of the last command applied, the last of its frame
    chain_hash: str  # of that frame
    state_hash: str
    image_digest: str
    tables: dict[str, int] = {}  # name to bytes, in the order of the file


class Snapshot(NamedTuple):
    """A state and where it stands; the arrays are the caller's to change."""

    header: SnapshotHeader
    tables: dict[str, np.ndarray]


class Restored(NamedTuple):
    """The newest snapshot to start from, None for the image itself; and why newer ones are not."""

    snapshot: Snapshot | None
    passed_over: list[str]


def snapshot_path(folder: Path, sequence: int) -> Path:
    """Return where the snapshot after ``sequence`` stands."""
    return folder / f"{sequence:016}.snapshot"


def write_snapshot(
    folder: Path,
    header: SnapshotHeader,
    tables: Mapping[str, np.ndarray],
    files: Files | None = None,
) -> Path:
    """Write a snapshot of a state that the journal has acknowledged; return its path."""
    parts: list[Bytes] = []
    sizes = {}
    for name, rows in tables.items():
        encoded = table_bytes(rows)
        parts += encoded
        sizes[name] = sum(len(part) for part in encoded)
    text = msgspec.json.encode(msgspec.structs.replace(header, tables=sizes))
    parts = [_START.pack(MAGIC, FORMAT_VERSION, len(text)), text, *parts]
    path = snapshot_path(folder, header.sequence)
    write_file(path, [*parts, digest(*parts)], files or Files())
    return path


def read_snapshot(path: Path) -> Snapshot:
    """Return a snapshot whose hash holds; raise ``CheckFault`` for any other file."""
    data = memoryview(path.read_bytes())
    if len(data) < _START.size + HASH_BYTES or data[:8] != MAGIC:
        raise CheckFault(f"{path.name} is not a snapshot")
    _, version, length = _START.unpack(data[: _START.size])
    if version > FORMAT_VERSION:
        raise CheckFault(
            f"{path.name} has format version {version}, this code knows {FORMAT_VERSION}",
        )
    if digest(data[:-HASH_BYTES]) != data[-HASH_BYTES:]:
        raise CheckFault(f"{path.name} is damaged: its hash does not hold")
    at = _START.size + length
    header = msgspec.json.decode(data[_START.size : at], type=SnapshotHeader)
    tables = {}
    for name, size in header.tables.items():
        tables[name] = read_table(data[at : at + size], name)
        at += size
    return Snapshot(header, tables)


def newest_snapshot(folder: Path, journal: Path, image_digest: bytes) -> Restored:
    """Return the newest snapshot that belongs to this journal and this image.

    Reads the whole journal, so raises what ``recovery.read`` raises.
    """
    paths = {int(path.stem): path for path in folder.glob("[0-9]*.snapshot")}
    chain = {
        frame.last_sequence: frame.checksum.hex()
        for frame in read(journal)
        if frame.last_sequence in paths
    }
    passed_over = []
    for sequence in sorted(paths, reverse=True):
        try:
            snapshot = read_snapshot(paths[sequence])
        except CheckFault as fault:
            passed_over.append(str(fault))
            continue
        header = snapshot.header
        if header.image_digest != image_digest.hex():
            passed_over.append(f"{paths[sequence].name} is of another image")
        elif (header.sequence, header.chain_hash) != (sequence, chain.get(sequence)):
            passed_over.append(f"{paths[sequence].name} is not of this journal")
        else:
            return Restored(snapshot, passed_over)
    return Restored(None, passed_over)
