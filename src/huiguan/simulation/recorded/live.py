"""A recording at the doors: the house of ghosts, a line like any other, by the hall's clock.

A step (see ``ghosts``) is taken when the door says that its time has come and everything sent
before was answered: in a paced market one at a tick, else as fast as answers come. The house names
an order by the step it belongs to, so the replies of the day say how far it came; whoever starts
again, after whatever end, reads them and goes on with the next step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

from huiguan.exchange.messages import EVENT_HEADER_ROW
from huiguan.floor.doors.records import (
    DayClosed,
    DayOpened,
    DoorReason,
    LoggedOn,
    NotTaken,
    Tick,
    TickDone,
    encode_record,
)
from huiguan.floor.hall.clock import Clock, ClockSetting
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.simulation.market.live import Person, are_events
from huiguan.simulation.recorded.ghosts import Ghosts, ticks_of
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.recorded.ticks import read_ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.simulation.recorded import ghosts

QUOTES_NAME = "quotes.parquet"
RECORDING_NAME = "recording.json"
NUMBER_BITS = 32  # of an order's name: the command's number; the step above it


class RecordingSettings(msgspec.Struct, frozen=True):
    """Who quotes the record of a hall: a trading code, its session and key (hex)."""

    code: str
    session: int
    token: str


def ticks_of_day(image: DayImage, quotes: pl.DataFrame) -> list[ghosts.Tick]:
    """Return what was recorded between the first and the last phase of a day; none: nothing was.

    Raises ``InputFault`` where something was, but nothing that can stand in the book.
    """
    times = image.phases["time_ns"]
    own = quotes.filter(pl.col("time_ns").is_between(int(times.min()), int(times.max())))
    return ticks_of(image, own) if len(own) else []


class LiveGhosts(Ghosts):
    """Ghosts that others trade beside, and that may start again in the middle of their day."""

    def __init__(
        self, image: DayImage, ticks: Sequence[ghosts.Tick], code: int, session: int
    ) -> None:
        """Plan the day; ``go_on`` begins."""
        super().__init__(image, ticks, code, session)
        self._answered_to = 0  # number of the last command that was answered
        self._step, self._of_step = -1, 0  # the last step known, and answers about its orders

    def _name(self, number: int) -> int:
        return (2 * self._next + (not self._taken)) << NUMBER_BITS | number

    def hear(self, events: np.ndarray) -> None:
        """Take replies of the session, in their order."""
        numbers = events.reshape(-1).view(EVENT_HEADER_ROW)["client_sequence"]
        self._answered_to = max(self._answered_to, int(numbers.max()))
        super().hear(events)

    def _answered(self, kind: int, row: np.void) -> None:
        step = int(row["client_order_id"]) >> NUMBER_BITS
        if step > self._step:
            self._step, self._of_step = step, 0
        self._of_step += step == self._step
        super()._answered(kind, row)

    def go_on(self, sent: int) -> None:
        """Begin behind ``sent`` commands of the session, whose replies were heard.

        Levels are set again where they were set last; orders that take are sent once.
        """
        self._sent = self._answered_to = sent
        self._next, sets = divmod(max(self._step, 0), 2)
        self._taken = bool(sets)
        self._took = 0 if sets else self._of_step
        for tick in self._ticks[: self._next]:
            if not tick.crossed:
                self._books[tick.instrument].before = tick

    @property
    def settled(self) -> bool:
        """Whether all that was sent is answered, and no order that takes is on its way."""
        newest = next(reversed(self._orders.values()), None)
        takes = newest is not None and not newest[1].name >> NUMBER_BITS & 1
        return self._answered_to >= self._sent and not takes


class LiveRecording:
    """The line of the house of ghosts."""

    def __init__(
        self,
        hall: Path,
        address: tuple[str, int] | Path,
        settings: RecordingSettings,
        say: Callable[[str], None],
    ) -> None:
        """Read the recording and connect."""
        self._hall, self._settings, self._say = hall, settings, say
        self._quotes = read_ticks(hall / QUOTES_NAME)
        self._line = Person(settings.session, bytes.fromhex(settings.token), address)
        self._day = 0
        self._ghosts: LiveGhosts | None = None
        self._sent: int | None = None  # before this line spoke; None: it has gone on from there
        self._now, self._is_paced = 0, True

    def run(self) -> None:
        """Quote until the door says goodbye; raises ``CheckFault`` with its reason."""
        while True:
            rows = self._line.rows()
            begun = 0
            for place in np.flatnonzero(~are_events(rows)).tolist():
                self._hear(rows[begun:place])
                self._door(rows[place])
                begun = place + 1
            self._hear(rows[begun:])
            if self._now and not self._is_paced:
                self._step()

    def _hear(self, rows: np.ndarray) -> None:
        if self._ghosts and len(rows):
            self._ghosts.hear(np.ascontiguousarray(rows))

    def _door(self, row: np.ndarray) -> None:
        """Take a word of the door."""
        kind, said = self._line.word(row)
        if kind in (LoggedOn.KIND, DayOpened.KIND):
            self._begin(int(said["trading_day"]), int(said["next_client_sequence"]) - 1)
        elif kind == DayClosed.KIND:
            self._end()
        elif kind == Tick.KIND:
            self._ticked(int(said["time_ns"]))
        elif kind == NotTaken.KIND and said["reason"] != DoorReason.DAY_OVER:
            raise CheckFault("the door did not take what the recording sent: its rate is too low")

    def _begin(self, trading_day: int, sent: int) -> None:
        """Wake up on a day; what was sent before on it is heard next."""
        image = read_image(self._hall / "days" / str(trading_day) / "image")
        self._day, self._sent, self._now, self._ghosts = trading_day, sent, 0, None
        ticks = ticks_of_day(image, self._quotes)
        if not ticks:
            self._say(f"quotes: trading day {show_day(trading_day)} has no recording")
            return
        code = image.names.trading_codes.index(self._settings.code)
        self._ghosts = LiveGhosts(image, ticks, code, self._settings.session)
        self._say(
            f"quotes: trading day {show_day(trading_day)} has {len(ticks):,} recorded ticks; "
            f"they stand in the book by {self._settings.code}"
        )

    def _end(self) -> None:
        """Say what came of a day."""
        found, self._ghosts, self._now = self._ghosts, None, 0
        for number, count in sorted(found.refused.items()) if found else ():
            self._say(
                f"quotes: refused on {show_day(self._day)}: {count:,} x {number} "
                f"{BY_NUMBER[number].english}"
            )

    def _ticked(self, time_ns: int) -> None:
        """Do what is due, and say when the next tick is wanted."""
        self._now = time_ns
        self._is_paced = Clock.resume(self._hall, ClockSetting()).is_paced  # it may be told anew
        if self._ghosts and self._sent is not None:
            self._ghosts.go_on(self._sent)
            self._sent = None
        self._step()
        following = self._ghosts.next_ns() if self._ghosts else None
        next_ns = 0 if following is None else max(following, time_ns)
        self._line.send(encode_record(TickDone(next_ns=next_ns)))

    def _step(self) -> None:
        """Send the next step that is due and has commands."""
        day = self._ghosts
        while day and day.settled and (at := day.next_ns()) is not None and at <= self._now:
            if len(rows := day.act()):
                self._line.send(rows.tobytes())
