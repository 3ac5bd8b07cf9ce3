"""What a journal holds and where it ends: the one reader, for recovery, replay and checks.

The writer flushes a frame before it starts the next, and a segment before it names the next; so a
crash can only spoil the last frame, or leave a last segment without one. Everything else is damage:

- a bad frame or header at the very end: a torn tail, to be cut, if nothing acknowledged is in it;
- a bad frame with a good one, or another segment, behind it: refused;
- a gap, a broken chain, a wrong day or image, an unknown kind or version: refused;
- an end below the witness, or another frame than the witness saw: refused.

Nothing here changes a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import ZERO_HASH
from huiguan.storage.journal.format import (
    CHECKED_BYTES,
    COMMAND_BYTES,
    FORMAT_VERSION,
    FRAME,
    FRAME_MAGIC,
    HEADER_BYTES,
    SEGMENT,
    SEGMENT_MAGIC,
    FrameHeader,
    JournalFault,
    Sealed,
    SegmentHeader,
    Witness,
    read_witness,
    sealed_block,
    sealed_frame_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WITNESS_NAME = "witness"


class Frame(NamedTuple):
    """One frame as it stands in the journal; the commands are a read-only view, not a copy."""

    header: FrameHeader
    checksum: bytes
    commands: np.ndarray  # (count, 64) bytes
    segment: int
    offset: int

    @property
    def last_sequence(self) -> int:
        """The sequence of the frame's last command."""
        return self.header.first_sequence + self.header.command_count - 1


class End(NamedTuple):
    """Where a good journal ends, and what a writer has to cut before it goes on."""

    first_header: SegmentHeader
    segment: int  # the segment that takes the next frame
    offset: int  # where in it
    last_sequence: int
    last_frame: int
    term: int
    chain_hash: bytes
    torn_bytes: int  # behind ``offset``, to be cut; 0 when the end is clean
    torn_segment: int  # a last segment that never got its header, to be removed; 0 when none
    witness: Witness


