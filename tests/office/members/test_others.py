"""Nothing of another member or code is reached by an address or a form, and nothing changes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.office.members.test_keys import own
from tests.office.members.test_trade import number_of, place
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from tests.halls import RunningHall
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow
SAID = "Nothing stands here"


def codes_of_others(image: DayImage) -> tuple[str, str]:
    """Return a code of the trader's own member, and one of another member."""
    own = image.names.trading_codes[-1]
    rest = image.names.trading_codes[:-1]
    same = next(code for code in rest if code.startswith(own[:4]))
    other = next(code for code in rest if not code.startswith(own[:4]))
    return same, other


def live_order(hall: RunningHall, code: str, order: dict[str, Any]) -> int:
    """Let a program of another code place an order; return its number at the market."""
    token = hashlib.sha256(code.encode()).hexdigest()
    hashed = hashlib.sha256(bytes.fromhex(token)).hexdigest()
    hall.ask("make key", name=f"of {code}", token_hash=hashed, member=code[:4], codes=[code])
    body = {**order, "trading_code": code, "lots": 1}
    answer = hall.http("POST", "/v1/orders", f"hg_{token}", msgspec.json.encode(body))
    assert answer.status == 200, answer
    number: int = answer.json["replies"][0]["order_id"]
    return number


def stands(hall: RunningHall, code: str, number: int) -> bool:
    """Return whether an order is in the book, as its own program sees it."""
    token = f"hg_{hashlib.sha256(code.encode()).hexdigest()}"
    live = hall.get("/v1/orders", token)["orders"]
    return number in [one["order_id"] for one in live]


def test_a_trader_reaches_nobody_elses_code(
    office: Office, hall: RunningHall, image: DayImage, order: dict[str, Any]
) -> None:
    from huiguan.office.members.models import SentOrder

    browser = office.browser("trader")
    form = number_of(browser.post("/trade", {**order, "do": "check"}))
    lines = hall.ask("status")["sequence"]
    for code in (*codes_of_others(image), "999999999999", "' OR 1=1"):
        for path in ("/trade", "/trade/statement"):
            name = "code" if path.endswith("statement") else "trading_code"
            answer = browser.get(path, {name: code})
            assert (answer.status_code, SAID in text(answer)) == (404, True), (path, code)
        for do in ("check", "place"):
            answer = browser.post("/trade", {**order, "trading_code": code, "do": do, "form": form})
            assert (answer.status_code, SAID in text(answer)) == (404, True), (do, code)
    assert not SentOrder.objects.exists()
    assert hall.ask("status")["sequence"] == lines


def test_a_trader_cancels_nobody_elses_order(
    office: Office, hall: RunningHall, image: DayImage, order: dict[str, Any]
) -> None:
    """Of another member, and of another code of the same member: the market itself says no."""
    browser = office.browser("trader")
    for code in codes_of_others(image):
        number = live_order(hall, code, order)
        answer = browser.post("/trade/cancel", {"order_id": number})
        assert answer.status_code == 404
        assert "The order was not cancelled. refusal 4001" in text(answer)
        assert stands(hall, code, number)
    for nonsense in ("", "0", "-1", "9" * 30, "x"):
        assert browser.post("/trade/cancel", {"order_id": nonsense}).status_code == 404


def test_what_a_form_sent_is_its_senders_alone(
    office: Office, image: DayImage, order: dict[str, Any]
) -> None:
    """Even of two traders of one code: a number in the address opens no other's page."""
    from huiguan.office.members.bindings import bind
    from huiguan.office.people.users import make

    made = make(name="wang", roles=["trader"], language="en", must_change=False)
    del made
    code = image.names.trading_codes[-1]
    bind(user=office["wang"], member=code[:4], codes=[code])
    page = place(office.browser("trader"), order)
    address = page.request["PATH_INFO"]
    assert office.browser("trader").get(address).status_code == 200
    for who in ("wang", "member-clerk", "auditor", "administrator"):
        assert office.browser(who).get(address).status_code in (403, 404)
    form = number_of(office.browser("wang").post("/trade", {**order, "do": "check"}))
    assert form


def test_a_clerk_reaches_no_other_member(office: Office, image: DayImage) -> None:
    from huiguan.office.members.bindings import bind
    from huiguan.office.members.models import DoorKey
    from huiguan.office.people.users import make

    same, other = codes_of_others(image)
    browser = office.browser("member-clerk")
    assert browser.get(f"/member/{same}").status_code == 200
    for code in (other, "999999999999", same[:4] + "99999999"):
        answer = browser.get(f"/member/{code}")
        assert (answer.status_code, SAID in text(answer)) == (404, True), code
    assert other not in text(browser.get("/member"))
    make(name="li", roles=["member clerk"], language="en", must_change=False)
    bind(user=office["li"], member=other[:4], codes=[])
    made_key = {"do": "make", "name": own(office, "feed"), "rights": "read"}
    office.browser("li").post("/keys", made_key)
    key = DoorKey.objects.get(holder="")
    answer = browser.post("/keys", {"do": "withdraw", "key": key.pk})
    assert (answer.status_code, SAID in text(answer)) == (404, True)
    key.refresh_from_db()
    assert key.withdrawn_at is None
    assert "feed" not in text(browser.get("/keys"))
    theirs = {"do": "make", "name": "x", "rights": "trade", "codes": other}
    answer = browser.post("/keys", theirs)
    assert answer.status_code == 422
    assert "is no trading code of member" in text(answer)
    assert DoorKey.objects.filter(holder="").count() == 1


def test_the_floor_holds_the_desks_keys_to_their_codes(office: Office, image: DayImage) -> None:
    """Should a page ever ask for another's code, the market does not answer it."""
    from huiguan.office.members import door, keys, selectors

    binding = selectors.binding_of(office["trader"])
    assert binding
    same, other = codes_of_others(image)
    trader, clerk = keys.trader_key(binding), keys.member_key(binding.member)
    for token, codes in ((trader, (same, other)), (clerk, (other,))):
        for path in ("/v1/funds", "/v1/positions", "/v1/orders", "/v1/trades"):
            for code in codes:
                with pytest.raises(door.NotYours):
                    door.ask(token, path, code=code)
    assert door.send(clerk, "POST", "/v1/orders", {}).status == 403
