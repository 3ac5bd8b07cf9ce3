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
    from collections.abc import Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.floor.doors.binary import Line

EXTREMES = np.array(
    [0, 1, -1, 2, 99, 100, 101, 2**31 - 1, -(2**31), 2**30, -2, 127, 255, 65_536, 10**9], np.int64
)
EXTREME_WORDS = [str(one) for one in EXTREMES.tolist()]
QUIET_INSTRUMENT = 1  # nobody who is hostile names it: they would trade, as everybody may
ODD_TEXTS = (
    "",
    "nobody",
    "\\u0000",
    "一手",
    " buy",
    "BUY",
    "1e3",
    "NaN",
    "-1",
    "0x10",
    "100.5",
    "9" * 5000,
)
ODD_VALUES = ("null", "true", "-1", "1.5", "1e400", "9223372036854775808", "[]", "{}", '"100"')
SPOILT = 0.02  # of frames are no messages, and end their line


class FakeTransport(asyncio.Transport):
    """Takes what a line sends, as much as a line lets it; what is read makes room.

    Closing it tells the line a turn of the loop later.
    """

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line, self.sent, self.closed = line, bytearray(), False
        self.most, self.full = 1 << 16, False

    def write(self, data: Any) -> None:
        self.sent += data
        if len(self.sent) > self.most and not self.full:
            self.full = True
            self.line.pause_writing()

    def read(self) -> bytes:
        """Return what was sent since the last time."""
        data = bytes(self.sent)
        self.sent.clear()
        if self.full:
            self.full = False
            self.line.resume_writing()
        return data

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self.line.connection_lost, None)

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name == "peername" else default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:  # noqa: ARG002  as asyncio has it
        self.most = high or self.most

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


def frame(chance: np.random.Generator, image: DayImage) -> bytes:
    """Return a frame of the JSON door; ``SPOILT`` of them have a fault that ends the line."""
    said = message(chance, image)
    if chance.random() < 0.2:
        others = [message(chance, image) for _ in range(int(chance.integers(9)))]
        said = "[" + ",".join([said, *others]) + "]"
    quiet = image.names.instruments[QUIET_INSTRUMENT]
    data = bytearray(said.encode())
    if chance.random() < SPOILT:
        match int(chance.integers(6)):
            case 0:
                data[int(chance.integers(len(data)))] = int(chance.integers(256))
            case 1:
                del data[int(chance.integers(len(data))) :]
            case 2:
                data *= 2
            case 3:
                data = bytearray(b"[" * 100_000)
            case 4:
                data = bytearray(chance.bytes(int(chance.integers(1, 200))))
            case _:
                value = one_of(chance, ODD_VALUES).encode()
                data = bytearray(bytes(data).replace(b'"1"', value).replace(b":1", b":" + value))
    return bytes(data).replace(quiet.encode(), b"none")


def one_of(chance: np.random.Generator, words: Sequence[str]) -> str:
    """Return one of them, without the cost of an array."""
    return words[int(chance.integers(len(words)))]


def message(chance: np.random.Generator, image: DayImage) -> str:
    """Return a message of the JSON door; every third has a value that is odd for its field."""
    codes = image.names.trading_codes[:6]
    numbers = {"lots": 1}
    match int(chance.integers(8)):
        case 0:
            texts, numbers = {"type": "cancel_order"}, {"order_id": int(chance.integers(200))}
        case 1:
            scope = one_of(chance, ("trading_code", "product"))
            texts = {"type": "cancel_orders", "scope": scope, "target": one_of(chance, codes)}
            numbers = {}
        case _:
            texts = {
                "type": "enter_order",
                "contract": image.names.instruments[0],
                "price": str(chance.integers(88, 112)),
                "side": one_of(chance, ("buy", "sell")),
                "trading_code": one_of(chance, codes),
            }
    if chance.random() < 1 / 3:
        number = chance.random() < 0.5
        if number and numbers:
            numbers[one_of(chance, list(numbers))] = abs(int(one_of(chance, EXTREME_WORDS)))
        elif texts["type"] != "cancel_order":
            name = one_of(chance, [n for n in texts if n not in ("type", "side", "scope")])
            texts[name] = one_of(chance, ODD_TEXTS)
    values = [
        *(f'"{n}":"{v}"' for n, v in texts.items()),
        *(f'"{n}":{v}' for n, v in numbers.items()),
    ]
    return "{" + ",".join(values) + "}"
