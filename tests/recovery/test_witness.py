"""The witness: damaged, missing or of a later version, the journal is refused and left as it is."""

from pathlib import Path

import pytest

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.hashing import digest
from huiguan.storage.journal.format import JournalFault, Witness, read_witness
from huiguan.storage.journal.writer import Journal
from tests.models import plain_journal
from tests.recovery.journals import QuickFiles, folder_bytes, judge, make, write_folder

MADE = make([2, 3, 1], 4096)
OLDER = MADE.witness(2).pack()
FILE = OLDER.ljust(512, b"\0") + MADE.witness(3).pack()


def test_a_damaged_newer_one_leaves_the_older() -> None:
    for bit in range(8 * len(FILE)):
        flipped = bytearray(FILE)
        flipped[bit // 8] ^= 1 << bit % 8
        newer_is_damaged = 512 <= bit // 8 < 512 + 96  # the third frame's
        assert read_witness(bytes(flipped)) == MADE.witness(2 if newer_is_damaged else 3)
        if bit % 8 == 0:
            assert judge(MADE.segments, bytes(flipped)).refused == ""
            assert plain_journal.judge(MADE.segments, bytes(flipped)).refused == ""


def test_every_flip_and_every_cut_of_the_only_one_is_noticed() -> None:
    for bit in range(8 * 96):
        flipped = bytearray(OLDER)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CheckFault, match="witness"):
            read_witness(bytes(flipped))
        assert plain_journal.judge(MADE.segments, bytes(flipped)).refused == "witness"
    for size in range(96):
        with pytest.raises(CheckFault, match="witness"):
            read_witness(OLDER[:size])


def test_a_later_version_is_refused_by_name() -> None:
    head = bytearray(OLDER[:64])
    head[8] = 2
    later = bytes(head) + digest(head)
    for content in (later, later + FILE[96:], FILE[:512] + later):
        with pytest.raises(CheckFault, match="format version 2"):
            read_witness(content)
        assert plain_journal.judge(MADE.segments, content).refused == "witness"


@pytest.mark.parametrize(
    "damage",
    [None, b"", OLDER[:95], OLDER[:-1] + b"!", bytes(1024)],
    ids=["missing", "empty", "short", "changed", "zeros"],
)
def test_without_a_good_witness_nothing_opens_and_nothing_changes(
    tmp_path: Path, damage: bytes | None
) -> None:
    write_folder(tmp_path / "j", MADE.segments, damage or b"")
    if damage is None:
        (tmp_path / "j/witness").unlink()
    before = folder_bytes(tmp_path / "j")
    with pytest.raises(CheckFault, match="witness"):
        Journal.open(tmp_path / "j", files=QuickFiles())
    assert folder_bytes(tmp_path / "j") == before


def test_a_journal_below_its_witness_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    offset = MADE.places[2][1]
    write_folder(tmp_path / "j", [MADE.segments[0][: offset + 100]], FILE)
    before = folder_bytes(tmp_path / "j")
    with pytest.raises(JournalFault, match="ends at sequence 5, but sequence 6 was acknowledged"):
        Journal.open(tmp_path / "j", files=QuickFiles())
    assert folder_bytes(tmp_path / "j") == before


def test_after_a_cut_the_witness_stands_at_the_end(tmp_path: Path) -> None:
    offset = MADE.places[2][1]
    write_folder(tmp_path / "j", [MADE.segments[0][: offset + 100]], MADE.witness(1).pack())
    Journal.open(tmp_path / "j", files=QuickFiles()).close()
    after = folder_bytes(tmp_path / "j")
    assert after["00000001.segment"] == MADE.segments[0][:offset]
    assert read_witness(after["witness"]) == Witness(*MADE.acks[2])
    Journal.open(tmp_path / "j", files=QuickFiles()).close()
    assert folder_bytes(tmp_path / "j") == after
    verdict = judge([after["00000001.segment"]], after["witness"])
    assert (verdict.refused, verdict.torn, verdict.sequence) == ("", None, 5)
