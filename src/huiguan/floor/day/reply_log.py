"""The replies of every session of a day, kept as far back as memory is allowed to.

A reply has a number: the first of a session and trading day is 1. What is no longer in memory
follows from the journal: the day run again gives the same replies with the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.days.notes import Notes
from huiguan.days.run_again import run_again
from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.replies import Splitter
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.memory import touched
from huiguan.storage.journal.recovery import Frame, read
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    import numpy as np

KEPT_ROWS = 1 << 16  # of a session in a block; twice as many while the next one fills
FIRST_ROWS, GROWTH = 64, 8  # of the block of a session that is told little; how it grows


class Newest:
    """The newest replies of a session: the block that fills, and the full one before it.

    A block at its whole size has its pages before it is needed, and the one before the last is
    filled anew: once a session has two of them, a reply touches no page for the first time.
    """

    __slots__ = ("before", "block", "filled", "first")

    def __init__(self) -> None:
        """Begin before the first reply."""
        self.first = 1  # number of the first reply in memory
        self.filled = 0  # bytes of the block
        self.block = self.before = memoryview(bytearray())

    def count(self) -> int:
        """Return how many replies the session was given today."""
        return self.first - 1 + (len(self.before) + self.filled) // MESSAGE_BYTES

    def add(self, rows: memoryview, most: int) -> None:
        """Take the next replies; a block holds no more than ``most`` bytes."""
        while (room := len(self.block) - self.filled) < len(rows):
            self.block[self.filled :] = rows[:room]
            self.filled, rows = len(self.block), rows[room:]
            self._next_block(most)
        self.block[self.filled : self.filled + len(rows)] = rows
        self.filled += len(rows)

    def _next_block(self, most: int) -> None:
        """Go on in a larger block, or in the one whose replies are the oldest."""
        full, rows = self.block, max(len(self.block) // MESSAGE_BYTES * GROWTH, FIRST_ROWS)
        if len(full) < most:
            self.block = touched(min(rows * MESSAGE_BYTES, most), "u1").data
            self.block[: self.filled] = full
        else:
            self.first += len(self.before) // MESSAGE_BYTES
            spare = self.before or touched(most, "u1").data
            self.before, self.block, self.filled = full, spare, 0

    def since(self, last_reply: int) -> bytes | None:
        """Return the replies after number ``last_reply``; None: they are not all in memory."""
        offset = (last_reply + 1 - self.first) * MESSAGE_BYTES
        if offset < 0:
            return None
        held = len(self.before)
        return bytes(self.before[offset:]) + bytes(self.block[max(offset - held, 0) : self.filled])


class ReplyLog:
    """Bytes of replies by session; the newest are in memory."""

    def __init__(self, sessions: int, kept_rows: int = KEPT_ROWS) -> None:
        """Begin before the first reply."""
        self._most = kept_rows * MESSAGE_BYTES
        self._of = [Newest() for _ in range(sessions)]

    def begin_at(self, replies: np.ndarray) -> None:
        """Go on where so many replies were given to each session."""
        for newest, given in zip(self._of, replies.tolist(), strict=True):
            newest.first = given + 1

    def add(self, session: int, rows: np.ndarray) -> None:
        """Take the next replies (``uint8``) of a session."""
        self._of[session].add(rows.data, self._most)

    def count(self, session: int) -> int:
        """Return how many replies the session was given today."""
        return self._of[session].count()

    def since(self, session: int, last_reply: int) -> bytes | None:
        """Return the replies after number ``last_reply``; None: they are not all in memory."""
        return self._of[session].since(last_reply)


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
