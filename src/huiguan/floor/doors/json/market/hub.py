"""One line to the feed for all readers of market data; what they get is encoded once for all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.market_data.feed_books import (
    Taken,
    day_of,
    is_new_beginning,
    whole_packets,
)
from huiguan.floor.doors.json.market.books import PicturedBooks
from huiguan.floor.hall.publisher import FEED_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

    from huiguan.floor.doors.json.door import Door

EVERY_MS = (0, 100, 500)  # 0: every change
AGAIN_SECONDS = 0.5
MOST_READERS = 2_000
MOST_WAITING = 20_000  # messages that a reader of every change leaves unread; more, and it is cut
ALL_LEVELS = 1 << 30


class Frame(NamedTuple):
    """Pictures of several contracts, as the text of one frame, and each for itself."""

    text: str
    pictures: dict[str, bytes]


class Reader:
    """One reader: what it wants, and what it was not sent yet."""

    def __init__(self) -> None:
        """Want nothing."""
        self.wants: dict[str, int] = {}  # by contract, at most every so many ms
        self.news = asyncio.Event()
        self.is_behind = False
        self._frame: Frame | None = None  # the one frame that waits, if it is no more than one
        self._pictures: dict[str, bytes] = {}  # the newest of each contract
        self._changes: list[bytes] = []

    def take(self, frame: Frame) -> None:
        """Take pictures; each replaces one of its contract that was not sent yet."""
        if not (self._changes or self._pictures or self._frame):
            self._frame = frame
        else:
            self._apart()
            self._pictures.update(frame.pictures)
        self.news.set()

    def change(self, said: bytes) -> None:
        """Take a change."""
        self._apart()
        self._changes.append(said)
        self.is_behind = len(self._changes) > MOST_WAITING
        self.news.set()

    def _apart(self) -> None:
        """Take the waiting frame apart: more is to be said with it."""
        if self._frame:
            self._pictures.update(self._frame.pictures)
            self._frame = None

    def waiting(self) -> str:
        """Return what is to be sent now, as one frame."""
        frame, said = self._frame, [*self._changes, *self._pictures.values()]
        self._frame, self._changes, self._pictures = None, [], {}
        self.news.clear()
        return frame.text if frame else text_of(said)


def text_of(said: Iterable[bytes]) -> str:
    """Return messages as the text of a frame."""
    return f"[{b','.join(said).decode()}]"


class Hub:
    """Follows the feed and tells every reader what it wants."""

    def __init__(self, door: Door) -> None:
        """Begin without a day."""
        self._door = door
        self.books: PicturedBooks | None = None
        self.readers: set[Reader] = set()
        self._every: dict[str, set[Reader]] = {}  # of every change, by contract
        self._groups: dict[int, dict[frozenset[str], list[Reader]]] = {}  # by pace, until one asks
        self._shown: dict[int, bytes] = {}  # pictures as text, until they change
        self._changed: dict[int, set[int]] = {pace: set() for pace in EVERY_MS if pace}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to follow the feed, once somebody wants it."""
        if not self._tasks:
            paces = [self._tell(pace) for pace in EVERY_MS if pace]
            self._tasks = [asyncio.create_task(work) for work in (self._follow(), *paces)]

    async def _follow(self) -> None:
        """Stay connected to the feed."""
        place = str(self._door.folder / FEED_NAME)
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(place)
            except OSError:
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            rest = bytearray()
            while data := await reader.read(1 << 20):
                rest += data
                packets = whole_packets(rest)
                del rest[: sum(map(len, packets))]
                await self._take(packets)
            writer.close()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _take(self, packets: list[memoryview]) -> None:
        """Take packets; a snapshot among them begins the books anew."""
        since = 0
        for place, packet in enumerate(packets):
            if is_new_beginning(packet):
                self._apply(packets[since:place])
                day = await asyncio.to_thread(self._door.day_of, day_of(packet))
                self.books, since = PicturedBooks(day.image, day.names), place
                self._shown.clear()
                for changed in self._changed.values():  # rows of another day
                    changed.clear()
        self._apply(packets[since:])

    def _apply(self, packets: list[memoryview]) -> None:
        if not packets or self.books is None:
            return
        begins = is_new_beginning(packets[0])
        taken = self.books.take(packets)
        names = self.books.names.contracts
        for row in taken.contracts.tolist():
            self._shown.pop(row, None)
            for changed in self._changed.values():
                changed.add(row)
        for row in np.union1d(taken.contracts, taken.trades["instrument"]).tolist():
            if readers := self._every.get(names[row]):
                self._tell_change(row, taken, readers, begins=begins)

    def _tell_change(self, row: int, taken: Taken, readers: set[Reader], *, begins: bool) -> None:
        """Tell readers of every change; a book that begins anew is told whole."""
        assert self.books
        picture = self.books.picture(row, ALL_LEVELS)
        said = [picture] if begins else [self.books.changes(row, taken), without_levels(picture)]
        for data in map(msgspec.json.encode, said):
            for reader in readers:
                reader.change(data)

    async def _tell(self, pace: int) -> None:
        """Tell pictures of what changed, every ``pace`` ms."""
        while True:
            await asyncio.sleep(pace / 1000)
            if not self._changed[pace] or self.books is None:
                continue
            changed, self._changed[pace] = sorted(self._changed[pace]), set()
            names = self.books.names.contracts
            for wants, readers in self._alike(pace):
                said = {names[row]: self._picture(row) for row in changed if names[row] in wants}
                if said:
                    frame = Frame(text_of(said.values()), said)
                    for reader in readers:
                        reader.take(frame)

    def _alike(self, pace: int) -> Iterable[tuple[frozenset[str], list[Reader]]]:
        """Return the readers of a pace by what they want: the same frame is for all of them."""
        if pace not in self._groups:
            groups: dict[frozenset[str], list[Reader]] = {}
            for reader in self.readers:
                wants = frozenset(name for name, every in reader.wants.items() if every == pace)
                groups.setdefault(wants, []).append(reader)
            self._groups[pace] = groups
        return self._groups[pace].items()

    def _picture(self, row: int) -> bytes:
        """Return the picture of a contract as text, made once until it changes."""
        assert self.books
        if row not in self._shown:
            self._shown[row] = msgspec.json.encode(self.books.picture(row))
        return self._shown[row]

    def contracts_of(self, contracts: list[str], products: list[str]) -> list[str] | str:
        """Return the contracts of a subscription, or the name that is none."""
        assert self.books
        names = self.books.names
        for asked, known in ((contracts, names.contract_rows), (products, names.product_rows)):
            for name in asked:
                if name not in known:
                    return name
        rows = {names.product_rows[name] for name in products}
        day = self._door.day_of(self.books.trading_day)
        owners = day.image.instruments["product"].tolist()
        of_products = [names.contracts[row] for row, owner in enumerate(owners) if owner in rows]
        return [*dict.fromkeys([*contracts, *of_products])]

    def want(self, reader: Reader, contract: str, pace: int) -> None:
        """Tell a reader of a contract from now on, and first how it stands."""
        assert self.books
        self.leave(reader, contract)
        reader.wants[contract] = pace
        self._groups.pop(pace, None)
        row = self.books.names.contract_rows[contract]
        if pace == 0:
            self._every.setdefault(contract, set()).add(reader)
            reader.change(msgspec.json.encode(self.books.picture(row, ALL_LEVELS)))
        else:
            said = self._picture(row)
            reader.take(Frame(text_of([said]), {contract: said}))

    def leave(self, reader: Reader, contract: str) -> None:
        """Tell a reader no more of a contract."""
        pace = reader.wants.pop(contract, None)
        if pace == 0:
            self._every[contract].discard(reader)
        elif pace is not None:
            self._groups.pop(pace, None)

    def gone(self, reader: Reader) -> None:
        """Forget a reader."""
        self.readers.discard(reader)
        for contract in list(reader.wants):
            self.leave(reader, contract)


def without_levels(picture: dict[str, object]) -> dict[str, object]:
    """Return the figures of a picture: whoever hears every change knows the levels."""
    figures = {name: value for name, value in picture.items() if name not in ("bids", "asks")}
    return {**figures, "type": "figures"}