class Scan:
    """Iterate over every frame, checking each; after the last, ``end`` says where it ends.

    ``load(i)`` returns the bytes of segment ``i`` (from 1 to ``segments``), one at a time. Raises
    ``JournalFault`` at the first fault. Frames before a fault are good, but a refused journal is
    refused as a whole: act on nothing before ``end`` is set.
    """

    end: End

    def __init__(
        self,
        load: Callable[[int], bytes | memoryview],
        segments: int,
        witness: Witness,
    ) -> None:
        self._load, self.segments, self._witness = load, segments, witness
        self._sequence = self._frame = self._term = 0
        self._chain_hash = ZERO_HASH
        self._first_header: SegmentHeader | None = None

    def __iter__(self) -> Iterator[Frame]:
        segment, offset, torn_bytes, torn_segment = 1, 0, 0, 0
        for number in range(1, self.segments + 1):
            data = memoryview(self._load(number))
            if not self._read_segment_header(number, data):
                torn_segment = number
                break
            segment, offset = number, HEADER_BYTES
            while block := sealed_block(data, offset, payload_rows=True):
                yield self._read_frame(number, offset, data, block)
                offset = block.end
            torn_bytes = self._read_tail(number, offset, data)
        assert self._first_header is not None
        if self._sequence < self._witness.sequence:
            raise JournalFault(
                segment,
                offset,
                f"the journal ends at sequence {self._sequence}, but sequence "
                f"{self._witness.sequence} was acknowledged",
            )
        self.end = End(
            self._first_header,
            segment,
            offset,
            self._sequence,
            self._frame,
            self._term,
            self._chain_hash,
            torn_bytes,
            torn_segment,
            self._witness,
        )

    def after(self, last: Frame, first_header: SegmentHeader) -> Iterator[Frame]:
        """Iterate over the frames behind ``last``, which an earlier scan of this journal gave.

        For a reader that goes on where it stood while the journal grows; what comes is checked
        against ``last`` as ever, the end is not judged.
        """
        self._first_header = first_header
        self._sequence, self._frame = last.last_sequence, last.header.frame
        self._term, self._chain_hash = last.header.term, last.checksum
        offset = last.offset + HEADER_BYTES + last.commands.nbytes
        for number in range(last.segment, self.segments + 1):
            data = memoryview(self._load(number))
            if number > last.segment:
                if not self._read_segment_header(number, data):
                    return
                offset = HEADER_BYTES
            while block := sealed_block(data, offset, payload_rows=True):
                yield self._read_frame(number, offset, data, block)
                offset = block.end

    def _read_segment_header(self, number: int, data: memoryview) -> bool:
        """Check the header of segment ``number``; False when it is a torn last segment."""
        block = sealed_block(data, 0, payload_rows=False)
        if block is None:
            if number == 1 or number < self.segments:
                raise JournalFault(number, 0, "the segment's header is damaged")
            found = sealed_frame_after(data, 0)
            if found is not None:
                raise JournalFault(number, 0, f"a bad header with a good frame at {found}")
            return False
        _refuse_unknown(number, 0, block, SEGMENT_MAGIC)
        header = SegmentHeader._make(SEGMENT.unpack(data[:CHECKED_BYTES])[3:])
        first = self._first_header or header
        expected = SegmentHeader(
            first.trading_day,
            self._sequence + 1,
            number,
            self._frame + 1,
            first.segment_bytes,
            self._chain_hash,
            first.image_digest,
        )
        for name in SegmentHeader._fields:
            stands, belongs = getattr(header, name), getattr(expected, name)
            if stands != belongs:
                raise JournalFault(
                    number,
                    0,
                    f"the header's {name} is {_show(stands)}, expected {_show(belongs)}: "
                    "a segment is missing, moved or from elsewhere",
                )
        if self._first_header is None:
            self._first_header = header
            self._chain_hash = block.checksum  # binds the first frame to day and image
            self._compare_with_witness(number, 0, 0)
        return True

    def _read_frame(self, number: int, offset: int, data: memoryview, block: Sealed) -> Frame:
        """Check one whole frame against all before it."""
        _refuse_unknown(number, offset, block, FRAME_MAGIC)
        header = FrameHeader._make(FRAME.unpack(data[offset : offset + CHECKED_BYTES])[3:])
        reason = ""
        if header.first_sequence != self._sequence + 1:
            reason = f"sequence {header.first_sequence} where {self._sequence + 1} was expected"
        elif header.chain_hash != self._chain_hash:
            reason = "a broken chain: the frame does not follow the one before it"
        elif header.frame != self._frame + 1:
            reason = f"frame {header.frame} where {self._frame + 1} was expected"
        elif header.term < self._term:
            reason = f"a frame of term {header.term} behind one of term {self._term}"
        elif header.command_count < 1:
            reason = "a frame without commands"
        elif not 0 <= header.earlier_frame < header.frame:
            reason = f"frame {header.frame} names {header.earlier_frame} as an earlier frame"
        if reason:
            raise JournalFault(number, offset, reason)
        rows = np.frombuffer(data[offset + HEADER_BYTES : block.end], np.uint8)
        frame = Frame(header, block.checksum, rows.reshape(-1, COMMAND_BYTES), number, offset)
        self._sequence, self._frame = frame.last_sequence, header.frame
        self._term, self._chain_hash = header.term, block.checksum
        self._compare_with_witness(number, offset, header.first_sequence)
        return frame

    def _compare_with_witness(self, number: int, offset: int, first_sequence: int) -> None:
        """Refuse a frame that holds the witness's sequence but is not the frame it saw."""
        witness = self._witness
        seen = Witness(self._sequence, self._frame, self._chain_hash)
        if first_sequence <= witness.sequence <= self._sequence and seen != witness:
            raise JournalFault(
                number,
                offset,
                f"not the frame that was acknowledged with sequence {witness.sequence}",
            )

    def _read_tail(self, number: int, offset: int, data: memoryview) -> int:
        """Return how many torn bytes follow the last good frame; refuse what no crash leaves."""
        rest = data[offset:]
        if not np.frombuffer(rest, np.uint8).any():
            return 0  # space written ahead
        found = sealed_frame_after(data, offset)
        if found is not None:
            raise JournalFault(number, offset, f"a bad frame with a good one behind it, at {found}")
        if number < self.segments:
            raise JournalFault(number, offset, "a bad frame with another segment behind it")
        return len(rest)


