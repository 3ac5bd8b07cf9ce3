"""The replies of every session of a day, kept as far back as memory is allowed to.

A reply has a number: the first of a session and trading day is 1. What is no longer in memory
follows from the journal: the day run again gives the same replies with the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huiguan.days.notes import Notes
from huiguan.days.run_again import run_again
from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.replies import Splitter
from huiguan.exchange.trading.core import TradingCore
from huiguan.storage.journal.recovery import Frame, read
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

KEPT_ROWS = 1 << 16  # of a session; twice as many while it grows


class ReplyLog:
    """Bytes of replies by session; the newest are in memory."""

    def __init__(self, sessions: int, kept_rows: int = KEPT_ROWS) -> None:
        """Begin before the first reply."""
        self._kept = kept_rows * MESSAGE_BYTES
        self._rows: list[bytearray] = [bytearray() for _ in range(sessions)]
        self._first = np.ones(sessions, np.int64)  # number of the first reply in memory

    def begin_at(self, replies: np.ndarray) -> None:
        """Go on where so many replies were given to each session."""
        self._first[:] = replies + 1

    def add(self, session: int, rows: np.ndarray) -> None:
        """Take the next replies (``uint8``) of a session."""
        kept = self._rows[session]
        kept += rows.data
        if len(kept) > 2 * self._kept:
            gone = len(kept) - self._kept
            del kept[:gone]
            self._first[session] += gone // MESSAGE_BYTES

    def count(self, session: int) -> int:
        """Return how many replies the session was given today."""
        return int(self._first[session]) - 1 + len(self._rows[session]) // MESSAGE_BYTES

    def since(self, session: int, last_reply: int) -> bytes | None:
        """Return the replies after number ``last_reply``; None: they are not all in memory."""
        offset = (last_reply + 1 - int(self._first[session])) * MESSAGE_BYTES
        return bytes(self._rows[session][offset:]) if offset >= 0 else None


def replies_from_journal(root: Path, session: int, after: int, upto: int, into: BinaryIO) -> None:
    """Write the replies of a session numbered ``after + 1`` to ``upto``, by running the day again.

    The journal may be growing: nothing is read behind the frame that gave reply ``upto``.
    """
    folder = DayFolder(root)
    image = read_image(folder.image)
    splitter = Splitter(image)
    given = 0

    def watch(_: Frame, events: np.ndarray) -> None:
        nonlocal given
        for number, rows in splitter.split(events).of_each():
            if number == session and given < upto:
                count = len(rows) // MESSAGE_BYTES
                first, last = max(after - given, 0), min(upto - given, count)
                into.write(rows[first * MESSAGE_BYTES : last * MESSAGE_BYTES].data)
                given += count

    def needed() -> Iterator[Frame]:
        for frame in read(folder.journal):
            yield frame
            if given >= upto:
                return

    with Notes() as notes:
        run_again(TradingCore(image), needed(), notes, watch)
