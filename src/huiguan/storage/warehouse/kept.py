"""A warehouse folder kept in the memory of a process: read once, then only what was added to it.

What is handed out never changes: whoever reads it sees one moment. Whether the folder changed say
the marks of its tables; whether steps were only added says the hash of those that were there.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from huiguan.foundation.faults import InputFault
from huiguan.storage.change import CHANGE, finish_change, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import as_utf8, sheet_path
from huiguan.storage.warehouse.folder import (
    forms_of,
    read_warehouse,
    rows_in,
    step_cells,
    step_of,
    steps_bytes,
    take,
    warehouse_of,
)
from huiguan.storage.warehouse.tables import STEP_ROWS, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from huiguan.exchange.delivery.goods import Brand
    from huiguan.exchange.delivery.register import Register
    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.exchange.delivery.warrants import Step

HEADS = ",".join(STEP_ROWS.heads).encode() + b"\n"
Marks = tuple[tuple[int, int, int], ...]  # inode, size, time of each table


class Kept(NamedTuple):
    """A folder as it stood at one moment."""

    register: Register
    brands: dict[tuple[str, str], Brand]
    steps: list[Step]
    lives: dict[str, list[Step]]  # the steps of each warrant
    marks: Marks
    size: int  # bytes of the table of steps; 0 where it is not CSV as it is written here
    digest: bytes


class Busy(InputFault):
    """Another process writes the folder now."""


class KeptFolder:
    """A warehouse folder, for readers in many threads and for one writer at a time."""

    def __init__(self, folder: Path, books: Callable[[], DeliveryBooks]) -> None:
        """Keep a folder; nothing is read yet."""
        self.folder, self._books = folder, books
        self._kept: Kept | None = None
        self._one = threading.Lock()

    @property
    def known(self) -> int:
        """How many steps were read by now."""
        return len(self._kept.steps) if self._kept else 0

    def now(self) -> Kept | None:
        """Return the folder as it is; as it was, or None, while another thread reads it."""
        kept = self._kept
        if kept is not None and kept.marks == self._marks():
            return kept
        if not self._one.acquire(blocking=False):
            return kept
        try:
            if (self.folder / CHANGE).exists():
                finish_change(self.folder)
        except InputFault:  # who writes it is just finishing it
            pass
        else:
            kept = self._read()
        finally:
            self._one.release()
        return kept

    @contextmanager
    def held(self, command: str) -> Iterator[Writing]:
        """Hold the folder for writing by ``command``; ``Busy`` where another process does."""
        with ExitStack() as stack:
            try:
                stack.enter_context(hold(self.folder, command))
            except InputFault as fault:
                raise Busy(str(fault)) from None
            with self._one:
                finish_held_change(self.folder, Files())
                yield Writing(self, self._read())

    def append(self, kept: Kept, steps: Sequence[Step], files: Files | None = None) -> Kept:
        """Write steps behind those of a folder that is held; what one refuses writes none."""
        grown = grown_by(kept, self._books(), steps)
        path = self.folder / STEP_ROWS.file
        data = path.read_bytes() if kept.size else b""
        if data.startswith(HEADS):
            parts = [data, steps_bytes(grown.steps[len(kept.steps) :]).removeprefix(HEADS)]
        else:
            parts = [steps_bytes(grown.steps)]
        write_file(path, parts, files or Files())
        return self._read()

    def _marks(self) -> Marks:
        found = []
        for table in TABLES:
            try:
                stat = sheet_path(self.folder / table.file).stat()
                found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
            except FileNotFoundError:
                found.append((0, 0, 0))
        return tuple(found)

    def _read(self) -> Kept:
        """Read what is new, or all of it; the caller has the lock."""
        kept, marks = self._kept, self._marks()
        if kept is None or kept.marks != marks:
            self._kept = self._read_on(marks) or self._read_whole(marks)
        assert self._kept is not None
        return self._kept

    def _read_on(self, marks: Marks) -> Kept | None:
        """Return what stands after the steps that were added, or None where more has changed."""
        kept = self._kept
        if kept is None or not kept.size or kept.marks[:-1] != marks[:-1]:
            return None
        path = self.folder / STEP_ROWS.file
        data = path.read_bytes()
        digest = hashlib.sha256(memoryview(data)[: kept.size])
        if len(data) <= kept.size or digest.digest() != kept.digest or not is_plain(data):
            return None
        table = data.split(b"\n", 1)[0] + b"\n" + data[kept.size :]
        steps = [step_of(row) for row in rows_in(table, STEP_ROWS, str(path))]
        grown = grown_by(kept, self._books(), steps)
        digest.update(memoryview(data)[kept.size :])
        return grown._replace(marks=marks, size=len(data), digest=digest.digest())

    def _read_whole(self, marks: Marks) -> Kept:
        path, books = sheet_path(self.folder / STEP_ROWS.file), self._books()
        if not path.exists():
            read_warehouse(self.folder, books)  # says what is missing
        data = path.read_bytes()
        found = warehouse_of(self.folder, books, as_utf8(data, str(path), path.stem))
        lives: dict[str, list[Step]] = {}
        for step in found.steps:
            lives.setdefault(step.warrant, []).append(step)
        size = len(data) if is_plain(data) and path.name == STEP_ROWS.file else 0
        digest = hashlib.sha256(data).digest()
        return Kept(found.register, found.brands, found.steps, lives, marks, size, digest)


class Writing(NamedTuple):
    """A folder that is held, and how it stands."""

    folder: KeptFolder
    kept: Kept

    def has(self, steps: Sequence[Step], before: int) -> bool:
        """Return whether steps stand behind the first ``before`` of the folder already."""
        there = self.kept.steps[before : before + len(steps)]
        return list(map(step_cells, there)) == list(map(step_cells, steps))

    def append(self, steps: Sequence[Step], files: Files | None = None) -> Kept:
        """Write steps behind those of the folder; one that is refused is an ``InputFault``."""
        return self.folder.append(self.kept, steps, files)


def is_plain(data: bytes) -> bool:
    """Return whether a table is UTF-8 CSV of whole lines, to which lines can be added."""
    if not data.endswith(b"\n") or b'"' in data.split(b"\n", 1)[0]:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.startswith((b"\xef\xbb\xbf", b"PK"))


def grown_by(kept: Kept, books: DeliveryBooks, steps: Sequence[Step]) -> Kept:
    """Return what stands after further steps; one that is refused is an ``InputFault``."""
    register = kept.register.copy()
    newest = max((step.day for step in steps), default=register.day)
    if newest != register.day:
        register.forms = forms_of(books, register.facilities, kept.brands, newest)
    taken, lives = take(register, books, steps), dict(kept.lives)
    for step in taken:
        lives[step.warrant] = [*lives.get(step.warrant, ()), step]
    return kept._replace(register=register, steps=[*kept.steps, *taken], lives=lives)
