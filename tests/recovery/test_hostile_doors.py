"""Hostile input at the doors: nothing of another session changes, and the floor goes on."""

from __future__ import annotations

import asyncio
import resource
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from huiguan_client.messages import Side
from huiguan_client.session import Session

from huiguan.exchange.day.names import DayNames
from huiguan.exchange.messages import LAYOUTS, MESSAGE_BYTES, ChangePhase, CommandRefused, Phase
from huiguan.floor.day import sequencer
from huiguan.floor.day.market import Market
from huiguan.floor.day.node import Node
from huiguan.floor.doors.binary import Line
from huiguan.floor.doors.json.protocol import NoSense, Talk, frame_of
from huiguan.floor.doors.records import DoorReason, Goodbye
from huiguan.floor.hall.clock import STEERED, Clock, ClockSetting
from huiguan.floor.hall.keys import Keys, token_of
from huiguan.floor.hall.lines import Hall
from huiguan.foundation.refusals import Refusal
from huiguan.storage.files import Files
from huiguan.storage.market.day_image import write_image
from tests import hostile
from tests.floors import STARTING_NS
from tests.images import small_image
from tests.live.test_binary_door import order
from tests.recovery.journals import QuickFiles

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

CHUNK = 1_000
ENTERED = 60  # orders of the quiet session
FAST = {"rate": 10_000_000}
MIB = 1 << 20


class Bench:
    """A hall in this process with lines that have no sockets."""

    def __init__(self, folder: Path) -> None:
        image = small_image(settings={"order_capacity": 1 << 12, "outcome_window": 1024})
        write_image(folder / "image", image, Files())
        keys, members = Keys(), image.names.members
        self.tokens = [b""] + [
            token_of(keys.make(f"line {n}", members[(n - 1) % 2], session=n, **FAST))
            for n in range(1, 7)
        ]
        clock = Clock(ClockSetting(STEERED, STARTING_NS))
        self.node = Node(Market.start(folder), clock)
        self.hall = Hall(self.node, clock, keys)
        self.faults: list[Any] = []
        self.ended = 0
        asyncio.get_running_loop().set_exception_handler(lambda _, what: self.faults.append(what))
        self.node.begin()
        self.node.command(ChangePhase(group=0, phase=Phase.CONTINUOUS))

    def connect(self) -> Line:
        line = Line(self.hall)
        line.connection_made(hostile.FakeTransport(line))
        return line

    def log_on(self, line: Line, session: int) -> None:
        """Let a session go on where it stands: what is older comes from the journal, slowly."""
        market = self.node.market
        said = {
            "epoch": int(market.core.state.sessions["epoch"][session]) or 1,
            "last_reply": market.log.count(session),
            "trading_day": market.trading_day,
        }
        line.data_received(hostile.log_on_record(self.tokens[session], **said))

    async def settle(self) -> None:
        """Wait until nothing is on its way."""
        while True:
            await asyncio.sleep(0)
            await self.node.rest()
            assert not self.node.failed.done(), self.node.failed
            if not self.node.waiting_rows:
                return


def taken(line: Line) -> bytes:
    """Return what a line was sent since the last time."""
    transport = line._transport
    assert isinstance(transport, hostile.FakeTransport)
    return transport.read()


def numbered(data: bytes) -> None:
    """Check that each refusal and each goodbye in what a line was sent has its number."""
    rows = np.frombuffer(data, np.uint8).reshape(-1, MESSAGE_BYTES)
    kinds = rows[:, :2].copy().view("<i2")[:, 0]
    refused = rows[kinds == CommandRefused.KIND].reshape(-1)

    known = [int(one) for one in Refusal if one]
    assert np.isin(refused.view(LAYOUTS[CommandRefused.KIND])["refusal"], known).all()
    for row in rows[kinds == Goodbye.KIND]:
        DoorReason(int(row[24:28].copy().view("<i4")[0]))


async def attack(bench: Bench, records: int, seed: int) -> int:
    """Send so many hostile records on sessions 2, 4 and 6; return how many lines were ended."""
    chance, sent, ended = np.random.default_rng(seed), 0, 0
    lines: dict[int, Line] = {}
    state = bench.node.market.core.state
    while sent < records:
        session = int(chance.choice([2, 4, 6]))
        line = lines.get(session)
        if line is None or line._ended:
            ended += line is not None
            line = lines[session] = bench.connect()
            if chance.random() < 0.3:
                line.data_received(hostile.spoilt_log_on(chance, bench.tokens[session]))
                sent += 1
            else:
                bench.log_on(line, session)
        else:
            first = int(state.sessions["client_sequence"][session]) + 1
            rows = hostile.commands(chance, CHUNK, first)
            data = rows.tobytes() if chance.random() < 0.7 else hostile.spoilt(chance, rows)
            cut = int(chance.integers(len(data)))
            line.data_received(data[:cut])
            line.data_received(data[cut:])
            sent += CHUNK
            if chance.random() < 0.02:
                line.connection_lost(None)
        await bench.settle()
        numbered(taken(line))
    for line in lines.values():
        line.connection_lost(None)
    await bench.settle()
    return ended


