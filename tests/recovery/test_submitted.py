"""Frames that are submitted and not collected: whole on disk or absent, and then applied.

The disk fails, or the power goes, at every call, with frames on their way. The folder is opened
again, the rest of the story is run, and the day comes to the hashes of an undisturbed run.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from huiguan.days.hashes import DayHashes
from huiguan.floor.day.sequencer import Sequencer
from huiguan.storage.files import Files
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.tail import JournalStopped
from tests.recovery.faulty_files import FailingFiles, PowerCut
from tests.recovery.journals import QuickFiles
from tests.recovery.kill_nodes import commands
from tests.recovery.test_kill import begin_day

STORY = [(10 + i, commands(first, 9)) for i, first in enumerate(range(1, 82, 9))]
BEGUN = 2  # frames of begin_day


def one_behind(waiting: int, _: int) -> int:
    """Collect as soon as another one is submitted."""
    return max(waiting - 1, 0)


def in_bursts(waiting: int, number: int) -> int:
    """Let five gather, then collect all but some."""
    return waiting - number % 3 if waiting == 5 else 0


def never(_: int, __: int) -> int:
    """Submit everything and collect nothing: as if the process ended before it looked."""
    return 0


def run_story(folder: Path, files: Files, due: Callable[[int, int], int]) -> tuple[int, int]:
    """Run the story until a call fails; return how many frames were submitted, and collected."""
    submitted = collected = 0
    try:
        with Sequencer.open(folder, files=files) as day:
            for number, given in enumerate(STORY):
                day.submit(*given)
                submitted += 1
                for _ in range(due(day.waiting, number)):
                    day.collect()
                    collected += 1
    except JournalStopped:
        assert isinstance(files, FailingFiles)
        assert files.failed
    return submitted, collected


def undisturbed(folder: Path) -> DayHashes:
    """Return what the story comes down to when nothing goes wrong and nothing waits."""
    begin_day(folder, QuickFiles())
    with Sequencer.open(folder, files=QuickFiles()) as day:
        for given in STORY:
            day.run(*given)
        return day.day_hashes()


def content(hashes: DayHashes) -> tuple[object, ...]:
    return hashes.sequence, hashes.frames, hashes.events, hashes.phases, hashes.state


CASES = [
    (FailingFiles, one_behind),
    (FailingFiles, in_bursts),
    (FailingFiles, never),
    (PowerCut, in_bursts),  # slower; what a cut leaves is the business of test_faults
]


@pytest.mark.parametrize(("kind", "due"), CASES, ids=lambda part: part.__name__)
def test_every_call_fails_once(
    tmp_path: Path, kind: type[FailingFiles], due: Callable[[int, int], int]
) -> None:
    whole = content(undisturbed(tmp_path / "whole"))
    begin_day(tmp_path / "counted", QuickFiles())
    counting = FailingFiles(0)
    run_story(tmp_path / "counted", counting, due)
    assert counting.calls > 40
    uncollected = set()
    for nth in range(1, counting.calls + 1):
        folder, files = tmp_path / f"{nth}", kind(nth)
        begin_day(folder, QuickFiles())
        submitted, collected = run_story(folder, files, due)
        if isinstance(files, PowerCut):
            files.cut(np.random.default_rng(nth))
        with Sequencer.open(folder, files=QuickFiles()) as day:
            frames = list(read(folder / "journal"))[BEGUN:]
            assert collected <= len(frames) <= submitted
            for frame, (time_ns, rows) in zip(frames, STORY, strict=False):
                assert frame.header.time_ns == time_ns
                assert np.array_equal(frame.commands, rows)
            assert day.next_sequence == 3 + 9 * len(frames)
            for given in STORY[len(frames) :]:
                day.run(*given)
            assert content(day.day_hashes()) == whole
        uncollected.add(len(frames) - collected)
    if due is never:
        assert uncollected == set(range(len(STORY) + 1)), "every number was seen on disk"
