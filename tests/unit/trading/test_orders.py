"""Day orders, FAK, FOK and market orders with their protection price (rulebook 2.5)."""

import pytest

from huiguan.exchange.messages import (
    CancelReason,
    ChangePhase,
    CommandRefused,
    Event,
    OrderCancelled,
    Phase,
    PriceType,
    SelfTrade,
    Side,
    TimeInForce,
)
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, order_id, refusal, trades

DAY, FAK, FOK = TimeInForce.DAY, TimeInForce.FAK, TimeInForce.FOK


def book() -> Day:
    """Return a day where code 1 sells 3 at 100, 2 at 101 and 4 at 104."""
    day = Day(small_image(settings=SMALL))
    for price, lots in ((100, 3), (101, 2), (104, 4)):
        day.sell(1, price, lots)
    return day


def cancelled(events: list[Event]) -> list[tuple[int, int]]:
    """Return (lots, reason) of the cancels among the events."""
    return [(e.lots, e.reason) for e in events if isinstance(e, OrderCancelled)]


@pytest.mark.parametrize(
    ("price", "lots", "force", "minimum", "filled", "rest"),
    [
        # a FAK takes what is possible at once, the rest goes
        (101, 4, FAK, 0, 4, 0),
        (101, 9, FAK, 0, 5, 4),
        (99, 9, FAK, 0, 0, 9),
        # FAK with a minimum: 5 are possible up to 101
        (101, 9, FAK, 5, 5, 4),
        (101, 9, FAK, 6, 0, 9),
        (101, 5, FAK, 5, 5, 0),
        # a FOK takes all or nothing
        (101, 5, FOK, 0, 5, 0),
        (101, 6, FOK, 0, 0, 6),
        (104, 9, FOK, 0, 9, 0),
        (104, 10, FOK, 0, 0, 10),
    ],
)
def test_what_is_filled_at_once(
    price: int, lots: int, force: TimeInForce, minimum: int, filled: int, rest: int
) -> None:
    day = book()
    events = day.buy(0, price, lots, time_in_force=force, minimum_lots=minimum)
    assert sum(done for _, done in trades(events)) == filled
    assert cancelled(events) == ([(rest, CancelReason.TIME_IN_FORCE)] if rest else [])
    row = day.account(0)
    assert int(row["margin_fen"]) == 1_000 * filled, "the rest is released"
    assert int(row["frozen_fee_fen"]) == 0
    assert day.core.state.sides["orders"][Side.BUY] == 0, "no rest of such an order ever waits"
    assert int(day.core.state.levels["lots"].sum()) == 9 - filled


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"minimum_lots": 3}, Refusal.BAD_MINIMUM_LOTS),  # a minimum needs FAK
        ({"minimum_lots": 3, "time_in_force": FOK}, Refusal.BAD_MINIMUM_LOTS),
        ({"minimum_lots": 6, "time_in_force": FAK}, Refusal.BAD_MINIMUM_LOTS),  # of 5 lots
        ({"minimum_lots": -1, "time_in_force": FAK}, Refusal.BAD_MINIMUM_LOTS),
        ({"minimum_lots": 5, "time_in_force": FAK}, Refusal.ACCEPTED),
    ],
)
def test_minimum_volume(fields: dict[str, int], expected: Refusal) -> None:
    assert refusal(book().buy(0, 100, 5, **fields)) == expected


@pytest.mark.parametrize(
    ("force", "filled", "waits", "rest"),
    [
        (DAY, 5, 4, []),  # the remainder rests as a limit order at the protection price
        (FAK, 5, 0, [(4, CancelReason.TIME_IN_FORCE)]),
        (FOK, 0, 0, [(9, CancelReason.TIME_IN_FORCE)]),
    ],
)
def test_market_orders_never_pass_their_protection_price(
    force: TimeInForce, filled: int, waits: int, rest: list[tuple[int, int]]
) -> None:
    day = book()
    events = day.buy(0, 102, 9, price_type=PriceType.MARKET, time_in_force=force)
    assert sum(done for _, done in trades(events)) == filled
    assert cancelled(events) == rest
    follower = day.sell(1, 102, 9)
    assert sum(done for _, done in trades(follower)) == waits


