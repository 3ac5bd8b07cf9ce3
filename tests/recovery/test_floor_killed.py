"""kill -9 of a floor with eight clients at its doors: nothing is lost, nothing is done twice.

Every client notes each reply it was sent. After the last restart each has the replies 1, 2, 3, ...
of the day run again from its image, byte for byte in order, and every command one outcome. Readers
of the public feed, an early and a late one, end with the book of the core.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from huiguan_client import doors
from huiguan_client.feed import Books
from huiguan_client.messages import (
    CancelOrder,
    CommandRefused,
    EnterOrder,
    Hedge,
    Offset,
    OrderCancelled,
    OrderEntered,
    PriceType,
    Side,
    TimeInForce,
)
from huiguan_client.session import Session

from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.messages import Side as ExchangeSide
from huiguan.floor.day.market import Market
from tests.floors import CONTINUOUS, OPEN, Floor, Line, closing, make_hall
from tests.images import small_image
from tests.recovery.journals import replies

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS, CODES = 8, 16
AT_ONCE = 20
ALL = 1 << 40


def command(client: int, number: int) -> EnterOrder | CancelOrder:
    """Return a client's command, which follows from its number; the fifth is a cancel."""
    if number % 5 == 0:
        return CancelOrder(order_id=0, client_order_id=number - 1)
    return EnterOrder(
        client_order_id=number,
        price_ticks=98 + number * 7 % 5,
        lots=1 + number % 3,
        minimum_lots=0,
        instrument=0,
        trading_code=client + CLIENTS * (number // 5 % 2),
        side=Side.BUY if (number + client) % 2 else Side.SELL,
        offset=Offset.OPEN,
        hedge=Hedge.SPECULATION,
        time_in_force=TimeInForce.DAY,
        price_type=PriceType.LIMIT,
    )


async def trade(line: Line, client: int) -> None:
    """Keep commands outstanding until the line breaks."""
    with suppress(AssertionError, ConnectionError):
        while True:
            while line.session.next_client_sequence <= line.answered + AT_ONCE:  # type: ignore[attr-defined]
                line.send(command(client, line.session.next_client_sequence))
            heard = len(line.heard)
            await line.until(lambda heard=heard: len(line.heard) > heard)
            note(line)


def note(line: Line) -> None:
    """Note the newest command that has its outcome."""
    for reply in line.replies()[line.noted :]:  # type: ignore[attr-defined]
        if isinstance(reply.event, OrderEntered | CommandRefused | OrderCancelled):
            line.answered = max(line.answered, reply.client_sequence)  # type: ignore[attr-defined]
    line.noted = len(line.replies())  # type: ignore[attr-defined]


async def live_and_die(folder: Path, lines: list[Line], seconds: float, first: bool) -> None:
    """Let everybody trade for a while, then kill the floor."""
    floor = await asyncio.to_thread(Floor, folder)
    try:
        if first:
            floor.ask("command", kind="change_phase", group=0, phase=CONTINUOUS)
        for line in lines:
            line.port = floor.port
            await line.open()
        work = [asyncio.create_task(trade(line, client)) for client, line in enumerate(lines)]
        await asyncio.sleep(seconds)
        floor.stop(signal.SIGKILL)
        await asyncio.gather(*work)
    finally:
        floor.stop(signal.SIGKILL)


async def follow(port: int) -> Books:
    """Read the public feed until the floor ends; return the books it told of."""
    books = Books()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    OPEN.append(writer)
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            books.take(data)
    return books


def pictured(books: Books) -> list[list[tuple[int, int, int]]]:
    """Return every level of the only contract, buyers first."""
    return [[tuple(level) for level in books.levels(0, side, 1 << 20)] for side in Side]


def recorded_book(root: Path) -> list[list[tuple[int, int, int]]]:
    """Return the same of the core that the journal makes."""
    market = Market.start(root)
    try:
        levels = [market.feed.depth(0, side, 1 << 20) for side in ExchangeSide]
    finally:
        market.sequencer.leave()
    return [[tuple(level) for level in side] for side in levels]


async def read_the_rest(folder: Path, lines: list[Line]) -> list[Books]:
    """Connect once more and read until nothing is missing, and everything sent is answered.

    Returns the books of two readers of the public feed: one was there first, one came last.
    """
    floor = await asyncio.to_thread(Floor, folder)
    early = asyncio.create_task(follow(floor.feed_port))
    try:
        for line in lines:
            line.port = floor.port
            await line.open()
            told = line.said(doors.LoggedOn)[-1]
            await line.until(lambda line=line, told=told: line.session.replies >= told.replies)
            await line.until(lambda line=line: not line.session.unanswered(1, 1 << 20))
        for line in lines:
            line.close()
        while floor.ask("status")["connected"]:
            await asyncio.sleep(0.01)
        for line in lines:  # and what the last ones did to the first ones
            await line.open()
            told = line.said(doors.LoggedOn)[-1]
            await line.until(lambda line=line, told=told: line.session.replies >= told.replies)
        late = asyncio.create_task(follow(floor.feed_port))
        await asyncio.sleep(0.2)
    finally:
        floor.stop()
    return [await early, await late]


def raw(line: Line) -> list[tuple[int, int, int]]:
    """Return (kind, sequence, client sequence) of what a client was sent."""
    return [(reply.event.KIND, reply.sequence, reply.client_sequence) for reply in line.replies()]


def recorded(data: bytes) -> list[tuple[int, int, int]]:
    """Return the same of the replies that the journal gives."""
    rows = np.frombuffer(data, np.uint8).reshape(-1, MESSAGE_BYTES)
    kinds = rows[:, :2].copy().view("<i2")[:, 0]
    numbers, sequences = (rows[:, at : at + 8].copy().view("<i8")[:, 0] for at in (8, 16))
    return list(zip(kinds.tolist(), sequences.tolist(), numbers.tolist(), strict=True))


@pytest.mark.slow
def test_eight_clients_lose_nothing_when_the_floor_is_killed(tmp_path: Path, torture: bool) -> None:
    kills = 300 if torture else 20
    chance = np.random.default_rng(kills)
    image = small_image(codes=CODES, members=CLIENTS, settings={"outcome_window": 4096})
    tokens = make_hall(tmp_path, image, lines=CLIENTS, snapshot_every=400)
    lines = [Line(Session(tokens[client + 1]), 0) for client in range(CLIENTS)]
    for line in lines:
        line.answered = line.noted = 0  # type: ignore[attr-defined]

    async def scene() -> list[Books]:
        for kill in range(kills):
            await live_and_die(tmp_path, lines, 0.05 + chance.random() * 0.4, kill == 0)
        return await read_the_rest(tmp_path, lines)

    readers = asyncio.run(closing(scene()))
    (root,) = (tmp_path / "days").iterdir()
    book = recorded_book(root)
    assert any(book)
    assert [pictured(books) for books in readers] == [book, book]
    for client, line in enumerate(lines):
        told = recorded(replies(root, client + 1, 0, ALL))
        assert raw(line) == told
        outcomes = [
            number
            for kind, _, number in told
            if number and kind in (OrderEntered.KIND, CommandRefused.KIND, OrderCancelled.KIND)
        ]
        assert len(set(outcomes)) == len(outcomes), "a command with two outcomes"
        assert line.answered > kills  # type: ignore[attr-defined]
        assert set(range(1, line.answered + 1)) <= set(outcomes)  # type: ignore[attr-defined]
