"""Today's and history lots, what closing orders freeze, limits, quotas (rulebook 3.1, 3.3, 3.5)."""

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, figures, order_id, refusal

OPEN, CLOSE, FORCE = Offset.OPEN, Offset.CLOSE, Offset.FORCE_CLOSE
TODAY, YESTERDAY = Offset.CLOSE_TODAY, Offset.CLOSE_YESTERDAY


def with_history(*rows: tuple[int, int, int, int, int]) -> DayImage:
    """Return an image with positions (code, instrument, long, short, hedge flag)."""
    image = small_image(settings=SMALL)
    return image._replace(positions=np.array(list(rows), dtype=image.positions.dtype))


def with_limits(*rows: tuple[int, ...], codes: int = 4, **fields: int) -> DayImage:
    """Return an image with limits of holders.

    A row is (holder, instrument, position limit, opening limit, long quota, short quota, right).
    """
    image = small_image(1, codes, 2, settings=SMALL, instrument_fields=fields)
    return image._replace(holder_limits=np.array(list(rows), dtype=image.holder_limits.dtype))


@pytest.mark.parametrize(
    ("offset", "lots", "expected"),
    [
        # three lots of history and two of today are held
        (CLOSE, 3, Refusal.ACCEPTED),
        (CLOSE, 4, Refusal.NOT_ENOUGH_HISTORY),  # CTP error 51
        (YESTERDAY, 3, Refusal.ACCEPTED),
        (YESTERDAY, 4, Refusal.NOT_ENOUGH_HISTORY),
        (FORCE, 3, Refusal.ACCEPTED),
        (TODAY, 2, Refusal.ACCEPTED),
        (TODAY, 3, Refusal.NOT_ENOUGH_TODAY),  # CTP error 50
    ],
)
def test_each_flag_takes_from_its_own_set(offset: Offset, lots: int, expected: Refusal) -> None:
    day = Day(with_history((0, 0, 3, 0, 0), (1, 0, 0, 3, 0)))
    day.buy(0, 100, 2)
    day.sell(1, 100, 2)
    events = day.sell(0, 100, lots, offset=offset)
    assert refusal(events) == expected
    if expected != Refusal.ACCEPTED:
        assert figures(events) == (lots, 2 if offset == TODAY else 3)
        assert expected.ctp_code == (50 if offset == TODAY else 51)
        return
    day.buy(1, 100, lots, offset=offset)
    held = {"long_history": 3, "long_today": 2, "long_today_cost": 200}
    if offset == TODAY:
        held = {"long_history": 3}
    else:
        del held["long_history"]
    assert day.position(0) == held


def test_a_closing_order_freezes_its_lots_until_it_is_filled_or_gone() -> None:
    day = Day(with_history((0, 0, 3, 0, 0)))
    waiting = order_id(day.sell(0, 105, 2, offset=CLOSE))
    assert day.position(0) == {"long_history": 3, "long_history_frozen": 2}
    events = day.sell(0, 106, 2, offset=YESTERDAY)  # one set, whatever the flag is called
    assert refusal(events) == Refusal.NOT_ENOUGH_HISTORY
    assert figures(events) == (2, 1)
    day.buy(1, 105, 1)
    assert day.position(0) == {"long_history": 2, "long_history_frozen": 1}
    day.cancel(1, waiting)
    assert day.position(0) == {"long_history": 2}
    assert refusal(day.sell(0, 106, 2, offset=FORCE)) == Refusal.ACCEPTED


def test_long_and_short_are_held_side_by_side_and_never_netted() -> None:
    day = Day(small_image(settings=SMALL))
    day.buy(0, 100, 3)
    day.sell(1, 100, 3)
    day.sell(0, 101, 2)
    day.buy(1, 101, 2)
    assert day.position(0) == {
        "long_today": 3,
        "long_today_cost": 300,
        "short_today": 2,
        "short_today_cost": 202,
    }