@pytest.mark.parametrize(
    ("most", "market_most", "price_type", "lots", "expected"),
    [
        (20, 10, PriceType.LIMIT, 20, Refusal.ACCEPTED),
        (20, 10, PriceType.LIMIT, 21, Refusal.TOO_MANY_LOTS),
        (20, 10, PriceType.MARKET, 10, Refusal.ACCEPTED),
        (20, 10, PriceType.MARKET, 11, Refusal.TOO_MANY_LOTS),
        (20, 0, PriceType.MARKET, 1, Refusal.NO_MARKET_ORDERS),
        (0, 0, PriceType.LIMIT, 1_000, Refusal.ACCEPTED),  # 0: no cap
    ],
)
def test_sizes(
    most: int, market_most: int, price_type: PriceType, lots: int, expected: Refusal
) -> None:
    fields = {"maximum_lots": most, "maximum_market_lots": market_most}
    day = Day(small_image(settings=SMALL, instrument_fields=fields))
    assert refusal(day.buy(0, 100, lots, price_type=price_type)) == expected


def test_in_a_delivery_month_lots_are_multiples_both_ways() -> None:
    day = Day(small_image(settings=SMALL, instrument_fields={"lots_multiple": 5}))
    assert refusal(day.buy(0, 100, 10)) == Refusal.ACCEPTED
    assert refusal(day.buy(0, 100, 7)) == Refusal.NOT_A_MULTIPLE
    assert refusal(day.sell(0, 100, 7, offset=3)) == Refusal.NOT_A_MULTIPLE


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (90, Refusal.ACCEPTED),  # the limits themselves are good prices (rulebook 2.5)
        (110, Refusal.ACCEPTED),
        (89, Refusal.PRICE_BELOW_LIMIT),
        (111, Refusal.PRICE_ABOVE_LIMIT),
    ],
)
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_price_limits(price: int, expected: Refusal, side: Side) -> None:
    assert refusal(Day(small_image(settings=SMALL)).enter(0, side, price, 1)) == expected


def test_time_priority_is_lost_by_entering_again() -> None:
    """There is no modification: who cancels and enters again stands at the end (2.5)."""
    day = Day(small_image(settings=SMALL))
    first = order_id(day.buy(0, 100, 1))
    second = order_id(day.buy(0, 100, 1))
    day.cancel(1, first)
    third = order_id(day.buy(0, 100, 1))
    met = [e.buy_order_id for e in day.sell(1, 100, 2) if hasattr(e, "buy_order_id")]
    assert met == [second, third]


def test_a_cancel_takes_the_unfilled_part() -> None:
    day = Day(small_image(settings=SMALL))
    waiting = order_id(day.buy(0, 100, 10))
    day.sell(1, 100, 5)
    assert cancelled(day.cancel(1, waiting)) == [(5, CancelReason.OWNER)]
    assert refusal(day.cancel(1, waiting)) == Refusal.ORDER_NOT_FOUND


def test_an_order_is_named_by_the_exchange_or_by_its_owner() -> None:
    day = Day(small_image(1, 4, 2, settings=SMALL))
    by_exchange = order_id(day.buy(0, 100, 1, client_order_id=5))
    assert refusal(day.cancel(2, own=5)) == Refusal.ORDER_NOT_FOUND  # another session's names
    assert refusal(day.cancel(2, by_exchange)) == Refusal.NOT_YOUR_ORDER
    assert refusal(day.cancel(1, by_exchange + 1)) == Refusal.ORDER_NOT_FOUND  # no such row
    assert refusal(day.cancel(1, by_exchange + (1 << 24))) == Refusal.ORDER_NOT_FOUND
    behind_the_table = (by_exchange >> 24 << 24) + SMALL["order_capacity"]
    assert refusal(day.cancel(1, behind_the_table)) == Refusal.ORDER_NOT_FOUND
    for number in (
        -1,
        -by_exchange,
        -(2**63),
    ):  # no order has it: the name beside it does not count
        (told,) = day.cancel(1, number, own=5)
        assert isinstance(told, CommandRefused)
        assert (told.refusal, told.first_figure, told.second_figure) == (
            Refusal.ORDER_NOT_FOUND,
            number,
            5,
        )
    assert refusal(day.cancel(1, own=5)) == Refusal.ACCEPTED
    assert refusal(day.buy(0, 100, 1, client_order_id=5)) == Refusal.ACCEPTED  # free again
    assert refusal(day.buy(0, 100, 1, client_order_id=5)) == Refusal.DUPLICATE_CLIENT_ORDER


