"""kill -9 under load: no acknowledged command is lost, none is there twice, resends included."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from huiguan.storage.journal import Journal
from huiguan.storage.recovery import read
from tests.recovery.kill_nodes import NODES, client_sequences, commands

ROOT = Path(__file__).parents[2]


def run_and_kill(kind: str, folder: Path, start: int, chance: np.random.Generator) -> list[int]:
    """Let a node run from client sequence ``start``, kill it; return what it acknowledged."""
    call = [sys.executable, "-m", "tests.recovery.kill_nodes", kind, str(folder), str(start)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, cwd=ROOT) as node:
        assert node.stdout is not None
        log = b"" if chance.random() < 0.1 else node.stdout.read(8)  # some die while opening
        time.sleep(chance.random() * 0.05)
        node.send_signal(signal.SIGKILL)
        log += node.stdout.read()
    assert node.returncode == -signal.SIGKILL, "the node ended by itself"
    return [int.from_bytes(log[i : i + 8], "little") for i in range(0, len(log), 8)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(NODES))
def test_kill_under_load(tmp_path: Path, torture: bool, kind: str) -> None:
    """Ten kills each (150 in the torture run); the client resends what was not acknowledged."""
    folder = tmp_path / "journal"
    chance = np.random.default_rng(len(kind))
    acknowledged = 0
    for _ in range(150 if torture else 10):
        resent = int(chance.integers(0, 100))  # a client may also repeat what was acknowledged
        log = run_and_kill(kind, folder, max(1, acknowledged + 1 - resent), chance)
        acknowledged = max([acknowledged, *log])
        if not any(folder.glob("*.segment")):
            assert acknowledged == 0
            continue
        rows = np.concatenate([np.zeros((0, 64), np.uint8), *(f.commands for f in read(folder))])
        # exactly 1, 2, 3, ...: nothing lost, nothing doubled, nothing changed
        assert np.array_equal(client_sequences(rows), np.arange(1, len(rows) + 1))
        assert np.array_equal(rows, commands(1, len(rows)))
        assert len(rows) >= acknowledged
    assert acknowledged > 0
    with Journal.open(folder) as journal:
        assert journal.acknowledged.sequence >= acknowledged
