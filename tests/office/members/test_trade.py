"""A trader's pages at a real market: an order from form to book to cancel, refusals, resends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from tests.halls import RunningHall
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow


def number_of(answer: Any) -> str:
    """Return the number of the form that a checked order is sent by."""
    found = re.search(r'name="form" value="([0-9a-f]{32})"', answer.content.decode())
    assert found, text(answer)
    return found[1]


def place(browser: Any, order: dict[str, Any]) -> Any:
    """Check an order, send it, and follow to what became of it."""
    checked = browser.post("/trade", {**order, "do": "check"})
    assert checked.status_code == 200
    sent = browser.post("/trade", {**order, "do": "place", "form": number_of(checked)})
    assert sent.status_code == 303, text(sent)
    return browser.get(sent.headers["Location"])


def test_an_order_from_its_form_to_the_book_and_off_it(
    office: Office, hall: RunningHall, order: dict[str, Any]
) -> None:
    """One lot of copper at 106,000 is worth 106,000 x 5 t = 530,000 yuan."""
    browser = office.browser("trader")
    before = [one["order_id"] for one in hall.get("/v1/orders")["orders"]]
    checked = browser.post("/trade", {**order, "do": "check"})
    assert "530,000.00" in text(checked)
    page = place(browser, order)
    assert "The market has taken the order" in text(page)
    assert "live: 0 of 1 lots traded" in text(page)
    live = [one for one in hall.get("/v1/orders")["orders"] if one["order_id"] not in before]
    assert [(one["contract"], one["price"]) for one in live] == [("cu2610", "106000")]
    desk = browser.get("/trade")
    assert f"Cancel order {live[0]['order_id']}" in desk.content.decode()
    gone = browser.post("/trade/cancel", {"order_id": live[0]["order_id"]})
    assert gone.status_code == 303
    assert [one["order_id"] for one in hall.get("/v1/orders")["orders"]] == before
    assert "cancelled" in text(browser.get("/trade/orders"))
    again = browser.post("/trade/cancel", {"order_id": live[0]["order_id"]})
    assert again.status_code == 404
    assert "4001" in text(again)


def test_a_form_that_comes_again_is_one_order(
    office: Office, hall: RunningHall, order: dict[str, Any]
) -> None:
    browser = office.browser("trader")
    number = number_of(browser.post("/trade", {**order, "do": "check"}))
    sent = {**order, "do": "place", "form": number}
    before = len(hall.get("/v1/orders?all=1")["orders"])
    first, second = browser.post("/trade", sent), browser.post("/trade", {**sent, "lots": "7"})
    assert first.headers["Location"] == second.headers["Location"]
    assert len(hall.get("/v1/orders?all=1")["orders"]) == before + 1


def test_a_refusal_is_told_with_its_number_rule_and_figures(
    office: Office, order: dict[str, Any]
) -> None:
    browser = office.browser("trader")
    page = place(browser, {**order, "price": "10"})
    assert page.status_code == 200
    words = text(page)
    assert "The market has refused the order" in words
    assert re.search(r"refusal \d{4} · ", words)
    why = browser.get(f"{page.request['PATH_INFO']}?why")
    assert "refused" in text(why)
