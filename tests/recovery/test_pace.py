"""Who paces a market, while its clock is steered and its lines come and go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from huiguan.exchange.messages import (
    CancelOrder,
    CommandRefused,
    CommandRepeated,
    Phase,
    encode,
)
from huiguan.floor.day.market import Market
from huiguan.floor.day.node import Node
from huiguan.floor.doors.binary import Line
from huiguan.floor.doors.records import (
    Goodbye,
    LoggedOn,
    Tick,
    TickDone,
    encode_record,
    log_on_record,
)
from huiguan.floor.hall.clock import STEERED, Clock, ClockSetting
from huiguan.floor.hall.keys import Keys, token_of
from huiguan.floor.hall.lines import Hall
from huiguan.foundation.calendars import SECOND_NS
from huiguan.storage.files import Files
from huiguan.storage.market.day_image import write_image
from tests import hostile
from tests.floors import STARTING_NS
from tests.images import small_image
from tests.recovery.test_crossing_lines import kinds

if TYPE_CHECKING:
    from pathlib import Path


def paced_hall(folder: Path, pacers: int = 1) -> tuple[Hall, list[bytes]]:
    """Return a hall of this process whose clock is paced by ``pacers`` keys, and the keys."""
    image = small_image()
    phases = [(STARTING_NS, 0, Phase.CONTINUOUS), (STARTING_NS + 3600 * SECOND_NS, 0, Phase.CLOSED)]
    image = image._replace(phases=np.array(phases, image.phases.dtype))
    write_image(folder / "image", image, Files())
    keys, member = Keys(), image.names.members[0]
    terms = {"rights": ["trade", "pace"]}
    tokens = [keys.make(f"pacer {number}", member, **terms) for number in range(pacers)]
    clock = Clock(ClockSetting(STEERED, STARTING_NS, max=True))
    node = Node(Market.start(folder), clock)
    hall = Hall(node, clock, keys)
    node.begin()
    return hall, [token_of(token) for token in tokens]


def connected(hall: Hall, token: bytes) -> Line:
    """Return a line that asks to be let in."""
    line = Line(hall)
    line.connection_made(hostile.FakeTransport(line))
    line.data_received(log_on_record(token))
    return line


def steer(hall: Hall, *, fastest: bool) -> None:
    """Pace the market from now on, or stop its clock."""
    hall.clock.setting = ClockSetting(STEERED, hall.clock.now_ns(), speed=0.0, max=fastest)
    hall.node.clock_changed()
    hall.pace.clock_changed()


async def heard(line: Line, *wanted: int) -> None:
    """Wait for records of these kinds, and no others."""
    found: list[int] = []
    async with asyncio.timeout(60):
        while len(found) < len(wanted):
            await asyncio.sleep(0.001)
            found += kinds(line)
    assert found == list(wanted)


def test_a_market_that_was_not_paced_for_a_moment_gathers_again(tmp_path: Path) -> None:
    """The clock is stopped and paced again while the frame of a tick is on its way."""
    nothing = encode(CancelOrder(order_id=1, client_order_id=0), client_sequence=1).tobytes()
    done = encode_record(TickDone(next_ns=STARTING_NS + SECOND_NS))

    async def scene() -> None:
        hall, [token] = paced_hall(tmp_path)
        line = connected(hall, token)
        await heard(line, LoggedOn.KIND, Tick.KIND)
        line.data_received(nothing + done)
        steer(hall, fastest=False)
        steer(hall, fastest=True)
        await heard(line, CommandRefused.KIND, Tick.KIND)
        line.data_received(nothing)
        await hall.node.rest()
        assert (hall.node.waiting_rows, kinds(line)) == (1, [])
        line.data_received(done)
        await heard(line, CommandRepeated.KIND, Tick.KIND)
        await hall.node.rest()
        hall.node.market.sequencer.leave()

    asyncio.run(scene())


@pytest.mark.parametrize("here", [True, False])
def test_time_waits_for_nobody_whose_key_was_withdrawn(tmp_path: Path, here: bool) -> None:
    """Of two pacers one goes for good: ticked and not done, or before it ever came."""

    async def scene() -> None:
        hall, [one, other] = paced_hall(tmp_path, 2)
        line = connected(hall, one)
        if here:
            connected(hall, other)
            await heard(line, LoggedOn.KIND, Tick.KIND)
            line.data_received(encode_record(TickDone(next_ns=STARTING_NS + SECOND_NS)))
        hall.keys.withdraw("pacer 1")
        hall.take_keys(hall.keys)
        await heard(line, *([] if here else [LoggedOn.KIND]), Tick.KIND)
        hall.keys.withdraw("pacer 0")
        hall.take_keys(hall.keys)
        await heard(line, Goodbye.KIND)
        await hall.node.rest()
        assert hall.node.waiting_rows == 0  # nobody paces: what comes is taken as it comes
        hall.node.market.sequencer.leave()

    asyncio.run(scene())
