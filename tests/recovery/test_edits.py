"""Frames moved, copied or forged with correct checksums: chain, day and witness tell."""

import pytest

from huiguan.foundation.hashing import ZERO_HASH, digest
from huiguan.storage.journal.format import FRAME, FrameHeader, JournalFault, Witness
from tests.models import plain_journal
from tests.recovery.journals import Made, judge, make, scan

COUNTS = [3, 3, 2, 4, 3, 5]
MADE = make(COUNTS, 1 << 16)
NEXT_DAY = make(COUNTS, 1 << 16, day=20260824)
ROLLED = make([4] * 9, 2048)


def blocks(made: Made) -> list[bytes]:
    """Return the segment header and every frame of the first segment."""
    data = made.segments[0]
    return [data[:192], *(data[o:e] for s, o, e in made.places if s == 1)]


def refused(parts: list[bytes], frames: int = 0) -> JournalFault:
    """Return why the parts are refused, however little the witness saw; the twin agrees."""
    segments = [b"".join(parts)]
    witness = MADE.witness(frames)
    with pytest.raises(JournalFault) as caught:
        scan(segments, witness)
    assert judge(segments, witness.pack()) == plain_journal.judge(segments, witness.pack())
    assert judge(segments, witness.pack()).fault == (caught.value.segment, caught.value.offset)
    return caught.value


@pytest.mark.parametrize("at", range(1, len(COUNTS)))
def test_a_dropped_frame(at: int) -> None:
    parts = blocks(MADE)
    fault = refused(parts[:at] + parts[at + 1 :])
    assert "sequence" in fault.reason
    assert fault.offset == MADE.places[at - 1][1]


@pytest.mark.parametrize("at", range(1, len(COUNTS) + 1))
def test_a_doubled_frame(at: int) -> None:
    parts = blocks(MADE)
    fault = refused(parts[: at + 1] + parts[at:])
    assert "sequence" in fault.reason
    assert fault.offset == MADE.places[at - 1][2]


@pytest.mark.parametrize("at", range(1, len(COUNTS)))
def test_swapped_frames(at: int) -> None:
    parts = blocks(MADE)
    parts[at], parts[at + 1] = parts[at + 1], parts[at]
    assert refused(parts).offset == MADE.places[at - 1][1]


@pytest.mark.parametrize("at", range(1, len(COUNTS) + 1))
def test_a_frame_from_another_day(at: int) -> None:
    """The same sequence, number, size: only the chain knows, as it starts in the day's header."""
    parts = blocks(MADE)
    parts[at] = blocks(NEXT_DAY)[at]
    assert "chain" in refused(parts).reason


def test_a_header_from_another_day() -> None:
    parts = [blocks(NEXT_DAY)[0], *blocks(MADE)[1:]]
    with pytest.raises(JournalFault, match="chain"):
        scan([b"".join(parts)], MADE.witness(3))
    with pytest.raises(JournalFault, match="not the frame that was acknowledged"):
        scan([b"".join(parts)], MADE.witness(0))


def forged(block: bytes, **changes: int | bytes) -> bytes:
    """Return the frame with other header fields and a correct checksum."""
    header = FrameHeader._make(FRAME.unpack(block[:160])[3:])
    return header._replace(**changes).pack(memoryview(block[192:])) + block[192:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first_sequence": 5}, "sequence 5 where 4 was expected"),
        ({"first_sequence": 3}, "sequence 3 where 4 was expected"),
        ({"chain_hash": ZERO_HASH}, "broken chain"),
        ({"frame": 3}, "frame 3 where 2 was expected"),
        ({"term": 0}, "term 0 behind one of term 1"),
        ({"earlier_frame": 2}, "names 2 as an earlier frame"),
        ({"earlier_frame": -1}, "names -1 as an earlier frame"),
    ],
)
def test_a_forged_header_with_a_correct_checksum(change: dict[str, int], words: str) -> None:
    parts = blocks(MADE)
    parts[2] = forged(parts[2], **change)
    assert words in refused(parts[:3]).reason


