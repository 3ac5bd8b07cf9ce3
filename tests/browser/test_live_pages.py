"""Pages that move: a running hall seen through a real browser."""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import websockets

from huiguan.office.config.place import OFFICE_NAME, OfficeOpen
from tests.browser.test_four_eyes import fits, sign_in
from tests.browser.test_trading import live
from tests.live.test_incidents import wait_until
from tests.live.test_office import trade

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.halls import RunningHall

LAST = 'tr[data-contract="cu2610"] [data-cell="last"]'
BIG = '[data-block="cu2610"] [data-cell="last"]'


def test_the_board_moves_by_itself(visit: Open, hall: RunningHall) -> None:
    """A trade shows without a reload, tinted by its direction; chart and depth stand beside it."""
    trade(hall, "107000")
    page, said = visit("/")
    page.evaluate("window.stays = true")
    trade(hall, "107010")
    page.wait_for_selector(f"{LAST}:has-text('107,010')")
    assert "came-up" in (page.get_attribute(LAST, "class") or "")
    assert page.inner_text(BIG) == "107,010"
    trade(hall, "107000")
    page.wait_for_selector(f"{LAST}.came-down:has-text('107,000')")
    assert page.evaluate("window.stays")
    assert said == []


def test_a_contract_page_moves_by_itself(visit: Open, hall: RunningHall) -> None:
    page, said = visit("/contract/cu2610", "zh")
    page.wait_for_selector("html[data-candles=drawn]")
    assert page.locator("[data-candles] canvas").count() >= 2  # prices; volume and open interest
    assert page.locator("[data-depth] svg").count() == 1
    trade(hall, "107020")
    page.wait_for_selector("[data-trades] tr:first-child td:has-text('107,020')")
    assert page.inner_text('[data-cell="sell 1"]') == "107,100"
    assert page.inner_text('[data-cell="buy 1"]') == "106,900"
    trade(hall, "107000")
    page.wait_for_selector("[data-trades] tr:first-child td:has-text('107,000')")
    assert said == []  # nothing that the policy would forbid, either


def test_no_tint_where_no_motion_is_wanted(visit: Open, hall: RunningHall) -> None:
    page, _ = visit("/", reduced_motion="reduce")
    trade(hall, "107010")
    page.wait_for_selector(f"{LAST}:has-text('107,010')")
    ground = f"getComputedStyle(document.querySelector('{LAST}')).backgroundColor"
    assert page.evaluate(ground) == "rgba(0, 0, 0, 0)"
    trade(hall, "107000")
    page.wait_for_selector(f"{LAST}:has-text('107,000')")


def test_the_wall_turns(visit: Open) -> None:
    """Base metals first; precious metals after twelve seconds of the page's own clock."""
    page, said = visit("/?wall", "zh", 1920)
    assert page.is_visible("text=有色金属")
    page.clock.install()
    page.reload()
    assert page.is_visible("text=有色金属")
    page.clock.fast_forward(12_000)
    page.wait_for_selector("text=贵金属")
    assert not page.is_visible("text=有色金属")
    page.clock.fast_forward(12_000)
    page.wait_for_selector("text=有色金属")
    size = page.evaluate(f"parseFloat(getComputedStyle(document.querySelector('{LAST}')).fontSize)")
    assert size >= 2.5 * 14  # the table of a page has 14 px
    assert said == []


def test_an_auction_shows_words_and_no_depth_then_prices(visit: Open, hall: RunningHall) -> None:
    """Gold goes into the day's own auction when the clock is moved there, and out of it again."""
    page, _ = visit("/")
    row = 'tr[data-contract^="au"]'
    hall.ask("clock", to="2026-08-21T08:56")
    page.wait_for_selector(f"{row} td.ph:has-text('call auction until 08:59')")
    assert page.is_hidden(f'{row} [data-cell="change"]')
    assert page.is_visible("[data-withheld]")
    hall.ask("clock", to="2026-08-21T09:01")
    page.wait_for_selector(f"{row} [data-cell='change']", state="visible")
    assert page.is_hidden("[data-withheld]")


