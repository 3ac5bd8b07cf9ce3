"""Lists of files with their SHA-256 in the form of ``sha256sum``: of a day, of a round.

A list has one spelling: each name once, in byte order, 64 lower-case digits, two spaces, a line
feed. The reader refuses any other, so that no byte of a list goes unread.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from huiguan.foundation.faults import CheckFault

LINE = re.compile(rb"([0-9a-f]{64})  ([^\\\r\n]+)")  # a backslash: sha256sum would escape it


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(paths: Sequence[Path]) -> list[str]:
    """Return the SHA-256 of every file, "" for one that is missing, hashed side by side."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda path: sha256_of(path) if path.is_file() else "", paths))


def manifest_bytes(hashes: Mapping[str, str]) -> bytes:
    """Return the list of files by name (``/`` between folders), in byte order of the names."""
    lines = {name.encode(): sha256.encode() for name, sha256 in hashes.items()}
    data = b"".join(lines[name] + b"  " + name + b"\n" for name in sorted(lines))
    assert parse_manifest(data, "the list") == dict(hashes)
    return data


def parse_manifest(data: bytes, where: str) -> dict[str, str]:
    """Return the SHA-256 of every name a list gives, in its order.

    Anything but the one spelling, and a name that leads out of the folder, is a ``CheckFault``
    that names ``where`` and the line.
    """
    hashes: dict[str, str] = {}
    before = b""
    for number, line in enumerate(data.splitlines(keepends=True), start=1):
        found = LINE.fullmatch(line.removesuffix(b"\n"))
        if found is None or not line.endswith(b"\n") or found[2] <= before:
            raise _not_a_line(where, number)
        before = found[2]
        try:
            name = found[2].decode()
        except UnicodeDecodeError:
            raise _not_a_line(where, number) from None
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts or str(place) != name:
            raise CheckFault(f"{where}, line {number}: {name} is no place in the folder it lists")
        hashes[name] = found[1].decode()
    return hashes


def _not_a_line(where: str, number: int) -> CheckFault:
    return CheckFault(
        f"{where}, line {number}, is not a line of sha256sum; a list has the form of sha256sum,"
        " each name once, in byte order of the names"
    )
