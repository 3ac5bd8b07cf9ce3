"""What is said at a door beside the messages of the exchange: kinds 1 to 99.

A record is 64 bytes like a message; only the first one of a connection, ``AskLogOn``, is 128. These
records are answers of the door, so they have no sequence, are in no journal, and are not counted
among the replies of a session.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Any, ClassVar, Literal, Self

import msgspec
import numpy as np

from huiguan.exchange.messages import (
    HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    Closing,
    ClosingCode,
    SelfTrade,
    SelfTradeCode,
)
from huiguan.foundation.records import Flag, Int32, Int64, Record, layout

SelfTradeWord = Literal["off", "newest", "oldest", "both"]
ClosingWord = Literal["as_sent", "history", "today"]
LOG_ON_BYTES = 128
TOKEN_BYTES = 32
HEARTBEAT_MS = 10_000  # each side says something at least this often; after three it is gone


class DoorReason(IntEnum):
    """Why a door ends a connection or does not take a record; English and Chinese.

    ``again`` says whether the same can be tried again later.
    """

    english: str
    chinese: str
    again: bool

    def __new__(
        cls, number: int, english: str = "", chinese: str = "", again: bool = False
    ) -> Self:
        member = int.__new__(cls, number)
        member._value_ = number
        member.english, member.chinese, member.again = english, chinese, again
        return member

    NONE = 0, "nothing", "无"
    UNKNOWN_KEY = 9001, "the key is not known here", "密钥无效"
    KEY_ENDED = 9002, "the key has ended or was withdrawn", "密钥已失效"
    WRONG_ADDRESS = 9003, "the key is not for this address", "该地址不可使用此密钥"
    NO_RIGHT = 9004, "the key has no right for this", "密钥无此权限"
    OTHER_SCHEMA = 9005, "the client speaks another schema of messages", "报文版本不一致"
    STALE_EPOCH = 9006, "a later epoch of the session is known", "会话纪元过旧"
    ALREADY_HERE = 9007, "the session is connected; take a higher epoch", "会话已在线"
    REPLACED = 9008, "a log-on with a higher epoch took the session over", "会话被新的登录取代"
    NO_SENSE = 9011, "the bytes are no messages of a session", "字节流无法识别"
    SILENT = 9012, "nothing was heard for too long", "心跳超时", True
    NOT_READING = 9013, "replies were not read fast enough", "客户端读取过慢", True
    TOO_FAST = 9021, "more than the session may send; send them again later", "超过流量限制", True
    DAY_OVER = 9022, "the trading day is over; the next one is announced", "交易日已结束", True
    NOT_READY = 9023, "the market is not ready yet", "市场尚未就绪", True
    FULL = 9024, "no room for another connection", "连接数已满", True
    STOPPED = 9031, "the market stopped on a fault; nothing acknowledged is lost", "市场因故障停止"
    LEAVING = 9032, "the market is going down in order", "市场正常关闭", True


class DoorRecord(Record, frozen=True):
    """What a door and a client say to each other about the connection."""

    KIND: ClassVar[int]


class AskLogOn(DoorRecord, frozen=True, tag="ask_log_on"):
    """The first record of a connection (128 bytes): who speaks, and what it has seen.

    The key is 32 bytes, as four numbers. A higher ``epoch`` begins the client sequence again at 1;
    the same one goes on. ``last_reply`` is how many replies of this trading day were received.
    ``self_trade`` is what goes where an order would trade with one of its own holder: 0 nothing, 1
    the newest, 2 the oldest, 3 both; ``LoggedOn`` says whether the day has that choice. ``closing``
    is what a plain close takes: 0 history lots, 1 those first and then today's, 2 today's first.
    """

    KIND: ClassVar[int] = 1

    key_0: Int64
    key_1: Int64
    key_2: Int64
    key_3: Int64
    last_reply: Int64
    trading_day: Int32  # of ``last_reply`` (yyyymmdd); 0: nothing was seen yet
    schema: Int32
    epoch: Int32
    grace_ms: Int32  # between a lost line and cancel-on-disconnect
    cancel_on_disconnect: Flag
    self_trade: SelfTradeCode
    closing: ClosingCode


class LoggedOn(DoorRecord, frozen=True, tag="logged_on"):
    """The session is on; ``repeats`` replies follow that the client has not seen, then others.

    ``self_trade`` is what is in force: 0 (off) whatever was asked where the venue has no choice.
    ``closing`` too: 0 where the venue does not hold lots of today and history apart.
    """

    KIND: ClassVar[int] = 2

    next_client_sequence: Int64
    replies: Int64  # given so far today, the repeats included
    repeats: Int64
    trading_day: Int32
    epoch: Int32
    heartbeat_ms: Int32
    earlier: Int32  # the ``DoorReason`` that ended the connection before this one
    self_trade: SelfTradeCode
    closing: ClosingCode


class Heartbeat(DoorRecord, frozen=True, tag="heartbeat"):
    """Nothing but a sign of life; from the door with the exchange's time."""

    KIND: ClassVar[int] = 3

    time_ns: Int64


