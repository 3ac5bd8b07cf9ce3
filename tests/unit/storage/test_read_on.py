"""A reader goes on behind the last frame it took, in a journal that grows meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from huiguan.storage.journal.format import JournalFault
from huiguan.storage.journal.recovery import read, read_after, segment_path
from huiguan.storage.journal.writer import Batch
from tests.recovery.journals import create, rows


def test_every_place_is_gone_on_from(tmp_path: Path) -> None:
    """Frames of 1 to 4 commands over several segments of 2 KiB."""
    folder = tmp_path / "journal"
    journal = create(folder, 2_048)
    last, taken = None, []
    for number in range(40):
        first = journal.next_sequence
        batch = Batch(1_000 * number, rows(first, 1 + number % 4), number // 2, bytes(32))
        journal.append(first, 1, batch)
        if number % 3 == 0:
            fresh = list(read_after(folder, last) if last else read(folder))
            taken += fresh
            last = taken[-1]
            assert last.last_sequence == journal.next_sequence - 1
    journal.close()
    assert len(list(folder.glob("*.segment"))) > 3
    every = list(read(folder))
    taken += read_after(folder, taken[-1])
    assert [one.header for one in taken] == [one.header for one in every]
    assert (
        np.concatenate([one.commands for one in taken]).tobytes()
        == np.concatenate([one.commands for one in every]).tobytes()
    )
    assert list(read_after(folder, every[-1])) == []


def test_a_frame_that_does_not_follow_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = create(folder, 1 << 20)
    for number in range(3):
        first = journal.next_sequence
        journal.append(first, 1, Batch(number, rows(first, 2), number, bytes(32)))
    journal.close()
    first_frame, _, last = read(folder)
    strange = first_frame._replace(checksum=last.checksum)
    with pytest.raises(JournalFault, match="broken chain"):
        list(read_after(folder, strange))
    assert segment_path(folder, 1).exists()
