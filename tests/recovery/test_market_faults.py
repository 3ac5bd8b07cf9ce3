"""The disk fails, or the power goes, under the sequencer: the core never knows more than the disk.

The state after recovery is that after the last acknowledged frame, or after one frame more.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from huiguan.floor.day.frames import FrameEvents, Input
from huiguan.floor.day.sequencer import Sequencer
from huiguan.foundation.faults import Fault
from huiguan.storage.files import Files
from huiguan.storage.journal.tail import JournalStopped
from tests.recovery.faulty_files import FailingFiles, PowerCut
from tests.recovery.journals import QuickFiles
from tests.recovery.kill_nodes import commands
from tests.recovery.test_kill import begin_day

FRAMES = [(first, 9) for first in range(1, 64, 9)]


def one_by_one(day: Sequencer, inputs: Iterable[Input]) -> Iterator[FrameEvents]:
    """Run frames as a living market does: flush what is left when each was told."""
    for given in inputs:
        yield day.run(*given)
        day.rest()


def run_story(folder: Path, files: Files, *, ahead: bool) -> list[bytes]:
    """Open the day and run frames until a call fails; return the state after each, from none on."""
    states: list[bytes] = []
    try:
        day = Sequencer.open(folder, files=files)
        states.append(day.core.state_hash())
        inputs = (Input(10 + i, commands(*frame)) for i, frame in enumerate(FRAMES))
        for _ in day.run_many(inputs) if ahead else one_by_one(day, inputs):
            states.append(day.core.state_hash())  # noqa: PERF401  kept when a call fails
        day.leave()
    except JournalStopped:
        assert isinstance(files, FailingFiles)
        assert files.failed
    return states


@pytest.mark.parametrize("kind", [FailingFiles, PowerCut])
@pytest.mark.parametrize("ahead", [False, True])
def test_every_call_fails_once(tmp_path: Path, kind: type[FailingFiles], ahead: bool) -> None:
    begin_day(tmp_path / "whole", QuickFiles())
    counting = FailingFiles(0)
    whole = run_story(tmp_path / "whole", counting, ahead=ahead)
    assert len(set(whole)) == len(FRAMES) + 1
    assert counting.calls > 30
    for nth in range(1, counting.calls + 1):
        folder, files = tmp_path / f"{nth}", kind(nth)
        begin_day(folder, QuickFiles())
        states = run_story(folder, files, ahead=ahead)
        assert states == whole[: len(states)]
        if isinstance(files, PowerCut):
            files.cut(np.random.default_rng(nth))
        day = Sequencer.open(folder, files=QuickFiles())
        # frames on their way may be on disk, though nobody has seen their events
        possible = whole[max(0, len(states) - 1) : len(states) + (4 if ahead else 1)]
        assert day.core.state_hash() in possible
        done = whole.index(day.core.state_hash())
        for i, frame in enumerate(FRAMES[done:], start=done):
            day.run(10 + i, commands(*frame))
        assert day.core.state_hash() == whole[-1]
        day.leave()


def test_a_day_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Each call of the creation of a day fails once: a Fault, and never a traceback."""
    counting = FailingFiles(0)
    begin_day(tmp_path / "whole", counting)
    for nth in range(1, counting.calls - 1):  # the last two close files that are flushed
        with pytest.raises(Fault) as caught:
            begin_day(tmp_path / f"{nth}", FailingFiles(nth))
        assert len(str(caught.value).splitlines()) == 1