class Goodbye(DoorRecord, frozen=True, tag="goodbye"):
    """The door ends the connection, and why."""

    KIND: ClassVar[int] = 4

    figure: Int64  # what the reason is about: an epoch, a number of bytes
    reason: Int32


class NotTaken(DoorRecord, frozen=True, tag="not_taken"):
    """Commands from ``first_client_sequence`` on did not reach the exchange: send them again."""

    KIND: ClassVar[int] = 5

    first_client_sequence: Int64
    count: Int64
    again_ms: Int32  # from now, by real time
    reason: Int32


class DayOpened(DoorRecord, frozen=True, tag="day_opened"):
    """A trading day begins; client sequences and replies begin again, orders did not live on."""

    KIND: ClassVar[int] = 6

    next_client_sequence: Int64
    trading_day: Int32


class DayClosed(DoorRecord, frozen=True, tag="day_closed"):
    """The last phase of a trading day is over; it is being cleared."""

    KIND: ClassVar[int] = 7

    replies: Int64
    trading_day: Int32


class AskLogOff(DoorRecord, frozen=True, tag="ask_log_off"):
    """The client leaves in order; cancel-on-disconnect takes effect at once."""

    KIND: ClassVar[int] = 8


class Tick(DoorRecord, frozen=True, tag="tick"):
    """Of a paced market, to who paces it: exchange time, and every reply up to it was sent."""

    KIND: ClassVar[int] = 9

    time_ns: Int64


class TickDone(DoorRecord, frozen=True, tag="tick_done"):
    """The pacer has sent what it wants to send now, and wants the next tick at ``next_ns``."""

    KIND: ClassVar[int] = 10

    next_ns: Int64


RECORDS: dict[int, type[DoorRecord]] = {kind.KIND: kind for kind in DoorRecord.__subclasses__()}


def self_trade_word(number: int) -> SelfTradeWord:
    """Return what a session chose as the JSON door and queries say it."""
    word: SelfTradeWord = msgspec.convert(SelfTrade(number).name.lower(), SelfTradeWord)
    return word


def closing_word(number: int) -> ClosingWord:
    """Return what a session chose that a plain close takes, in the same way."""
    word: ClosingWord = msgspec.convert(Closing(number).name.lower(), ClosingWord)
    return word


def record_layout(kind: type[DoorRecord]) -> np.dtype[np.void]:
    """Return the layout of a record."""
    return layout(kind, HEADER, LOG_ON_BYTES if kind is AskLogOn else MESSAGE_BYTES)


DOOR_LAYOUTS = {kind: record_layout(record) for kind, record in RECORDS.items()}


def encode_record(record: DoorRecord, session: int = 0) -> bytes:
    """Return a record as its 64 (or 128) bytes."""
    row = np.zeros(1, DOOR_LAYOUTS[record.KIND])
    row["kind"], row["version"], row["session"] = record.KIND, VERSION, session
    for name in record.__struct_fields__:
        row[name] = getattr(record, name)
    return row.tobytes()


def log_on_record(token: bytes, **said: int) -> bytes:
    """Return the first record of a connection, ``AskLogOn``: what is not said is 0, the epoch 1."""
    keys = np.frombuffer(token, "<i8", TOKEN_BYTES // 8).tolist()
    fields: dict[str, Any] = dict.fromkeys(AskLogOn.__struct_fields__, 0)
    fields |= {f"key_{place}": word for place, word in enumerate(keys)}
    return encode_record(AskLogOn(**(fields | {"schema": SCHEMA, "epoch": 1} | said)))


def schema_number() -> int:
    """Return a number that changes with the layout of any message or record.

    A client that was made for another one is refused at its log-on.
    """
    lines = []
    for layouts in (LAYOUTS, DOOR_LAYOUTS):
        for number in sorted(layouts):
            places = dict(layouts[number].fields or {})
            told = ",".join(f"{name}:{part[0].str}@{part[1]}" for name, part in places.items())
            lines.append(f"{number} {told}")
    return int.from_bytes(hashlib.sha256("\n".join(lines).encode()).digest()[:3], "little")


SCHEMA = schema_number()
