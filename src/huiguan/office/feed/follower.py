"""Following a hall: its public feed and how it stands, from whatever moment on, again and again.

The floor is not known here but for two sockets in the hall's folder: the feed
(docs/reference/market_data.md) and the operator's, which is asked for the clock and nothing else.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import msgspec

from huiguan.exchange.market_data.feed_books import day_of, is_new_beginning, whole_packets
from huiguan.foundation.calendars import clock_text
from huiguan.office.feed.public_day import PublicDay
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from pathlib import Path

AGAIN_SECONDS = 0.5
ASK_SECONDS, ANSWER_SECONDS = 1.0, 30.0
READ_BYTES = 1 << 20
QUESTION = b'{"do":"status"}\n'


class HallPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """Where a hall's market is for its other processes."""

    days: Path  # the folder of its trading days
    feed: Path  # socket of the public feed
    operator: Path  # socket of the operator
    http_door: Path | None = None  # the file in which the JSON door says where it is
    certificate: str = ""  # of the doors, where they speak TLS


class HallStands(msgspec.Struct, frozen=True):
    """How a hall stands, as its floor says."""

    trading_day: int
    clock: str
    speed: str | float
    doing: str
    step: str = ""  # how far the turn of days is, in one word


class StandsAnswer(msgspec.Struct, frozen=True):
    """What the operator's socket answers."""

    good: HallStands | None = None


class Follower:
    """What is known of the market now; pages read it in threads, under ``lock``."""

    def __init__(self, places: HallPlaces) -> None:
        """Know nothing yet."""
        self.places = places
        self.lock = threading.Lock()
        self.day: PublicDay | None = None
        self.stands: HallStands | None = None  # None: the floor does not answer
        self.is_connected = False
        self.gone_at = ""  # the exchange's clock when the feed was lost; "" before it ever came
        self._heard_at = time.monotonic()

    @property
    def age_seconds(self) -> int:
        """Seconds since anything was heard of the market."""
        return int(time.monotonic() - self._heard_at)

    async def run(self) -> None:
        """Stay with the market for ever."""
        await asyncio.gather(self._follow(), self._ask())

    async def _follow(self) -> None:
        """Stay connected to the feed."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self.places.feed)
            except OSError:
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            rest = bytearray()
            try:
                while data := await reader.read(READ_BYTES):
                    rest += data
                    packets = whole_packets(rest)
                    del rest[: sum(map(len, packets))]
                    await self._take(packets)
            except OSError:
                pass
            writer.close()
            self._lose()
            await asyncio.sleep(AGAIN_SECONDS)

    def _lose(self) -> None:
        """Note since when nothing is heard."""
        self.is_connected = False
        if self.day:
            self.gone_at = clock_text(self.day.books.time_ns)[:19]

    async def _take(self, packets: list[memoryview]) -> None:
        """Take packets; a snapshot among them begins the books anew."""
        since = 0
        for place, packet in enumerate(packets):
            if is_new_beginning(packet):
                self._apply(packets[since:place])
                await self._begin(day_of(packet))
                since = place
        self._apply(packets[since:])
        self.is_connected = True

    async def _begin(self, trading_day: int) -> None:
        """Begin a day, or the same one anew: its bars and trades so far are kept."""
        if self.day and self.day.trading_day == trading_day:
            with self.lock:
                self.day.begin_again()
            return
        image = await asyncio.to_thread(read_image, self.places.days / str(trading_day) / "image")
        self.day = PublicDay(image)

    def _apply(self, packets: list[memoryview]) -> None:
        if not packets or self.day is None:
            return
        with self.lock:
            self.day.take(packets)
        self._heard_at = time.monotonic()

    async def _ask(self) -> None:
        """Ask every second how the hall stands."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self.places.operator)
                try:
                    while True:
                        writer.write(QUESTION)
                        async with asyncio.timeout(ANSWER_SECONDS):
                            line = await reader.readline()
                        if not line:
                            break
                        self.stands = msgspec.json.decode(line, type=StandsAnswer).good
                        await asyncio.sleep(ASK_SECONDS)
                finally:
                    writer.close()
            except (OSError, TimeoutError, ValueError):
                pass
            self.stands = None
            await asyncio.sleep(AGAIN_SECONDS)
