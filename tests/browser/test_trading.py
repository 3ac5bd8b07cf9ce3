"""An order by keyboard alone, pressed twice, refused; a key made, withdrawn: in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_four_eyes import fits, sign_in

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.halls import RunningHall

WAYS = [(True, "en", 1440), (False, "zh", 360), (True, "zh", 360), (False, "en", 1440)]


def press_until(page: Any, wanted: str, most: int = 120) -> None:
    """Press Tab until what has the focus fits a selector; a keyboard always shows where it is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{wanted}')"):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(wanted)


def live(hall: RunningHall) -> dict[int, Any]:
    return {one["order_id"]: one for one in hall.get("/v1/orders")["orders"]}


@pytest.mark.parametrize(("script", "lang", "width"), WAYS)
def test_an_order_by_keyboard_alone(
    visit: Open, hall: RunningHall, script: bool, lang: str, width: int
) -> None:
    """Typed, checked, sent, seen in the book, cancelled: no pointer anywhere."""
    before = live(hall)
    page, said = visit("/sign-in", lang, width, script=script)
    press_until(page, "[name=name]")
    page.keyboard.type("trader")
    press_until(page, "[name=password]")
    page.keyboard.type(hall.passwords["trader"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/trade")
    fits(page, width, script=script)
    press_until(page, "[name=contract]")
    page.keyboard.type("cu2612")
    press_until(page, "[name=side]")
    page.keyboard.press("ArrowDown")  # sell
    press_until(page, "[name=price]")
    page.keyboard.type("108000")
    press_until(page, "[name=lots]")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#check")
    fits(page, width, script=script)
    assert "1,080,000.00" in page.inner_text("#check")  # 108,000 x 5 t x 2
    press_until(page, "#check button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/trade/orders/\d+$"))
    page.wait_for_selector(".done")
    fits(page, width, script=script)
    (number,) = live(hall).keys() - before.keys()
    told = live(hall)[number]
    assert (told["contract"], told["side"], told["price"], told["remaining_lots"]) == (
        *("cu2612", "sell", "108000"),
        2,
    )
    press_until(page, 'a[href="/trade"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text={number}")
    press_until(page, f'form[action="/trade/cancel"]:has([value="{number}"]) button')
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text={number}", state="detached")
    assert live(hall).keys() == before.keys()
    assert said == []


@pytest.mark.parametrize("script", [True, False])
def test_sent_twice_it_is_one_order(visit: Open, hall: RunningHall, script: bool) -> None:
    """By a double click, and by a browser that sends the same form once more."""
    before = live(hall)
    page, _ = visit("/sign-in", script=script)
    sign_in(page, "trader", hall.passwords["trader"])
    page.fill("[name=contract]", "cu2612")
    page.fill("[name=price]", "106000")
    page.fill("[name=lots]", "1")
    page.click("#order button")
    fields = page.locator("#check input[type=hidden]").all()
    form = {str(one.get_attribute("name")): one.input_value() for one in fields}
    page.dblclick("#check button")
    page.wait_for_url(re.compile(r"/trade/orders/\d+$"))
    root = page.url.partition("/trade")[0]
    again = page.request.post(root + "/trade", form=form, headers={"Referer": root})
    assert again.url == page.url
    assert len(live(hall)) == len(before) + 1


@pytest.mark.parametrize(("lang", "width"), [("en", 360), ("zh", 1440)])
def test_a_refused_order_says_why(visit: Open, hall: RunningHall, lang: str, width: int) -> None:
    page, said = visit("/sign-in", lang, width)
    sign_in(page, "trader", hall.passwords["trader"])
    root = page.url.rsplit("/", 1)[0]
    page.goto(f"{root}/trade?contract=cu2610&side=buy&offset=open&price=1000&lots=1")
    page.click("#order button")
    page.click("#check button")
    page.wait_for_selector("[role=alert]")
    assert re.search(r"\b3\d\d\d\b", page.inner_text("[role=alert]"))  # 3xxx: the risk checks
    fits(page, width)
    for _ in range(8):  # the first one compiles
        if page.request.get(f"{page.url}?why", timeout=240_000).ok:
            break
    page.click("a[href$='?why']")
    page.wait_for_selector("table.words")
    fits(page, width)
    page.goto(root + "/trade/orders/999999")
    fits(page, width)
    assert [line for line in said if "404" not in line] == []


@pytest.mark.parametrize(("script", "lang", "width"), WAYS)
def test_a_key_is_made_and_withdrawn(
    visit: Open, hall: RunningHall, script: bool, lang: str, width: int
) -> None:
    page, said = visit("/sign-in", lang, width, script=script)
    sign_in(page, "member-clerk", hall.passwords["member-clerk"])
    fits(page, width, script=script)
    root = page.url.rsplit("/", 1)[0]
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/member/\d{12}$"))
    fits(page, width, script=script)
    page.goto(root + "/keys")
    name = f"{lang}-{width}-{script}".lower()
    page.fill("[name=name]", name)
    page.locator("form.sheet button").click()
    token = page.inner_text(".once")
    fits(page, width, script=script)
    assert hall.get("/v1/account", token)["name"].endswith(name)
    page.locator("tbody button").first.click()
    page.wait_for_selector(".once", state="detached")
    assert hall.http("GET", "/v1/account", token).status == 401
    assert said == []
