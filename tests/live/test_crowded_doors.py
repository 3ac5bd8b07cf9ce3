"""Two thousand connections at a real floor, most of them hostile: who is honest trades on."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from pathlib import Path

import numpy as np
import pytest
from huiguan_client import doors
from huiguan_client.messages import OrderEntered, Side
from huiguan_client.session import Session

from huiguan.floor.doors.records import SCHEMA
from huiguan.floor.hall.keys import token_of
from tests import hostile
from tests.floors import OPEN, Floor, Line, closing, floor_of, line_of, make_hall
from tests.live.test_binary_door import order

CONNECTIONS, FILES = 2_000, 4_500
LARGEST = 2**31 - 1
MIB = 1 << 20


def memory_of(floor: Floor) -> int:
    """Return the bytes of memory that a floor has in use."""
    pages = Path(f"/proc/{floor.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def strangers(floor: Floor, chance: np.random.Generator, token: bytes) -> list[bytes]:
    """Open the connections; return what each was answered at the end (the half open: nothing)."""
    lines = []
    for number in range(CONNECTIONS):
        reader, writer = await asyncio.open_connection("127.0.0.1", floor.port)
        OPEN.append(writer)
        match number % 4:
            case 1:
                writer.write(hostile.log_on_record(token)[: int(chance.integers(1, 128))])
            case 2:
                writer.write(chance.bytes(128))
            case 3:
                writer.write(hostile.log_on_record(chance.bytes(32)))
        lines.append(reader)
    return [await reader.read(64) for number, reader in enumerate(lines) if number % 4 > 1]


@pytest.mark.slow
def test_two_thousand_connections(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < FILES:
        pytest.skip(f"this machine allows {hard} files a process; 2,000 connections need {FILES}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    tokens = make_hall(tmp_path)

    async def play(floor: Floor) -> None:
        honest = await line_of(floor, tokens[1])
        await honest.outcome(honest.send(order(0, Side.SELL, 105)))
        before = memory_of(floor)
        answers = await strangers(floor, np.random.default_rng(1), token_of(tokens[2]))
        for answer in answers:
            said = doors.read_record(answer)
            assert isinstance(said, doors.Goodbye)
            assert said.reason in (doors.DoorReason.NO_SENSE, doors.DoorReason.UNKNOWN_KEY)
        entered = await honest.outcome(honest.send(order(0, Side.SELL, 106)))
        assert isinstance(entered.event, OrderEntered)
        assert floor.ask("status")["connected"] == [1]
        assert floor.ask("status")["live_orders"] == 2
        assert memory_of(floor) - before < 200 * MIB

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))
        floor.process.send_signal(signal.SIGINT)
        assert "Traceback" not in floor.words()
        assert floor.stop() == 0


def test_what_a_session_does_to_itself_is_numbered(tmp_path: Path) -> None:
    """A stale epoch, another schema, orders before the log-on, a tick without the right."""
    tokens = make_hall(tmp_path)

    async def play(floor: Floor) -> None:
        last = await line_of(floor, tokens[1], epoch=LARGEST)
        last.close()
        while floor.ask("status")["connected"]:
            await asyncio.sleep(0.01)
        stale = await Line(Session(tokens[1]), floor.port).open()
        goodbye = stale.said(doors.Goodbye)[0]
        assert (goodbye.reason, goodbye.figure) == (doors.DoorReason.STALE_EPOCH, LARGEST)
        again = await line_of(floor, tokens[1], epoch=LARGEST)
        assert again.session.is_on
        token = token_of(tokens[2])
        assert await told(floor, hostile.log_on_record(token, schema=SCHEMA + 1)) == (
            *(doors.DoorReason.OTHER_SCHEMA, SCHEMA),
        )
        early = bytes(hostile.commands(np.random.default_rng(1), 2, 1).reshape(-1))
        assert (await told(floor, early))[0] == doors.DoorReason.NO_SENSE
        ticks = await line_of(floor, tokens[2])
        ticks.writer.write(hostile.encode_record(hostile.TickDone(next_ns=1)))
        await ticks.end()
        assert ticks.said(doors.Goodbye)[0].reason == doors.DoorReason.NO_RIGHT

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))


async def told(floor: Floor, data: bytes) -> tuple[int, int]:
    """Return the reason and figure with which the door ends a connection that says ``data``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", floor.port)
    OPEN.append(writer)
    writer.write(data)
    said = doors.read_record(await reader.readexactly(64))
    assert isinstance(said, doors.Goodbye)
    return said.reason, said.figure


def test_the_operators_door_answers_whatever_it_is_asked(tmp_path: Path) -> None:
    """Each line has an answer, a fault in a sentence; the market goes on."""
    make_hall(tmp_path)
    lines = [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"do": "status", "with": {"x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}}",
        b'{"do": 1}',
        b'{"do": "nothing"}',
        b'{"do": "clock", "with": {"to": 7}}',
        b'{"do": "clock", "with": {"to": "9999-12-31T23:00"}}',
        b'{"do": "clock", "with": {"speed": "nan"}}',
        b'{"do": "command", "with": {"kind": []}}',
        b'{"do": "command", "with": {"kind": "change_phase", "group": 1e9}}',
        b'{"do": "command", "with": {"kind": "change_phase", "group": 99999999999, "phase": 2}}',
        b'{"do": "read session", "with": {}}',
        b'{"do": "read session", "with": {"session": "x"}}',
        b'{"do": "read session", "with": {"session": 1e400}}',
        b'{"do": "read orders", "with": {"codes": ["a"]}}',
        b'{"do": "read orders", "with": {"codes": [[1], [2, 3]]}}',
        b'{"do": "read accounts", "with": {"codes": [99999999999999999999]}}',
    ]

    async def play(floor: Floor) -> None:
        reader, writer = await asyncio.open_unix_connection(
            str(tmp_path / "operator.sock"), limit=MIB
        )
        OPEN.append(writer)
        for line in lines:
            writer.write(line + b"\n")
            answer = await asyncio.wait_for(reader.readline(), 60)
            assert answer.startswith((b'{"fault":', b'{"good":')), (line[:80], answer[:200])
        assert floor.ask("status")["phases"]

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))
