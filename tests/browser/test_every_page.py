"""Every page of the office, found by its links as each role, in a real browser and to its edge."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

import django
import pytest
from django.urls import get_resolver

from huiguan.office.config.place import OFFICE_NAME
from tests.browser.test_four_eyes import sign_in
from tests.browser.test_pages import WIDTHS, findings
from tests.browser.two_persons import TwoPersons, trade
from tests.halls import RunningHall, running_hall
from tests.spoken import left_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Open, OpenPage

GUEST = ""
WAYS = (  # language, first width, script; each is also drawn at the other width
    ("zh", 360, True),
    ("en", 1440, True),
    ("en", 360, False),
)
PREFERENCES = (("lang",), ("theme",), ("colours",))
KINDS = ("name", "what", "kind", "form", "csv")  # parts of an address that make another page
BOOK, CODE = "0001/clients", "000190000001"  # of the trader
NAMED = {  # on pages with real data, in both languages
    *("house", "clients"),  # pools, as a form wants them
    *("PDF", "CTP", "csv", "pain"),  # formats and a file's name
    *("INE", "FEES", "max"),  # an exchange, a source by its name, arithmetic
    *("huiguan", "explain"),  # a command
    "group",  # as a demo venue names its control groups
}
UNLINKED = {GUEST: ("/nowhere",), "auditor": ("/users/new", "/record?check")}  # 404, 403, a button
NEVER_LED_TO = {
    r"^(?P<kind>chart|depth)/(?P<code>[a-z]{1,8}[0-9]{4})$": "a script draws anew with it",
    r"^bars/(?P<code>[a-z]{1,8}[0-9]{4})$": "a script draws candles from it",
    "sign-out": "a button",
    "trade/cancel": "a button",
    "sign-in/code": "after a password alone: test_a_code_beside_the_password",
}
FORMS = """() => [...document.forms].filter((form) => {
    const ways = [...form.elements].filter((one) => one.type === "submit" && !one.disabled);
    return !ways.some((one) => {
        one.closest("details")?.setAttribute("open", "");  // its summary takes the keyboard
        one.focus();
        return one.tabIndex >= 0 && one.innerText.trim() && document.activeElement === one
            && one.getClientRects().length;
    });
}).map((form) => form.outerHTML.slice(0, 120))"""


class Reading(HTMLParser):
    """The links of a page, and what it is made of, whatever its rows say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.parts: set[tuple[str, ...]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where a link leads, and a tag with its class and the name of its field."""
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        name = re.sub(r"\d+", "0", found.get("name", ""))
        self.parts.add((tag, found.get("class", ""), name))


class Kind(NamedTuple):
    """What is one page, whichever day, contract or number it shows."""

    pattern: str
    parts: tuple[str, ...]
    asked: tuple[str, ...]


def kind_of(path: str) -> Kind | None:
    """Return which page an address is, or nothing for a file or another host."""
    place = urlsplit(path)
    for pattern in get_resolver().url_patterns:
        if found := pattern.pattern.match(place.path.removeprefix("/")):
            text = str(pattern.pattern)
            parts = tuple(str(found[2][one]) for one in KINDS if found[2].get(one))
            asked = sorted(
                name + (value if name in KINDS else "")
                for name, value in parse_qsl(place.query, keep_blank_values=True)
            )
            return Kind(text, parts, tuple(asked))
    return None


class Sweep:
    """What was opened, and what is wrong with it."""

    def __init__(self, visit: Open, two: TwoPersons) -> None:
        self.visit, self.root, self.passwords = visit, two.root, two.hall.passwords
        self.own = NAMED | {part for name in self.passwords for part in name.split("-")}
        self.met: set[str] = set()
        self.shapes: set[tuple[Kind, frozenset[tuple[str, ...]]]] = set()
        self.wrong: list[str] = []

    def role(self, name: str) -> None:
        """Sign somebody in once, follow the links, and look at what nobody has looked at yet."""
        first, _ = self.visit("/sign-in" if name else "/", script=False)
        if name:
            sign_in(first, name, self.passwords[name])
        found = self.follow(name, first)
        state = first.context.storage_state()
        for lang, width, script in WAYS if found else ():
            more = {"script": script, "storage_state": state}
            opened = self.visit("/glossary" if name else "/", lang, width, **more)
            opened.page.goto(f"{self.root}/?lang={lang}")
            for place, path in enumerate(found):
                opened.page.goto(self.root + path)
                axe = script and lang == ("zh", "en")[place % 2]  # axe takes most of the time
                told = [one for one in self.look(opened, lang, axe=axe) if one]
                if script and "/glossary" not in path:  # a word list in both
                    left = left_of(opened.page.content(), lang, self.own)
                    told += [f"says {left}"] if left else []
                self.wrong += [f"{name} {path} {lang} {width} {script}: {one}" for one in told]
            opened.page.context.close()

    def follow(self, role: str, page: Any) -> list[str]:
        """Ask for every page that the links of a role lead to; return those to be looked at."""
        known, new = set[Kind](), list[str](UNLINKED.get(role, ()))
        waiting = [page.url.removeprefix(self.root), "/"]
        for path in waiting:
            kind = kind_of(path)
            if kind is None or kind in known or kind.asked in PREFERENCES:
                continue
            known.add(kind)
            self.met.add(kind.pattern)
            answer = page.request.get(self.root + path, timeout=240_000)
            if answer.status != 200:
                self.wrong.append(f"{role} {path}: {answer.status}")
            if "text/html" not in answer.headers["content-type"]:
                continue
            found = Reading(answer.text())
            if (shape := (kind, frozenset(found.parts))) not in self.shapes:
                self.shapes.add(shape)
                new.append(path)
            waiting += [urljoin(path, link.partition("#")[0]) for link in found.links]
        return new

    def look(self, opened: OpenPage, lang: str, *, axe: bool) -> Iterator[Any]:
        """Look at a page by axe, at both widths, and at its forms; say what is wrong."""
        page, said = opened
        yield axe and findings(page)
        yield page.get_attribute("html", "lang") != {"en": "en", "zh": "zh-Hans"}[lang] and "lang"
        yield page.evaluate(FORMS)
        first = page.evaluate("innerWidth")
        for width in (first, *set(WIDTHS) - {first}):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            yield wide > width and f"{wide} px wide of {width}"
        page.set_viewport_size({"width": first, "height": 900})
        yield [line for line in said if "404" not in line and "403" not in line]
        said.clear()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningHall]:
    """Run copper and gold with their days turned by hand."""
    with running_hall(tmp_path / "hall", products="cu,au", days="hand") as found:
        found.make_people()
        found.start("office", OFFICE_NAME)
        found.open()
        yield found


def fill(two: TwoPersons, visit: Open) -> None:
    """Let something lie on every desk: money, papers, measures, a day that is over."""
    two.begin()
    trade(two.hall, "107000")
    number, account = two.account(BOOK, CODE)
    two.pay_in(number, "2026-08-21", "25000.00", f"{CODE}", "1")
    out = {"amount": "5000.00", "payee": "1", "account": "1234", "why": "1"}
    two.agree(account, "", **out)
    two.until(account, "has crossed")
    two.send("/ledger/payments", "Make a file")
    figure = {"name": "USD", "value": "7.1", "day": "2026-08-20", "source": "1"}
    two.agree("/ledger/collateral", "", **figure, why="1")
    given = {
        "c0__product": "cu", "c0__from_day": "2026-08-25", "c0__limit": "12%",
        "c0__hedge": "13%", "c0__general": "14%", "c0__title": "1", "c0__chinese": "铜",
    }  # fmt: skip
    two.send("/rule-desk?kind=0", "", **given)
    stop = {"stop__kind": "contract", "stop__name": "cu2612", "stop__why": "1"}
    two.send("/live-day", "Stop it now", **stop)
    two.end_trading()
    two.until("/day-end", "the evening is booked in the ledger done")
    two.turn()
    halt = {"m0__do": "halt trading", "m0__kind": "product", "m0__name": "au", "m0__why": "1"}
    two.send("/live-day", "Halt", **halt)  # waits for a second person
    trade(two.hall, "107000")
    trader, _ = visit("/sign-in", script=False)
    sign_in(trader, "trader", two.hall.passwords["trader"])
    for name, value in {"contract": "cu2612", "price": "106000", "lots": "1"}.items():
        trader.fill(f"[name={name}]", value)
    trader.click("#order button")
    trader.click("#check button")
    trader.request.get(f"{trader.url}?why", timeout=240_000)  # the first one compiles


def test_every_page_is_for_everybody_and_fits(visit: Open, hall: RunningHall) -> None:
    """No finding of axe, no word on the console, nothing over the edge; a button in every form."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiguan.office.config.settings"
    django.setup()  # for the addresses alone
    two = TwoPersons(visit, hall)
    fill(two, visit)
    sweep = Sweep(visit, two)
    for role in (GUEST, *hall.passwords):
        sweep.role(role)
    every = {str(one.pattern) for one in get_resolver().url_patterns}
    assert set(NEVER_LED_TO) == every - sweep.met
    assert len(sweep.shapes) > 100
    assert not sweep.wrong, "\n".join(sweep.wrong)
