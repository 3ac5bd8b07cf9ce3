"""A hall that is open: the node of the day, the lines at its doors, their sessions, the next day.

The journal knows of a session what everybody must agree on (log-on, loss, sequence); the hall knows
which line speaks for it now. Sessions live through the turn of days, orders do not.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from huiguan.exchange.messages import Closing, LogOff, LogOn, LoseSession, SelfTrade
from huiguan.floor.day.reply_log import replies_from_journal
from huiguan.floor.doors.rate import Rate
from huiguan.floor.doors.records import (
    HEARTBEAT_MS,
    DayClosed,
    DayOpened,
    DoorReason,
    LoggedOn,
    Tick,
)
from huiguan.floor.hall.clock import steady
from huiguan.floor.hall.keys import KeyRight
from huiguan.floor.hall.own_orders import only_may, only_own
from huiguan.floor.hall.pace import Pace
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import Fault
from huiguan.foundation.refusals import Refusal
from huiguan.storage.files import nameless_file

if TYPE_CHECKING:
    from huiguan.floor.day.market import Outcome
    from huiguan.floor.day.node import Node
    from huiguan.floor.doors.binary import Asked, Line
    from huiguan.floor.hall.clock import Clock
    from huiguan.floor.hall.keys import Key, Keys

MOST_LINES = 4096
MS_NS = 1_000_000
TICK_SECONDS = 0.25


class Hall:
    """What every door shares."""

    def __init__(self, node: Node, clock: Clock, keys: Keys) -> None:
        """Open for the day of ``node``."""
        self.clock, self.keys = clock, keys
        self.lines: set[Line] = set()
        self.most_lines = MOST_LINES
        self._asking: dict[int, Line] = {}  # by session, until it is on or refused
        self._rates: dict[int, Rate] = {}  # by session: who connects again has sent what it sent
        self._epochs: dict[int, int] = {}
        self._one_fetch = asyncio.Lock()  # each runs the day again in memory of its own
        self._fetching: set[asyncio.Future[None]] = set()
        self._earlier: dict[int, DoorReason] = {}  # why a session's last line was ended
        self._closed: DoorReason | None = None
        self.pace = Pace(self)
        self.node = node
        self._meet(node)
        self.pace.new_day()

    def _meet(self, node: Node) -> None:
        """Take the node of a day."""
        self.node = node
        image = node.market.image
        self._members = {name: row for row, name in enumerate(image.names.members)}
        self._codes = {name: row for row, name in enumerate(image.names.trading_codes)}
        self._read_keys()
        node.settled.append(self.pace.settled)

    def _read_keys(self) -> None:
        """Note the rows of the trading codes that keys are bound to."""
        self._own = {
            key.session: np.unique([self._codes.get(code, -1) for code in key.codes])
            for key in self.keys
            if key.codes
        }

    def take_keys(self, keys: Keys) -> None:
        """Go on with other keys; a line whose key was withdrawn is cut."""
        self.keys = keys
        gone = {key.session for key in keys if key.withdrawn}
        self._read_keys()
        for lines in (self.node.live, self._asking):
            for session in sorted(gone & lines.keys()):
                lines[session].end(DoorReason.KEY_ENDED)
        self.pace.keys_changed()

    # lines

    def admit(self, line: Line) -> bool:
        """Take a new line in; False: there are too many."""
        self.lines.add(line)
        return len(self.lines) <= self.most_lines

    def gone(self, line: Line) -> None:
        """Forget a line; if it spoke for a session, the journal learns that it is lost."""
        self.lines.discard(line)
        self._asks_no_more(line)
        self.pace.left(line)
        if line.is_on and self.node.live.get(line.session) is line:
            del self.node.live[line.session]
            self.node.command(LoseSession(target=line.session))

    def _asks_no_more(self, line: Line) -> None:
        """Forget that a line asked for a session; if it was journaled, so is that it is lost."""
        if line.key and self._asking.get(line.key.session) is line:
            del self._asking[line.key.session]
            if not self.pace.waits(line):
                self.node.command(LoseSession(target=line.key.session))

    def noted(self, line: Line, reason: DoorReason) -> None:
        """Remember why a line of a session was ended, for its next log-on."""
        if line.key:
            self._earlier[line.key.session] = reason

    def heartbeat(self) -> None:
        """Look after every line; called every ``HEARTBEAT_MS``."""
        now = steady()
        for line in list(self.lines):
            line.check(now)

    async def beat(self) -> None:
        """Look after the lines for ever."""
        while True:
            await asyncio.sleep(HEARTBEAT_MS / 1000)
            self.heartbeat()

    async def tick(self) -> None:
        """Tell whoever may pace the market what time it is, for ever, while nobody paces it."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self.clock.is_paced or self._closed:
                continue
            tick = Tick(time_ns=self.clock.now_ns())
            for line in list(self.node.live.values()):
                if line.key and line.key.may(KeyRight.PACE):
                    line.say(tick)

    def closed_for_orders(self) -> DoorReason | None:
        """Return why no orders are taken now, if so."""
        return self._closed

    def take(self, line: Line, rows: np.ndarray) -> None:
        """Take commands of a line."""
        self.node.take(line.session, rows)

    def only_own(self, line: Line, rows: np.ndarray) -> np.ndarray:
        """Return commands as far as the line's key is for them."""
        assert line.key, "who is on has shown a key"
        rows = only_may(line.key, rows)
        codes = self._own.get(line.session)
        return rows if codes is None else only_own(self.node.market.core.state, codes, rows)

    # sessions

    def is_connected(self, session: int) -> bool:
        """Return whether a line was told that it speaks for a session."""
        line = self._asking.get(session)
        return session in self.node.live or (line is not None and line.session > 0)

    def log_on(self, line: Line, asked: Asked) -> None:
        """Ask the journal to turn a session on for a line, if its key is good."""
        day = show_day(self.node.market.trading_day)
        key = self.keys.find(asked.token, line.address, day)
        if isinstance(key, DoorReason):
            line.end(key)
            return
        line.key = key
        if reason := self._cannot(key):
            line.end(reason)
            return
        if not self._alone(line, asked, key.session):
            return
        self._asking[key.session] = line
        if key.may(KeyRight.PACE) and self.clock.is_paced:
            self.pace.asked(line, asked)
        else:
            self.turn_on(line, asked)

    def _alone(self, line: Line, asked: Asked, session: int) -> bool:
        """Return whether a line may speak for a session: nobody does, or has to give way."""
        before = self._asking.get(session)
        if before is not None and before.asked:
            is_told = before.session > 0  # that it is on: it gets what it missed
            if asked.epoch < before.asked.epoch + is_told:
                line.end(DoorReason.ALREADY_HERE, before.asked.epoch)
                return False
            before.end(DoorReason.REPLACED, asked.epoch)
        before = self.node.live.get(session)
        if before is not None:
            if asked.epoch <= self._epochs[session]:
                line.end(DoorReason.ALREADY_HERE, self._epochs[session])
                return False
            del self.node.live[session]
            before.end(DoorReason.REPLACED, asked.epoch)
        return True

    def _cannot(self, key: Key) -> DoorReason | None:
        if key.member not in self._members:
            return DoorReason.NO_RIGHT
        if key.session >= self.node.market.image.settings.session_capacity:
            return DoorReason.FULL
        return self._closed

    def turn_on(self, line: Line, asked: Asked, *, again: bool = False) -> None:
        """Journal the log-on; ``again``: at the opening of another day."""
        assert line.key
        command = LogOn(
            grace_ns=asked.grace_ms * MS_NS,
            target=line.key.session,
            member=self._members[line.key.member],
            epoch=asked.epoch,
            cancel_on_disconnect=asked.cancel_on_disconnect,
            self_trade=SelfTrade(asked.self_trade),
            closing=Closing(asked.closing),
        )
        if self.node.is_shut:
            line.end(DoorReason.DAY_OVER)
            return
        answered = partial(self._on_again, line) if again else partial(self._on, line, asked)
        self.node.command(command, answered)

    def _on(self, line: Line, asked: Asked, outcome: Outcome) -> None:
        """Answer a log-on, send what was missed, go live."""
        assert line.key
        session, market = line.key.session, self.node.market
        if self._asking.get(session) is not line:  # it left, or another one took its place
            return
        if outcome.refusal:
            del self._asking[session]
            stale = outcome.refusal == Refusal.STALE_EPOCH
            reason = DoorReason.STALE_EPOCH if stale else DoorReason.NO_RIGHT
            line.end(reason, outcome.second_figure)
            return
        last = asked.last_reply if asked.trading_day == market.trading_day else 0
        given = market.log.count(session)
        if last > given:
            line.end(DoorReason.NO_SENSE, last)
            self._asks_no_more(line)
            return
        self._epochs[session] = asked.epoch
        line.session = session
        chosen = market.core.state.sessions[session]
        line.say(
            LoggedOn(
                next_client_sequence=outcome.first_figure + 1,
                replies=given,
                repeats=given - last,
                trading_day=market.trading_day,
                epoch=asked.epoch,
                heartbeat_ms=HEARTBEAT_MS,
                earlier=int(self._earlier.pop(session, DoorReason.NONE)),
                self_trade=SelfTrade(chosen["self_trade"]),
                closing=Closing(chosen["closing"]),
            )
        )
        missed = market.log.since(session, last)
        if missed is None:
            self._fetching.add(fetch := asyncio.ensure_future(self._fetch(line, last)))
            fetch.add_done_callback(partial(self._fetched, line))
        else:
            self._go_live(line, missed)

    async def _fetch(self, line: Line, last: int) -> None:
        """Send replies that are no longer in memory from the journal, while the market goes on.

        They pass through a file without a name: a session may have missed a whole day.
        """
        market, session = self.node.market, line.session
        root, loop = market.sequencer.folder.root, asyncio.get_running_loop()
        rest = None
        while (
            self._asking.get(session) is line and (rest := market.log.since(session, last)) is None
        ):
            with nameless_file(root) as missed:
                async with self._one_fetch:
                    if self._asking.get(session) is not line:  # it left while others were served
                        return
                    upto = market.log.count(session)
                    await loop.run_in_executor(
                        None, replies_from_journal, root, session, last, upto, missed
                    )
                missed.seek(0)
                if not await line.repeat(missed):
                    return
            last = upto
        if self._asking.get(session) is not line or rest is None:
            return
        if self.node.market is market and not self._closed:
            self._go_live(line, rest)
        else:
            line.end(self._closed or DoorReason.NOT_READY)

    def _fetched(self, line: Line, fetch: asyncio.Future[None]) -> None:
        """End a line whose replies could not be had; what nobody foresaw is told on stderr too."""
        self._fetching.discard(fetch)
        if fetch.cancelled() or not (fault := fetch.exception()):
            return
        line.end(DoorReason.NOT_READY)
        if not isinstance(fault, Fault):
            what = {"message": "replies of a session could not be read", "exception": fault}
            asyncio.get_running_loop().call_exception_handler(what)

    def _go_live(self, line: Line, missed: bytes) -> None:
        """Send the last of what a session missed, and every reply from now on."""
        assert line.key
        line.send(missed)
        del self._asking[line.session]
        self.node.live[line.session] = line
        line.start(line.session, self._rate_of(line.key))
        self.pace.came(line)

    def _rate_of(self, key: Key) -> Rate:
        """Return what a session may still send; to connect again does not fill it up."""
        rate = self._rates.get(key.session)
        if rate is None or rate.a_second != key.rate:
            rate = self._rates[key.session] = Rate(key.rate, 2 * key.rate)
        return rate

    def log_off(self, line: Line) -> None:
        """End a session in order."""
        if self.node.live.get(line.session) is line:
            del self.node.live[line.session]
            self.node.command(LogOff(target=line.session))

    def tick_done(self, line: Line, next_ns: int) -> None:
        """Take a pacer's word that it has sent what it wanted."""
        self.pace.done(line, next_ns)

    # the turn of days

    def close_doors(self, reason: DoorReason) -> None:
        """Take no more orders."""
        self._closed = reason

    def say_closed(self) -> None:
        """Tell every session that the day is over."""
        self.close_doors(DoorReason.DAY_OVER)
        self.node.is_shut = True
        market = self.node.market
        for session, line in self.node.live.items():
            line.say(DayClosed(replies=market.log.count(session), trading_day=market.trading_day))

    def open_day(self, node: Node) -> None:
        """Go on with the next day: every connected session is turned on in its journal."""
        lines = [line for _, line in sorted(self.node.live.items())]
        self._closed = DoorReason.NOT_READY
        self._meet(node)
        self.pace.new_day()
        node.begin()
        for line in lines:
            assert line.asked
            self.turn_on(line, line.asked, again=True)
        self.pace.day_begun()
        if not lines:
            self._closed = None

    def _on_again(self, line: Line, outcome: Outcome) -> None:
        self._closed = None
        if outcome.refusal:
            line.end(DoorReason.NO_RIGHT, outcome.refusal)
            return
        if line not in self.lines:
            self.node.command(LoseSession(target=line.session))
            return
        self.node.live[line.session] = line
        line.say(
            DayOpened(
                next_client_sequence=outcome.first_figure + 1,
                trading_day=self.node.market.trading_day,
            )
        )
        self.pace.came(line)

    def say_goodbye(self, reason: DoorReason) -> None:
        """End every line."""
        for line in list(self.lines):
            line.end(reason)
