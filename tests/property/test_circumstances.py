"""The same day under another hash seed, time zone, locale, or without the compiler."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.property.story_digest import story_digest

SEEDS, STEPS = (700, 706), 250
ELSEWHERE = {"PYTHONHASHSEED": "271828", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8"}
HERE = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("uncompiled", ["0", "1"])
def test_a_story_gives_the_same_events_and_state_anywhere(uncompiled: str) -> None:
    environment = {
        **os.environ,
        **ELSEWHERE,
        "NUMBA_DISABLE_JIT": uncompiled,
        "PYTHONPATH": f"{HERE / 'src'}{os.pathsep}{HERE}",
        "PYTHONWARNINGS": "error",
    }
    arguments = [str(number) for number in (*SEEDS, STEPS)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.property.story_digest", *arguments],
        env=environment,
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == story_digest(range(*SEEDS), STEPS)
