"""Somebody's orders through a day that was opened: rows in words in, a day that is over out.

A row is one order or one cancel, at a time by the exchange's clock. Every member whose codes are
named gets one session; rows of one time reach the core in one frame, in the order they are given.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec
import numpy as np

from huiguan.exchange.day.instructions.base import near
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    CancelOrder,
    Closing,
    CommandRefused,
    EnterOrder,
    Hedge,
    LogOn,
    Offset,
    PassTime,
    Phase,
    PriceType,
    Side,
    TimeInForce,
    TradeExecuted,
    encode,
)
from huiguan.exchange.reports.command_words import time_words
from huiguan.floor.day.sequencer import Sequencer
from huiguan.foundation.calendars import EXCHANGE_OFFSET_NS, SECOND_NS, show_day
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import decimal, natural, word
from huiguan.storage.files import FilesOfOneStep
from huiguan.storage.lock import hold
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.image import DayImage

    OrderRow = Mapping[str, object]  # a field is a text, a whole number or a Decimal

NEEDED = ("time", "code", "contract", "side", "price", "lots")
OPTIONAL = {
    "offset": "open",
    "hedge": "speculation",
    "time_in_force": "day",
    "minimum_lots": "0",
    "id": "0",
    "action": "enter",
}
NEEDED_TO_CANCEL = ("time", "code", "id")
MOST_FAULTS = 12
EVENING, MORNING = 18, 6  # a night session begins after the one and ends before the other
DAY_SECONDS = 86_400


class TimedCommand(NamedTuple):
    """A command at its time, and the member whose session sends it."""

    time_ns: int
    member: int
    command: EnterOrder | CancelOrder


class Beside(Protocol):
    """Somebody who acts on the same day, from the first sessions on, and hears what happens."""

    sessions: int  # how many it has

    def next_ns(self) -> int | None:
        """Return when it acts next; None: no more."""

    def act(self) -> np.ndarray:
        """Return the commands of its next frame, none or more rows of 64 bytes."""

    def hear(self, events: np.ndarray) -> None:
        """Take the events of a frame, whoever sent it."""


class RunOrders(NamedTuple):
    """What came of the orders: counts, refusals by number, and what the day comes down to."""

    rows: int
    trades: int
    refused: dict[int, int]
    hashes: DayHashes


def choices(kind: type[Side | Offset | Hedge | TimeInForce | Closing]) -> dict[str, int]:
    """Return the words of an enumeration: ``close today`` and ``close_today`` are the same."""
    names = {member.name.lower(): int(member) for member in kind}
    return names | {name.replace("_", " "): value for name, value in names.items()}


WORDS = {
    "side": choices(Side),
    "offset": choices(Offset),
    "hedge": choices(Hedge),
    "time_in_force": choices(TimeInForce),
}


class Reader:
    """Reads rows against the image of a day."""

    def __init__(self, image: DayImage) -> None:
        """Take the names and the hours of the day."""
        self.image = image
        self.codes = {name: row for row, name in enumerate(image.names.trading_codes)}
        self.contracts = {name: row for row, name in enumerate(image.names.instruments)}
        self._times = cache(self.time_ns)
        self.ticks = cache(self.price_ticks)  # the same, of a price that comes again and again
        times = image.phases["time_ns"]
        self.first_ns, self.last_ns = int(times.min()), int(times.max())
        self.meant: dict[str, str] = {}  # what a name that is unknown is nearest to

    def time_ns(self, text: str) -> int:
        """Return the moment of ``21:00:00.5`` or ``2026-08-20 21:00:00`` on this trading day.

        A time from 18:00 on is that of the evening the day begins with, one before 06:00 of the
        night after it, any other of the trading day itself.
        """
        date, _, clock = text.rpartition(" ")
        try:
            time = dt.time.fromisoformat(clock)
            given = dt.date.fromisoformat(date) if date else None
        except ValueError:
            time, given = None, None
        if time is None or time.tzinfo is not None:
            raise InputFault(f"time {text!r} is none; write it like 21:00:00.500")
        evening = (self.first_ns + EXCHANGE_OFFSET_NS) // SECOND_NS // DAY_SECONDS
        last = (self.last_ns + EXCHANGE_OFFSET_NS) // SECOND_NS // DAY_SECONDS
        day = last if MORNING <= time.hour < EVENING else evening + (time.hour < MORNING)
        if given is not None:
            day = given.toordinal() - dt.date(1970, 1, 1).toordinal()
        seconds = day * DAY_SECONDS + time.hour * 3600 + time.minute * 60 + time.second
        moment = seconds * SECOND_NS + time.microsecond * 1000 - EXCHANGE_OFFSET_NS
        if not self.first_ns <= moment <= self.last_ns:
            shown = show_day(self.image.settings.trading_day)
            raise InputFault(
                f"time {text!r} lies outside trading day {shown}, which lasts from"
                f" {time_words(self.first_ns)} to {time_words(self.last_ns)}"
            )
        return moment

    def row_of(self, rows: Mapping[str, int], name: str, what: str) -> int:
        """Return the row of a name in the image."""
        if name not in rows:
            if len(self.meant) < MOST_FAULTS and name not in self.meant:
                self.meant[name] = near(name, rows)
            example = next(iter(rows), "none at all")
            way_out = self.meant.get(name) or f"there is for example {example}"
            raise InputFault(f"the {what} {name!r} is not in this day's image; {way_out}")
        return rows[name]

    def price_ticks(self, contract: int, text: str) -> int:
        """Return a price in ticks; one between two ticks is refused with its neighbours."""
        row = self.image.instruments[contract]
        units = decimal(text, "price").scaleb(int(row["unit_decimals"]))
        ticks, rest = divmod(units, int(row["tick_units"]))
        if rest:
            step = int(row["tick_units"])
            size = decimal(step, "tick").scaleb(-int(row["unit_decimals"]))
            raise InputFault(f"price {text} is no multiple of the tick of {size}")
        return natural(int(ticks), "price in ticks")

    def command(self, row: OrderRow) -> TimedCommand:
        """Return one row as a command; ``InputFault`` says what is wrong with it."""
        texts = {name: text_of(value, name) for name, value in row.items()}
        said = OPTIONAL | {name: text for name, text in texts.items() if text}
        cancels = word(said["action"], "action", ("enter", "cancel")) == "cancel"
        for name in NEEDED_TO_CANCEL if cancels else NEEDED:
            if not said.get(name) or (cancels and said[name] == "0"):
                raise InputFault(f"{name} is missing")
        code = self.row_of(self.codes, said["code"], "trading code")
        member = int(self.image.trading_codes["member"][code])
        time_ns, own = self._times(said["time"]), natural(said["id"], "id")
        if cancels:
            return TimedCommand(time_ns, member, CancelOrder(order_id=0, client_order_id=own))
        contract = self.row_of(self.contracts, said["contract"], "contract")
        coded = {
            name: allowed[word(said[name], name.replace("_", " "), allowed)]
            for name, allowed in WORDS.items()
        }
        fields = {
            "client_order_id": own,
            "price_ticks": self.ticks(contract, said["price"]),
            "lots": natural(said["lots"], "lots", 1),
            "minimum_lots": natural(said["minimum_lots"], "minimum lots"),
            "instrument": contract,
            "trading_code": code,
            "price_type": PriceType.LIMIT,
        }
        try:
            return TimedCommand(time_ns, member, msgspec.convert(fields | coded, EnterOrder))
        except msgspec.ValidationError as fault:
            raise InputFault(f"no order can say this: {fault}") from None


def text_of(value: object, name: str) -> str:
    """Return a field as text, as a file has it: a text, a whole number or a Decimal; None is none.

    A float is refused: 106900.1 is no exact price.
    """
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else f"{decimal(value, name):f}"


def refuse_unknown_columns(rows: Sequence[OrderRow]) -> None:
    """Refuse a column that means nothing, once and not in every row."""
    known = (*NEEDED, *OPTIONAL)
    for name in {name: None for row in rows for name in row}:
        if name not in known:
            raise InputFault(f"{name!r} is no column of orders; there are {', '.join(known)}")


def read_orders(image: DayImage, rows: Sequence[OrderRow]) -> list[TimedCommand]:
    """Return rows as commands in order of time; every faulty row is named in one ``InputFault``."""
    refuse_unknown_columns(rows)
    reader, commands, faults = Reader(image), [], []
    for number, row in enumerate(rows, 1):
        try:
            commands.append(reader.command(row))
        except InputFault as fault:
            faults.append(f"row {number}: {fault}")
    if faults:
        more = len(faults) - MOST_FAULTS
        told = [*faults[:MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])]
        raise InputFault(f"orders that cannot be read, so none was sent: {'; '.join(told)}")
    return sorted(commands, key=lambda command: command.time_ns)


def frames_of(
    image: DayImage,
    commands: Sequence[TimedCommand],
    taken: int = 0,
    closing: Closing = Closing.AS_SENT,
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (time, commands) of each frame: log-ons first, then rows of one time together.

    Sessions are numbered from behind the ``taken`` ones and choose ``closing``. The last frame
    passes the time to the end of the day.
    """
    members = sorted({command.member for command in commands})
    sessions = {member: number for number, member in enumerate(members, 1 + taken)}
    if len(sessions) + taken >= image.settings.session_capacity:
        raise InputFault(
            f"the orders are of {len(sessions)} members, and this day has room for"
            f" {image.settings.session_capacity - 1 - taken} sessions"
        )
    times = image.phases["time_ns"]
    log_ons = [
        encode(
            LogOn(
                grace_ns=0,
                target=number,
                member=member,
                epoch=1,
                cancel_on_disconnect=0,
                closing=closing,
            )
        )
        for member, number in sessions.items()
    ]
    if log_ons:
        yield int(times.min()), np.concatenate(log_ons)
    sent: Counter[int] = Counter()
    for time_ns, group in groupby(commands, key=lambda command: command.time_ns):
        frame = []
        for _, member, command in group:
            sent[member] += 1
            frame.append(encode(command, sessions[member], sent[member]))
        yield time_ns, np.concatenate(frame)
    closes = times[image.phases["phase"] == Phase.CLOSED]
    if not len(closes):
        raise InputFault("the schedule of this day has no close, so it would never end")
    yield int(closes.max()), encode(PassTime())


