"""Append, then apply: the one loop through which commands reach the trading core.

A batch gets its number and its time and goes to the disk as a frame (``submit``); when it is there
it is applied (``collect``). Every frame carries the hash of the events of an earlier one, so that
code that decides differently shows when a day is run again.

What was submitted is on disk whole or not at all. Until it is collected nobody has seen its effect:
``close`` refuses to end a day with such frames, ``leave`` (and the end of a ``with`` block) brings
them to the disk, and the next ``open`` applies them. Whatever goes wrong in a step stops the day
for good: nobody may go on while journal and core differ.
"""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec

from huiguan.days.hashes import DayHashes, day_hashes, write_hashes
from huiguan.days.notes import Notes
from huiguan.exchange.day.image import DayImage, image_digest
from huiguan.exchange.trading.core import TradingCore
from huiguan.exchange.trading.state.content import kept_tables, state_hash
from huiguan.floor.day.frames import FrameEvents, Input
from huiguan.floor.day.recovery import Follower, recover
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import Files
from huiguan.storage.journal.snapshot import SnapshotHeader, write_snapshot
from huiguan.storage.journal.tail import Ack, JournalStopped
from huiguan.storage.journal.writer import Batch, Journal
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image, write_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    import numpy as np

    from huiguan.exchange.trading.state.rows import State

BATCHES_AHEAD = 2  # given to the journal by ``run_many`` while one is applied


class DayStopped(CheckFault):
    """The running day takes nothing more: it was closed, left, or stopped by a fault."""


class Submitted(NamedTuple):
    """A frame on its way to the disk, or there and not yet applied."""

    time_ns: int
    first_sequence: int
    commands: np.ndarray
    on_disk: Future[Ack] | None  # None: it is there


class StateCopy(NamedTuple):
    """The state of a day at a frame, apart from the running core: any thread may write it."""

    folder: Path
    header: SnapshotHeader
    state: State
    more: Mapping[str, np.ndarray]
    files: Files

    def write(self) -> Path:
        """Hash the state and write the snapshot."""
        header = msgspec.structs.replace(self.header, state_hash=state_hash(self.state).hex())
        tables = {**kept_tables(self.state), **self.more}
        return write_snapshot(self.folder, header, tables, self.files)


