"""Files of a process that is killed at its n-th call that changes one."""

from collections.abc import Sequence
from pathlib import Path

from huiguan.storage.files import Bytes, Files


class Killed(BaseException):
    """The process is gone."""


class FilesThatDie(Files):
    """Dies at the n-th call that changes a file; a write may be half done. Nothing is flushed."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        if self.left == 0:
            super().write(file, [bytes(parts[0])[: len(parts[0]) // 2]], offset)
        self.step()
        return super().write(file, parts, offset)

    def flush(self, file: int) -> None:  # noqa: ARG002
        self.step()

    def flush_folder(self, folder: Path) -> None:  # noqa: ARG002
        self.step()

    def rename(self, old: Path, new: Path) -> None:
        self.step()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self.step()
        super().remove(path)
