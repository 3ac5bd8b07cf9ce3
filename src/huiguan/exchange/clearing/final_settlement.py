"""Final (delivery) settlement prices by class of product and period of the rules.

Contracts from 2508 on are settled at the last trading day's settlement price (class 1) or at the
mean of five (class 2); earlier texts used volume-weighted means of all trades for some products.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated, TypeVar

from huiguan.exchange.quotes import Price, Size, exact, to_tick
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count, natural

T = TypeVar("T")
Positive = Annotated[int, partial(natural, least=1)]


@rule("product rules, class 1: settlement price of the last trading day", "secondary")
@checked
def final_settlement_last_day(settlements: Sequence[Price], tick: Size) -> Decimal:
    """Return the settlement price of the last of the days given, oldest first.

    70,110, 70,200, 70,250 with tick 10: 70250.

    A calculator: nothing in Huiguan calls it.
    """
    return to_tick(_some(settlements)[-1], tick)


@rule("product rules, class 2: mean of the last five days with trades; cut unread", "secondary")
@checked
def final_settlement_five_day_mean(
    settlements: Sequence[tuple[Price, Count]],
    tick: Size,
    days: Positive,
    rounding: Rounding,
) -> Decimal:
    """Return the arithmetic mean of the last settlement prices of days with trades.

    Days are (settlement price, volume), oldest first; days without volume are passed over. ``days``
    is the ``final_settlement`` of the books, five; which way the mean is cut was read nowhere:
    down. 600, 601, 603 (no trade), 602, 604, 605 with tick 0.1: 3,012 / 5 = 602.4.

    A calculator: nothing in Huiguan calls it.
    """
    prices = [exact(price) for price, volume in settlements if volume]
    prices = prices[-days:] or [exact(price) for price, _ in _some(settlements)][-1:]
    return to_tick(sum(prices, Fraction(0)) / len(prices), tick, rounding)


@rule("delivery rules to 2507: volume-weighted mean of all trades of five days", "secondary")
@checked
def final_settlement_five_day_weighted(
    days: Sequence[tuple[Count, Count]],
    lot_size: Size,
    tick: Size,
    last: Positive,
    rounding: Rounding,
) -> Decimal:
    """Return the volume-weighted mean of all trades of the last trading days with trades.

    ``last`` is ``days`` of the ``final_settlement`` of the books, five; cut down, as recalled. Days
    are (turnover in fen, volume in lots), oldest first; days without volume are passed over. 2 lots
    of 10 t at 15,000 and 1 at 15,030, tick 5: (300,000 + 150,300) / 30 = 15,010.

    A calculator: nothing in Huiguan calls it.
    """
    traded = [(turnover, volume) for turnover, volume in days if volume][-last:]
    if not traded:
        raise InputFault("no day with trades: take the last settlement price instead")
    turnover = sum(turnover for turnover, _ in traded)
    volume = sum(volume for _, volume in traded)
    mean = Fraction(turnover) / (100 * exact(lot_size, "lot size") * volume)
    return to_tick(mean, tick, rounding)


@rule("fuel oil before 2018: last ten trading days, weighted by time", "unconfirmed")
@checked
def final_settlement_time_weighted(
    settlements: Sequence[tuple[Price, Count]],
    tick: Size,
    days: Positive,
    rounding: Rounding,
) -> Decimal:
    """Return the mean of the last settlement prices, each weighted by the time it stood.

    Days are (settlement price, weight), oldest first; equal weights give each trading day the same.
    The old texts took ten ``days``; which way they cut is not known.
    3,000 for one day and 3,010 for three (over a weekend), tick 1: 12,030 / 4 = 3,007.5 -> 3007.

    A calculator: nothing in Huiguan calls it.
    """
    last = [(exact(price), weight) for price, weight in _some(settlements)][-days:]
    total = sum((price * weight for price, weight in last), Fraction(0))
    weights = sum(weight for _, weight in last)
    if not weights:
        raise InputFault("no price stood for any time: give at least one of them a weight")
    return to_tick(total / weights, tick, rounding)


@rule("ec: mean of the index on the last trading day and the two releases before", "unconfirmed")
@checked
def final_settlement_index(
    index_values: Sequence[Price],
    step: Size,
    rounding: Rounding,
    values: Positive,
) -> Decimal:
    """Return the mean of the last index values, rounded to ``step``.

    ``values`` is ``days`` of the ``final_settlement`` of the books; ec: three, half up to 0.1.
    2,134.92, 2,147.86 and 2,175.62: 6,458.40 / 3 = 2,152.80 -> 2152.8.

    A calculator: nothing in Huiguan calls it.
    """
    last = [exact(value, "index") for value in index_values][-values:]
    if len(last) < values:
        raise InputFault(f"{len(last)} index values given; the mean takes the last {values}")
    return to_tick(sum(last, Fraction(0)) / len(last), step, rounding)


def _some(values: Sequence[T]) -> Sequence[T]:
    """Return the values; refuse an empty list."""
    if not values:
        raise InputFault("no values given: a final settlement price needs at least one day")
    return values
