"""Public market data of a running hall: packets over TCP, and over a socket in its folder.

Who connects gets a snapshot of the day so far and then every live packet, as
docs/reference/market_data.md has them; nothing is asked, for everybody may see it. Packets of a
frame are handed to the system before any reply of the frame. A reader that leaves too much unread
is cut and may come again.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from huiguan.floor.day.market import AppliedFrame
    from huiguan.floor.day.node import Node

FEED_NAME = "feed.sock"
UNREAD_BYTES = 64 << 20
MOST_READERS = 1024


class Reader(asyncio.Protocol):
    """One connection."""

    def __init__(self, publisher: Publisher) -> None:
        """Wait for the connection."""
        self._publisher = publisher
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with a snapshot."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=UNREAD_BYTES)
        if len(self._publisher.readers) < MOST_READERS:
            self._publisher.came(self)
        else:
            transport.close()

    def send(self, packets: bytes) -> None:
        """Hand packets to the system."""
        self._transport.write(packets)

    def pause_writing(self) -> None:
        """Cut a reader that does not read."""
        self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        """Forget the reader."""
        self._publisher.readers.discard(self)


class Publisher:
    """Hands the packets of every frame to whoever is connected."""

    def __init__(self, node: Node) -> None:
        """Publish the day of a node."""
        self.readers: set[Reader] = set()
        self.meet(node)

    def meet(self, node: Node) -> None:
        """Go on with the day of another node; everybody begins again with its snapshot."""
        self._feed = node.market.feed
        node.watchers.append(self._publish)
        for reader in self.readers:
            reader.send(self._feed.snapshot())

    def came(self, reader: Reader) -> None:
        """Take a reader in."""
        self.readers.add(reader)
        reader.send(self._feed.snapshot())

    def _publish(self, applied: AppliedFrame) -> None:
        if applied.packets:
            for reader in list(self.readers):
                reader.send(applied.packets)

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> asyncio.Server:
        """Listen for everybody."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(partial(Reader, self), host, port, backlog=1024, ssl=tls)

    async def serve(self, folder: Path) -> asyncio.AbstractServer:
        """Listen in the hall's folder; only its owner may connect."""
        path = folder / FEED_NAME
        path.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(partial(Reader, self), str(path))
        path.chmod(0o600)
        return server
