"""The reference of the public feed: packets, records, worked bytes, how a reader keeps up."""

import inspect
import struct
from collections.abc import Iterator

from huiguan.exchange.market_data import records
from huiguan.exchange.market_data.records import (
    EventEnded,
    FeedRecord,
    LevelChanged,
    PacketHeader,
    PacketKind,
    PricesChanged,
    PublicTrade,
    Taker,
    VolumesChanged,
)
from huiguan.exchange.messages import Side
from huiguan.foundation.records import Record
from tools.generate.feed_client import record_format
from tools.generate.kinds import RECORDS, flags, held, record_fields
from tools.generate.message_page import WIDTHS, table

MOST = records.HEADER_BYTES + records.PACKET_RECORDS * records.RECORD_BYTES
HEAD = f"""# Market data (generated)

The public feed of a trading day: what everybody may see, in packets of at most {MOST:,} bytes that
fit a datagram. All numbers are little endian. A packet is a header of {records.HEADER_BYTES} bytes
and the records it counts, of {records.RECORD_BYTES} bytes each. Nothing in it names a trading code,
a member, a session or an order. Feed version {records.FEED_VERSION}; every number stands in
`messages.lock` and is never used twice.

Packets are derived from image and journal alone: a day run again gives the same packets with the
same numbers.

## What a reader does

1. **In order.** Live packets of a channel count from 1 each trading day. Take packet n + 1 after n;
   pass over what is not newer. Show the book when a record `EventEnded` was taken: between two of
   them it is half way.
2. **A gap.** When a packet is missing, ask for it again; the exchange keeps the last ones. When it
   is older than those, take a snapshot.
3. **A snapshot** is a run of packets of kind SNAPSHOT with one `sequence`, that of the last live
   packet it includes, counted in `part` from 1; its last record is `EventEnded`. Forget the books,
   take all parts, then go on with live packet `sequence` + 1. A late reader begins the same way.
4. **An order of records.** Of one event: its trades as they happened; the status of every
   instrument whose status changed; the levels; prices and volumes; `EventEnded`.
5. **A kind, version or value that is not known** is not guessed: take a newer client.

A level carries what waits at its price now, not the difference: taking it twice does no harm.
Price ticks count from zero; the tick and the value of a tick are in the contract's rules of the
day. The average price of the day is turnover by volume: `turnover_fen` / `volume_lots` / the fen of
a tick of a lot, in ticks.

**While an auction collects orders no depth goes out** (rulebook 9.1): `InstrumentStatus` with
`withheld` 1 says that every level known before is to be forgotten; when the auction has matched,
`withheld` 0 is followed by all levels. The same holds for what an auction left crossed because the
instrument was halted or the match was skipped, until it has traded. Where a venue shows depth in
auctions a dated row of its rulebook says so (`[[auction]]` with `depth = "shown"`).

Products are spread over channels by their number in the day image.

A hall's feed comes over TCP, packets one after the other (a header says how many records follow):
who connects gets a snapshot of every channel, then every live packet in order, and a snapshot again
when a day begins. A reader that leaves 64 MiB unread is cut and may come again.

## Packet header

"""


def field_rows(kind: type[Record]) -> list[str]:
    """Return a row for every field."""
    words, no_or_yes = held(kind), flags(kind)
    out = table("field", "type", "at", "holds")
    for name, form, at in record_fields(kind):
        word = words.get(name)
        holds = f"[{word.__name__}](messages.md#{word.__name__.lower()})" if word else ""
        holds = "0 or 1" if name in no_or_yes else holds
        out.append(f"| {name} | {WIDTHS[form]} | {at} | {holds} |")
    return out


def packed(kind: type[Record], values: dict[str, int]) -> bytes:
    """Return the bytes of a header or record."""
    given = [int(values[name]) for name, _, _ in record_fields(kind)]
    if issubclass(kind, FeedRecord):
        given.insert(0, kind.KIND)
    return struct.pack(record_format(kind), *given)


HALF_PAST_NINE_NS = 1_787_275_800_000_000_000  # 2026-08-21 09:30:00 by the exchange's clock
EXAMPLE: list[tuple[str, type[Record], dict[str, int]]] = [
    (
        "the header: channel 0, the third packet of 21 August 2026, command 4 of the journal",
        PacketHeader,
        {
            "version": records.FEED_VERSION,
            "kind": PacketKind.LIVE,
            "channel": 0,
            "records": 5,
            "trading_day": 20260821,
            "part": 0,
            "sequence": 3,
            "journal_sequence": 4,
            "time_ns": HALF_PAST_NINE_NS,
        },
    ),
    (
        "a buyer took 2 of the 5 lots that waited at 101, the first trade of the day",
        PublicTrade,
        {"instrument": 1, "trade": 1, "price_ticks": 101, "lots": 2, "taker": Taker.BUY},
    ),
    (
        "3 lots of one order are left there",
        LevelChanged,
        {"instrument": 1, "lots": 3, "price_ticks": 101, "orders": 1, "side": Side.SELL},
    ),
    (
        "101 is last, open, high and low; close and settlement are not known",
        PricesChanged,
        {"instrument": 1}
        | dict.fromkeys(("last_ticks", "open_ticks", "high_ticks", "low_ticks"), 101)
        | dict.fromkeys(("close_ticks", "settlement_ticks"), -(2**31)),
    ),
    (
        "2 lots x 101 ticks x 100 fen = 20,200 fen; both opened, so 2 lots are open",
        VolumesChanged,
        {"instrument": 1, "volume_lots": 2, "turnover_fen": 20_200, "open_interest_lots": 2},
    ),
    ("the event of command 4 has ended", EventEnded, {"journal_sequence": 4}),
]


def hex_lines(data: bytes) -> Iterator[str]:
    """Yield eight bytes a line."""
    for start in range(0, len(data), 8):
        yield f"{start:4d}  {data[start : start + 8].hex(' ')}"


def example_bytes() -> bytes:
    """Return the packet of the page."""
    return b"".join(packed(kind, values) for _, kind, values in EXAMPLE)


def example_section() -> list[str]:
    """Return the worked packet, part by part."""
    out = ["", "## A packet, byte by byte", "", f"{len(example_bytes())} bytes, eight a line."]
    for what, kind, values in EXAMPLE:
        out += ["", f"`{kind.__name__}`: {what}.", "", "```text"]
        out += [*hex_lines(packed(kind, values)), "```"]
    return out


def feed_page() -> str:
    """Return the page people read who write a reader."""
    out = [HEAD + (inspect.getdoc(PacketHeader) or ""), *field_rows(PacketHeader)]
    out += ["", "## Records", "", "The kind is an int16 at 0; what is not named is zero."]
    for kind in RECORDS:
        out += ["", f"### {kind.KIND} {kind.__name__}", "", inspect.getdoc(kind) or ""]
        out += field_rows(kind)
    return "\n".join(out + example_section()) + "\n"
