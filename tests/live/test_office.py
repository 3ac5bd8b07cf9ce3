"""The office in its own process beside a real floor: pages, the live socket, kills."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import websockets

from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.office.config.place import OFFICE_NAME, OfficeOpen
from tests.halls import RunningHall, running_hall
from tests.live.test_incidents import WAIT_SECONDS, child_of, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORDER = {"contract": "cu2610", "lots": 1}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    with running_hall(tmp_path_factory.mktemp("office") / "hall") as found:
        yield found


def address(folder: Path) -> str:
    return msgspec.json.decode((folder / OFFICE_NAME).read_bytes(), type=OfficeOpen).url


def read(folder: Path, path: str = "/") -> str:
    """Return a page, also one that says that the market is starting."""
    where = address(folder) + path
    asked = urllib.request.Request(where, headers={"Accept-Language": "en"})  # noqa: S310  our own
    try:
        with urllib.request.urlopen(asked, timeout=WAIT_SECONDS) as answer:  # noqa: S310  our own
            return answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.read().decode()


def last(page: str) -> str:
    """Return the last price of cu2610 on the board."""
    found = re.search(r'data-contract="cu2610">.*?data-cell="last"[^>]*>([^<]*)<', page, re.DOTALL)
    return found[1] if found else ""


def sent(hall: RunningHall, body: bytes) -> bool:
    """Send an order; False where the door has no floor yet."""
    answer = hall.http("POST", "/v1/orders", body=body)
    assert answer.status in (200, 503), answer
    return answer.status == 200


def trade(hall: RunningHall, price: str) -> None:
    """Let the trader buy from itself at a price."""
    for side in ("buy", "sell"):
        body = json.dumps({**ORDER, "side": side, "price": price}).encode()
        wait_until(partial(sent, hall, body))


@pytest.mark.slow
def test_pages_follow_a_market_that_comes_goes_and_comes_again(hall: RunningHall) -> None:
    """The office is up first; then the floor; it is killed with -9 and started again."""
    hall.start("office", OFFICE_NAME)
    assert "The market is starting" in read(hall.folder)
    hall.open()
    wait_until(lambda: 'data-contract="cu2610"' in read(hall.folder))
    hall.ask("step")
    hall.ask("step")
    trade(hall, "107000")
    wait_until(lambda: last(read(hall.folder)) == "107,000")
    floor = hall.processes.pop("floor")
    floor.kill()
    floor.wait()
    wait_until(lambda: "The feed is gone since 2026-08-2" in read(hall.folder))
    page = read(hall.folder, "/contract/cu2610")
    assert "107,000" in page
    hall.start("floor", DOORS_NAME)
    wait_until(lambda: "The feed is gone" not in read(hall.folder))
    assert last(read(hall.folder)) == "107,000"
    trade(hall, "107010")
    wait_until(lambda: last(read(hall.folder)) == "107,010")
    assert re.findall(r">(107,0\d0)</td><td>1</td>", read(hall.folder, "/contract/cu2610")) == [
        *("107,010", "107,000"),  # what was heard before stays
    ]


@pytest.mark.slow
def test_an_open_page_is_told_what_changed(hall: RunningHall) -> None:
    async def follow() -> list[Any]:
        place = address(hall.folder).replace("http", "ws")
        heard = []
        async with websockets.connect(f"{place}/live?lang=en&rows=board&contract=cu2610") as line:
            heard.append(json.loads(await line.recv()))
            await asyncio.to_thread(trade, hall, "107020")
            for _ in range(60):
                said = json.loads(await line.recv())
                if said["rows"]:
                    heard.append(said)
                    if said["rows"]["cu2610"]["cells"]["last"][0] == "107,020":
                        return heard
        raise AssertionError("the trade was never told")

    heard = asyncio.run(follow())
    assert set(heard[0]["rows"]) == {"cu2610"}
    assert heard[-1]["block"]["trades"][0][1][0] == "107,020"
    assert heard[-1]["head"]["trouble"] == ""


@pytest.mark.slow
def test_what_is_asked_without_sense_ends_that_line_alone(hall: RunningHall) -> None:
    async def until_cut(line: Any) -> None:
        for _ in range(100):
            await line.recv()

    async def shout() -> None:
        place = address(hall.folder).replace("http", "ws")
        async with websockets.connect(f"{place}/live?rows={'x' * 900}") as line:
            await line.recv()
            await line.send("y" * 100_000)
            with pytest.raises(websockets.ConnectionClosed):
                await until_cut(line)

    asyncio.run(shout())
    assert last(read(hall.folder)) == "107,020"
    assert read(hall.folder, "/static/../../config/settings.py").count("Nothing stands here")
    assert read(hall.folder, "/%00/%FF").count("Nothing stands here")
    assert read(hall.folder, "/x%0d%0aSet-Cookie:y") == "Not Found"


@pytest.mark.slow
def test_up_prints_the_address_first_and_starts_the_pages_again(tmp_path: Path) -> None:
    """The address stands before the doors are open; a killed office comes back at its port."""
    words = ["--crowd", "none", "--products", "cu", "--office", str(free_port())]
    words += ["--port", "0", "--http-port", "0"]
    call = [sys.executable, "-m", "huiguan", "up", "--data", str(tmp_path), *words]
    with subprocess.Popen(call, stderr=subprocess.PIPE) as process:
        assert process.stderr
        said = b""
        begun = time.monotonic()
        while b"open: http" not in said:
            said += process.stderr.readline()
            assert time.monotonic() - begun < WAIT_SECONDS
        assert b"programs ask at" not in said
        where = address(tmp_path)
        wait_until(lambda: 'data-contract="cu2610"' in read(tmp_path))
        status = subprocess.run(
            [sys.executable, "-m", "huiguan", "status", "--data", str(tmp_path)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert where in status.stdout
        office = child_of(process.pid, "office")
        (tmp_path / OFFICE_NAME).unlink()
        os.kill(office, signal.SIGKILL)
        wait_until((tmp_path / OFFICE_NAME).exists)
        assert address(tmp_path) == where
        assert child_of(process.pid, "office") != office
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(WAIT_SECONDS) == 0
    assert b"the office stopped; it is started again" in rest
    assert b"Traceback" not in said + rest
    assert not (tmp_path / OFFICE_NAME).exists()


def free_port() -> int:
    """Return a port that nobody listens at now."""
    import socket  # noqa: PLC0415

    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
        return port
