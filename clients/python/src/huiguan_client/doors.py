"""Generated from huiguan.floor.doors.records; do not edit.

What a client and a door say to each other beside the messages of the exchange.
"""

from enum import IntEnum
from struct import Struct
from typing import ClassVar

import msgspec

from huiguan_client.messages import VERSION

LOG_ON_BYTES = 128
SCHEMA = 5675938

HEADER = ("kind", "version", "session", "client_sequence")


class DoorReason(IntEnum):
    """Why a door ends a connection or does not take a record."""

    NONE = 0
    UNKNOWN_KEY = 9001
    KEY_ENDED = 9002
    WRONG_ADDRESS = 9003
    NO_RIGHT = 9004
    OTHER_SCHEMA = 9005
    STALE_EPOCH = 9006
    ALREADY_HERE = 9007
    REPLACED = 9008
    NO_SENSE = 9011
    SILENT = 9012
    NOT_READING = 9013
    TOO_FAST = 9021
    DAY_OVER = 9022
    NOT_READY = 9023
    FULL = 9024
    STOPPED = 9031
    LEAVING = 9032


REASON_WORDS = {  # English, Chinese, whether trying again later can help
    DoorReason.NONE: ("nothing", "无", False),
    DoorReason.UNKNOWN_KEY: ("the key is not known here", "密钥无效", False),
    DoorReason.KEY_ENDED: ("the key has ended or was withdrawn", "密钥已失效", False),
    DoorReason.WRONG_ADDRESS: ("the key is not for this address", "该地址不可使用此密钥", False),
    DoorReason.NO_RIGHT: ("the key has no right for this", "密钥无此权限", False),
    DoorReason.OTHER_SCHEMA: ("the client speaks another schema of messages", "报文版本不一致", False),
    DoorReason.STALE_EPOCH: ("a later epoch of the session is known", "会话纪元过旧", False),
    DoorReason.ALREADY_HERE: ("the session is connected; take a higher epoch", "会话已在线", False),
    DoorReason.REPLACED: ("a log-on with a higher epoch took the session over", "会话被新的登录取代", False),
    DoorReason.NO_SENSE: ("the bytes are no messages of a session", "字节流无法识别", False),
    DoorReason.SILENT: ("nothing was heard for too long", "心跳超时", True),
    DoorReason.NOT_READING: ("replies were not read fast enough", "客户端读取过慢", True),
    DoorReason.TOO_FAST: ("more than the session may send; send them again later", "超过流量限制", True),
    DoorReason.DAY_OVER: ("the trading day is over; the next one is announced", "交易日已结束", True),
    DoorReason.NOT_READY: ("the market is not ready yet", "市场尚未就绪", True),
    DoorReason.FULL: ("no room for another connection", "连接数已满", True),
    DoorReason.STOPPED: ("the market stopped on a fault; nothing acknowledged is lost", "市场因故障停止", False),
    DoorReason.LEAVING: ("the market is going down in order", "市场正常关闭", True),
}


class DoorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a door and a client say to each other about the connection."""

    KIND: ClassVar[int]
    LAYOUT: ClassVar[Struct]

    def pack(self, session: int = 0) -> bytes:
        """Return the record as its bytes."""
        return self.LAYOUT.pack(self.KIND, VERSION, session, 0, *msgspec.structs.astuple(self))


class AskLogOn(DoorRecord, frozen=True, kw_only=True):
    """The first record of a connection (128 bytes): who speaks, and what it has seen.

    The key is 32 bytes, as four numbers. A higher ``epoch`` begins the client sequence again at 1;
    the same one goes on. ``last_reply`` is how many replies of this trading day were received.
    ``self_trade`` is what goes where an order would trade with one of its own holder: 0 nothing, 1
    the newest, 2 the oldest, 3 both; ``LoggedOn`` says whether the day has that choice. ``closing``
    is what a plain close takes: 0 history lots, 1 those first and then today's, 2 today's first.
    """

    KIND: ClassVar[int] = 1
    LAYOUT: ClassVar[Struct] = Struct("<hhiqqqqqqiiiibbb53x")

    key_0: int
    key_1: int
    key_2: int
    key_3: int
    last_reply: int
    trading_day: int
    schema: int
    epoch: int
    grace_ms: int
    cancel_on_disconnect: int
    self_trade: int
    closing: int


class LoggedOn(DoorRecord, frozen=True, kw_only=True):
    """The session is on; ``repeats`` replies follow that the client has not seen, then others.

    ``self_trade`` is what is in force: 0 (off) whatever was asked where the venue has no choice.
    ``closing`` too: 0 where the venue does not hold lots of today and history apart.
    """

    KIND: ClassVar[int] = 2
    LAYOUT: ClassVar[Struct] = Struct("<hhiqqqqiiiibb6x")

    next_client_sequence: int
    replies: int
    repeats: int
    trading_day: int
    epoch: int
    heartbeat_ms: int
    earlier: int
    self_trade: int
    closing: int


class Heartbeat(DoorRecord, frozen=True, kw_only=True):
    """Nothing but a sign of life; from the door with the exchange's time."""

    KIND: ClassVar[int] = 3
    LAYOUT: ClassVar[Struct] = Struct("<hhiqq40x")

    time_ns: int


class Goodbye(DoorRecord, frozen=True, kw_only=True):
    """The door ends the connection, and why."""

    KIND: ClassVar[int] = 4
    LAYOUT: ClassVar[Struct] = Struct("<hhiqqi36x")

    figure: int
    reason: int


class NotTaken(DoorRecord, frozen=True, kw_only=True):
    """Commands from ``first_client_sequence`` on did not reach the exchange: send them again."""

    KIND: ClassVar[int] = 5
    LAYOUT: ClassVar[Struct] = Struct("<hhiqqqii24x")

    first_client_sequence: int
    count: int
    again_ms: int
    reason: int


class DayOpened(DoorRecord, frozen=True, kw_only=True):
    """A trading day begins; client sequences and replies begin again, orders did not live on."""

    KIND: ClassVar[int] = 6
    LAYOUT: ClassVar[Struct] = Struct("<hhiqqi36x")

    next_client_sequence: int
    trading_day: int


class DayClosed(DoorRecord, frozen=True, kw_only=True):
    """The last phase of a trading day is over; it is being cleared."""

    KIND: ClassVar[int] = 7
    LAYOUT: ClassVar[Struct] = Struct("<hhiqqi36x")

    replies: int
    trading_day: int


class AskLogOff(DoorRecord, frozen=True, kw_only=True):
    """The client leaves in order; cancel-on-disconnect takes effect at once."""

    KIND: ClassVar[int] = 8
    LAYOUT: ClassVar[Struct] = Struct("<hhiq48x")


class Tick(DoorRecord, frozen=True, kw_only=True):
    """Of a paced market, to who paces it: exchange time, and every reply up to it was sent."""

    KIND: ClassVar[int] = 9
    LAYOUT: ClassVar[Struct] = Struct("<hhiqq40x")

    time_ns: int


class TickDone(DoorRecord, frozen=True, kw_only=True):
    """The pacer has sent what it wants to send now, and wants the next tick at ``next_ns``."""

    KIND: ClassVar[int] = 10
    LAYOUT: ClassVar[Struct] = Struct("<hhiqq40x")

    next_ns: int


RECORDS: dict[int, type[DoorRecord]] = {
    1: AskLogOn,
    2: LoggedOn,
    3: Heartbeat,
    4: Goodbye,
    5: NotTaken,
    6: DayOpened,
    7: DayClosed,
    8: AskLogOff,
    9: Tick,
    10: TickDone,
}


def read_record(row: bytes | memoryview) -> DoorRecord | None:
    """Return the record of 64 bytes; None: it is none of the door's."""
    kind = RECORDS.get(int.from_bytes(row[:2], "little"))
    if kind is None:
        return None
    values = kind.LAYOUT.unpack(row)[len(HEADER):]
    return kind(**dict(zip(kind.__struct_fields__, values, strict=True)))
