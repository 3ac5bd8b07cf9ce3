"""A session at the binary door as a value: bytes in, events and bytes out; no socket, no thread.

It keeps what a reconnection needs: the number of the next command, how many replies came, and the
commands nobody has answered yet, which are sent again (that is safe: the exchange knows them by
their number).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from huiguan_client import doors
from huiguan_client.binary import decode, encode
from huiguan_client.messages import (
    MESSAGE_BYTES,
    REFUSAL_WORDS,
    CancelOrder,
    CancelOrders,
    Closing,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    Event,
    OrderCancelled,
    OrderEntered,
    Refusal,
    SelfTrade,
)

if TYPE_CHECKING:
    from enum import IntEnum

PREFIX = "hg_"
KEY_BYTES = 32
OUTCOMES = (OrderEntered, OrderCancelled, CommandRefused, CommandRepeated, CommandDone)
Command = EnterOrder | CancelOrder | CancelOrders


class Reply(NamedTuple):
    """An event of the session; ``number`` is that of the reply, ``repeated`` says it is not news.

    ``client_sequence`` is 0 where somebody else's command caused it. Of before this client was on
    that day (``earlier``) it may be the number of another client's command, and answers none.
    """

    event: Event
    number: int
    sequence: int
    client_sequence: int
    repeated: bool
    earlier: bool = False


def _chosen(choices: type[IntEnum], name: str, word: str) -> IntEnum:
    """Return what a word says, or raise with the words that are known."""
    known = {choice.name.lower(): choice for choice in choices}
    if word not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {word!r}")
    return known[word]


class Session:
    """The state of one session; feed it what arrives, send what it gives."""

    def __init__(
        self,
        key: str,
        *,
        epoch: int = 1,
        cancel_on_disconnect: bool = False,
        grace_ms: int = 0,
        self_trade: Literal["off", "newest", "oldest", "both"] = "off",
        closing: Literal["as_sent", "history", "today"] = "as_sent",
    ) -> None:
        """Take a key as it was shown, and the session's choices.

        ``self_trade`` says what goes where an order would trade with one of its own holder,
        ``closing`` which lots a plain close takes: history lots as sent, or lots of both kinds and
        which first. After the log-on the attributes of these names say what is in force.
        """
        body = key.strip().removeprefix(PREFIX)
        try:
            self._key = bytes.fromhex(body)
        except ValueError:
            self._key = b""
        if len(self._key) != KEY_BYTES:
            raise ValueError(f"a key is {PREFIX} and {2 * KEY_BYTES} hex digits; copy it whole")
        self.epoch, self._cancels, self._grace_ms = epoch, cancel_on_disconnect, grace_ms
        self._self_trade, self.self_trade = _chosen(SelfTrade, "self_trade", self_trade), "off"
        self._closing, self.closing = _chosen(Closing, "closing", closing), "as_sent"
        self.trading_day = 0
        self.replies = 0  # received of this trading day
        self.next_client_sequence = 1
        self.is_on = False
        self._waiting: dict[int, bytes] = {}  # commands without an outcome, by number
        self._repeats = 0
        self._earlier = 0  # replies of the day when this client came
        self._rest = b""

    def log_on(self) -> bytes:
        """Return the first bytes of a connection."""
        self.is_on, self._rest = False, b""
        keys = [
            int.from_bytes(self._key[at : at + 8], "little", signed=True) for at in (0, 8, 16, 24)
        ]
        ask = doors.AskLogOn(
            key_0=keys[0],
            key_1=keys[1],
            key_2=keys[2],
            key_3=keys[3],
            last_reply=self.replies,
            trading_day=self.trading_day,
            schema=doors.SCHEMA,
            epoch=self.epoch,
            grace_ms=self._grace_ms,
            cancel_on_disconnect=int(self._cancels),
            self_trade=int(self._self_trade),
            closing=int(self._closing),
        )
        return ask.pack()

    def send(self, command: Command) -> tuple[int, bytes]:
        """Return (number, bytes) of a command; its outcome will name the number."""
        number = self.next_client_sequence
        self.next_client_sequence += 1
        self._waiting[number] = encode(command, 0, number)
        return number, self._waiting[number]

    def receive(self, data: bytes) -> tuple[list[Reply | doors.DoorRecord], bytes]:
        """Return what bytes say, and what has to be sent at once (commands again)."""
        data = self._rest + data
        whole = len(data) // MESSAGE_BYTES * MESSAGE_BYTES
        self._rest = data[whole:]
        found: list[Reply | doors.DoorRecord] = []
        again = b""
        for at in range(0, whole, MESSAGE_BYTES):
            row = data[at : at + MESSAGE_BYTES]
            record = doors.read_record(row)
            if record is None:
                found.append(self._reply(row))
            else:
                again += self._record(record)
                found.append(record)
        return found, again

    def _reply(self, row: bytes) -> Reply:
        self.replies += 1
        got = decode(row)
        assert isinstance(got.message, Event)
        repeated = self._repeats > 0
        self._repeats -= repeated
        earlier = self.replies <= self._earlier
        if isinstance(got.message, OUTCOMES) and not earlier:
            self._waiting.pop(got.client_sequence, None)
        told = (got.sequence, got.client_sequence, repeated, earlier)
        return Reply(got.message, self.replies, *told)

    def _record(self, record: doors.DoorRecord) -> bytes:
        if isinstance(record, doors.LoggedOn):
            if record.trading_day != self.trading_day:
                self._new_day(record.trading_day)
                self._earlier = record.replies
            self.is_on, self._repeats = True, record.repeats
            self.self_trade = SelfTrade(record.self_trade).name.lower()
            self.closing = Closing(record.closing).name.lower()
            self.next_client_sequence = max(self.next_client_sequence, record.next_client_sequence)
            return b"".join(self._waiting[number] for number in sorted(self._waiting))
        if isinstance(record, doors.DayOpened):
            self._new_day(record.trading_day)
            self.next_client_sequence = record.next_client_sequence
        return b""

    def _new_day(self, trading_day: int) -> None:
        """Begin another day: numbers begin again, what nobody answered is gone with the old one."""
        self.trading_day, self.replies, self.next_client_sequence = trading_day, 0, 1
        self._earlier = 0
        self._waiting.clear()

    def unanswered(self, first: int, count: int) -> bytes:
        """Return commands that the door did not take, to be sent again."""
        return b"".join(
            self._waiting[number]
            for number in sorted(self._waiting)
            if first <= number < first + count
        )


def refusal_words(number: int, language: str = "en") -> str:
    """Return what a refusal's number says, in English or Chinese (``zh``)."""
    english, chinese = REFUSAL_WORDS[Refusal(number)]
    return chinese if language == "zh" else english
