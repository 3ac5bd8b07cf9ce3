"""A session over WebSocket: the client's frames to the floor, the floor's replies to the client."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.websockets import WebSocketDisconnect

from huiguan.floor.doors.json.days import codes_of
from huiguan.floor.doors.json.http.lines import Unavailable
from huiguan.floor.doors.json.protocol import (
    READ_LOG_ON,
    SIGN_OF_LIFE,
    LogOn,
    NoSense,
    Said,
    Talk,
    ask_bytes,
    frame_of,
    goodbye,
    understood,
)
from huiguan.floor.doors.json.upstream import Upstream
from huiguan.floor.doors.records import HEARTBEAT_MS, DoorReason
from huiguan.floor.hall.keys import Key, KeyRight, token_of
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from huiguan.floor.doors.json.door import Door

LOG_ON_SECONDS = 10.0
NORMAL, GOING_AWAY, AGAINST_THE_RULES = 1000, 1001, 1008


class Ended(Exception):  # noqa: N818  how a conversation ends, not an error of the program
    """The connection is to end, and why."""

    def __init__(self, reason: DoorReason, detail: str = "") -> None:
        """Take a reason, and what is wrong in particular."""
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Caller(NamedTuple):
    """Who speaks."""

    key: Key
    token: bytes
    asked: LogOn


async def serve_session(door: Door, line: WebSocket) -> None:
    """Serve one connection until one side ends it."""
    await line.accept()
    caller = None
    try:
        caller = await _first_words(door, line)
        await _talk(door, line, caller)
    except Ended as end:
        if caller and end.reason:
            door.ended[caller.key.session] = end.reason
        with suppress(WebSocketDisconnect, RuntimeError):  # it may be gone
            if end.reason not in (DoorReason.NONE, DoorReason.NOT_READING):
                await _say(line, [goodbye(end.reason, end.detail)])
            await line.close(NORMAL if not end.reason else AGAINST_THE_RULES)
    except WebSocketDisconnect:
        pass


async def _first_words(door: Door, line: WebSocket) -> Caller:
    """Return who speaks, if the first message says so and the key is good."""
    try:
        text = await asyncio.wait_for(_text(line), LOG_ON_SECONDS)
        asked: LogOn = understood(READ_LOG_ON, text)
        token = token_of(asked.key)
    except TimeoutError:
        raise Ended(DoorReason.SILENT) from None
    except (NoSense, InputFault) as fault:
        raise Ended(DoorReason.NO_SENSE, str(fault)) from None
    address = line.client.host if line.client else ""
    try:
        key = await door.key_of(token, address)
    except Unavailable:
        raise Ended(DoorReason.NOT_READY) from None
    if isinstance(key, DoorReason):
        raise Ended(key)
    if key.may(KeyRight.PACE):
        raise Ended(DoorReason.NO_RIGHT, "who paces the market speaks at the binary door")
    return Caller(key, token, asked)


async def _talk(door: Door, line: WebSocket, caller: Caller) -> None:
    """Pass on what both sides say until one of them ends."""
    day = await door.day()
    try:
        upstream = await Upstream.connect(door.folder)
    except OSError:
        raise Ended(DoorReason.NOT_READY) from None
    codes = codes_of(caller.key, day)
    talk = Talk(day.names, codes[0] if codes else "", door.names_of)
    upstream.send(ask_bytes(caller.token, caller.asked))
    on = asyncio.Event()
    waits = [
        asyncio.create_task(part)
        for part in (
            _to_floor(line, talk, upstream, on),
            _to_client(door, line, talk, upstream, caller.key, on),
            _beat(upstream),
        )
    ]
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()
    finally:
        upstream.close()
        for part in waits:
            part.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _to_floor(line: WebSocket, talk: Talk, upstream: Upstream, on: asyncio.Event) -> None:
    """Pass on commands, once the log-on said which number comes next."""
    await on.wait()
    while True:
        try:
            data, said = talk.commands(await _text(line))
        except NoSense as fault:
            raise Ended(DoorReason.NO_SENSE, str(fault)) from None
        if data:
            upstream.send(data)
        if said:
            await _say(line, said)


async def _to_client(
    door: Door, line: WebSocket, talk: Talk, upstream: Upstream, key: Key, on: asyncio.Event
) -> None:
    while data := await upstream.take():
        said = talk.replies(data)
        if not on.is_set() and said and said[0]["type"] == "logged_on":
            said[0]["earlier"] = int(door.ended.pop(key.session, said[0]["earlier"]))
            on.set()
        if said:
            await _say(line, said)
    raise Ended(DoorReason.NONE)


async def _beat(upstream: Upstream) -> None:
    """Give the floor a sign of life while the client's line is open: it answers pings."""
    while True:
        await asyncio.sleep(HEARTBEAT_MS / 1000)
        upstream.send(SIGN_OF_LIFE)


async def _text(line: WebSocket) -> str | bytes:
    """Return the next frame of a client."""
    found: dict[str, Any] = dict(await line.receive())
    if found["type"] == "websocket.disconnect":
        if found.get("reason") == DoorReason.NOT_READING.name:
            raise Ended(DoorReason.NOT_READING)
        raise WebSocketDisconnect(found.get("code", NORMAL), found.get("reason"))
    text: str | bytes = found.get("text") or found.get("bytes") or b""
    return text


async def _say(line: WebSocket, said: list[Said]) -> None:
    await line.send({"type": "websocket.send", "text": frame_of(said)})
