"""What went wrong in real markets, as tests of a market that runs; none asks how long it took.

Elsewhere already:

- T1, a disk that is slow or fails: tests/recovery/test_crossing_lines.py; one that is full is below
- T2 (Tokyo 2020, orders accepted and nothing told): tests/recovery/test_floor_killed.py and
  tests/live/test_binary_door.py, ``test_the_market_goes_on_where_it_stood``
- T3 (NSE 2021, trading without risk): one core does both; tests/recovery/test_market_faults.py
- T4 (Nasdaq 2012): an uncross is one command, tests/unit/trading/test_auction.py
- T10 (Knight 2012, a flag used again): numbers are pinned in ``messages.lock``; the rest is below
- T12 (SHFE 2019, settlement late): killed anywhere and run again it gives the same bytes,
  tests/recovery/test_days_interrupted.py, tests/recovery/test_closing_killed.py; and below
- T13, what a session missed while its door was gone: tests/live/json_door/test_json_door.py
- T14 (BitMEX 2020, readers before orders): tests/live/json_door/test_queries.py
- T16 (MF Global): tests/unit/clearing, tests/property/test_clear_day.py
- T18 (negative oil): negative and largest numbers in every field of a command,
  tests/recovery/test_hostile_doors.py
- T5 to T9, T15 and T17 are not about the doors of one running market.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from huiguan_client import doors
from huiguan_client.messages import CommandRefused, OrderEntered, Refusal, Side
from huiguan_client.session import Session

from huiguan.cli.hall.up import call_of
from huiguan.days.cleared import is_closed
from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
from huiguan.floor.doors.records import SCHEMA
from huiguan.floor.hall.keys import token_of
from huiguan.floor.hall.operator import SOCKET_NAME
from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.foundation.faults import InputFault
from huiguan.storage.lock import holder
from tests import hostile
from tests.floors import OPEN, Floor, Line, closing, floor_of, line_of, make_hall
from tests.halls import RunningHall, running_hall
from tests.images import small_image
from tests.live.test_binary_door import order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAIT_SECONDS = 240.0  # until a test is given up; no test is about it


def wait_until(good: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not good():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_t1_tokyo_2020_a_floor_that_hangs_goes_on(tmp_path: Path) -> None:
    """A part hung and nothing took over; here a stopped floor goes on and loses nothing."""
    tokens = make_hall(tmp_path)

    async def play(floor: Floor) -> None:
        line = await line_of(floor, tokens[1])
        floor.process.send_signal(signal.SIGSTOP)
        numbers = [line.send(order(0, Side.SELL, 101)) for _ in range(30)]
        other = Line(Session(tokens[2]), floor.port)
        await other.open(wait=False)
        floor.process.send_signal(signal.SIGCONT)
        await line.outcome(numbers[-1])
        await other.until(lambda: other.session.is_on)
        assert [reply.client_sequence for reply in line.replies()] == numbers
        assert floor.ask("status")["live_orders"] == 30

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 64 MiB, where this machine lets one be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(disk)]
    if os.geteuid() or subprocess.run(call, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_t1_tokyo_2020_a_full_disk_stops_the_floor_with_its_words(small_disk: Path) -> None:
    """A disk that failed was not switched over as the manual said; here it is told, and resumed."""
    folder = small_disk / "hall"
    tokens = make_hall(folder)
    line = Line(Session(tokens[1]), 0)

    async def fill(floor: Floor) -> None:
        line.port = floor.port
        await line.open()
        (folder / "filler").write_bytes(b"")
        with (folder / "filler").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 16)):
                    pass
            except OSError:
                pass
        try:
            while True:
                await line.outcome(line.send(order(0, Side.SELL, 101)))
        except (AssertionError, ConnectionError):
            pass

    async def resume(floor: Floor) -> None:
        line.port = floor.port
        await line.open()
        await line.until(lambda: not line.session.unanswered(1, 1 << 20))
        numbers = [reply.client_sequence for reply in line.replies()]
        assert sorted(set(numbers)) == list(range(1, line.session.next_client_sequence))
        entered = sum(isinstance(reply.event, OrderEntered) for reply in line.replies())
        assert floor.ask("status")["live_orders"] == entered

    with floor_of(folder) as floor:
        asyncio.run(closing(fill(floor)))
        words = floor.words()
        assert floor.stop() == 1
    assert "stopped by a fault" in words
    assert "make room on the disk" in words
    assert "Traceback" not in words
    (folder / "filler").unlink()
    with floor_of(folder, opened=False) as floor:
        asyncio.run(closing(resume(floor)))


def test_t10_knight_2012_another_schema_is_refused(tmp_path: Path) -> None:
    """One of eight servers ran old code; here whoever speaks another layout does not get in."""
    tokens = make_hall(tmp_path)

    async def play(floor: Floor) -> None:
        for schema in (0, SCHEMA - 1, SCHEMA + 1, -1):
            reader, writer = await asyncio.open_connection("127.0.0.1", floor.port)
            OPEN.append(writer)
            writer.write(hostile.log_on_record(token_of(tokens[1]), schema=schema))
            said = doors.read_record(await reader.readexactly(64))
            assert isinstance(said, doors.Goodbye)
            assert (said.reason, said.figure) == (doors.DoorReason.OTHER_SCHEMA, SCHEMA)

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))


def test_t10_knight_2012_a_rate_acts_and_a_new_connection_does_not_refill_it(
    tmp_path: Path,
) -> None:
    """Millions of orders met no limit; here twenty connections may not send twenty times as much.

    At one a second a session that waited has two at once, and whoever connects again has no more.
    """
    tokens = make_hall(tmp_path, terms={1: {"rate": 1}})

    async def play(floor: Floor) -> None:
        line = await line_of(floor, tokens[1])
        data = b"".join(line.session.send(order(0, Side.SELL, 101))[1] for _ in range(50))
        taken = 0
        for epoch in range(2, 22):
            line.writer.write(data)
            await line.until(lambda line=line: bool(line.said(doors.NotTaken)))
            first = line.said(doors.NotTaken)[0].first_client_sequence
            await line.until(lambda line=line, first=first: len(line.replies()) >= first - 1)
            taken += first - 1
            line = await line_of(floor, tokens[1], epoch=epoch)
            data = b"".join(line.session.send(order(0, Side.SELL, 101))[1] for _ in range(50))
        assert floor.ask("status")["live_orders"] == taken
        assert taken < 20 * 2  # each of twenty connections would have had two at once

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))


def test_t11_everbright_2013_money_is_reserved_when_an_order_is_accepted(tmp_path: Path) -> None:
    """Its check saw filled orders only; here none is filled, and the sum stays within the money.

    A lot costs 1,000 fen of margin and a fee of 10: of 5,100 fen five orders (5,050) are accepted.
    """
    tokens = make_hall(tmp_path, small_image(deposit_fen=5_100))

    async def play(floor: Floor) -> None:
        line = await line_of(floor, tokens[1])
        sent = [line.session.send(order(0, Side.SELL, 101)) for _ in range(8)]
        line.writer.write(b"".join(data for _, data in sent))
        await line.outcome(sent[-1][0])
        kinds = [type(reply.event) for reply in line.replies()]
        assert kinds == [OrderEntered] * 5 + [CommandRefused] * 3
        for reply in line.replies()[5:]:
            assert isinstance(reply.event, CommandRefused)
            assert reply.event.refusal == Refusal.NOT_ENOUGH_MONEY

    with floor_of(tmp_path) as floor:
        asyncio.run(closing(play(floor)))


@pytest.mark.slow
def test_t12_shfe_2019_no_night_opens_before_the_day_is_settled(tmp_path: Path) -> None:
    """Settlement failed and the night was late; here it is killed, and run again it is the same.

    The floor opens no night; it says what failed, and tries again when a person says so. It is then
    started anew between the days, and still waits for the person who opens the next one.
    """
    with running_hall(tmp_path / "hall", days="hand") as hall:
        hall.start("floor", DOORS_NAME)
        while hall.ask("status")["doing"] == "trading":
            hall.ask("step")
        with pytest.raises(InputFault, match="no day waits to be turned"):
            hall.ask("turn")
        os.kill(until_child(hall.processes["floor"].pid, "close"), signal.SIGKILL)
        wait_until(lambda: step_of(hall) == "failed")
        assert "did not succeed" in hall.ask("status")["doing"]
        (day,) = (hall.folder / "days").iterdir()
        assert not is_closed(day)
        shutil.copytree(day, tmp_path / day.name)
        hall.ask("turn", day=int(day.name))
        wait_until(lambda: step_of(hall) == "waiting")
        assert (day / "result").is_dir()
        assert list((hall.folder / "days").iterdir()) == [day]
        assert hall.stop("floor") == 0
        hall.processes["floor"] = subprocess.Popen(call_of("floor", hall.folder))
        wait_until((hall.folder / SOCKET_NAME).exists)
        assert step_of(hall) == "waiting"
        with pytest.raises(InputFault, match="does not wait to be turned"):
            hall.ask("turn", day=20260820)
        hall.ask("turn")
        wait_until((hall.folder / DOORS_NAME).exists)
        wait_until(lambda: step_of(hall) == "trading")
        halt = {"kind": "set_halt", "target": 0, "scope": 2, "engaged": 1}
        with pytest.raises(InputFault, match="and the hall stands in"):
            hall.ask("command", **halt, trading_day=int(day.name))
        assert hall.ask("command", **halt)["refusal"] == 0
        found = hall.ask("read switches")
        assert len(found["halted"]) == hall.ask("command", **halt)["first_figure"]
    call = [sys.executable, "-m", "huiguan", "day", "close", str(tmp_path / day.name)]
    assert subprocess.run(call, check=False, capture_output=True).returncode == 0
    assert bytes_of(tmp_path / day.name / "result") == bytes_of(day / "result")


def step_of(hall: RunningHall) -> str:
    """Return how far the turn of days is."""
    step: str = hall.ask("status")["step"]
    return step


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def up(folder: Path) -> subprocess.Popen[bytes]:
    words = ["--crowd", "none", "--products", "cu", "--office", "none"]
    words += ["--port", "0", "--http-port", "0"]
    call = [sys.executable, "-m", "huiguan", "up", "--data", str(folder), *words]
    return subprocess.Popen(call, stderr=subprocess.PIPE)


def words_of(process: subprocess.Popen[bytes]) -> str:
    _, said = process.communicate(timeout=WAIT_SECONDS)
    return said.decode()


@pytest.mark.slow
def test_t13_zhengzhou_2011_one_door_dies_and_the_market_goes_on(tmp_path: Path) -> None:
    """Front machines failed for half a day; here the market goes on and the door is started again.

    A second ``up`` is refused and touches nothing; one that is killed leaves no process behind.
    """
    first = up(tmp_path)
    try:
        wait_until((tmp_path / HTTP_DOOR_NAME).exists)
        opened = (tmp_path / DOORS_NAME).read_bytes()
        second = up(tmp_path)
        assert "one command at a time" in words_of(second)
        assert second.returncode == 2
        assert (tmp_path / DOORS_NAME).read_bytes() == opened
        door = child_of(first.pid, "door")
        (tmp_path / HTTP_DOOR_NAME).unlink()
        os.kill(door, signal.SIGKILL)
        assert ask_status(tmp_path)["doing"] == "trading"
        wait_until((tmp_path / HTTP_DOOR_NAME).exists)
        assert child_of(first.pid, "door") != door
        floor = child_of(first.pid, "floor")
        first.kill()
        wait_until(lambda: holder(tmp_path) is None)
        wait_until(lambda: not os.path.exists(f"/proc/{floor}"))  # noqa: PTH110
    finally:
        first.kill()
        words_of(first)
    again = up(tmp_path)
    (tmp_path / HTTP_DOOR_NAME).unlink(missing_ok=True)
    wait_until((tmp_path / HTTP_DOOR_NAME).exists)
    again.terminate()
    said = words_of(again)
    assert again.returncode == 0
    assert "Traceback" not in said
    assert not list(tmp_path.glob("*.sock"))


def ask_status(folder: Path) -> Any:
    from huiguan.cli.hall.steer import ask  # noqa: PLC0415

    return ask(folder, "status")


def until_child(parent: int, command: str) -> int:
    """Wait for a command that a process starts; return its process number."""
    found = 0

    def there() -> bool:
        nonlocal found
        found = child_of(parent, command)
        return bool(found)

    wait_until(there)
    return found


def child_of(parent: int, command: str) -> int:
    """Return the process number of a command that ``up`` started (0: there is none now)."""
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:  # noqa: PTH123
        children = file.read().split()
    for child in children:
        with open(f"/proc/{child}/cmdline", "rb") as file:  # noqa: PTH123
            if command.encode() in file.read().split(b"\0"):
                return int(child)
    return 0
