"""What a day comes down to: hashes of its events and states, as ``day.json`` keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.hashing import digest
from huiguan.storage.change import Change, changing, draft
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.day_folder import MANIFEST, write_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.days.notes import Notes
    from huiguan.exchange.trading.core import TradingCore

HASHES_NAME = "day.json"
HASHES_FORMAT = 1


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


def write_hashes(root: Path, hashes: DayHashes, files: Files | None = None) -> None:
    """Write ``day.json`` and the manifest of the day folder, both in one step."""
    files, change = files or Files(), Change([HASHES_NAME, MANIFEST])
    text = msgspec.json.format(msgspec.json.encode(hash_words(hashes))) + b"\n"
    with changing(root, change, files):
        write_file(draft(root, HASHES_NAME), [text], files)
        write_manifest(root, files, change)


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
