"""Closes, openings and their corrections interrupted at random: the old state or the new one.

Four commands, each interrupted in four ways: killed at a random moment, killed at a random call
that changes a file, on a file system that is full at a random point, and met by a second writer.
Afterwards every file is as before or as it should be, the next command says which, and the command
given again comes to the same bytes. 20 times in the normal tests, 500 times in the long ones.
"""

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest

from huiguan.cli.market.folders import settle
from huiguan.exchange.messages import Side
from huiguan.foundation.faults import InputFault
from huiguan.storage.change import CHANGE, is_content
from huiguan.storage.files import NEW, Files
from tests.markets import market_image
from tests.recovery.closing_nodes import carry_out
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
from tests.recovery.nodes import NEVER, Node
from tests.trading_days import bytes_of, order, run_day

COMMANDS = ("close", "correct", "open", "reopen")
Shown = pytest.CaptureFixture[str]
WAYS = ("killed at a moment", "killed at a call", "full disk", "second writer")
DAY = "20260821"
LAST_CALLS = 20


def content(market: Path) -> dict[str, bytes]:
    """Return every file that belongs to the days of a market: no lock, no waste."""
    return {name: data for name, data in bytes_of(market).items() if is_content_of_day(name)}


def is_content_of_day(name: str) -> bool:
    return is_content(name.partition("/")[2])


class Story:
    """A market before and after each command, how long one takes and how many calls it makes."""

    def __init__(self, folder: Path) -> None:
        day = folder / "run" / DAY
        orders = [order(n, 1, Side.BUY, 10_686 + n, 3) for n in range(4)]
        orders += [order(n, 1, Side.SELL, 10_680, 3) for n in range(4)]
        run_day(day, market_image(), orders)
        self.node = Node("tests.recovery.closing_nodes", [day], folder / "told")
        self.before: dict[str, Path] = {}
        self.after: dict[str, dict[str, bytes]] = {}
        self.calls: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        for command, start in zip(COMMANDS, ("run", "close", "close", "open"), strict=True):
            self.before[command] = folder / start
            market = copytree(folder / start, folder / command)
            begun = time.monotonic()
            code, told = self.node.ended(self.node.start(command, market / DAY))
            self.seconds[command] = time.monotonic() - begun
            found = re.fullmatch(r"done in (\d+) calls", told)
            assert code == 0, told
            assert found
            self.calls[command], self.after[command] = int(found[1]), content(market)
            assert self.after[command] != content(folder / start)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    story = Story(tmp_path_factory.mktemp("story"))
    with story.node:
        yield story


def kill(story: Story, command: str, market: Path, at: int, delay: float) -> None:
    """Kill a command at its ``at``-th call or after ``delay`` seconds."""
    pid = story.node.start(command, market / DAY, at=at)
    if at == NEVER:
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)  # nobody has waited for it: the number is still its own
    code, told = story.node.ended(pid)
    assert code in (0, -signal.SIGKILL), told


def written_by(story: Story, command: str) -> list[bytes]:
    """Return the files that a command writes: what it keeps under ``versions/`` is renamed."""
    before = content(story.before[command])
    after = story.after[command].items()
    return [data for name, data in after if before.get(name) != data and "/versions/" not in name]


def meet_full_disk(story: Story, command: str, market: Path, share: float, capsys: Shown) -> bool:
    """Carry a command out with room for a share of what it writes; a good state is always left."""
    written = written_by(story, command)
    with small_disk(market) as mounted:
        copytree(story.before[command], market, dirs_exist_ok=True)
        if mounted:
            ballast = market / DAY / "ballast.new"  # no part of the day
            fill(ballast, int(ENOUGH * share * pages_of(written)))
            code, told = story.node.ended(story.node.start(command, market / DAY))
            assert code in (0, 2), told
            assert code == 0 or re.search(FULL, told), told
            ballast.unlink()
        else:
            with pytest.raises(InputFault, match=FULL):
                carry_out(command, market / DAY, FullFiles(int(share * len(written))))
        return check_and_finish(story, command, market, capsys)


def meet_second_writer(story: Story, command: str, market: Path, delay: float) -> None:
    """Start a command twice; who comes second is refused, and told why."""
    first = story.node.start(command, market / DAY, child=1)
    time.sleep(delay)
    second = story.node.start(command, market / DAY, child=2)
    (code_1, told_1), (code_2, told_2) = story.node.ended(first), story.node.ended(second, 2)
    assert 0 in (code_1, code_2), (told_1, told_2)
    for code, told, other in ((code_1, told_1, second), (code_2, told_2, first)):
        if code:
            assert code == 2, told
            words = (
                rf"process {other}, huiguan day|is closed already|nothing to correct|given before"
            )
            assert re.search(words, told), told


def check_and_finish(story: Story, command: str, market: Path, capsys: Shown) -> bool:
    """Check that a market is in its old or new state, and that the next command says which.

    Then give the command again: what is done is refused or the same, what is not is done.
    """
    names = [path.name for root in market.iterdir() for path in root.iterdir()]
    left = [name for name in names if name == CHANGE or name.endswith(NEW)]
    for root in sorted(market.iterdir()):
        settle(root)
    said, found = capsys.readouterr().err, content(market)
    assert found in (content(story.before[command]), story.after[command])
    changed = found == story.after[command]
    assert changed or "new state" not in said
    assert not (changed and "old state" in said)
    assert bool(said) == bool(left), (said, left)
    try:
        carry_out(command, market / DAY, Files())
    except InputFault:
        assert changed
    assert bytes_of(market) == story.after[command]
    return changed


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("way", WAYS)
def test_interrupted(
    way: str,
    command: str,
    story: Story,
    torture: bool,
    tmp_path: Path,
    capsys: Shown,
    record_property: Callable[[str, object], None],
) -> None:
    cell = COMMANDS.index(command) * len(WAYS) + WAYS.index(way)
    times = 32 if torture else 1 + (cell % 4 == cell // 4)  # 16 cells: 512, or 20
    chance, states = np.random.default_rng(cell), Counter[bool]()
    for number in range(times):
        market, share = tmp_path / str(number), float(chance.random())
        delay = share * story.seconds[command]
        if way == "full disk":
            states[meet_full_disk(story, command, market, share, capsys)] += 1
            continue
        copytree(story.before[command], market)
        if way == "second writer":
            meet_second_writer(story, command, market, delay)
        elif way == "killed at a call":
            calls = story.calls[command]  # every second time among the last, where it is decided
            at = calls - 1 - int(share * LAST_CALLS) if number % 2 else int(share * calls)
            kill(story, command, market, at, 0)
        else:
            kill(story, command, market, NEVER, 1.1 * delay)
        states[check_and_finish(story, command, market, capsys)] += 1
        rmtree(market)
    if way == "full disk" and not may_mount(tmp_path / "mount"):
        record_property(f"day {command}, {way}", SIMULATED)
    if torture:
        told = f"{times} times: {states[False]} the old state, {states[True]} the new one"
        record_property(f"day {command}, {way}", told)
        assert states[True] or way == "full disk", "some came to the new state"
        assert way == "second writer" or states[False], "some were interrupted"
