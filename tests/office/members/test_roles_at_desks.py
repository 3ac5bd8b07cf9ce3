"""Every role at every page and form of traders, clerks and bindings; pages without a market."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.office.people.roles import GIVEN, Action, Right, Role
from tests.office.test_people_pages import text
from tests.office.test_roles import CELLS

if TYPE_CHECKING:
    from tests.halls import RunningHall
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow
PAGES = {
    "/trade": (Action.TRADE, Right.DO),
    "/trade/orders": (Action.TRADE, Right.DO),
    "/trade/orders/999": (Action.TRADE, Right.DO),
    "/trade/statement": (Action.TRADE, Right.DO),
    "/trade/statement/20200101": (Action.TRADE, Right.DO),
    "/trade/statement/20200101.txt": (Action.TRADE, Right.DO),
    "/member": (Action.SEE_MEMBER, Right.SEE),
    "/member/000190000001": (Action.SEE_MEMBER, Right.SEE),
    "/keys": (Action.KEEP_KEYS, Right.DO),
    "/own-register": (Action.SEE_MEMBER, Right.SEE),
    **dict.fromkeys(
        (f"/own-register/{name}" for name in ("seats", "groups", "programmes", "quotas.csv")),
        (Action.SEE_MEMBER, Right.SEE),
    ),
    "/own-register/members": (Action.SEE_MEMBER, Right.SEE),
    **dict.fromkeys(
        ("/register", "/register/codes", "/register/quotas", "/register/groups.csv"),
        (Action.SEE_REGISTER, Right.SEE),
    ),
    "/bindings": (Action.SEE_BINDINGS, Right.SEE),
    "/bindings/5": (Action.SEE_BINDINGS, Right.SEE),
    "/bindings/999": (Action.SEE_BINDINGS, Right.SEE),
}
NOT_THERE = (
    "/trade/orders/999",
    "20200101",
    "20200101.txt",
    "/bindings/999",
    "/own-register/members",
)
TRIES = 8  # the first explanation in a hall is compiled
BINDING = {"member": "", "codes": "", "why": "leaves"}


def loaded(browser: Any, path: str) -> Any:
    """Return a page; one that says it asks again by itself is asked for again."""
    for _ in range(TRIES):
        answer = browser.get(path)
        if "Refresh" not in answer.headers:
            break
    return answer


def test_pages_open_for_those_alone(office: Office) -> None:
    wrong = []
    for role in Role:
        browser = office.browser("" if role is Role.GUEST else role.replace(" ", "-"))
        for path, (action, right) in PAGES.items():
            answer = loaded(browser, path)
            if role is Role.GUEST:
                good = answer.headers["Location"].startswith("/sign-in?next=")
            elif right in CELLS[role, action]:
                good = answer.status_code == (404 if path.endswith(NOT_THERE) else 200)
            else:
                good = answer.status_code == 403 and "This page is for:" in text(answer)
            if not good:
                wrong.append((role, path, answer.status_code))
    assert not wrong


def test_forms_change_nothing_for_the_others(
    office: Office, hall: RunningHall, order: dict[str, Any]
) -> None:
    from huiguan.office.members.models import DoorKey, SentOrder
    from huiguan.office.people.models import Proposal

    def counts() -> tuple[int, int, int, int]:
        live = hall.get("/v1/orders?all=1")["orders"]
        keys = DoorKey.objects.filter(holder="")
        return SentOrder.objects.count(), len(live), keys.count(), Proposal.objects.count()

    wrong, before = [], counts()
    for role in GIVEN:
        browser = office.browser(role.replace(" ", "-"))
        browser.post("/trade", {**order, "do": "place", "form": "0" * 32})
        browser.post("/trade/cancel", {"order_id": 1 << 24})
        browser.post("/keys", {"do": "make", "name": "x", "rights": "read"})
        browser.post(f"/bindings/{office['trader'].pk}", BINDING)
        now = counts()
        done = tuple(after - was for after, was in zip(now, before, strict=True))
        before = now
        trades = Right.DO in CELLS[role, Action.TRADE]
        keeps = Right.DO in CELLS[role, Action.KEEP_KEYS]
        binds = Right.MAKE in CELLS[role, Action.BIND_USER]
        if done != (trades, trades, keeps, binds):
            wrong.append((role, done))
    assert not wrong


def test_a_binding_is_decided_by_those_alone(office: Office) -> None:
    from huiguan.foundation.faults import InputFault
    from huiguan.office.people import proposals

    office.second_administrator()
    wrong = []
    for role in GIVEN:
        # nobody decides about themselves: a trader is asked about the clerk's binding
        subject = office["member-clerk" if role is Role.TRADER else "trader"]
        made = proposals.propose(
            maker=office["second"], action=Action.BIND_USER, subject=subject, after=BINDING, why="x"
        )
        user, decided = office[role.replace(" ", "-")], True
        try:
            proposals.decline(checker=user, number=made.pk, why="no")
        except InputFault:
            decided = False
        if decided != (Right.CHECK in CELLS[role, Action.BIND_USER]):
            wrong.append((role, decided))
    assert not wrong


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_say_so_where_there_is_no_market(office: Office, lang: str) -> None:
    from huiguan.office.display.here import shown

    follower = shown().follower
    nowhere = follower.places.days / "none"
    follower.places = type(follower.places)(
        days=follower.places.days, feed=nowhere, operator=nowhere, http_door=nowhere
    )
    follower.day, follower.is_connected = None, False
    for who, paths in (
        ("trader", ("/trade", "/trade/orders")),
        ("member-clerk", ("/member", "/member/000190000001")),
    ):
        for path in paths:
            answer = office.browser(who, lang).get(path)
            assert answer.status_code == 503
            assert answer.headers["Refresh"] == "3"
            assert {"en": "The market is not ready", "zh": "市场尚未就绪"}[lang] in text(answer)
    assert office.browser("trader", lang).get("/trade/statement").status_code == 200
    assert office.browser("member-clerk", lang).get("/keys").status_code == 200


def test_an_order_without_a_market_is_not_placed_and_says_so(
    office: Office, order: dict[str, Any]
) -> None:
    from huiguan.office.display.here import shown

    follower = shown().follower
    nowhere = follower.places.days / "none"
    follower.places = type(follower.places)(
        days=follower.places.days, feed=nowhere, operator=nowhere, http_door=nowhere
    )
    browser = office.browser("trader")
    sent = browser.post("/trade", {**order, "do": "place", "form": "ab" * 16})
    page = browser.get(sent.headers["Location"])
    assert page.status_code == 200
    assert "The order was not placed. the market is not ready" in text(page)
    assert "/trade?trading_code=" in page.content.decode()


IN_CHINESE = (
    *(("trader", path) for path in ("/trade", "/trade/orders", "/trade/orders/1?why")),
    ("trader", "/trade/statement"),
    *(("member-clerk", path) for path in ("/member", "/keys")),
    *(("administrator", path) for path in ("/bindings", "/bindings/5")),
)


def test_every_page_is_whole_in_chinese(office: Office, order: dict[str, Any]) -> None:
    """Letters are left in names of users and contracts and the house's name."""
    trader = office.browser("trader", "zh")
    trader.post("/trade", {**order, "price": "10", "do": "place", "form": "cd" * 16})
    trader.post("/trade", {**order, "do": "place", "form": "ef" * 16})
    clerk = office.browser("member-clerk", "zh")
    clerk.post("/keys", {"do": "make", "name": "x", "rights": "read"})
    names = {part for name in (*office.passwords, "Huiguan", "CNY") for part in name.split("-")}
    wrong = []
    for who, path in IN_CHINESE:
        answer = loaded(office.browser(who, "zh"), path)
        left = letters_left(answer.content.decode(), path) - names
        if answer.status_code != 200 or left:
            wrong.append((path, answer.status_code, left))
    assert not wrong


def letters_left(page: str, path: str) -> set[str]:
    """Return the words of Latin letters that a reader sees on a page."""
    page = page.split("<body", 1)[1].split(">", 1)[1]
    page = re.sub(r'<a class="language".*?</a>|<span[^>]* lang="en">.*?</span>', "", page)
    if path == "/keys":  # what a key is called is what somebody typed
        page = re.sub(r'<th scope="row">.*?</th>', "", page)
    return set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", page)))
