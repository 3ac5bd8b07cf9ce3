"""Asking the processes behind the door: one line of JSON there, one back.

The floor answers over the operator's socket. Readers are processes of the door's own that read days
on disk: what takes seconds and a whole core there holds up neither the door nor the floor.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from huiguan.floor.hall.operator import SOCKET_NAME

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_ANSWER = 1 << 30  # a member's whole book of orders
MOST_WAITING = 64
Kind = TypeVar("Kind", bound=msgspec.Struct)
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Unavailable(Exception):  # noqa: N818  a state of the hall, not an error of the program
    """Nobody answers now; the same can be asked again soon."""


class Declined(Exception):  # noqa: N818  an answer
    """What was asked is not done, and why."""

    def __init__(self, fault: str, status: int) -> None:
        """Take a sentence, and the status of HTTP that says it."""
        super().__init__(fault)
        self.status = status


class Answer(msgspec.Struct):
    """One line back."""

    good: msgspec.Raw = msgspec.Raw(b"")
    fault: str = "no reason is given"
    status: int = 503


class Line:
    """One connection, used by one question at a time; it is made again when it breaks."""

    def __init__(self, who: str) -> None:
        """Begin unconnected."""
        self._who = who
        self._one = asyncio.Lock()
        self._waiting = 0
        self._ends: Ends | None = None

    async def connect(self) -> Ends:
        """Return both directions of a new connection."""
        raise NotImplementedError

    async def ask_raw(self, what: str, **given: Any) -> bytes:  # noqa: ANN401  as the request has it
        """Return the answer to a read-only question, as JSON."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable(f"{self._waiting} questions wait for {self._who}; ask again soon")
        self._waiting += 1
        try:
            async with self._one:
                line = await self._answer(msgspec.json.encode({"do": what, "with": given}) + b"\n")
        finally:
            self._waiting -= 1
        found = msgspec.json.decode(line, type=Answer)
        answer = bytes(found.good)
        if not answer:
            raise Declined(found.fault, found.status)
        return answer

    async def ask(self, what: str, kind: type[Kind], **given: Any) -> Kind:  # noqa: ANN401  as the request has it
        """Return the answer to a read-only question."""
        return msgspec.json.decode(await self.ask_raw(what, **given), type=kind)

    async def _answer(self, line: bytes) -> bytes:
        try:
            if self._ends is None:
                self._ends = await self.connect()
            reader, writer = self._ends
            writer.write(line)
            if answer := await reader.readline():
                return answer
        except OSError:
            pass
        except BaseException:  # given up in the middle: what comes would answer the next question
            self.close()
            raise
        self.close()
        raise Unavailable(f"{self._who} does not answer: it is starting, turning the day, or down")

    def close(self) -> None:
        """End the connection."""
        if self._ends:
            self._ends[1].close()
        self._ends = None


class FloorLine(Line):
    """The line to the floor."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a hall."""
        super().__init__("the floor")
        self._path = folder / SOCKET_NAME

    async def connect(self) -> Ends:
        """Connect to the operator's socket."""
        return await asyncio.open_unix_connection(self._path, limit=LONGEST_ANSWER)


class ReaderLine(Line):
    """A process that reads the days of a hall; it is started when somebody asks."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a hall."""
        super().__init__("the reader of days")
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def connect(self) -> Ends:
        """Start the process; it ends when its input does."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "huiguan", "reader", str(self._folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_ANSWER,
        )
        assert self._process.stdout
        assert self._process.stdin
        return self._process.stdout, self._process.stdin

    def close(self) -> None:
        """End the process."""
        super().close()
        if self._process:
            with suppress(ProcessLookupError):
                self._process.kill()
        self._process = None
