"""The line to the binary door: one for each client, over a socket in the hall's folder."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from huiguan.floor.hall.settings import INNER_NAME

if TYPE_CHECKING:
    from pathlib import Path

UNTAKEN_BYTES = 1 << 20  # of the floor's replies; more, and the line is not read for a while


class Upstream(asyncio.Protocol):
    """One connection to the binary door; what arrives waits to be taken."""

    def __init__(self) -> None:
        """Wait for the connection."""
        self._transport: asyncio.Transport
        self._arrived = bytearray()
        self._out: list[bytes] = []
        self._news = asyncio.Event()
        self.is_lost = False

    @classmethod
    async def connect(cls, folder: Path) -> Upstream:
        """Connect to the floor of a hall; ``OSError`` where there is none."""
        loop = asyncio.get_running_loop()
        _, line = await loop.create_unix_connection(cls, str(folder / INNER_NAME))
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep what the floor says until it is taken."""
        self._arrived += data
        self._news.set()
        if len(self._arrived) > UNTAKEN_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> None:
        """Let the system close the line."""

    def connection_lost(self, _: Exception | None) -> None:
        """Tell who waits."""
        self.is_lost = True
        self._news.set()

    async def take(self) -> bytes:
        """Return what arrived, waiting for it; nothing: the line is gone."""
        while not self._arrived and not self.is_lost:
            self._news.clear()
            await self._news.wait()
        data = bytes(self._arrived)
        self._arrived.clear()
        if len(data) > UNTAKEN_BYTES and not self.is_lost:
            self._transport.resume_reading()
        return data

    def send(self, data: bytes) -> None:
        """Send records; those of one turn of the loop go together."""
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        data, self._out = b"".join(self._out), []
        if not self.is_lost:
            self._transport.write(data)

    def close(self) -> None:
        """End the line after what was sent."""
        if self._out:
            self._flush()
        self._transport.close()
