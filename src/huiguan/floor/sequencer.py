"""Append, then apply: the one loop through which commands reach the trading core.

A batch gets its numbers and its time, is put on disk as a frame, and only then applied. Every frame
carries the hash of the events of an earlier one, so that code that decides differently shows when a
day is run again. Opening a day folder recovers it: the newest good snapshot and the frames behind
it, each compared with the hashes the journal carries.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Self

from huiguan.days.hashes import DayHashes, Notes, day_hashes, write_hashes
from huiguan.days.run_again import run_again
from huiguan.exchange.day.image import DayImage, image_digest
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.snapshot import (
    SnapshotHeader,
    newest_snapshot,
    write_snapshot,
)
from huiguan.storage.journal.writer import Ack, Batch, Journal
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image, write_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    import numpy as np

    from huiguan.storage.files import Files

BATCHES_AHEAD = 2  # given to the journal while one is applied


class Input(NamedTuple):
    """The commands of one frame (``uint8``, 64 a row) and the time they arrived (ns, UTC)."""

    time_ns: int
    commands: np.ndarray


class Sequencer:
    """A market day that is running: the image, the core, the journal behind it."""

    def __init__(self, folder: DayFolder, image: DayImage, core: TradingCore) -> None:
        """Use ``create`` or ``open``."""
        self.folder, self.image, self.core = folder, image, core
        self.notes = Notes()
        self.recovered: list[str] = []  # what opening passed over, in words
        self._journal: Journal
        self._term = 1

    @classmethod
    def create(cls, root: Path, image: DayImage, *, files: Files | None = None) -> Self:
        """Begin a day in a folder that holds none: image written, journal opened, core ready.

        A creation that was killed half way is begun anew: nothing can have been acknowledged.
        """
        folder = DayFolder(root)
        if any(folder.journal.glob("*.segment")):
            raise InputFault(f"{root} already holds a trading day; name another folder")
        write_image(folder.image, image, files)
        day = cls(folder, image, TradingCore(image))
        day._journal = Journal.create(
            folder.journal,
            trading_day=image.settings.trading_day,
            image_digest=image_digest(image),
            files=files,
        )
        day._term = day._journal.term
        return day

    @classmethod
    def open(cls, root: Path, *, files: Files | None = None) -> Self:
        """Recover a day and go on behind its last good frame."""
        folder = DayFolder(root)
        image = read_image(folder.image)
        day = cls(folder, image, TradingCore(image))
        day._journal = Journal.open(folder.journal, files=files)
        day._recover()
        day._term = day._journal.lead()
        return day

    def _recover(self) -> None:
        digest_now = image_digest(self.image)
        restored = newest_snapshot(self.folder.snapshots, self.folder.journal, digest_now)
        self.recovered = restored.passed_over
        behind = 0
        if restored.snapshot is not None:
            header, tables = restored.snapshot
            self.core.restore({name: tables[name] for name in self.core.tables()})
            if self.core.state_hash().hex() != header.state_hash:
                raise CheckFault(
                    f"the snapshot after sequence {header.sequence} does not hold the state it "
                    "names; remove it and open the day again",
                )
            behind = header.sequence
            self.notes.restore(tables["notes"])
        frames = (f for f in read(self.folder.journal) if f.header.first_sequence > behind)
        run_again(self.core, frames, self.notes)

    @property
    def next_sequence(self) -> int:
        """The sequence the next command gets."""
        return self._journal.next_sequence

    def run(self, time_ns: int, commands: np.ndarray) -> np.ndarray:
        """Put one batch on disk, apply it, return its events (valid until the next call)."""
        given = Input(max(time_ns, self.core.time_ns), commands)
        self._journal.append(self.next_sequence, self._term, self._batch(given))
        return self._apply(given.time_ns, commands)

    def run_many(self, inputs: Iterable[Input]) -> Iterator[np.ndarray]:
        """Yield the events of each batch; the next ones are put on disk while one is applied.

        Events are valid until the next step. No batch is applied before its frame is flushed.
        """
        waiting: deque[tuple[Input, Future[Ack]]] = deque()
        time_ns = self.core.time_ns
        for given in inputs:
            time_ns = max(time_ns, given.time_ns)
            numbered = Input(time_ns, given.commands)
            promise = self._journal.submit(self.next_sequence, self._term, self._batch(numbered))
            waiting.append((numbered, promise))
            if len(waiting) > BATCHES_AHEAD:
                yield self._take(waiting)
        while waiting:
            yield self._take(waiting)

    def _take(self, waiting: deque[tuple[Input, Future[Ack]]]) -> np.ndarray:
        given, promise = waiting.popleft()
        promise.result()
        return self._apply(given.time_ns, given.commands)

    def _batch(self, given: Input) -> Batch:
        return Batch(given.time_ns, given.commands, self.notes.frame, self.notes.last)

    def _apply(self, time_ns: int, commands: np.ndarray) -> np.ndarray:
        events = self.core.run_frame(time_ns, commands)
        self.notes.add(self.core, events)
        return events

    def take_snapshot(self) -> Path:
        """Keep the state after the last frame, so that recovery begins there."""
        acknowledged = self._journal.acknowledged
        self.notes.settle()
        assert acknowledged.frame == self.notes.frame, "frames are on their way"
        header = SnapshotHeader(
            trading_day=self.image.settings.trading_day,
            sequence=acknowledged.sequence,
            chain_hash=acknowledged.chain_hash.hex(),
            state_hash=self.core.state_hash().hex(),
            image_digest=image_digest(self.image).hex(),
        )
        tables = {**self.core.tables(), "notes": self.notes.table()}
        return write_snapshot(self.folder.snapshots, header, tables)

    def day_hashes(self) -> DayHashes:
        """Return what the day comes down to so far."""
        end = self._journal.acknowledged
        return day_hashes(end.sequence, end.frame, end.chain_hash, self.notes, self.core)

    def close(self) -> DayHashes:
        """Close the journal and write down what the day came to (``day.json``, ``MANIFEST``)."""
        hashes = self.day_hashes()
        self._journal.close()
        write_hashes(self.folder.root, hashes)
        return hashes
