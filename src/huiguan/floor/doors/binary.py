"""The binary door: records of 64 bytes over TCP, a session a connection.

The first record says who speaks (``AskLogOn``). From then on what arrives is cut into records a
buffer at a time; a record never costs a call of its own. Bytes that make no sense end that
connection with a reason and touch no other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    MESSAGE_BYTES,
    VERSION,
    CancelOrder,
    CancelOrders,
    Closing,
    EnterOrder,
    SelfTrade,
)
from huiguan.floor.doors.records import (
    DOOR_LAYOUTS,
    HEARTBEAT_MS,
    LOG_ON_BYTES,
    SCHEMA,
    TOKEN_BYTES,
    AskLogOff,
    AskLogOn,
    DoorReason,
    DoorRecord,
    Goodbye,
    Heartbeat,
    NotTaken,
    TickDone,
    encode_record,
)
from huiguan.floor.hall.clock import steady
from huiguan.floor.hall.keys import KeyRight

if TYPE_CHECKING:
    from typing import BinaryIO

    from huiguan.floor.doors.rate import Rate
    from huiguan.floor.hall.keys import Key
    from huiguan.floor.hall.lines import Hall

UNREAD_BYTES = 32 << 20  # replies handed over and not read; more, and the line is cut
AT_ONCE_BYTES = 1 << 20  # of what was missed; the next piece follows when this one is read
READING_SECONDS = 30.0  # a piece must be read by then
LOG_ON_SECONDS = 10.0
ASK = DOOR_LAYOUTS[AskLogOn.KIND]
KEY_WORDS = TOKEN_BYTES // 8
KEY_AT = 16  # after the header


def table_of(*kinds: int) -> np.ndarray:
    """Return by kind (``int16``; -1 is the last place) whether it is one of these (``bool``)."""
    table = np.zeros(1 << 16, bool)
    table[list(kinds)] = True
    return table


IS_ORDER = table_of(EnterOrder.KIND, CancelOrder.KIND, CancelOrders.KIND)
IS_KNOWN = IS_ORDER | table_of(Heartbeat.KIND, AskLogOff.KIND, TickDone.KIND)


class Asked(NamedTuple):
    """What the first record of a connection says."""

    token: bytes
    last_reply: int
    trading_day: int
    schema: int
    epoch: int
    grace_ms: int
    cancel_on_disconnect: int
    self_trade: int
    closing: int


def read_ask(data: bytes) -> Asked | None:
    """Return what the first 128 bytes of a connection say; None: they make no sense."""
    row = np.frombuffer(data, ASK)[0]
    good = row["kind"] == AskLogOn.KIND and row["version"] == VERSION
    numbers = [int(row[name]) for name in Asked._fields[1:]]
    asked = Asked(bytes(data[KEY_AT : KEY_AT + TOKEN_BYTES]), *numbers)
    sound = asked.cancel_on_disconnect in (0, 1) and asked.epoch > 0
    sound = sound and asked.last_reply >= 0 and asked.grace_ms >= 0
    sound = sound and SelfTrade.OFF <= asked.self_trade <= SelfTrade.BOTH
    sound = sound and Closing.AS_SENT <= asked.closing <= Closing.TODAY
    return asked if good and sound else None


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, hall: Hall) -> None:
        """Wait for the first record."""
        self.hall = hall
        self.session = 0  # until the journal knows it
        self.key: Key | None = None
        self.asked: Asked | None = None
        self.is_on = False
        self.heard = steady()
        self._buffer = bytearray()
        self._transport: asyncio.Transport
        self._rate: Rate
        self._ended = False
        self._room: asyncio.Event | None = None  # while what was missed is sent piece by piece

    # from the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: the key has to come soon."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=UNREAD_BYTES)
        if not self.hall.admit(self):
            self.end(DoorReason.FULL)

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        self.heard = steady()
        if self._ended:
            return
        self._buffer += data
        if self.asked is None:
            if len(self._buffer) < LOG_ON_BYTES:
                return
            first = bytes(self._buffer[:LOG_ON_BYTES])
            del self._buffer[:LOG_ON_BYTES]
            self._ask(first)
        if self.is_on:
            self._take()
        elif len(self._buffer) > UNREAD_BYTES:
            self.end(DoorReason.NO_SENSE, len(self._buffer))

    def pause_writing(self) -> None:
        """Cut a line whose other end does not read; one that catches up only waits."""
        if self._room:
            self._room.clear()
        else:
            self.end(DoorReason.NOT_READING, UNREAD_BYTES, abort=True)

    def resume_writing(self) -> None:
        """Let what was missed go on."""
        if self._room:
            self._room.set()

    def eof_received(self) -> None:
        """Let the system close the line."""

    def connection_lost(self, _: Exception | None) -> None:
        """Tell the hall that the line is gone."""
        self._ended = True
        self.resume_writing()
        self.hall.gone(self)

    # from the hall

    @property
    def address(self) -> str:
        """Where the other end is."""
        peer = self._transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    def send(self, data: bytes | memoryview) -> None:
        """Hand bytes to the system."""
        if not self._ended:
            self._transport.write(data)

    def say(self, record: DoorRecord) -> None:
        """Send a record of the door."""
        self.send(encode_record(record, self.session))

    async def repeat(self, missed: BinaryIO) -> bool:
        """Send what the other end asked for again, as fast as it reads; cut it if it does not.

        Return whether it was read.
        """
        self._room = asyncio.Event()
        self._room.set()
        self._transport.set_write_buffer_limits(high=AT_ONCE_BYTES)
        try:
            while not self._ended and (piece := missed.read(AT_ONCE_BYTES)):
                self.send(piece)
                await asyncio.sleep(0)  # others go on between two pieces, however fast they go
                await asyncio.wait_for(self._room.wait(), READING_SECONDS)
        except TimeoutError:
            self.end(DoorReason.NOT_READING, AT_ONCE_BYTES, abort=True)
        finally:
            self._room = None
            self._transport.set_write_buffer_limits(high=UNREAD_BYTES)
        return not self._ended

    def start(self, session: int, rate: Rate) -> None:
        """Go on as a session that is on; what was sent ahead is taken now."""
        self.session, self.is_on, self._rate = session, True, rate
        self._take()

    def end(self, reason: DoorReason, figure: int = 0, *, abort: bool = False) -> None:
        """End the connection and say why; the reason is told again at the next log-on."""
        if self._ended:
            return
        self.hall.noted(self, reason)
        self.say(Goodbye(figure=figure, reason=int(reason)))
        self._ended = True
        if abort:
            self._transport.abort()
        else:
            self._transport.close()

    def check(self, now: float) -> None:
        """Look whether the other end is still there, and give a sign of life."""
        silent = now - self.heard
        if self._ended:  # it was told, and does not read even that
            self._transport.abort()
        elif not self.session:
            if self.asked is None and silent > LOG_ON_SECONDS:
                self.end(DoorReason.SILENT, int(silent))
        elif silent > 3 * HEARTBEAT_MS / 1000:
            self.end(DoorReason.SILENT, int(silent), abort=True)
        else:
            self.say(Heartbeat(time_ns=self.hall.clock.now_ns()))

    # bytes to commands

    def _ask(self, data: bytes) -> None:
        asked = read_ask(data)
        if asked is None:
            self.end(DoorReason.NO_SENSE, 0)
        elif asked.schema != SCHEMA:
            self.end(DoorReason.OTHER_SCHEMA, SCHEMA)
        else:
            self.asked = asked
            self.hall.log_on(self, asked)

    def _take(self) -> None:
        """Cut the buffer into commands and hand them on together."""
        whole = len(self._buffer) // MESSAGE_BYTES * MESSAGE_BYTES
        if not whole or self._ended or not self.is_on:
            return
        rows = np.frombuffer(bytes(self._buffer[:whole]), np.uint8).copy()
        del self._buffer[:whole]
        heads = rows.view(COMMAND_HEADER)
        if not (heads["version"] == VERSION).all():
            self.end(DoorReason.NO_SENSE, int(heads["version"][heads["version"] != VERSION][0]))
            return
        if not IS_ORDER[heads["kind"]].all():
            rows = self._door_records(rows, heads)
            heads = rows.view(COMMAND_HEADER)
        if self._ended or not len(rows):
            return
        heads["session"] = self.session
        self._hand_on(rows, heads)

    def _hand_on(self, rows: np.ndarray, heads: np.ndarray) -> None:
        assert self.key
        if not self.key.enters_orders:
            self.end(DoorReason.NO_RIGHT, int(heads["kind"][0]))
            return
        if reason := self.hall.closed_for_orders():
            self._not_taken(heads, reason, 1000)
            return
        allowed = self._rate.take(len(heads), steady())
        if allowed < len(heads):
            self._not_taken(heads[allowed:], DoorReason.TOO_FAST, self._rate.wait_ms())
            rows = rows[: allowed * MESSAGE_BYTES]
        if len(rows):
            self.hall.take(self, self.hall.only_own(self, rows))
        if self.hall.node.is_full:
            self._transport.pause_reading()
            self.hall.node.paused_reading.append(self._go_on_reading)

    def _go_on_reading(self) -> None:
        if not self._ended and not self._transport.is_closing():
            self._transport.resume_reading()

    def _not_taken(self, heads: np.ndarray, reason: DoorReason, again_ms: int) -> None:
        first = int(heads["client_sequence"][0])
        count = len(heads)
        self.say(
            NotTaken(
                first_client_sequence=first, count=count, again_ms=again_ms, reason=int(reason)
            )
        )

    def _door_records(self, rows: np.ndarray, heads: np.ndarray) -> np.ndarray:
        """Answer the records that are for the door; return the rows of the others."""
        kinds = heads["kind"]
        known = IS_KNOWN[kinds]
        if not known.all():
            self.end(DoorReason.NO_SENSE, int(kinds[np.flatnonzero(~known)[0]]))
            return rows[:0]
        own: np.ndarray = rows.reshape(-1, MESSAGE_BYTES)[IS_ORDER[kinds]].reshape(-1)
        done = rows.view(DOOR_LAYOUTS[TickDone.KIND])[kinds == TickDone.KIND]
        if len(done) or (kinds == AskLogOff.KIND).any():
            self._buffer_orders(own)
            own = rows[:0]
        assert self.key
        if len(done) and not self.key.may(KeyRight.PACE):
            self.end(DoorReason.NO_RIGHT, TickDone.KIND)
            return own
        for row in done:
            self.hall.tick_done(self, int(row["next_ns"]))
        if (kinds == AskLogOff.KIND).any():
            self.hall.log_off(self)
            self.end(DoorReason.NONE)
        return own

    def _buffer_orders(self, rows: np.ndarray) -> None:
        """Hand on what stood before a record that closes what was sent."""
        heads = rows.view(COMMAND_HEADER)
        if len(rows):
            heads["session"] = self.session
            self._hand_on(rows, heads)
