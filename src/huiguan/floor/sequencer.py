"""Append, then apply: the one loop through which commands reach the trading core.

A batch gets its numbers and its time, is put on disk as a frame, and only then applied. Every frame
carries the hash of the events of an earlier one, so that code that decides differently shows when a
day is run again. Opening a day folder recovers it: the newest good snapshot and the frames behind
it, each compared with the hashes the journal carries.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec
import numpy as np

from huiguan.exchange.day import DayImage, image_digest
from huiguan.exchange.messages import COMMAND_HEADER, PhaseChanged
from huiguan.exchange.trading.apply import apply
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import HASH_BYTES, ZERO_HASH, digest
from huiguan.foundation.kernel import is_cached
from huiguan.storage.day_folder import DayFolder, verify_manifest, write_manifest
from huiguan.storage.day_image import read_image, write_image
from huiguan.storage.files import Files, write_file
from huiguan.storage.journal import Ack, Batch, Journal
from huiguan.storage.recovery import Frame, read
from huiguan.storage.snapshot import (
    SnapshotHeader,
    newest_snapshot,
    read_snapshot,
    write_snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

HASHES_NAME = "day.json"
HASHES_FORMAT = 1
BATCHES_AHEAD = 2  # given to the journal while one is applied
WORTH_A_THREAD = 1 << 16  # bytes of events


def announce_compiling(say: Callable[[str], None]) -> None:
    """Say that the first batch of commands will take its time, where it will."""
    if not is_cached(apply):
        say("compiling the core, which happens once and takes about half a minute")


class Input(NamedTuple):
    """The commands of one frame (``uint8``, 64 a row) and the time they arrived (ns, UTC)."""

    time_ns: int
    commands: np.ndarray


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


def frame_commands(frame: Frame) -> np.ndarray:
    """Return the commands of a frame as the core takes them."""
    return np.frombuffer(frame.commands, np.uint8)


def run_again(
    core: TradingCore,
    frames: Iterable[Frame],
    notes: Notes,
    watch: Callable[[Frame, np.ndarray], None] | None = None,
) -> Frame | None:
    """Apply recovered frames; return the last one.

    Raises ``CheckFault`` naming the first frame whose events differ from what the journal carries.
    """
    made: dict[int, bytes] = {notes.frame: notes.last}
    last = None
    for frame in frames:
        carried = frame.header.earlier_frame
        if carried > notes.frame:
            notes.settle()
            made[notes.frame] = notes.last
        if carried in made and made[carried] != frame.header.events_hash:
            raise CheckFault(
                f"the events of frame {carried} differ from those the journal noted in frame "
                f"{frame.header.frame}: this code does not decide as the code that ran the day",
            )
        events = core.run_frame(frame.header.time_ns, frame_commands(frame))
        notes.add(core, events)
        made[notes.frame] = notes.last
        made.pop(notes.frame - BATCHES_AHEAD - 2, None)
        if watch:
            watch(frame, events)
        last = frame
    return last


class Sequencer:
    """A market day that is running: the image, the core, the journal behind it."""

    def __init__(self, folder: DayFolder, image: DayImage, core: TradingCore) -> None:
        """Use ``create`` or ``open``."""
        self.folder, self.image, self.core = folder, image, core
        self.notes = Notes()
        self.recovered: list[str] = []  # what opening passed over, in words
        self._journal: Journal
        self._term = 1

    @classmethod
    def create(cls, root: Path, image: DayImage, *, files: Files | None = None) -> Self:
        """Begin a day in a folder that holds none: image written, journal opened, core ready.

        A creation that was killed half way is begun anew: nothing can have been acknowledged.
        """
        folder = DayFolder(root)
        if any(folder.journal.glob("*.segment")):
            raise InputFault(f"{root} already holds a trading day; name another folder")
        write_image(folder.image, image, files)
        day = cls(folder, image, TradingCore(image))
        day._journal = Journal.create(
            folder.journal,
            trading_day=image.settings.trading_day,
            image_digest=image_digest(image),
            files=files,
        )
        day._term = day._journal.term
        return day

    @classmethod
    def open(cls, root: Path, *, files: Files | None = None) -> Self:
        """Recover a day and go on behind its last good frame."""
        folder = DayFolder(root)
        image = read_image(folder.image)
        day = cls(folder, image, TradingCore(image))
        day._journal = Journal.open(folder.journal, files=files)
        day._recover()
        day._term = day._journal.lead()
        return day

    def _recover(self) -> None:
        digest_now = image_digest(self.image)
        restored = newest_snapshot(self.folder.snapshots, self.folder.journal, digest_now)
        self.recovered = restored.passed_over
        behind = 0
        if restored.snapshot is not None:
            header, tables = restored.snapshot
            self.core.restore({name: tables[name] for name in self.core.tables()})
            if self.core.state_hash().hex() != header.state_hash:
                raise CheckFault(
                    f"the snapshot after sequence {header.sequence} does not hold the state it "
                    "names; remove it and open the day again",
                )
            behind = header.sequence
            self.notes.restore(tables["notes"])
        frames = (f for f in read(self.folder.journal) if f.header.first_sequence > behind)
        run_again(self.core, frames, self.notes)

    @property
    def next_sequence(self) -> int:
        """The sequence the next command gets."""
        return self._journal.next_sequence

    def run(self, time_ns: int, commands: np.ndarray) -> np.ndarray:
        """Put one batch on disk, apply it, return its events (valid until the next call)."""
        given = Input(max(time_ns, self.core.time_ns), commands)
        self._journal.append(self.next_sequence, self._term, self._batch(given))
        return self._apply(given.time_ns, commands)

    def run_many(self, inputs: Iterable[Input]) -> Iterator[np.ndarray]:
        """Yield the events of each batch; the next ones are put on disk while one is applied.

        Events are valid until the next step. No batch is applied before its frame is flushed.
        """
        waiting: deque[tuple[Input, Future[Ack]]] = deque()
        time_ns = self.core.time_ns
        for given in inputs:
            time_ns = max(time_ns, given.time_ns)
            numbered = Input(time_ns, given.commands)
            promise = self._journal.submit(self.next_sequence, self._term, self._batch(numbered))
            waiting.append((numbered, promise))
            if len(waiting) > BATCHES_AHEAD:
                yield self._take(waiting)
        while waiting:
            yield self._take(waiting)

    def _take(self, waiting: deque[tuple[Input, Future[Ack]]]) -> np.ndarray:
        given, promise = waiting.popleft()
        promise.result()
        return self._apply(given.time_ns, given.commands)

    def _batch(self, given: Input) -> Batch:
        return Batch(given.time_ns, given.commands, self.notes.frame, self.notes.last)

    def _apply(self, time_ns: int, commands: np.ndarray) -> np.ndarray:
        events = self.core.run_frame(time_ns, commands)
        self.notes.add(self.core, events)
        return events

    def take_snapshot(self) -> Path:
        """Keep the state after the last frame, so that recovery begins there."""
        acknowledged = self._journal.acknowledged
        self.notes.settle()
        assert acknowledged.frame == self.notes.frame, "frames are on their way"
        header = SnapshotHeader(
            trading_day=self.image.settings.trading_day,
            sequence=acknowledged.sequence,
            chain_hash=acknowledged.chain_hash.hex(),
            state_hash=self.core.state_hash().hex(),
            image_digest=image_digest(self.image).hex(),
        )
        tables = {**self.core.tables(), "notes": self.notes.table()}
        return write_snapshot(self.folder.snapshots, header, tables)

    def day_hashes(self) -> DayHashes:
        """Return what the day comes down to so far."""
        end = self._journal.acknowledged
        return _day_hashes(end.sequence, end.frame, end.chain_hash, self.notes, self.core)

    def close(self) -> DayHashes:
        """Close the journal and write down what the day came to (``day.json``, ``MANIFEST``)."""
        hashes = self.day_hashes()
        self._journal.close()
        write_hashes(self.folder.root, hashes)
        return hashes


def _day_hashes(
    sequence: int, frames: int, journal: bytes, notes: Notes, core: TradingCore
) -> DayHashes:
    notes.settle()
    phases = dict(notes.phases)
    return DayHashes(sequence, frames, journal, notes.chain, phases, core.state_hash())


def _words(hashes: DayHashes) -> dict[str, object]:
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
    text = msgspec.json.format(msgspec.json.encode(_words(hashes))) + b"\n"
    write_file(root / HASHES_NAME, [text], Files())
    write_manifest(root)


def verify_day(root: Path, watch: Callable[[Frame, np.ndarray], None] | None = None) -> DayHashes:
    """Run a day again from its image and compare every hash; return what it comes down to.

    Compares the manifest and everything ``run_day_again`` does. Raises ``CheckFault`` naming the
    first difference.
    """
    verify_manifest(root)
    return run_day_again(root, watch)[1]


def run_day_again(
    root: Path, watch: Callable[[Frame, np.ndarray], None] | None = None
) -> tuple[TradingCore, DayHashes]:
    """Run a closed day again from its image; return the core as it ended, and the day's hashes.

    Compares the events of every frame that the journal notes, the state of every snapshot, and
    ``day.json``. Raises ``CheckFault`` naming the first difference.
    """
    folder = DayFolder(root)
    noted = _read_hashes(root / HASHES_NAME)
    core, notes = TradingCore(read_image(folder.image)), Notes()
    snapshots = {int(path.stem): path for path in folder.snapshots.glob("[0-9]*.snapshot")}

    def compare(frame: Frame, events: np.ndarray) -> None:
        path = snapshots.get(frame.last_sequence)
        if path and read_snapshot(path).header.state_hash != core.state_hash().hex():
            raise CheckFault(f"the state after sequence {path.stem} is not that of its snapshot")
        if watch:
            watch(frame, events)

    last = run_again(core, read(folder.journal), notes, compare)
    if last is None:
        raise CheckFault(f"the journal of {root} holds no command, so there is no day to verify")
    found = _day_hashes(last.last_sequence, last.header.frame, last.checksum, notes, core)
    for name, value in _words(found).items():
        if value != noted.get(name):
            raise CheckFault(
                f"{root}: run again, the day comes to another {name} than {HASHES_NAME} notes; "
                "this code does not decide as the code that ran the day",
            )
    return core, found


def _read_hashes(path: Path) -> dict[str, object]:
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
