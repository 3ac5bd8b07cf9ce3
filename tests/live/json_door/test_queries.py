"""Queries and one-off orders of a running hall."""

import json
import threading
from collections import Counter
from typing import Any

import pytest

from tests.halls import RunningHall
from tests.live.json_door.conftest import OTHER, OTHER_SESSION, ConnectionTo
from tests.live.json_door.test_json_door import CONTRACT, order

MINE = "000190000001"


def post(hall: RunningHall, key: str = "", **more: Any) -> Any:
    body = json.dumps({name: v for name, v in order(**more).items() if name != "type"})
    return hall.http("POST", "/v1/orders", key, body.encode())


def test_a_one_off_order_stands_in_the_book_and_goes_again(hall: RunningHall) -> None:
    found = post(hall, price="99000", lots=4)
    assert found.status == 200
    (entered,) = found.json["replies"]
    assert entered["type"] == "order_entered"
    (live,) = [
        one for one in hall.get("/v1/orders")["orders"] if one["order_id"] == entered["order_id"]
    ]
    assert (live["contract"], live["price"], live["side"]) == (CONTRACT, "99000", "buy")
    assert (live["remaining_lots"], live["trading_code"]) == (4, MINE)
    margin = next(
        float(row["margin"])
        for one in hall.get("/v1/contracts")["contracts"]
        if one["code"] == CONTRACT
        for row in one["margins"]
        if (row["side"], row["hedge"]) == ("buy", "speculation")
    )
    (funds,) = hall.get("/v1/funds")["funds"]
    assert float(funds["margin"]) >= 4 * margin  # an order freezes the margin of its lots
    gone = hall.http("DELETE", f"/v1/orders/{entered['order_id']}")
    assert gone.status == 200
    assert [one["type"] for one in gone.json["replies"]] == ["order_cancelled"]
    states = {
        one["order_id"]: (one["state"], one["cancelled_lots"])
        for one in hall.get("/v1/orders?all=1")["orders"]
    }
    assert states[entered["order_id"]] == ("cancelled", 4)


def test_a_trade_shows_in_trades_positions_and_orders_of_today(hall: RunningHall) -> None:
    before = hall.get("/v1/positions")["positions"]
    held = sum(one["long_today"] for one in before if one["contract"] == CONTRACT)
    bought = post(hall, price="106000", lots=2).json["replies"][0]
    sold = post(hall, hall.other, price="106000", lots=2, side="sell")
    assert [one["type"] for one in sold.json["replies"]] == ["order_entered", "trade_executed"]
    trade = hall.get("/v1/trades")["trades"][-1]
    assert trade["order_id"] == bought["order_id"]
    assert (trade["side"], trade["price"], trade["lots"]) == ("buy", "106000", 2)
    assert trade["trading_code"] == MINE
    theirs = hall.get("/v1/trades", hall.other)["trades"][-1]
    assert (theirs["side"], theirs["trading_code"]) == ("sell", OTHER)
    after = hall.get("/v1/positions")["positions"]
    assert sum(one["long_today"] for one in after if one["contract"] == CONTRACT) == held + 2
    states = {one["order_id"]: one for one in hall.get("/v1/orders?all=1")["orders"]}
    mine = states[bought["order_id"]]
    assert (mine["state"], mine["lots"], mine["filled_lots"]) == ("filled", 2, 2)
    explained = hall.get(f"/v1/explain/{trade['sequence']}", hall.other)
    assert explained["refusal"] == 0
    (_, told) = explained["outcome"]
    assert (told["buy_order_id"], told["buy_code"], told["sell_code"]) == (None, None, OTHER)


