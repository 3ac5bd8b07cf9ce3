"""Pages that move: a running hall seen through a real browser."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import msgspec

from huiguan.office.config.place import OFFICE_NAME, OfficeOpen
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
