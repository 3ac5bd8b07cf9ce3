"""Sign in, propose, let another person approve: in a real browser, with and without script."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.browser.test_pages import findings

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.halls import RunningHall

GOOD = "quiet harbour 1908"


def sign_in(page: Any, name: str, password: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("main button")
    page.wait_for_selector(".desk")


def fits(page: Any, width: int, *, script: bool = True) -> None:
    """No finding of axe (which is a script), nothing beyond the edge of the window."""
    page.wait_for_selector("main")
    if script:
        assert findings(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("script", "lang", "width"),
    [(True, "en", 1440), (False, "en", 360), (True, "zh", 360), (False, "zh", 1440)],
)
def test_two_persons_make_a_third(
    visit: Open, hall: RunningHall, script: bool, lang: str, width: int
) -> None:
    passwords = hall.passwords
    name = f"wang-{lang}-{width}"
    maker, _ = visit("/users/new", lang, width, script=script)
    fits(maker, width, script=script)
    sign_in(maker, "administrator", passwords["administrator"])
    maker.fill("[name=name]", name)
    maker.check("[value=trader]")
    maker.fill("[name=why]", "joins on Monday")
    fits(maker, width, script=script)
    maker.click("main form.sheet button")
    assert re.search(r"/proposals/\d+$", maker.url)
    fits(maker, width, script=script)
    assert maker.locator("form.sheet").count() == 0

    checker, said = visit("/sign-in", lang, width, script=script)
    sign_in(checker, "supervisor", passwords["supervisor"])
    checker.goto(maker.url)
    fits(checker, width, script=script)
    checker.locator("form.sheet button").first.click()
    password = checker.inner_text(".once")
    fits(checker, width, script=script)

    third, _ = visit("/sign-in", lang, width, script=script)
    sign_in(third, name, password)
    third.fill("[name=old]", password)
    third.fill("[name=new]", GOOD)
    third.fill("[name=again]", GOOD)
    fits(third, width, script=script)
    third.locator("form.sheet button").first.click()
    assert third.url.endswith("/account?changed")
    assert name in third.inner_text("header")
    assert said == []


def test_who_signed_out_reads_no_more(visit: Open, hall: RunningHall) -> None:
    page, _ = visit("/sign-in")
    sign_in(page, "auditor", hall.passwords["auditor"])
    root = page.url.rsplit("/", 1)[0]
    page.goto(root + "/record")
    assert page.url == root + "/record"
    page.click(".desk button")
    page.goto(root + "/record")
    assert "/sign-in" in page.url


@pytest.mark.parametrize(("script", "width", "name"), [
    (True, 360, "building-manager"), (False, 1440, "housing-officer"),
])  # fmt: skip
def test_a_code_beside_the_password(
    visit: Open, hall: RunningHall, script: bool, width: int, name: str
) -> None:
    """Begun at the account with one code; the next sign-in takes another one."""
    page, said = visit("/account", "zh", width, script=script)
    sign_in(page, name, hall.passwords[name])
    app = pyotp.TOTP(page.inner_text(".once").replace(" ", ""))
    page.fill("[name=code]", app.at(int(time.time()), counter_offset=-1))  # noqa: TID251  as an app does
    page.locator("form:has([name=code]) button").click()
    page.wait_for_selector("[name=own]")
    fits(page, width, script=script)
    page.click(".desk button")
    page.goto(page.url.rsplit("/", 1)[0] + "/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", hall.passwords[name])
    page.click("main button")
    page.wait_for_selector("[name=code]")
    fits(page, width, script=script)
    page.fill("[name=code]", "000000")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    fits(page, width, script=script)
    page.fill("[name=code]", app.now())
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk")
    assert [line for line in said if "422" not in line] == []
