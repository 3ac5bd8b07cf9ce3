"""A market that lives: what arrived while the disk was busy becomes the next frame.

One event loop, one writer. Commands of the doors and of the house are gathered while a frame is on
its way to the disk; then they are the next frame, as they arrived, without a timer. A small frame
is put on disk by the loop itself, which takes less than to wake a thread; a large one, and any on a
slow disk, by threads, and the next goes to the disk before the one that landed is applied. Nobody
hears of a command before it is on disk; what everybody may see is handed on before the private
replies of the same frame.

Whatever goes wrong in a step stops the market for good, says so, and loses nothing acknowledged.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import MESSAGE_BYTES, Command, PassTime, Phase, encode
from huiguan.floor.day.market import outcome_of
from huiguan.foundation.calendars import SECOND_NS

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.floor.day.market import AppliedFrame, Market, Outcome
    from huiguan.floor.doors.binary import Line
    from huiguan.floor.hall.clock import Clock

    Answered = Callable[[Outcome], None]

FRAME_ROWS = 1 << 16  # commands of one frame at most
SMALL_ROWS = 1 << 9  # as many go to the disk sooner than a thread is woken
SLOW_SECONDS = 0.002  # a disk that takes longer is waited for in a thread
SNAPSHOT_EVERY = 500_000  # commands
LONGEST_SLEEP = 3600.0  # seconds; a due time is looked at again after it


class Arrival(NamedTuple):
    """Commands that arrived together; for one of the house, who wants to know its outcome."""

    session: int  # 0: the house
    rows: np.ndarray
    answered: Answered | None


class Flight(NamedTuple):
    """A frame on its way: who asked for which of its commands, and since when it is."""

    asked: list[tuple[int, Answered]]
    begun: float  # seconds of the loop


class Node:
    """Runs a market on the event loop; every method is called on that loop."""

    def __init__(
        self, market: Market, clock: Clock, *, snapshot_every: int = SNAPSHOT_EVERY
    ) -> None:
        """Take a market that was started; ``begin`` sets it going."""
        self.market, self.clock = market, clock
        self.live: dict[int, Line] = {}  # by session
        self.watchers: list[Callable[[AppliedFrame], None]] = []  # of events, before any reply
        self.settled: list[Callable[[AppliedFrame], None]] = []  # after the replies of a frame
        self.failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self.over: asyncio.Event = asyncio.Event()  # the last phase was run
        self.snapshot_every = snapshot_every
        self.paused_reading: list[Callable[[], None]] = []  # doors to open when there is room
        self._loop = asyncio.get_running_loop()
        self._arrived: list[Arrival] = []
        self._rows = 0  # of what arrived
        self._flying: deque[Flight] = deque()
        self._disk_is_slow = False  # the last frame was long on its way
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due: int | None = None  # what the timer waits for (ns)
        self._copied_at = market.sequencer.next_sequence - 1
        self._writing: asyncio.Future[object] | None = None
        self.is_shut = False  # the day is being closed: nothing is journaled any more
        self._woken = False  # a frame is to be made of what is gathered
        self._held = False  # a paced market takes frames only when it is told to

    def begin(self) -> None:
        """Say who is gone since the market was stopped, run what is due, and go on."""
        if self.clock.now_ns() < self.market.core.time_ns and not self.clock.is_wall:
            self.clock.steer(now_ns=self.market.core.time_ns)
        for row in self.market.lost():
            self._arrive(Arrival(0, row, None))
        self._look_at_clock()
        self._wake()

    @property
    def waiting_rows(self) -> int:
        """How many commands wait for the next frame."""
        return self._rows

    @property
    def is_full(self) -> bool:
        """Whether doors should stop reading until a frame was taken."""
        return self._rows >= FRAME_ROWS

    def take(self, session: int, rows: np.ndarray) -> None:
        """Take commands of a session (``uint8``, 64 a row) for the next frame."""
        self._arrive(Arrival(session, rows, None))

    def command(self, command: Command, answered: Answered | None = None, session: int = 0) -> None:
        """Take a command of the house for the next frame; a day that is shut takes none."""
        if self.is_shut:
            return
        self._arrive(Arrival(0, encode(command, session), answered))

    def _arrive(self, arrival: Arrival) -> None:
        self._arrived.append(arrival)
        self._rows += len(arrival.rows) // MESSAGE_BYTES
        self._wake()

    def hold(self) -> None:
        """Take no frame until ``release``: a paced market gathers first."""
        self._held = True

    def let_go(self) -> None:
        """Take frames as things arrive again."""
        self._held = False
        self._wake()

    def release(self) -> bool:
        """Make one frame of what was gathered; return whether there was anything."""
        if not self.waiting_rows:
            return False
        if not self._flying and not self.failed.done():
            self._begin_frame()
        return True

    def clock_changed(self) -> None:
        """Look anew at when something is due: somebody steered the clock."""
        self._forget_timer()
        self._look_at_clock()

    def _wake(self) -> None:
        """Let there be a frame, when all that arrived by now was gathered."""
        if not self._woken:
            self._woken = True
            self._loop.call_soon(self._run)

    def _run(self) -> None:
        """Make what was gathered a frame: here, or by threads if it is large or the disk slow."""
        self._woken = False
        if self._flying or self._held or self.failed.done() or not self.waiting_rows:
            return
        if self.waiting_rows > SMALL_ROWS or self._disk_is_slow:
            self._begin_frame()
            return
        rows, asked = self._gather()
        begun = self._loop.time()
        try:
            applied = self.market.run(self.clock.now_ns(), rows)
            self._disk_is_slow = self._loop.time() - begun > SLOW_SECONDS
            self._tell(applied, asked)
            if not self._flying:
                self.market.sequencer.rest()
        except BaseException as fault:  # noqa: BLE001  whatever it is, nobody may go on
            self.fail(fault)
            return
        if not self._flying and self._wants_copy():
            self._copy()
        self._look_at_clock()

    def _gather(self) -> tuple[np.ndarray, list[tuple[int, Answered]]]:
        """Take what arrived, in its order, and who asked for which row of it.

        In a paced market the house goes first, then session by session: who was faster decides
        nothing there.
        """
        arrived, self._arrived, self._rows = self._arrived, [], 0
        if self.clock.is_paced:
            arrived.sort(key=lambda arrival: arrival.session)
        if self.paused_reading:
            waiting, self.paused_reading = self.paused_reading, []
            for go_on in waiting:
                go_on()
        asked, place = [], 0
        for arrival in arrived:
            if arrival.answered:
                asked.append((place, arrival.answered))
            place += len(arrival.rows) // MESSAGE_BYTES
        if len(arrived) == 1:
            return arrived[0].rows, asked
        return np.concatenate([arrival.rows for arrival in arrived]), asked

    def _begin_frame(self) -> None:
        """Give what was gathered to the disk as one frame."""
        rows, asked = self._gather()
        self._flying.append(Flight(asked, self._loop.time()))
        try:
            flush = self.market.submit(self.clock.now_ns(), rows)
        except BaseException as fault:  # noqa: BLE001  whatever it is, nobody may go on
            self.fail(fault)
            return
        if flush is None:
            self._loop.call_soon(self._landed)
        else:
            flush.add_done_callback(lambda _: self._loop.call_soon_threadsafe(self._landed))

    def _landed(self) -> None:
        """Apply the frame that is on disk; the next one is on its way meanwhile."""
        if self.failed.done():
            return
        copy = self._wants_copy()
        if not copy and not self._held and self.waiting_rows and len(self._flying) < 2:
            self._begin_frame()
        self._disk_is_slow = self._loop.time() - self._flying[0].begun > SLOW_SECONDS
        try:
            applied = self.market.collect()
        except BaseException as fault:  # noqa: BLE001  whatever it is, nobody may go on
            self.fail(fault)
            return
        try:
            self._tell(applied, self._flying.popleft().asked)
        except BaseException as fault:  # noqa: BLE001  half of a frame may have been told
            self.fail(fault)
            return
        if copy and not self._flying:
            self._copy()
        self._look_at_clock()
        self._wake()

    def _tell(self, applied: AppliedFrame, asked: list[tuple[int, Answered]]) -> None:
        """Tell everybody what a frame came to: the public first."""
        for watch in self.watchers:
            watch(applied)
        for session, rows in applied.replies:
            if speaker := self.live.get(session):
                speaker.send(rows.data)
        for place, answered in asked:
            answered(outcome_of(applied, place))
        for settle in self.settled:
            settle(applied)

    def _look_at_clock(self) -> None:
        """Set the timer to the next phase or end of a grace; note the end of the day."""
        if self.failed.done() or self._flying:
            self._forget_timer()
            return
        due = self.market.core.next_due_ns
        if self._timer and due == self._timer_due:
            return
        self._forget_timer()
        if due is None:
            if self.is_over():
                self.over.set()
            return
        if self.clock.is_paced:
            return
        if (seconds := self.clock.seconds_until(due)) is not None:
            self._timer = self._loop.call_later(min(seconds, LONGEST_SLEEP), self._due)
            self._timer_due = due

    def _forget_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        due = self.market.core.next_due_ns
        if due is not None and self.clock.now_ns() >= due:
            self.command(PassTime())
        else:
            self._look_at_clock()

    def pass_time(self) -> None:
        """Let what is due by now happen."""
        self.command(PassTime())

    def is_over(self) -> bool:
        """Return whether every product group is closed and nothing is due."""
        closed = self.market.core.state.group_phase == Phase.CLOSED
        return self.market.core.next_due_ns is None and bool(closed.all())

    def _wants_copy(self) -> bool:
        behind = self.market.sequencer.next_sequence - 1 - self._copied_at
        return self._writing is None and behind >= self.snapshot_every

    def _copy(self) -> None:
        """Copy the state here, and let a thread hash and write it."""
        self._copied_at = self.market.sequencer.next_sequence - 1
        copy = self.market.copy_state()
        self._writing = self._loop.run_in_executor(None, copy.write)
        self._writing.add_done_callback(self._copied)

    def _copied(self, done: asyncio.Future[object]) -> None:
        self._writing = None
        if not done.cancelled() and (fault := done.exception()):
            self.fail(fault)

    def fail(self, fault: BaseException) -> None:
        """Stop: the journal and the core may differ, so nothing more is taken or answered."""
        if not self.failed.done():
            self.failed.set_result(fault)

    async def rest(self) -> None:
        """Wait until no frame is on its way and no snapshot is being written."""
        while (self._woken or self._flying or self._writing) and not self.failed.done():  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def describe(self) -> dict[str, object]:
        """Return how the market stands, for people and programs."""
        market, core = self.market, self.market.core
        groups = market.image.names.phase_groups
        phases = core.state.group_phase.tolist()
        return {
            "trading_day": market.trading_day,
            "time_ns": self.clock.now_ns(),
            "sequence": market.sequencer.next_sequence - 1,
            "phases": {name: Phase(phase).name for name, phase in zip(groups, phases, strict=True)},
            "next_due_ns": core.next_due_ns,
            "connected": sorted(self.live),
            "live_orders": int(core.state.core["live_orders"][0]),
            "trades": int(core.state.core["trades"][0]),
            "waiting": self.waiting_rows,
            "snapshot_behind": market.sequencer.next_sequence - 1 - self._copied_at,
            "clock_seconds_behind": max(0.0, (self.clock.now_ns() - core.time_ns) / SECOND_NS),
        }