def interleaved(
    frames: Sequence[tuple[int, np.ndarray]], beside: Sequence[Beside]
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the frames of the orders and of everybody beside, in order of time.

    At one time those beside act first, in their order. What somebody does depends on what was
    heard, so a frame is taken when everything before it has run.
    """
    for time_ns, batch in frames:
        while acts := [
            (next_ns, place)
            for place, each in enumerate(beside)
            if (next_ns := each.next_ns()) is not None and next_ns <= time_ns
        ]:
            next_ns, place = min(acts)
            rows = beside[place].act()
            if len(rows):
                yield next_ns, rows.reshape(-1)
        yield time_ns, batch


def run_day(
    root: Path | str,
    rows: Sequence[OrderRow],
    beside: Sequence[Beside] = (),
    closing: str = "as_sent",
) -> RunOrders:
    """Run the day opened in ``root`` with ``rows`` to its end; then it can be closed.

    A row has time, code, contract, side, price, lots; and, where they differ from an opening order
    for the day, offset, hedge, time_in_force, minimum_lots, id (one's own number), action
    (``cancel`` names an id, which one live order of a member has). ``beside`` act on the same day;
    with them it is put on the disk once, when it is over. A plain close takes history lots, with
    ``closing`` ``history`` or ``today`` lots of both kinds, those first. Raises ``InputFault``
    before anything is written when a row cannot be read or the day has begun.
    """
    allowed = choices(Closing)
    chosen = Closing(allowed[word(closing, "closing", allowed)])
    root = Path(root)
    folder = DayFolder(root)
    image = read_image(folder.image)
    commands = read_orders(image, rows)
    taken = sum(each.sessions for each in beside)
    last = taken + len({command.member for command in commands})
    frames = list(frames_of(image, commands, taken, chosen))
    trades, refused = 0, [np.zeros(0, np.int64)]
    if any(folder.journal.glob("*.segment")):
        raise InputFault(
            f"{root} has begun already, and a day runs once; close it with `huiguan day close"
            f" {root}`, or open the day again in another folder to run other orders"
        )
    files = FilesOfOneStep() if beside else None
    with hold(root, "day run"), Sequencer.create(root, image, files=files) as day:
        for time_ns, batch in interleaved(frames, beside):
            told = day.run(time_ns, batch).events
            for each in beside:
                each.hear(told)
            events = told.reshape(-1)
            kinds = events.view(EVENT_HEADER_ROW)["kind"]
            trades += int((kinds == TradeExecuted.KIND).sum())
            said = events.view(LAYOUTS[CommandRefused.KIND])
            own = (kinds == CommandRefused.KIND) & (taken < said["session"])
            own &= said["session"] <= last
            refused.append(said["refusal"][own].astype(np.int64))
        hashes = day.close()
    numbers, counts = np.unique(np.concatenate(refused), return_counts=True)
    reasons = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    return RunOrders(len(commands), trades, reasons, hashes)
