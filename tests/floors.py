"""A hall for tests: a small market with its floor as a real process, and lines that speak to it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from huiguan_client.session import Reply, Session

from huiguan.cli.hall.steer import ask
from huiguan.floor.hall.clock import CLOCK_NAME, STEERED, Clock, ClockSetting
from huiguan.floor.hall.keys import Keys
from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.floor.hall.settings import HallSettings, write_settings
from huiguan.storage.files import Files
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from tests.images import small_image

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    from huiguan_client.doors import DoorRecord

    from huiguan.exchange.day.image import DayImage

T = TypeVar("T")
SECONDS = 300  # a machine that compiles for others too
STARTING_NS = 1_787_000_000 * 10**9
CONTINUOUS = 2


def make_hall(
    folder: Path,
    image: DayImage | None = None,
    *,
    setting: ClockSetting | None = None,
    terms: dict[int, dict[str, Any]] | None = None,
    snapshot_every: int = 10**9,
    lines: int = 4,
) -> dict[int, str]:
    """Write the folder of a hall without a crowd; return the tokens of sessions 1 to ``lines``.

    Session n belongs to member (n - 1) mod members; ``terms`` say more of the key of a session.
    """
    image = image or small_image()
    day = folder / "days" / str(image.settings.trading_day)
    write_image(DayFolder(day).image, image, Files())
    keys, members = Keys(), image.names.members
    tokens = {}
    for session in range(1, lines + 1):
        member = members[(session - 1) % len(members)]
        more = (terms or {}).get(session, {})
        tokens[session] = keys.make(f"line {session}", member, session=session, **more)
    keys.write(folder)
    Clock(setting or ClockSetting(STEERED, STARTING_NS), folder / CLOCK_NAME).keep()
    write_settings(
        folder, HallSettings(crowd=0, binary_port=0, http_port=0, snapshot_every=snapshot_every)
    )
    return tokens


class Floor:
    """A floor process and where it listens."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait for its doors."""
        self.folder = folder
        (folder / DOORS_NAME).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "huiguan", "floor", str(folder)], stderr=subprocess.PIPE
        )
        end = time.monotonic() + SECONDS
        while not (folder / DOORS_NAME).exists():
            assert self.process.poll() is None, self.words()
            assert time.monotonic() < end, "the doors did not open"
            time.sleep(0.01)
        doors = json.loads((folder / DOORS_NAME).read_bytes())
        self.port, self.feed_port = doors["binary_port"], doors["feed_port"]

    def words(self) -> str:
        """Return what the process said until its end."""
        assert self.process.stderr
        return self.process.stderr.read().decode()

    def ask(self, do: str, **given: object) -> Any:
        """Ask the operator's door."""
        return ask(self.folder, do, **given)

    def stop(self, signal: int = 2) -> int:
        """End the process and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal)
        code = self.process.wait(SECONDS)
        if self.process.stderr:
            self.process.stderr.close()
        return code


@contextmanager
def floor_of(folder: Path, *, opened: bool = True) -> Iterator[Floor]:
    """Run the floor of a hall; ``opened``: in continuous trading."""
    floor = Floor(folder)
    try:
        if opened:
            floor.ask("command", kind="change_phase", group=0, phase=CONTINUOUS)
        yield floor
    finally:
        floor.stop()


OPEN: list[asyncio.StreamWriter] = []


async def closing(scene: Coroutine[Any, Any, T]) -> T:
    """Play a scene and close every line that it opened."""
    try:
        return await scene
    finally:
        for writer in OPEN:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        OPEN.clear()


class Line:
    """A client's line with the session of the client library behind it."""

    def __init__(self, session: Session, port: int) -> None:
        """Take a session; ``open`` connects."""
        self.session, self.port = session, port
        self.heard: list[Reply | DoorRecord] = []
        self.ended = False
        self._reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def open(self, *, wait: bool = True) -> Line:
        """Connect and send the first record; ``wait`` for the answer of the door."""
        self.ended = False
        self._reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        OPEN.append(self.writer)
        self.writer.write(self.session.log_on())
        if wait:
            await self.until(lambda: self.session.is_on or self.ended)
        return self

    async def until(self, good: Callable[[], bool]) -> None:
        """Read until something is so."""
        async with asyncio.timeout(SECONDS):
            while not good():
                try:
                    data = await self._reader.read(1 << 16)
                except ConnectionError:
                    data = b""
                if not data:
                    self.ended = True
                    if not good():
                        raise AssertionError(f"the line ended: {self.records()[-1:]}")
                    return
                items, again = self.session.receive(data)
                self.heard += items
                if again:
                    self.writer.write(again)

    async def end(self) -> None:
        """Read until the door ends the line."""
        await self.until(lambda: self.ended)

    def send(self, command: Any) -> int:
        """Send a command; return its number."""
        number, data = self.session.send(command)
        self.writer.write(data)
        return number

    async def outcome(self, number: int) -> Reply:
        """Return the reply that names a command of one's own."""

        def found() -> list[Reply]:
            return [reply for reply in self.replies() if reply.client_sequence == number]

        await self.until(lambda: bool(found()))
        return found()[0]

    def replies(self) -> list[Reply]:
        """Return the events that were heard."""
        return [item for item in self.heard if isinstance(item, Reply)]

    def records(self) -> list[DoorRecord]:
        """Return what the door said itself."""
        return [item for item in self.heard if not isinstance(item, Reply)]

    def said(self, kind: type[Any]) -> list[Any]:
        """Return what the door said of one kind."""
        return [item for item in self.heard if isinstance(item, kind)]

    def close(self) -> None:
        """Drop the line."""
        self.writer.transport.abort()


async def line_of(floor: Floor, token: str, **choices: Any) -> Line:
    """Return an open line."""
    return await Line(Session(token, **choices), floor.port).open()