def test_hedge_flags_hold_apart() -> None:
    day = Day(with_history((0, 0, 5, 0, Hedge.HEDGE), (1, 0, 0, 5, 0)))
    assert refusal(day.sell(0, 100, 1, offset=CLOSE)) == Refusal.NOT_ENOUGH_HISTORY
    assert refusal(day.sell(0, 100, 5, offset=CLOSE, hedge=Hedge.HEDGE)) == Refusal.ACCEPTED


@pytest.mark.parametrize(
    ("opened", "realised"),
    [
        # closed one by one at 105; a tick of a lot is 100 fen
        ([100, 101, 102], [400, 800, 1_200]),  # shares of 303: 101, 101, 101
        ([100, 101], [500, 900]),  # shares of 201: 100 (cut down), then the 101 left
    ],
)
def test_the_cost_of_today_is_shared_by_lots_and_adds_up(
    opened: list[int], realised: list[int]
) -> None:
    day = Day(small_image(settings=SMALL))
    for price in opened:
        day.buy(0, price, 1)
        day.sell(1, price, 1)
    found = []
    for _ in opened:
        day.buy(1, 105, 1)
        day.sell(0, 105, 1, offset=TODAY)
        found.append(int(day.account(0)["realised_fen"]))
    assert found == realised
    assert day.position(0) == {}


def test_a_history_lot_is_worth_the_previous_settlement() -> None:
    day = Day(with_history((0, 0, 2, 0, 0), (1, 0, 0, 2, 0)))
    day.sell(0, 104, 2, offset=CLOSE)
    day.buy(1, 104, 2, offset=CLOSE)
    assert day.account(0)["realised_fen"] == (104 - 100) * 2 * 100
    assert day.account(1)["realised_fen"] == -(104 - 100) * 2 * 100


@pytest.mark.parametrize("rows", [[], [(0, 0, 0, 0, 0, 0, 0)]])
def test_limits_of_zero_mean_none_known_and_refuse_nothing(rows: list[tuple[int, ...]]) -> None:
    assert refusal(Day(with_limits(*rows)).buy(0, 100, 500)) == Refusal.ACCEPTED


def test_position_limit_counts_positions_and_pending_opens_of_one_side() -> None:
    day = Day(with_limits(position_limit_lots=10))
    day.buy(0, 100, 4)
    day.sell(1, 100, 4)
    waiting = order_id(day.buy(0, 99, 5))
    events = day.buy(0, 98, 2)
    assert refusal(events) == Refusal.POSITION_LIMIT
    assert figures(events) == (11, 10)
    assert refusal(day.buy(0, 98, 1)) == Refusal.ACCEPTED
    assert refusal(day.sell(0, 105, 10)) == Refusal.ACCEPTED  # the other side counts for itself
    day.cancel(1, waiting)
    assert refusal(day.buy(0, 98, 5)) == Refusal.ACCEPTED
    assert refusal(day.sell(0, 109, 4, offset=TODAY)) == Refusal.ACCEPTED  # closing is free
    assert refusal(day.buy(0, 98, 1)) == Refusal.POSITION_LIMIT  # until it is filled


def test_who_is_above_a_limit_may_still_close() -> None:
    image = with_limits(position_limit_lots=10)
    held = [(0, 0, 12, 0, 0), (1, 0, 0, 12, 0)]
    day = Day(image._replace(positions=np.array(held, dtype=image.positions.dtype)))
    assert refusal(day.buy(0, 100, 1)) == Refusal.POSITION_LIMIT
    assert refusal(day.sell(0, 100, 12, offset=CLOSE)) == Refusal.ACCEPTED


def test_limits_count_a_holder_over_all_members() -> None:
    """Codes 0 and 1 are one client at two members: one limit (rulebook 5.6)."""
    image = with_limits(position_limit_lots=10)
    image.trading_codes["holder"][1] = 0
    day = Day(image)
    assert refusal(day.buy(0, 100, 6)) == Refusal.ACCEPTED
    assert refusal(day.buy(1, 100, 5)) == Refusal.POSITION_LIMIT
    assert refusal(day.buy(1, 100, 4)) == Refusal.ACCEPTED


