"""What all connections of the JSON door share: keys, names of the day, the line to the floor."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from huiguan.floor.clock import steady
from huiguan.floor.doors.json.http.floor_line import FloorLine, Unavailable
from huiguan.floor.doors.json.http.today import Today
from huiguan.floor.doors.json.names import DayNames
from huiguan.floor.keys import KEYS_NAME, Key, KeyRight, Keys
from huiguan.floor.queries import HallNow
from huiguan.floor.serve import DAYS, DOORS_NAME, DoorsOpen
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.rules.rows import Books
    from huiguan.floor.doors.records import DoorReason
    from huiguan.floor.settings import HallSettings

KEPT_DAYS = 2
NOW_SECONDS = 0.05  # so long one answer about the hall is good for everybody


class Day:
    """One trading day as its morning says."""

    def __init__(self, image: DayImage, root: Path) -> None:
        """Take the image of a day."""
        self.image, self.root = image, root
        self.names = DayNames(image)
        self.members = image.trading_codes["member"].tolist()
        self.told: dict[str, bytes] = {}  # answers that do not change within the day


class Door:
    """The shared state of the door's process."""

    def __init__(self, folder: Path, settings: HallSettings) -> None:
        """Take a hall's folder."""
        self.folder, self.settings = folder, settings
        self.floor = FloorLine(folder)
        self.ended: dict[int, DoorReason] = {}  # why a session's last line was ended here
        self.today = Today()
        self._books: Books | None = None
        self._keys, self._keys_at = Keys(), -1
        self._days: OrderedDict[int, Day] = OrderedDict()
        self._now: tuple[float, HallNow] | None = None
        self._one = asyncio.Lock()

    async def now(self) -> HallNow:
        """Return how the market stands, at most ``NOW_SECONDS`` ago."""
        async with self._one:
            if self._now is None or steady() > self._now[0] + NOW_SECONDS:
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
        if trading_day not in self._days:
            root = self.folder / DAYS / str(trading_day)
            self._days[trading_day] = Day(read_image(root / "image"), root)
            while len(self._days) > KEPT_DAYS:
                self._days.popitem(last=False)
        return self._days[trading_day]

    async def names(self) -> DayNames:
        """Return the names of today."""
        return (await self.day()).names

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

    def codes_of(self, key: Key, names: DayNames) -> list[str]:
        """Return the trading codes a key is for, as far as the day knows them."""
        day = self.day_of(names.trading_day)
        if key.codes:
            return [code for code in key.codes if code in names.code_rows]
        if key.member not in names.members:
            return []
        member = names.members.index(key.member)
        return [
            code for code, owner in zip(names.codes, day.members, strict=True) if owner == member
        ]

    def readable(self, day: Day) -> np.ndarray:
        """Return for each trading code (and nobody's, the last) whether any key may read it."""
        found = np.zeros(len(day.names.codes) + 1, bool)
        for key in self.keys():
            if key.may(KeyRight.READ):
                found[[day.names.code_rows[code] for code in self.codes_of(key, day.names)]] = True
        return found

    def past_days(self) -> list[Path]:
        """Return the folders of every day that was opened, in order."""
        found = (self.folder / DAYS).glob("[0-9]" * 8)
        return sorted(root for root in found if (root / "image" / "image.json").exists())

    def root_of(self, trading_day: str) -> Path:
        """Return the folder of a day; an ``InputFault`` where there is none."""
        for root in self.past_days():
            if root.name == trading_day:
                return root
        raise InputFault(f"this hall has no trading day {trading_day!r}; /v1/days lists them")

    def books(self) -> Books:
        """Return the rulebooks of the hall; they are read once."""
        if self._books is None:
            self._books = load_books(*map(Path, self.settings.rulebook))
        return self._books
