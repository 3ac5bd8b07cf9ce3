"""The journal: commands in numbered frames, on disk before anything is acknowledged.

Group commit without a timer: a frame is one batch, written with one call and flushed with one call.
A write or flush that fails or falls short stops the journal for good: after a failed flush nobody
knows what is on the disk, so nothing is tried again.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

from huiguan.foundation.faults import InputFault
from huiguan.foundation.hashing import ZERO_HASH
from huiguan.storage.files import Bytes, Files
from huiguan.storage.journal.format import (
    COMMAND_BYTES,
    HEADER_BYTES,
    FrameHeader,
    SegmentHeader,
)
from huiguan.storage.journal.recovery import refuse_lost_segments
from huiguan.storage.journal.tail import Ack, JournalStopped, Tail, as_bytes, stopped_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np

SEGMENT_BYTES = 64 << 20


class Batch(NamedTuple):
    """The commands of one frame: rows of 64 bytes, opaque here, and what the frame says of them."""

    time_ns: int
    commands: np.ndarray | Bytes
    earlier_frame: int = 0  # the frame whose events are hashed, 0 = none
    events_hash: bytes = ZERO_HASH


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

    def __init__(self, tail: Tail, term: int) -> None:
        """Take over the end of a journal; use ``create`` or ``open``."""
        self._tail, self.term = tail, term
        self._threads: list[ThreadPoolExecutor] = []
        self._newest: Future[Ack] | None = None  # submitted last
        self._stopped = False
        self.next_sequence = tail.last.sequence + 1  # of the next batch given to append or submit
        self._next_frame = tail.last.frame + 1
        self._chain_hash = tail.last.chain_hash  # of the last frame linked

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
        header = SegmentHeader(trading_day, 1, 1, 1, segment_bytes, ZERO_HASH, image_digest)
        try:
            return cls(Tail.create(folder, header, files or Files()), 1)
        except OSError as fault:
            raise stopped_by(folder, fault) from fault

    @classmethod
    def open(cls, folder: Path, *, files: Files | None = None) -> Self:
        """Recover the journal of ``folder`` and go on behind its last good frame.

        Raises ``JournalFault`` when recovery refuses it, and then has changed nothing.
        """
        try:
            tail, end = Tail.resume(folder, files or Files())
        except OSError as fault:
            raise stopped_by(folder, fault) from fault
        return cls(tail, max(1, end.term))

    @property
    def acknowledged(self) -> Ack:
        """The last frame that is on disk."""
        return self._tail.last

    def append(self, expected_sequence: int, term: int, batch: Batch) -> Ack:
        """Put the batch on disk as one frame and return its acknowledgement.

        ``expected_sequence`` is the sequence the caller gives the batch's first command, ``term``
        the one it leads in: both must be the journal's, so that no two writers ever interleave.
        A batch must fit into one segment. What was submitted before is waited for.
        """
        if self._newest is not None:
            wait([self._newest])
        header, payload = self._admit(expected_sequence, term, batch)
        return self._write(lambda: self._link(header, payload))

    def submit(self, expected_sequence: int, term: int, batch: Batch) -> Future[Ack]:
        """As ``append``, but in threads: one hashes a frame while one writes the frame before.

        Leave the commands unchanged until it is done. After a failure, and after ``close``, every
        later future raises ``JournalStopped`` too.
        """
        if self._stopped:
            refused: Future[Ack] = Future()
            refused.set_exception(self._stopped_fault())
            return refused
        header, payload = self._admit(expected_sequence, term, batch)
        if not self._threads:
            self._threads = [ThreadPoolExecutor(1, "link"), ThreadPoolExecutor(1, "write")]
        linking, writing = self._threads
        linked = linking.submit(self._link, header, payload)
        self._newest = writing.submit(self._write, linked.result)
        return self._newest

    def rest(self) -> None:
        """Flush the witness of what ``append`` put on disk, sooner than the next frame does it."""
        with self._guarded():
            self._tail.flush_witness()

    def lead(self) -> int:
        """Begin a new term and return it; appends of an older term are refused from now on."""
        self.term += 1
        return self.term

    def close(self) -> None:
        """Wait for what was submitted, give back the space written ahead, flush, release."""
        self._end_threads()
        with self._guarded():
            self._tail.close()
        self._stopped = True
        self._tail.release()

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
        payload = as_bytes(batch.commands)
        count, rest = divmod(len(payload), COMMAND_BYTES)
        assert count > 0, "an empty batch"
        assert rest == 0, f"a batch is rows of {COMMAND_BYTES} bytes"
        assert 0 <= batch.earlier_frame < self._next_frame, "only an earlier frame has events"
        assert 2 * HEADER_BYTES + len(payload) <= self._tail.header.segment_bytes, "too large"
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
        """Put one frame on disk behind the last one."""
        with self._guarded():
            head, payload, ack = linked()
            assert ack.sequence == self._tail.last.sequence + len(payload) // COMMAND_BYTES
            self._tail.write(head, payload, ack)
        return ack

    def _end_threads(self) -> None:
        for thread in self._threads:
            thread.shutdown()

    def _stopped_fault(self) -> JournalStopped:
        return JournalStopped(f"the journal {self._tail.folder} is closed or stopped by a fault")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever leaves this block by an exception stops the journal for good."""
        if self._stopped:
            raise self._stopped_fault()
        try:
            yield
        except BaseException as fault:
            self._stopped = True
            self._tail.release()
            if isinstance(fault, OSError):
                raise stopped_by(self._tail.folder, fault) from fault
            raise
