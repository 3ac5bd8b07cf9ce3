"""What the handlers of queries share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.floor.doors.json.http.access import Access, Wrong
from huiguan.floor.doors.json.http.lines import ReaderLine
from huiguan.floor.hall.queries import RowsFound

if TYPE_CHECKING:
    import asyncio

    from huiguan.floor.doors.json.door import Door
    from huiguan.floor.doors.json.http.access import Asker


class Service:
    """A door, who may ask at it, and who reads days for it."""

    def __init__(self, door: Door) -> None:
        """Serve a door."""
        self.door, self.access = door, Access(door)
        self.sessions: dict[int, asyncio.Lock] = {}  # one one-off order of a session at a time
        self.today, self.past = ReaderLine(door.folder), ReaderLine(door.folder)

    async def rows(self, what: str, asker: Asker) -> RowsFound:
        """Return rows of the core's tables for the asker's trading codes."""
        found = await self.door.floor.ask(what, RowsFound, codes=asker.rows)
        if found.trading_day != asker.day.names.trading_day:
            raise Wrong(503, "the trading day was turned meanwhile; ask again", Retry_After="1")
        return found