def test_a_frame_without_commands() -> None:
    parts = blocks(MADE)
    header = FrameHeader._make(FRAME.unpack(parts[2][:160])[3:])._replace(command_count=0)
    assert "without commands" in refused([*parts[:2], header.pack(memoryview(b""))]).reason


@pytest.mark.parametrize(
    ("at", "value", "words"),
    [
        (7, b"!", "block of kind 48894"),
        (8, b"\x02\0", "format version 2"),
        (8, b"\0\0", "format version 0"),
        (10, b"\0\x01", "a header of 256 bytes"),
    ],
)
@pytest.mark.parametrize("block", [0, 2])
def test_an_unknown_kind_or_version_with_a_correct_checksum(
    at: int, value: bytes, words: str, block: int
) -> None:
    """A later format is refused, not cut: that it is whole shows that it is no torn tail."""
    parts = blocks(MADE)
    changed = bytearray(parts[block])
    changed[at : at + len(value)] = value
    length = int.from_bytes(changed[10:12], "little")
    changed[192:192] = bytes(length - 192)
    head = bytes(changed[: length - 32])
    changed[length - 32 : length] = digest(head, changed[length:])
    parts[block] = bytes(changed)
    fault = refused(parts[: max(block, 2) + 1])
    assert words in fault.reason
    assert fault.offset == (MADE.places[1][1] if block else 0)


def test_a_rebuilt_chain_fails_against_the_witness() -> None:
    """Whoever changes a command and repairs every checksum behind it ends in another hash."""
    parts = blocks(MADE)
    changed = bytearray(parts[3])
    changed[192 + 20] ^= 1
    parts[3] = bytes(changed)
    for i in range(3, len(parts)):
        parts[i] = forged(parts[i], chain_hash=parts[i - 1][160:192])
    segments = [b"".join(parts)]
    for seen in range(3, len(COUNTS) + 1):
        with pytest.raises(JournalFault, match="not the frame that was acknowledged"):
            scan(segments, MADE.witness(seen))


def test_a_witness_of_another_place() -> None:
    ack = MADE.acks[2]
    for other in (ack._replace(frame=3), ack._replace(sequence=5), ack._replace(sequence=7)):
        with pytest.raises(JournalFault, match="not the frame that was acknowledged"):
            scan(MADE.segments, Witness(*other))


def test_segments_missing_swapped_or_from_elsewhere() -> None:
    one, two, three = ROLLED.segments
    other = make([4] * 9, 2048, day=20260824).segments
    larger = make([4] * 9, 2112).segments
    for segments, place in [
        ([two, three], (1, 0)),
        ([one, three], (2, 0)),
        ([one, three, two], (2, 0)),
        ([one, one], (2, 0)),
        ([one, two, two], (3, 0)),
        ([one, other[1], three], (2, 0)),
        ([one, larger[1], three], (2, 0)),
        ([one, b"", three], (2, 0)),
        ([b"", two, three], (1, 0)),
    ]:
        with pytest.raises(JournalFault) as caught:
            scan(segments, ROLLED.witness(0))
        assert (caught.value.segment, caught.value.offset) == place
        witness = ROLLED.witness(0).pack()
        assert judge(segments, witness) == plain_journal.judge(segments, witness)


def test_a_frame_like_payload_is_only_payload() -> None:
    """A good frame may carry the bytes of a journal; nothing looks for frames inside it."""
    inner = MADE.segments[0]
    parts = blocks(MADE)[:2]
    header = FrameHeader(len(inner) // 64, 4, 0, 2, 1, 0, MADE.acks[1].chain_hash, ZERO_HASH)
    segments = [b"".join([*parts, header.pack(memoryview(inner)), inner])]
    reader, commands = scan(segments, MADE.witness(1))
    assert reader.end.last_frame == 2
    assert commands[3 * 64 :] == inner
