"""``huiguan journal``: what it prints, and exit codes 0 good, 1 wrong, 2 not a journal."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from huiguan.cli import main
from huiguan.exchange.messages import CancelOrder, EnterOrder, encode
from huiguan.storage.journal.writer import Batch, Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a day folder whose journal holds three frames."""
    enter = EnterOrder(
        client_order_id=7,
        price_ticks=50,
        lots=3,
        minimum_lots=0,
        instrument=1,
        trading_code=2,
        side=1,
        offset=0,
        hedge=0,
        time_in_force=0,
        price_type=0,
    )
    unknown = np.full(64, 9, np.uint8)
    unknown[4:16].view("<i4")[:] = [5, 6, 0]
    with Journal.create(
        tmp_path / "day/journal", trading_day=20260821, image_digest=bytes(32)
    ) as j:
        j.append(1, 1, Batch(1_787_273_940_000_000_001, encode(enter, 3, 1)))
        cancel = encode(CancelOrder(order_id=0, client_order_id=7), 3, 2)
        j.append(
            2, 1, Batch(1_787_273_941_000_000_000, np.stack([cancel, unknown]), 1, b"\x0a" * 32)
        )
        j.append(4, 1, Batch(1_787_273_942_000_000_000, np.stack([cancel] * 3)))
    return tmp_path / "day"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run ``huiguan journal``; return exit code, stdout, stderr."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["huiguan", "journal", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_check_of_a_good_journal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in (folder, folder / "journal"):
        code, out, _ = run(capsys, "check", place)
        assert code == 0
        assert "good: every frame" in out
        assert "2026-08-21T" in out
    code, out, _ = run(capsys, "check", folder, "--json")
    facts = json.loads(out)
    assert code == 0
    assert (facts["frames"], facts["commands"], facts["witness_sequence"]) == (3, 6, 6)
    assert facts["torn_tail"] is None


def test_check_of_a_torn_tail_says_so_and_is_good(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segment = folder / "journal/00000001.segment"
    size = segment.stat().st_size
    with segment.open("ab") as file:
        file.write(b"H\x89GFRAM\n\x01")
    code, out, _ = run(capsys, "check", folder)
    assert code == 0
    assert f"segment 1, offset {size}: an unfinished frame above the witness" in out
    assert out.endswith("the torn tail holds nothing acknowledged\n")
    code, _, err = run(capsys, "show", folder)
    assert code == 0
    assert "torn tail: segment 1" in err


def test_check_names_segment_and_offset_of_the_first_fault(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segment = folder / "journal/00000001.segment"
    content = bytearray(segment.read_bytes())
    content[192 + 192 + 64 + 200] ^= 1  # in the second frame's first command
    segment.write_bytes(content)
    for verb in ("check", "show"):
        code, _, err = run(capsys, verb, folder)
        assert code == 1
        assert "journal segment 1, offset 448: a bad frame with a good one behind it, at 768" in err
        assert "Traceback" not in err


def test_what_is_no_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("no journal")
    for place in (tmp_path, tmp_path / "missing", tmp_path / "file"):
        for verb in ("check", "show"):
            code, out, err = run(capsys, verb, place)
            assert (code, out) == (2, "")
            assert err.startswith("huiguan: ")
            assert err.count("\n") == 1


def test_show_names_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "show", folder)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("frame 1: segment 1, offset 192, 1 commands from sequence 1, 2026-")
    assert "sequence=1  kind=enter_order  session=3  client_sequence=1" in lines[1]
    assert "price_ticks=50  lots=3" in lines[1]
    assert "side=sell  offset=open" in lines[1]
    assert "events of frame 1 hash to 0a0a" in lines[3]
    assert "sequence=2  kind=cancel_order" in lines[4]
    assert (
        "sequence=3  kind=2313  version=2313  session=5  client_sequence=6  body=0909" in lines[5]
    )
    assert len(lines) == 10


def test_show_from_a_sequence_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "show", folder, "--from", 5, "--json")
    frame = json.loads(out)
    assert code == 0
    assert (frame["frame"], frame["first_sequence"], frame["count"]) == (3, 4, 3)
    assert [c["sequence"] for c in frame["commands"]] == [5, 6]
    assert run(capsys, "show", folder, "--from", 7, "--json")[:2] == (2, "")
    code, _, err = run(capsys, "show", folder, "--from", 0)
    assert code == 2
    assert "Traceback" not in err


def test_show_behind_the_end_says_where_the_journal_ends(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "show", folder, "--from", 99)
    assert (code, out) == (2, "")
    assert err.endswith("the journal ends at sequence 6, so it has no command from 99 on\n")
    assert run(capsys, "show", folder, "--from", 6)[0] == 0
