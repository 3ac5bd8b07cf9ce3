"""A pool that could not pay: what is closed by force frees what it lacks, by the same margin."""

import numpy as np
import pytest

from huiguan.exchange.clearing.liquidation import ForceClose
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.day_money import margins, pool_of_code
from huiguan.exchange.evening.day_positions import hold
from huiguan.exchange.evening.forced import force_close_commands, forced_closes
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.foundation.columns import sums
from tests.markets import books, market, rules


def positions_after(image: DayImage, result: DayResult, orders: list[ForceClose]) -> np.ndarray:
    """Return the evening's positions less what is closed; each order finds its lots."""
    left = result.positions.copy()
    for order in orders:
        found = np.flatnonzero(
            (left["trading_code"] == image.names.trading_codes.index(order.trading_code))
            & (left["instrument"] == image.names.instruments.index(order.instrument))
            & (left["hedge"] == order.flag)
        )
        assert len(found) == 1
        left[f"{order.side}_lots"][found] -= order.lots
        assert left[f"{order.side}_lots"][found] >= 0
    return left


def margin_of_pools(image: DayImage, result: DayResult, positions: np.ndarray) -> np.ndarray:
    """Return the margin of each pool for positions, at the evening's settlement and rates."""
    holdings = hold(image._replace(positions=positions), np.zeros(0, result.trades.dtype))
    ticks = result.contracts["settlement_units"] // image.instruments["tick_units"]
    found = margins(image, holdings, ticks, result.contracts)
    return sums(pool_of_code(image), found.margin_fen, len(image.pools))


@pytest.mark.parametrize("seed", range(8))
def test_list_frees_what_the_pools_lack(seed: int) -> None:
    made = market(seed, 80, 16, deposit_fen=10**8)
    image = made.image
    result = close_day(image, made.events(), rules())
    tomorrow = next_image(image, result, books())
    orders = forced_closes(image, result, tomorrow)
    before = margin_of_pools(image, result, result.positions)
    assert np.array_equal(before, result.pools["margin_fen"])
    freed = before - margin_of_pools(image, result, positions_after(image, result, orders))
    pools = tomorrow.pools
    missing = -(pools["cash_fen"] - pools["margin_fen"] + pools["usable_fen"])
    assert (missing > 0).any()
    assert (freed >= np.minimum(np.maximum(missing, 0), before)).all()
    assert (freed[missing <= 0] == 0).all()


def test_commands_keep_the_flag_of_the_position() -> None:
    """A market maker's lots are closed as a market maker's, and a sale closes what was bought."""
    made = market(1, 0)
    row = ForceClose("000000000002", "cu2610", "long", False, 3, 1, Hedge.MARKET_MAKER)  # type: ignore[arg-type]
    (order,) = force_close_commands(made.image, [row])
    assert (order.hedge, order.side, order.offset) == (
        Hedge.MARKET_MAKER,
        Side.SELL,
        Offset.FORCE_CLOSE,
    )
    assert order.price_ticks == made.image.instruments["lower_limit_ticks"][1]
