"""A day whose creation is killed at any point is created again in the same folder."""

import re
from pathlib import Path

import pytest

from huiguan.days.run_again import verify_day
from huiguan.floor.day.sequencer import Sequencer
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.journal.recovery import WITNESS_NAME, segment_path
from tests.dying_files import FilesThatDie, Killed
from tests.images import small_image
from tests.unit.floor.test_sequencer import opening

IMAGE = small_image(settings={"order_capacity": 16, "position_capacity": 16})


def run(day: Sequencer) -> bytes:
    day.run(1, opening())
    return day.close().day


def test_every_kill_leaves_a_folder_that_is_created_again_or_opened(tmp_path: Path) -> None:
    counting = FilesThatDie(10**9)
    with Sequencer.create(tmp_path / "whole", IMAGE, files=counting):
        calls = 10**9 - counting.left
    assert calls > 50
    cut_short = opened = 0
    for number in range(calls):
        root = tmp_path / f"killed{number}"
        with pytest.raises(Killed):
            Sequencer.create(root, IMAGE, files=FilesThatDie(number))
        if segment_path(root / "journal", 1).exists():  # killed behind its last step
            day, opened = Sequencer.open(root), opened + 1
        else:
            day, cut_short = Sequencer.create(root, IMAGE), cut_short + 1
        assert run(day)
        assert verify_day(root).sequence == 2
    assert cut_short > 40
    assert opened


def test_opening_what_was_never_created_says_what_to_do(tmp_path: Path) -> None:
    run(Sequencer.create(tmp_path, IMAGE))
    segment_path(tmp_path / "journal", 1).unlink()
    lost = re.escape("has lost its segments: sequence 2 was acknowledged in it")
    for attempt in (Sequencer.open, lambda root: Sequencer.create(root, IMAGE)):
        with pytest.raises(CheckFault, match=lost):
            attempt(tmp_path)
    (tmp_path / "journal" / WITNESS_NAME).unlink()
    with pytest.raises(InputFault, match=r"holds no \*.segment file$"):
        Sequencer.open(tmp_path)
