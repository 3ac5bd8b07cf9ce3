"""The processes that the kill test kills: each takes commands of one client and acknowledges them.

``python -m tests.recovery.kill_nodes NODE FOLDER START`` sends the client's commands from client
sequence START on, for ever, and writes the number of each acknowledged one to stdout (8 bytes). A
node may see a command again, after a kill or by the client's choice; it must apply it once.
"""

import itertools
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from huiguan.exchange.messages import LAYOUTS, MESSAGE_BYTES, CancelOrder, EnterOrder, Side
from huiguan.floor.day.frames import Input
from huiguan.floor.day.sequencer import Sequencer
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.writer import Batch, Journal

SESSION = 1
CODES = 6
BETWEEN_SNAPSHOTS = 8
SEGMENT_BYTES = 1 << 16  # small, so that kills meet rolls


def commands(first: int, count: int) -> np.ndarray:
    """Return the client's commands, which follow from the client sequence alone.

    Of five, four enter orders that trade with each other and the fifth cancels the one before.
    """
    numbers = np.arange(first, first + count)
    cancels = numbers % 5 == 0
    rows = np.zeros((count, MESSAGE_BYTES), np.uint8)
    entry = rows.reshape(-1).view(LAYOUTS[EnterOrder.KIND])
    entry["kind"] = np.where(cancels, CancelOrder.KIND, EnterOrder.KIND)
    entry["version"], entry["session"], entry["client_sequence"] = 1, SESSION, numbers
    for name, values in {
        "client_order_id": numbers,
        "price_ticks": 98 + numbers * 7 % 5,
        "lots": 1 + numbers % 3,
        "trading_code": numbers // 3 % CODES,
        "side": np.where(numbers % 2 == 0, Side.BUY, Side.SELL),
    }.items():
        entry[name][~cancels] = values[~cancels]
    cancel = rows.reshape(-1).view(LAYOUTS[CancelOrder.KIND])
    cancel["client_order_id"][cancels] = numbers[cancels] - 1
    return rows


def client_sequences(rows: np.ndarray) -> np.ndarray:
    return rows.view("<i8")[:, 1]


def batches(first: int) -> Iterator[np.ndarray]:
    """Yield the client's commands in batches, for ever."""
    while True:
        count = 1 + first % 61
        yield commands(first, count)
        first += count


def run_journal(folder: Path, given: Iterator[np.ndarray], ahead: int = 0) -> Iterator[int]:
    """Run a journal; its core knows no more than the last client sequence of the one session."""
    if any(folder.glob("*.segment")):
        journal = Journal.open(folder)
    else:
        journal = Journal.create(
            folder, trading_day=20260821, image_digest=bytes(32), segment_bytes=SEGMENT_BYTES
        )
    applied = max((int(client_sequences(f.commands)[-1]) for f in read(folder)), default=0)
    pending: deque[tuple[int, Callable[[], object]]] = deque()
    for rows in given:
        new = rows[client_sequences(rows) > applied].copy()
        last = int(client_sequences(rows)[-1])
        if not len(new):
            yield last
        elif ahead:
            promise = journal.submit(journal.next_sequence, journal.term, Batch(0, new))
            pending.append((last, promise.result))
        else:
            journal.append(journal.next_sequence, journal.term, Batch(0, new))
            yield last
        applied = max(applied, last)
        while len(pending) > ahead:
            last, wait = pending.popleft()
            wait()
            yield last


def run_pipelined_journal(folder: Path, given: Iterator[np.ndarray]) -> Iterator[int]:
    """Run a journal with four batches on their way to the disk."""
    return run_journal(folder, given, ahead=4)


def run_sequencer(folder: Path, given: Iterator[np.ndarray]) -> Iterator[int]:
    """Run the sequencer and the real core, with a snapshot now and then."""
    day = Sequencer.open(folder)
    clock = itertools.count(day.core.time_ns + 1)
    while True:
        some = list(itertools.islice(given, BETWEEN_SNAPSHOTS))
        inputs = (Input(next(clock), rows) for rows in some)
        for rows, frame in zip(some, day.run_many(inputs), strict=True):
            assert len(frame.events)
            yield int(client_sequences(rows)[-1])
        day.take_snapshot()


def run_submitting_sequencer(folder: Path, given: Iterator[np.ndarray]) -> Iterator[int]:
    """Run the sequencer with up to six frames on their way, collected in bursts of chance length.

    An acknowledgement leaves when a frame is collected; now and then, with none under way, a
    snapshot is kept.
    """
    day = Sequencer.open(folder)
    clock = itertools.count(day.core.time_ns + 1)
    sent: deque[int] = deque()
    for number, rows in enumerate(given):
        day.submit(next(clock), rows)
        sent.append(int(client_sequences(rows)[-1]))
        if day.waiting < 6 and number % 5:
            continue
        while day.waiting > number % 4:
            assert len(day.collect().events)
            yield sent.popleft()
        if not day.waiting:
            day.take_snapshot()


NODES = {
    "journal": run_journal,
    "pipelined journal": run_pipelined_journal,
    "sequencer": run_sequencer,
    "submitting sequencer": run_submitting_sequencer,
}

if __name__ == "__main__":
    kind, place, start = sys.argv[1:]
    for acknowledged in NODES[kind](Path(place), batches(int(start))):
        os.write(1, acknowledged.to_bytes(8, "little"))
