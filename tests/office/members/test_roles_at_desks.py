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
    "/bindings": (Action.SEE_BINDINGS, Right.SEE),
    "/bindings/5": (Action.SEE_BINDINGS, Right.SEE),
    "/bindings/999": (Action.SEE_BINDINGS, Right.SEE),
}
NOT_THERE = ("/trade/orders/999", "20200101", "20200101.txt", "/bindings/999")
BINDING = {"member": "", "codes": "", "why": "leaves"}


@pytest.mark.parametrize("role", Role)
def test_pages_open_for_those_alone(office: Office, role: Role) -> None:
    browser = office.browser("" if role is Role.GUEST else role.replace(" ", "-"))
    for path, (action, right) in PAGES.items():
        answer = browser.get(path)
        if role is Role.GUEST:
            assert answer.headers["Location"].startswith("/sign-in?next=")
        elif right in CELLS[role, action]:
            assert answer.status_code == (404 if path.endswith(NOT_THERE) else 200), path
        else:
            assert answer.status_code == 403
            assert "This page is for:" in text(answer)


@pytest.mark.parametrize("role", GIVEN)
def test_forms_change_nothing_for_the_others(
    office: Office, hall: RunningHall, order: dict[str, Any], role: Role
) -> None:
    from huiguan.office.members.models import DoorKey, SentOrder
    from huiguan.office.people.models import Proposal

    browser = office.browser(role.replace(" ", "-"))
    before = hall.get("/v1/orders?all=1")["orders"]
    browser.post("/trade", {**order, "do": "place", "form": "0" * 32})
    browser.post("/trade/cancel", {"order_id": 1 << 24})
    browser.post("/keys", {"do": "make", "name": "x", "rights": "read"})
    browser.post(f"/bindings/{office['trader'].pk}", BINDING)
    trades = Right.DO in CELLS[role, Action.TRADE]
    keeps = Right.DO in CELLS[role, Action.KEEP_KEYS]
    binds = Right.MAKE in CELLS[role, Action.BIND_USER]
    assert SentOrder.objects.count() == trades
    assert len(hall.get("/v1/orders?all=1")["orders"]) == len(before) + trades
    assert DoorKey.objects.filter(holder="").count() == keeps
    assert Proposal.objects.count() == binds


@pytest.mark.parametrize("role", GIVEN)
def test_a_binding_is_decided_by_those_alone(office: Office, role: Role) -> None:
    from huiguan.foundation.faults import InputFault
    from huiguan.office.people import proposals

    office.second_administrator()
    trader = office["trader"]
    made = proposals.propose(
        maker=office["second"], action=Action.BIND_USER, subject=trader, after=BINDING, why="x"
    )
    user, decided = office[role.replace(" ", "-")], True
    try:
        proposals.decline(checker=user, number=made.pk, why="no")
    except InputFault:
        decided = False
    assert decided == (Right.CHECK in CELLS[role, Action.BIND_USER])


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


@pytest.mark.parametrize(
    ("who", "path"),
    [("trader", "/trade"), ("trader", "/trade/orders"), ("trader", "/trade/orders/1?why"),
     ("trader", "/trade/statement"), ("member-clerk", "/member"), ("member-clerk", "/keys"),
     ("administrator", "/bindings"), ("administrator", "/bindings/5")],
)  # fmt: skip
def test_every_page_is_whole_in_chinese(
    office: Office, order: dict[str, Any], who: str, path: str
) -> None:
    """Letters are left in names of users and contracts and the house's name."""
    trader = office.browser("trader", "zh")
    trader.post("/trade", {**order, "price": "10", "do": "place", "form": "cd" * 16})
    trader.post("/trade", {**order, "do": "place", "form": "ef" * 16})
    clerk = office.browser("member-clerk", "zh")
    clerk.post("/keys", {"do": "make", "name": "x", "rights": "read"})
    answer = office.browser(who, "zh").get(path)
    assert answer.status_code == 200
    page = answer.content.decode().split("<body", 1)[1].split(">", 1)[1]
    page = re.sub(r'<a class="language".*?</a>|<span[^>]* lang="en">.*?</span>', "", page)
    if path == "/keys":  # what a key is called is what somebody typed
        page = re.sub(r'<th scope="row">.*?</th>', "", page)
    left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", page)))
    names = {part for name in (*office.passwords, "Huiguan", "CNY") for part in name.split("-")}
    assert left <= names, left - names
