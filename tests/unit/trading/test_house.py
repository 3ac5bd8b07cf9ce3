"""Sessions, halts, marks and switches of the house (decisions, The walk of a trading day)."""

from huiguan.exchange.messages import (
    CancelReason,
    ChangePhase,
    CommandDone,
    LoseSession,
    MarkAccounts,
    OrderCancelled,
    PassTime,
    Phase,
    Right,
    Scope,
    SetRight,
    Side,
)
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, order, refusal, trades

NET = {**SMALL, "offset_flags": False}


def test_a_loss_without_grace_takes_effect_at_once_whatever_the_frame() -> None:
    day = Day(small_image(settings=SMALL))
    day.log_on(1, 0, cancel_on_disconnect=1, grace_ns=0)
    day.buy(0, 100, 3)
    events = day.house(LoseSession(target=1))
    assert [type(event) for event in events] == [OrderCancelled, CommandDone]
    assert events[0].reason == CancelReason.DISCONNECT
    assert events[1].count == 1


def test_an_endless_grace_never_ends() -> None:
    day = Day(small_image(settings=SMALL))
    day.log_on(1, 0, cancel_on_disconnect=1, grace_ns=2**63 - 1)
    day.buy(0, 100, 3)
    day.house(LoseSession(target=1), time_ns=10**18)
    assert len(day.house(PassTime(), time_ns=2**61)) == 1  # nothing but its own outcome


def test_close_only_of_a_net_venue_looks_at_what_the_order_does() -> None:
    day = Day(small_image(settings=NET))
    day.buy(0, 100, 5)
    day.sell(1, 100, 5)
    day.house(SetRight(target=0, scope=Scope.TRADING_CODE, right=Right.CLOSE_ONLY))
    assert refusal(day.sell(0, 101, 6)) == Refusal.CLOSE_ONLY  # 5 close, 1 would open
    assert refusal(day.sell(0, 101, 5)) == Refusal.ACCEPTED
    assert refusal(day.sell(0, 101, 1)) == Refusal.CLOSE_ONLY  # the five are promised


def test_a_net_venue_charges_one_fee_a_trade_and_side() -> None:
    day = Day(small_image(settings=NET, fee_fen=0, fee_rate_ppb=30_000_000))  # 3 %
    day.buy(0, 101, 1)
    day.sell(1, 101, 1)  # 101 x 100 fen x 3 % = 303
    day.sell(0, 99, 2)
    day.buy(1, 99, 2)  # closes 1 and opens 1: 99 x 100 x 2 x 3 % = 594 for each
    assert day.account(0)["fees_fen"] == 303 + 594
    assert day.account(1)["fees_fen"] == 303 + 594


def test_a_mark_of_a_market_without_money_calls_nobody() -> None:
    day = Day(small_image(settings={**SMALL, "funds": False}, deposit_fen=0))
    day.buy(0, 110, 5)
    day.sell(1, 110, 5)
    day.buy(0, 90, 1)
    day.sell(1, 90, 1)
    assert day.house(MarkAccounts()) == [CommandDone(count=0, command=MarkAccounts.KIND)]


def test_a_skipped_auction_is_made_up_before_continuous_trading() -> None:
    day = Day(small_image(settings=SMALL), phase=Phase.AUCTION_ORDERING)
    day.buy(0, 102, 3)
    day.sell(1, 98, 2)
    events = day.house(ChangePhase(group=0, phase=Phase.CONTINUOUS))
    assert trades(events) == [(102, 2)]  # the buy is left with 1: its price


def test_orders_of_different_frames_or_one_hash_the_same() -> None:
    one, two = Day(small_image(settings=SMALL)), Day(small_image(settings=SMALL))
    first, second = order(0, Side.BUY, 100, 1), order(0, Side.BUY, 99, 1)
    for day in (one, two):
        day.send(1, first, time_ns=9)
    one.send(1, second, time_ns=9)
    two.core.state.registers["due_frame"] = 0  # as if the frame had begun elsewhere
    two.send(1, second, time_ns=9)
    assert one.core.state_hash() == two.core.state_hash()
