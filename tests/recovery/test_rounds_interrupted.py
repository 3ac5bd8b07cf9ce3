"""Steps of rounds interrupted at random: the old state or the new one.

Every step, each interrupted in four ways: killed at a random moment, killed at a random call that
changes a file, on a file system that is full at a random point, and met by a second writer.
Afterwards the round is as before or as it should be, the next command says which, and the step
taken again comes to the same bytes. 16 times in the normal tests, 512 times in the long ones.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from huiguan.cli.homes.round import settle
from huiguan.foundation.faults import CheckFault, Fault, InputFault
from huiguan.rounds.check import check_folder
from huiguan.rounds.release import release_round
from huiguan.storage.files import Files
from huiguan.storage.homes.round_step import NEW, TAKEN, beside
from huiguan.storage.lock import hold
from tests.dying_files import FilesThatDie, Killed
from tests.recovery.disks import (
    ENOUGH,
    FULL,
    SIMULATED,
    FullFiles,
    fill,
    may_mount,
    pages_of,
    small_disk,
)
from tests.recovery.kill_rounds import STEPS, take
from tests.recovery.nodes import NEVER, Node
from tests.rounds import write_round
from tests.trading_days import bytes_of

BEFORE = {  # the folder each step begins with
    "freeze": None,
    "freeze in place": "in",
    "draw": "freeze",
    "allocate": "draw",
    "rerun": "allocate",
    "void": "rerun",
    "release": None,
    "release again": "released",
}
WAYS = ("killed at a moment", "killed at a call", "full disk", "second writer")
LAST_CALLS = 12
Shown = pytest.CaptureFixture[str]


def stages(root: Path) -> None:
    """Make folders of every stage, each named after its last step, and an input."""
    write_round(root / "in", applicants=50, programmes=5, choices=4, seed=8)
    for step, before in BEFORE.items():
        if step == "release again":
            release_round(root / "allocate", root / "released")
        if before:
            shutil.copytree(root / before, root / step)
        if step == "rerun":
            rows = [r.split(",") for r in (root / "rerun/results.csv").read_text().split()[1:]]
            lines = [f"{row[0]},withdrawn\n" for row in rows if row[1]][:4]
            (root / "answers.csv").write_text("number,answer\n" + "".join(lines))
        STEPS[step](root, root / step)


class Story:
    """A round before and after each step, how long one takes and how many calls it makes."""

    def __init__(self, base: Path) -> None:
        stages(base)
        self.base = base
        self.node = Node("tests.recovery.kill_rounds", [base], base / "told")
        self.after = {step: bytes_of(base / step) for step in STEPS}
        self.calls: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        for step in STEPS:
            folder = base / "again" / step
            self.begin(step, folder)
            begun = time.monotonic()
            code, told = self.node.ended(self.node.start(step, folder))
            self.seconds[step] = time.monotonic() - begun
            found = re.fullmatch(r"done in (\d+) calls", told)
            assert code == 0, told
            assert found
            self.calls[step] = int(found[1])
            assert content(folder) == self.after[step]

    def begin(self, step: str, folder: Path) -> dict[str, bytes]:
        """Put a round where a step is to begin; return its files."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        if before := BEFORE[step]:
            shutil.copytree(self.base / before, folder)
        return content(folder)


def content(folder: Path) -> dict[str, bytes]:
    """Return every file of a round, none where it is not there."""
    return bytes_of(folder) if folder.exists() else {}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    story = Story(tmp_path_factory.mktemp("stages"))
    with story.node:
        yield story


def kill(story: Story, step: str, folder: Path, at: int, delay: float) -> None:
    """Kill a step at its ``at``-th call or after ``delay`` seconds."""
    pid = story.node.start(step, folder, at=at)
    if at == NEVER:
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)  # nobody has waited for it: the number is still its own
    code, told = story.node.ended(pid)
    assert code in (0, -signal.SIGKILL), told


