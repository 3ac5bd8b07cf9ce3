"""The processes that the kill test kills: each takes commands of one client and acknowledges them.

``python -m tests.recovery.kill_nodes NODE FOLDER START`` sends the client's commands from client
sequence START on, for ever, and writes the number of each acknowledged one to stdout (8 bytes). A
node may see a command again, after a kill or by the client's choice; it must apply it once.
"""

import os
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from huiguan.storage.journal import Ack, Batch, Journal
from huiguan.storage.recovery import read

if TYPE_CHECKING:
    from concurrent.futures import Future

SEGMENT_BYTES = 1 << 16  # small, so that kills meet rolls


def commands(first: int, count: int) -> np.ndarray:
    """Return the client's commands: bytes that follow from the client sequence alone."""
    numbers = np.arange(first, first + count)
    rows = (numbers[:, None] * np.arange(8) * 0x1E3779B97F4A7C15 + 7).astype("<i8")
    rows[:, 0], rows[:, 1] = 101 | 1 << 16 | 1 << 32, numbers
    return rows.view(np.uint8)


def client_sequences(rows: np.ndarray) -> np.ndarray:
    return rows.view("<i8")[:, 1]


class Node(Protocol):
    """Takes batches in the client's order; says which are acknowledged."""

    def offer(self, rows: np.ndarray) -> None: ...

    def acknowledged(self) -> list[int]: ...


class JournalNode:
    """A journal, and as core no more than the last client sequence of the one session."""

    def __init__(self, folder: Path) -> None:
        if any(folder.glob("*.segment")):
            self.journal = Journal.open(folder)
        else:
            self.journal = Journal.create(
                folder, trading_day=20260821, image_digest=bytes(32), segment_bytes=SEGMENT_BYTES
            )
        self.last = 0
        for frame in read(folder):
            self.last = int(client_sequences(frame.commands)[-1])
        self.done: list[int] = []

    def offer(self, rows: np.ndarray) -> None:
        new = rows[client_sequences(rows) > self.last]
        if len(new):
            self.journal.append(self.journal.next_sequence, self.journal.term, Batch(0, new))
        self.last = max(self.last, int(client_sequences(rows)[-1]))
        self.done.append(int(client_sequences(rows)[-1]))

    def acknowledged(self) -> list[int]:
        done, self.done = self.done, []
        return done


class PipelinedNode(JournalNode):
    """The same with four batches under way in the writer thread."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.pending: deque[tuple[int, Future[Ack]]] = deque()

    def offer(self, rows: np.ndarray) -> None:
        new = rows[client_sequences(rows) > self.last]
        if len(new):
            batch = Batch(0, new.copy())
            future = self.journal.submit(self.journal.next_sequence, self.journal.term, batch)
            self.last = int(client_sequences(new)[-1])
            self.pending.append((self.last, future))

    def acknowledged(self) -> list[int]:
        while len(self.pending) > 4 or (self.pending and self.pending[0][1].done()):
            last, future = self.pending.popleft()
            future.result()
            self.done.append(last)
        return super().acknowledged()


NODES = {"journal": JournalNode, "pipelined": PipelinedNode}


def main() -> None:
    kind, folder, start = sys.argv[1:]
    node: Node = NODES[kind](Path(folder))
    first = int(start)
    while True:
        count = 1 + first % 61
        node.offer(commands(first, count))
        for number in node.acknowledged():
            os.write(1, number.to_bytes(8, "little"))
        first += count


if __name__ == "__main__":
    main()
