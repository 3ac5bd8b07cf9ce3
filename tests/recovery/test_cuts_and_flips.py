"""A journal cut at every byte and flipped at every bit is recovered or refused, never wrong."""

import pytest

from huiguan.storage.journal.format import JournalFault, Witness
from tests.models import plain_journal
from tests.recovery.journals import Made, judge, make, scan


def whole_frames(made: Made, segment: int, offset: int) -> int:
    """Return how many frames end at or before a place."""
    return sum((s, e) <= (segment, offset) for s, _, e in made.places)


def check_cut(made: Made, segment: int, offset: int) -> None:
    """Cut: what is whole stays if nothing acknowledged is lost; else the journal is refused."""
    segments = [*made.segments[: segment - 1], made.segments[segment - 1][:offset]]
    kept = whole_frames(made, segment, offset)
    if segment == 1 and offset < 192:
        with pytest.raises(JournalFault, match="segment 1, offset 0"):
            scan(segments, made.witness(0))
        return
    reader, commands = scan(segments, made.witness(kept))
    assert reader.end.last_frame == kept
    assert reader.end.chain_hash == made.acks[kept].chain_hash
    assert commands == made.commands(kept)
    if (segment + offset) % 4 == 0 and kept < len(made.places):  # one in four, to save time
        with pytest.raises(JournalFault, match="was acknowledged"):
            scan(segments, made.witness(kept + 1))


@pytest.mark.slow
def test_cut_at_every_byte(torture: bool) -> None:
    """64 KiB in four segments (1 MiB in the torture run)."""
    frames, commands = (32, 512) if torture else (16, 61)
    made = make([commands] * frames, 5 * (192 + 64 * commands) + 192)
    cuts = 0
    for segment, data in enumerate(made.segments, start=1):
        for offset in range(len(data)):
            check_cut(made, segment, offset)
            cuts += 1
    assert cuts >= (1 << 20 if torture else 1 << 16)


def test_a_cut_that_is_no_tail_is_refused() -> None:
    """A segment that lost bytes while a later one stands can not come from a crash."""
    made = make([5] * 12, 2048)
    assert len(made.segments) == 4
    for number in (1, 2, 3):
        whole = made.segments[number - 1]
        end = max(e for s, _, e in made.places if s == number)
        for offset in range(0, end, 7):
            segments = [*made.segments]
            segments[number - 1] = whole[:offset]
            with pytest.raises(JournalFault) as caught:
                scan(segments, made.witness(0))
            # a cut between two frames leaves a hole in the next segment's header
            starts = [o for s, o, _ in made.places if s == number]
            assert caught.value.segment == (number + 1 if offset in starts else number)


def expected_place(made: Made, segment: int, offset: int) -> tuple[int, int]:
    """Return the block a byte belongs to."""
    blocks = [(s, o) for s, o, _ in made.places] + [(n + 1, 0) for n in range(len(made.segments))]
    ends = [(s, e) for s, _, e in made.places]
    return max(
        place for place in blocks + ends if place <= (segment, offset) and place[0] == segment
    )


def check_flip(made: Made, segment: int, offset: int, bit: int, witness: Witness) -> None:
    segments = [*made.segments]
    flipped = bytearray(segments[segment - 1])
    flipped[offset] ^= 1 << bit
    segments[segment - 1] = bytes(flipped)
    last = len(made.places)
    if made.places[-1][:2] <= (segment, offset) and witness.frame < last:
        reader, commands = scan(segments, witness)  # a torn tail above the witness
        assert reader.end.last_frame == last - 1
        assert commands == made.commands(last - 1)
        assert reader.end.torn_bytes > 0
        return
    with pytest.raises(JournalFault) as caught:
        scan(segments, witness)
    fault = caught.value
    assert (fault.segment, fault.offset) == expected_place(made, segment, offset)


@pytest.mark.slow
def test_flip_every_bit(torture: bool) -> None:
    """16 KiB in two segments (64 KiB in the torture run), the witness at the end or one before."""
    frames = 16 if torture else 4
    made = make([62] * frames, frames // 2 * (192 + 62 * 64) + 192 + 128)
    flips = 0
    for segment, data in enumerate(made.segments, start=1):
        for offset in range(len(data)):
            for bit in range(8):
                last = len(made.places) - (bit & 1)
                check_flip(made, segment, offset, bit, made.witness(last))
                flips += 1
    assert flips >= 8 * (1 << 16 if torture else 1 << 14)


def test_every_flip_and_cut_of_a_small_journal_as_the_plain_reader_says() -> None:
    """The twin has the last word on every flip and cut of 1.5 KiB, whatever the witness saw."""
    made = make([1, 2, 1, 3], 1024)
    for segment, data in enumerate(made.segments):
        for offset in range(len(data)):
            flipped = bytearray(data)
            flipped[offset] ^= 1 << offset % 8
            for changed in (bytes(flipped), data[:offset], data[:offset] + bytes(64)):
                segments = [*made.segments[:segment], changed, *made.segments[segment + 1 :]]
                witness = made.witness(offset % 5).pack()
                assert judge(segments, witness) == plain_journal.judge(segments, witness)


def test_space_written_ahead_is_not_a_tail() -> None:
    """A killed writer leaves zeros behind its last frame; a closed one does not."""
    left, closed = make([3, 4], 4096, close=False), make([3, 4], 4096)
    assert len(left.segments[0]) == 4096
    assert left.segments[0].rstrip(b"\0") == closed.segments[0].rstrip(b"\0")
    for made in (left, closed):
        reader, _ = scan(made.segments, made.witness(2))
        assert (reader.end.last_frame, reader.end.torn_bytes) == (2, 0)
