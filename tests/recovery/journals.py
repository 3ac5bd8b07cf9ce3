"""Journals for tests: made by the real writer, held in memory, judged by reader and plain twin."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from huiguan.floor.day.reply_log import replies_from_journal
from huiguan.foundation.faults import CheckFault
from huiguan.storage.files import Files
from huiguan.storage.journal.format import HEADER_BYTES, JournalFault, Witness, read_witness
from huiguan.storage.journal.recovery import Scan, read, segment_path
from huiguan.storage.journal.tail import Ack
from huiguan.storage.journal.writer import Batch, Journal
from tests.models.plain_journal import Verdict

DAY, IMAGE = 20260821, bytes(range(32))


class QuickFiles(Files):
    """Files that are never flushed: the tests that use it do not cut the power."""

    def flush(self, file: int) -> None:
        pass

    def flush_folder(self, folder: Path) -> None:
        pass


def write_half_a_frame(journal: Path) -> None:
    """Let a journal grow as a reader may meet it: half a frame, and a whole one behind it."""
    *_, last = read(journal)
    path = segment_path(journal, last.segment)
    data = path.read_bytes()
    end = last.offset + HEADER_BYTES + last.commands.nbytes
    path.write_bytes(data[:end] + b"\x01" * HEADER_BYTES + data[last.offset : end])
    with pytest.raises(JournalFault, match="a good one behind it"):
        list(read(journal))


def replies(root: Path, session: int, after: int, upto: int) -> bytes:
    """Return the replies of a session numbered ``after + 1`` to ``upto``, from the journal."""
    found = io.BytesIO()
    replies_from_journal(root, session, after, upto, found)
    return found.getvalue()


def rows(first: int, count: int) -> np.ndarray:
    """Return commands without a zero byte in them, so that every byte lost or changed shows."""
    batch = np.random.default_rng(first).integers(1, 255, (count, 64)).astype(np.uint8)
    batch.view("<i8")[:, 1] = np.arange(first, first + count) + (1 << 62)
    return batch


def create(folder: Path, segment_bytes: int, day: int = DAY, files: Files | None = None) -> Journal:
    return Journal.create(
        folder,
        trading_day=day,
        image_digest=IMAGE,
        segment_bytes=segment_bytes,
        files=files or QuickFiles(),
    )


@dataclass(frozen=True)
class Made:
    """A closed journal: its segments, the acknowledgement of every frame, where each begins."""

    segments: list[bytes]
    acks: list[Ack]  # acks[i] = after i frames; acks[0] = none
    places: list[tuple[int, int, int]]  # (segment, offset, end) of frame i + 1

    def witness(self, frames: int) -> Witness:
        """Return the witness written after so many frames."""
        return Witness(*self.acks[frames])

    def commands(self, frames: int) -> bytes:
        """Return the commands of the first frames."""
        parts = [self.segments[s - 1][o + 192 : e] for s, o, e in self.places[:frames]]
        return b"".join(parts)


def make(counts: list[int], segment_bytes: int, *, day: int = DAY, close: bool = True) -> Made:
    """Write frames of so many commands each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "journal"
        journal = create(folder, segment_bytes, day)
        acks, places = [journal.acknowledged], []
        for i, count in enumerate(counts):
            first = journal.next_sequence
            batch = Batch(1_000 * i, rows(first, count), i // 2, bytes([i % 256]) * 32)
            acks.append(journal.append(first, 1, batch))
            place = journal._tail.header.segment, journal._tail.offset
            places.append((place[0], place[1] - 192 - 64 * count, place[1]))
        if close:
            journal.close()
        else:
            journal._tail.release()
        segments = [p.read_bytes() for p in sorted(folder.glob("*.segment"))]
    return Made(segments, acks, places)


def scan(segments: list[bytes], witness: Witness) -> tuple[Scan, bytes]:
    """Run the real reader over segments in memory; return it and the commands it found."""
    reader = Scan(lambda number: segments[number - 1], len(segments), witness)
    return reader, b"".join(frame.commands.tobytes() for frame in reader)


def judge(segments: list[bytes], witness: bytes) -> Verdict:
    """Return the real reader's decision in the words of the plain twin."""
    try:
        reader, commands = scan(segments, read_witness(witness))
    except JournalFault as fault:
        return Verdict(refused=_kind(fault.reason), fault=(fault.segment, fault.offset))
    except CheckFault:
        return Verdict(refused="witness")
    end = reader.end
    torn = (end.segment, end.offset) if end.torn_bytes else None
    torn = (end.torn_segment, 0) if end.torn_segment else torn
    parts = [commands[i : i + 64] for i in range(0, len(commands), 64)]
    return Verdict(torn=torn, sequence=end.last_sequence, chain=end.chain_hash, commands=parts)


def _kind(reason: str) -> str:
    for kind, words in [
        ("witness end", "was acknowledged"),
        ("witness frame", "not the frame that was acknowledged"),
        ("version", "format version"),
        ("kind", "block of kind"),
        ("segment", "the header's"),
        ("bad", "bad"),
        ("bad", "damaged"),
    ]:
        if words in reason:
            return kind
    return "chain"


def write_folder(folder: Path, segments: list[bytes], witness: bytes) -> None:
    """Lay out a journal folder."""
    folder.mkdir(parents=True)
    for number, data in enumerate(segments, start=1):
        segment_path(folder, number).write_bytes(data)
    (folder / "witness").write_bytes(witness)


def folder_bytes(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
