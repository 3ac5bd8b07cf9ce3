"""The fixed order of refusals: an order with every fault, mended one fault after the other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.messages import (
    ChangePhase,
    Command,
    CreditDeposit,
    EnterOrder,
    Hedge,
    Offset,
    Phase,
    PriceType,
    Right,
    Scope,
    SetHalt,
    SetKillSwitch,
    SetRight,
    Side,
    TimeInForce,
)
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, figures, order, order_id, refusal

MINE, THEIRS, OTHER = 0, 1, 2  # trading codes; MINE and OTHER are of member 0
WORST = {
    "client_order_id": 7,
    "price_ticks": 200,
    "lots": 0,
    "minimum_lots": 99,
    "instrument": 9,
    "trading_code": 9,
    "side": Side.BUY,
    "offset": Offset.OPEN,
    "hedge": 9,
    "time_in_force": TimeInForce.FAK,
    "price_type": PriceType.MARKET,
}


def faulty_day() -> Day:
    """Return a day on which nothing works for code MINE, with one resting order of OTHER."""
    image = small_image(
        1,
        4,
        2,
        settings={**SMALL, "order_capacity": 1},
        instrument_fields={
            "maximum_lots": 20,
            "maximum_market_lots": 0,
            "lots_multiple": 2,
            "position_limit_lots": 3,
            "opening_limit_lots": 1,
        },
    )
    image.trading_codes["deposit_fen"][MINE] = 0
    image.members["mode"][0] = MemberMode.REFUSE
    image.members["deposit_fen"][0] = 2_020  # what two lots of OTHER need: margin 1,000, fee 10
    day = Day(image)
    day.buy(OTHER, 90, 2, hedge=Hedge.MARKET_MAKER, client_order_id=7)
    for command in (
        SetKillSwitch(target=MINE, scope=Scope.TRADING_CODE, engaged=1),
        SetRight(target=MINE, scope=Scope.TRADING_CODE, right=Right.FORBIDDEN),
        SetHalt(target=0, scope=Scope.INSTRUMENT, engaged=1),
        ChangePhase(group=0, phase=Phase.NO_TRADING),
    ):
        day.house(command)
    return day


def test_the_first_fault_is_the_answer_in_this_order() -> None:
    day = faulty_day()
    resting = int(day.core.state.orders["order_id"][0])

    def house(command: Command) -> Callable[[], Any]:
        return lambda: day.house(command)

    def credit(number: int, target: int, scope: Scope) -> Callable[[], Any]:
        return house(
            CreditDeposit(transfer_id=number, amount_fen=10**6, target=target, scope=scope)
        )

    right = {"target": MINE, "scope": Scope.TRADING_CODE}
    mended: list[tuple[Refusal, tuple[int, int], dict[str, int] | Callable[[], Any]]] = [
        # refusal, its two figures, and what mends it: other fields, or something in the house
        (Refusal.UNKNOWN_INSTRUMENT, (9, 1), {"instrument": 0}),
        (Refusal.UNKNOWN_TRADING_CODE, (9, 4), {"trading_code": THEIRS}),
        (Refusal.NOT_YOUR_CODE, (0, 1), {"trading_code": MINE}),
        (Refusal.BAD_FIELD, (0, 0), {"hedge": Hedge.SPECULATION}),
        (Refusal.TOO_FEW_LOTS, (0, 1), {"lots": 21}),
        (Refusal.NO_MARKET_ORDERS, (21, 0), {"price_type": PriceType.LIMIT}),
        (Refusal.TOO_MANY_LOTS, (21, 20), {"lots": 19}),
        (Refusal.NOT_A_MULTIPLE, (19, 2), {"lots": 4}),
        (Refusal.BAD_MINIMUM_LOTS, (99, 4), {"minimum_lots": 0}),
        (Refusal.DUPLICATE_CLIENT_ORDER, (7, 0), {"client_order_id": 8}),
        (Refusal.KILLED, (MINE, 0), house(SetKillSwitch(**right, engaged=0))),
        (Refusal.NO_RIGHT, (MINE, 2), house(SetRight(**right, right=Right.CLOSE_ONLY))),
        (Refusal.CLOSE_ONLY, (MINE, 1), house(SetRight(**right, right=Right.ALLOW))),
        (Refusal.NOT_TRADING, (1, 2), house(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING))),
        (Refusal.HALTED, (0, 0), house(SetHalt(target=0, scope=Scope.INSTRUMENT, engaged=0))),
        (Refusal.AUCTION_TAKES_LIMIT_ORDERS, (1, 0), {"time_in_force": TimeInForce.DAY}),
        (Refusal.PRICE_ABOVE_LIMIT, (200, 110), {"price_ticks": 80}),
        (Refusal.PRICE_BELOW_LIMIT, (80, 90), {"price_ticks": 100}),
        (Refusal.POSITION_LIMIT, (4, 3), {"lots": 2}),
        (Refusal.OPENING_LIMIT, (2, 1), {"hedge": Hedge.MARKET_MAKER}),
        (Refusal.NOT_ENOUGH_MONEY, (2_020, 0), credit(1, MINE, Scope.TRADING_CODE)),
        (Refusal.MEMBER_SHORT_OF_MONEY, (4_040, 2_020), credit(2, 0, Scope.MEMBER)),
        (Refusal.ORDERS_FULL, (1, 1), lambda: day.cancel(1, resting)),
    ]
    fields = dict(WORST)
    for expected, two, mend in mended:
        before = day.core.state.accounts.tobytes(), day.core.state.positions.tobytes()
        events = day.send(1, EnterOrder(**fields))
        assert refusal(events) == expected
        assert figures(events) == two, expected.name
        assert len(events) == 1
        after = day.core.state.accounts.tobytes(), day.core.state.positions.tobytes()
        assert after == before, "a refusal changes nothing"
        if callable(mend):
            mend()
        else:
            fields.update(mend)
    assert refusal(day.send(1, EnterOrder(**fields))) == Refusal.ACCEPTED


def test_lots_to_close_are_asked_after_the_price_and_before_money_and_limits() -> None:
    image = small_image(1, 2, 1, settings=SMALL, deposit_fen=0)
    day = Day(image)
    close = {"offset": Offset.CLOSE_TODAY}
    assert refusal(day.sell(0, 200, 5, **close)) == Refusal.PRICE_ABOVE_LIMIT
    events = day.sell(0, 100, 5, **close)
    assert refusal(events) == Refusal.NOT_ENOUGH_TODAY
    assert figures(events) == (5, 0)
    events = day.sell(0, 100, 5, offset=Offset.CLOSE)
    assert refusal(events) == Refusal.NOT_ENOUGH_HISTORY


def test_a_full_position_table_comes_last() -> None:
    image = small_image(1, 4, 1, settings={**SMALL, "position_capacity": 1})
    day = Day(image)
    assert refusal(day.buy(0, 100, 1)) == Refusal.ACCEPTED
    events = day.buy(1, 100, 1)
    assert refusal(events) == Refusal.POSITIONS_FULL
    assert figures(events) == (1, 1)
    assert refusal(day.buy(1, 200, 1)) == Refusal.PRICE_ABOVE_LIMIT
    assert refusal(day.buy(0, 100, 1)) == Refusal.ACCEPTED  # a known key needs no row


def test_a_full_holding_table_refuses_too() -> None:
    image = small_image(1, 4, 1, settings={**SMALL, "holding_capacity": 1})
    day = Day(image)
    assert refusal(day.buy(0, 100, 1)) == Refusal.ACCEPTED
    assert refusal(day.buy(1, 100, 1)) == Refusal.POSITIONS_FULL


def test_an_order_table_takes_new_orders_when_old_ones_are_gone() -> None:
    day = Day(small_image(1, 2, 1, settings={**SMALL, "order_capacity": 2}))
    ids = [order_id(day.buy(0, 100, 1)) for _ in range(2)]
    assert refusal(day.buy(0, 100, 1)) == Refusal.ORDERS_FULL
    # a filled order and a cancelled one make room; so does one that never rests, once
    day.cancel(1, ids[0])
    assert trades_of(day.sell(1, 100, 1)) == [ids[1]]
    assert [refusal(day.buy(0, 100, 1)) for _ in range(3)] == [
        Refusal.ACCEPTED,
        Refusal.ACCEPTED,
        Refusal.ORDERS_FULL,
    ]


def trades_of(events: list[Any]) -> list[int]:
    """Return the buy orders that traded."""
    return [e.buy_order_id for e in events if hasattr(e, "buy_order_id")]


def test_flags_outside_their_numbers_are_bad_fields() -> None:
    day = Day(small_image(settings=SMALL))
    worst = np.iinfo(np.int8)
    for name in ("side", "offset", "hedge", "time_in_force", "price_type"):
        for value in (-1, worst.min, worst.max, 5):
            fields = {**WORST, "instrument": 0, "trading_code": 0, "hedge": 0, name: value}
            assert refusal(day.send(1, EnterOrder(**fields))) == Refusal.BAD_FIELD, name
    assert refusal(day.buy(0, 100, 1, client_order_id=-1)) == Refusal.BAD_FIELD


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("instrument", 2, Refusal.UNKNOWN_INSTRUMENT),  # two instruments: 0 and 1
        ("instrument", -1, Refusal.UNKNOWN_INSTRUMENT),
        ("instrument", 1, Refusal.ACCEPTED),
        ("trading_code", 4, Refusal.UNKNOWN_TRADING_CODE),  # four codes: 0 to 3
        ("trading_code", -1, Refusal.UNKNOWN_TRADING_CODE),
        ("trading_code", 3, Refusal.NOT_YOUR_CODE),
        ("trading_code", 2, Refusal.ACCEPTED),
    ],
)
def test_rows_end_where_the_image_ends(field: str, value: int, expected: Refusal) -> None:
    day = Day(small_image(2, 4, 2, settings=SMALL))
    named = {"instrument": 0, "trading_code": 0, field: value}
    entry = order(named["trading_code"], Side.BUY, 100, 1, instrument=named["instrument"])
    assert refusal(day.send(1, entry)) == expected
