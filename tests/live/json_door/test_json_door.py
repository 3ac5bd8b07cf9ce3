"""The session of the JSON door, against a running hall."""

import json
import socket
import struct
from typing import Any, Union

import msgspec
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from huiguan.cli.hall.up import VISITOR_SESSION
from huiguan.exchange.day.names import NOBODY, DayNames
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    MESSAGE_BYTES,
    CancelOrder,
    CancelOrders,
    Command,
    CommandRefused,
    EnterOrder,
    Hedge,
    Offset,
    OrderEntered,
    PriceType,
    Scope,
    Side,
    TimeInForce,
    decode,
    encode,
)
from huiguan.floor.doors.json.protocol import LogOn, answer_structs, ask_bytes
from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
from huiguan.floor.doors.records import DOOR_LAYOUTS, LoggedOn
from huiguan.floor.hall.keys import token_of
from huiguan.storage.market.day_image import read_image
from tests.halls import RunningHall
from tests.live.json_door.conftest import OTHER, OTHER_SESSION, ConnectionTo

STRICT: Any = Union[tuple(answer_structs())]  # noqa: UP007  made of a list
CONTRACT, PRICE = "cu2610", "100000"  # within the limits of 2026-08-21: 97,240 to 116,470


def order(price: str = PRICE, lots: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "type": "enter_order",
        "contract": CONTRACT,
        "side": "buy",
        "price": price,
        "lots": lots,
        **more,
    }


@pytest.fixture(scope="module")
def names(hall: RunningHall) -> DayNames:
    return DayNames(read_image(hall.folder / "days" / "20260821" / "image"))


def binary(names: DayNames, message: dict[str, Any]) -> Command:
    """Return the same command as a client of the binary door would build it, by hand."""
    if message["type"] == "cancel_order":
        return CancelOrder(order_id=message["order_id"], client_order_id=0)
    if message["type"] == "cancel_orders":
        codes, products = names.codes, names.products
        rows = codes if message["scope"] == "trading_code" else products
        target = rows.index(message["target"]) if message["target"] in rows else NOBODY
        return CancelOrders(target=target, scope=Scope[message["scope"].upper()])
    contract, code = message["contract"], message.get("trading_code", "000190000001")
    known = contract in names.contracts
    return EnterOrder(
        client_order_id=message.get("client_order_id", 0),
        price_ticks=int(message["price"]) // 10 if known else 0,  # copper: 10 CNY a tick
        lots=message["lots"],
        minimum_lots=message.get("minimum_lots", 0),
        instrument=names.contracts.index(contract) if known else NOBODY,
        trading_code=names.codes.index(code) if code in names.codes else NOBODY,
        side=Side[message["side"].upper()],
        offset=Offset[message.get("offset", "open").upper()],
        hedge=Hedge[message.get("hedge", "speculation").upper()],
        time_in_force=TimeInForce[message.get("time_in_force", "day").upper()],
        price_type=PriceType[message.get("price_type", "limit").upper()],
    )


SAME = [
    order(),
    order(price="10"),
    order(price="999990"),
    order(lots=0),
    order(lots=501),  # copper: at most 500 lots an order
    order(lots=-1),
    order(contract="cu9999"),
    order(trading_code="nobody"),
    order(trading_code=OTHER),
    order(side="sell", offset="close"),
    order(side="sell", offset="close_today"),
    order(time_in_force="fak", minimum_lots=5),
    order(time_in_force="fok"),
    order(price_type="market"),
    order(client_order_id=7),
    order(client_order_id=7),
    {"type": "cancel_order", "order_id": 99},
    {"type": "cancel_orders", "scope": "trading_code", "target": OTHER},
    {"type": "cancel_orders", "scope": "product", "target": "cu"},
    {"type": "cancel_orders", "scope": "trading_code", "target": "000190000001"},
]


def short(reply: dict[str, Any]) -> tuple[Any, ...]:
    """Return what two doors must agree on."""
    kept = ("client_sequence", "refusal", "first_figure", "second_figure", "lots", "count")
    return reply["type"], *(reply.get(name) for name in kept)