def _refuse_unknown(number: int, offset: int, block: Sealed, magic: bytes) -> None:
    if block.magic != magic:
        reason = f"a whole block of kind {block.magic.hex()}, which this code does not know here"
        raise JournalFault(number, offset, reason)
    if (block.version, block.header_bytes) != (FORMAT_VERSION, HEADER_BYTES):
        raise JournalFault(
            number,
            offset,
            f"format version {block.version} with a header of {block.header_bytes} bytes; this "
            f"code knows version {FORMAT_VERSION} with {HEADER_BYTES}",
            "read it with the code that wrote it",
        )


def _show(value: int | bytes) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def segment_path(folder: Path, number: int) -> Path:
    """Return where segment ``number`` stands."""
    return folder / f"{number:08}.segment"


def count_segments(folder: Path) -> int:
    """Return how many segments the folder holds; refuse a folder without, or with a hole."""
    if not folder.is_dir():
        raise InputFault(f"{folder} is not a folder, so there is no journal to read")
    names = sorted(path.name for path in folder.glob("*.segment"))
    if not names:
        begun = refuse_lost_segments(folder)
        way_out = "; its creation was cut short, so create it again" if begun else ""
        raise InputFault(f"{folder} is not a journal: it holds no *.segment file{way_out}")
    for number, name in enumerate(names, start=1):
        if name != segment_path(folder, number).name:
            raise JournalFault(number, 0, f"segment {number} is missing: {name} stands there")
    return len(names)


def refuse_lost_segments(folder: Path) -> bool:
    """Return whether a folder without segments has a witness, as a creation cut short leaves it.

    Raises ``CheckFault`` where that witness saw commands.
    """
    path = folder / WITNESS_NAME
    if not path.exists():
        return False
    seen = read_witness(path.read_bytes())
    if seen.sequence:
        raise CheckFault(
            f"{folder} has lost its segments: sequence {seen.sequence:,} was acknowledged in it; "
            "restore the journal from a copy",
        )
    return True


def scan_folder(folder: Path) -> Scan:
    """Return the scan of a journal folder; the witness is read first, so a live journal may grow.

    A segment is read whole into memory, not mapped: a disk's read error is then a sentence, not a
    signal, and a writer may cut its tail meanwhile.
    """
    count_segments(folder)
    try:
        witness = read_witness((folder / WITNESS_NAME).read_bytes())
    except FileNotFoundError:
        raise CheckFault(
            f"{folder} has lost its witness file, so a lost command can not be told from a torn "
            "tail; restore the journal folder from a copy",
        ) from None
    return Scan(lambda number: _load(folder, number), count_segments(folder), witness)


def first_header(folder: Path) -> SegmentHeader:
    """Return the header of the first segment, which names day and image; a scan checks it."""
    with segment_path(folder, 1).open("rb") as file:
        return SegmentHeader._make(SEGMENT.unpack(file.read(CHECKED_BYTES))[3:])


def _load(folder: Path, number: int) -> bytes:
    path = segment_path(folder, number)
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputFault(f"{path} can not be read ({fault.strerror}); look at the disk") from fault


def read(folder: Path) -> Iterator[Frame]:
    """Iterate over every frame of a journal folder, each checked; see ``Scan``."""
    return iter(scan_folder(folder))


def read_after(folder: Path, last: Frame) -> Iterator[Frame]:
    """Iterate over what a journal folder holds behind ``last``, a frame that ``read`` gave."""
    return scan_folder(folder).after(last, first_header(folder))
