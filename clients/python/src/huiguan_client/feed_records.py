"""Generated from huiguan.exchange.market_data.records; do not edit.

Numbers are pinned in ``messages.lock``; docs/reference/market_data.md explains them.
"""

from struct import Struct
from typing import ClassVar

import msgspec

from huiguan_client.messages import Flag, PacketKind, Phase, Right, Side, Taker

FEED_VERSION = 1
HEADER_BYTES = 40
RECORD_BYTES = 32


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A row of whole numbers; without a kind it is the header of a packet."""

    LAYOUT: ClassVar[Struct]


class FeedRecord(Record, frozen=True, kw_only=True):
    """What a packet says; ``LAYOUT`` unpacks its kind first."""

    KIND: ClassVar[int]


class PacketHeader(Record, frozen=True, kw_only=True):
    """In front of every packet.

    Live packets of a channel are numbered from 1 each trading day. Those of a snapshot have one
    ``sequence``, that of the last live packet they include, and count in ``part`` from 1 (0 in a
    live packet). ``records`` follow. ``journal_sequence`` is that of the last command of which the
    packet tells, ``time_ns`` the time of its frame, UTC.
    """

    LAYOUT: ClassVar[Struct] = Struct("<hhhhiiqqq")

    version: int
    kind: PacketKind
    channel: int
    records: int
    trading_day: int
    part: int
    sequence: int
    journal_sequence: int
    time_ns: int


class LevelChanged(FeedRecord, frozen=True, kw_only=True, tag="level_changed"):
    """What waits at a price of one side now; without lots the level is gone."""

    KIND: ClassVar[int] = 301
    LAYOUT: ClassVar[Struct] = Struct("<h2xiqiib7x")

    instrument: int
    lots: int
    price_ticks: int
    orders: int
    side: Side


class PublicTrade(FeedRecord, frozen=True, kw_only=True, tag="public_trade"):
    """Lots changed hands; ``trade`` numbers the trades of the day over all instruments."""

    KIND: ClassVar[int] = 302
    LAYOUT: ClassVar[Struct] = Struct("<h2xiqiib7x")

    instrument: int
    trade: int
    price_ticks: int
    lots: int
    taker: Taker


class PricesChanged(FeedRecord, frozen=True, kw_only=True, tag="prices_changed"):
    """The prices of the day so far; -2^31 is a price that is not known yet.

    The close is the last price of a day that has closed; settlement is told after clearing.
    """

    KIND: ClassVar[int] = 303
    LAYOUT: ClassVar[Struct] = Struct("<h2xiiiiiii")

    instrument: int
    last_ticks: int
    open_ticks: int
    high_ticks: int
    low_ticks: int
    close_ticks: int
    settlement_ticks: int


class VolumesChanged(FeedRecord, frozen=True, kw_only=True, tag="volumes_changed"):
    """What was traded since the day began, one-sided, and what is open now.

    Where a venue has no offset flags, open interest is that of the evening before.
    """

    KIND: ClassVar[int] = 304
    LAYOUT: ClassVar[Struct] = Struct("<h2xiqqq")

    instrument: int
    volume_lots: int
    turnover_fen: int
    open_interest_lots: int


class InstrumentStatus(FeedRecord, frozen=True, kw_only=True, tag="instrument_status"):
    """What an instrument may do now; its limits and previous settlement price.

    ``withheld`` 1: no depth goes out, and every level known before is forgotten.
    """

    KIND: ClassVar[int] = 305
    LAYOUT: ClassVar[Struct] = Struct("<h2xiiiibbbb8x")

    instrument: int
    lower_limit_ticks: int
    upper_limit_ticks: int
    previous_settlement_ticks: int
    phase: Phase
    right: Right
    halted: Flag
    withheld: Flag


class EventEnded(FeedRecord, frozen=True, kw_only=True, tag="event_ended"):
    """The channel is as the command left it: now the book may be shown."""

    KIND: ClassVar[int] = 306
    LAYOUT: ClassVar[Struct] = Struct("<h6xq16x")

    journal_sequence: int


RECORDS: dict[int, type[FeedRecord]] = {
    301: LevelChanged,
    302: PublicTrade,
    303: PricesChanged,
    304: VolumesChanged,
    305: InstrumentStatus,
    306: EventEnded,
}
