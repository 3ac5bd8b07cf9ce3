"""What moves on an open page: changed rows twice a second, encoded once for all who read them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.websockets import WebSocketDisconnect

from huiguan.office.display.boards import line_of
from huiguan.office.display.contracts import block_of
from huiguan.office.display.heads import head_of
from huiguan.office.display.preferences import CHOICES, words_of

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from huiguan.exchange.reports.candles import PageWords
    from huiguan.office.display.contracts import Block
    from huiguan.office.display.figures import Row
    from huiguan.office.display.here import Shown
    from huiguan.office.feed.public_day import PublicDay

EVERY_SECONDS = 0.5
MOST_READERS = 2_000
TRY_LATER = 1013
GONE = (RuntimeError, WebSocketDisconnect)  # the page went while it was told
LOG = logging.getLogger("django.live")
LONGEST_FRAME = 1024  # of what a page says, which is nothing
Own = Callable[["WebSocket", str], Coroutine[Any, Any, None]]
Topic = tuple[str, str, str]  # language; rows ("board", a product or ""); a contract or ""


class Live:
    """The open pages of this process."""

    def __init__(self, shown: Shown, own: Own | None = None) -> None:
        """Tell of what is shown; ``own`` tells a page besides what is its reader's own alone."""
        self._shown, self._own = shown, own
        self._readers = 0
        self._tick = asyncio.Event()
        self._kept: dict[tuple[Topic, int, int], str] = {}  # frames of this tick

    async def run(self) -> None:
        """Wake the readers twice a second."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self._kept.clear()
            self._tick.set()
            self._tick = asyncio.Event()

    async def serve(self, line: WebSocket) -> None:
        """Serve one page until one side ends it."""
        await line.accept()
        if self._readers >= MOST_READERS:
            await line.close(TRY_LATER)
            return
        asked = line.query_params
        lang = asked.get("lang", "en")
        topic = (lang if lang in CHOICES["lang"] else "en", asked.get("rows", ""),
                 asked.get("contract", ""))  # fmt: skip
        self._readers += 1
        works = [asyncio.create_task(work) for work in (self._tell(line, topic), _hear(line))]
        if self._own and asked.get("own"):
            works.append(asyncio.create_task(self._own(line, topic[0])))
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._readers -= 1
            for work in works:
                work.cancel()
            for ended in await asyncio.gather(*works, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, GONE):
                    LOG.error("an open page was cut off", exc_info=ended)
        with suppress(*GONE):  # it may be gone
            await line.close()

    async def _tell(self, line: WebSocket, topic: Topic) -> None:
        """Tell what changed since this reader was told last; whoever is slow misses nothing."""
        known_day = known = 0
        while True:
            tick, day = self._tick, self._shown.follower.day
            if day is None or day.trading_day != known_day:
                known = 0
            text = self.frame(topic, known)
            known_day, known = (day.trading_day, day.reads) if day else (0, 0)
            await line.send_text(text)
            await tick.wait()

    def frame(self, topic: Topic, known: int) -> str:
        """Return what a page is told that knows all up to a read of the feed."""
        day = self._shown.follower.day
        key = (topic, known, day.reads if day else 0)
        if key not in self._kept:
            self._kept[key] = msgspec.json.encode(self._said(topic, known)).decode()
        return self._kept[key]

    def _said(self, topic: Topic, known: int) -> dict[str, Any]:
        lang, rows, contract = topic
        words, follower = words_of(lang), self._shown.follower
        day = follower.day
        said: dict[str, Any] = {"head": head_of(follower).spoken(words)}
        if day is None or not day.reads:
            return {**said, "day": 0}
        changed, books = day.changed(known), self._shown.books
        of_rows = rows_of(day, rows)
        said["day"] = day.trading_day
        said["rows"] = {
            day.names.contracts[one]: row_said(line_of(day, books, one).row, words)
            for one in of_rows
            if one in changed
        }
        row = day.names.contract_rows.get(contract)
        if row in changed:
            said["block"] = block_said(block_of(day, books, row), words)
        return said


def rows_of(day: PublicDay, rows: str) -> list[int]:
    """Return the contracts of a page's table."""
    if rows == "board":
        return day.mains
    product = day.names.product_rows.get(rows)
    return [] if product is None else day.months_of(product)


def row_said(row: Row, words: PageWords) -> dict[str, Any]:
    """Return a row for a page's script."""
    return {
        "cells": row.cells,
        "quiet": words.text(row.quiet),
        "phase": words.text(row.phase),
        "calm": row.phase == "continuous",
        "locked": words.text(row.locked),
    }


def block_said(block: Block, words: PageWords) -> dict[str, Any]:
    """Return a contract for a page's script."""
    trades = [
        [trade.time, trade.price, trade.lots, words.text(trade.taker), trade.kind]
        for trade in block.trades
    ]
    row = row_said(block.line.row, words)
    return {**row, "contract": block.line.row.contract, "cells": block.cells, "trades": trades,
            "withheld": block.withheld}  # fmt: skip


async def _hear(line: WebSocket) -> None:
    """Wait until the page is gone; it has nothing to say."""
    while True:
        found = await line.receive()
        if found["type"] == "websocket.disconnect":
            return
