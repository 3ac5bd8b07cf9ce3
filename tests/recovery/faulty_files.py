"""Files that fail at the nth call, and a disk that loses its power there."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from huiguan.storage.files import Bytes
from tests.recovery.journals import QuickFiles

SECTOR = 512


class FailingFiles(QuickFiles):
    """The nth call fails: ``error`` raises, ``full`` writes a part and says so, as a full disk."""

    def __init__(self, nth: int, how: str = "error") -> None:
        self.calls, self.nth, self.how = 0, nth, how
        self.failed = ""

    def _count(self, call: str) -> bool:
        assert not self.failed or call == "close", f"{call} after {self.failed} had failed"
        self.calls += 1
        if self.calls != self.nth:
            return False
        self.failed = call
        return True

    def _maybe_fail(self, call: str) -> None:
        if self._count(call):
            raise OSError(errno.EIO, f"{call} failed")

    def open(self, path: Path, flags: int) -> int:
        self._maybe_fail("open")
        return super().open(path, flags)

    def close(self, file: int) -> None:
        super().close(file)  # a failed close has closed
        self._maybe_fail("close")

    def lock(self, file: int) -> None:
        self._maybe_fail("lock")
        super().lock(file)

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        if self._count("write"):
            if self.how == "error":
                raise OSError(errno.ENOSPC, "no space left on device")
            data = b"".join(parts)
            return super().write(file, [data[: len(data) // 2]], offset)
        return super().write(file, parts, offset)

    def flush(self, file: int) -> None:
        self._maybe_fail("flush")
        super().flush(file)

    def flush_folder(self, folder: Path) -> None:
        self._maybe_fail("flush_folder")
        super().flush_folder(folder)

    def make_folder(self, folder: Path) -> None:
        self._maybe_fail("make_folder")
        super().make_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self._maybe_fail("rename")
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._maybe_fail("remove")
        super().remove(path)

    def truncate(self, file: int, size_bytes: int) -> None:
        self._maybe_fail("truncate")
        super().truncate(file, size_bytes)


class PowerCut(FailingFiles):
    """A disk that keeps what was flushed; ``cut`` decides by chance about everything else.

    Of an unflushed write each sector is new or old; a file may have its old size again; a rename
    may be undone while its folder is not flushed. After a failed flush the system takes what was
    written for clean: it is still read, but no later flush brings it to the disk.
    """

    def __init__(self, nth: int) -> None:
        super().__init__(nth)
        self._paths: dict[int, Path] = {}
        self._on_disk: dict[Path, bytes] = {}
        self._dirty: dict[Path, list[tuple[int, int]]] = {}  # from, to; (size, -1) = truncated
        self._renamed: list[tuple[Path, Path]] = []

    def open(self, path: Path, flags: int) -> int:
        file = super().open(path, flags)
        self._paths[file] = path
        if flags & os.O_CREAT or path not in self._on_disk:
            self._on_disk[path], self._dirty[path] = path.read_bytes(), []
        return file

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        written = super().write(file, parts, offset)
        self._dirty[self._paths[file]].append((offset, offset + written))
        return written

    def truncate(self, file: int, size_bytes: int) -> None:
        super().truncate(file, size_bytes)
        self._dirty[self._paths[file]].append((size_bytes, -1))

    def flush(self, file: int) -> None:
        path = self._paths[file]
        dirty, self._dirty[path] = self._dirty[path], []
        super().flush(file)
        self._on_disk[path] = _flushed(self._on_disk[path], path.read_bytes(), dirty)

    def flush_folder(self, folder: Path) -> None:
        super().flush_folder(folder)
        self._renamed.clear()

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self._paths = {f: new if p == old else p for f, p in self._paths.items()}
        self._on_disk[new] = self._on_disk.pop(old)
        self._dirty[new] = self._dirty.pop(old)
        self._renamed.append((old, new))

    def cut(self, chance: np.random.Generator, new_share: float = 0.5) -> None:
        """Leave on the disk what a power cut could leave."""
        for path, old in self._on_disk.items():
            if path.exists():
                path.write_bytes(_mixed(old, path.read_bytes(), chance, new_share))
        for old_name, new_name in self._renamed:
            if chance.random() >= new_share:
                new_name.rename(old_name)


def _flushed(disk: bytes, written: bytes, dirty: list[tuple[int, int]]) -> bytes:
    image = bytearray(disk)
    for start, end in dirty:
        if end < 0:
            del image[start:]
        else:
            image.extend(bytes(max(0, end - len(image))))
            image[start:end] = written[start:end].ljust(end - start, b"\0")
    return bytes(image)


def _mixed(old: bytes, new: bytes, chance: np.random.Generator, new_share: float) -> bytes:
    size = len(new) if chance.random() < new_share else min(len(old), len(new))
    mixed = bytearray(size)
    for a in range(0, size, SECTOR):
        source = new if chance.random() < new_share else old + bytes(len(new))
        mixed[a : a + SECTOR] = source[a : min(a + SECTOR, size)]
    return bytes(mixed)
