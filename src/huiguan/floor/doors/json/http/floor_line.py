"""Asking the floor: one line of JSON there, one back, over the operator's socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from huiguan.floor.operator import SOCKET_NAME

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_ANSWER = 1 << 30  # a member's whole book of orders
MOST_WAITING = 64
Kind = TypeVar("Kind", bound=msgspec.Struct)


class Unavailable(Exception):  # noqa: N818  a state of the floor, not an error of the program
    """The floor does not answer now; the same can be asked again soon."""


class Declined(Exception):  # noqa: N818  the floor's answer
    """The floor does not do what was asked, and says why."""


class FloorLine:
    """One connection, used by one question at a time; it is made again when it breaks."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a hall."""
        self._path = folder / SOCKET_NAME
        self._one = asyncio.Lock()
        self._waiting = 0
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, what: str, kind: type[Kind], **given: Any) -> Kind:  # noqa: ANN401  as the request has it
        """Return the floor's answer to a read-only question."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable(f"{self._waiting} questions wait for the floor; ask again in a moment")
        self._waiting += 1
        try:
            async with self._one:
                answer = await self._answer(msgspec.json.encode({"do": what, "with": given}) + b"\n")
        finally:
            self._waiting -= 1
        found = msgspec.json.decode(answer)
        if "good" not in found:
            raise Declined(found.get("fault", "the floor does not say why"))
        return msgspec.convert(found["good"], kind)

    async def _answer(self, line: bytes) -> bytes:
        try:
            if self._open is None:
                self._open = await asyncio.open_unix_connection(self._path, limit=LONGEST_ANSWER)
            reader, writer = self._open
            writer.write(line)
            if answer := await reader.readline():
                return answer
        except OSError:
            pass
        except BaseException:  # given up in the middle: what comes would answer the next question
            self._drop()
            raise
        self._drop()
        raise Unavailable("the floor does not answer: it is starting, turning the day or down")

    def _drop(self) -> None:
        if self._open:
            self._open[1].close()
        self._open = None
