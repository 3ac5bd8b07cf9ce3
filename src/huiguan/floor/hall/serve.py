"""The floor process: one hall, its doors and its days, until somebody or a fault stops it.

What a hall's folder holds:

    hall.toml        how it is run
    keys.json        who may connect
    clock.json       how the clock stands
    days/yyyymmdd/   the trading days, as ever
    operator.sock    where its operator asks
    doors.json       where the doors of the running hall are
    session.sock     the binary door once more, for the hall's own processes
    feed.sock        public market data, for the hall's own processes
"""

from __future__ import annotations

import asyncio
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from huiguan.days.cleared import is_closed
from huiguan.days.run_again import announce_compiling
from huiguan.floor.day.market import Market
from huiguan.floor.day.node import Node
from huiguan.floor.doors.binary import LOG_ON_SECONDS, Line
from huiguan.floor.doors.records import DoorReason
from huiguan.floor.hall.clock import Clock, ClockSetting, exchange_words
from huiguan.floor.hall.evening import Evening
from huiguan.floor.hall.key_desk import KeyDesk
from huiguan.floor.hall.keys import Keys
from huiguan.floor.hall.lines import MOST_LINES, Hall
from huiguan.floor.hall.machine import room_for_lines
from huiguan.floor.hall.operator import SOCKET_NAME, BetweenDays, Operator
from huiguan.floor.hall.publisher import FEED_NAME, Publisher
from huiguan.floor.hall.queries import Queries
from huiguan.floor.hall.settings import (
    INNER_NAME,
    read_settings,
    rulebook_folders,
    server_tls,
)
from huiguan.floor.hall.turn import Turn, TurnStep
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.market.instruction_files import WAITING_NAME
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from huiguan.floor.hall.settings import HallSettings

DAYS = "days"
DOORS_NAME = "doors.json"
KEEP_CLOCK_SECONDS = 1.0
BACKLOG = 1024  # connections that the system holds until they are taken in


class DoorsOpen(msgspec.Struct, frozen=True):
    """Where the doors of a running hall are."""

    host: str
    binary_port: int
    trading_day: int
    tls: bool = False
    feed_port: int = 0


def days_of(folder: Path) -> list[Path]:
    """Return the folders of days that were opened, in order."""
    return sorted(
        path
        for path in (folder / DAYS).glob("[0-9]" * 8)
        if (path / "image" / "image.json").exists()
    )


def current_day(folder: Path) -> Path:
    """Return the day a hall stands in: the newest one that was opened."""
    found = days_of(folder)
    if not found:
        raise InputFault(f"{folder} has no day that was opened; begin a hall with `huiguan up`")
    return found[-1]


