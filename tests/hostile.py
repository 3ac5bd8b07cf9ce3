"""What somebody who means harm sends to a door, drawn from a seed; and a line without a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    CancelOrder,
    CancelOrders,
    EnterOrder,
)
from huiguan.floor.doors.records import (
    AskLogOff,
    Heartbeat,
    TickDone,
    encode_record,
    log_on_record,
)

if TYPE_CHECKING:
    from huiguan.floor.doors.binary import Line

EXTREMES = np.array(
    [0, 1, -1, 2, 99, 100, 101, 2**31 - 1, -(2**31), 2**30, -2, 127, 255, 65_536, 10**9], np.int64
)
QUIET_INSTRUMENT = 1  # nobody who is hostile names it: they would trade, as everybody may


class FakeTransport(asyncio.Transport):
    """Takes what a line sends; closing it tells the line a turn of the loop later."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line, self.sent, self.closed = line, bytearray(), False

    def write(self, data: Any) -> None:
        self.sent += data

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self.line.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def commands(chance: np.random.Generator, count: int, first: int) -> np.ndarray:
    """Return commands whose fields are right, extreme or random, numbered from ``first`` on."""
    rows = np.zeros((count, MESSAGE_BYTES), np.uint8)
    kinds = chance.choice([EnterOrder.KIND, CancelOrder.KIND, CancelOrders.KIND], count)
    entries = rows.reshape(-1).view(LAYOUTS[EnterOrder.KIND])
    entries["client_order_id"] = np.arange(count)
    entries["price_ticks"], entries["lots"] = chance.integers(88, 112, count), 1
    entries["trading_code"], entries["side"] = chance.integers(0, 6, count), np.arange(count) % 2
    words = rows.view("<i4")
    spoilt = np.flatnonzero(chance.random(count) < 0.5)
    places = chance.integers(4, MESSAGE_BYTES // 4, len(spoilt))
    words[spoilt, places] = chance.choice(EXTREMES, len(spoilt))
    wild = np.flatnonzero(chance.random(count) < 0.1)
    rows[wild, 16:] = chance.integers(0, 256, (len(wild), MESSAGE_BYTES - 16))
    entries["instrument"][entries["instrument"] == QUIET_INSTRUMENT] = 0
    heads = rows.reshape(-1).view(COMMAND_HEADER)
    heads["kind"], heads["version"] = kinds, VERSION
    heads["client_sequence"] = first + np.arange(count)
    return rows


def spoilt(chance: np.random.Generator, rows: np.ndarray) -> bytes:
    """Return commands with one thing wrong: a number, a kind, a version, a byte too many, noise."""
    heads = rows.reshape(-1).view(COMMAND_HEADER)
    at = int(chance.integers(len(rows)))
    match int(chance.integers(8)):
        case 0:
            heads["client_sequence"][at] = int(chance.choice(EXTREMES)) << int(chance.integers(32))
        case 1:
            heads["kind"][at] = chance.integers(-(2**15), 2**15)
        case 2:
            heads["version"][at] = chance.integers(-(2**15), 2**15)
        case 3:
            return rows.tobytes()[: at * MESSAGE_BYTES] + b"\xff" + rows.tobytes()
        case 4:
            return chance.bytes(len(rows) * MESSAGE_BYTES)
        case 5:
            done = int(chance.choice(EXTREMES)) << int(chance.integers(32))
            return rows.tobytes() + encode_record(TickDone(next_ns=done))
        case 6:
            return rows.tobytes() + encode_record(AskLogOff()) + rows.tobytes()
        case _:
            heads["session"] = chance.choice(EXTREMES, len(rows))
            return rows.tobytes() + encode_record(Heartbeat(time_ns=-1)) * 100
    return rows.tobytes()


def spoilt_log_on(chance: np.random.Generator, token: bytes) -> bytes:
    """Return a first record with one field extreme, a byte changed, or nothing right in it."""
    fields = ("last_reply", "trading_day", "schema", "epoch", "grace_ms", "cancel_on_disconnect")
    name = str(chance.choice(fields))
    value = int(chance.choice(EXTREMES))
    data = bytearray(log_on_record(token))
    match int(chance.integers(4)):
        case 0 if name != "cancel_on_disconnect":
            return log_on_record(token, **{name: value})
        case 1:
            data[int(chance.integers(len(data)))] ^= 1 << int(chance.integers(8))
        case 2:
            return log_on_record(chance.bytes(32))
        case 3:
            return chance.bytes(128)
    return bytes(data)
