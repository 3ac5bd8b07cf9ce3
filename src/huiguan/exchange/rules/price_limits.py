"""Price limits of a day, and what a limit-locked market is.

Limits are the previous settlement price -/+ a rate, cut to the tick in a direction set per venue
and side by a dated row (``limit_rounding``).
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import partial
from typing import Annotated, Literal, NamedTuple

from huiguan.exchange.quotes import Price, Rate, Size, as_decimal, as_rate, exact, to_tick
from huiguan.exchange.rules.rows import LimitRounding, book_row
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import natural, word

Multiple = Annotated[int, partial(natural, least=1, most=100)]
Cut = Literal["down", "inward"]  # both limits down; the lower one up and the upper one down
CUTS: dict[str, tuple[Rounding, Rounding]] = {
    "down": (Rounding.DOWN, Rounding.DOWN),
    "inward": (Rounding.UP, Rounding.DOWN),
}


def cut(value: object, what: str) -> object:
    """Read a way of cutting: a row of a book, or a word."""
    return word(value, what, CUTS) if isinstance(value, str) else book_row(value, what)


class PriceLimits(NamedTuple):
    """The lowest and the highest valid price."""

    lower: Decimal
    upper: Decimal


@rule("Risk Management Rules, price limit; cut to the tick by venue and side", "confirmed")
@checked
def price_limits(
    previous_settlement: Price | Fraction,
    limit_rate: Rate | Fraction,
    tick: Size,
    rounding: Annotated[LimitRounding | Cut, cut],
) -> PriceLimits:
    """Return lower and upper limit: previous settlement x (1 -/+ rate), cut to the tick.

    ``rounding`` is the venue's dated ``limit_rounding`` of a rulebook, or a way of cutting: "down"
    cuts both limits down, "inward" the lower one up and the upper one down. A lower limit not above
    zero becomes one tick.
    sc 451.7, 8 %, tick 0.1, down: 415.564 -> 415.5, 487.836 -> 487.8. Textbooks cut inward: cu
    54,100, 3 %, tick 10: 52,477 -> 52,480, 55,723 -> 55,720.
    """
    base, rate = exact(previous_settlement), as_rate(limit_rate, "limit rate")
    if base <= 0:
        raise InputFault(f"previous settlement price {previous_settlement} is not above zero")
    down, up = CUTS[rounding] if isinstance(rounding, str) else directions(rounding)
    lower = to_tick(base * (1 - rate), tick, down)
    return PriceLimits(max(lower, to_tick(tick, tick)), to_tick(base * (1 + rate), tick, up))


def directions(row: LimitRounding) -> tuple[Rounding, Rounding]:
    """Return the directions of the lower and the upper limit in a rulebook."""
    return Rounding[row.lower.upper()], Rounding[row.upper.upper()]


@rule("product rules: the limit is doubled until the first day with a trade", "secondary")
@checked
def new_contract_limit_rate(
    regular_rate: Rate, *, has_traded_before: bool, multiple: Multiple
) -> Decimal:
    """Return the limit rate of a new contract as a decimal: twice the regular one until it trades.

    ``has_traded_before`` means on an earlier day; ``multiple`` is ``limit_multiple`` of the
    ``new_contract`` of the books. Regular 15 %: 0.30 on the listing day.

    A calculator: nothing in Huiguan calls it.
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
@checked
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

    A calculator: nothing in Huiguan calls it.
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