def meet_full_disk(story: Story, step: str, folder: Path, share: float, capsys: Shown) -> bool:
    """Take a step with room for a share of what it writes; a good state is always left."""
    with small_disk(folder.parent) as mounted:
        old = story.begin(step, folder)
        written = [d for name, d in story.after[step].items() if old.get(name) != d]
        if mounted:
            ballast = folder.parent / "ballast"
            fill(ballast, int(ENOUGH * share * pages_of(written)))
            code, told = story.node.ended(story.node.start(step, folder))
            assert code in (0, 2), told
            assert code == 0 or re.search(FULL, told), told
            ballast.unlink()
        else:
            with pytest.raises(InputFault, match=FULL):
                take(step, story.base, folder, FullFiles(int(share * len(written))))
        return check_and_finish(story, step, folder, old, capsys)


def meet_second_writer(story: Story, step: str, folder: Path, delay: float) -> None:
    """Take a step twice; who comes second is refused, and told why, or finds it done."""
    first = story.node.start(step, folder, child=1)
    time.sleep(delay)
    second = story.node.start(step, folder, child=2)
    (code_1, told_1), (code_2, told_2) = story.node.ended(first), story.node.ended(second, 2)
    assert 0 in (code_1, code_2), (told_1, told_2)
    for code, told, other in ((code_1, told_1, second), (code_2, told_2, first)):
        if code:
            assert code == 2, told
            words = rf"process {other}, huiguan round|frozen already|drawn already|result already"
            assert re.search(rf"{words}|a void attempt|has no offer to answer", told), told


def check_and_finish(
    story: Story, step: str, folder: Path, old: dict[str, bytes], capsys: Shown
) -> bool:
    """Check that a round is in its old or new state, and that the next command says which.

    Then take the step, if it has not happened.
    """
    aside = beside(folder)
    left = any(p.is_file() for p in (aside / NEW).rglob("*")) or (aside / TAKEN).exists()
    capsys.readouterr()
    settle(folder)
    said, now = capsys.readouterr().err, content(folder)
    assert now in (old, story.after[step])
    done = now == story.after[step]
    assert done or "new state" not in said
    assert not (done and "old state" in said)
    assert bool(said) == left, (said, left)
    says_how_far(step, folder, done=done)
    if not done:
        take(step, story.base, folder, Files())
    assert content(folder) == story.after[step]
    assert not aside.exists() or done
    return done