def test_a_page_that_is_cut_off_says_so_and_comes_back(visit: Open, hall: RunningHall) -> None:
    page, _ = visit("/")
    page.evaluate("window.stays = true")
    process = hall.processes.pop("office")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    page.wait_for_selector("[role=status]:has-text('This page is cut off since')")
    path = hall.folder / OFFICE_NAME
    port = msgspec.json.decode(path.read_bytes(), type=OfficeOpen).port
    toml = hall.folder / "hall.toml"
    toml.write_text(toml.read_text().replace("office_port = 0", f"office_port = {port}"))
    hall.start("office", OFFICE_NAME)
    page.wait_for_selector("[role=status]:has-text('cut off')", state="hidden")
    trade(hall, "107030")
    page.wait_for_selector(f"{LAST}:has-text('107,030')")
    assert page.evaluate("window.stays")
    trade(hall, "107000")


def told_by(page: Any, query: str) -> Any:
    """Return the first frame of one's own that a socket opened by a page is told."""
    return page.evaluate(
        """(query) => new Promise((found) => {
            const socket = new WebSocket(`ws://${location.host}/live?${query}`);
            socket.onmessage = ({ data }) => {
                const said = JSON.parse(data);
                if ("own" in said) { socket.close(); found(said.own); }
            };
        })""",
        query,
    )


@pytest.mark.parametrize("width", [360, 1440])
def test_a_traders_page_moves_and_nobody_else_is_told(
    visit: Open, hall: RunningHall, width: int
) -> None:
    """An order of a program comes into the table and goes out of it, and its money is free."""
    page, said = visit("/sign-in", "zh", width)
    sign_in(page, "trader", hall.passwords["trader"])
    page.evaluate("window.stays = true")
    order = {"contract": "cu2610", "side": "sell", "price": "116000", "lots": 3}
    before = live(hall)
    hall.http("POST", "/v1/orders", body=msgspec.json.encode(order))
    (number,) = map(str, live(hall).keys() - before.keys())
    row = page.locator(f'[data-part="orders"] tr:has-text("{number}")')
    row.wait_for()
    money = page.inner_text('[data-part="funds"]')
    fits(page, width)
    token = row.locator("[name=csrfmiddlewaretoken]").get_attribute("value")
    assert token == page.locator("#order [name=csrfmiddlewaretoken]").get_attribute("value")
    assert hall.http("DELETE", f"/v1/orders/{number}").status == 200
    row.wait_for(state="detached")
    wait_until(lambda: page.inner_text('[data-part="funds"]') != money)
    assert told_by(page, "lang=zh&own=trade").keys() == {"funds", "orders", "positions"}
    guest, _ = visit("/")
    assert told_by(guest, "lang=zh&own=trade") is None
    clerk, _ = visit("/sign-in", "zh", width)
    sign_in(clerk, "member-clerk", hall.passwords["member-clerk"])
    assert told_by(clerk, "lang=zh&own=trade") is None
    cookies = {str(one.get("name")): one.get("value") for one in page.context.cookies()}
    with ThreadPoolExecutor(1) as other:  # the browser's loop runs in this thread
        told = other.submit(asyncio.run, foreign(page.url, f"session={cookies['session']}"))
        assert told.result() is None
    assert said == []


async def foreign(url: str, cookie: str) -> Any:
    """Return what a page of somebody else is told with a stolen ride on the cookie."""
    address, elsewhere = f"ws://{url.split('/')[2]}/live?own=trade", "http://elsewhere.example"
    head = {"Cookie": cookie}
    async with websockets.connect(address, origin=elsewhere, additional_headers=head) as line:
        while "own" not in (said := msgspec.json.decode(await line.recv())):
            pass
    return said["own"]
