"""Price limits of a day, and what a limit-locked market is.

Limits are the previous settlement price -/+ a rate, cut to the tick in a direction set per venue
and side: SHFE and INE cut both down, CFFEX and textbooks cut inwards.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

from huiguan.exchange.quotes import Price, Rate, as_decimal, as_rate, exact, to_tick
from huiguan.exchange.rules.rows import LimitRounding
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault

VENUES = {  # (lower, upper)
    "SHFE": (Rounding.DOWN, Rounding.DOWN),
    "INE": (Rounding.DOWN, Rounding.DOWN),
    "CFFEX": (Rounding.UP, Rounding.DOWN),
    "inward": (Rounding.UP, Rounding.DOWN),
}


class PriceLimits(NamedTuple):
    """The lowest and the highest valid price."""

    lower: Decimal
    upper: Decimal


@rule("Risk Management Rules, price limit; cut to the tick by venue and side", "confirmed")
def price_limits(
    previous_settlement: Price,
    limit_rate: Rate | Fraction,
    tick: Price,
    venue: str | LimitRounding = "SHFE",
) -> PriceLimits:
    """Return lower and upper limit: previous settlement x (1 -/+ rate), cut to the tick.

    ``venue``: SHFE or INE (both limits cut down), CFFEX or inward (lower up, upper down), or the
    ``limit_rounding`` of a rulebook. A lower limit not above zero becomes one tick.
    sc 451.7, 8 %, tick 0.1 at INE: 415.564 -> 415.5, 487.836 -> 487.8. Textbooks cut inward: cu
    54,100, 3 %, tick 10: 52,477 -> 52,480, 55,723 -> 55,720.
    """
    if isinstance(venue, str):
        known = {name.lower(): name for name in VENUES}
        if venue.lower() not in known:
            raise InputFault(f"venue {venue!r} has no rounding of limits; known: {[*VENUES]}")
        venue = known[venue.lower()]
    base, rate = exact(previous_settlement), as_rate(limit_rate, "limit rate")
    if base <= 0:
        raise InputFault(f"previous settlement price {previous_settlement} is not above zero")
    down, up = VENUES[venue] if isinstance(venue, str) else directions(venue)
    lower = to_tick(base * (1 - rate), tick, down)
    return PriceLimits(max(lower, to_tick(tick, tick)), to_tick(base * (1 + rate), tick, up))


def directions(row: LimitRounding) -> tuple[Rounding, Rounding]:
    """Return the directions of the lower and the upper limit in a rulebook."""
    return Rounding[row.lower.upper()], Rounding[row.upper.upper()]


@rule("product rules: the limit is doubled until the first day with a trade", "secondary")
def new_contract_limit_rate(
    regular_rate: Rate, *, has_traded_before: bool, multiple: int = 2
) -> Decimal:
    """Return the limit rate of a new contract as a decimal: twice the regular one until it trades.

    ``has_traded_before`` means on an earlier day. Regular 15 %: 0.30 on the listing day.
    """
    rate = as_rate(regular_rate, "limit rate")
    if not has_traded_before:
        rate = as_rate(rate * multiple, "doubled limit rate")
    return as_decimal(rate)


class Lock(IntEnum):
    """In which limit a market was locked at the close."""

    DOWN = -1
    NONE = 0
    UP = 1


Quote = tuple[Price | None, Price | None]  # best bid, best ask; None is an empty side


@rule(
    "Risk Management Rules, limit-locked market: the last five minutes",
    "secondary",
)
def limit_locked(
    last_price: Price | None,
    upper_limit: Price,
    lower_limit: Price,
    quotes: Sequence[Quote],
    trade_prices: Sequence[Price] = (),
) -> Lock:
    """Return whether a contract closed locked at a limit, judged by its last five minutes.

    ``quotes`` are every (best bid, best ask) seen in these minutes, ``trade_prices`` the trades.
    Locked up: the last price is the upper limit and in all quotes there are only buy orders at it
    and no sell orders; sell orders that were filled as soon as they came leave trades at the limit
    only. Without a quote nothing is locked. Limit 73,600: ``limit_locked(73600, 73600, 66400,
    [(73600, None), (73600, None)])`` is ``Lock.UP``; with a quote (73600, 73600) it is NONE.
    """
    if last_price is None or not quotes:
        return Lock.NONE
    trades = [exact(price) for price in trade_prices]
    for lock, limit in ((Lock.UP, exact(upper_limit)), (Lock.DOWN, exact(lower_limit))):
        own = 0 if lock == Lock.UP else 1
        held = all(quote[1 - own] is None and _at(quote[own], limit) for quote in quotes)
        if held and exact(last_price) == limit and all(price == limit for price in trades):
            return lock
    return Lock.NONE


def _at(price: Price | None, limit: object) -> bool:
    """Return whether a quote stands at the limit."""
    return price is not None and exact(price) == limit