class Sequencer:
    """A market day that is running: the image, the core, the journal behind it.

    Call it from one thread; ``create`` or ``open`` it, ``close`` or ``leave`` it when done.
    """

    def __init__(
        self,
        folder: DayFolder,
        image: DayImage,
        core: TradingCore,
        notes: Notes,
        journal: Journal,
        files: Files,
        recovered: list[str],
    ) -> None:
        """Take over parts that stand at the same frame; use ``create`` or ``open``."""
        self.folder, self.image, self.core = folder, image, core
        self.recovered = recovered  # what opening passed over, in words
        self._notes, self._journal, self._files = notes, journal, files
        self._term = journal.term
        self._image_digest = image_digest(image).hex()
        self._time_ns = core.time_ns  # of the last frame submitted
        self._waiting: deque[Submitted] = deque()
        self._stopped = ""  # why nothing more is taken

    @classmethod
    def create(cls, root: Path, image: DayImage, *, files: Files | None = None) -> Self:
        """Begin a day in a folder that holds none: image written, journal opened, core ready.

        A creation that was killed half way is begun anew: nothing can have been acknowledged.
        """
        folder, files = DayFolder(root), files or Files()
        if any(folder.journal.glob("*.segment")):
            raise InputFault(f"{root} already holds a trading day; name another folder")
        write_image(folder.image, image, files)
        core = TradingCore(image)
        journal = Journal.create(
            folder.journal,
            trading_day=image.settings.trading_day,
            image_digest=image_digest(image),
            files=files,
        )
        return cls(folder, image, core, Notes(), journal, files, [])

    @classmethod
    def open(
        cls, root: Path, *, files: Files | None = None, follower: Follower | None = None
    ) -> Self:
        """Recover a day and go on behind its last good frame; a ``follower`` comes along."""
        folder, files = DayFolder(root), files or Files()
        image = read_image(folder.image)
        core = TradingCore(image)
        with ExitStack() as opened:  # given back where recovery refuses
            journal = Journal.open(folder.journal, files=files)
            opened.callback(journal.close)
            notes = opened.enter_context(Notes())
            recovered = recover(folder, image, core, notes, follower)
            journal.lead()
            opened.pop_all()
        return cls(folder, image, core, notes, journal, files, recovered)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def next_sequence(self) -> int:
        """The sequence the next command submitted gets."""
        return self._journal.next_sequence

    @property
    def waiting(self) -> int:
        """How many frames are submitted and not collected."""
        return len(self._waiting)

    def submit(self, time_ns: int, commands: np.ndarray) -> int:
        """Give a batch its number and send it to the disk; return its first command's sequence.

        The frame's time is ``time_ns``, or that of the frame before where that is later. Commands
        (``uint8``, 64 a row, at least one) stay unchanged until they are collected.
        """
        return self._give(time_ns, commands, self._journal.submit)

    def collect(self) -> FrameEvents:
        """Wait until the oldest frame that is submitted is on disk, apply it, return its events."""
        self._refuse_stopped()
        assert self._waiting, "nothing was submitted"
        frame = self._waiting[0]
        try:
            if frame.on_disk is not None:
                frame.on_disk.result()
            events = self.core.run_frame(frame.time_ns, frame.commands)
            self._waiting.popleft()
            self._notes.add(self.core, events)
        except BaseException as fault:
            self._stop(fault)
            raise
        events.flags.writeable = False
        return FrameEvents(frame.time_ns, frame.first_sequence, events)

    def run(self, time_ns: int, commands: np.ndarray) -> FrameEvents:
        """Submit one batch and collect it, without the detour through a thread."""
        self._refuse_stopped()
        assert not self._waiting, "what was submitted before is to be collected first"
        self._give(time_ns, commands, self._append)
        return self.collect()

    def rest(self) -> None:
        """Do what would else delay the next frame; after ``run``, when its events were told."""
        assert not self._waiting, "frames are on their way"
        try:
            self._journal.rest()
            self._notes.hash_newest()
        except BaseException as fault:
            self._stop(fault)
            raise

    def run_many(self, inputs: Iterable[Input]) -> Iterator[FrameEvents]:
        """Yield the events of each batch; the next ones are put on disk while one is applied.

        Who stops taking them leaves up to two frames submitted; ``collect`` gives their events.
        """
        self._refuse_stopped()
        assert not self._waiting, "what was submitted before is to be collected first"
        for given in inputs:
            self.submit(given.time_ns, given.commands)
            if self.waiting > BATCHES_AHEAD:
                yield self.collect()
        while self._waiting:
            yield self.collect()

    def take_snapshot(self) -> Path:
        """Keep the state after the last frame, so that recovery begins there."""
        return self.copy_state().write()

    def copy_state(self, more: Mapping[str, np.ndarray] | None = None) -> StateCopy:
        """Return a copy of the state after the last frame, which another thread may write.

        ``more`` are tables of a follower; they are kept in the snapshot beside the core's.
        """
        self._refuse_stopped()
        self._refuse_waiting("a snapshot is of the state after all of them")
        acknowledged = self._journal.acknowledged
        header = SnapshotHeader(
            trading_day=self.image.settings.trading_day,
            sequence=acknowledged.sequence,
            chain_hash=acknowledged.chain_hash.hex(),
            state_hash="",
            image_digest=self._image_digest,
        )
        more = {"notes": self._notes.table(), **(more or {})}
        return StateCopy(self.folder.snapshots, header, self.core.copied(), more, self._files)

    @property
    def newest_on_disk(self) -> Future[Ack] | None:
        """The flush of the frame submitted last; None where it is on disk already."""
        return self._waiting[-1].on_disk if self._waiting else None

    def day_hashes(self) -> DayHashes:
        """Return what the day comes down to so far."""
        self._refuse_waiting("hashes are of the day after all of them")
        end = self._journal.acknowledged
        return day_hashes(end.sequence, end.frame, end.chain_hash, self._notes, self.core)

    def close(self) -> DayHashes:
        """Close the journal and write down what the day came to (``day.json``, ``MANIFEST``)."""
        self._refuse_stopped()
        self._refuse_waiting("their events would be lost")
        try:
            hashes = self.day_hashes()
            self._journal.close()
            self._notes.close()
            write_hashes(self.folder.root, hashes, self._files)
        except BaseException as fault:
            self._stop(fault)
            raise
        self._stopped = "it is closed"
        return hashes

    def leave(self) -> None:
        """Give the folder back as it is, for ``open``; what was submitted is on disk then.

        After ``close``, and the second time, it does nothing; after a fault it only cleans up.
        """
        stopped, self._stopped = self._stopped, self._stopped or "it was left"
        self._notes.close()
        try:
            self._journal.close()
        except JournalStopped:
            if not stopped:
                raise

    def _give(
        self,
        time_ns: int,
        commands: np.ndarray,
        give: Callable[[int, int, Batch], Future[Ack] | None],
    ) -> int:
        """Give a batch its number and time, hand it to the journal, remember it."""
        self._refuse_stopped()
        try:
            self._time_ns = max(self._time_ns, time_ns)
            first = self._journal.next_sequence
            batch = Batch(self._time_ns, commands, self._notes.frame, self._notes.last)
            on_disk = give(first, self._term, batch)
            self._waiting.append(Submitted(self._time_ns, first, commands, on_disk))
        except BaseException as fault:
            self._stop(fault)
            raise
        return first

    def _append(self, first: int, term: int, batch: Batch) -> None:
        self._journal.append(first, term, batch)

    def _stop(self, fault: BaseException) -> None:
        """Take nothing more: journal and core may differ."""
        self._stopped = f"a fault stopped it ({type(fault).__name__}: {fault})"

    def _refuse_stopped(self) -> None:
        if self._stopped:
            raise DayStopped(
                f"the day {self.folder.root} takes nothing more: {self._stopped}; what is on disk "
                "is whole, and opening the day goes on from there"
            )

    def _refuse_waiting(self, why: str) -> None:
        if self._waiting:
            raise InputFault(
                f"{self.waiting} frames of {self.folder.root} are submitted and not collected, and "
                f"{why}; collect them first"
            )
