"""A plain reader of journals, written from docs/reference/journal_format.md, to compare with.

It shares no code with ``huiguan.storage``: bytes in, a verdict out.
"""

import hashlib
from dataclasses import dataclass, field

Cut = tuple[int, int]  # segment and offset
Seen = tuple[int, int, bytes]  # sequence, frame, chain hash


@dataclass
class Verdict:
    """What a recovery must decide."""

    refused: str = ""  # the kind of fault; empty = recovered
    fault: Cut | None = None
    torn: Cut | None = None  # where to cut; offset 0 = the whole segment goes
    sequence: int = 0
    chain: bytes = b""
    commands: list[bytes] = field(default_factory=list)


def blake(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def number(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little", signed=True)


SEGMENT_MAGIC = bytes.fromhex("4889475345474d0a")
FRAME_MAGIC = bytes.fromhex("4889474652414d0a")
WITNESS_MAGIC = bytes.fromhex("4889475749544e0a")


def good(data: bytes, at: int, *, frame: bool) -> int:
    """Return the size of the good block of any kind at ``at``, 0 when there is none."""
    if len(data) < at + 192 or data[at : at + 3] != FRAME_MAGIC[:3]:
        return 0
    header = number(data, at + 10, 2)
    rows = number(data, at + 12, 4) if frame else 0
    size = header + 64 * rows
    if header < 192 or rows < 0 or at + size > len(data):
        return 0
    block = data[at : at + size]
    checksum = block[header - 32 : header]
    return size if blake(block[: header - 32] + block[header:]) == checksum else 0


def good_frame_behind(data: bytes, at: int) -> bool:
    places = range(at // 64 * 64 + 64, len(data), 64)
    return any(good(data, place, frame=True) for place in places)


class Refused(Exception):  # noqa: N818  a verdict
    """The journal is refused."""

    def __init__(self, kind: str, segment: int, offset: int) -> None:
        super().__init__(kind)
        self.kind, self.place = kind, (segment, offset)


def check_kind_and_version(block: bytes, magic: bytes, segment: int, offset: int) -> None:
    if block[:8] != magic:
        raise Refused("kind", segment, offset)
    if number(block, 8, 2) != 1 or number(block, 10, 2) != 192:
        raise Refused("version", segment, offset)


class Reader:
    """Walks over the segments and remembers what the next block has to say."""

    def __init__(self, segments: list[bytes], seen: Seen) -> None:
        self.segments, self.seen = segments, seen
        self.sequence = self.frame = self.term = 0
        self.chain = bytes(32)
        self.commands: list[bytes] = []
        self.torn: Cut | None = None
        self.end = (1, 0)

    def read(self) -> None:
        for segment, data in enumerate(self.segments, start=1):
            if not self.read_segment_header(segment, data):
                self.torn = (segment, 0)
                break
            at = 192
            while size := good(data, at, frame=True):
                self.read_frame(segment, at, data[at : at + size])
                at += size
            self.end = (segment, at)
            if any(data[at:]):
                if good_frame_behind(data, at) or segment < len(self.segments):
                    raise Refused("bad", segment, at)
                self.torn = (segment, at)
        if self.sequence < self.seen[0]:
            raise Refused("witness end", *self.end)

    def read_segment_header(self, segment: int, data: bytes) -> bool:
        if not good(data, 0, frame=False):
            if segment == 1 or segment < len(self.segments) or good_frame_behind(data, 0):
                raise Refused("bad", segment, 0)
            return False
        check_kind_and_version(data, SEGMENT_MAGIC, segment, 0)
        first = self.segments[0]
        same = all(data[a:b] == first[a:b] for a, b in [(12, 16), (40, 48), (96, 128)])
        place = (number(data, 16), number(data, 24), number(data, 32))
        right = (self.sequence + 1, segment, self.frame + 1)
        if not same or place != right or data[64:96] != self.chain:
            raise Refused("segment", segment, 0)
        if segment == 1:
            self.chain = data[160:192]
            if self.seen[0] == 0 and self.seen != (0, 0, self.chain):
                raise Refused("witness frame", 1, 0)
        return True

    def read_frame(self, segment: int, at: int, data: bytes) -> None:
        check_kind_and_version(data, FRAME_MAGIC, segment, at)
        follows = (
            number(data, 16) == self.sequence + 1
            and data[64:96] == self.chain
            and number(data, 32) == self.frame + 1
            and number(data, 40) >= self.term
            and 0 <= number(data, 48) <= self.frame
            and number(data, 12, 4) > 0
        )
        if not follows:
            raise Refused("chain", segment, at)
        before = self.sequence
        self.sequence += number(data, 12, 4)
        self.frame, self.term, self.chain = self.frame + 1, number(data, 40), data[160:192]
        now = (self.sequence, self.frame, self.chain)
        if before < self.seen[0] <= self.sequence and self.seen != now:
            raise Refused("witness frame", segment, at)
        self.commands += [data[i : i + 64] for i in range(192, len(data), 64)]


def judge(segments: list[bytes], witness: bytes) -> Verdict:
    """Return the verdict on a journal of these segments, the first being number 1."""
    good_ones = [w for w in (witness[:96], witness[512:608]) if blake(w[:64]) == w[64:]]
    if not good_ones or any(w[:8] != WITNESS_MAGIC or number(w, 8, 2) != 1 for w in good_ones):
        return Verdict(refused="witness")
    seen = max((number(w, 16), number(w, 24), w[32:64]) for w in good_ones)
    reader = Reader(segments, seen)
    try:
        reader.read()
    except Refused as refused:
        return Verdict(refused=refused.kind, fault=refused.place)
    return Verdict(
        torn=reader.torn,
        sequence=reader.sequence,
        chain=reader.chain,
        commands=reader.commands,
    )
