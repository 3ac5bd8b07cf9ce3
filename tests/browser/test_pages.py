"""The public pages in a real browser: whole without script, by keyboard, at night, on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from tests.browser.conftest import Open

PAGES = {
    "/": "cu2610",
    "/?wall": "cu2610",
    "/product/cu": "cu2612",
    "/contract/cu2610": "107,000",
    "/contract/au2612": "au2612",
    "/express": "会馆",
    "/rankings": "会馆",
    "/calendar": "2026-10-15",
    "/glossary": "结算价",
    "/nowhere": "会馆",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
WIDTHS = (360, 1440)


def findings(page: Any) -> str:
    """Return what axe has to say of a page by the rules of WCAG 2.2 AA."""
    found = Axe().run(page, options=OPTIONS)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody_at_night(visit: Open, path: str) -> None:
    page, _ = visit(path, color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 20, 23)"
    assert findings(page) == ""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_without_script(visit: Open, path: str) -> None:
    """The same words stand on it; what the server draws, a library may draw again with script."""

    def words(page: Any) -> str:
        text = page.inner_text("main")
        for drawing in page.locator(".drawing").all():
            text = text.replace(drawing.inner_text(), "", 1)
        return re.sub(r"\s+", " ", text)

    still, _ = visit(path, "zh", script=False)
    moving, _ = visit(path, "zh")
    assert PAGES[path] in still.inner_text("body")
    assert words(still) == words(moving)


def test_a_chart_is_drawn_without_script(visit: Open) -> None:
    page, _ = visit("/contract/cu2610", script=False)
    shape = page.locator("svg.chart g rect").first.bounding_box()
    assert shape
    assert shape["width"] > 2


def test_the_keyboard_alone_reaches_everything(visit: Open) -> None:
    """Tab, Enter: past the navigation, to a sort, to a product, to a contract, and back."""
    page, _ = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href') ?? ''"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if reached[-1] == "/contract/cu2610":
            break
    assert {"/?sort=volume", "/product/cu", "/contract/cu2610"} <= set(reached)
    page.keyboard.press("Enter")
    page.wait_for_url("**/contract/cu2610")
    page.go_back()
    assert page.evaluate("location.pathname") == "/"


def test_a_click_changes_the_language(visit: Open) -> None:
    page, _ = visit("/contract/cu2610", "en")
    page.click("a.language")
    page.wait_for_selector("text=当日规则")
    page.goto(page.url.replace("/contract/cu2610", "/"))
    assert "主力合约" in page.inner_text("main")
    page.click("a.language")
    page.wait_for_selector("text=Main contracts")


def test_paper_is_black_on_white_and_has_no_navigation(visit: Open) -> None:
    page, _ = visit("/", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
