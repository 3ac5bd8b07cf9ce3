"""A market as fast as its crowd (speed ``max``): one seed makes one series of days; they verify.

A recording stands in the book of the first day; the second has none.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from huiguan_client import doors
from huiguan_client.messages import CancelOrder

from huiguan.cli.hall.up import CROWD_NAME, new_hall
from huiguan.days.hashes import HASHES_NAME
from huiguan.days.verify import verify_folder
from huiguan.exchange.messages import Phase
from huiguan.floor.hall.clock import STEERED, ClockSetting
from huiguan.floor.hall.settings import HallSettings
from huiguan.foundation.calendars import SECOND_NS
from huiguan.simulation.market.live import CrowdSettings
from huiguan.storage.market.rulebooks.load import load_books
from tests.floors import STARTING_NS, Floor, closing, floor_of, line_of, make_hall
from tests.images import small_image

if TYPE_CHECKING:
    from pathlib import Path

DAYS, FRAMES, COMMANDS = 2, 60, 100
TICKS = 50
TICKED = 6
SECONDS = 600


def recording(path: Path) -> Path:
    """Write a tick a minute of the first evening, beside a market that moves."""
    rows = ["time,contract,last,volume,bid1,bidq1,ask1,askq1"]
    for minute in range(TICKS):
        bid, lots = 106_890 - 10 * (minute % 5), 9 - minute % 4
        levels = f"{bid},{lots},{bid + 10},6"
        rows.append(f"2026-08-20 21:{minute:02}:00,cu2610,{bid},{7 * minute},{levels}")
    path.write_text("\n".join(rows) + "\n")
    return path


def beside(command: str, folder: Path) -> subprocess.Popen[bytes]:
    call = [sys.executable, "-m", "huiguan", command, str(folder)]
    return subprocess.Popen(call, stderr=subprocess.PIPE)


def run_days(folder: Path) -> list[Path]:
    """Run a hall of copper until two days are over; return their folders."""
    wanted = HallSettings(days="auto", crowd=200, binary_port=0, http_port=0, seed=7)
    new_hall(
        *(folder, "2026-08-20T20:50", "max", "200", "cu", wanted),
        recording(folder.with_suffix(".csv")),
    )
    path = folder / CROWD_NAME
    crowd = msgspec.json.decode(path.read_bytes(), type=CrowdSettings)
    crowd = msgspec.structs.replace(crowd, frames=FRAMES, commands=COMMANDS)
    path.write_bytes(msgspec.json.encode(crowd))
    floor = Floor(folder)
    people = beside("crowd", folder)
    house = beside("quotes", folder)
    try:
        end = time.monotonic() + SECONDS
        while len(over := sorted((folder / "days").glob("*/result/result.json"))) < DAYS:
            assert floor.process.poll() is None, floor.words()
            assert people.poll() is None, "the crowd ended"
            assert house.poll() is None, "the recording ended"
            assert time.monotonic() < end, floor.ask("status")
            time.sleep(0.1)
    finally:
        for process in (people, house):
            process.terminate()
        people.communicate()
        _, words = house.communicate()
        floor.stop()
    assert f"has {TICKS} recorded ticks" in words.decode()
    assert "trading day 2026-08-24 has no recording" in words.decode()
    return [path.parents[1] for path in over[:DAYS]]


@pytest.mark.slow
def test_the_same_seed_makes_the_same_days(tmp_path: Path) -> None:
    first, second = run_days(tmp_path / "first"), run_days(tmp_path / "second")
    books = load_books()
    for one, other in zip(first, second, strict=True):
        assert one.name == other.name
        assert (one / HASHES_NAME).read_bytes() == (other / HASHES_NAME).read_bytes()
        found = verify_folder(one, books)
        assert found.hashes is not None
        assert found.hashes.sequence > FRAMES * COMMANDS // 4


def test_time_goes_on_when_a_pacer_has_missed_more_than_memory_has(tmp_path: Path) -> None:
    """The floor comes up behind a snapshot, so the replies of before come from the journal."""
    image = small_image()
    phases = [(STARTING_NS, 0, Phase.CONTINUOUS), (STARTING_NS + 3600 * SECOND_NS, 0, Phase.CLOSED)]
    tokens = make_hall(
        tmp_path,
        image._replace(phases=np.array(phases, image.phases.dtype)),
        setting=ClockSetting(STEERED, STARTING_NS, max=True),
        terms={1: {"rights": ["trade", "pace"]}},
        snapshot_every=2,
    )

    async def play(floor: Floor, missed: int) -> None:
        line = await line_of(floor, tokens[1])
        assert line.said(doors.LoggedOn)[0].repeats == missed
        for second in range(TICKED):
            await line.until(lambda second=second: len(line.said(doors.Tick)) > second)  # type: ignore[misc]
            number = line.send(CancelOrder(order_id=1, client_order_id=0))
            next_ns = line.said(doors.Tick)[-1].time_ns + SECOND_NS
            line.writer.write(doors.TickDone(next_ns=next_ns).pack())
            await line.outcome(number)
        assert [reply.number for reply in line.replies()] == list(range(1, missed + TICKED + 1))

    for missed in (0, TICKED):
        with floor_of(tmp_path, opened=False) as floor:
            asyncio.run(closing(play(floor, missed)))
