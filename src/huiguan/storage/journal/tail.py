"""The end of a journal on disk: the segment that takes the next frame, and the witness beside it.

The order of the calls here is the promise (``docs/reference/journal_format.md``): a frame is
flushed before its witness is written, and the witness of the frame before with it. What a crash
leaves is for ``recovery`` to judge, when the journal is opened the next time.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import NEW, Bytes, Files, write_all
from huiguan.storage.journal.format import (
    HEADER_BYTES,
    SECTOR_BYTES,
    SegmentHeader,
    Witness,
    witness_place,
)
from huiguan.storage.journal.recovery import (
    WITNESS_NAME,
    End,
    Frame,
    scan_folder,
    segment_path,
)

if TYPE_CHECKING:
    from pathlib import Path

AHEAD_BYTES = 1 << 20  # zeros written ahead of small frames: flushing a growing file costs twice
_AHEAD = memoryview(bytes(AHEAD_BYTES))


class JournalStopped(CheckFault):
    """The journal takes nothing more; what was not acknowledged may or may not be in it."""


class Ack(NamedTuple):
    """The frame is on disk: the sequence of its last command, its number, its checksum."""

    sequence: int
    frame: int
    chain_hash: bytes


class Tail:
    """The open files of a journal, locked for this process, and where in them it ends.

    ``create`` or ``resume`` it. A call of the system that fails is an ``OSError`` as it comes.
    """

    def __init__(
        self,
        folder: Path,
        files: Files,
        header: SegmentHeader,
        segment_file: int,
        witness_file: int,
        last: Ack,
    ) -> None:
        """Take over a segment that holds nothing behind its header."""
        self.folder, self._files = folder, files
        self.header = header  # of the open segment
        self.last = last  # acknowledged
        self._segment_file, self._witness_file = segment_file, witness_file
        self._unflushed = False  # the witness was written, and may not be on disk
        self.offset = self._size = HEADER_BYTES  # end of the last frame; end of the file

    @classmethod
    def create(cls, folder: Path, header: SegmentHeader, files: Files) -> Self:
        """Make the witness and the first segment of a journal."""
        packed = header.pack()
        begin = Ack(0, 0, packed[-len(header.chain_hash) :])
        with ExitStack() as opened:
            files.make_folder(folder)
            # The witness first: a folder with a segment always has one.
            content = Witness(*begin).pack().ljust(2 * SECTOR_BYTES, b"\0")
            witness_file = _create_file(files, folder / WITNESS_NAME, [content])
            opened.callback(_close_quietly, files, witness_file)
            _lock(files, witness_file, folder)
            path = segment_path(folder, header.segment)
            segment_file = _create_file(files, path, [packed])
            opened.pop_all()
        return cls(folder, files, header, segment_file, witness_file, begin)

    @classmethod
    def resume(cls, folder: Path, files: Files) -> tuple[Self, End]:
        """Cut what recovery found torn, and make the rest as safe as if just acknowledged.

        Raises ``JournalFault`` when recovery refuses the journal, and then has changed nothing.
        """
        scan_folder(folder)  # a first look, for a clear sentence when there is no journal
        with ExitStack() as opened:
            witness_file = files.open(folder / WITNESS_NAME, os.O_RDWR)
            opened.callback(_close_quietly, files, witness_file)
            _lock(files, witness_file, folder)
            scan = scan_folder(folder)
            last_frame = None
            for frame in scan:
                last_frame = frame
            end = scan.end
            _remove_leftovers(files, folder, end)
            segment_file = files.open(segment_path(folder, end.segment), os.O_RDWR)
            opened.callback(_close_quietly, files, segment_file)
            last = Ack(end.last_sequence, end.last_frame, end.chain_hash)
            header = end.first_header._replace(segment=end.segment)
            tail = cls(folder, files, header, segment_file, witness_file, last)
            tail._restore(end, last_frame)
            opened.pop_all()
        return tail, end

    def write(self, head: bytes, payload: memoryview, ack: Ack) -> None:
        """Write and flush one frame, then its witness: from here on it is acknowledged."""
        assert ack.frame == self.last.frame + 1
        frame_bytes = len(head) + len(payload)
        if self.offset + frame_bytes > self.header.segment_bytes:
            self._next_segment()
        self._put([head, payload])
        self._files.flush(self._segment_file)
        self.flush_witness()  # of the frame before
        self._write_witness(ack)
        self.offset += frame_bytes
        self.last = ack

    def flush_witness(self) -> None:
        """Flush the witness of the last frame, unless that was done."""
        if self._unflushed:
            self._files.flush(self._witness_file)
            self._unflushed = False

    def close(self) -> None:
        """Give back the space written ahead and flush; ``release`` follows."""
        self._files.truncate(self._segment_file, self.offset)
        self._files.flush(self._segment_file)
        self.flush_witness()

    def release(self) -> None:
        """Give back files and lock; nothing is written, as when the process is killed."""
        for file in (self._segment_file, self._witness_file):
            if file >= 0:
                _close_quietly(self._files, file)
        self._segment_file = self._witness_file = -1

    def _put(self, parts: list[Bytes]) -> None:
        """Write at the end of a segment; a small write that grows the file takes zeros along."""
        end = self.offset + sum(len(part) for part in parts)
        if end > self._size:
            ahead = min(AHEAD_BYTES, self.header.segment_bytes - end)
            if end - self.offset < AHEAD_BYTES // 4 and ahead > 0:
                parts, end = [*parts, _AHEAD[:ahead]], end + ahead
            self._size = end
        write_all(self._files, self._segment_file, parts, self.offset)

    def _write_witness(self, ack: Ack) -> None:
        """Note the acknowledgement; the one before it stays, should this write be torn."""
        place = witness_place(ack.frame)
        write_all(self._files, self._witness_file, [Witness(*ack).pack()], place)
        self._unflushed = True

    def _next_segment(self) -> None:
        header = self.header._replace(
            first_sequence=self.last.sequence + 1,
            segment=self.header.segment + 1,
            first_frame=self.last.frame + 1,
            chain_hash=self.last.chain_hash,
        )
        file, self._segment_file = self._segment_file, -1
        self._files.close(file)
        path = segment_path(self.folder, header.segment)
        self._segment_file = _create_file(self._files, path, [header.pack()])
        self.header, self.offset, self._size = header, HEADER_BYTES, HEADER_BYTES

    def _restore(self, end: End, last_frame: Frame | None) -> None:
        """Stand at the end that recovery found, with everything before it on disk."""
        if end.torn_bytes:
            self._files.truncate(self._segment_file, end.offset)
        if last_frame is not None and last_frame.segment == end.segment:
            # After a failed flush the system may hold these bytes for clean and never write them.
            payload = as_bytes(last_frame.commands)
            parts: list[Bytes] = [last_frame.header.pack(payload), payload]
            write_all(self._files, self._segment_file, parts, last_frame.offset)
        self._files.flush(self._segment_file)
        self.offset = end.offset
        self._size = segment_path(self.folder, end.segment).stat().st_size
        self._write_witness(self.last)
        self.flush_witness()


def as_bytes(commands: np.ndarray | Bytes) -> memoryview:
    """Look at rows of commands as bytes, without copying them."""
    rows = (
        commands.reshape(-1).view(np.uint8).data if isinstance(commands, np.ndarray) else commands
    )
    return memoryview(rows).cast("B")


def stopped_by(folder: Path, fault: OSError) -> JournalStopped:
    """Return what is said when a call of the system has failed."""
    return JournalStopped(
        f"the journal {folder} is stopped: {fault.strerror or fault}; what was not acknowledged "
        "is not promised; make room or repair the disk, then open it again",
    )


def _create_file(files: Files, path: Path, parts: list[Bytes]) -> int:
    """Create a file that is whole as soon as it has its name; return it open."""
    temporary = path.with_name(path.name + NEW)
    file = files.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        write_all(files, file, parts, 0)
        files.flush(file)
        files.rename(temporary, path)
        files.flush_folder(path.parent)
    except BaseException:
        _close_quietly(files, file)
        raise
    return file


def _remove_leftovers(files: Files, folder: Path, end: End) -> None:
    """Remove files that were never finished, and a last segment that never got its header."""
    for leftover in folder.glob("*" + NEW):
        files.remove(leftover)
    if end.torn_segment:
        files.remove(segment_path(folder, end.torn_segment))
    files.flush_folder(folder)


def _lock(files: Files, file: int, folder: Path) -> None:
    try:
        files.lock(file)
    except BlockingIOError:
        raise InputFault(f"another process writes the journal {folder}") from None


def _close_quietly(files: Files, file: int) -> None:
    with suppress(OSError):  # what was promised is flushed, the rest is not promised
        files.close(file)