def kept_apart(choice: SelfTrade, **settings: object) -> Day:
    """Code 2 sells 2 at 100, code 0 sells 3 at 100, code 1 (of code 0's holder) 4 at 101."""
    image = small_image(settings={**SMALL, "self_trade_choice": True, **settings})
    image.trading_codes["holder"][1] = image.trading_codes["holder"][0]
    day = Day(image)
    for code, price, lots in ((2, 100, 2), (0, 100, 3), (1, 101, 4), (3, 101, 5)):
        day.sell(code, price, lots)
    day.log_on(1, 0, self_trade=choice)
    return day


def gone(events: list[Event]) -> list[tuple[int, int]]:
    """Return (trading code, lots) of what went so that nobody trades with himself."""
    found = [event for event in events if isinstance(event, OrderCancelled)]
    return [(e.trading_code, e.lots) for e in found if e.reason == CancelReason.SELF_TRADE]


@pytest.mark.parametrize(
    ("choice", "filled", "went"),
    [
        # 2 of another holder first, then: the arriving rest of 10, the 3 and the 4 that wait, both
        (SelfTrade.OFF, [2, 3, 4, 1], []),
        (SelfTrade.NEWEST, [2], [(0, 8)]),
        (SelfTrade.OLDEST, [2, 5], [(0, 3), (1, 4)]),
        (SelfTrade.BOTH, [2], [(0, 3), (0, 8)]),
    ],
)
def test_a_session_chooses_what_goes_where_a_holder_would_meet_himself(
    choice: SelfTrade, filled: list[int], went: list[tuple[int, int]]
) -> None:
    day = kept_apart(choice)
    events = day.buy(0, 101, 10)
    assert [lots for _, lots in trades(events)] == filled
    assert gone(events) == went
    # margin of what is held and of what waits to open: 1,000 fen a lot, the larger side
    long = sum(filled) + (0 if went[-1:] == [(0, 8)] else 10 - sum(filled))
    short = 3 if (0, 3) not in went else 0
    assert int(day.account(0)["margin_fen"]) == 1_000 * max(long, short)


@pytest.mark.parametrize(
    ("choice", "lots", "filled"),
    [
        # up to 101: 2 of another holder, 3 and 4 of his own, 5 of another behind them
        (SelfTrade.NEWEST, 2, [2]),
        (SelfTrade.NEWEST, 3, []),
        (SelfTrade.BOTH, 3, []),
        (SelfTrade.OLDEST, 7, [2, 5]),
        (SelfTrade.OLDEST, 8, []),
    ],
)
def test_a_fok_counts_only_what_it_may_trade_with(
    choice: SelfTrade, lots: int, filled: list[int]
) -> None:
    """One that can not fill touches nothing: the holder's waiting orders stay."""
    day = kept_apart(choice)
    events = day.buy(0, 101, lots, time_in_force=FOK)
    assert [done for _, done in trades(events)] == filled
    if not filled:
        assert cancelled(events) == [(lots, CancelReason.TIME_IN_FORCE)]
        assert int(day.core.state.core["live_orders"][0]) == 4
    elif choice == SelfTrade.OLDEST:
        assert gone(events) == [(0, 3), (1, 4)]


def test_only_the_session_that_sends_the_order_decides() -> None:
    """Session 2 chose nothing, so its order of the same holder trades with that of session 1."""
    day = kept_apart(SelfTrade.NEWEST)
    assert [lots for _, lots in trades(day.buy(1, 100, 5))] == [2, 3]


def test_an_auction_keeps_nobody_apart() -> None:
    """One price for everybody: the venue's rule, for a cancel there would change it (2.2, 2.3)."""
    day = Day(small_image(settings={**SMALL, "self_trade_choice": True}))
    day.log_on(1, 0, self_trade=SelfTrade.BOTH)
    day.house(ChangePhase(group=0, phase=Phase.AUCTION_ORDERING))
    day.sell(0, 100, 3)
    day.buy(0, 100, 3)
    assert trades(day.house(ChangePhase(group=0, phase=Phase.AUCTION_MATCH))) == [(100, 3)]


@pytest.mark.parametrize("choice", [SelfTrade.BOTH, 77])
def test_where_the_venue_has_no_choice_it_is_off(choice: int) -> None:
    """Such days were recorded before there was a choice: what stands in that byte is padding."""
    day = Day(small_image(settings=SMALL))
    asked = day.log_on(1, 0, self_trade=choice)
    assert refusal(asked) == Refusal.ACCEPTED
    assert not day.core.state.sessions["self_trade"].any()
    day.sell(0, 100, 3)
    assert trades(day.buy(0, 100, 3)) == [(100, 3)]
