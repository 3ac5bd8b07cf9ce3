"""Frames of the JSON door: text in, records out and back; no socket.

A frame from a client is one message or a list of them; a frame of the door is always a list, of
what happened together. What arrives becomes the same bytes that a client of the binary door sends,
so the exchange answers both alike.
"""

from __future__ import annotations

from struct import error as PackFault  # noqa: N812  a value too large for its field
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from huiguan.exchange.day.names import LARGEST, DayNames
from huiguan.exchange.messages import (
    EVENT_HEADER,
    HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    CancelOrder,
    CancelOrders,
    Closing,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    OrderCancelled,
    OrderEntered,
    SelfTrade,
    TradeExecuted,
)
from huiguan.floor.doors.json.words import (
    Spoken,
    reason_words,
    refusal_words,
    spoken,
    struct_of,
)
from huiguan.floor.doors.records import (
    DOOR_LAYOUTS,
    AskLogOff,
    ClosingWord,
    DayClosed,
    DayOpened,
    DoorReason,
    Goodbye,
    Heartbeat,
    LoggedOn,
    NotTaken,
    SelfTradeWord,
    closing_word,
    encode_record,
    log_on_record,
    self_trade_word,
)
from huiguan.floor.hall.clock import exchange_words
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD, EVENT_HEAD = [name for name, _ in HEADER], [name for name, _ in EVENT_HEADER]
LONGEST_FRAME = 1 << 18
Said = dict[str, Any]

COMMANDS = {
    kind: spoken(kind, LAYOUTS[kind.KIND], HEAD) for kind in (EnterOrder, CancelOrder, CancelOrders)
}
DEFAULTS: dict[str, Any] = {
    "client_order_id": 0,
    "minimum_lots": 0,
    "offset": "open",
    "hedge": "speculation",
    "time_in_force": "day",
    "price_type": "limit",
    "trading_code": "",
    "order_id": 0,
    "target": "",
    "scope": "trading_code",
}
EVENTS = {
    kind.KIND: spoken(kind, LAYOUTS[kind.KIND], EVENT_HEAD)
    for kind in (
        *(OrderEntered, TradeExecuted, OrderCancelled),
        *(CommandRefused, CommandRepeated, CommandDone),
    )
}
RECORDS = {
    kind.KIND: spoken(kind, DOOR_LAYOUTS[kind.KIND], HEAD)
    for kind in (LoggedOn, Heartbeat, Goodbye, NotTaken, DayOpened, DayClosed)
}
OUTCOMES = (
    *(OrderEntered.KIND, OrderCancelled.KIND, CommandRefused.KIND),
    *(CommandRepeated.KIND, CommandDone.KIND),
)
Sequence = Annotated[
    int,
    msgspec.Meta(ge=0, le=2**62, description="Number of the command; 0: the door counts on."),
]


class NoSense(Exception):  # noqa: N818  what a client sent, not an error of the program
    """Text that is no message, and why."""


def understood(decoder: msgspec.json.Decoder[Any], text: str | bytes) -> Any:  # noqa: ANN401  as the decoder has it
    """Return what a text says; ``NoSense`` where it says nothing."""
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise NoSense(str(fault)) from None


class LogOn(
    msgspec.Struct, tag="log_on", tag_field="type", forbid_unknown_fields=True, frozen=True
):
    """The first message of a connection: who speaks, and what it has seen.

    ``self_trade`` says what goes where an order would trade with one of its own holder. ``closing``
    is what a plain ``close`` takes: ``as_sent`` history lots, ``history`` those first and then
    today's, ``today`` the other way round. ``LoggedOn`` says what is in force: off and as sent
    where the venue has no such choice.
    """

    key: Annotated[str, msgspec.Meta(max_length=80)]
    epoch: Annotated[int, msgspec.Meta(ge=1, le=LARGEST)] = 1
    last_reply: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0
    trading_day: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)] = 0
    grace_ms: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)] = 0
    cancel_on_disconnect: bool = False
    self_trade: SelfTradeWord = "off"
    closing: ClosingWord = "as_sent"


