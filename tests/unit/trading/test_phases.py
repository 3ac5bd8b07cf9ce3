"""What each phase allows, tried out: may enter, may cancel, what trades (rulebook 2.1, 2.2)."""

import pytest

from huiguan.exchange.messages import ChangePhase, Phase, Side, TimeInForce
from huiguan.exchange.phases import PHASES
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, order, order_id, refusal, trades

YES, NO, PLAIN = Refusal.ACCEPTED, Refusal.NOT_TRADING, Refusal.AUCTION_TAKES_LIMIT_ORDERS


@pytest.mark.parametrize(
    # rulebook 2.1: the column "What is allowed"; a FAK is no plain limit order (2.2)
    ("phase", "day_order", "fill_and_kill", "cancel"),
    [
        (Phase.BEFORE_TRADING, NO, NO, NO),
        (Phase.NO_TRADING, NO, NO, NO),
        (Phase.CONTINUOUS, YES, YES, YES),
        (Phase.AUCTION_ORDERING, YES, PLAIN, YES),
        (Phase.AUCTION_BALANCE, NO, NO, NO),
        (Phase.AUCTION_MATCH, NO, NO, NO),
        (Phase.CLOSED, NO, NO, Refusal.ORDER_NOT_FOUND),  # the close took it off
    ],
)
def test_what_a_phase_allows(
    phase: Phase, day_order: Refusal, fill_and_kill: Refusal, cancel: Refusal
) -> None:
    day = Day(small_image(settings=SMALL))
    resting = order_id(day.buy(0, 95, 1))
    day.house(ChangePhase(group=0, phase=phase))
    assert refusal(day.buy(0, 95, 1)) == day_order
    assert refusal(day.buy(0, 95, 1, time_in_force=TimeInForce.FAK)) == fill_and_kill
    assert refusal(day.cancel(1, resting)) == cancel


@pytest.mark.parametrize("phase", list(Phase))
def test_an_auctions_orders_wait_until_a_phase_that_matches(phase: Phase) -> None:
    """Buy at 102 and sell at 98 cross; settlement 100 is the price of an auction between them."""
    day = Day(small_image(settings=SMALL), phase=Phase.AUCTION_ORDERING)
    assert trades(day.buy(0, 102, 1)) == trades(day.sell(1, 98, 1)) == []
    found = trades(day.house(ChangePhase(group=0, phase=phase)))
    assert found == ([(100, 1)] if phase in {Phase.AUCTION_MATCH, Phase.CONTINUOUS} else [])
    assert (day.core.state.core["live_orders"][0] == 0) == (bool(found) or phase == Phase.CLOSED)


def test_orders_trade_as_they_come_in_continuous_trading_alone() -> None:
    day = Day(small_image(settings=SMALL))
    day.buy(0, 100, 1)
    assert trades(day.send(2, order(1, Side.SELL, 100, 1))) == [(100, 1)]


def test_the_table_has_every_phase() -> None:
    assert list(PHASES) == list(Phase)
