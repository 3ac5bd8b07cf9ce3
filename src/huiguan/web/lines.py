"""How a process of the house serves browsers and programs over HTTP: patient lines are its end.

A line that asks nothing, or reads nothing, is cut; so one that is slow on purpose holds up nobody.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREAD_SECONDS = 10.0  # a client that reads nothing for so long is cut
ASK_SECONDS = 20.0  # from connecting to the first question
PING_SECONDS, PONG_SECONDS = 10.0, 20.0
MOST_CONNECTIONS = 4096
LAST_WORDS_SECONDS = 3
NOT_READING = "NOT_READING"


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
        said["reason"] = NOT_READING
        self.queue.put_nowait(said)
        self.transport.abort()


class InOrder(uvicorn.Server):
    """A server that a signal ends in order; uvicorn itself ends the process before its end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take both signals for as long as the process lives."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def listening(host: str, port: int, who: str, setting: str) -> socket.socket:
    """Return a socket that listens; an ``InputFault`` where somebody else does.

    ``who`` is what listens, ``setting`` the name of its port in ``hall.toml``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        raise InputFault(
            f"{who} can not listen at {host}:{port} ({fault.strerror}); end what does, or "
            f"set another {setting} in hall.toml (0 takes a free one)"
        ) from fault


def served(app: Any, *, longest_frame: int, cert: str, key: str) -> uvicorn.Server:  # noqa: ANN401  an ASGI application
    """Return a server of an application; give it ``serve(sockets=[...])``."""
    config = uvicorn.Config(
        app,
        http=HttpLine,
        ws=WebSocketLine,
        ws_per_message_deflate=False,
        ws_max_size=longest_frame,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        limit_concurrency=MOST_CONNECTIONS,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=LAST_WORDS_SECONDS,
        ssl_certfile=cert or None,
        ssl_keyfile=key or None,
    )
    return InOrder(config)


def address(host: str, port: int, cert: str) -> str:
    """Return the address of a server, as one types it."""
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if cert else 'http'}://{shown}:{port}"
