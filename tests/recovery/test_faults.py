"""The nth call to the disk fails, for all n: the journal stops; nothing acknowledged is lost."""

from pathlib import Path

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.storage.journal.format import read_witness
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.tail import JournalStopped
from huiguan.storage.journal.writer import Batch, Journal
from tests.recovery.faulty_files import FailingFiles, PowerCut
from tests.recovery.journals import QuickFiles, create, rows

COUNTS = [1, 12, 3, 7, 1, 20, 2, 2, 9, 5]  # seven segments of 2,048 bytes


def expected(frames: int) -> bytes:
    """Return the commands of the first frames of the story."""
    parts, first = [], 1
    for count in COUNTS[:frames]:
        parts.append(rows(first, count).tobytes())
        first += count
    return b"".join(parts)


def write_story(folder: Path, files: FailingFiles, way: str = "append") -> int:
    """Create a journal and append until a call fails; return how many frames were acknowledged."""
    acknowledged = 0
    try:
        with create(folder, 2048, files=files) as journal:
            for count in COUNTS:
                first = journal.next_sequence
                batch = Batch(first, rows(first, count))
                if way == "submit":
                    journal.submit(first, 1, batch).result()
                else:
                    journal.append(first, 1, batch)
                acknowledged += 1
                if way == "rest":
                    journal.rest()
    except JournalStopped:
        assert files.failed
    return acknowledged


def check_recovery(folder: Path, acknowledged: int) -> None:
    """Open the journal with good files: all that was acknowledged is there, and nothing is made up.

    One frame more may be there: written, perhaps flushed, but not acknowledged.
    """
    try:
        journal = Journal.open(folder, files=QuickFiles())
    except InputFault:  # the journal was never created
        assert acknowledged == 0
        journal = create(folder, 2048)
    found = journal.acknowledged.frame
    assert acknowledged <= found <= acknowledged + 1
    assert b"".join(f.commands.tobytes() for f in read(folder)) == expected(found)
    first = journal.next_sequence
    journal.append(first, journal.term, Batch(0, rows(first, 2)))
    journal.close()
    content = b"".join(f.commands.tobytes() for f in read(folder))
    assert content == expected(found) + rows(first, 2).tobytes()


def calls_of_story(tmp_path: Path, way: str = "append") -> int:
    files = FailingFiles(0)
    assert write_story(tmp_path / "whole", files, way) == len(COUNTS)
    return files.calls


@pytest.mark.parametrize("how", ["error", "full"])
@pytest.mark.parametrize("way", ["append", "submit", "rest"])
def test_every_call_of_a_story_fails_once(tmp_path: Path, how: str, way: str) -> None:
    calls = calls_of_story(tmp_path, way)
    assert calls == 76  # one more call, one more place to fail: look at it, then count it
    for nth in range(1, calls + 1):
        folder = tmp_path / f"{nth}"
        acknowledged = write_story(folder, FailingFiles(nth, how), way)
        check_recovery(folder, acknowledged)


def test_a_stopped_journal_takes_nothing_more(tmp_path: Path) -> None:
    files = FailingFiles(0)
    journal = create(tmp_path / "j", 2048, files=files)
    journal.append(1, 1, Batch(0, rows(1, 2)))
    files.nth = files.calls + 2  # the flush of the next frame
    with pytest.raises(JournalStopped, match="flush failed"):
        journal.append(3, 1, Batch(0, rows(3, 2)))
    for action in (
        lambda: journal.append(journal.next_sequence, 1, Batch(0, rows(5, 2))),
        lambda: journal.submit(journal.next_sequence, 1, Batch(0, rows(5, 2))).result(),
        journal.close,
    ):
        with pytest.raises(JournalStopped):
            action()
    assert journal.acknowledged.sequence == 2


def test_frames_submitted_behind_a_failure_are_never_acknowledged(tmp_path: Path) -> None:
    files = FailingFiles(0)
    journal = create(tmp_path / "j", 1 << 16, files=files)
    files.nth = files.calls + 4 * 3 + 2  # the flush of the fourth frame
    futures = [journal.submit(n, 1, Batch(n, rows(n, 1))) for n in range(1, 9)]
    done = [f.exception() is None for f in futures]
    assert done == [True] * 3 + [False] * 5
    assert all(isinstance(f.exception(), JournalStopped) for f in futures[3:])
    check = [int(f.commands[0].view("<i8")[1]) & 0xFF for f in read(tmp_path / "j")]
    assert check == [1, 2, 3, 4]  # the fourth was written, and only its flush failed


@pytest.mark.parametrize("kind", [FailingFiles, PowerCut])
def test_every_call_of_an_opening_fails_once(tmp_path: Path, kind: type[FailingFiles]) -> None:
    """A recovery that is itself interrupted changes nothing that the next one needs."""
    for nth in range(1, 100):
        folder = tmp_path / f"{nth}"
        files = FailingFiles(0)
        journal = create(folder, 2048, files=files)
        for first in (1, 3, 5):
            journal.append(first, 1, Batch(0, rows(first, 2)))
        files.nth = files.calls + 1
        files.how = "full"
        with pytest.raises(JournalStopped):
            journal.append(7, 1, Batch(0, rows(7, 10)))
        (folder / "00000002.segment.new").write_bytes(b"left over")
        opening = kind(nth)
        try:
            Journal.open(folder, files=opening).close()
        except JournalStopped:
            assert opening.failed
        if isinstance(opening, PowerCut):
            opening.cut(np.random.default_rng(nth))
        with Journal.open(folder, files=QuickFiles()) as journal:
            assert journal.acknowledged.sequence == 6
        content = b"".join(f.commands.tobytes() for f in read(folder))
        assert content == b"".join(rows(first, 2).tobytes() for first in (1, 3, 5))
        if not opening.failed:
            break
    assert opening.calls == nth - 1 == 14


def test_power_cuts(tmp_path: Path, torture: bool) -> None:
    """Power goes at every call of the story: what was flushed decides, and it is always enough."""
    for seed in range(100 if torture else 4):
        chance = np.random.default_rng(seed)
        for nth in range(1, calls_of_story(tmp_path / f"{seed}") + 1):
            folder = tmp_path / f"{seed}" / f"{nth}"
            files = PowerCut(nth)
            acknowledged = write_story(folder, files)
            files.cut(chance)
            if acknowledged:
                witness = read_witness((folder / "witness").read_bytes())
                assert witness.frame >= acknowledged - 1, "at most one frame behind"
            check_recovery(folder, acknowledged)


def test_what_a_failed_flush_left_unwritten_is_written_again(tmp_path: Path) -> None:
    """A recovered frame is on the disk before anything is built on it, or a later cut loses it."""
    calls = calls_of_story(tmp_path / "count")
    recovered_more = 0
    for nth in range(1, calls + 1):
        folder = tmp_path / f"{nth}"
        files = PowerCut(nth)
        acknowledged = write_story(folder, files)
        if acknowledged == 0 or files.failed != "flush":
            continue
        files.failed = ""  # the same machine, the same disk, a new process
        with Journal.open(folder, files=files) as journal:
            found, first = journal.acknowledged.frame, journal.next_sequence
            recovered_more += found > acknowledged
            journal.append(first, journal.term, Batch(0, rows(first, 2)))
            files.cut(np.random.default_rng(nth), new_share=0)
            content = b"".join(f.commands.tobytes() for f in read(folder))
        assert content == expected(found) + rows(first, 2).tobytes()
    assert recovered_more > 5
