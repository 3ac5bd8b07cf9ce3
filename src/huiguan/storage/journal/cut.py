"""Cut a copy of a journal at a sequence: for a restore to a point, never one that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.journal.format import HEADER_BYTES, Witness, witness_place
from huiguan.storage.journal.recovery import WITNESS_NAME, Frame, read, segment_path

if TYPE_CHECKING:
    from pathlib import Path


def cut_journal(folder: Path, sequence: int) -> int:
    """End a journal with its last frame that ends at or before a sequence; return where it ends.

    A frame is applied whole or not at all, so the end may lie before the sequence. Raises
    ``InputFault`` where there is no such frame or the journal does not reach so far.
    """
    last: Frame | None = None
    reached = 0
    for frame in read(folder):
        reached = frame.last_sequence
        if reached <= sequence:
            last = frame
    if sequence > reached:
        raise InputFault(f"the journal in {folder} ends at sequence {reached:,}")
    if last is None:
        raise InputFault(f"no frame of {folder} ends at or before sequence {sequence:,}")
    cut_behind(folder, last)
    return last.last_sequence


def cut_behind(folder: Path, last: Frame) -> None:
    """Remove what stands behind a frame, and write its witness."""
    end = last.offset + HEADER_BYTES + last.commands.nbytes
    with segment_path(folder, last.segment).open("r+b") as segment:
        segment.truncate(end)
    number = last.segment + 1
    while (later := segment_path(folder, number)).exists():
        later.unlink()
        number += 1
    seen = Witness(last.last_sequence, last.header.frame, last.checksum)
    place = bytes(witness_place(last.header.frame))
    write_file(folder / WITNESS_NAME, [place, seen.pack()], Files())
