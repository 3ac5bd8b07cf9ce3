"""The public feed of a trading day as a value: frames in, packets out; no socket, no clock.

    feed = Feed(image)
    packets = feed.apply(frame.time_ns, frame.first_sequence, commands, frame.events)
    late = feed.snapshot(channel=0)

``apply`` takes every frame of the day in order, with the commands that caused its events (the house
command behind a halt names the instrument, its event does not), and returns whole packets one after
the other: ``split_packets`` takes them apart. They depend on image and journal alone: who runs the
same frames again gets the same packets with the same numbers. A reader that missed some asks for
them (``window.PacketWindow``) or takes a snapshot, which names the last packet it includes.

A feed that begins in the middle of a day needs the core's tables of that moment
(``TradingCore.tables``) and what ``kept`` gave then (some 100 bytes an instrument): ``restore``.
Memory is fixed by the image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.market_data.depth import find_withheld
from huiguan.exchange.market_data.publish import (
    publish,
    publish_settlements,
    write_told,
)
from huiguan.exchange.market_data.records import (
    FEED_VERSION,
    PACKET_HEADER,
    PACKET_RECORDS,
    RECORD_BYTES,
    RECORD_LAYOUTS,
    EventEnded,
    InstrumentStatus,
    PacketKind,
    PricesChanged,
    VolumesChanged,
)
from huiguan.exchange.market_data.state import (
    KEPT,
    enter_orders,
    enter_states,
    handle_of,
    new_state,
    tell_shown,
    words_of_channel,
)
from huiguan.exchange.messages import MESSAGE_BYTES, Side
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.memory import touched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.market_data.records import FeedRecord

MOST_CHANNELS = 1024


class PriceLevel(NamedTuple):
    """What waits at one price of one side."""

    price_ticks: int
    lots: int
    orders: int


class Feed:
    """Depth, trades, prices, volumes and states of every instrument of an image."""

    def __init__(
        self, image: DayImage, channels: int = 1, *, auction_depth: np.ndarray | bool = False
    ) -> None:
        """Begin the day; products are spread over ``channels`` by their number in the image.

        ``auction_depth`` tells depth also while an auction collects orders: of all, or of each
        instrument where the rulebooks say so (``auction_depth.shown_in_auctions``).
        """
        if not 0 < channels <= MOST_CHANNELS:
            raise InputFault(f"channels must be 1 to {MOST_CHANNELS}, not {channels}")
        shown = np.zeros(len(image.instruments), bool) | auction_depth
        self.state = new_state(image, channels, shown)
        self._handle = handle_of(self.state)
        self._part = words_of_channel(self.state)
        self._out = touched(channels * self._part * 8, "u1")

    @property
    def journal_sequence(self) -> int:
        """The last command whose events were told."""
        return int(self.state.counters["last_sequence"][0])

    def packet_sequence(self, channel: int = 0) -> int:
        """Return the number of the last live packet of a channel; 0 before the first."""
        return int(self.state.channels["sequence"][channel])

    def apply(
        self, time_ns: int, first_sequence: int, commands: np.ndarray, events: np.ndarray
    ) -> bytes:
        """Take one frame; return the live packets of all channels that tell of it.

        ``commands`` and ``events`` are ``uint8``, 64 a row. Raises ``CheckFault`` when an event
        names an order or a command that was not there: frames before it were left out.
        """
        counters, start, packets = self.state.counters, 0, []
        told, given = _read_only(events), _read_only(commands)
        counters["time_ns"] = time_ns
        while start < len(told) // MESSAGE_BYTES or counters["sequence"][0] != 0:
            start = publish(self._handle, self._out, told, start, given, first_sequence)
            packets.append(self._written())
        if counters["lost"][0]:
            raise CheckFault(
                "an event names an order that the feed never saw, or a command it was not given, so"
                " its books are wrong; give it every frame of the day with its commands, or restore"
                " it from the core's tables"
            )
        return packets[0] if len(packets) == 1 else b"".join(packets)

    def settle(self, time_ns: int, settlement_ticks: np.ndarray) -> bytes:
        """Return the live packets that tell settlement prices (ticks; ``NO_PRICE`` for none)."""
        self.state.counters["time_ns"] = time_ns
        publish_settlements(self._handle, self._out, settlement_ticks.astype(np.int64))
        return self._written()

    def snapshot(self, channel: int = 0) -> bytes:
        """Return the packets of what a channel has told so far; a late reader begins with them.

        The packets carry the number of the last live packet included, and their own in ``part``;
        the last record of the last one is ``EventEnded``.
        """
        mine = np.flatnonzero(self.state.books["channel"] == channel)
        books = self.state.books[mine]
        records = [
            _records(InstrumentStatus, len(mine), _status_fields(mine, books)),
            _records(PricesChanged, len(mine), {"instrument": mine} | _same(PricesChanged, books)),
            _records(
                VolumesChanged, len(mine), {"instrument": mine} | _same(VolumesChanged, books)
            ),
            self._told_levels(channel),
            _records(EventEnded, 1, {"journal_sequence": self.journal_sequence}),
        ]
        return self._snapshot_packets(channel, np.concatenate(records))

    def depth(self, instrument: int, side: Side, levels: int) -> list[PriceLevel]:
        """Return the best ``levels`` prices where somebody waits now, the best one first.

        This is the core's book, whatever is told of it while an auction collects orders.
        """
        book = self.state.books[instrument]
        lowest, highest = int(book["lowest"]), int(book["highest"])
        first = int(book["first"]) + (int(book["width"]) if side == Side.SELL else 0)
        rows = self.state.levels[first + lowest : first + max(highest + 1, lowest)]
        used = np.flatnonzero(rows["lots"])
        best = used[:levels] if side == Side.SELL else used[::-1][:levels]
        prices = best + (lowest + int(book["lower_ticks"]))
        columns = (prices, rows["lots"][best], rows["orders"][best])
        return [PriceLevel(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]

    def kept(self) -> dict[str, np.ndarray]:
        """Return what ``restore`` needs beside the core's tables of the same moment."""
        return {name: getattr(self.state, name).copy() for name in KEPT}

    def restore(
        self, core: Mapping[str, np.ndarray], kept: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Go on from the core's tables and what ``kept`` gave then; only a new feed can.

        Without ``kept`` depth and states are right, packets count from 1 again, and open, high,
        low, volume, turnover and open interest are those of the morning.
        """
        if self.journal_sequence:
            raise InputFault("a feed that has told something cannot be restored; make a new one")
        enter_orders(self.state, core["orders"])
        if kept is None:
            enter_states(self.state, core)
            find_withheld(self._handle)
        else:
            for name in KEPT:
                np.copyto(getattr(self.state, name), kept[name])
        tell_shown(self.state)

    def _written(self) -> bytes:
        """Return the packets that the last call of a kernel left in the buffer."""
        ends = (self.state.channels["start"] * 8).tolist()
        parts = [
            self._out[number * self._part * 8 : end].tobytes() for number, end in enumerate(ends)
        ]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _told_levels(self, channel: int) -> np.ndarray:
        """Return the records of every level that a channel was told of."""
        books = self.state.books
        used = np.maximum(books["highest"].astype(np.int64) - books["lowest"] + 1, 0)
        out = np.zeros(2 * int(used.sum()) * RECORD_BYTES, np.uint8)
        count = write_told(self._handle, channel, out)
        return out[: count * RECORD_BYTES].reshape(count, RECORD_BYTES)

    def _snapshot_packets(self, channel: int, records: np.ndarray) -> bytes:
        """Return records (``uint8``, 32 a row) as the packets of one snapshot."""
        head = np.zeros(1, PACKET_HEADER)
        head["version"], head["kind"] = FEED_VERSION, PacketKind.SNAPSHOT
        head["channel"], head["sequence"] = channel, self.packet_sequence(channel)
        head["trading_day"] = self.state.counters["trading_day"]
        head["journal_sequence"] = self.journal_sequence
        head["time_ns"] = self.state.counters["time_ns"]
        packets = []
        for start in range(0, len(records), PACKET_RECORDS):
            part = records[start : start + PACKET_RECORDS]
            head["records"] = len(part)
            head["part"] += 1
            packets.append(head.tobytes() + part.tobytes())
        return b"".join(packets)


def _read_only(rows: np.ndarray) -> np.ndarray:
    """Return a flat view that nobody writes to: kernels are compiled for one sort of buffer."""
    flat = rows.reshape(-1).view()
    flat.flags.writeable = False
    return flat


def _records(kind: type[FeedRecord], count: int, fields: Mapping[str, object]) -> np.ndarray:
    """Return records of one kind as bytes (``uint8``, 32 a row)."""
    rows = np.zeros(count, RECORD_LAYOUTS[kind.KIND])
    rows["kind"] = kind.KIND
    for name, values in fields.items():
        rows[name] = values
    return rows.view(np.uint8).reshape(count, RECORD_BYTES)


def _same(kind: type[FeedRecord], books: np.ndarray) -> dict[str, np.ndarray]:
    """Return the fields of a record that a book has under the same name."""
    return {name: books[name] for name in kind.__struct_fields__ if name != "instrument"}


def _status_fields(instruments: np.ndarray, books: np.ndarray) -> dict[str, np.ndarray]:
    """Return the fields of the records of status."""
    fields = ("previous_settlement_ticks", "phase", "right", "halted", "withheld")
    limits = {"lower_limit_ticks": "lower_ticks", "upper_limit_ticks": "upper_ticks"}
    return {
        "instrument": instruments,
        **{name: books[name] for name in fields},
        **{name: books[given] for name, given in limits.items()},
    }
