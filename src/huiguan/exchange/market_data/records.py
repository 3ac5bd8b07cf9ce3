"""What the public feed says: every record and the packet around them, declared once.

A record is 32 bytes, little endian: its kind, its fields, zeros. A packet is a header of 40 bytes
and at most 42 records, so that it fits a datagram. Numbers of kinds are pinned in
``messages.lock`` and never reused. Nothing here says who: no code, member, session or order.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Annotated, ClassVar, NamedTuple, TypeVar

import msgspec
import numpy as np

from huiguan.exchange.messages import PhaseCode, RightCode, SideCode
from huiguan.foundation.records import Flag, Int16, Int32, Int64, Record, layout

R = TypeVar("R", bound=Record)
FEED_VERSION = 1
RECORD_BYTES = 32
HEADER_BYTES = 40
PACKET_RECORDS = 42  # 40 + 42 x 32 = 1,384 bytes
RECORD_HEADER = [("kind", "<i2")]


class Taker(IntEnum):
    """Which side of a trade came last and took what waited."""

    BUY = 0
    SELL = 1
    NOBODY = 2  # an auction: both waited


class PacketKind(IntEnum):
    """What a packet belongs to."""

    LIVE = 0
    SNAPSHOT = 1


TakerCode = Annotated[Taker, msgspec.Meta(extra={"dtype": "<i1"})]
PacketKindCode = Annotated[PacketKind, msgspec.Meta(extra={"dtype": "<i2"})]


class PacketHeader(Record, frozen=True):
    """In front of every packet.

    Live packets of a channel are numbered from 1 each trading day. Those of a snapshot have one
    ``sequence``, that of the last live packet they include, and count in ``part`` from 1 (0 in a
    live packet). ``records`` follow. ``journal_sequence`` is that of the last command of which the
    packet tells, ``time_ns`` the time of its frame, UTC.
    """

    version: Int16
    kind: PacketKindCode
    channel: Int16
    records: Int16  # that follow
    trading_day: Int32  # yyyymmdd
    part: Int32  # of a snapshot, from 1; 0 in a live packet
    sequence: Int64
    journal_sequence: Int64  # of the last command of which the packet tells
    time_ns: Int64  # of that command's frame, UTC


class FeedRecord(Record, frozen=True):
    """A record with a number."""

    KIND: ClassVar[int]


class LevelChanged(FeedRecord, frozen=True, tag="level_changed"):
    """What waits at a price of one side now; without lots the level is gone."""

    KIND: ClassVar[int] = 301

    instrument: Int32
    lots: Int64
    price_ticks: Int32
    orders: Int32
    side: SideCode


class PublicTrade(FeedRecord, frozen=True, tag="public_trade"):
    """Lots changed hands; ``trade`` numbers the trades of the day over all instruments."""

    KIND: ClassVar[int] = 302

    instrument: Int32
    trade: Int64  # number of the trade in the day, over all instruments
    price_ticks: Int32
    lots: Int32
    taker: TakerCode


class PricesChanged(FeedRecord, frozen=True, tag="prices_changed"):
    """The prices of the day so far; -2^31 is a price that is not known yet.

    The close is the last price of a day that has closed; settlement is told after clearing.
    """

    KIND: ClassVar[int] = 303

    instrument: Int32
    last_ticks: Int32
    open_ticks: Int32
    high_ticks: Int32
    low_ticks: Int32
    close_ticks: Int32  # the last price of a day that has closed
    settlement_ticks: Int32  # after clearing


class VolumesChanged(FeedRecord, frozen=True, tag="volumes_changed"):
    """What was traded since the day began, one-sided, and what is open now.

    Where a venue has no offset flags, open interest is that of the evening before.
    """

    KIND: ClassVar[int] = 304

    instrument: Int32
    volume_lots: Int64
    turnover_fen: Int64
    open_interest_lots: Int64


class InstrumentStatus(FeedRecord, frozen=True, tag="instrument_status"):
    """What an instrument may do now; its limits and previous settlement price.

    ``withheld`` 1: no depth goes out, and every level known before is forgotten.
    """

    KIND: ClassVar[int] = 305

    instrument: Int32
    lower_limit_ticks: Int32
    upper_limit_ticks: Int32
    previous_settlement_ticks: Int32
    phase: PhaseCode
    right: RightCode
    halted: Flag
    withheld: Flag  # 1: no depth goes out, and every level known before is forgotten


class EventEnded(FeedRecord, frozen=True, tag="event_ended"):
    """The channel is as the command left it: now the book may be shown."""

    KIND: ClassVar[int] = 306

    journal_sequence: Int64  # of the command


RECORDS: dict[int, type[FeedRecord]] = {kind.KIND: kind for kind in FeedRecord.__subclasses__()}
RECORD_LAYOUTS = {
    number: layout(kind, RECORD_HEADER, RECORD_BYTES) for number, kind in RECORDS.items()
}
RECORD_HEAD = layout(Record, RECORD_HEADER, RECORD_BYTES)
PACKET_HEADER = layout(PacketHeader, [], HEADER_BYTES)


class Packet(NamedTuple):
    """A packet as objects."""

    header: PacketHeader
    records: list[FeedRecord]


def split_packets(data: bytes) -> Iterator[bytes]:
    """Yield each packet of a run of whole packets; a part of one is a ``ValueError``."""
    start = 0
    while start < len(data):
        if len(data) - start < HEADER_BYTES:
            raise ValueError(f"{len(data) - start} bytes are no packet; a header has 40")
        head = np.frombuffer(data, PACKET_HEADER, 1, start)[0]
        end = start + HEADER_BYTES + int(head["records"]) * RECORD_BYTES
        if not start + HEADER_BYTES <= end <= len(data):
            raise ValueError(f"a packet of {int(head['records'])} records is cut off")
        yield data[start:end]
        start = end


def read_packet(data: bytes) -> Packet:
    """Return one packet as objects; an unknown version, kind or value is a ``ValueError``."""
    head = np.frombuffer(data, PACKET_HEADER, 1)[0]
    if head["version"] != FEED_VERSION:
        raise ValueError(f"feed version {int(head['version'])} is not known here")
    header = _as_record(PacketHeader, head)
    rows = np.frombuffer(data, RECORD_HEAD, header.records, HEADER_BYTES)
    return Packet(header, [read_record(row) for row in rows])


def read_record(row: np.void) -> FeedRecord:
    """Return one record as an object."""
    kind = RECORDS.get(int(row["kind"]))
    if kind is None:
        raise ValueError(f"record kind {int(row['kind'])} is not known here")
    return _as_record(kind, np.frombuffer(row.tobytes(), RECORD_LAYOUTS[kind.KIND])[0])


def _as_record(kind: type[R], row: np.void) -> R:
    return msgspec.convert({name: int(row[name]) for name in kind.__struct_fields__}, kind)