class SignOfLife(msgspec.Struct, tag="heartbeat", tag_field="type", forbid_unknown_fields=True):
    """Nothing but a sign of life; a client that answers pings need not send any."""


class LogOff(msgspec.Struct, tag="log_off", tag_field="type", forbid_unknown_fields=True):
    """The client leaves in order; cancel-on-disconnect takes effect at once."""


ASKED = {
    kind: struct_of(
        said,
        kind.__name__,
        [],
        [("client_sequence", Sequence, 0)],
        DEFAULTS,
        (kind.__doc__ or "").strip(),
    )
    for kind, said in COMMANDS.items()
}
ENTER, CANCEL, CANCEL_MANY = ASKED.values()
KINDS: dict[type[msgspec.Struct], tuple[int, Spoken]] = {
    ASKED[kind]: (kind.KIND, said) for kind, said in COMMANDS.items()
}
ANY_COMMAND: Any = ENTER | CANCEL | CANCEL_MANY | SignOfLife | LogOff
FRAME: Any = ANY_COMMAND | list[ANY_COMMAND]
READ_FRAME = msgspec.json.Decoder(FRAME)
READ_LOG_ON = msgspec.json.Decoder(LogOn)
SIGN_OF_LIFE = encode_record(Heartbeat(time_ns=0))
LOG_OFF = encode_record(AskLogOff())


def ask_bytes(token: bytes, asked: LogOn) -> bytes:
    """Return the first record of a line at the binary door."""
    return log_on_record(
        token,
        last_reply=asked.last_reply,
        trading_day=asked.trading_day,
        epoch=asked.epoch,
        grace_ms=asked.grace_ms,
        cancel_on_disconnect=int(asked.cancel_on_disconnect),
        self_trade=SelfTrade[asked.self_trade.upper()],
        closing=Closing[asked.closing.upper()],
    )


def goodbye(reason: DoorReason, detail: str = "") -> Said:
    """Return why the door ends a connection."""
    words = f"{reason.english}: {detail}" if detail else reason.english
    return {
        "type": "goodbye",
        "figure": 0,
        "reason": int(reason),
        "words": words,
        "chinese": reason.chinese,
    }


def frame_of(said: list[Said]) -> str:
    """Return messages as the text of one frame."""
    return msgspec.json.encode(said).decode()


