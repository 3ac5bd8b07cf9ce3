"""What cuts a client of the JSON door: nothing read for too long, asking too often."""

import asyncio
import contextlib
import socket
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from huiguan.floor.doors.json.http import access
from huiguan.floor.doors.json.http.access import Access, Wrong
from huiguan.floor.doors.records import DoorReason
from huiguan.floor.hall.keys import Key
from huiguan.web import lines

HELLO = (
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_a_reader_that_does_not_read_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is told why; a client that reads is not touched."""
    monkeypatch.setattr(lines, "UNREAD_SECONDS", 0.2)
    told: list[Any] = []

    async def chatter(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        saying = asyncio.create_task(say_on(send))
        told.append(await receive())
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)

    async def say_on(send: Any) -> None:
        while True:
            await send({"type": "websocket.send", "bytes": bytes(1 << 16)})
            await asyncio.sleep(0)  # a broken line takes everything at once, and would for ever

    async def run() -> None:
        place = lines.listening("127.0.0.1", 0, "the test", "port")
        config = uvicorn.Config(
            chatter,
            ws=lines.WebSocketLine,
            lifespan="off",
            log_level="error",
            ws_ping_interval=None,
        )
        server = uvicorn.Server(config)
        monkeypatch.setattr(server, "capture_signals", contextlib.nullcontext)
        serving = asyncio.create_task(server.serve(sockets=[place]))
        reader, writer = await asyncio.open_connection(*place.getsockname())
        writer.write(HELLO)
        silent = socket.create_connection(place.getsockname())
        silent.sendall(HELLO)
        heard = 0
        while not told:
            heard += len(await reader.read(1 << 20))
        assert heard > 1 << 20
        assert told[0]["reason"] == DoorReason.NOT_READING.name
        assert len(told) == 1
        writer.close()
        silent.close()
        server.should_exit = True
        await serving

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_line_that_asks_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a question is none; a WebSocket stays."""
    monkeypatch.setattr(lines, "ASK_SECONDS", 0.3)

    async def listen(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "still here"})
        await receive()

    async def run() -> None:
        place = lines.listening("127.0.0.1", 0, "the test", "port")
        config = uvicorn.Config(
            listen, http=lines.HttpLine, ws=lines.WebSocketLine, lifespan="off", log_level="error"
        )
        server = uvicorn.Server(config)
        monkeypatch.setattr(server, "capture_signals", contextlib.nullcontext)
        serving = asyncio.create_task(server.serve(sockets=[place]))
        speaking, speaker = await asyncio.open_connection(*place.getsockname())
        speaker.write(HELLO)
        await speaking.readuntil(b"\r\n\r\n")
        for words in (b"", b"GET / HTTP/1.1\r\nHost:"):
            reader, writer = await asyncio.open_connection(*place.getsockname())
            writer.write(words)
            assert await reader.read() == b""
            writer.close()
        speaker.write(b"\x81\x80" + bytes(4))  # an empty text, masked
        assert (await speaking.readexactly(12))[2:] == b"still here"
        speaker.close()
        server.should_exit = True
        await serving

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_key_has_its_rate_and_gets_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 at once, then 50 a second: after 100 ms five more."""
    now = 1.0
    monkeypatch.setattr(access, "steady", lambda: now)
    door: Any = SimpleNamespace()
    found = Access(door)
    key = Key(name="one", token_hash="", session=1, member="0001")
    for _ in range(100):
        found.count(key)
    with pytest.raises(Wrong, match="a key may ask 50 times a second") as wrong:
        found.count(key)
    assert (wrong.value.status, wrong.value.headers) == (429, {"Retry-After": "1"})
    found.count(Key(name="two", token_hash="", session=2, member="0001"))
    now = 1.1
    for _ in range(5):
        found.count(key)
    with pytest.raises(Wrong):
        found.count(key)