def says_how_far(step: str, folder: Path, *, done: bool) -> None:
    """Ask ``round check`` how far the round has come."""
    if step.startswith("release"):
        return
    try:
        said = " ".join(finding.sentence for finding in check_folder(folder))
    except Fault as fault:
        said = str(fault)
    undone = {
        "freeze": "there is no folder",
        "freeze in place": "not frozen yet",
        "draw": "not drawn yet; draw first",
        "allocate": "no result yet; allocate first",
    }
    finished = {
        "freeze": "not drawn yet; draw first",
        "freeze in place": "not drawn yet; draw first",
        "draw": "no result yet; allocate first",
    }
    due = (finished if done else undone).get(step)
    assert (due in said) if due else said == ""


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", WAYS)
def test_interrupted(
    way: str,
    step: str,
    story: Story,
    torture: bool,
    tmp_path: Path,
    capsys: Shown,
    record_property: Callable[[str, object], None],
) -> None:
    cell = list(STEPS).index(step) * len(WAYS) + WAYS.index(way)
    times = 16 if torture else (cell % 4 + cell // 4) % 2  # 32 cells: 512, or 16
    chance, states = np.random.default_rng(cell), Counter[bool]()
    for number in range(times):
        folder, share = tmp_path / str(number) / "round", float(chance.random())
        delay = share * story.seconds[step]
        if way == "full disk":
            states[meet_full_disk(story, step, folder, share, capsys)] += 1
            continue
        old = story.begin(step, folder)
        if way == "second writer":
            meet_second_writer(story, step, folder, delay)
        elif way == "killed at a call":
            calls = story.calls[step]  # every second time among the last, where it is decided
            at = calls - 1 - int(share * LAST_CALLS) if number % 2 else int(share * calls)
            kill(story, step, folder, max(0, at), 0)
        else:
            kill(story, step, folder, NEVER, 1.1 * delay)
        states[check_and_finish(story, step, folder, old, capsys)] += 1
    if times and way == "full disk" and not may_mount(tmp_path / "mount"):
        record_property(f"round {step}, {way}", SIMULATED)
    if torture:
        told = f"{times} times: {states[False]} the old state, {states[True]} the new one"
        record_property(f"round {step}, {way}", told)


def test_every_call_of_a_draw_is_a_whole_step(story: Story, tmp_path: Path) -> None:
    """Until ``STEP`` stands, a reader finds what was frozen; from then on, what was drawn."""
    old, new = bytes_of(story.base / "freeze"), story.after["draw"]
    seen = []
    for at in range(story.calls["draw"] + 20):
        folder = tmp_path / str(at) / "round"
        story.begin("draw", folder)
        try:
            take("draw", story.base, folder, FilesThatDie(at))
        except Killed:
            with pytest.raises(InputFault, match=r"not drawn yet|no result yet"):
                check_folder(folder)
        now = bytes_of(folder)
        assert now in (old, new)
        seen.append(now == new)
    assert seen == sorted(seen)
    assert {*seen} == {False, True}


def test_a_step_of_another_round_is_not_finished(story: Story, tmp_path: Path) -> None:
    """A round that was taken away and another that came in its place: nobody's files are mixed."""
    folder = tmp_path / "round"
    story.begin("draw", folder)
    aside = beside(folder)
    with pytest.raises(Killed):
        take("draw", story.base, folder, DiesOnceTaken(aside / TAKEN))
    shutil.move(folder, tmp_path / "elsewhere")
    with pytest.raises(CheckFault, match="a step of another round than the one in"):
        check_folder(folder)
    write_round(tmp_path / "in", applicants=30, programmes=3, choices=2, seed=9)
    with pytest.raises(CheckFault, match="a step of another round than the one in"):
        STEPS["freeze"](tmp_path, folder)
    shutil.move(tmp_path / "elsewhere", folder)
    with pytest.raises(InputFault, match="no result yet; allocate first"):
        check_folder(folder)
    assert bytes_of(folder) == story.after["draw"]
    assert not aside.exists()


def test_who_reads_while_a_step_takes_its_place_is_told(story: Story, tmp_path: Path) -> None:
    folder = tmp_path / "round"
    story.begin("draw", folder)
    with pytest.raises(Killed):
        take("draw", story.base, folder, DiesOnceTaken(beside(folder) / TAKEN))
    with (
        hold(beside(folder), "round draw"),
        pytest.raises(InputFault, match=r"is being written by process \d+, huiguan round draw"),
    ):
        check_folder(folder)


def test_a_damaged_step_is_refused(story: Story, tmp_path: Path) -> None:
    folder = tmp_path / "round"
    story.begin("draw", folder)
    aside = beside(folder)
    aside.mkdir()
    for text, words in (
        ("{", "is damaged"),
        ('{"manifest":"","units":["../a"]}', "leads out of the round"),
        ('{"manifest":"","units":["/a"]}', "leads out of the round"),
    ):
        (aside / TAKEN).write_text(text)
        with pytest.raises(CheckFault, match=words):
            check_folder(folder)


class DiesOnceTaken(Files):
    """Dies at the first rename into the round, behind the one that takes the step."""

    def __init__(self, taken: Path) -> None:
        self.taken = taken

    def rename(self, old: Path, new: Path) -> None:
        if self.taken.exists():
            raise Killed
        super().rename(old, new)


def test_two_freezes_into_one_folder_end_with_one_winner(story: Story, tmp_path: Path) -> None:
    """Both are started at once, again and again: one prints a commitment, the other is refused."""
    code = "import sys; from huiguan.cli import main; sys.exit(main())"
    for trial in range(3):
        folder = tmp_path / f"round{trial}"
        call = [sys.executable, "-c", code, "round", "freeze", str(folder), "--from"]
        both = [
            subprocess.Popen([*call, str(story.base / "in")], stdout=-1, stderr=-1, text=True)
            for _ in range(2)
        ]
        ends = [(process.communicate(), process.returncode) for process in both]
        assert sorted(code for _, code in ends) == [0, 2], ends
        (winner,) = (out for (out, _), code in ends if code == 0)
        (loser,) = (err for (_, err), code in ends if code == 2)
        assert bytes_of(folder) == story.after["freeze"]
        assert len(winner.split()[0]) == 64
        assert "frozen already" in loser or "is being written by process" in loser