class Floor:
    """Runs a hall on the event loop."""

    def __init__(self, folder: Path, settings: HallSettings, say: Callable[[str], None]) -> None:
        """Take a folder; ``run`` does everything."""
        self.folder, self.settings, self.say = folder, settings, say
        self._stopping = asyncio.Event()
        self._turn = Turn(settings.days)
        self._evening = Evening(folder, self._turn, lambda: current_day(folder))
        self._publisher: Publisher
        self._feed_port = 0

    async def run(self) -> int:
        """Serve until stopped; return the exit code."""
        with hold(self.folder, "up"):
            return await self._serve()

    async def _serve(self) -> int:
        announce_compiling(self.say)
        clock = Clock.resume(self.folder, ClockSetting())
        root = current_day(self.folder)
        loop = asyncio.get_running_loop()
        if is_closed(root):
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._stopping.set)
            following = await self._between_days(root, clock)
            if following is None:
                return 0
            root = following
        market = await loop.run_in_executor(None, self._start, root)
        for passed in market.sequencer.recovered:
            self.say(f"floor: {passed}")
        node = Node(market, clock, snapshot_every=self.settings.snapshot_every)
        hall = Hall(node, clock, Keys.read(self.folder))
        hall.most_lines = min(MOST_LINES, room_for_lines())
        node.begin()
        operator = Operator(hall, self._stopping.set)
        operator.words = self._turn.words
        operator.more |= {"turn": self._turn.push, **self._evening.requests()}
        operator.more["keys"] = partial(self._read_keys, hall)
        operator.more |= KeyDesk(self.folder, hall).requests()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        operator.more |= Queries(hall).requests()
        line = partial(Line, hall)
        place = (self.settings.host, self.settings.binary_port)
        tls = server_tls(self.settings)
        server = await loop.create_server(
            *(line, *place),
            backlog=BACKLOG,
            ssl=tls,
            ssl_handshake_timeout=LOG_ON_SECONDS if tls else None,
        )
        self._publisher = Publisher(node)
        inner = [
            await operator.serve(self.folder),
            await self._inner_door(line),
            await self._publisher.serve(self.folder),
        ]
        feed = await self._publisher.listen(self.settings.host, self.settings.feed_port, tls)
        inner.append(feed)
        port, self._feed_port = (door.sockets[0].getsockname()[1] for door in (server, feed))
        self._tell_doors(hall, port)
        self.say(
            f"floor: trading day {show_day(market.trading_day)}, sequence "
            f"{market.sequencer.next_sequence - 1:,}, clock {exchange_words(clock.now_ns())}, "
            f"binary door {self.settings.host}:{port}"
        )
        kept = (hall.beat(), hall.tick(), self._keep_clock(clock, lambda: hall.node))
        beats = [loop.create_task(work) for work in kept]
        try:
            return await self._days(hall, port)
        finally:
            for task in beats:
                task.cancel()
            for door in (server, *inner):
                door.close()
            await self._leave(hall)

    def _start(self, root: Path) -> Market:
        """Start the market of a day; no shipped rulebook shows orders of auctions, own ones may."""
        own = rulebook_folders(self.folder, self.settings)
        return Market.start(root, load_books(*own) if own else None)

    async def _inner_door(self, line: Callable[[], Line]) -> asyncio.AbstractServer:
        """Open the binary door in the hall's folder; only its owner may connect."""
        path = self.folder / INNER_NAME
        path.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(line, str(path), backlog=BACKLOG)
        path.chmod(0o600)
        return server

    def _tell_doors(self, hall: Hall, port: int) -> None:
        settings, day = self.settings, hall.node.market.trading_day
        doors = DoorsOpen(settings.host, port, day, bool(settings.tls_cert), self._feed_port)
        write_file(self.folder / DOORS_NAME, [msgspec.json.encode(doors), b"\n"], Files())

    async def _keep_clock(self, clock: Clock, node: Callable[[], Node]) -> None:
        while True:
            await asyncio.sleep(KEEP_CLOCK_SECONDS)
            if not clock.is_wall:
                try:
                    clock.keep()
                except InputFault as fault:  # the disk is full or gone
                    node().fail(fault)
                    return

    async def _leave(self, hall: Hall) -> None:
        """End in order: lines told, frames on disk, the clock written down."""
        stopped = hall.node.failed.done()
        hall.close_doors(DoorReason.LEAVING)
        hall.say_goodbye(DoorReason.STOPPED if stopped else DoorReason.LEAVING)
        await asyncio.sleep(0)
        await hall.node.rest()
        if not stopped:
            hall.node.market.sequencer.leave()
        try:
            hall.clock.keep()
        except InputFault as fault:  # the same disk that stopped the market
            self.say(f"floor: {fault}")
        for name in (SOCKET_NAME, INNER_NAME, FEED_NAME, DOORS_NAME):
            (self.folder / name).unlink(missing_ok=True)

    async def _days(self, hall: Hall, port: int) -> int:
        """Run one day after the other."""
        while True:
            self._turn.goes(TurnStep.TRADING, "trading")
            ended = await self._first_of(
                hall.node.over.wait(), self._stopping.wait(), hall.node.failed
            )
            if hall.node.failed.done():
                return self._told_fault(hall.node.failed.result())
            if ended == 1:
                self.say("floor: going down in order")
                return 0
            await hall.node.rest()
            hall.say_closed()
            if not await self._turn_day(hall, port):
                self.say("floor: going down in order")
                return 0

    async def _first_of(self, *waits: Any) -> int:  # noqa: ANN401  coroutines and futures
        """Return which of several things happened first."""
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(place for place, task in enumerate(tasks) if task.done())
        finally:
            for task in tasks[:2]:
                task.cancel()

    def _told_fault(self, fault: BaseException) -> int:
        self.say(
            f"floor: stopped by a fault: {fault}. Nothing acknowledged is lost: what was answered "
            "is on disk, and `huiguan up` goes on from there; make room on the disk first, if that "
            "is what is missing"
        )
        return 1

    async def _turn_day(self, hall: Hall, port: int) -> bool:
        """Close the day, clear it, open the next one; False: stopped before that."""
        root = hall.node.market.sequencer.folder.root
        loop = asyncio.get_running_loop()
        self._turn.goes(TurnStep.ENDING, f"closing {root.name}", root.name)
        hashes = await loop.run_in_executor(None, hall.node.market.end)
        self.say(f"floor: trading day {root.name} is over after {hashes.sequence:,} commands")
        following = await self._open_next(root)
        if following is None:
            return False
        market = await loop.run_in_executor(None, self._start, following)
        node = Node(market, hall.clock, snapshot_every=self.settings.snapshot_every)
        self._publisher.meet(node)
        hall.open_day(node)
        self._tell_doors(hall, port)
        self.say(f"floor: trading day {show_day(market.trading_day)} is open")
        return True

    async def _between_days(self, root: Path, clock: Clock) -> Path | None:
        """Open the day after one that is closed, at the start; its operator may ask meanwhile."""
        operator = BetweenDays(clock, int(root.name), self._turn.words, self._stopping.set)
        operator.more |= {"turn": self._turn.push, **self._evening.requests()}
        door = await operator.serve(self.folder)
        try:
            return await self._open_next(root)
        finally:
            door.close()
            (self.folder / SOCKET_NAME).unlink(missing_ok=True)

    async def _open_next(self, root: Path) -> Path | None:
        """Clear a day that is over in another process, open the next one; None: stopped before.

        What fails opens nothing; it is tried again when a person who has mended it says so.
        """
        turned = self.settings.days == "auto"
        while True:
            try:
                if not is_closed(root):
                    await self._do("close", root)
                if not turned:
                    words = f"{root.name} is closed; waiting for `huiguan clock turn`"
                    if not await self._by_hand(TurnStep.WAITING, words, root):
                        return None
                    if await self._corrected(root):
                        continue
                await self._do("open", root)
                return current_day(self.folder)
            except CheckFault as fault:
                if not await self._by_hand(TurnStep.FAILED, str(fault), root):
                    return None
                if await self._corrected(root):
                    continue
            turned = turned or is_closed(root)

    async def _by_hand(self, step: TurnStep, words: str, root: Path) -> bool:
        """Wait for a person; False: the hall is to go down."""
        self._turn.goes(step, words, root.name)
        self.say(f"floor: {words}")
        await self._first_of(self._turn.pushed(), self._stopping.wait())
        return not self._stopping.is_set()

    async def _read_keys(self, hall: Hall, _: dict[str, object]) -> str:
        hall.take_keys(Keys.read(self.folder))
        return "the keys are read anew"

    async def _corrected(self, root: Path) -> bool:
        """Correct a closed day, if that is what the turn was pushed for; tell who asked."""
        asked = self._turn.correction()
        if asked is None:
            return False
        words = await self._step("close", root, asked.call)
        if words is None:
            asked.answer.set_result("a new version of the result is written")
        else:
            told = words.replace(f"{root}", root.name)
            asked.answer.set_exception(InputFault(f"the result stays as it is: {told}"))
        return True

    async def _do(self, step: str, root: Path) -> None:
        """Run one step of the evening under its instructions."""
        last = await self._step(step, root, self._evening.words(root, step))
        if last is not None:
            raise CheckFault(
                f"`huiguan day {step} {root}` did not succeed ({last}); nothing was opened. Mend "
                "what it says; `huiguan clock turn` tries it again"
            )

    async def _step(self, step: str, root: Path, more: list[str]) -> str | None:
        """Run a command of the evening and show its words; return the last ones if it failed."""
        self._turn.goes(TurnStep(step), f"day {step} {root.name}", root.name)
        own = rulebook_folders(self.folder, self.settings)
        books = [word for folder in own for word in ("--rulebook", str(folder))]
        waiting = self.folder / WAITING_NAME
        if step == "open" and waiting.is_dir():
            more = [*more, "--waiting", str(waiting)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "huiguan", "day", step, str(root), *books, *more),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr
        last = ""
        while line := (await process.stderr.readline()).decode("utf-8", "replace").strip():
            last = line
            self._turn.goes(TurnStep(step), f"day {step} {root.name}: {line}", root.name)
        return last if await process.wait() else None


def serve(folder: Path, say: Callable[[str], None]) -> int:
    """Run the floor of a hall; return the exit code."""
    settings = read_settings(folder)

    async def main() -> int:
        return await Floor(folder, settings, say).run()

    return asyncio.run(main())