def test_a_refusal_says_its_number_and_why(hall: RunningHall) -> None:
    found = post(hall, price="10")
    assert found.status == 422
    said = found.json
    assert (said["refusal"], said["first_figure"]) == (3002, 1)  # 10 CNY is one tick
    assert said["fault"] == "3002 below the lower limit"
    sequence = said["replies"][0]["sequence"]
    explained = hall.get(f"/v1/explain/{sequence}")
    assert explained["refusal"] == 3002
    assert [one["passed"] for one in explained["checks"]][-1] is False
    assert explained["checks"][-1]["asked"] == "10"
    stranger = hall.http("GET", f"/v1/explain/{sequence}", hall.other)
    assert (stranger.status, stranger.json["fault"]) == (403, f"command {sequence:,} is not yours")


NO_RIGHT = "9004 the key has no right for this: it may not"
NOT_FORCE = "close by force, which the exchange does; send close or close_today"
FORCE_ALONE = "enter this; it closes by force alone"


@pytest.mark.parametrize(
    ("key", "code", "offset", "status", "said"),
    [
        ("key", MINE, "force_close", 403, f"{NO_RIGHT} {NOT_FORCE}"),
        ("exchange", OTHER, "open", 403, f"{NO_RIGHT} {FORCE_ALONE}"),
        ("exchange", OTHER, "close", 403, f"{NO_RIGHT} {FORCE_ALONE}"),
        ("exchange", MINE, "force_close", 422, "1013 trading code belongs to another member"),
        ("exchange", "000000000000", "force_close", 422, "1012 trading code is not known"),
        # nothing is held from yesterday: the key may, and the market looks for lots
        ("exchange", OTHER, "force_close", 422, "3022 closes more history lots than are free"),
    ],
)
def test_the_exchange_alone_closes_by_force(
    hall: RunningHall, key: str, code: str, offset: str, status: int, said: str
) -> None:
    """Risk Management Rules, forced liquidation (rulebook 5.9): what is left the exchange closes.

    Its key is one of a member, is for that member's codes alone, and does nothing else.
    """
    found = post(hall, getattr(hall, key), side="sell", trading_code=code, offset=offset)
    assert (found.status, found.json["fault"]) == (status, said)


def test_the_exchanges_key_reads(hall: RunningHall) -> None:
    account = hall.get("/v1/account", hall.exchange)
    assert account["rights"] == ["force", "read"]


def test_a_session_that_closes_by_force_is_refused_by_the_core(session: ConnectionTo) -> None:
    """No sequence is lost, and what stands around the order is taken."""
    speaker = session()
    begun = speaker.hear("logged_on")["next_client_sequence"]
    speaker.say(
        order(price="99000"),
        order(side="sell", offset="force_close"),
        order(price="99000"),
    )
    entered, refused, after = speaker.replies(3)
    assert (entered["type"], after["type"]) == ("order_entered", "order_entered")
    assert (refused["type"], refused["refusal"]) == ("command_refused", 1014)
    assert after["client_sequence"] == begun + 2


def test_a_connected_session_keeps_its_orders_to_itself(
    hall: RunningHall, session: ConnectionTo
) -> None:
    session().hear("logged_on")
    found = post(hall)
    assert found.status == 409
    assert "session 48 of this key is connected" in found.json["fault"]


def test_a_session_that_chose_cancel_on_disconnect_keeps_its_choice(
    hall: RunningHall, session: ConnectionTo
) -> None:
    """The one-off order's line is lost like any other: after the grace its orders go."""
    speaker = session(hall.other, cancel_on_disconnect=True, grace_ms=3_600_000)
    speaker.hear("logged_on")
    speaker.line.close()
    while hall.ask("status")["connected"]:
        pass
    assert post(hall, hall.other, price="98000").status == 200
    now = hall.ask("read session", session=OTHER_SESSION)
    assert (now["cancel_on_disconnect"], now["grace_ns"]) == (True, 3_600_000 * 1_000_000)
    speaker = session(hall.other, cancel_on_disconnect=False)
    speaker.hear("logged_on")
    speaker.say({"type": "cancel_orders", "target": OTHER})
    assert speaker.hear("command_done")["count"] == 1


