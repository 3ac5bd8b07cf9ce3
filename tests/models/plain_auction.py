"""The call auction by trying every price of the day (rulebook 2.2)."""

from collections.abc import Sequence
from typing import NamedTuple

REFERENCE, MIDDLE, TEXTBOOK, SETTLEMENT, MIDPOINT = range(5)

Orders = Sequence[tuple[int, int]]  # (price, lots), the next to trade first


class Auction(NamedTuple):
    """The outcome: lots, price, and the range of prices that would do as well."""

    lots: int
    price: int
    lowest: int
    highest: int


def good_prices(buys: Orders, sells: Orders, lower: int, upper: int) -> tuple[int, list[int]]:
    """Return the largest volume, and the prices that reach it and leave no better order waiting."""
    volume = {}
    for price in range(lower, upper + 1):
        wanted = sum(lots for limit, lots in buys if limit >= price)
        offered = sum(lots for limit, lots in sells if limit <= price)
        volume[price] = min(wanted, offered)
    most = max(volume.values())
    good = []
    for price in range(lower, upper + 1):
        better_buys = sum(lots for limit, lots in buys if limit > price)
        better_sells = sum(lots for limit, lots in sells if limit < price)
        if volume[price] == most and max(better_buys, better_sells) <= most:
            good.append(price)
    return most, good


def last_pair(buys: Orders, sells: Orders) -> tuple[int, int]:
    """Return the prices of the last lot of buy and sell that meet, paired lot by lot."""
    wanted = [limit for limit, lots in buys for _ in range(lots)]
    offered = [limit for limit, lots in sells for _ in range(lots)]
    pairs = [(b, s) for b, s in zip(wanted, offered, strict=False) if b >= s]
    return pairs[-1]


def find_auction(
    buys: Orders,
    sells: Orders,
    band: tuple[int, int],
    tie: int,
    last: int | None,
    settlement: int | None,
) -> Auction | None:
    """Return the auction, or None when nothing crosses; ``last`` is today's last trade."""
    lots, good = good_prices(buys, sells, *band)
    if lots == 0:
        return None
    low, high = good[0], good[-1]
    assert good == list(range(low, high + 1)), "the good prices are one stretch"
    wish = choose(tie, (low, high), last_pair(buys, sells), last, settlement)
    return Auction(lots, min(good, key=lambda price: abs(price - wish)), low, high)


def choose(
    tie: int,
    span: tuple[int, int],
    pair: tuple[int, int],
    last: int | None,
    settlement: int | None,
) -> int:
    """Return the price a tie rule wishes for; the nearest good one is taken."""
    if tie == REFERENCE and (last is not None or settlement is not None):
        return last if last is not None else settlement  # type: ignore[return-value]
    if tie == SETTLEMENT and settlement is not None:
        return settlement
    if tie == MIDDLE and settlement is not None:
        return sorted((*pair, settlement))[1]
    if tie == TEXTBOOK:
        return sum(pair) // 2
    return sum(span) // 2
