"""The journal from outside: write, roll, read, close, open again."""

from pathlib import Path

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.tail import JournalStopped
from huiguan.storage.journal.writer import Batch, Journal

DAY, IMAGE = 20260821, bytes(range(32))


def rows(first: int, count: int) -> np.ndarray:
    """Commands whose bytes tell their sequence."""
    batch = np.zeros((count, 64), np.uint8)
    batch.view("<i8")[:, 0] = np.arange(first, first + count)
    return batch


def create(folder: Path, segment_bytes: int = 4096) -> Journal:
    return Journal.create(folder, trading_day=DAY, image_digest=IMAGE, segment_bytes=segment_bytes)


def sequences(folder: Path) -> list[int]:
    """Return what the journal holds, by the first 8 bytes of its commands."""
    return [int(n) for frame in read(folder) for n in frame.commands.view("<i8")[:, 0]]


def test_what_is_acknowledged_is_read_back(tmp_path: Path) -> None:
    with create(tmp_path / "j") as journal:
        ack = journal.append(1, 1, Batch(1_000, rows(1, 3)))
        assert (ack.sequence, ack.frame) == (3, 1)
        ack = journal.append(4, 1, Batch(2_000, rows(4, 2), 1, b"e" * 32))
        assert (ack.sequence, ack.frame) == (5, 2)
    frames = list(read(tmp_path / "j"))
    assert sequences(tmp_path / "j") == [1, 2, 3, 4, 5]
    assert [f.header.time_ns for f in frames] == [1_000, 2_000]
    assert [f.header.earlier_frame for f in frames] == [0, 1]
    assert frames[1].header.events_hash == b"e" * 32
    assert frames[1].header.chain_hash == frames[0].checksum
    assert frames[1].checksum == ack.chain_hash


def test_segments_roll_and_never_outgrow_their_size(tmp_path: Path) -> None:
    with create(tmp_path / "j") as journal:
        for first in range(1, 101, 10):  # a frame is 192 + 640 bytes: four in 4,096
            journal.append(first, 1, Batch(0, rows(first, 10)))
    files = sorted((tmp_path / "j").glob("*.segment"))
    assert [f.name for f in files] == [f"0000000{n}.segment" for n in (1, 2, 3)]
    assert all(f.stat().st_size <= 4096 for f in files)
    assert sequences(tmp_path / "j") == list(range(1, 101))


def test_open_goes_on_behind_the_last_frame(tmp_path: Path) -> None:
    with create(tmp_path / "j") as journal:
        journal.append(1, 1, Batch(0, rows(1, 10)))
    for first in range(11, 101, 10):
        with Journal.open(tmp_path / "j") as journal:
            assert journal.next_sequence == first
            assert journal.acknowledged.sequence == first - 1
            journal.append(first, journal.term, Batch(0, rows(first, 10)))
    assert sequences(tmp_path / "j") == list(range(1, 101))


def test_submitted_batches_are_acknowledged_in_order(tmp_path: Path) -> None:
    with create(tmp_path / "j", 1 << 20) as journal:
        firsts = range(1, 2001, 100)
        futures = [journal.submit(first, 1, Batch(first, rows(first, 100))) for first in firsts]
        ack = journal.append(2001, 1, Batch(0, rows(2001, 1)))
        assert [f.result().sequence for f in futures] == list(range(100, 2001, 100))
        assert ack == journal.acknowledged
    assert sequences(tmp_path / "j") == list(range(1, 2002))


def test_rows_of_any_layout_are_bytes_here(tmp_path: Path) -> None:
    layout = np.dtype({"names": ["kind"], "formats": ["<i2"], "offsets": [0], "itemsize": 64})
    structured = np.zeros(2, layout)
    structured["kind"] = [101, 102]
    with create(tmp_path / "j") as journal:
        journal.append(1, 1, Batch(0, structured))
        journal.append(3, 1, Batch(0, structured.tobytes()))
    commands = [frame.commands.reshape(-1).view(layout) for frame in read(tmp_path / "j")]
    assert [list(c["kind"]) for c in commands] == [[101, 102], [101, 102]]


def test_another_sequence_or_term_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with create(tmp_path / "j") as journal:
        journal.append(1, 1, Batch(0, rows(1, 2)))
        for expected, term in [(2, 1), (4, 1), (3, 0), (3, 2)]:
            with pytest.raises(InputFault, match="another writer has taken over"):
                journal.append(expected, term, Batch(0, rows(1, 1)))
        assert journal.lead() == 2
        with pytest.raises(InputFault):
            journal.append(3, 1, Batch(0, rows(3, 1)))
        journal.append(3, 2, Batch(0, rows(3, 1)))
    with Journal.open(tmp_path / "j") as journal:
        assert (journal.term, journal.next_sequence) == (2, 4)


def test_one_writer(tmp_path: Path) -> None:
    with create(tmp_path / "j"), pytest.raises(InputFault, match="another process writes"):
        Journal.open(tmp_path / "j")
    Journal.open(tmp_path / "j").close()


def test_a_second_journal_in_the_folder_is_refused(tmp_path: Path) -> None:
    create(tmp_path / "j").close()
    with pytest.raises(InputFault, match="already holds a journal"):
        create(tmp_path / "j")


def test_folders_without_a_journal_are_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="not a folder"):
        Journal.open(tmp_path / "none")
    with pytest.raises(InputFault, match="not a journal"):
        Journal.open(tmp_path)


def test_a_closed_journal_is_stopped(tmp_path: Path) -> None:
    journal = create(tmp_path / "j")
    journal.close()
    with pytest.raises(JournalStopped):
        journal.append(1, 1, Batch(0, rows(1, 1)))
