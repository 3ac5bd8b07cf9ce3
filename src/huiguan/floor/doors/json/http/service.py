"""What the handlers of queries share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from huiguan.floor.doors.json.http.access import Access, Wrong
from huiguan.floor.doors.json.http.past import Archive
from huiguan.floor.queries import RowsFound

if TYPE_CHECKING:
    from huiguan.floor.doors.json.door import Door
    from huiguan.floor.doors.json.http.access import Asker
    from huiguan.floor.doors.json.http.today import Happened

TURNED = "the trading day was turned meanwhile; ask again"


class Service:
    """A door, and who may ask at it."""

    def __init__(self, door: Door) -> None:
        """Serve a door."""
        self.door, self.access, self.archive = door, Access(door), Archive()
        self.sessions: dict[int, asyncio.Lock] = {}  # one one-off order of a session at a time

    async def rows(self, what: str, asker: Asker) -> RowsFound:
        """Return rows of the core's tables for the asker's trading codes."""
        found = await self.door.floor.ask(what, RowsFound, codes=asker.rows)
        if found.trading_day != asker.day.names.trading_day:
            raise Wrong(503, TURNED, Retry_After="1")
        return found

    async def happened(self, asker: Asker) -> tuple[list[Happened], int, int]:
        """Return what happened today to the asker's trading codes, up to which command, and when."""
        now, day = await self.door.now(), asker.day
        if now.trading_day != day.names.trading_day:
            raise Wrong(503, TURNED, Retry_After="1")
        found = await self.door.today.happened(
            day.root, day.image, self.door.readable(day), asker.mask, now.sequence
        )
        return found, now.sequence, now.time_ns
