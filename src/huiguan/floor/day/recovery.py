"""From a day folder to the state it has reached: the newest good snapshot, the frames behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from huiguan.days.run_again import run_again
from huiguan.exchange.day.image import image_digest
from huiguan.foundation.faults import CheckFault
from huiguan.storage.journal.recovery import read
from huiguan.storage.journal.snapshot import newest_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from huiguan.days.notes import Notes
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.trading.core import TradingCore
    from huiguan.storage.journal.recovery import Frame
    from huiguan.storage.market.day_folder import DayFolder


class Follower(Protocol):
    """Somebody who follows the events of a running day and has to catch up after a restart."""

    def restore(self, core: TradingCore, tables: Mapping[str, np.ndarray]) -> None:
        """Stand where a snapshot stands: the core does, ``tables`` are those it keeps."""

    def follow(self, frame: Frame, events: np.ndarray) -> None:
        """Take the events of a frame that is run again."""


def recover(
    folder: DayFolder,
    image: DayImage,
    core: TradingCore,
    notes: Notes,
    follower: Follower | None = None,
) -> list[str]:
    """Bring a core and notes that stand at the morning to the last good frame of the journal.

    A ``follower`` comes along. Every hash that the journal carries is compared. Returns why newer
    snapshots were passed over, a sentence each. Raises ``CheckFault`` naming the first difference.
    """
    restored = newest_snapshot(folder.snapshots, folder.journal, image_digest(image))
    behind = 0
    if restored.snapshot is not None:
        header, tables = restored.snapshot
        core.restore({name: tables[name] for name in core.tables()})
        if core.state_hash().hex() != header.state_hash:
            raise CheckFault(
                f"the snapshot after sequence {header.sequence} does not hold the state it "
                "names; remove it and open the day again",
            )
        behind = header.sequence
        notes.restore(tables["notes"])
        if follower:
            follower.restore(core, tables)
    frames = (f for f in read(folder.journal) if f.header.first_sequence > behind)
    run_again(core, frames, notes, follower.follow if follower else None)
    return restored.passed_over
