"""Hashes that a running day leaves, one frame after the other: of its events and of its state."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

import numpy as np

from huiguan.exchange.messages import COMMAND_HEADER, PhaseChanged
from huiguan.foundation.hashing import HASH_BYTES, ZERO_HASH, digest

if TYPE_CHECKING:
    from huiguan.exchange.trading.core import TradingCore

WORTH_A_THREAD = 1 << 16  # bytes of events
NOTED = np.dtype([("sequence", "<i8"), ("hash", "u1", HASH_BYTES)])


class Notes:
    """Hashes a day leaves: of the events of frames, chained; of the state at phase changes.

    The events of the newest frame are hashed while the next one is on its way (their buffer lives
    until that is applied), many of them in a thread: ``frame``, ``last`` and ``chain`` are of the
    frame before the newest until ``settle``. ``close`` ends the thread; what was noted stays.
    """

    def __init__(self) -> None:
        """Begin before the first frame."""
        self.frame = 0
        self.last = ZERO_HASH  # of the events of ``frame``
        self.chain = ZERO_HASH
        self.phases: dict[int, bytes] = {}
        self._hasher: ThreadPoolExecutor | None = None
        self._newest: Future[bytes] | np.ndarray | bytes | None = None  # hash, or the events

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Settle, and end the thread."""
        self.settle()
        if self._hasher is not None:
            self._hasher.shutdown()
            self._hasher = None

    def add(self, core: TradingCore, events: np.ndarray) -> None:
        """Take the events of the next frame, which ``core`` has just applied."""
        self.settle()
        self._newest = events
        if len(events) > WORTH_A_THREAD:
            self._hasher = self._hasher or ThreadPoolExecutor(1, "events")
            self._newest = self._hasher.submit(digest, events.data)
        if (events.view(COMMAND_HEADER)["kind"] == PhaseChanged.KIND).any():
            self.phases[core.next_sequence - 1] = core.state_hash()

    def hash_newest(self) -> None:
        """Hash the events of the newest frame now, unless a thread does."""
        if isinstance(self._newest, np.ndarray):
            self._newest = digest(self._newest.data)

    def settle(self) -> None:
        """Take the hash of the newest frame, waiting for it where a thread makes it."""
        self.hash_newest()
        if self._newest is not None:
            newest = self._newest.result() if isinstance(self._newest, Future) else self._newest
            assert isinstance(newest, bytes)
            self.frame, self.last = self.frame + 1, newest
            self.chain = digest(self.chain, self.last)
            self._newest = None

    def table(self) -> np.ndarray:
        """Return what a snapshot keeps: last hash under the frame number, chain, phases."""
        self.settle()
        rows = [(self.frame, self.last), (0, self.chain), *self.phases.items()]
        table = np.zeros(len(rows), NOTED)
        table["sequence"] = [sequence for sequence, _ in rows]
        table["hash"] = [np.frombuffer(value, np.uint8) for _, value in rows]
        return table

    def restore(self, table: np.ndarray) -> None:
        """Go on from what a snapshot kept."""
        self.frame, self.last = int(table["sequence"][0]), table["hash"][0].tobytes()
        self.chain = table["hash"][1].tobytes()
        self.phases = {int(row["sequence"]): row["hash"].tobytes() for row in table[2:]}
