"""Somebody who hears the public feed: plain books from packets, gaps noticed and filled.

Written from the reference of the feed (docs/reference/market_data.md) with dictionaries.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from huiguan.exchange.market_data.records import (
    EventEnded,
    FeedRecord,
    InstrumentStatus,
    LevelChanged,
    Packet,
    PacketKind,
    PricesChanged,
    PublicTrade,
    VolumesChanged,
    read_packet,
    split_packets,
)

Levels = dict[tuple[int, int, int], tuple[int, int]]  # (instrument, side, price): (lots, orders)


@dataclass
class PlainReader:
    """Follows one channel; ``again`` gives packets once more or None, ``whole`` a snapshot."""

    channel: int
    again: Callable[[int, int], bytes | None]
    whole: Callable[[], bytes]
    sequence: int = 0  # of the last live packet taken
    journal_sequence: int = 0  # of the last event that ended
    levels: Levels = field(default_factory=dict)
    prices: dict[int, PricesChanged] = field(default_factory=dict)
    volumes: dict[int, VolumesChanged] = field(default_factory=dict)
    status: dict[int, InstrumentStatus] = field(default_factory=dict)
    trades: list[PublicTrade] = field(default_factory=list)
    whole_event: bool = True  # nothing of an event is missing
    gaps: int = 0
    snapshots: int = 0

    def hear(self, data: bytes) -> None:
        """Take live packets; fill a gap before them first."""
        for raw in split_packets(data):
            packet = read_packet(raw)
            if packet.header.channel != self.channel:
                continue
            if packet.header.sequence <= self.sequence:
                continue
            if packet.header.sequence > self.sequence + 1:
                self.catch_up(packet.header.sequence - 1)
            if packet.header.sequence == self.sequence + 1:
                self.take(packet)

    def catch_up(self, last: int) -> None:
        """Ask for what is missing up to packet ``last``, or begin anew from a snapshot."""
        self.gaps += 1
        missed = self.again(self.sequence + 1, last)
        if missed is None:
            self.begin_anew(self.whole())
            return
        for raw in split_packets(missed):
            self.take(read_packet(raw))

    def begin_anew(self, data: bytes) -> None:
        """Forget everything but the trades and take a snapshot."""
        self.snapshots += 1
        self.levels, self.prices, self.volumes, self.status = {}, {}, {}, {}
        packets = [read_packet(raw) for raw in split_packets(data)]
        assert [p.header.part for p in packets] == list(range(1, len(packets) + 1))
        assert {p.header.sequence for p in packets} == {packets[0].header.sequence}
        assert all(p.header.kind == PacketKind.SNAPSHOT for p in packets)
        assert isinstance(packets[-1].records[-1], EventEnded)
        for packet in packets:
            for record in packet.records:
                self.apply(record)
        self.sequence = packets[0].header.sequence

    def take(self, packet: Packet) -> None:
        """Take the next live packet."""
        assert packet.header.kind == PacketKind.LIVE
        assert packet.header.sequence == self.sequence + 1
        assert packet.header.records == len(packet.records) > 0
        self.sequence = packet.header.sequence
        for record in packet.records:
            self.apply(record)

    def apply(self, record: FeedRecord) -> None:
        """Take one record."""
        self.whole_event = isinstance(record, EventEnded)
        if isinstance(record, LevelChanged):
            key = (record.instrument, int(record.side), record.price_ticks)
            self.levels[key] = (record.lots, record.orders)
            if record.lots == 0:
                assert record.orders == 0
                del self.levels[key]
        elif isinstance(record, PublicTrade):
            self.trades.append(record)
        elif isinstance(record, PricesChanged):
            self.prices[record.instrument] = record
        elif isinstance(record, VolumesChanged):
            self.volumes[record.instrument] = record
        elif isinstance(record, InstrumentStatus):
            self.status[record.instrument] = record
            if record.withheld:
                self.levels = {k: v for k, v in self.levels.items() if k[0] != record.instrument}
        else:
            assert isinstance(record, EventEnded)
            assert record.journal_sequence >= self.journal_sequence
            self.journal_sequence = record.journal_sequence
