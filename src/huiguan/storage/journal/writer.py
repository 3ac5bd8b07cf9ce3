"""The journal: commands in numbered frames, on disk before anything is acknowledged.

Group commit without a timer: a frame is one batch, written with one call and flushed with one call.
The witness (last acknowledged sequence and chain hash) is written before an acknowledgement leaves
and flushed with the next frame. A write or flush that fails or falls short stops the journal for
good: after a failed flush nobody knows what is on the disk, so nothing is tried again. What a crash
leaves is for ``recovery`` to judge, when the journal is opened the next time.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import ZERO_HASH
from huiguan.storage.files import NEW, Bytes, Files, write_all
from huiguan.storage.journal.format import (
    COMMAND_BYTES,
    HEADER_BYTES,
    SECTOR_BYTES,
    FrameHeader,
    SegmentHeader,
    Witness,
    witness_place,
)
from huiguan.storage.journal.recovery import (
    WITNESS_NAME,
    End,
    Frame,
    refuse_lost_segments,
    scan_folder,
    segment_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SEGMENT_BYTES = 64 << 20
AHEAD_BYTES = 1 << 20  # zeros written ahead of small frames: flushing a growing file costs twice
_AHEAD = memoryview(bytes(AHEAD_BYTES))


class JournalStopped(CheckFault):
    """The journal takes nothing more; what was not acknowledged may or may not be in it."""


class Batch(NamedTuple):
    """The commands of one frame: rows of 64 bytes, opaque here, and what the frame says of them."""

    time_ns: int
    commands: np.ndarray | Bytes
    earlier_frame: int = 0  # the frame whose events are hashed, 0 = none
    events_hash: bytes = ZERO_HASH


class Ack(NamedTuple):
    """The frame is on disk: the sequence of its last command, its number, its checksum."""

    sequence: int
    frame: int
    chain_hash: bytes


class LinkedFrame(NamedTuple):
    """A frame ready to be written, and what is answered when it is on disk."""

    head: bytes
    payload: memoryview
    ack: Ack


class Journal:
    """The one writer of a journal folder. ``create`` or ``open`` it, ``close`` it when done.

    Call it from one thread. ``append`` returns when the batch is on disk; ``submit`` returns at
    once and does the same in threads (hashing, writing and flushing release the GIL), so that the
    caller applies one batch while the next is written.
    """

    def __init__(self, folder: Path, files: Files) -> None:
        """Use ``create`` or ``open``."""
        self._folder, self._files = folder, files
        self._threads: list[ThreadPoolExecutor] = []
        self._stopped = False
        self._segment_file = self._witness_file = -1
        self._offset = self._size = 0  # end of the last frame; end of the file
        self._header: SegmentHeader
        self.term = 1
        self.next_sequence = 1  # of the next batch given to append or submit
        self._next_frame = 1
        self._chain_hash = ZERO_HASH  # of the last frame linked
        self.acknowledged = Ack(0, 0, ZERO_HASH)

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        trading_day: int,
        image_digest: bytes,
        segment_bytes: int = SEGMENT_BYTES,
        files: Files | None = None,
    ) -> Self:
        """Start the journal of ``trading_day`` (yyyymmdd) in a folder that holds none."""
        if any(folder.glob("*.segment")):
            raise InputFault(f"{folder} already holds a journal; open it, or name another folder")
        refuse_lost_segments(folder)
        assert segment_bytes >= 2 * HEADER_BYTES + COMMAND_BYTES
        journal = cls(folder, files or Files())
        header = SegmentHeader(trading_day, 1, 1, 1, segment_bytes, ZERO_HASH, image_digest)
        with journal._guarded():
            journal._files.make_folder(folder)
            chain_hash = header.pack()[-len(ZERO_HASH) :]
            journal.acknowledged, journal._chain_hash = Ack(0, 0, chain_hash), chain_hash
            # The witness first: a folder with a segment always has one.
            witness = Witness(*journal.acknowledged).pack().ljust(2 * SECTOR_BYTES, b"\0")
            journal._witness_file = journal._create_file(WITNESS_NAME, [witness])
            journal._lock()
            journal._start_segment(header)
        return journal

    @classmethod
    def open(cls, folder: Path, *, files: Files | None = None) -> Self:
        """Recover the journal of ``folder`` and go on behind its last good frame.

        Raises ``JournalFault`` when recovery refuses it, and then has changed nothing.
        """
        scan = scan_folder(folder)  # a first look, for a clear sentence when there is no journal
        journal = cls(folder, files or Files())
        with journal._guarded():
            journal._witness_file = journal._files.open(folder / WITNESS_NAME, os.O_RDWR)
            journal._lock()
            scan = scan_folder(folder)
            last_frame = None
            for frame in scan:
                last_frame = frame
            journal._resume(scan.end, last_frame)
        return journal

    def append(self, expected_sequence: int, term: int, batch: Batch) -> Ack:
        """Put the batch on disk as one frame and return its acknowledgement.

        ``expected_sequence`` is the sequence the caller gives the batch's first command, ``term``
        the one it leads in: both must be the journal's, so that no two writers ever interleave.
        A batch must fit into one segment.
        """
        if self._threads:
            return self.submit(expected_sequence, term, batch).result()
        header, payload = self._admit(expected_sequence, term, batch)
        return self._write(lambda: self._link(header, payload))

    def submit(self, expected_sequence: int, term: int, batch: Batch) -> Future[Ack]:
        """As ``append``, but in threads: one hashes a frame while one writes the frame before.

        Leave the commands unchanged until it is done.
        After a failure every later future raises ``JournalStopped`` too.
        """
        header, payload = self._admit(expected_sequence, term, batch)
        if not self._threads:
            self._threads = [ThreadPoolExecutor(1, "link"), ThreadPoolExecutor(1, "write")]
        linking, writing = self._threads
        linked = linking.submit(self._link, header, payload)
        return writing.submit(self._write, linked.result)

    def lead(self) -> int:
        """Begin a new term and return it; appends of an older term are refused from now on."""
        self.term += 1
        return self.term

    def close(self) -> None:
        """Wait for what was submitted, give back the space written ahead, flush, release."""
        self._end_threads()
        with self._guarded():
            self._files.truncate(self._segment_file, self._offset)
            self._files.flush(self._segment_file)
            self._files.flush(self._witness_file)
        self._stopped = True
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or not self._stopped:
            self.close()
        else:
            self._end_threads()

    def _admit(
        self,
        expected_sequence: int,
        term: int,
        batch: Batch,
    ) -> tuple[FrameHeader, memoryview]:
        """Check and number a batch; the chain follows when it is written."""
        payload = _as_bytes(batch.commands)
        count, rest = divmod(len(payload), COMMAND_BYTES)
        assert count > 0, "an empty batch"
        assert rest == 0, f"a batch is rows of {COMMAND_BYTES} bytes"
        assert 0 <= batch.earlier_frame < self._next_frame, "only an earlier frame has events"
        assert 2 * HEADER_BYTES + len(payload) <= self._header.segment_bytes, "a batch too large"
        if (expected_sequence, term) != (self.next_sequence, self.term):
            raise InputFault(
                f"a batch for sequence {expected_sequence} in term {term} is refused: the journal "
                f"stands at sequence {self.next_sequence} in term {self.term}, so another writer "
                "has taken over; open the journal again",
            )
        header = FrameHeader(
            count,
            expected_sequence,
            batch.time_ns,
            self._next_frame,
            term,
            batch.earlier_frame,
            ZERO_HASH,
            batch.events_hash,
        )
        self.next_sequence += count
        self._next_frame += 1
        return header, payload

    def _link(self, header: FrameHeader, payload: memoryview) -> LinkedFrame:
        """Link a frame to the one before it."""
        head = header._replace(chain_hash=self._chain_hash).pack(payload)
        self._chain_hash = head[-len(ZERO_HASH) :]
        ack = Ack(header.first_sequence + header.command_count - 1, header.frame, self._chain_hash)
        return LinkedFrame(head, payload, ack)

    def _write(self, linked: Callable[[], LinkedFrame]) -> Ack:
        """Write and flush one frame, then the witness; the order of these calls is the promise."""
        with self._guarded():
            head, payload, ack = linked()
            last, count = self.acknowledged, len(payload) // COMMAND_BYTES
            assert (ack.sequence, ack.frame) == (last.sequence + count, last.frame + 1)
            frame_bytes = len(head) + len(payload)
            if self._offset + frame_bytes > self._header.segment_bytes:
                self._next_segment()
            self._put(self._segment_file, [head, payload], self._offset)
            self._files.flush(self._segment_file)
            self._files.flush(self._witness_file)  # of the frame before
            self._write_witness(ack)
            self._offset += frame_bytes
            self.acknowledged = ack
        return ack

    def _put(self, file: int, parts: list[Bytes], offset: int) -> None:
        """Write at the end of a segment; a small write that grows the file takes zeros along."""
        end = offset + sum(len(part) for part in parts)
        if end > self._size:
            ahead = min(AHEAD_BYTES, self._header.segment_bytes - end)
            if end - offset < AHEAD_BYTES // 4 and ahead > 0:
                parts, end = [*parts, _AHEAD[:ahead]], end + ahead
            self._size = end
        write_all(self._files, file, parts, offset)

    def _write_witness(self, ack: Ack) -> None:
        """Note the acknowledgement; the one before it stays, should this write be torn."""
        witness = Witness(*ack).pack()
        write_all(self._files, self._witness_file, [witness], witness_place(ack.frame))

    def _next_segment(self) -> None:
        last = self.acknowledged
        self._files.close(self._segment_file)
        self._segment_file = -1
        self._start_segment(
            self._header._replace(
                first_sequence=last.sequence + 1,
                segment=self._header.segment + 1,
                first_frame=last.frame + 1,
                chain_hash=last.chain_hash,
            ),
        )

    def _start_segment(self, header: SegmentHeader) -> None:
        path = segment_path(self._folder, header.segment)
        self._segment_file = self._create_file(path.name, [header.pack()])
        self._header, self._offset, self._size = header, HEADER_BYTES, HEADER_BYTES

    def _create_file(self, name: str, parts: list[Bytes]) -> int:
        """Create a file that is whole as soon as it has its name."""
        temporary = self._folder / (name + NEW)
        file = self._files.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            write_all(self._files, file, parts, 0)
            self._files.flush(file)
            self._files.rename(temporary, self._folder / name)
            self._files.flush_folder(self._folder)
        except BaseException:
            self._close_quietly(file)
            raise
        return file

    def _resume(self, end: End, last_frame: Frame | None) -> None:
        """Cut what recovery found torn, and make the rest as safe as if just acknowledged."""
        for leftover in self._folder.glob("*" + NEW):
            self._files.remove(leftover)
        if end.torn_segment:
            self._files.remove(segment_path(self._folder, end.torn_segment))
        self._files.flush_folder(self._folder)
        path = segment_path(self._folder, end.segment)
        self._segment_file = self._files.open(path, os.O_RDWR)
        if end.torn_bytes:
            self._files.truncate(self._segment_file, end.offset)
        if last_frame is not None and last_frame.segment == end.segment:
            # After a failed flush the system may hold these bytes for clean and never write them.
            payload = _as_bytes(last_frame.commands)
            parts: list[Bytes] = [last_frame.header.pack(payload), payload]
            write_all(self._files, self._segment_file, parts, last_frame.offset)
        self._files.flush(self._segment_file)
        self._header = end.first_header._replace(segment=end.segment)
        self._offset, self._size = end.offset, path.stat().st_size
        self.term = max(1, end.term)
        self.next_sequence, self._next_frame = end.last_sequence + 1, end.last_frame + 1
        self.acknowledged = Ack(end.last_sequence, end.last_frame, end.chain_hash)
        self._chain_hash = end.chain_hash
        self._write_witness(self.acknowledged)
        self._files.flush(self._witness_file)

    def _end_threads(self) -> None:
        for thread in self._threads:
            thread.shutdown()

    def _lock(self) -> None:
        try:
            self._files.lock(self._witness_file)
        except BlockingIOError:
            raise InputFault(f"another process writes the journal {self._folder}") from None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever leaves this block by an exception stops the journal for good."""
        if self._stopped:
            raise JournalStopped(f"the journal {self._folder} is closed or stopped by a fault")
        try:
            yield
        except BaseException as fault:
            self._stopped = True
            self._release()
            if isinstance(fault, OSError):
                raise JournalStopped(
                    f"the journal {self._folder} is stopped: {fault.strerror or fault}; what was "
                    "not acknowledged is not promised; make room or repair the disk, then open it "
                    "again",
                ) from fault
            raise

    def _release(self) -> None:
        for file in (self._segment_file, self._witness_file):
            if file >= 0:
                self._close_quietly(file)
        self._segment_file = self._witness_file = -1

    def _close_quietly(self, file: int) -> None:
        with suppress(OSError):  # what was promised is flushed, the rest is not promised
            self._files.close(file)


def _as_bytes(commands: np.ndarray | Bytes) -> memoryview:
    """Look at the rows as bytes, without copying them."""
    rows = (
        commands.reshape(-1).view(np.uint8).data if isinstance(commands, np.ndarray) else commands
    )
    return memoryview(rows).cast("B")
