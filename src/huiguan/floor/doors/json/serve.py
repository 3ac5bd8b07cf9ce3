"""The process of the JSON door: it listens beside the floor and is started again when it stops."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from huiguan.floor.doors.json.app import make_app
from huiguan.floor.doors.json.door import Door
from huiguan.floor.doors.json.protocol import LONGEST_FRAME
from huiguan.floor.doors.records import DoorReason
from huiguan.floor.hall.settings import read_settings, server_tls
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HTTP_DOOR_NAME = "http_door.json"
UNREAD_SECONDS = 10.0  # a client that reads nothing for so long is cut
ASK_SECONDS = 20.0  # from connecting to the first question
PING_SECONDS, PONG_SECONDS = 10.0, 20.0
MOST_CONNECTIONS = 4096
LAST_WORDS_SECONDS = 3


class HttpDoorOpen(msgspec.Struct, frozen=True):
    """Where the JSON door of a running hall is."""

    url: str
    port: int


class HttpLine(H11Protocol):
    """A line that is ended when it asks nothing for too long."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first question."""
        super().connection_made(transport)
        self.loop.call_later(ASK_SECONDS, self._too_late)

    def _too_late(self) -> None:
        """End the line unless it has asked, or speaks as a WebSocket by now."""
        asked: Any = self.cycle
        if asked is None and self in self.connections:
            self.transport.close()


class WebSocketLine(WebSocketsSansIOProtocol):
    """A WebSocket whose other end is cut when it does not read."""

    _cut: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Wait for a while for the client to read on."""
        super().pause_writing()
        self._cut = self.loop.call_later(UNREAD_SECONDS, self._not_reading)

    def resume_writing(self) -> None:
        """Go on: it reads."""
        super().resume_writing()
        self._let_be()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the line."""
        self._let_be()
        super().connection_lost(exc)

    def _let_be(self) -> None:
        if self._cut:
            self._cut.cancel()
        self._cut = None

    def _not_reading(self) -> None:
        said: Any = {"type": "websocket.disconnect", "code": 1008}
        said["reason"] = DoorReason.NOT_READING.name
        self.queue.put_nowait(said)
        self.transport.abort()


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; an ``InputFault`` where somebody else does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        raise InputFault(
            f"the JSON door can not listen at {host}:{port} ({fault.strerror}); end what does, or "
            "set another http_port in hall.toml (0 takes a free one)"
        ) from fault


async def serve_on(place: socket.socket, folder: Path, door: Door) -> None:
    """Serve until told to stop."""
    settings = door.settings
    config = uvicorn.Config(
        make_app(door),
        http=HttpLine,
        ws=WebSocketLine,
        ws_per_message_deflate=False,
        ws_max_size=LONGEST_FRAME,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        limit_concurrency=MOST_CONNECTIONS,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=LAST_WORDS_SECONDS,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    port = place.getsockname()[1]
    scheme = "https" if settings.tls_cert else "http"
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    told = HttpDoorOpen(f"{scheme}://{shown}:{port}", port)
    write_file(folder / HTTP_DOOR_NAME, [msgspec.json.encode(told), b"\n"], Files())
    try:
        await uvicorn.Server(config).serve(sockets=[place])
    finally:
        (folder / HTTP_DOOR_NAME).unlink(missing_ok=True)


def serve(folder: Path, say: Callable[[str], None]) -> int:
    """Run the JSON door of a hall; return the exit code."""
    settings = read_settings(folder)
    server_tls(settings)  # says what is wrong with the files before uvicorn does
    place = listening(settings.host, settings.http_port)
    port = place.getsockname()[1]
    say(f"door: JSON and queries at {settings.host}:{port}")
    asyncio.run(serve_on(place, folder, Door(folder, settings)))
    return 0
