"""The bytes of a journal, format version 1 (docs/reference/journal_format.md).

A segment is a header and then frames, back to back; a frame is a header and ``count`` commands of
64 bytes. Both headers are 192 bytes, so everything stands at a multiple of 64. The last 32 bytes of
a header are its checksum: BLAKE2b-256 over the header before it and the payload. A frame carries
the checksum of the frame before it (the chain), the first frame that of the first segment's header.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.hashing import HASH_BYTES, digest

FORMAT_VERSION = 1
COMMAND_BYTES = 64
HEADER_BYTES = 192
CHECKED_BYTES = HEADER_BYTES - HASH_BYTES

# The first two bytes, read as the kind of a command, are negative: no command looks like a frame.
MAGIC_PREFIX = b"H\x89G"  # of every kind of header, also of later ones
SEGMENT_MAGIC = b"H\x89GSEGM\n"
FRAME_MAGIC = b"H\x89GFRAM\n"
WITNESS_MAGIC = b"H\x89GWITN\n"

#                     magic version length day | first sequence, segment, first frame, size
SEGMENT = struct.Struct("<8s h h i q q q q 16x 32s 32s 32x")  # | chain hash, image digest
#                   magic version length count | first sequence, time, frame, term, earlier frame
FRAME = struct.Struct("<8s h h i q q q q q 8x 32s 32s 32x")  # | chain hash, events hash
WITNESS = struct.Struct("<8s h h 4x q q 32s")  # magic version length | sequence, frame, chain hash
WITNESS_BYTES = WITNESS.size + HASH_BYTES
SECTOR_BYTES = 512  # two witnesses take turns, each in a sector of its own
assert SEGMENT.size == FRAME.size == CHECKED_BYTES


RESTORE = (
    "no state may be built on it: keep the folder as it is and restore the journal from a copy"
)


class JournalFault(CheckFault):
    """The journal is not what its writer wrote; names the segment and the offset in it."""

    def __init__(self, segment: int, offset: int, reason: str, way_out: str = RESTORE) -> None:
        self.segment, self.offset, self.reason = segment, offset, reason
        super().__init__(f"journal segment {segment}, offset {offset}: {reason}; {way_out}")


class SegmentHeader(NamedTuple):
    """What a segment says of itself; ``chain_hash`` repeats the checksum of the frame before it."""

    trading_day: int
    first_sequence: int
    segment: int
    first_frame: int
    segment_bytes: int  # no frame ends beyond this size
    chain_hash: bytes  # zeros in the first segment
    image_digest: bytes

    def pack(self) -> bytes:
        """Return the 192 bytes of the header."""
        head = SEGMENT.pack(SEGMENT_MAGIC, FORMAT_VERSION, HEADER_BYTES, *self)
        return head + digest(head)


class FrameHeader(NamedTuple):
    """What a frame says of itself; its last command has sequence first + command_count - 1."""

    command_count: int
    first_sequence: int
    time_ns: int
    frame: int
    term: int
    earlier_frame: int  # 0 = none
    chain_hash: bytes
    events_hash: bytes

    def pack(self, payload: memoryview) -> bytes:
        """Return the 192 bytes of the header in front of ``payload``."""
        head = FRAME.pack(FRAME_MAGIC, FORMAT_VERSION, HEADER_BYTES, *self)
        return head + digest(head, payload)


class Witness(NamedTuple):
    """The last acknowledged command and the checksum of its frame."""

    sequence: int
    frame: int
    chain_hash: bytes

    def pack(self) -> bytes:
        """Return its 96 bytes."""
        head = WITNESS.pack(WITNESS_MAGIC, FORMAT_VERSION, WITNESS_BYTES, *self)
        return head + digest(head)


class Sealed(NamedTuple):
    """A block whose checksum holds, of whatever kind and version."""

    magic: bytes
    version: int
    header_bytes: int
    end: int  # offset behind its payload
    checksum: bytes


def sealed_block(data: memoryview, offset: int, payload_rows: bool) -> Sealed | None:
    """Return the header and payload at ``offset`` if they are whole and their checksum holds.

    Holds for later kinds and versions too, as long as they keep the prefix of the magic, version,
    length, count and the checksum's place; so a newer block is told apart from a damaged one.
    """
    if len(data) - offset < HEADER_BYTES or data[offset : offset + 3] != MAGIC_PREFIX:
        return None
    version, header_bytes, count = struct.unpack_from("<hhi", data, offset + 8)
    payload = offset + header_bytes
    end = payload + (count * COMMAND_BYTES if payload_rows else 0)
    if header_bytes < HEADER_BYTES or end < payload or end > len(data):
        return None
    checked = data[offset : payload - HASH_BYTES]
    checksum = bytes(data[payload - HASH_BYTES : payload])
    if digest(checked, data[payload:end]) != checksum:
        return None
    return Sealed(bytes(data[offset : offset + 8]), version, header_bytes, end, checksum)


def sealed_frame_after(data: memoryview, offset: int) -> int | None:
    """Return the offset of the first good frame behind ``offset``; frames stand at 64s."""
    start = (offset // COMMAND_BYTES + 1) * COMMAND_BYTES
    whole = len(data) - len(data) % COMMAND_BYTES
    if start >= whole:
        return None
    words = np.frombuffer(data[start:whole], "<u8")[:: COMMAND_BYTES // 8]
    prefixes = words & 0xFFFFFF  # the first three bytes
    for place in np.flatnonzero(prefixes == int.from_bytes(MAGIC_PREFIX, "little")):
        found = start + int(place) * COMMAND_BYTES
        if sealed_block(data, found, payload_rows=True):
            return found
    return None


def witness_place(frame: int) -> int:
    """Return where in its file the witness of a frame stands: not where the last one does."""
    return frame % 2 * SECTOR_BYTES


def read_witness(data: bytes) -> Witness:
    """Return the newer of the two witnesses in the file, or refuse the file."""
    found = []
    for place in (0, SECTOR_BYTES):
        head = data[place : place + WITNESS.size]
        checksum = data[place + WITNESS.size : place + WITNESS_BYTES]
        if len(head) != WITNESS.size or digest(head) != checksum:
            continue
        magic, version, _, *fields = WITNESS.unpack(head)
        if magic != WITNESS_MAGIC or version != FORMAT_VERSION:
            raise CheckFault(
                f"the journal's witness has format version {version}, this code knows "
                f"{FORMAT_VERSION}; open it with the code that wrote it",
            )
        found.append(Witness(*fields))
    if not found:
        raise CheckFault(
            "the journal's witness file is damaged, so a lost command can not be told from a torn "
            "tail; keep the folder as it is and restore the witness from a copy",
        )
    return max(found)
