"""A recording in a running hall: a client waits behind it, and it outlives whoever is killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from huiguan_client.messages import Side, TradeExecuted
from huiguan_client.session import Session

from huiguan.cli.hall.up import HOUSE_SESSION, new_hall
from huiguan.days.verify import verify_folder
from huiguan.floor.files.day_orders import Reader
from huiguan.floor.hall.settings import HallSettings
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.rulebooks.load import load_books
from tests.floors import SECONDS, Floor, Line, closing
from tests.live.test_binary_door import order

if TYPE_CHECKING:
    from pathlib import Path

EVENING, DAY = "2026-08-20", 20260821
QUEUE = [  # recorded bid, traded there since the tick before; as recorded-liquidity.md works it
    (10, 0),
    (14, 0),
    (8, 0),
    (5, 3),
    (9, 7),
    (9, 4),
]
FIRST_LIVE = 4  # bid 10 as orders of 8 and 2 (the 2 go at tick 3), ask 6, the client
THIRD_LIVE = 3  # bid 8 as one order, ask 6, the client
LAST_LIVE = 3  # bid 9 - 3 taken = 6 and 3 entered again, ask 6; the client has its 3 lots


def recording(path: Path) -> Path:
    """Write the ticks, ten seconds apart from 21:00:10 in the evening."""
    rows = ["time,contract,last,volume,bid1,bidq1,ask1,askq1"]
    sold = 0
    for number, (bid, traded) in enumerate(QUEUE, 1):
        sold += traded
        rows.append(f"{EVENING} 21:00:{10 * number},cu2610,106890,{sold},106890,{bid},106900,6")
    rows[-1] = rows[-1].replace("21:00:60", "21:01:00")
    path.write_text("\n".join(rows) + "\n")
    return path


def quoting(floor: Floor) -> subprocess.Popen[bytes]:
    """Start the house of ghosts and wait until it is on."""
    until(floor, lambda now: HOUSE_SESSION not in now["connected"])
    call = [sys.executable, "-m", "huiguan", "quotes", str(floor.folder)]
    process = subprocess.Popen(call, stderr=subprocess.PIPE)
    until(floor, lambda now: HOUSE_SESSION in now["connected"])
    return process


def words_of(process: subprocess.Popen[bytes]) -> str:
    process.kill()
    return process.communicate(timeout=SECONDS)[1].decode()


def until(floor: Floor, good: Any) -> None:
    """Wait until the status of a hall is so."""
    end = time.monotonic() + SECONDS
    while not good(status := floor.ask("status")):
        assert time.monotonic() < end, status
        time.sleep(0.02)


def tick_to(floor: Floor, clock: str, commands: int, live: int) -> None:
    """Let time pass to a tick; the recording sends so many commands, so many orders are live."""
    before = floor.ask("status")["sequence"]
    floor.ask("clock", to=f"{EVENING}T{clock}")
    until(floor, lambda now: now["sequence"] >= before + commands and now["live_orders"] == live)


@pytest.mark.slow
def test_a_client_waits_behind_a_recording_that_is_killed(tmp_path: Path) -> None:
    """The queue of docs/explanation/recorded-liquidity.md in a real hall.

    The house of ghosts is killed after tick 3, and house and floor after tick 4; the client still
    gets 2 lots at tick 5 and the third at tick 6.
    """
    folder = tmp_path / "hall"
    settings = HallSettings(days="hand", crowd=0, binary_port=0, http_port=0)
    key = new_hall(
        *(folder, f"{EVENING}T20:58", "1", "none", "cu", settings),
        recording(tmp_path / "ticks.csv"),
    )
    image = read_image(folder / "days" / str(DAY) / "image")
    reader = Reader(image)
    row = reader.contracts["cu2610"]
    buy = order(
        len(image.trading_codes) - 1, Side.BUY, reader.ticks(row, "106890"), 3, instrument=row
    )

    async def first(floor: Floor) -> None:
        line = await Line(Session(key), floor.port).open()
        await line.outcome(line.send(buy))

    async def rest(floor: Floor) -> None:
        line = await Line(Session(key, epoch=2), floor.port).open()

        def filled() -> int:
            traded = [each.event for each in line.replies()]
            return sum(each.lots for each in traded if isinstance(each, TradeExecuted))

        floor.ask("clock", to=f"{EVENING}T21:00:51")  # 7 lots trade: 5 in front, then the client's
        await line.until(lambda: filled() == 2)
        floor.ask("clock", to=f"{EVENING}T21:01:01")
        await line.until(lambda: filled() == 3)

    floor = Floor(folder)
    floor.ask("clock", pause=True)
    house = quoting(floor)
    try:
        floor.ask("clock", to=f"{EVENING}T21:00")
        tick_to(floor, "21:00:11", 3, FIRST_LIVE - 1)
        asyncio.run(closing(first(floor)))
        tick_to(floor, "21:00:21", 1, FIRST_LIVE + 1)  # 4 lots behind the client
        tick_to(floor, "21:00:31", 2, THIRD_LIVE)
        assert "has 6 recorded ticks" in words_of(house)
        house = quoting(floor)
        tick_to(floor, "21:00:41", 1, THIRD_LIVE)  # one order takes 3 of 8
        floor.process.kill()
        words_of(house)
        floor.stop()
        floor = Floor(folder)
        house = quoting(floor)
        asyncio.run(closing(rest(floor)))
        until(floor, lambda now: now["live_orders"] == LAST_LIVE)
        floor.ask("clock", to="2026-08-21T15:31")
        until(floor, lambda now: now["doing"].endswith("waiting for `huiguan clock turn`"))
        assert "refused" not in words_of(house)
    finally:
        house.kill()
        house.communicate()
        floor.stop()
    found = verify_folder(folder / "days" / str(DAY), load_books())
    assert found.hashes is not None


def test_a_recording_of_another_day_makes_no_hall(tmp_path: Path) -> None:
    """The hall's first day is 2026-08-25; nothing was recorded on it."""
    settings = HallSettings(crowd=0, binary_port=0, http_port=0)
    with pytest.raises(InputFault, match="no quote falls in continuous trading"):
        new_hall(
            *(tmp_path / "hall", "2026-08-24T20:58", "1", "none", "cu", settings),
            recording(tmp_path / "ticks.csv"),
        )
    assert not (tmp_path / "hall" / "hall.toml").exists()
