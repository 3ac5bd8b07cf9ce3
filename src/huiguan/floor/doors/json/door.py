"""What all connections of the JSON door share: keys, days, the line to the floor."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from huiguan.floor.doors.json.days import Day, read_day
from huiguan.floor.doors.json.http.lines import FloorLine, Unavailable
from huiguan.floor.hall.clock import steady
from huiguan.floor.hall.keys import KEYS_NAME, Key, Keys
from huiguan.floor.hall.queries import HallNow
from huiguan.floor.hall.serve import DOORS_NAME, DoorsOpen
from huiguan.foundation.calendars import show_day

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.names import DayNames
    from huiguan.floor.doors.records import DoorReason
    from huiguan.floor.hall.settings import HallSettings

KEPT_DAYS = 2
NOW_SECONDS = 0.05  # so long one answer about the hall is good for everybody


class Door:
    """The shared state of the door's process."""

    def __init__(self, folder: Path, settings: HallSettings) -> None:
        """Take a hall's folder."""
        self.folder, self.settings = folder, settings
        self.floor = FloorLine(folder)
        self.ended: dict[int, DoorReason] = {}  # why a session's last line was ended here
        self._keys, self._keys_at = Keys(), -1
        self._days: OrderedDict[int, Day] = OrderedDict()
        self._now: tuple[float, HallNow] | None = None
        self._one = asyncio.Lock()

    async def now(self, within: float = NOW_SECONDS) -> HallNow:
        """Return how the market stood at most ``within`` seconds ago."""
        async with self._one:
            if self._now is None or steady() > self._now[0] + within:
                self._now = (steady(), await self.floor.ask("read hall", HallNow))
            return self._now[1]

    async def day(self) -> Day:
        """Return the day the market stands in."""
        trading_day = (await self.now()).trading_day
        if trading_day not in self._days:
            await asyncio.to_thread(self.day_of, trading_day)
        return self.day_of(trading_day)

    def day_of(self, trading_day: int) -> Day:
        """Return a day as its morning says; the newest ones are kept."""
        found = self._days.get(trading_day)
        if found is None:
            found = self._days[trading_day] = read_day(self.folder, trading_day)
            while len(self._days) > KEPT_DAYS:
                self._days.popitem(last=False)
        return found

    def names_of(self, trading_day: int) -> DayNames:
        """Return the names of a day."""
        return self.day_of(trading_day).names

    def binary_door(self) -> DoorsOpen:
        """Return where the floor's own door is."""
        try:
            return msgspec.json.decode((self.folder / DOORS_NAME).read_bytes(), type=DoorsOpen)
        except (OSError, msgspec.DecodeError):
            raise Unavailable("the floor's doors are not open yet") from None

    def keys(self) -> Keys:
        """Return the keys of the hall as its file says now."""
        try:
            written = (self.folder / KEYS_NAME).stat().st_mtime_ns
        except OSError:
            return self._keys
        if written != self._keys_at:
            self._keys, self._keys_at = Keys.read(self.folder), written
        return self._keys

    async def key_of(self, token: bytes, address: str) -> Key | DoorReason:
        """Return the key of a token, or why it opens nothing here."""
        day = show_day((await self.now()).trading_day)
        return self.keys().find(token, address, day)
