"""The crowd at the doors: the seeded people of the simulation, each member a line like any other.

They see what their doors tell them, act when a tick says the time, and say when they want the next
one. In a paced market (speed ``max``) the same seed makes the same day; at other speeds what
happens also depends on when things arrive, as in life.
"""

from __future__ import annotations

import selectors
import socket
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from huiguan.exchange.messages import COMMAND_HEADER, EVENTS, MESSAGE_BYTES
from huiguan.floor.doors.records import (
    DOOR_LAYOUTS,
    DayClosed,
    DayOpened,
    DoorReason,
    Goodbye,
    Heartbeat,
    LoggedOn,
    NotTaken,
    Tick,
    TickDone,
    encode_record,
    log_on_record,
)
from huiguan.foundation.faults import CheckFault, Fault, InputFault
from huiguan.simulation.chance import stream
from huiguan.simulation.market.clock import moments
from huiguan.simulation.market.crowd import Crowd, Numbers
from huiguan.simulation.market.prices import Prices
from huiguan.simulation.market.story import DayStory
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.messages import EnterOrder
    from huiguan.simulation.market.clock import Moment

READ_BYTES = 1 << 18


class CrowdSettings(msgspec.Struct, frozen=True):
    """How the crowd of a hall is: its seed, how often it acts, its keys by session (hex)."""

    seed: int
    frames: int
    commands: int  # a frame
    tokens: dict[str, str]


class Person:
    """One line of the crowd."""

    def __init__(self, session: int, token: bytes, address: tuple[str, int] | Path) -> None:
        """Connect and ask to be let in."""
        self.session = session
        self.line = connected(address)
        self._rest = b""
        self.line.sendall(log_on_record(token, grace_ms=30_000))

    def rows(self) -> np.ndarray:
        """Return the whole records that arrived, 64 bytes each."""
        data = self.line.recv(READ_BYTES)
        if not data:
            raise CheckFault("the door closed a line of the hall's own")
        data = self._rest + data
        whole = len(data) // MESSAGE_BYTES * MESSAGE_BYTES
        self._rest = data[whole:]
        return np.frombuffer(data[:whole], np.uint8).reshape(-1, MESSAGE_BYTES)

    def send(self, data: bytes | memoryview) -> None:
        """Send everything."""
        self.line.sendall(data)

    def word(self, row: np.ndarray) -> tuple[int, Any]:
        """Return the kind of a word of the door, and what it says: None where nobody knows it.

        A sign of life is answered; ``refused`` says what a goodbye raises.
        """
        kind = int(row[:2].view("<i2")[0])
        said: Any = row.view(DOOR_LAYOUTS[kind])[0] if kind in DOOR_LAYOUTS else None
        if kind == Heartbeat.KIND:
            self.send(encode_record(Heartbeat(time_ns=0)))
        elif kind == Goodbye.KIND:
            raise refused(DoorReason(int(said["reason"])))
        return kind, said


def are_events(rows: np.ndarray) -> np.ndarray:
    """Return which records are of the exchange; the others are words of the door."""
    return np.isin(rows[:, :2].copy().view("<i2")[:, 0], list(EVENTS))


FOR_GOOD = (
    *(DoorReason.UNKNOWN_KEY, DoorReason.KEY_ENDED, DoorReason.WRONG_ADDRESS),
    *(DoorReason.NO_RIGHT, DoorReason.OTHER_SCHEMA, DoorReason.STALE_EPOCH),
)


def refused(reason: DoorReason) -> Fault:
    """Return how the crowd ends: an ``InputFault`` where to try again would change nothing."""
    kind = InputFault if reason in FOR_GOOD else CheckFault
    return kind(f"the door ended a line of the hall's own: {reason.english}")


def connected(address: tuple[str, int] | Path) -> socket.socket:
    """Return a line to a binary door: at a host and port, or a socket in the hall's folder."""
    if isinstance(address, tuple):
        line = socket.create_connection(address, timeout=60)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(60)
    line.connect(str(address))
    return line


