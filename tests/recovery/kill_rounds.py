"""One step of a round in a process of its own, killed with SIGKILL at its nth call that writes.

``python -m tests.recovery.kill_rounds STEP BASE FOLDER NTH``; without a kill it ends with code 0.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.homes import round_step
from tests.dying_files import FilesThatDie
from tests.rounds import SIGNATURE

STEPS: dict[str, Callable[[Path, Path], object]] = {
    "freeze": lambda base, folder: freeze(base / "in", folder, None),
    "draw": lambda _, folder: draw_round(folder, SIGNATURE, {}, ""),
    "allocate": lambda _, folder: allocate_round(folder),
    "rerun": lambda base, folder: rerun_round(folder, base / "answers.csv"),
    "release": lambda base, folder: release_round(base / "rerun", folder),
    "release again": lambda base, folder: release_round(base / "rerun", folder),
    "void": lambda _, folder: void_round(folder, "a building was forgotten", "the office"),
}


class FilesThatAreKilled(FilesThatDie):
    """The process is gone at the nth call, whatever it still meant to tidy up."""

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    name, base, folder, nth = sys.argv[1:]
    files = FilesThatAreKilled(int(nth))
    round_step.Files = lambda: files  # type: ignore[assignment, misc]
    STEPS[name](Path(base), Path(folder))
