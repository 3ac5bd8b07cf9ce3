"""What moved between ledger and core on a day: its journal, run again as far as money goes.

A running day may be asked too: its journal is read as it stands. What the core decided about a
command is found by running everything before it, never by looking at the command alone.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.run_again import frame_commands
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    CreditDeposit,
    EndWithdrawal,
    ReserveWithdrawal,
    TransferBooked,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.storage.journal.format import JournalFault
from huiguan.storage.journal.recovery import read
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huiguan.storage.journal.recovery import Frame

MONEY = (CreditDeposit.KIND, ReserveWithdrawal.KIND, EndWithdrawal.KIND)
TRIES = 3  # a reader may meet a writer between two frames


class Moved(NamedTuple):
    """A command that moved money: its sequence, and what the core booked."""

    sequence: int
    transfer_id: int
    amount_fen: int
    target: int  # row of the trading code or member in the image
    scope: int
    stage: int


def moved_on(root: Path, until: int | None = None) -> list[Moved]:
    """Return what moved on the day in ``root``, in order, up to a sequence (all of it: None).

    Runs the day up to the last command that speaks of money; without one nothing is run. Raises
    ``CheckFault`` where the journal is damaged.
    """
    for _ in range(TRIES - 1):
        with suppress(JournalFault):
            return _moved_on(root, until)
    return _moved_on(root, until)


def _moved_on(root: Path, until: int | None) -> list[Moved]:
    folder = DayFolder(root)
    last = max((s for s in _spoken(folder) if until is None or s <= until), default=0)
    found: list[Moved] = []
    if not last:
        return found
    core = TradingCore(read_image(folder.image))
    for frame in read(folder.journal):
        if frame.header.first_sequence > last:
            break
        rows = frame_commands(frame)
        end = (last - frame.header.first_sequence + 1) * MESSAGE_BYTES
        found += _booked(core.run_frame(frame.header.time_ns, rows[:end]))
    return found


def _spoken(folder: DayFolder) -> Iterator[int]:
    """Yield the sequence of every command that speaks of money."""
    if not any(folder.journal.glob("*.segment")):
        return
    for frame in read(folder.journal):
        heads = frame_commands(frame).view(COMMAND_HEADER)
        for place in np.flatnonzero(np.isin(heads["kind"], MONEY)).tolist():
            yield frame.header.first_sequence + place


def _booked(events: np.ndarray) -> Iterator[Moved]:
    flat = events.reshape(-1)
    kinds = flat.view(EVENT_HEADER_ROW)["kind"]
    for row in flat.view(LAYOUTS[TransferBooked.KIND])[kinds == TransferBooked.KIND]:
        names = ("sequence", "transfer_id", "amount_fen", "target", "scope", "stage")
        yield Moved(*(int(row[name]) for name in names))


def last_sequence(root: Path) -> int:
    """Return the sequence of the last command in the journal of a day; 0 before the first."""
    folder = DayFolder(root)
    if not any(folder.journal.glob("*.segment")):
        return 0
    frames: Iterator[Frame] = read(folder.journal)
    return max((frame.last_sequence for frame in frames), default=0)
