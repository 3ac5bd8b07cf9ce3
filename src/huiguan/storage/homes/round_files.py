"""The files of a round's folder as bytes: only plain files of a bearable size are read."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path, PurePosixPath

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.sheets.tables import SPREADSHEET

TABLE_BYTES = 1 << 30  # most bytes of a table; a million lists of 20 homes have a fifth of it
TEXT_BYTES = 1 << 20  # of every other file


MOST_NAMES = 10_000  # files in a folder
FOLDERS = re.compile("rules|reruns(/[1-9][0-9]{0,3})?")


def names_in(folder: Path) -> tuple[set[str], set[str]]:
    """Return the names of all files of a folder (``/`` between folders), and of what is none.

    Links, pipes, devices, sockets, empty folders and folders that no round has are named, and not
    followed. More than ``MOST_NAMES`` names are a ``CheckFault``.
    """
    names: set[str] = set()
    odd: set[str] = set()
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        entries = list(os.scandir(folder / inside))
        if inside and not entries:
            odd.add(inside)
        for entry in entries:
            name = inside + entry.name
            if entry.is_dir(follow_symlinks=False) and FOLDERS.fullmatch(name):
                waiting.append(name + "/")
                continue
            names.add(name)
            if not entry.is_file(follow_symlinks=False):
                odd.add(name)
            if len(names) > MOST_NAMES:
                raise CheckFault(f"{folder} holds more than {MOST_NAMES:,} files; no round does")
    return names, odd


def most_bytes(name: str) -> int:
    """Return how large a file of a round may be."""
    return TABLE_BYTES if name.endswith((".csv", SPREADSHEET)) else TEXT_BYTES


def open_plain(folder: Path, name: str) -> BufferedReader:
    """Return a file of the folder (``/`` between folders), opened to be read whole.

    Raises ``InputFault`` if it is missing and ``CheckFault`` if it, or a folder on the way, is a
    link, pipe, device or socket, or if it is too large for its kind.
    """
    for parent in list(PurePosixPath(name).parents)[-2::-1]:
        if (folder / parent).exists() and not stat.S_ISDIR((folder / parent).lstat().st_mode):
            raise CheckFault(f"{parent} is no plain folder; a round holds plain files only")
    try:
        file = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputFault(f"{name} is missing in {folder}") from None
    except OSError as fault:
        if fault.errno not in (errno.ELOOP, errno.ENXIO, errno.ENOTDIR):
            raise
        raise CheckFault(f"{name} is no plain file; a round holds plain files only") from None
    opened = os.fdopen(file, "rb")
    found = os.fstat(file)
    wrong = ""
    if not stat.S_ISREG(found.st_mode):
        wrong = "is no plain file; a round holds plain files only"
    elif found.st_size > most_bytes(name):
        most = most_bytes(name)
        wrong = f"has {found.st_size:,} bytes; no file of its kind has more than {most:,}"
    if wrong:
        opened.close()
        raise CheckFault(f"{name} {wrong}")
    return opened


def read_plain(folder: Path, name: str) -> bytes:
    """Return the bytes of a plain file of the folder."""
    with open_plain(folder, name) as file:
        return file.read(most_bytes(name))


def hash_plain(folder: Path, name: str) -> str:
    """Return the SHA-256 of a plain file of the folder, in hexadecimal; it is read in parts."""
    with open_plain(folder, name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_all(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of several files, read side by side; the first fault in order is told."""
    with ThreadPoolExecutor() as pool:
        read = pool.map(lambda name: read_plain(folder, name), names)
        return dict(zip(names, read, strict=True))


def hash_all(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of several files, hashed side by side; the first fault is told."""
    with ThreadPoolExecutor() as pool:
        hashed = pool.map(lambda name: hash_plain(folder, name), names)
        return dict(zip(names, hashed, strict=True))


def hashes_of(files: dict[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of every file, in hexadecimal, hashed side by side."""
    with ThreadPoolExecutor() as pool:
        hashed = pool.map(lambda data: hashlib.sha256(data).hexdigest(), files.values())
        return dict(zip(files, hashed, strict=True))
