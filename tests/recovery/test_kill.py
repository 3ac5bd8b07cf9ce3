"""kill -9 under load: no acknowledged command is lost, none is applied twice, resends included."""

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from huiguan.days.notes import Notes
from huiguan.days.run_again import frame_commands
from huiguan.exchange.messages import (
    ChangePhase,
    CommandRefused,
    CommandRepeated,
    LogOn,
    OrderCancelled,
    OrderEntered,
    Phase,
    TradeExecuted,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.sequencer import Sequencer
from huiguan.storage.files import Files
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.writer import Journal
from tests.images import small_image
from tests.recovery.kill_nodes import CODES, NODES, SESSION, client_sequences, commands
from tests.trading_day import SMALL, read_events

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


def kill_again_and_again(kind: str, folder: Path, kills: int) -> int:
    """Kill a node so often; check after each; return the last client sequence acknowledged."""
    chance = np.random.default_rng(kills)
    acknowledged = 0
    for _ in range(kills):
        resent = int(chance.integers(0, 100))  # a client may also repeat what was acknowledged
        log = run_and_kill(kind, folder, max(1, acknowledged + 1 - resent), chance)
        acknowledged = max([acknowledged, *log])
        (check_day if "sequencer" in kind else check_journal)(folder, acknowledged)
    assert acknowledged > 0
    return acknowledged


def check_journal(folder: Path, acknowledged: int) -> None:
    """Check that the journal holds 1, 2, 3, ...: nothing lost, nothing doubled, nothing changed."""
    if not any(folder.glob("*.segment")):
        assert acknowledged == 0
        return
    rows = np.concatenate([np.zeros((0, 64), np.uint8), *(f.commands for f in read(folder))])
    assert np.array_equal(client_sequences(rows), np.arange(1, len(rows) + 1))
    assert np.array_equal(rows, commands(1, len(rows)))
    assert len(rows) >= acknowledged


def check_day(folder: Path, acknowledged: int) -> None:
    """Run the day from its image; check that every command of the client has one outcome.

    What was sent again is answered as a repeat and changes nothing; the day recovered from a
    snapshot comes to the hashes of the day run from its image by one who was never disturbed.
    """
    with Sequencer.open(folder) as day:
        recovered = day.day_hashes()
    core = TradingCore(day.image)
    outcomes: Counter[int] = Counter()
    with Notes() as notes:
        for frame in read(folder / "journal"):
            events = core.run_frame(frame.header.time_ns, frame_commands(frame))
            notes.add(core, events)
            for told in read_events(events):
                if told.session == SESSION and not isinstance(told.event, CommandRepeated):
                    outcome = isinstance(told.event, OrderEntered | OrderCancelled | CommandRefused)
                    assert outcome or isinstance(told.event, TradeExecuted)
                    outcomes[told.client_sequence] += outcome
    assert core.state_hash() == recovered.state
    assert core.next_sequence - 1 == recovered.sequence
    assert (notes.frame, notes.chain) == (recovered.frames, recovered.events)
    assert notes.phases == recovered.phases
    assert sorted(outcomes) == list(range(1, len(outcomes) + 1))
    assert set(outcomes.values()) <= {1}
    assert len(outcomes) >= acknowledged


def begin_day(folder: Path, files: Files | None = None) -> None:
    """Create a day with one member, in continuous trading, its client logged on."""
    small = {**SMALL, "order_capacity": 1024, "outcome_window": 512}
    image = small_image(codes=CODES, members=1, deposit_fen=10**12, settings=small)
    day = Sequencer.create(folder, image, files=files)
    day.run(1, encode(LogOn(grace_ns=0, target=SESSION, member=0, epoch=1, cancel_on_disconnect=0)))
    day.run(2, encode(ChangePhase(group=0, phase=Phase.CONTINUOUS)))
    day.leave()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "pipelined journal"])
def test_kill_the_journal(tmp_path: Path, torture: bool, kind: str) -> None:
    acknowledged = kill_again_and_again(kind, tmp_path / "journal", 100 if torture else 5)
    with Journal.open(tmp_path / "journal") as journal:
        assert journal.acknowledged.sequence >= acknowledged


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "least"), [("sequencer", 1_000), ("submitting sequencer", 100)])
def test_kill_the_market(tmp_path: Path, torture: bool, kind: str, least: int) -> None:
    """Twenty kills of sequencer, journal and core together, snapshots included (torture: 300)."""
    folder = tmp_path / "day"
    begin_day(folder)
    kill_again_and_again(kind, folder, 300 if torture else 20)
    assert any((folder / "snapshots").glob("*.snapshot"))
    sent = np.concatenate([client_sequences(f.commands) for f in read(folder / "journal")])
    assert len(sent) > len(np.unique(sent)) > least, "some were sent again"
    assert set(NODES) == {"journal", "pipelined journal", "sequencer", "submitting sequencer"}
