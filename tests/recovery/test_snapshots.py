"""Snapshots save time and decide nothing: any that does not hold is passed over, and said so."""

from pathlib import Path

import numpy as np
import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.journal.snapshot import (
    SnapshotHeader,
    newest_snapshot,
    read_snapshot,
    snapshot_path,
    write_snapshot,
)
from tests.recovery.faulty_files import FailingFiles
from tests.recovery.journals import DAY, IMAGE, QuickFiles, make, write_folder

MADE = make([4, 6, 3], 4096)  # frames end at sequences 4, 10, 13
ORDER = np.dtype([("id", "<i8"), ("lots", "<i4"), ("side", "<i1")], align=True)


def state(sequence: int) -> dict[str, np.ndarray]:
    orders = np.zeros(sequence, ORDER)
    orders["id"] = np.arange(sequence)
    return {"orders": orders, "prices": np.full(5, sequence, "<i4"), "none": np.zeros(0, ORDER)}


def header(frames: int, **changes: object) -> SnapshotHeader:
    fields = {
        "trading_day": DAY,
        "sequence": MADE.acks[frames].sequence,
        "chain_hash": MADE.acks[frames].chain_hash.hex(),
        "state_hash": "5" * 64,
        "image_digest": IMAGE.hex(),
    }
    return SnapshotHeader(**{**fields, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a snapshot after every frame, beside its journal."""
    write_folder(tmp_path / "journal", MADE.segments, MADE.witness(3).pack())
    (tmp_path / "snapshots").mkdir()
    for frames in (1, 2, 3):
        state_then = state(MADE.acks[frames].sequence)
        write_snapshot(tmp_path / "snapshots", header(frames), state_then, QuickFiles())
    return tmp_path


def restored(folder: Path, image: bytes = IMAGE) -> tuple[int, list[str]]:
    """Return the sequence started from (0: the image) and what was passed over."""
    found = newest_snapshot(folder / "snapshots", folder / "journal", image)
    if found.snapshot is None:
        return 0, found.passed_over
    sequence = found.snapshot.header.sequence
    for name, rows in state(sequence).items():
        assert np.array_equal(found.snapshot.tables[name], rows)
        assert found.snapshot.tables[name].flags.writeable
    return sequence, found.passed_over


def test_the_newest_is_taken(folder: Path) -> None:
    assert restored(folder) == (13, [])


def test_every_flip_and_every_cut_is_noticed_and_an_older_one_taken(
    folder: Path, torture: bool
) -> None:
    path = snapshot_path(folder / "snapshots", 13)
    good = path.read_bytes()
    for bit in range(0, 8 * len(good), 1 if torture else 3):
        flipped = bytearray(good)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(CheckFault, match=path.name):
            read_snapshot(path)
    for size in range(0, len(good), 11):
        path.write_bytes(good[:size])
        with pytest.raises(CheckFault, match=path.name):
            read_snapshot(path)
    assert restored(folder) == (10, [f"{path.name} is damaged: its hash does not hold"])


def test_a_newer_format_is_passed_over(folder: Path) -> None:
    path = snapshot_path(folder / "snapshots", 13)
    content = bytearray(path.read_bytes())
    content[8] = 2
    path.write_bytes(content)
    sequence, why = restored(folder)
    assert sequence == 10
    assert "format version 2" in why[0]


def test_of_another_image_journal_or_place(folder: Path) -> None:
    snapshots = folder / "snapshots"
    write_snapshot(snapshots, header(3, image_digest="1" * 64), state(13), QuickFiles())
    write_snapshot(snapshots, header(2, chain_hash="0" * 64), state(10), QuickFiles())
    snapshot_path(snapshots, 4).rename(snapshot_path(snapshots, 7))
    sequence, why = restored(folder)
    assert sequence == 0
    words = ("of another image", "not of this journal", "not of this journal")
    assert all(word in reason for word, reason in zip(words, why, strict=True))
    assert restored(folder, bytes(32))[0] == 0


def test_without_any(folder: Path) -> None:
    for path in (folder / "snapshots").iterdir():
        path.unlink()
    (folder / "snapshots/0000000000000013.snapshot.new").write_bytes(b"unfinished")
    assert restored(folder) == (0, [])


def test_a_snapshot_that_could_not_be_written_leaves_the_older(folder: Path) -> None:
    for how in ("error", "full"):
        for nth in range(1, 30):
            path = snapshot_path(folder / "snapshots", 13)
            path.unlink(missing_ok=True)
            files = FailingFiles(nth, how)
            try:
                write_snapshot(folder / "snapshots", header(3), state(13), files)
            except InputFault:
                assert restored(folder) in ((10, []), (13, []))
            if not files.failed:
                break
        assert nth > 8
        assert restored(folder) == (13, [])
