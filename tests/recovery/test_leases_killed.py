"""A month close and payments killed: at every call that changes a file, and at random moments.

Afterwards the folder is as before or as it should be; the act taken again comes to the same bytes,
and taken once more changes none.
"""

import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from huiguan.storage.change import finish_change
from huiguan.storage.files import Files
from tests.leases import BANK, write_leases
from tests.recovery.kill_leases import ACTS, take
from tests.recovery.nodes import NEVER, Node
from tests.trading_days import bytes_of

MOMENTS = 24


class Story:
    """A folder before and after each act, how many calls one makes and how long it takes."""

    def __init__(self, base: Path) -> None:
        self.base = base
        write_leases(base / "pay")
        ACTS["close"](base, base / "pay")
        write_leases(base / "close")
        (base / "bank.csv").write_text(BANK)
        self.node = Node("tests.recovery.kill_leases", [base], base / "told")
        self.calls: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self.after: dict[str, dict[str, bytes]] = {}
        for act in ACTS:
            folder = self.begin(act)
            begun = time.monotonic()
            code, told = self.node.ended(self.node.start(act, folder))
            self.seconds[act] = time.monotonic() - begun
            found = re.fullmatch(r"done in (\d+) calls", told)
            assert code == 0, told
            assert found
            self.calls[act] = int(found[1])
            self.after[act] = bytes_of(folder)

    def begin(self, act: str) -> Path:
        """Return a folder in which an act is to be taken."""
        folder = self.base / "now"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.base / act, folder)
        return folder

    def left(self, act: str, folder: Path) -> str:
        """Return in which state a folder is after a kill, and take the act again, twice."""
        finish_change(folder)
        now = content(folder)
        state = "new" if now == self.after[act] else "old"
        assert now in (bytes_of(self.base / act), self.after[act])
        for _ in range(2):
            ACTS[act](self.base, folder)
            assert bytes_of(folder) == self.after[act]
        return state


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, without the waste that a kill leaves and nobody reads."""
    found = bytes_of(folder)
    return {n: data for n, data in found.items() if not n.endswith(".new") and n != "LOCK"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    story = Story(tmp_path_factory.mktemp("leases"))
    with story.node:
        yield story


@pytest.mark.parametrize("act", sorted(ACTS))
def test_killed_at_every_call(story: Story, act: str) -> None:
    states: Counter[str] = Counter()
    for at in range(story.calls[act]):
        folder = story.begin(act)
        code, told = story.node.ended(story.node.start(act, folder, at=at))
        assert code == -signal.SIGKILL, told
        states[story.left(act, folder)] += 1
    assert min(states["old"], states["new"]) > 2, states


@pytest.mark.slow
@pytest.mark.parametrize("act", sorted(ACTS))
def test_killed_at_a_moment(story: Story, act: str) -> None:
    rng = np.random.default_rng(14)
    for delay in rng.uniform(0, 1.2 * story.seconds[act], MOMENTS).tolist():
        folder = story.begin(act)
        pid = story.node.start(act, folder, at=NEVER)
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)  # nobody has waited for it: the number is still its own
        code, told = story.node.ended(pid)
        assert code in (0, -signal.SIGKILL), told
        story.left(act, folder)


def test_a_full_run_in_this_process_is_the_same(story: Story) -> None:
    for act in ACTS:
        folder = story.begin(act)
        take(act, story.base, folder, Files())
        assert bytes_of(folder) == story.after[act]
