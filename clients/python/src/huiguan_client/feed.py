"""The public feed as books: packets in, levels out; no socket, no thread.

``Books`` takes bytes as they arrive, keeps what waits at every price of every contract, and tells
which contracts changed. It begins with a snapshot and notices a packet that is missing.
"""

from __future__ import annotations

from typing import NamedTuple

from huiguan_client.feed_records import (
    FEED_VERSION,
    HEADER_BYTES,
    RECORD_BYTES,
    RECORDS,
    EventEnded,
    FeedRecord,
    InstrumentStatus,
    LevelChanged,
    PacketHeader,
    PricesChanged,
    PublicTrade,
    VolumesChanged,
)
from huiguan_client.messages import PacketKind, Side

UNKNOWN = -(2**31)  # a price that is not known yet


class FeedGap(Exception):  # noqa: N818  what happened, not a fault
    """A packet is missing: connect again, or take a snapshot."""


class Level(NamedTuple):
    """What waits at a price."""

    price_ticks: int
    lots: int
    orders: int


class Books:
    """What the feed has said of every contract, by its row."""

    def __init__(self) -> None:
        """Begin with nothing: a snapshot comes first."""
        self.trading_day = self.journal_sequence = self.time_ns = 0
        self.prices: dict[int, PricesChanged] = {}
        self.volumes: dict[int, VolumesChanged] = {}
        self.status: dict[int, InstrumentStatus] = {}
        self.trades: list[PublicTrade] = []  # since the last ``take``
        self._levels: dict[tuple[int, int], dict[int, tuple[int, int]]] = {}
        self._sequence: dict[int, int] = {}  # of the last live packet, by channel
        self._rest = b""

    def take(self, data: bytes) -> set[int]:
        """Take bytes of the feed; return the rows of the contracts that changed.

        Raises ``FeedGap`` when a packet is missing and ``ValueError`` for what is no packet.
        """
        self._rest += data
        self.trades = []
        changed: set[int] = set()
        at = 0
        while len(self._rest) - at >= HEADER_BYTES:
            head = PacketHeader(
                **dict(
                    zip(
                        PacketHeader.__struct_fields__,
                        PacketHeader.LAYOUT.unpack_from(self._rest, at),
                        strict=True,
                    )
                )
            )
            if head.version != FEED_VERSION:
                raise ValueError(f"feed version {head.version} is not known; take a newer client")
            end = at + HEADER_BYTES + head.records * RECORD_BYTES
            if end > len(self._rest):
                break
            changed |= self._packet(head, self._rest[at + HEADER_BYTES : end])
            at = end
        self._rest = self._rest[at:]
        return changed

    def levels(self, contract: int, side: Side, most: int = 5) -> list[Level]:
        """Return the best ``most`` prices of a side where somebody waits, the best one first."""
        found = self._levels.get((contract, side), {})
        best = sorted(found, reverse=side == Side.BUY)[:most]
        return [Level(price, *found[price]) for price in best]

    def _packet(self, head: PacketHeader, data: bytes) -> set[int]:
        known = self._sequence.get(head.channel)
        if head.kind == PacketKind.SNAPSHOT:
            if head.part == 1:
                self._forget(head)
            self._sequence[head.channel] = head.sequence
        elif head.trading_day != self.trading_day or known is None:
            return set()  # before the first snapshot of the day
        elif head.sequence <= known:
            return set()
        elif head.sequence > known + 1:
            raise FeedGap(f"packets {known + 1} to {head.sequence - 1} are missing")
        else:
            self._sequence[head.channel] = head.sequence
        self.time_ns = head.time_ns
        changed: set[int] = set()
        for at in range(0, len(data), RECORD_BYTES):
            changed |= self._record(data[at : at + RECORD_BYTES])
        return changed

    def _forget(self, head: PacketHeader) -> None:
        """Begin anew with a snapshot; another day forgets every channel."""
        if head.trading_day != self.trading_day:
            self._sequence.clear()
        self.trading_day = head.trading_day
        self.prices, self.volumes, self.status = {}, {}, {}
        self._levels = {}

    def _record(self, row: bytes) -> set[int]:
        kind = RECORDS.get(int.from_bytes(row[:2], "little"))
        if kind is None:
            raise ValueError("the feed has a record that is not known; take a newer client")
        _, *values = kind.LAYOUT.unpack(row)
        record: FeedRecord = kind(**dict(zip(kind.__struct_fields__, values, strict=True)))
        if isinstance(record, LevelChanged):
            side = self._levels.setdefault((record.instrument, record.side), {})
            if record.lots:
                side[record.price_ticks] = (record.lots, record.orders)
            else:
                side.pop(record.price_ticks, None)
        elif isinstance(record, PublicTrade):
            self.trades.append(record)
        elif isinstance(record, PricesChanged):
            self.prices[record.instrument] = record
        elif isinstance(record, VolumesChanged):
            self.volumes[record.instrument] = record
        elif isinstance(record, InstrumentStatus):
            self.status[record.instrument] = record
            if record.withheld:
                for side_of in Side:
                    self._levels.pop((record.instrument, side_of), None)
        elif isinstance(record, EventEnded):
            self.journal_sequence = record.journal_sequence
            return set()
        return {record.instrument}  # type: ignore[attr-defined]
