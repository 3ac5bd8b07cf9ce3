"""Messages in words are the messages of the binary door, both ways."""

from decimal import Decimal
from typing import Any, Union

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiguan.exchange.day.names import NOBODY, DayNames
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    EVENTS,
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    CancelOrder,
    CancelOrders,
    Closing,
    Command,
    EnterOrder,
    Hedge,
    Offset,
    PriceType,
    Scope,
    SelfTrade,
    Side,
    TimeInForce,
    TradeExecuted,
    encode,
)
from huiguan.floor.doors.binary import ASK, read_ask
from huiguan.floor.doors.json import protocol
from huiguan.floor.doors.json.protocol import NoSense, Talk, answer_structs
from huiguan.floor.doors.records import (
    DayOpened,
    DoorReason,
    DoorRecord,
    Goodbye,
    Heartbeat,
    LoggedOn,
    NotTaken,
    encode_record,
)
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from tests.images import small_image

STRICT: Any = list[Union[tuple(answer_structs())]]  # type: ignore[misc]  # noqa: UP007
CODES = ["000100000001", "000100000002"]
NAMES = {
    "instruments": ["cu2610", "au2610", "odd"],
    "trading_codes": CODES,
    "products": ["cu", "au"],
    "members": ["0001"],
    "phase_groups": ["all"],
}
INT32 = st.integers(-(2**31), 2**31 - 1)


def names(trading_day: int = 20260821) -> DayNames:
    """Copper in steps of 10, gold in steps of 0.02, and one whose tick is 0.005."""
    image = small_image(3, 2, 1, 2, settings={"trading_day": trading_day})
    image.instruments["tick_units"] = [10, 2, 5]
    image.instruments["unit_decimals"] = [0, 2, 3]
    return DayNames(image._replace(names=msgspec.structs.replace(image.names, **NAMES)))


def talk() -> Talk:
    return Talk(names(), CODES[0], names)


def frame(*messages: dict[str, Any]) -> bytes:
    return msgspec.json.encode(messages[0] if len(messages) == 1 else messages)


@pytest.mark.parametrize(
    ("contract", "ticks", "text"),
    [
        (0, 7_001, "70010"),
        (1, 48_481, "969.62"),
        (2, 3, "0.015"),
        (2, -1, "-0.005"),
        (1, 0, "0.00"),
    ],
)
def test_prices_are_decimals_of_the_quote(contract: int, ticks: int, text: str) -> None:
    day = names()
    assert day.price(contract, ticks) == text
    assert day.ticks(contract, text) == ticks


@given(st.integers(0, 2), INT32)
def test_a_shown_price_is_read_as_itself(contract: int, ticks: int) -> None:
    day = names()
    text = day.price(contract, ticks)
    assert day.ticks(contract, text) == ticks
    assert Decimal(text) == ticks * Decimal(day.tick(contract))


FINER, LARGER = "100." + "0" * 30 + "1", "1e11111111111"


@pytest.mark.parametrize(
    "text",
    ["70005", "0.001", "", "ten", "NaN", "Infinity", "1e99", "٣", FINER, LARGER, "1e-99", "1" * 30],
)
def test_a_price_that_is_none_says_the_tick(text: str) -> None:
    with pytest.raises(InputFault, match=r"tick of 10|beyond anything"):
        names().ticks(0, text)


@given(
    ticks=INT32,
    lots=INT32,
    minimum=INT32,
    own=st.integers(-(2**63), 2**63 - 1),
    contract=st.integers(0, 2),
    code=st.integers(0, 1),
    side=st.sampled_from(Side),
    offset=st.sampled_from(Offset),
    hedge=st.sampled_from(Hedge),
    force=st.sampled_from(TimeInForce),
    kind=st.sampled_from(PriceType),
    sequence=st.integers(1, 2**62),
)
def test_an_order_in_words_is_the_same_bytes(
    ticks: int,
    lots: int,
    minimum: int,
    own: int,
    contract: int,
    code: int,
    side: Side,
    offset: Offset,
    hedge: Hedge,
    force: TimeInForce,
    kind: PriceType,
    sequence: int,
) -> None:
    speaker = talk()
    said = {
        "type": "enter_order",
        "contract": NAMES["instruments"][contract],
        "trading_code": CODES[code],
        "price": speaker.names.price(contract, ticks),
        "lots": lots,
        "minimum_lots": minimum,
        "client_order_id": own,
        "client_sequence": sequence,
        "side": side.name.lower(),
        "offset": offset.name.lower(),
        "hedge": hedge.name.lower(),
        "time_in_force": force.name.lower(),
        "price_type": kind.name.lower(),
    }
    meant = EnterOrder(
        client_order_id=own,
        price_ticks=ticks,
        lots=lots,
        minimum_lots=minimum,
        instrument=contract,
        trading_code=code,
        side=side,
        offset=offset,
        hedge=hedge,
        time_in_force=force,
        price_type=kind,
    )
    data, answers = speaker.commands(frame(said))
    assert answers == []
    assert data == encode(meant, client_sequence=sequence).tobytes()


