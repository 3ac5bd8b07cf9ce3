"""A statement of a bank to the floor and back, in a real browser beside a real market."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_four_eyes import fits, sign_in
from tests.live.test_incidents import wait_until

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.halls import RunningHall

HEAD = "account,date,amount,words,bank reference\n"


def rows_of(page: Any) -> list[str]:
    """Return the rows of the tables on a page."""
    found: list[str] = page.locator("main tbody tr").all_inner_texts()
    return found


def first_code(page: Any, root: str) -> tuple[str, str, str]:
    """Return a book of clients, the number of its bank account, and a trading code with money."""
    page.goto(f"{root}/ledger")
    page.locator("main tbody a", has_text=re.compile("clients|客户")).first.click()
    heading = page.inner_text("h1")
    book, number = heading.split()[0], heading.split()[-1]
    codes = page.locator("main tbody th a").all_inner_texts()
    return book, number, next(code for code in codes if re.fullmatch(r"\d{12}", code))


@pytest.mark.parametrize(
    ("script", "lang", "width"), [(True, "en", 1440), (False, "zh", 360), (True, "zh", 360)]
)
def test_a_statement_reaches_the_floor(
    visit: Open, hall: RunningHall, script: bool, lang: str, width: int
) -> None:
    passwords, own = hall.passwords, f"{lang}{width}{script}"
    clerk, said = visit("/sign-in", lang, width, script=script)
    sign_in(clerk, "clearing-clerk", passwords["clearing-clerk"])
    root = clerk.url.rsplit("/", 1)[0]
    clerk.goto(f"{root}/ledger?lang={lang}")  # a sign-in speaks the language of the account
    wait_until(lambda: clerk.goto(f"{root}/ledger") and bool(rows_of(clerk)))
    fits(clerk, width, script=script)
    _, number, code = first_code(clerk, root)
    fits(clerk, width, script=script)
    rows = f"{number},2026-08-21,1234.56,for {code},{own}1\n{number},2026-08-21,7.00,hm,{own}2\n"
    clerk.goto(f"{root}/ledger/bank")
    fits(clerk, width, script=script)
    file = {"name": "statement.csv", "mimeType": "text/csv", "buffer": (HEAD + rows).encode()}
    clerk.set_input_files("[name=file]", file)
    clerk.click("main form.sheet button")
    assert re.search(r"/ledger/bank/\d+$", clerk.url)
    fits(clerk, width, script=script)
    clerk.click("main form.sheet button")
    place = clerk.url
    fits(clerk, width, script=script)
    settled = {"en": "has crossed", "zh": "已划转"}[lang]
    wait_until(lambda: clerk.goto(place) and settled in rows_of(clerk)[0])
    clerk.locator("main tbody th a").nth(1).click()
    fits(clerk, width, script=script)
    clerk.fill("[name=to]", code)
    clerk.fill("[name=why]", "phoned")
    clerk.locator("form.sheet button").last.click()
    proposal = clerk.url
    assert "/proposals/" in proposal

    checker, _ = visit("/sign-in", lang, width, script=script)
    sign_in(checker, "supervisor", passwords["supervisor"])
    checker.goto(proposal)
    fits(checker, width, script=script)
    checker.locator("form.sheet button").first.click()
    wait_until(lambda: clerk.goto(place) and all(settled in row for row in rows_of(clerk)))

    clerk.goto(f"{root}/ledger/proof")
    clerk.click("main form.sheet button")
    clerk.wait_for_selector(".done")
    fits(clerk, width, script=script)
    assert clerk.locator(".summary").count() == 0
    line = next(row for row in rows_of(clerk) if row.startswith(code))
    assert line.split()[-1] == "0.00"

    clerk.goto(f"{root}/ledger/collateral")
    fits(clerk, width, script=script)
    figure = {"name": "USD", "value": "7.1", "day": "2026-08-20", "source": "a bulletin"}
    approved(clerk, checker, {**figure, "why": "daily"}, 0)
    clerk.goto(f"{root}/ledger/collateral")
    fits(clerk, width, script=script)
    clerk.locator("main tbody th a").first.click()
    fits(clerk, width, script=script)
    pool = clerk.url
    clerk.locator("main select").first.select_option("currency")
    approved(clerk, checker, {"name": "USD", "quantity": "100.00", "why": "lodged"}, 0)
    clerk.goto(pool)
    fits(clerk, width, script=script)
    assert "7.1" in rows_of(clerk)[0]
    assert said == []


def approved(clerk: Any, checker: Any, given: dict[str, str], place: int) -> None:
    """Let a clerk fill the form at a place and a supervisor approve what it proposes."""
    form = clerk.locator("main form.sheet").nth(place)
    for name, value in given.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button").click()
    assert "/proposals/" in clerk.url
    checker.goto(clerk.url)
    checker.locator("form.sheet button").first.click()
    checker.wait_for_selector(".done")
    assert checker.locator(".done").count() == 1
