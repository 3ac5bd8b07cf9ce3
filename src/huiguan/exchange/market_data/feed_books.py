"""What the public feed says of every contract, as columns: packets in, the book of a day out.

Every read of the feed is taken as a whole: of several changes of a level the last one stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    VolumesChanged,
)
from huiguan.exchange.messages import Side

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage

PRICES = ("last", "open", "high", "low", "close", "settlement")
VOLUMES = ("volume_lots", "turnover_fen", "open_interest_lots")
STATES = ("phase", "right", "halted", "withheld")
PICTURED = (LevelChanged, PricesChanged, VolumesChanged, InstrumentStatus)


class Taken(NamedTuple):
    """What one read of the feed changed."""

    contracts: np.ndarray  # rows that look different now
    levels: np.ndarray  # LevelChanged, in order
    trades: np.ndarray  # PublicTrade, in order
    trade_times_ns: np.ndarray  # int64, UTC: of their frames
    volumes: np.ndarray  # VolumesChanged, in order
    volume_times_ns: np.ndarray


class FeedBooks:
    """The books of a day."""

    def __init__(self, image: DayImage) -> None:
        """Begin empty: a snapshot comes first."""
        rows, count = image.instruments, len(image.instruments)
        self.trading_day = image.settings.trading_day
        self.sequence = self.time_ns = 0
        self._lower = rows["lower_limit_ticks"].astype(np.int64)
        self._width = rows["upper_limit_ticks"].astype(np.int64) - self._lower + 1
        self._first = np.concatenate([[0], np.cumsum(2 * self._width)])
        self._lots = np.zeros(self._first[-1], np.int64)
        self._orders = np.zeros(self._first[-1], np.int64)
        self.prices = {name: np.full(count, NO_PRICE, np.int64) for name in PRICES}
        self.volumes = {name: np.zeros(count, np.int64) for name in VOLUMES}
        self.states = {name: np.zeros(count, np.int64) for name in STATES}

    def take(self, packets: list[memoryview]) -> Taken:
        """Take packets of this day, in order; return what they changed."""
        heads = [np.frombuffer(packet, PACKET_HEADER, 1)[0] for packet in packets]
        self.sequence = int(heads[-1]["journal_sequence"])
        self.time_ns = int(heads[-1]["time_ns"])
        data = b"".join(packet[HEADER_BYTES:] for packet in packets)
        kinds = np.frombuffer(data, RECORD_HEAD)["kind"]
        found = {
            kind: np.frombuffer(data, RECORD_LAYOUTS[kind.KIND])[kinds == kind.KIND]
            for kind in (*PICTURED, PublicTrade)
        }
        times = np.repeat(
            np.array([head["time_ns"] for head in heads], np.int64),
            [int(head["records"]) for head in heads],
        )
        self._take_levels(data, kinds)
        for kind, columns, end in (
            (PricesChanged, self.prices, "_ticks"),
            (VolumesChanged, self.volumes, ""),
            (InstrumentStatus, self.states, ""),
        ):
            rows = found[kind]
            for name, column in columns.items():
                column[rows["instrument"]] = rows[name + end]
        changed = [found[kind]["instrument"] for kind in PICTURED]
        return Taken(
            np.unique(np.concatenate(changed)),
            found[LevelChanged],
            found[PublicTrade],
            times[kinds == PublicTrade.KIND],
            found[VolumesChanged],
            times[kinds == VolumesChanged.KIND],
        )

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

    def best(self, contract: int, side: Side, most: int) -> list[tuple[int, int, int]]:
        """Return (ticks, lots, orders) of the best ``most`` prices of a side, the best first."""
        first = int(self._first[contract] + side * self._width[contract])
        lots = self._lots[first : first + int(self._width[contract])]
        used = np.flatnonzero(lots)
        best = (used if side == Side.SELL else used[::-1])[:most].tolist()
        orders, lower = self._orders[first:], int(self._lower[contract])
        return [(lower + place, int(lots[place]), int(orders[place])) for place in best]


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