def test_a_holder_may_have_limits_of_its_own() -> None:
    day = Day(with_limits((0, 0, 20, 15, 0, 0, 0), position_limit_lots=10, opening_limit_lots=5))
    assert refusal(day.buy(0, 100, 15)) == Refusal.ACCEPTED
    assert refusal(day.buy(0, 100, 1)) == Refusal.OPENING_LIMIT
    assert refusal(day.buy(2, 100, 6)) == Refusal.OPENING_LIMIT


def test_opening_limit_counts_what_was_opened_and_what_still_may_be() -> None:
    day = Day(with_limits(opening_limit_lots=10))
    day.buy(0, 100, 6)
    day.sell(1, 100, 6)
    day.sell(0, 100, 6, offset=TODAY)
    day.buy(1, 100, 6, offset=TODAY)
    assert day.position(0) == {}
    events = day.sell(0, 100, 5)  # closed again, but opened once: both sides count together
    assert refusal(events) == Refusal.OPENING_LIMIT
    assert figures(events) == (11, 10)
    waiting = order_id(day.sell(0, 105, 4))
    assert refusal(day.sell(0, 105, 1)) == Refusal.OPENING_LIMIT
    day.cancel(1, waiting)  # what never traded is not opened
    assert refusal(day.sell(0, 105, 4)) == Refusal.ACCEPTED


def test_hedging_has_its_quota_instead_of_the_limits() -> None:
    """Exempt from position and opening limits, within the quota per side (3.3, 3.5)."""
    day = Day(with_limits((0, 0, 3, 3, 8, 4, 0)))
    hedging = {"hedge": Hedge.HEDGE}
    assert refusal(day.buy(0, 100, 8, **hedging)) == Refusal.ACCEPTED
    events = day.buy(0, 100, 1, **hedging)
    assert refusal(events) == Refusal.HEDGE_QUOTA
    assert figures(events) == (9, 8)
    assert refusal(day.sell(0, 105, 5, **hedging)) == Refusal.HEDGE_QUOTA
    assert refusal(day.sell(0, 105, 4, **hedging)) == Refusal.ACCEPTED
    assert refusal(day.buy(0, 100, 3)) == Refusal.ACCEPTED  # the general limit is untouched
    assert refusal(day.buy(1, 100, 1, **hedging)) == Refusal.HEDGE_QUOTA  # none was granted


def test_a_quota_may_be_used_again_after_closing() -> None:
    day = Day(with_limits((0, 0, 0, 0, 4, 4, 0)))
    hedging = {"hedge": Hedge.HEDGE}
    day.buy(0, 100, 4, **hedging)
    day.sell(1, 100, 4)
    day.sell(0, 100, 4, offset=TODAY, **hedging)
    day.buy(1, 100, 4, offset=TODAY)
    assert refusal(day.buy(0, 100, 4, **hedging)) == Refusal.ACCEPTED


def test_market_makers_are_exempt_and_use_up_nothing() -> None:
    day = Day(with_limits(position_limit_lots=5, opening_limit_lots=5))
    assert refusal(day.buy(0, 100, 50, hedge=Hedge.MARKET_MAKER)) == Refusal.ACCEPTED
    assert refusal(day.buy(0, 100, 5)) == Refusal.ACCEPTED
    assert refusal(day.buy(0, 100, 1, hedge=Hedge.ARBITRAGE)) == Refusal.POSITION_LIMIT


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_a_net_venue_closes_what_is_held_and_opens_the_rest(side: Side) -> None:
    day = Day(small_image(settings={**SMALL, "offset_flags": False}))
    other = Side(1 - side)
    day.enter(0, side, 100, 5)
    day.enter(1, other, 100, 5)
    day.enter(0, other, 100, 8)
    day.enter(1, side, 100, 8)
    held = "short" if side == Side.BUY else "long"
    assert day.position(0) == {f"{held}_today": 3, f"{held}_today_cost": 300}
