"""Disks that are full at a given point: small file systems, or a wrapper where none may be mounted.

Mounting needs the rights of an administrator; a container's administrator may lack them.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from huiguan.storage.files import Bytes, Files

DISK_BYTES, PAGE_BYTES = 64 << 20, 4096
ENOUGH = 1.25  # of the pages that a command writes: the most that is left free for it
FULL = r"make room|repair the disk"
SIMULATED = "simulated by failing writes: no small file system may be mounted here"


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small file system on ``folder``; whether that may be done here."""
    folder.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(call, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def may_mount(folder: Path) -> bool:
    """Return whether small file systems may be mounted here."""
    with small_disk(folder) as mounted:
        return mounted


def pages_of(files: Sequence[bytes]) -> int:
    """Return the bytes of whole pages that files take."""
    return sum(-(-len(data) // PAGE_BYTES) * PAGE_BYTES for data in files)


def fill(ballast: Path, room_bytes: int) -> None:
    """Fill a file system with a file, but for so much room."""
    disk = os.statvfs(ballast.parent)
    free = disk.f_bavail * disk.f_frsize
    with ballast.open("wb") as file:
        file.write(bytes(max(0, free - room_bytes)))


class FullFiles(Files):
    """A disk that is full from the n-th write on, which is cut off half-way."""

    def __init__(self, at: int) -> None:
        self.left = at

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        self.left -= 1
        if self.left < 0:
            super().write(file, [bytes(parts[0])[: len(parts[0]) // 2]], offset)
            raise OSError(28, os.strerror(28))
        return super().write(file, parts, offset)
