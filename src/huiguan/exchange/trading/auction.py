"""The call auction: one price at which the largest volume trades (rulebook 2.2).

Pairing the best buy with the best sell until nothing crosses gives the last pair and the first
orders left over. Every price from max(last sell, next buy) to min(last buy, next sell) trades the
same volume and leaves no better order unfilled; a tie rule, a setting of the day, picks one.
"""

import numpy as np

from huiguan.exchange.day.image import NO_PRICE, AuctionTie
from huiguan.exchange.trading.book import middle_price
from huiguan.exchange.trading.state.rows import NO_ROW, State
from huiguan.foundation.arithmetic import Rounding, divide
from huiguan.foundation.cited import rule
from huiguan.foundation.kernel import inner, kernel, rare


@inner
def clamp(price: int, low: int, high: int) -> int:
    """Return the price of the range that is nearest to ``price``."""
    return max(low, min(high, price))


@rule("Trading Rules, call auction, several prices of largest volume (rulebook 2.2)", "unconfirmed")
@kernel
def auction_price(
    tie: int, low: int, high: int, last_buy: int, last_sell: int, last: int, settlement: int
) -> int:
    """Return the auction price in ticks by tie rule ``tie`` (an ``AuctionTie``).

    ``low`` to ``high``: the range of equal volume; ``last_buy``, ``last_sell``: prices of the last
    pair; ``last``: last trade of the day or ``NO_PRICE``; ``settlement``: previous settlement or
    ``NO_PRICE``. A rule without its reference takes the midpoint of the range, cut to the tick.
    Example: range 100 to 104, last trade 107: REFERENCE gives 104, MIDPOINT 102.
    """
    if tie == AuctionTie.REFERENCE:
        reference = last if last != NO_PRICE else settlement
        if reference != NO_PRICE:
            return clamp(reference, low, high)
    if tie == AuctionTie.SETTLEMENT and settlement != NO_PRICE:
        return clamp(settlement, low, high)
    if tie == AuctionTie.MIDDLE and settlement != NO_PRICE:
        return clamp(middle_price(last_buy, last_sell, settlement), low, high)
    if tie == AuctionTie.TEXTBOOK:
        return clamp(divide(last_buy + last_sell, 2, Rounding.DOWN), low, high)
    return divide(low + high, 2, Rounding.DOWN)


@inner
def next_level(side: np.void, levels: np.ndarray, level: int) -> int:
    """Return the first level from ``level`` on where somebody waits, or ``size``."""
    while level < side["size"] and levels[side["first"] + level]["head"] == NO_ROW:
        level += 1
    return level


@inner
def price_of(state: State, side: np.void, level: int) -> int:
    """Return the price of a level where somebody waits."""
    return int(state.orders[state.levels[side["first"] + level]["head"]]["price_ticks"])


@rare
def find_range(state: State, instrument: int) -> tuple[int, int, int, int, int]:
    """Return (lots, low, high, last buy, last sell) of the largest volume, 0 lots for none."""
    buys, sells = state.sides[instrument * 2], state.sides[instrument * 2 + 1]
    levels = state.levels
    buy, sell = next_level(buys, levels, 0), next_level(sells, levels, 0)
    buy_left = sell_left = lots = 0
    last_buy = last_sell = 0
    if buy < buys["size"]:
        buy_left = levels[buys["first"] + buy]["lots"]
    if sell < sells["size"]:
        sell_left = levels[sells["first"] + sell]["lots"]
    while buy < buys["size"] and sell < sells["size"]:
        buy_price, sell_price = price_of(state, buys, buy), price_of(state, sells, sell)
        if buy_price < sell_price:
            break
        paired = min(buy_left, sell_left)
        lots += paired
        buy_left -= paired
        sell_left -= paired
        last_buy, last_sell = buy_price, sell_price
        if buy_left == 0:
            buy = next_level(buys, levels, buy + 1)
            if buy < buys["size"]:
                buy_left = levels[buys["first"] + buy]["lots"]
        if sell_left == 0:
            sell = next_level(sells, levels, sell + 1)
            if sell < sells["size"]:
                sell_left = levels[sells["first"] + sell]["lots"]
    low, high = last_sell, last_buy
    if buy < buys["size"]:
        low = max(low, price_of(state, buys, buy))
    if sell < sells["size"]:
        high = min(high, price_of(state, sells, sell))
    return lots, low, high, last_buy, last_sell


@inner
def first_row(state: State, instrument: int, side: int) -> int:
    """Return the order that trades next on one side."""
    row = state.sides[instrument * 2 + side]
    return state.levels[row["first"] + row["best"]]["head"]


@rare
def single_price(state: State, instrument: int, found: tuple[int, int, int, int, int]) -> int:
    """Return the price of the auction by the day's tie rule."""
    row = state.instruments[instrument]
    last = int(row["last_ticks"]) if row["traded"] else NO_PRICE
    return auction_price(
        state.config[0]["auction_tie"],
        found[1],
        found[2],
        found[3],
        found[4],
        last,
        int(row["settlement_ticks"]),
    )
