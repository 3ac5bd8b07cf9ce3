"""What the public feed says of every contract, as columns: packets in, pictures out; no socket.

Every read of the feed is taken as a whole: of several changes of a level the last one stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.market_data.records import (
    HEADER_BYTES,
    PACKET_HEADER,
    RECORD_BYTES,
    RECORD_HEAD,
    RECORD_LAYOUTS,
    InstrumentStatus,
    LevelChanged,
    PacketKind,
    PricesChanged,
    PublicTrade,
    Taker,
    VolumesChanged,
)
from huiguan.exchange.messages import Phase, Side
from huiguan.exchange.reports.words import yuan
from huiguan.floor.hall.clock import exchange_words

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.floor.doors.json.names import DayNames

PRICES = ("last", "open", "high", "low", "close", "settlement")
VOLUMES = ("volume_lots", "turnover_fen", "open_interest_lots")
STATES = ("phase", "right", "halted", "withheld")
LEVELS = 5  # of a picture
PICTURED = (LevelChanged, PricesChanged, VolumesChanged, InstrumentStatus)
Said = dict[str, Any]


class Taken(NamedTuple):
    """What one read of the feed changed."""

    contracts: np.ndarray  # rows that look different now
    levels: np.ndarray  # LevelChanged, in order
    trades: np.ndarray  # PublicTrade, in order


class Books:
    """The books of a day."""

    def __init__(self, image: DayImage, names: DayNames) -> None:
        """Begin empty: a snapshot comes first."""
        rows, count = image.instruments, len(image.instruments)
        self.names, self.trading_day = names, names.trading_day
        self.sequence = self.time_ns = 0
        self._lower = rows["lower_limit_ticks"].astype(np.int64)
        self._width = rows["upper_limit_ticks"].astype(np.int64) - self._lower + 1
        self._first = np.concatenate([[0], np.cumsum(2 * self._width)])
        self._lots = np.zeros(self._first[-1], np.int64)
        self._orders = np.zeros(self._first[-1], np.int64)
        self._prices = {name: np.full(count, NO_PRICE, np.int64) for name in PRICES}
        self._volumes = {name: np.zeros(count, np.int64) for name in VOLUMES}
        self._states = {name: np.zeros(count, np.int64) for name in STATES}

    def take(self, packets: list[memoryview]) -> Taken:
        """Take packets of this day, in order; return what they changed."""
        head = np.frombuffer(packets[-1], PACKET_HEADER, 1)[0]
        self.sequence, self.time_ns = int(head["journal_sequence"]), int(head["time_ns"])
        data = b"".join(packet[HEADER_BYTES:] for packet in packets)
        kinds = np.frombuffer(data, RECORD_HEAD)["kind"]
        found = {
            kind: np.frombuffer(data, RECORD_LAYOUTS[kind.KIND])[kinds == kind.KIND]
            for kind in (*PICTURED, PublicTrade)
        }
        self._take_levels(data, kinds)
        for kind, columns, end in (
            (PricesChanged, self._prices, "_ticks"),
            (VolumesChanged, self._volumes, ""),
            (InstrumentStatus, self._states, ""),
        ):
            rows = found[kind]
            for name, column in columns.items():
                column[rows["instrument"]] = rows[name + end]
        changed = [found[kind]["instrument"] for kind in PICTURED]
        return Taken(np.unique(np.concatenate(changed)), found[LevelChanged], found[PublicTrade])

    def _take_levels(self, data: bytes, kinds: np.ndarray) -> None:
        """Set levels; where depth is withheld, what was known before is forgotten."""
        levels = np.frombuffer(data, RECORD_LAYOUTS[LevelChanged.KIND])
        states = np.frombuffer(data, RECORD_LAYOUTS[InstrumentStatus.KIND])
        of_level = kinds == LevelChanged.KIND
        start = 0
        withheld = (kinds == InstrumentStatus.KIND) & (states["withheld"] != 0)
        for at in (*np.flatnonzero(withheld).tolist(), len(kinds)):
            self._set(levels[start:at][of_level[start:at]])
            if at < len(kinds):
                self._forget(int(states[at]["instrument"]))
            start = at

    def _set(self, rows: np.ndarray) -> None:
        contract = rows["instrument"]
        at = self._first[contract] + rows["side"] * self._width[contract]
        at += rows["price_ticks"] - self._lower[contract]
        self._lots[at], self._orders[at] = rows["lots"], rows["orders"]

    def _forget(self, contract: int) -> None:
        for column in (self._lots, self._orders):
            column[self._first[contract] : self._first[contract + 1]] = 0

    def levels(self, contract: int, side: Side, most: int) -> list[list[str | int]]:
        """Return [price, lots, orders] of the best ``most`` prices of a side, the best first."""
        first = int(self._first[contract] + side * self._width[contract])
        lots = self._lots[first : first + int(self._width[contract])]
        used = np.flatnonzero(lots)
        best = (used if side == Side.SELL else used[::-1])[:most]
        orders = self._orders[first:]
        lower, names = int(self._lower[contract]), self.names
        return [
            [names.price(contract, lower + place), int(lots[place]), int(orders[place])]
            for place in best.tolist()
        ]

    def picture(self, contract: int, levels: int = LEVELS) -> Said:
        """Return a contract as it stands."""
        prices = {
            name: None if column[contract] == NO_PRICE else self._price(contract, column)
            for name, column in self._prices.items()
        }
        volumes, states = self._volumes, self._states
        return {
            "type": "picture",
            "contract": self.names.contracts[contract],
            **self.stamp(),
            **prices,
            "volume_lots": int(volumes["volume_lots"][contract]),
            "turnover": yuan(int(volumes["turnover_fen"][contract])),
            "open_interest_lots": int(volumes["open_interest_lots"][contract]),
            "phase": Phase(int(states["phase"][contract])).name.lower(),
            "halted": bool(states["halted"][contract]),
            "withheld": bool(states["withheld"][contract]),
            "bids": self.levels(contract, Side.BUY, levels),
            "asks": self.levels(contract, Side.SELL, levels),
        }

    def _price(self, contract: int, column: np.ndarray) -> str:
        return self.names.price(contract, int(column[contract]))

    def stamp(self) -> Said:
        """Return day, sequence and time of what is known."""
        time = exchange_words(self.time_ns)
        return {"trading_day": self.trading_day, "sequence": self.sequence, "time": time}

    def changes(self, contract: int, taken: Taken) -> Said:
        """Return every change of a contract's levels and every trade of one read, in order."""
        names = self.names
        levels = taken.levels[taken.levels["instrument"] == contract]
        trades = taken.trades[taken.trades["instrument"] == contract]
        return {
            "type": "changes",
            "contract": names.contracts[contract],
            **self.stamp(),
            "levels": [
                [Side(side).name.lower(), names.price(contract, ticks), lots, orders]
                for side, ticks, lots, orders in columns(
                    levels, "side", "price_ticks", "lots", "orders"
                )
            ],
            "trades": [
                [names.price(contract, ticks), lots, Taker(taker).name.lower()]
                for ticks, lots, taker in columns(trades, "price_ticks", "lots", "taker")
            ],
        }


def columns(rows: np.ndarray, *fields: str) -> list[tuple[int, ...]]:
    """Return some fields of every row as plain numbers."""
    return list(zip(*(rows[field].tolist() for field in fields), strict=True))


def whole_packets(data: bytearray) -> list[memoryview]:
    """Return the whole packets at the beginning of what arrived."""
    found, at, view = [], 0, memoryview(bytes(data))
    while len(view) - at >= HEADER_BYTES:
        records = int(np.frombuffer(view, PACKET_HEADER, 1, at)[0]["records"])
        end = at + HEADER_BYTES + records * RECORD_BYTES
        if end > len(view):
            break
        found.append(view[at:end])
        at = end
    return found


def is_new_beginning(packet: memoryview) -> bool:
    """Return whether a packet is the first of a snapshot: forget everything before it."""
    head = np.frombuffer(packet, PACKET_HEADER, 1)[0]
    return bool(head["kind"] == PacketKind.SNAPSHOT and head["part"] == 1)


def day_of(packet: memoryview) -> int:
    """Return the trading day of a packet."""
    return int(np.frombuffer(packet, PACKET_HEADER, 1)[0]["trading_day"])
