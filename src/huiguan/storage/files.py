"""Every call that changes a file of the journal, in one object, so that tests can make any fail."""

import errno
import fcntl
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from huiguan.foundation.faults import InputFault

Bytes = bytes | memoryview
STDOUT = Path("/dev/stdout")

_flush_data = getattr(os, "fdatasync", os.fsync)  # a file without fdatasync is flushed whole


class Files:
    """The operating system's calls; nothing here retries, and nothing hides a failure."""

    def open(self, path: Path, flags: int) -> int:
        return os.open(path, flags | os.O_CLOEXEC, 0o644)

    def close(self, file: int) -> None:
        os.close(file)

    def lock(self, file: int) -> None:
        """Take the one writer's lock; it ends with the process, however the process ends."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        """Write the parts one after the other at ``offset``; return how many bytes went out."""
        return os.pwritev(file, parts, offset)

    def flush(self, file: int) -> None:
        _flush_data(file)

    def flush_folder(self, folder: Path) -> None:
        """Put names on disk: a created or renamed file is lost without this."""
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def make_folder(self, folder: Path) -> None:
        """Create a folder and what is missing above it, each on disk before the next."""
        if not folder.is_dir():
            self.make_folder(folder.parent)
            folder.mkdir()
            self.flush_folder(folder.parent)

    def rename(self, old: Path, new: Path) -> None:
        old.replace(new)

    def remove(self, path: Path) -> None:
        path.unlink()

    def truncate(self, file: int, size_bytes: int) -> None:
        os.ftruncate(file, size_bytes)


class FilesOfOneStep(Files):
    """Files that are flushed when they are closed, not before: for a day nobody waits for.

    Nothing is promised of such a day until it is over, so that one flush a file is enough. Cut
    short by a dead machine it is to be made again; it may not be opened.
    """

    def __init__(self) -> None:
        self._written: set[int] = set()

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        self._written.add(file)
        return super().write(file, parts, offset)

    def truncate(self, file: int, size_bytes: int) -> None:
        self._written.add(file)
        super().truncate(file, size_bytes)

    def flush(self, file: int) -> None:
        """Leave it for the end."""

    def close(self, file: int) -> None:
        if file in self._written:
            self._written.remove(file)
            super().flush(file)
        super().close(file)


NEW = ".new"  # a file is written and flushed under this ending, then renamed
PIECE_BYTES = 64 << 20  # one call of the system writes less than 2 GiB


def write_file(path: Path, parts: Sequence[Bytes], files: Files) -> None:
    """Write a file that is whole and on disk as soon as it has its name; make its folder.

    Raises ``InputFault`` when a call fails or falls short; what stood under the name still does.
    """
    temporary = path.with_name(path.name + NEW)
    try:
        files.make_folder(path.parent)
        file = files.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            offset = 0
            for part in parts:
                for start in range(0, len(part), PIECE_BYTES):
                    piece = part[start : start + PIECE_BYTES]
                    write_all(files, file, [piece], offset)
                    offset += len(piece)
            files.flush(file)
        finally:
            files.close(file)
        files.rename(temporary, path)
        files.flush_folder(path.parent)
    except OSError as fault:
        raise InputFault(
            f"{path} can not be written: {fault.strerror}; make room, or name another place",
        ) from fault


def write_output(path: Path, data: bytes) -> None:
    """Write what a person asked for: whole or not at all, but straight into a device or a pipe.

    A file that took the name of ``/dev/stdout`` would hide it from every other program, and opening
    it anew would cut off what a redirected output holds.
    """
    if path == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    if not path.is_symlink() and (path.is_file() or not path.exists()):
        write_file(path, [data], Files())
        return
    with path.open("wb") as file:
        file.write(data)


def refuse_same_file(output: Path, given: Path) -> None:
    """Raise ``InputFault`` where the output would take the place of the input, or of a folder."""
    if output.is_dir():
        raise InputFault(f"{output} is a folder; name a file to write")
    if output.exists() and given.exists() and output.samefile(given):
        raise InputFault(f"{output} is the input and would be lost; name another file to write")


def nameless_file(folder: Path) -> BinaryIO:
    """Open a file for a while, on the disk of ``folder``; it has no name and ends with its use."""
    return TemporaryFile(dir=folder)


def write_all(files: Files, file: int, parts: Sequence[Bytes], offset: int) -> None:
    """Write the parts; fewer bytes than asked is a fault, not a reason to try again."""
    written, asked = files.write(file, parts, offset), sum(len(part) for part in parts)
    if written != asked:
        raise OSError(errno.ENOSPC, f"only {written} of {asked} bytes went out")
