"""Run a recorded day again: every frame applied anew, every hash that it left compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huiguan.days.hashes import HASHES_NAME, DayHashes, day_hashes, hash_words, read_hashes
from huiguan.days.notes import Notes
from huiguan.exchange.trading.apply import apply, apply_traced
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.kernel import is_cached
from huiguan.storage.journal.recovery import Frame, read
from huiguan.storage.journal.snapshot import read_snapshot
from huiguan.storage.market.day_folder import DayFolder, refuse_unbegun, verify_manifest
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def announce_compiling(say: Callable[[str], None], *, traced: bool = False) -> None:
    """Say that the first commands (or the first ``traced`` one) will take their time, if so."""
    if not is_cached(apply) or (traced and not is_cached(apply_traced)):
        say("compiling the core, which happens once and takes about half a minute")


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
        for settled in [number for number in made if number < carried]:  # none is carried again
            del made[settled]
        if watch:
            watch(frame, events)
        last = frame
    return last


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
    refuse_unbegun(root)
    noted = read_hashes(root / HASHES_NAME)
    core = TradingCore(read_image(folder.image))
    snapshots = {int(path.stem): path for path in folder.snapshots.glob("[0-9]*.snapshot")}

    def compare(frame: Frame, events: np.ndarray) -> None:
        path = snapshots.get(frame.last_sequence)
        if path and read_snapshot(path).header.state_hash != core.state_hash().hex():
            raise CheckFault(f"the state after sequence {path.stem} is not that of its snapshot")
        if watch:
            watch(frame, events)

    with Notes() as notes:
        last = run_again(core, read(folder.journal), notes, compare)
    if last is None:
        raise CheckFault(f"the journal of {root} holds no command, so there is no day to verify")
    found = day_hashes(last.last_sequence, last.header.frame, last.checksum, notes, core)
    for name, value in hash_words(found).items():
        if value != noted.get(name):
            raise CheckFault(
                f"{root}: run again, the day comes to another {name} than {HASHES_NAME} notes; "
                "this code does not decide as the code that ran the day",
            )
    return core, found
