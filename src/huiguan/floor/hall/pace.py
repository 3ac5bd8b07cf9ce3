"""A paced market (speed ``max``): time moves when everybody who paces it has sent what it wanted.

Between two ticks everything is gathered into one frame, in the order of sessions, so the same
people with the same seed make the same journal. The next tick is the earliest that anybody asked
for, or what the schedule wants before it. Until every key that may pace is connected, time stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.floor.doors.records import Tick
from huiguan.floor.hall.keys import KeyRight

if TYPE_CHECKING:
    from huiguan.floor.day.market import AppliedFrame
    from huiguan.floor.doors.binary import Asked, Line
    from huiguan.floor.hall.lines import Hall


class Pace:
    """Who paces the market, and who has not yet sent what it wants."""

    def __init__(self, hall: Hall) -> None:
        """Begin with nobody."""
        self._hall = hall
        self._asking: dict[int, tuple[Line, Asked]] = {}  # by session, until all are here
        self._here: dict[int, Line] = {}
        self._open: set[int] = set()  # sessions that were ticked and are not done
        self._next_ns: int | None = None
        self._running = False  # a frame of this tick is on its way

    @property
    def _expected(self) -> set[int]:
        keys = self._hall.keys
        return {key.session for key in keys if key.may(KeyRight.PACE) and not key.withdrawn}

    def asked(self, line: Line, asked: Asked) -> None:
        """Take a pacer's log-on; when all are here they are turned on in one frame."""
        assert line.key
        self._asking[line.key.session] = (line, asked)
        self._let_in()

    def _let_in(self) -> None:
        if self._asking.keys() | self._here.keys() >= self._expected:
            asking, self._asking = sorted(self._asking.items()), {}
            self._hall.node.hold()
            for _, (one, said) in asking:
                self._hall.turn_on(one, said)
            self._running = self._hall.node.release()

    def came(self, line: Line) -> None:
        """Take a pacer in whose session is on; who comes late, behind its frame, wakes the rest."""
        assert line.key
        if line.key.may(KeyRight.PACE) and self._hall.clock.is_paced:
            self._here[line.session] = line
            self._next_ns = self._hall.clock.now_ns()  # it has not said yet what it wants
            if not self._running and not self._open:
                self._go_on()

    def left(self, line: Line) -> None:
        """Go on without a pacer only when it is back: time stands until then."""
        if self.waits(line) and line.key:
            del self._asking[line.key.session]
        if self._here.get(line.session) is line:
            del self._here[line.session]
            self._open.discard(line.session)
        if line.key and line.key.may(KeyRight.PACE) and line.key.session not in self._expected:
            self.keys_changed()

    def keys_changed(self) -> None:
        """Wait no longer for those who may pace no more, when their lines have left."""
        known = self._asking.keys() | self._here.keys()
        if known - self._expected or not self._hall.clock.is_paced or self._hall.node.is_shut:
            return
        if not self._expected:
            self._hall.node.let_go()
        elif self._asking:
            self._let_in()
        elif not self._running and not self._open and self._here.keys() >= self._expected:
            self._go_on()

    def waits(self, line: Line) -> bool:
        """Return whether a line asked to pace, and others are still to come."""
        return bool(line.key and self._asking.get(line.key.session, (None,))[0] is line)

    def new_day(self) -> None:
        """Begin another day; pacers come again when they are turned on in its journal."""
        self._here, self._open, self._next_ns, self._running = {}, set(), None, False
        if self.paces:
            self._hall.node.hold()

    def day_begun(self) -> None:
        """Make the first frame of a day of what every connected session begins with."""
        if self.paces:
            self._running = self._hall.node.release()

    def clock_changed(self) -> None:
        """Begin or end the pacing of a market whose clock was steered."""
        node = self._hall.node
        if not self.paces:
            self._open.clear()
            node.let_go()
            return
        node.hold()
        may = [line for line in node.live.values() if line.key and line.key.may(KeyRight.PACE)]
        self._here = {line.session: line for line in may}
        if not self._running and not self._open:
            self._running = node.release()
            if not self._running and self._here.keys() >= self._expected:
                self._tick()

    @property
    def paces(self) -> bool:
        """Whether somebody is to pace this market."""
        return self._hall.clock.is_paced and bool(self._expected)

    def done(self, line: Line, next_ns: int) -> None:
        """Take a pacer's word; when all have given theirs, the frame is made."""
        if line.session not in self._open:
            return
        self._open.discard(line.session)
        if next_ns > 0:
            self._next_ns = min(next_ns, self._next_ns or next_ns)
        if not self._open:
            self._running = self._hall.node.release()
            if not self._running:
                self._advance()

    def settled(self, _: AppliedFrame) -> None:
        """After a frame and its replies: move on to the next tick."""
        if self._running:
            self._running = False
            if self.paces:
                self._go_on()

    def _go_on(self) -> None:
        """Make a frame of what came meanwhile; where there is nothing, move on if all are here."""
        self._running = self._hall.node.release()
        if not self._running and self._here.keys() >= self._expected:
            self._advance()

    def _advance(self) -> None:
        """Move time to what comes next: something due, or what a pacer wants."""
        node, clock = self._hall.node, self._hall.clock
        due = node.market.core.next_due_ns
        if due is None:
            return
        wanted, asked = self._next_ns, self._next_ns is not None
        if asked and wanted is not None and wanted < due:
            clock.move(max(wanted, clock.now_ns()))
            self._next_ns = None
            self._tick()
            return
        clock.move(due)
        node.pass_time()
        self._running = node.release()

    def _tick(self) -> None:
        self._open = set(self._here)
        tick = Tick(time_ns=self._hall.clock.now_ns())
        for line in list(self._here.values()):
            line.say(tick)
