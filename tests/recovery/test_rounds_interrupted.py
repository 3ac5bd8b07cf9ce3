"""A step of a round that is killed, meets a full disk or another writer has happened or has not."""

import errno
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from huiguan.foundation.faults import Fault, InputFault
from huiguan.rounds.check import check_folder
from huiguan.rounds.release import release_round
from huiguan.storage.files import Bytes, Files
from huiguan.storage.homes import round_step
from huiguan.storage.lock import hold
from tests.dying_files import FilesThatDie
from tests.recovery.kill_rounds import STEPS
from tests.rounds import write_round
from tests.trading_days import bytes_of

BEFORE = {  # the folder each step begins with
    "freeze": None,
    "draw": "freeze",
    "allocate": "draw",
    "rerun": "allocate",
    "void": "rerun",
    "release": None,
    "release again": "released",
}
LAST = {"draw": "draw.toml", "allocate": "RESULT"}  # of the steps that are several renames


def beside(folder: Path) -> Path:
    """Return where a step is written, and its lock held."""
    return folder.with_name(f".{folder.name}.step")


class FullDisk(Files):
    """The nth write finds no room, after half of it."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def write(self, file: int, parts: Sequence[Bytes], offset: int) -> int:
        self.left -= 1
        if self.left < 0:
            super().write(file, [bytes(parts[0])[: len(parts[0]) // 2]], offset)
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(file, parts, offset)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return folders of every stage, each named after its last step, and an input."""
    root = tmp_path_factory.mktemp("stages")
    write_round(root / "in", applicants=50, programmes=5, choices=4, seed=8)
    for step, before in BEFORE.items():
        if before and before != "released":
            shutil.copytree(root / before, root / step)
        if step == "rerun":
            rows = [r.split(",") for r in (root / "rerun/results.csv").read_text().split()[1:]]
            lines = [f"{row[0]},withdrawn\n" for row in rows if row[1]][:4]
            (root / "answers.csv").write_text("number,answer\n" + "".join(lines))
        if step == "release again":
            release_round(root / "allocate", root / "released")
            shutil.copytree(root / "released", root / step)
        STEPS[step](root, root / step)
    return root


def calls_of(step: str, base: Path, folder: Path) -> int:
    counting = FilesThatDie(10**9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(round_step, "Files", lambda: counting)
        STEPS[step](base, folder)
    return 10**9 - counting.left


def begin(step: str, base: Path, folder: Path) -> dict[str, bytes]:
    if BEFORE[step]:
        shutil.copytree(base / str(BEFORE[step]), folder)
    return bytes_of(folder) if folder.exists() else {}


def kill(step: str, base: Path, folder: Path, nth: int) -> None:
    call = [sys.executable, "-m", "tests.recovery.kill_rounds", step, str(base), str(folder)]
    done = subprocess.run([*call, str(nth)], capture_output=True, text=True, check=False)
    assert done.returncode in (0, -9), done.stderr


def fill(step: str, base: Path, folder: Path, nth: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(round_step, "Files", lambda: FullDisk(nth))
        said = "can not be written: No space left"
        try:
            STEPS[step](base, folder)
        except InputFault as fault:
            said = str(fault)
    assert "can not be written: No space left" in said


def write_beside(step: str, base: Path, folder: Path, nth: int) -> None:
    assert nth >= 0
    with (
        hold(beside(folder), "round of somebody else"),
        pytest.raises(InputFault, match="huiguan round of somebody else"),
    ):
        STEPS[step](base, folder)


KINDS = (kill, fill, write_beside)


def test_a_step_has_happened_or_has_not(base: Path, tmp_path: Path, torture: bool) -> None:
    """Old or new; the next command says which; the step taken again ends with the same bytes."""
    chance = np.random.default_rng(9)
    seen: set[tuple[str, str, bool]] = set()
    steps = list(STEPS)
    calls = dict.fromkeys(steps, 0)
    for trial in range(500 if torture else 21):
        step, kind = steps[trial % len(steps)], KINDS[trial // len(steps) % len(KINDS)]
        folder = tmp_path / f"{trial}"
        old, new = begin(step, base, folder), bytes_of(base / step)
        if not calls[step]:
            calls[step] = calls_of(step, base, folder)
            shutil.rmtree(folder)
            old = begin(step, base, folder)
        kind(step, base, folder, int(chance.integers(calls[step])))
        now = bytes_of(folder) if folder.exists() else {}
        done = LAST[step] in now if step in LAST else now == new
        if step in LAST and not done:
            assert {name: data for name, data in now.items() if name in old} == old
            assert all(new[name] == data for name, data in now.items())
        elif step == "release again":
            assert all(new[name] == data for name, data in now.items())
        else:
            assert now in (old, new), (trial, step, kind.__name__)
        says_which(step, folder, done=done)
        if not done:
            STEPS[step](base, folder)
        assert bytes_of(folder) == new
        assert not beside(folder).exists() or done
        seen.add((step, kind.__name__, done))
    assert len(seen) >= 15


def says_which(step: str, folder: Path, done: bool) -> None:
    """Ask ``round check`` how far the round has come."""
    if step.startswith("release"):
        return
    try:
        said = " ".join(finding.sentence for finding in check_folder(folder))
    except Fault as fault:
        said = str(fault)
    if done:
        due = {"freeze": "not drawn yet; draw first", "draw": "no result yet; allocate first"}
        assert (due[step] in said) if step in due else said == ""
    elif step == "freeze":
        assert "there is no folder" in said
    elif step == "draw":
        assert "not drawn yet; draw first" in said or "huiguan round draw" in said
    elif step == "allocate":
        assert "allocate first" in said or "huiguan round allocate" in said
    else:
        assert said == ""


def test_two_freezes_into_one_folder_end_with_one_winner(base: Path, tmp_path: Path) -> None:
    """Both are started at once, again and again: one prints a commitment, the other is refused."""
    code = "import sys; from huiguan.cli import main; sys.exit(main())"
    for trial in range(3):
        folder = tmp_path / f"round{trial}"
        call = [sys.executable, "-c", code, "round", "freeze", str(folder), "--from"]
        both = [
            subprocess.Popen([*call, str(base / "in")], stdout=-1, stderr=-1, text=True)
            for _ in range(2)
        ]
        ends = [(process.communicate(), process.returncode) for process in both]
        assert sorted(code for _, code in ends) == [0, 2], ends
        (winner,) = (out for (out, _), code in ends if code == 0)
        (loser,) = (err for (_, err), code in ends if code == 2)
        assert bytes_of(folder) == bytes_of(base / "freeze")
        assert len(winner.strip()) == 64
        assert "frozen already" in loser or "is being written by process" in loser