BRIEF = {"type": "enter_order", "contract": "cu2610", "side": "sell", "price": "70010", "lots": 1}
SHORT: list[tuple[dict[str, Any], Command]] = [
    ({"type": "cancel_order", "order_id": 5}, CancelOrder(order_id=5, client_order_id=0)),
    ({"type": "cancel_order", "client_order_id": 6}, CancelOrder(order_id=0, client_order_id=6)),
    (
        {"type": "cancel_orders", "target": CODES[1]},
        CancelOrders(target=1, scope=Scope.TRADING_CODE),
    ),
    (
        {"type": "cancel_orders", "scope": "product", "target": "au"},
        CancelOrders(target=1, scope=Scope.PRODUCT),
    ),
    ({"type": "cancel_orders", "scope": "member"}, CancelOrders(target=0, scope=Scope.MEMBER)),
    (
        {"type": "cancel_orders", "scope": "product", "target": "zn"},
        CancelOrders(target=NOBODY, scope=Scope.PRODUCT),
    ),
]


@pytest.mark.parametrize(("said", "meant"), SHORT)
def test_cancels_in_words_are_the_same_bytes(said: dict[str, Any], meant: Command) -> None:
    data, _ = talk().commands(frame(said))
    assert data == encode(meant, client_sequence=1).tobytes()


def test_a_short_order_means_the_usual() -> None:
    data, _ = talk().commands(frame(BRIEF))
    row = np.frombuffer(data, LAYOUTS[EnterOrder.KIND])[0]
    assert (row["offset"], row["hedge"], row["time_in_force"]) == (
        Offset.OPEN,
        Hedge.SPECULATION,
        TimeInForce.DAY,
    )
    assert (row["trading_code"], row["price_ticks"], row["client_sequence"]) == (0, 7_001, 1)


def test_the_choices_of_a_session_in_words_are_those_of_the_record() -> None:
    said = {"type": "log_on", "key": "hg_1", "self_trade": "both", "closing": "today"}
    asked = protocol.understood(protocol.READ_LOG_ON, msgspec.json.encode(said))
    record = bytearray(protocol.ask_bytes(bytes(32), asked))
    found = read_ask(bytes(record))
    assert found is not None
    assert (found.self_trade, found.closing) == (SelfTrade.BOTH, Closing.TODAY)
    record[(ASK.fields or {})["closing"][1]] = 3
    assert read_ask(bytes(record)) is None
    with pytest.raises(NoSense, match="closing"):
        protocol.understood(protocol.READ_LOG_ON, msgspec.json.encode(said | {"closing": "first"}))


def test_the_door_counts_on_where_no_number_is_said() -> None:
    """A command that the door does not take uses up no number."""
    speaker = talk()
    wrong = {**BRIEF, "price": "70011"}
    data, answers = speaker.commands(
        frame(BRIEF, wrong, BRIEF, {**BRIEF, "client_sequence": 9}, BRIEF)
    )
    rows = np.frombuffer(data, LAYOUTS[EnterOrder.KIND])
    assert rows["client_sequence"].tolist() == [1, 2, 9, 10]
    assert [(one["type"], one["first_client_sequence"]) for one in answers] == [("not_taken", 2)]
    speaker.replies(
        encode_record(NotTaken(first_client_sequence=2, count=9, again_ms=5, reason=9021))
    )
    data, _ = speaker.commands(frame(BRIEF))
    assert np.frombuffer(data, LAYOUTS[EnterOrder.KIND])["client_sequence"].tolist() == [2]


def event_row(kind: int, values: dict[str, int], sequence: int = 7) -> bytes:
    row = np.zeros(1, LAYOUTS[kind])
    row["kind"], row["version"], row["session"] = kind, VERSION, 3
    row["client_sequence"], row["sequence"] = 4, sequence
    for name, value in values.items():
        row[name] = value
    return row.tobytes()