def through_binary(
    hall: RunningHall,
    names: DayNames,
    epoch: int,
    messages: list[dict[str, Any]],
    replies: int,
    *,
    key: str = "",
) -> list[tuple[Any, ...]]:
    """Send messages through the binary door under a new epoch; return its replies in short."""
    door, token = hall.doors, token_of(key or hall.key)
    now = hall.ask("read session", session=OTHER_SESSION if key else VISITOR_SESSION)
    asked = LogOn(key="", epoch=epoch, last_reply=now["replies"], trading_day=now["trading_day"])
    with socket.create_connection((door.host, door.binary_port), timeout=60) as line:
        line.sendall(ask_bytes(token, asked))
        file = line.makefile("rb")
        head = np.frombuffer(file.read(MESSAGE_BYTES), DOOR_LAYOUTS[LoggedOn.KIND])[0]
        assert head["next_client_sequence"] == 1
        for number, message in enumerate(messages, start=1):
            line.sendall(encode(binary(names, message), client_sequence=number).tobytes())
        found = []
        while len(found) < replies:
            row = np.frombuffer(file.read(MESSAGE_BYTES), np.uint8)
            sequence = int(row.view(EVENT_HEADER_ROW)[0]["client_sequence"])
            event = msgspec.to_builtins(decode(row))
            found.append(short({**event, "client_sequence": sequence}))
        return found


def test_both_doors_give_the_same_outcomes_and_refusals(
    hall: RunningHall, names: DayNames, session: ConnectionTo
) -> None:
    """Every kind of order and every refusal that words can ask for, under the same numbers."""
    speaker = session(epoch=11)
    assert speaker.hear("logged_on")["next_client_sequence"] == 1
    speaker.say(*SAME)
    done = (len(SAME), "command_done")
    spoken: list[dict[str, Any]] = []
    while not spoken or (spoken[-1]["client_sequence"], spoken[-1]["type"]) != done:
        spoken += speaker.replies(1)
    msgspec.convert(spoken, list[STRICT])  # strict: what is said is what the description says
    speaker.line.close()
    while hall.ask("status")["connected"]:
        pass
    found = through_binary(hall, names, 12, SAME, len(spoken))
    assert [short(one) for one in spoken] == found
    refusals = {one["refusal"] for one in spoken if one["type"] == "command_refused"}
    assert len(refusals) >= 10
    entered = next(one for one in spoken if one["type"] == "order_entered")
    assert (entered["contract"], entered["price"], entered["side"]) == (CONTRACT, PRICE, "buy")


def test_a_trade_tells_each_session_its_own_side(session: ConnectionTo, hall: RunningHall) -> None:
    buyer, seller = session(), session(hall.other)
    for one in (buyer, seller):
        one.hear("logged_on")
    buyer.say(order(price="105000", lots=3))
    bought = buyer.hear("order_entered")
    seller.say(order(price="105000", lots=2, side="sell", trading_code=OTHER))
    sold = seller.hear("order_entered")
    first, second = buyer.hear("trade_executed"), seller.hear("trade_executed")
    assert (first["buy_order_id"], first["sell_order_id"]) == (bought["order_id"], None)
    assert (second["buy_order_id"], second["sell_order_id"]) == (None, sold["order_id"])
    assert (first["sell_code"], second["buy_code"]) == (None, None)
    assert (first["price"], first["lots"], second["sell_offset"]) == ("105000", 2, "open")
    assert first["sequence"] == second["sequence"]
    buyer.say({"type": "cancel_order", "order_id": bought["order_id"]})
    assert buyer.hear("order_cancelled")["lots"] == 1


def test_what_was_missed_comes_again_in_order(session: ConnectionTo) -> None:
    first = session()
    first.hear("logged_on")
    first.say(order(client_order_id=1), order(price="10", client_order_id=2))
    heard = first.replies(2)
    first.line.close()
    second = session(last_reply=heard[0]["reply"])
    on = second.hear("logged_on")
    assert on["repeats"] == 1
    (again,) = second.replies(1)
    assert again == {**heard[1], "repeated": True}
    second.say({"type": "cancel_orders", "target": "000190000001"})
    assert second.hear("command_done")["count"] >= 1


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("{", "truncated"),
        ('{"type":"enter_order"}', "missing required field"),
        ('{"type":"log_on","key":"x"}', "Invalid value 'log_on'"),
        (json.dumps(order(lots="two")), "Expected `int`"),  # type: ignore[arg-type]
        (json.dumps(order(colour="red")), "unknown field"),
        ("[[]]", "Expected"),
    ],
)
def test_a_frame_without_sense_ends_its_own_connection_only(
    session: ConnectionTo, hall: RunningHall, frame: str, words: str
) -> None:
    other, speaker = session(hall.other), session()
    other.hear("logged_on")
    speaker.hear("logged_on")
    speaker.line.send(frame)
    said = speaker.hear("goodbye")
    assert said["reason"] == 9011
    assert words in said["words"]
    with pytest.raises(ConnectionClosed):
        speaker.line.recv(60)
    other.say({"type": "cancel_order", "order_id": 1})
    assert other.hear("command_refused")["refusal"] == 4001


