"""A live day and a day's end in a real browser: two persons halt a product, and let it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_four_eyes import fits, sign_in

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.halls import RunningHall


@pytest.mark.parametrize(
    ("script", "lang", "width"),
    [(True, "en", 1440), (False, "zh", 360), (True, "zh", 360), (False, "en", 1440)],
)
def test_two_persons_halt_a_product(
    visit: Open, hall: RunningHall, script: bool, lang: str, width: int
) -> None:
    clerk, said = visit("/sign-in", lang, width, script=script)
    sign_in(clerk, "clearing-clerk", hall.passwords["clearing-clerk"])
    root = clerk.url.rsplit("/", 1)[0]
    supervisor, _ = visit("/sign-in", lang, width, script=script)
    sign_in(supervisor, "supervisor", hall.passwords["supervisor"])

    def measure(what: str) -> None:
        clerk.goto(root + "/live-day")
        fits(clerk, width, script=script)
        clerk.select_option("[name=m0-do]", what)
        clerk.fill("[name=m0-name]", "au")
        clerk.fill("[name=m0-why]", "an odd price")
        clerk.locator("form.sheet:has([name=m0-do]) button").click()
        supervisor.goto(clerk.url)
        supervisor.locator("form.sheet button").first.click()
        supervisor.wait_for_selector(".done")
        fits(supervisor, width, script=script)

    measure("halt trading")
    halted: Any = hall.ask("read switches")["halted"]
    assert halted
    assert all(name.startswith("au") for name in halted)
    measure("resume trading")
    assert hall.ask("read switches")["halted"] == []
    assert said == []


@pytest.mark.parametrize(("script", "lang", "width"), [(True, "en", 1440), (False, "zh", 360)])
def test_a_circular_is_drafted_and_issued(
    visit: Open, hall: RunningHall, script: bool, lang: str, width: int
) -> None:
    """The office's own process runs the shadow and writes the books."""
    clerk, said = visit("/sign-in", lang, width, script=script)
    sign_in(clerk, "clearing-clerk", hall.passwords["clearing-clerk"])
    root = clerk.url.rsplit("/", 1)[0]
    clerk.goto(root + "/rule-desk?kind=0")
    fits(clerk, width, script=script)
    given = {
        "product": "cu", "from_day": "2026-08-25" if script else "2026-08-26", "limit": "12%",
        "hedge": "13%", "general": "14%", "title": f"Copper {lang}", "chinese": f"铜 {lang}",
    }  # fmt: skip
    for name, value in given.items():
        clerk.fill(f"[name=c0-{name}]", value)
    clerk.locator("form.sheet button").first.click()
    draft = clerk.url
    clerk.wait_for_selector("[name=why]", timeout=60_000)  # the page asks again by itself
    fits(clerk, width, script=script)
    clerk.fill("[name=why]", "copper moves far")
    clerk.locator("form.sheet button").first.click()
    supervisor, _ = visit("/sign-in", lang, width, script=script)
    sign_in(supervisor, "supervisor", hall.passwords["supervisor"])
    supervisor.goto(clerk.url)
    supervisor.locator("form.sheet button").first.click()
    supervisor.wait_for_selector(".done")
    supervisor.goto(draft)
    fits(supervisor, width, script=script)
    guest, _ = visit("/circulars", lang, width, script=script)
    assert f"Copper {lang}" in guest.inner_text("main")
    fits(guest, width, script=script)
    assert said == []