def filled(kind: int) -> dict[str, int]:
    """Return values of an event that the day has words for."""
    fields = EVENTS[kind].__struct_fields__
    known = {"reason": 1, "refusal": int(Refusal.NOT_ENOUGH_MONEY), "command": CancelOrders.KIND}
    return {name: known.get(name, 1) for name in fields}


@pytest.mark.parametrize("kind", protocol.EVENTS)
def test_every_event_is_said_as_it_is_described(kind: int) -> None:
    (said,) = talk().replies(event_row(kind, filled(kind)))
    msgspec.convert([said], STRICT, strict=True)
    assert (said["reply"], said["sequence"], said["client_sequence"]) == (1, 7, 4)
    assert said["type"] == EVENTS[kind].__struct_config__.tag


@pytest.mark.parametrize(
    "record",
    [
        Heartbeat(time_ns=1_787_230_800_000_000_000),
        Goodbye(figure=3, reason=int(DoorReason.TOO_FAST)),
        NotTaken(first_client_sequence=1, count=2, again_ms=3, reason=int(DoorReason.DAY_OVER)),
        DayOpened(next_client_sequence=1, trading_day=20260824),
        LoggedOn(
            next_client_sequence=1,
            replies=0,
            repeats=0,
            trading_day=20260821,
            epoch=1,
            heartbeat_ms=10_000,
            earlier=0,
            self_trade=SelfTrade.OLDEST,
            closing=Closing.TODAY,
        ),
    ],
)
def test_every_record_is_said_as_it_is_described(record: DoorRecord) -> None:
    (said,) = talk().replies(encode_record(record))
    msgspec.convert([said], STRICT, strict=True)
    if isinstance(record, Heartbeat):  # 2026-08-20 13:00 UTC
        assert said["time"] == "2026-08-20 21:00:00"


def test_the_other_side_of_a_trade_is_not_told() -> None:
    values = {**filled(TradeExecuted.KIND), "sell_order_id": 0, "sell_code": -1, "instrument": 0}
    (said,) = talk().replies(event_row(TradeExecuted.KIND, {**values, "price_ticks": 7_001}))
    assert [said[f"sell_{name}"] for name in ("order_id", "code", "offset", "hedge")] == [None] * 4
    assert (said["buy_code"], said["price"]) == (CODES[1], "70010")


def test_repeats_are_marked_and_replies_are_counted_across_pieces() -> None:
    """Two of five replies come again; bytes may be cut anywhere."""
    speaker = talk()
    on = LoggedOn(
        next_client_sequence=9,
        replies=5,
        repeats=2,
        trading_day=20260821,
        epoch=1,
        heartbeat_ms=10_000,
        earlier=0,
        self_trade=SelfTrade.OFF,
        closing=Closing.AS_SENT,
    )
    kind = next(iter(protocol.EVENTS))
    data = encode_record(on) + event_row(kind, filled(kind)) * 3
    said = [one for at in range(0, len(data), 50) for one in speaker.replies(data[at : at + 50])]
    assert [(one["reply"], one["repeated"]) for one in said[1:]] == [
        (4, True),
        (5, True),
        (6, False),
    ]
    assert speaker.next_sequence == 9


def test_another_day_has_its_own_names_and_counts_from_one() -> None:
    speaker = talk()
    kind = next(iter(protocol.EVENTS))
    speaker.replies(event_row(kind, filled(kind)))
    opened = DayOpened(next_client_sequence=1, trading_day=20260824)
    said = speaker.replies(encode_record(opened) + event_row(kind, filled(kind)))
    assert (said[1]["reply"], speaker.names.trading_day) == (1, 20260824)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_fault(data: bytes) -> None:
    try:
        found, _ = talk().commands(data)
    except NoSense:
        return
    assert len(found) % MESSAGE_BYTES == 0


@given(st.data())
def test_mutated_frames_are_a_frame_or_a_fault(data: st.DataObject) -> None:
    """No change of one byte of a good frame gives anything but whole records or a fault."""
    good = bytearray(frame(BRIEF, SHORT[0][0], SHORT[2][0]))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    try:
        found, _ = talk().commands(bytes(good))
    except NoSense:
        return
    assert len(found) % MESSAGE_BYTES == 0
    assert (np.frombuffer(found, EVENT_HEADER_ROW)["version"] == VERSION).all()