def test_a_price_between_ticks_uses_up_no_number(session: ConnectionTo) -> None:
    speaker = session()
    number = speaker.hear("logged_on")["next_client_sequence"]
    speaker.say(order(price="100005"), order(price="much"), order(client_order_id=2**70), order())
    for words in ("no multiple of the tick of 10", "no multiple", "argument out of range"):
        said = speaker.hear("not_taken")
        assert said["first_client_sequence"] == number
        assert words in said["words"]
    entered = speaker.hear("order_entered")
    assert entered["client_sequence"] == number
    speaker.say({"type": "cancel_order", "order_id": entered["order_id"]})
    speaker.hear("order_cancelled")


def test_a_wrong_key_and_a_taken_session_are_told_why(
    session: ConnectionTo, hall: RunningHall
) -> None:
    nobody = session(log_on=False)
    nobody.say({"type": "log_on", "key": "hg_" + "00" * 32})
    assert nobody.hear("goodbye")["reason"] == 9001
    half = session(log_on=False)
    half.say({"type": "log_on", "key": "hg_12"})
    assert half.hear("goodbye")["reason"] == 9011
    first = session()
    first.hear("logged_on")
    assert session().hear("goodbye")["reason"] == 9007
    epoch = hall.ask("read session", session=48)["epoch"] + 1
    second = session(epoch=epoch)
    assert second.hear("logged_on")["next_client_sequence"] == 1
    assert first.hear("goodbye")["reason"] == 9008
    second.say({"type": "log_off"})
    assert second.hear("goodbye")["reason"] == 0


def test_a_client_that_is_gone_in_the_middle_ends_nothing_else(
    hall: RunningHall, names: DayNames, session: ConnectionTo
) -> None:
    """Both doors go on when a line is reset while its replies are being written."""
    other = session(hall.other)
    other.hear("logged_on")
    row = encode(binary(names, order(price="10")))
    for epoch in range(21, 26):
        now = hall.ask("read session", session=48)
        asked = LogOn(
            key="", epoch=epoch, last_reply=now["replies"], trading_day=now["trading_day"]
        )
        with socket.create_connection((hall.doors.host, hall.doors.binary_port)) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.sendall(ask_bytes(token_of(hall.key), asked))
            for _ in range(20):
                line.sendall(row.tobytes() * 50)
        place = hall.url.removeprefix("http://").split(":")
        with socket.create_connection((place[0], int(place[1]))) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            for _ in range(50):
                line.sendall(b"GET /v1/contracts HTTP/1.1\r\nHost: h\r\n\r\n")
    other.say({"type": "cancel_order", "order_id": 1})
    assert other.hear("command_refused")["refusal"] == 4001
    assert hall.get("/v1/health", None)["floor"] == "up"


def test_outcomes_name_kinds_of_the_exchange() -> None:
    """The tags of JSON are those of ``messages.lock``."""
    tags = {kind.__struct_config__.tag for kind in answer_structs()}
    assert {str(kind.__struct_config__.tag) for kind in (OrderEntered, CommandRefused)} <= tags


def test_t13_zhengzhou_2011_a_killed_door_keeps_nothing_from_a_session(
    hall: RunningHall, names: DayNames, session: ConnectionTo
) -> None:
    """Half a day was lost with the front machines; here what happened meanwhile comes after them.

    An order stands when its door is killed; it is filled while nobody is there to tell.
    """
    speaker = session()
    told = speaker.hear("logged_on")
    speaker.say(order(price="103000", lots=1))
    entered = speaker.hear("order_entered")
    door = hall.processes.pop("door")
    door.kill()
    door.wait()
    epoch = hall.ask("read session", session=OTHER_SESSION)["epoch"] + 1
    sold = order("103000", 1, side="sell", trading_code=OTHER)
    through_binary(hall, names, epoch, [sold], 2, key=hall.other)
    hall.start("door", HTTP_DOOR_NAME)
    again = session(last_reply=told["replies"])
    assert again.hear("logged_on")["repeats"] == 2
    missed = again.replies(2)
    assert [(one["type"], one["repeated"]) for one in missed] == [
        ("order_entered", True),
        ("trade_executed", True),
    ]
    assert missed[0]["order_id"] == missed[1]["buy_order_id"] == entered["order_id"]