async def attack_in_words(bench: Bench, frames: int, seed: int) -> int:
    """Send so many hostile frames of the JSON door; return how many lines were ended."""
    chance, sent, ended = np.random.default_rng(seed), 0, 0
    market = bench.node.market
    names = DayNames(market.image)
    talks: dict[int, tuple[Talk, Line]] = {}
    while sent < frames:
        session = int(chance.choice([2, 4, 6]))
        if session not in talks or talks[session][1]._ended:
            ended += session in talks
            line, talk = bench.connect(), Talk(names, names.codes[session % 2], lambda _: names)
            bench.log_on(line, session)
            talks[session] = talk, line
        talk, line = talks[session]
        await bench.settle()
        talk.replies(taken(line))
        for _ in range(CHUNK):
            sent += 1
            try:
                data, told = talk.commands(hostile.frame(chance, market.image))
            except NoSense:
                line.connection_lost(None)
                break
            assert all(DoorReason(one["reason"]) for one in told)
            line.data_received(data)
            if line._ended:
                break
        await bench.settle()
        said = taken(line)
        numbered(said)
        frame_of(talk.replies(said))
    for _, line in talks.values():
        line.connection_lost(None)
    await bench.settle()
    return ended


def quiet_commands() -> list[bytes]:
    """Return the commands of the session that is left in peace, on an instrument of its own."""
    session = Session("hg_" + "00" * 32)
    session.is_on = True
    found = []
    for number in range(ENTERED):
        side = Side.BUY if number % 2 else Side.SELL
        price = 95 if side == Side.BUY else 105
        more = {"name": number, "instrument": hostile.QUIET_INSTRUMENT}
        found.append(session.send(order(0, side, price, 1, **more))[1])
    return found


def without_ids(data: bytes) -> list[bytes]:
    """Return replies without what numbers everybody's: session sequence and order ids."""
    found = []
    for at in range(0, len(data), MESSAGE_BYTES):
        row = bytearray(data[at : at + MESSAGE_BYTES])
        row[16:32] = bytes(16)
        found.append(bytes(row))
    return found


async def quiet_day(
    folder: Path, sent: int, hostile_at: Callable[[Bench, int, int], Awaitable[int]] = attack
) -> tuple[list[bytes], Bench]:
    """Play the quiet session, under attack between its commands; return its replies."""
    bench = Bench(folder)
    await bench.settle()
    line = bench.connect()
    line.data_received(hostile.log_on_record(bench.tokens[1]))
    await bench.settle()
    heard = taken(line)[MESSAGE_BYTES:]
    for number, command in enumerate(quiet_commands()):
        if sent:
            bench.ended += await hostile_at(bench, sent // ENTERED, number)
        line.data_received(command)
        await bench.settle()
        heard += taken(line)
    assert line.is_on
    assert not line._ended
    bench.node.market.sequencer.leave()
    assert bench.faults == []
    return without_ids(heard), bench


@pytest.mark.slow
@pytest.mark.parametrize(("hostile_at", "usual"), [(attack, 200_000), (attack_in_words, 50_000)])
def test_records_and_frames_of_every_kind_leave_a_quiet_session_alone(
    hostile_at: Callable[[Bench, int, int], Awaitable[int]],
    usual: int,
    tmp_path: Path,
    torture: bool,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Any,
) -> None:
    """Ten million of each in the long run; memory grows by less than 400 MiB.

    That is the replies that are kept (8 MiB for each of three sessions, twice while they grow, and
    once more while they move), two segments of the journal of 64 MiB each and the tables of a
    second market while a day is run again for a log-on. Thirty million take no more.
    """
    records = 10_000_000 if torture else usual
    monkeypatch.setattr(sequencer, "Files", QuickFiles)
    peace, _ = asyncio.run(quiet_day(tmp_path / "peace", 0))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    attacked, bench = asyncio.run(quiet_day(tmp_path / "attacked", records, hostile_at))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    assert len(peace) == ENTERED
    assert attacked == peace
    state = bench.node.market.core.state
    mine = state.orders[(state.orders["order_id"] != 0) & (state.orders["session"] == 1)]
    assert len(mine) == ENTERED
    assert int(state.core["trades"][0]) > records // 1000  # it did reach the book
    assert bench.ended > records // 20_000  # and lines were ended for what makes no sense
    assert grown < 400
    record_property(
        f"hostile input, {hostile_at.__name__}", f"{records:,}; memory grew by {grown} MiB"
    )
