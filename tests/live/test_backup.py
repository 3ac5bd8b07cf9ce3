"""A hall is copied while it trades and made again elsewhere, whole or to a point of its journal."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from huiguan.floor.hall.serve import DOORS_NAME
from tests.halls import RunningHall, running_hall

if TYPE_CHECKING:
    from pathlib import Path


def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the office; nobody is ever shown a traceback."""
    found = subprocess.run(
        [sys.executable, "-m", "huiguan", "office", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in found.stderr
    return found


def order(hall: RunningHall, lots: int) -> None:
    asked = {
        "contract": "cu2610", "side": "buy", "offset": "open", "lots": lots, "price": "105000",
    }  # fmt: skip
    answer = hall.http("POST", "/v1/orders", body=json.dumps(asked).encode())
    assert answer.status == 200, answer


def lots_of(hall: RunningHall) -> list[int]:
    """Return the lots of the orders that rest, in the order of their entry."""
    return [one["remaining_lots"] for one in hall.get("/v1/orders")["orders"]]


@pytest.mark.slow
def test_a_hall_that_trades_is_copied_and_goes_on_elsewhere(tmp_path: Path) -> None:
    """Two orders before the copy, one after it; the copy has two, and one where it is cut."""
    copy = tmp_path / "copy"
    with running_hall(tmp_path / "hall") as hall:
        hall.make_people()
        hall.open()
        order(hall, 1)
        first = hall.ask("status")["sequence"]
        order(hall, 2)
        made = call("backup", copy, "--data", hall.folder)
        assert made.returncode == 0, made.stderr
        keys = copy.with_name("copy.keys")
        assert {path.name for path in keys.iterdir()} == {"hall_key", *map(str, range(1, 12))}
        assert not list(copy.glob("office/persons*"))  # who has the copy alone reads nobody
        order(hall, 3)
        assert lots_of(hall) == [1, 2, 3]
        used = call("backup", copy, "--data", hall.folder)
        assert (used.returncode, "is not empty" in used.stderr) == (2, True)
        key = hall.key
    for name, to, lots in (("whole", (), [1, 2]), ("cut", ("--to", str(first)), [1])):
        back = tmp_path / name
        restored = call("restore", copy, "--data", back, "--verify", *to)
        assert restored.returncode == 0, restored.stderr
        assert "16 lines of the record" in restored.stdout  # 11 users, two bound, three lists
        assert (back / "office" / "persons" / "11").read_bytes() == (keys / "11").read_bytes()
        again = RunningHall.of(back, key)
        try:
            again.open()
            assert lots_of(again) == lots
        finally:
            again.close()


@pytest.mark.slow
def test_what_is_not_as_it_was_copied_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with running_hall(tmp_path / "hall") as hall:
        hall.start("floor", DOORS_NAME)
        assert call("backup", copy, "--data", hall.folder).returncode == 0
    far = call("restore", copy, "--data", tmp_path / "far", "--to", "1000000")
    assert (far.returncode, "ends at sequence" in far.stderr) == (2, True)
    (segment,) = copy.glob("days/*/journal/*.segment")
    good = segment.read_bytes()
    segment.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    bad = call("restore", copy, "--data", tmp_path / "bad")
    assert (bad.returncode, "is not the file that was copied" in bad.stderr) == (1, True)
    assert not (tmp_path / "bad").exists()
    segment.write_bytes(good)
    (copy / "COPY").unlink()
    short = call("restore", copy, "--data", tmp_path / "short")
    assert (short.returncode, "is no backup" in short.stderr) == (2, True)
    nowhere = call("backup", tmp_path / "no", "--data", tmp_path / "nowhere")
    assert nowhere.returncode == 2