class Talk:
    """One session in words: what it counts, and the names of its day."""

    def __init__(self, names: DayNames, code: str, names_of: Callable[[int], DayNames]) -> None:
        """Begin before the log-on; ``code`` is meant where an order names none."""
        self.names, self._code, self._names_of = names, code, names_of
        self.next_sequence = 1
        self.heard = 0  # replies of this trading day
        self._repeats = 0
        self._rest = b""

    def commands(self, frame: str | bytes) -> tuple[bytes, list[Said]]:
        """Return the records of a frame, and what the door itself answers to it.

        Raises ``NoSense`` for what is no message.
        """
        found = understood(READ_FRAME, frame)
        said: list[Said] = []
        parts = [
            self._command(one, said) for one in (found if isinstance(found, list) else [found])
        ]
        return b"".join(parts), said

    def _command(self, asked: Any, said: list[Said]) -> bytes:  # noqa: ANN401  one of many structs
        kind = KINDS.get(type(asked))
        if kind is None:
            return LOG_OFF if isinstance(asked, LogOff) else SIGN_OF_LIFE
        number, means = kind
        sequence = asked.client_sequence or self.next_sequence
        row: dict[str, int] = {}
        try:
            for word in means.words:
                value = getattr(asked, word.name)
                if word.name == "trading_code" and not value:
                    value = self._code
                row[word.field] = word.read(self.names, value, row)
            values = [row[field] for field in means.fields]
            packed = means.packed.pack(number, VERSION, 0, sequence, *values)
        except (InputFault, PackFault) as fault:
            said.append(not_taken(sequence, str(fault)))
            return b""
        self.next_sequence = sequence + 1
        return packed

    def replies(self, data: bytes) -> list[Said]:
        """Return what records of the binary door say; a rest of one is kept for the next time."""
        data = self._rest + data if self._rest else data
        whole = len(data) - len(data) % MESSAGE_BYTES
        self._rest = data[whole:]
        found = []
        for at in range(0, whole, MESSAGE_BYTES):
            kind = data[at] | data[at + 1] << 8
            means = EVENTS.get(kind)
            if means:
                found.append(self._event(kind, means, data, at))
            elif kind in RECORDS:
                found.append(self._record(kind, RECORDS[kind], data, at))
        return found

    def _event(self, kind: int, means: Spoken, data: bytes, at: int) -> Said:
        values = means.packed.unpack_from(data, at)
        row = dict(zip(means.fields, values[means.head :], strict=True))
        names = self.names
        self.heard += 1
        said = {
            "type": means.tag,
            "reply": self.heard,
            "repeated": self._repeats > 0,
            "sequence": values[4],
            "client_sequence": values[3],
        }
        self._repeats -= self._repeats > 0
        for word in means.words:
            said[word.name] = word.show(names, row[word.field], row)
        if kind in (CommandRefused.KIND, CommandRepeated.KIND):
            said["words"], said["chinese"] = refusal_words(row["refusal"])
        return said

    def _record(self, kind: int, means: Spoken, data: bytes, at: int) -> Said:
        values = means.packed.unpack_from(data, at)
        said: Said = {
            "type": means.tag,
            **dict(zip(means.fields, values[means.head :], strict=True)),
        }
        if kind == LoggedOn.KIND:
            self._begin(said["trading_day"], said["replies"] - said["repeats"])
            self.next_sequence, self._repeats = said["next_client_sequence"], said["repeats"]
            said["self_trade"] = self_trade_word(said["self_trade"])
            said["closing"] = closing_word(said["closing"])
        elif kind == DayOpened.KIND:
            self._begin(said["trading_day"], 0)
            self.next_sequence = said["next_client_sequence"]
        elif kind == NotTaken.KIND:
            self.next_sequence = min(self.next_sequence, said["first_client_sequence"])
        elif kind == Heartbeat.KIND:
            said["time"] = exchange_words(said.pop("time_ns"))
        if "reason" in said:
            said["words"], said["chinese"] = reason_words(said["reason"])
        return said

    def _begin(self, trading_day: int, replies: int) -> None:
        """Count from here, by the names of a day."""
        self.heard = replies
        if trading_day != self.names.trading_day:
            self.names = self._names_of(trading_day)


def not_taken(sequence: int, words: str) -> Said:
    """Return that the door did not take a command: it never reached the exchange."""
    reason = DoorReason.NO_SENSE
    return {
        "type": "not_taken",
        "first_client_sequence": sequence,
        "count": 1,
        "again_ms": 0,
        "reason": int(reason),
        "words": words,
        "chinese": reason.chinese,
    }


def answer_structs() -> list[type[msgspec.Struct]]:
    """Return what the door says, as structs: for the page of the door and for tests."""
    head = [
        ("reply", int),
        ("repeated", bool),
        ("sequence", int),
        ("client_sequence", int),
    ]
    words = [("words", str), ("chinese", str)]
    found = []
    for kind, means in EVENTS.items():
        more = words if kind in (CommandRefused.KIND, CommandRepeated.KIND) else []
        name = "".join(part.title() for part in means.tag.split("_"))
        found.append(struct_of(means, name, [*head, *more]))
    for kind, means in RECORDS.items():
        more = words if "reason" in means.fields else []
        name = "".join(part.title() for part in means.tag.split("_"))
        if kind == Heartbeat.KIND:
            means, more = means._replace(words=[], fields=[]), [("time", str)]  # noqa: PLW2901
        found.append(struct_of(means, name, more))
    return found