ASKED = [
    ("GET", "/v1/funds", None, 401, "this needs a key"),
    ("GET", "/v1/funds", "hg_12", 401, "a key is hg_"),
    ("GET", "/v1/funds", "hg_" + "00" * 32, 401, "9001 the key is not known here"),
    ("GET", f"/v1/funds?code={OTHER}", "", 403, "is not yours"),
    ("GET", "/v1/orders?all=yes", "", 400, "all is 0 or 1"),
    ("GET", "/v1/explain/first", "", 400, "named by its sequence"),
    ("GET", "/v1/explain/99999999", "", 404, "there is no command 99,999,999"),
    ("GET", "/v1/explain/1?day=19990101", "", 404, "no trading day '19990101'"),
    ("GET", "/v1/statements/20260821", "", 404, "is not closed yet"),
    ("GET", "/v1/statements/..%2f..", "", 404, ""),
    ("GET", "/v1/contracts/cu9999/rules", "", 404, "not listed today"),
    ("GET", "/v2", "", 404, "nothing stands there"),
    ("POST", "/v1/funds", "", 405, ""),
    ("POST", "/v1/orders", "", 400, "this is no order"),
    ("DELETE", "/v1/orders/mine", "", 400, "named by its id"),
    ("DELETE", "/v1/orders/5", "", 422, "4001 no such live order"),
]


@pytest.mark.parametrize(("method", "path", "key", "status", "words"), ASKED)
def test_what_is_not_answered_says_why(
    hall: RunningHall, method: str, path: str, key: str | None, status: int, words: str
) -> None:
    found = hall.http(method, path, key, b"{}" if method == "POST" else None)
    assert found.status == status
    assert words in found.json["fault"]


def test_a_body_has_its_limit(hall: RunningHall) -> None:
    found = hall.http("POST", "/v1/orders", "", b" " * (65 << 10))
    assert (found.status, found.json["fault"]) == (413, "a request has at most 65,536 bytes")


def test_what_needs_no_key_is_there_for_everybody(hall: RunningHall) -> None:
    said = hall.get("/v1/hall", None)
    assert (said["trading_day"], said["phases"]) == (20260821, {"cu": "continuous"})
    assert said["binary"] == {"host": "127.0.0.1", "port": hall.doors.binary_port, "tls": False}
    assert hall.get("/v1/health", None)["floor"] == "up"
    page = hall.http("GET", "/", None)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert b"<script" not in page.body
    described = hall.get("/openapi.json", None)
    assert described["openapi"] == "3.1.0"


def test_the_account_names_rows_that_binary_messages_use(hall: RunningHall) -> None:
    said = hall.get("/v1/account")
    assert said["codes"] == [{"code": MINE, "row": 160}]
    assert (said["session"], said["member"]) == (48, "0001")


def test_t14_bitmex_2020_saturated_queries_leave_the_order_path_alone(
    hall: RunningHall, session: ConnectionTo
) -> None:
    """Read load must never be the reason that orders wait.

    Eight callers ask for everything without a pause while orders are sent one at a time. Every
    order is answered; the floor meets at most one query in a turn of its loop.
    """
    speaker = session()
    speaker.hear("logged_on")
    statuses: Counter[int] = Counter()
    stopping = threading.Event()
    paths = ("/v1/orders", "/v1/positions", "/v1/funds", "/v1/hall", "/v1/trades", "/v1/days")

    def read_all() -> None:
        while not stopping.is_set():
            for path in paths:
                statuses[hall.http("GET", path).status] += 1

    callers = [threading.Thread(target=read_all) for _ in range(8)]
    before = hall.ask("read queries")
    for caller in callers:
        caller.start()
    try:
        for number in range(1, 101):
            speaker.say(order(price="10", client_order_id=number))
            assert speaker.hear("command_refused")["client_order_id"] == number
    finally:
        stopping.set()
        for caller in callers:
            caller.join()
    after = hall.ask("read queries")
    assert set(statuses) <= {200, 429, 503}
    assert after["most_in_a_turn"] == 1
    assert after["answered"] - before["answered"] <= sum(statuses.values()) + 101
    assert statuses[200] > 0
