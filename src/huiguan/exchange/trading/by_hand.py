"""The call auction and the price of a trade from plain lists, as one would do them on paper.

The compiled core gives the same results; this is the readable form, for examples and for checking.
Prices are exact decimals of the quote.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from huiguan.exchange.day.image import NO_PRICE, AuctionTie
from huiguan.exchange.quotes import Lots, Price, Size, as_decimal, exact, middle, to_tick
from huiguan.exchange.trading.auction import auction_price
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked

Orders = Sequence[tuple[Price, Lots]]  # (limit price, lots) in order of entry
Tie = Literal["reference", "middle", "textbook", "settlement", "midpoint"]
MOST_TICKS = 2**31 - 1  # the core counts no higher


class AuctionResult(NamedTuple):
    """What a call auction gives: no price and no lots when no buy reaches a sell."""

    price: Decimal | None
    lots: int
    bought: list[int]  # lots filled of every buy order, in the order given
    sold: list[int]


@rule("Trading Rules, call auction: the price of the largest volume (rulebook 2.2)", "secondary")
@checked
def call_auction(
    buys: Orders,
    sells: Orders,
    tick: Size,
    previous_settlement: Price | None = None,
    last_price: Price | None = None,
    tie: Tie = "reference",
) -> AuctionResult:
    """Return the one price, the lots, and what every order gets, in order of price, then entry.

    Orders are (limit price, lots). Several prices of equal volume: ``reference`` takes the one
    nearest to ``last_price`` (a trade earlier in the trading day), else to ``previous_settlement``;
    ``textbook`` the mean of the last pair; ``middle`` the middle one of the last pair and the
    previous settlement; ``settlement`` the nearest to it; ``midpoint`` the middle of the range: it
    is the ``auction`` of the books, ``reference`` at SHFE and INE. A rule without its reference
    takes the midpoint; a mean is cut down to the tick. Buys 10 at 105, 20 at 100; sells 15 at 95, 5
    at 101; settlement 98: 15 lots at 100.

    A calculator: nothing in Huiguan calls it.
    """
    buying, selling = _ticks(buys, tick, "buy"), _ticks(sells, tick, "sell")
    best_buys = sorted(range(len(buying)), key=lambda row: -buying[row][0])
    best_sells = sorted(range(len(selling)), key=lambda row: selling[row][0])
    bought, sold = [0] * len(buying), [0] * len(selling)
    buy = sell = 0
    pair: tuple[int, int] | None = None
    while buy < len(buying) and sell < len(selling):
        (bid, wanted), (ask, offered) = buying[best_buys[buy]], selling[best_sells[sell]]
        if bid < ask:
            break
        lots = min(wanted - bought[best_buys[buy]], offered - sold[best_sells[sell]])
        bought[best_buys[buy]] += lots
        sold[best_sells[sell]] += lots
        pair = (bid, ask)
        buy += bought[best_buys[buy]] == wanted
        sell += sold[best_sells[sell]] == offered
    if pair is None:
        return AuctionResult(None, 0, bought, sold)
    low = max([pair[1], *(buying[row][0] for row in best_buys[buy : buy + 1])])
    high = min([pair[0], *(selling[row][0] for row in best_sells[sell : sell + 1])])
    last, settlement = (
        NO_PRICE if price is None else _tick(price, tick, what)
        for price, what in ((last_price, "last price"), (previous_settlement, "settlement price"))
    )
    at = auction_price(AuctionTie[tie.upper()], low, high, *pair, last, settlement)
    return AuctionResult(to_tick(at * exact(tick), tick), sum(bought), bought, sold)


def _tick(price: Price, tick: Price, what: str) -> int:
    """Return a price in ticks; one between two ticks is an InputFault."""
    ticks = exact(price, what) / exact(tick, "tick")
    if ticks.denominator != 1:
        raise InputFault(f"{what} {price} is no multiple of the tick {tick}")
    if abs(ticks) > MOST_TICKS:
        raise InputFault(f"{what} {price} is more than {MOST_TICKS:,} ticks of {tick}; check both")
    return ticks.numerator


def _ticks(orders: Orders, tick: Price, what: str) -> list[tuple[int, int]]:
    """Return orders with prices in ticks."""
    if not all(lots for _, lots in orders):
        raise InputFault(f"a {what} order has at least one lot; leave the empty one out")
    return [(_tick(price, tick, f"{what} price"), lots) for price, lots in orders]


@rule("Trading Rules, continuous trading: middle of buy, sell and last price", "secondary")
@checked
def trade_price(buy: Price, sell: Price, previous: Price) -> Decimal | None:
    """Return the price of a trade: the middle one of buy price, sell price and previous trade.

    None when the buy price is below the sell price: nothing trades. Before the first trade of the
    day ``previous`` is the auction price, else the previous settlement price.
    Buy 15,000, sell 14,990: previous 14,980 gives 14,990; 14,995 gives 14,995; 15,010 gives 15,000.
    """
    prices = [exact(buy, "buy"), exact(sell, "sell"), exact(previous, "previous")]
    if prices[0] < prices[1]:
        return None
    return as_decimal(middle(prices))


@rule("open interest, counted one-sided since 2020", "confirmed")
@checked
def open_interest_change(lots: Lots, *, buyer_opens: bool, seller_opens: bool) -> int:
    """Return by how many lots one trade changes open interest (one-sided).

    Both open: + lots; both close: - lots; one opens and the other closes: 0. 10 lots between a
    buyer who opens and a seller who closes: 0.
    """
    return lots * (int(buyer_opens) + int(seller_opens) - 1)
