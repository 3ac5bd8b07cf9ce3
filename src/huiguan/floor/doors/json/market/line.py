"""A reader of market data over WebSocket: it subscribes, the hub tells, this sends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from starlette.websockets import WebSocketDisconnect

from huiguan.floor.doors.json.market.hub import MOST_READERS, Reader
from huiguan.floor.doors.json.protocol import NoSense, frame_of, goodbye, understood
from huiguan.floor.doors.records import DoorReason

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from huiguan.floor.doors.json.market.hub import Hub

BOOKS_SECONDS = 10.0
MOST_NAMES = 5_000
AGAINST_THE_RULES = 1008
Name = Annotated[str, msgspec.Meta(max_length=40)]
Names = Annotated[list[Name], msgspec.Meta(max_length=MOST_NAMES)]


class Subscribe(msgspec.Struct, tag="subscribe", tag_field="type", forbid_unknown_fields=True):
    """Tell of contracts, or of all of a product, from now on; a later word on one replaces it.

    ``every_ms`` 0 is every change of every level and every trade; else pictures of five levels of
    what changed, at most so often.
    """

    contracts: Names = []
    products: Names = []
    every_ms: Literal[0, 100, 500] = 500


class Unsubscribe(msgspec.Struct, tag="unsubscribe", tag_field="type", forbid_unknown_fields=True):
    """Tell no more of contracts, or of all of a product."""

    contracts: Names = []
    products: Names = []


ASKS: Any = Subscribe | Unsubscribe
READ_ASK: Any = msgspec.json.Decoder(ASKS)


async def serve_market(hub: Hub, line: WebSocket) -> None:
    """Serve one reader until one side ends it."""
    await line.accept()
    reader = Reader()
    hub.start()
    hub.readers.add(reader)
    works = [asyncio.create_task(work) for work in (_hear(hub, line, reader), _tell(line, reader))]
    try:
        done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        for work in done:
            work.result()
    except _Ended as end:
        with suppress(WebSocketDisconnect, RuntimeError):  # it may be gone
            if end.reason is not DoorReason.NOT_READING:
                await line.send_text(frame_of([goodbye(end.reason, end.detail)]))
            await line.close(AGAINST_THE_RULES)
    except WebSocketDisconnect:
        pass
    finally:
        hub.gone(reader)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


class _Ended(Exception):  # noqa: N818  how a conversation ends
    """The connection is to end, and why."""

    def __init__(self, reason: DoorReason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


async def _hear(hub: Hub, line: WebSocket, reader: Reader) -> None:
    """Take what a reader asks for."""
    if len(hub.readers) > MOST_READERS:
        raise _Ended(DoorReason.FULL, "")
    while True:
        found: dict[str, Any] = dict(await line.receive())
        if found["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(found.get("code", 1000))
        try:
            asked = understood(READ_ASK, found.get("text") or found.get("bytes") or b"")
        except NoSense as fault:
            raise _Ended(DoorReason.NO_SENSE, str(fault)) from None
        await _books(hub)
        contracts = hub.contracts_of(asked.contracts, asked.products)
        if isinstance(contracts, str):
            raise _Ended(DoorReason.NO_SENSE, f"{contracts!r} is no contract or product of today")
        for contract in contracts:
            if isinstance(asked, Subscribe):
                hub.want(reader, contract, asked.every_ms)
            else:
                hub.leave(reader, contract)


async def _books(hub: Hub) -> None:
    """Wait for the first snapshot of the feed."""
    for _ in range(int(BOOKS_SECONDS * 100)):
        if hub.books is not None:
            return
        await asyncio.sleep(0.01)
    raise _Ended(DoorReason.NOT_READY, "the feed does not answer")


async def _tell(line: WebSocket, reader: Reader) -> None:
    """Send what is there; what changes while a frame is on its way goes into the next one."""
    while True:
        await reader.news.wait()
        if reader.is_behind:
            raise _Ended(DoorReason.NOT_READING, "")
        await line.send({"type": "websocket.send", "text": reader.waiting()})
