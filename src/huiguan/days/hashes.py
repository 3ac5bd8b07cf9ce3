"""What a day comes down to: hashes of its events and states, as ``day.json`` keeps them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.messages import COMMAND_HEADER, PhaseChanged
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import HASH_BYTES, ZERO_HASH, digest
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.day_folder import write_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.trading.core import TradingCore


HASHES_NAME = "day.json"
HASHES_FORMAT = 1
WORTH_A_THREAD = 1 << 16  # bytes of events
NOTED = np.dtype([("sequence", "<i8"), ("hash", "u1", HASH_BYTES)])


class Notes:
    """Hashes a day leaves: of the events of frames, chained; of the state at phase changes.

    The events of the newest frame are hashed in a thread while the next frame is applied (their
    buffer lives that long): ``frame``, ``last`` and ``chain`` are of the frame before the newest
    until ``settle`` waits for it.
    """

    def __init__(self) -> None:
        """Begin before the first frame."""
        self.frame = 0
        self.last = ZERO_HASH  # of the events of ``frame``
        self.chain = ZERO_HASH
        self.phases: dict[int, bytes] = {}
        self._hasher = ThreadPoolExecutor(1, "events")
        self._newest: Future[bytes] | None = None

    def add(self, core: TradingCore, events: np.ndarray) -> None:
        """Take the events of the next frame, which ``core`` has just applied."""
        self.settle()
        self._newest = self._hash(events)
        if (events.view(COMMAND_HEADER)["kind"] == PhaseChanged.KIND).any():
            self.phases[core.next_sequence - 1] = core.state_hash()

    def _hash(self, events: np.ndarray) -> Future[bytes]:
        if len(events) > WORTH_A_THREAD:
            return self._hasher.submit(digest, events.data)
        done: Future[bytes] = Future()
        done.set_result(digest(events.data))
        return done

    def settle(self) -> None:
        """Wait for the hash of the newest frame."""
        if self._newest is not None:
            self.frame, self.last = self.frame + 1, self._newest.result()
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


class DayHashes(NamedTuple):
    """What a day comes down to."""

    sequence: int
    frames: int
    journal: bytes  # chain hash of the last frame
    events: bytes  # chain of the events of all frames
    phases: dict[int, bytes]  # state after each frame in which a phase changed, by its sequence
    state: bytes

    @property
    def day(self) -> bytes:
        """One hash for the whole day."""
        return digest(self.journal, self.events, *self.phases.values(), self.state)


def day_hashes(
    sequence: int, frames: int, journal: bytes, notes: Notes, core: TradingCore
) -> DayHashes:
    """Return what a day comes down to, of its journal's end, its notes and the core."""
    notes.settle()
    phases = dict(notes.phases)
    return DayHashes(sequence, frames, journal, notes.chain, phases, core.state_hash())


def hash_words(hashes: DayHashes) -> dict[str, object]:
    """Return the hashes as ``day.json`` has them."""
    return {
        "format_version": HASHES_FORMAT,
        "sequence": hashes.sequence,
        "frames": hashes.frames,
        "journal": hashes.journal.hex(),
        "events": hashes.events.hex(),
        "phases": {str(sequence): value.hex() for sequence, value in hashes.phases.items()},
        "state": hashes.state.hex(),
        "day": hashes.day.hex(),
    }


def write_hashes(root: Path, hashes: DayHashes) -> None:
    """Write ``day.json`` and the manifest of the day folder."""
    text = msgspec.json.format(msgspec.json.encode(hash_words(hashes))) + b"\n"
    write_file(root / HASHES_NAME, [text], Files())
    write_manifest(root)


def read_hashes(path: Path) -> dict[str, object]:
    """Return what ``day.json`` notes; one that is damaged or of another format is a fault."""
    try:
        content = msgspec.json.decode(path.read_bytes(), type=dict[str, object])
    except FileNotFoundError:
        raise InputFault(f"{path} is missing: the day was not closed, or this is no day") from None
    except msgspec.MsgspecError as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from fault
    if (version := content.get("format_version")) != HASHES_FORMAT:
        raise CheckFault(
            f"{path} has format version {version}, this code knows {HASHES_FORMAT}; "
            "read it with the code that wrote it"
        )
    return content