class LiveDay:
    """What the crowd does on one trading day."""

    def __init__(
        self, image: DayImage, settings: CrowdSettings, forced: Sequence[EnterOrder] = ()
    ) -> None:
        """Wake up before the day begins."""
        self.image = image
        day, seed = image.settings.trading_day, settings.seed
        self._count = settings.commands
        self.prices = Prices(image, settings.frames, settings.commands // 4, seed)
        busy = np.zeros(len(image.names.phase_groups), np.int64)
        np.add.at(busy, image.instruments["phase_group"], self.prices.weights)
        chance = stream(seed, "times", day)
        self._times = [
            each._replace(time_ns=int(each.time_ns + chance.integers(1, max(each.span_ns, 2))))
            for each in moments(image, settings.frames, busy)
        ]
        self.crowd = Crowd(image, self.prices, seed)
        self._story = DayStory(image, self.crowd, self._times, seed)
        self._story.force(forced)
        self._numbers = Numbers(image.settings.session_capacity)
        self._next = 0

    def begin_at(self, session: int, sent: int) -> None:
        """Go on behind what a session sent before."""
        self._numbers.last[session] = sent

    def next_ns(self) -> int:
        """Return when the crowd wants to act next; 0: no more today."""
        return self._times[self._next].time_ns if self._next < len(self._times) else 0

    def due(self, time_ns: int) -> Iterator[np.ndarray]:
        """Yield what is sent by now, a frame of commands at a time (64 bytes each)."""
        late = self._next
        while self._next < len(self._times) and self._times[self._next].time_ns <= time_ns:
            self._next += 1
        for number in range(max(late, self._next - 4), self._next):  # what was slept through is not
            yield self._frame(number, self._times[number])

    def _frame(self, number: int, moment: Moment) -> np.ndarray:
        self.prices.step(moment.time_ns)
        blocks = [
            *self.crowd.commands(moment, self._count),
            *self._story.clients(number, moment),
        ]
        sent = np.concatenate(blocks)
        self._numbers.give(sent)
        return sent


class LiveCrowd:
    """All lines of the crowd, from one thread."""

    def __init__(
        self, hall: Path, address: tuple[str, int] | Path, settings: CrowdSettings
    ) -> None:
        """Connect every line."""
        self._hall, self._settings = hall, settings
        self._people = {
            int(session): Person(int(session), bytes.fromhex(token), address)
            for session, token in settings.tokens.items()
        }
        self._select = selectors.DefaultSelector()
        for person in self._people.values():
            self._select.register(person.line, selectors.EVENT_READ, person)
        self._day: LiveDay | None = None
        self._heard: list[np.ndarray] = []
        self._ticked: dict[int, int] = {}
        self._began: dict[int, int] = {}

    def run(self) -> None:
        """Trade until the door says goodbye; raises ``CheckFault`` with its reason."""
        while True:
            for key, _ in self._select.select(5.0):
                self._listen(key.data)
            if self._day and len(self._ticked) == len(self._people):
                self._act(min(self._ticked.values()))

    def _listen(self, person: Person) -> None:
        rows = person.rows()
        events = are_events(rows)
        if events.any():
            self._heard.append(rows[events])
        for row in rows[~events]:
            self._door(person, row)

    def _door(self, person: Person, row: np.ndarray) -> None:
        """Take a word of the door; heartbeats come while a day is cleared, when no tick does."""
        kind, said = person.word(row)
        if kind == LoggedOn.KIND:
            self._begin(int(said["trading_day"]))
            self._began[person.session] = int(said["next_client_sequence"]) - 1
            if self._day:
                self._day.begin_at(person.session, self._began[person.session])
        elif kind == DayOpened.KIND:
            self._begin(int(said["trading_day"]))
        elif kind == DayClosed.KIND:
            self._ticked.clear()
        elif kind == Tick.KIND:
            self._ticked[person.session] = int(said["time_ns"])
        elif kind == NotTaken.KIND:
            raise CheckFault("the door did not take what the crowd sent: its rate is too low")

    def _begin(self, trading_day: int) -> None:
        if self._day and self._day.image.settings.trading_day == trading_day:
            return
        root = self._hall / "days" / str(trading_day)
        self._day = LiveDay(read_image(root / "image"), self._settings, forced_of(root))
        self._heard.clear()

    def _act(self, time_ns: int) -> None:
        """Take what was heard, send what is due, and say when the next tick is wanted."""
        day = self._day
        assert day
        self._ticked.clear()
        if self._heard:
            heard, self._heard = np.concatenate(self._heard), []
            day.crowd.learn(ordered(heard).reshape(-1))
        sent: dict[int, list[np.ndarray]] = {}
        for rows in day.due(time_ns):
            sessions = rows.reshape(-1).view(COMMAND_HEADER)["session"]
            for session in np.unique(sessions).tolist():
                sent.setdefault(session, []).append(rows[sessions == session])
        done = encode_record(TickDone(next_ns=day.next_ns()))
        for session, person in self._people.items():
            parts = [part.tobytes() for part in sent.get(session, [])]
            person.send(b"".join([*parts, done]))


def ordered(rows: np.ndarray) -> np.ndarray:
    """Return events in the order of the journal; what several sessions heard goes by session."""
    sequence = rows[:, 16:24].copy().view("<i8")[:, 0]
    session = rows[:, 4:8].copy().view("<i4")[:, 0]
    found: np.ndarray = rows[np.lexsort((session, sequence))]
    return found


def forced_of(root: Path) -> list[EnterOrder]:
    """Return the orders of a forced liquidation that the opening of a day decided."""
    from huiguan.exchange.evening.forced import force_close_commands  # noqa: PLC0415
    from huiguan.storage.market.opening import OPENING_NAME, read_opening  # noqa: PLC0415

    if not (root / OPENING_NAME).exists():
        return []
    return force_close_commands(read_image(root / "image"), read_opening(root).forced_closes)
