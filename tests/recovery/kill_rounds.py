"""A node whose children take steps of a round: ``python -m tests.recovery.kill_rounds BASE``.

The words of a command: a step of ``STEPS`` and the folder of the round.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.rounds.release import release_round
from huiguan.rounds.rerun import rerun_round
from huiguan.rounds.void import void_round
from huiguan.storage.files import Files
from huiguan.storage.homes import round_step
from tests.recovery.nodes import serve
from tests.rounds import SIGNATURE

STEPS: dict[str, Callable[[Path, Path], object]] = {
    "freeze": lambda base, folder: freeze(base / "in", folder, None),
    "freeze in place": lambda _, folder: freeze(folder, folder, None),
    "draw": lambda _, folder: draw_round(folder, SIGNATURE, {}, ""),
    "allocate": lambda _, folder: allocate_round(folder),
    "rerun": lambda base, folder: rerun_round(folder, base / "answers.csv"),
    "release": lambda base, folder: release_round(base / "rerun", folder),
    "release again": lambda base, folder: release_round(base / "rerun", folder),
    "void": lambda _, folder: void_round(folder, "a building was forgotten", "the office"),
}


def take(step: str, base: Path, folder: Path, files: Files) -> None:
    """Take a step of a round with these files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(round_step, "Files", lambda: files)
        STEPS[step](base, folder)


if __name__ == "__main__":
    base = Path(sys.argv[1])
    serve(lambda words, files: take(words[0], base, Path(words[1]), files))
