"""Collateral: what warrants, bonds and currency count for, and the two caps.

Collateral covers trading margin only; losses, fees and delivery payments are cash.
"""

from typing import Annotated

from huiguan.exchange.quotes import Lots, Price, Rate, Size, as_rate, exact, value_fen, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count


@rule("Exchange Administration Measures: at most 80 % of value and 4 x cash", "secondary")
@checked
def usable_collateral(
    benchmark_value_fen: Count, cash_fen: int, value_rate: Rate, cash_multiple: Count
) -> int:
    """Return the fen that count towards margin: the lower of a part of the value and some cash.

    ``cash_fen`` is the member's actual cash in the special settlement account; ``value_rate`` and
    ``cash_multiple`` are the ``collateral`` of the books. Bonds worth 12 million, cash 2 million,
    80 % and 4: min(9.6, 8) = 8 million CNY.
    """
    by_value = whole(benchmark_value_fen * as_rate(value_rate, "value rate"), Rounding.DOWN)
    return min(by_value, max(0, cash_multiple * cash_fen))


@rule("Clearing Rules: warrants at the nearest month's previous settlement price", "unconfirmed")
@checked
def warrant_benchmark_value(
    nearest_month_settlement: Price, lot_size: Size, lots: Lots, discount: Price = 0
) -> int:
    """Return the benchmark value in fen of standard warrants of ``lots`` x ``lot_size``.

    The price is the previous trading day's settlement of the nearest delivery month, less
    ``discount`` a unit for quality and brand. Copper at 70,000, 5 t, 100 lots, discount 100:
    69,900 x 500 = 34,950,000.00 CNY.
    """
    price = exact(nearest_month_settlement) - exact(discount, "discount")
    if price < 0:
        raise InputFault(f"discount: {discount} is more than the price, {nearest_month_settlement}")
    return value_fen(price, lot_size, lots)


@rule("Clearing Rules: a bond at the lowest of the depositories' valuations", "unconfirmed")
@checked
def bond_benchmark_value(face_fen: Count, valuations_per_100: list[Price]) -> int:
    """Return the benchmark value in fen of bonds, at the lowest valuation per 100 of face.

    Face 10,000,000 CNY, valued at 101.20 and 100.90: 10,090,000.00 CNY.
    """
    if not valuations_per_100:
        raise InputFault("a bond needs at least one valuation per 100 of face")
    lowest = min(exact(value, "valuation") for value in valuations_per_100)
    if lowest < 0:
        raise InputFault(f"valuation {lowest} is below zero, so the bond counts for nothing")
    return whole(face_fen * lowest / 100, Rounding.DOWN)


@rule("INE No. 114 of 2020: US dollars at central parity x 0.95", "confirmed")
@checked
def foreign_cash_value(
    amount_cents: Annotated[Count, "amount"], central_parity: Size, coefficient: Rate
) -> int:
    """Return the fen that US dollars count for, rounded down.

    The parity (CNY for one USD) is the previous day's during trading, that day's at the clearing;
    ``coefficient`` is ``currency_share`` of the ``collateral`` of the books.
    1,000,000.00 USD at 7.1000 and 0.95: 7,100,000 x 0.95 = 6,745,000.00 CNY.
    """
    value = amount_cents * exact(central_parity, "parity") * as_rate(coefficient, "coefficient")
    return whole(value, Rounding.DOWN)


@rule(
    "collateral of a pool as the one figure of the image: dollars at their own coefficient",
    "assumed",
)
@checked
def lodged_value(securities_fen: Count, currency_fen: Count, value_rate: Rate) -> int:
    """Return the fen that stand in the image for a pool's collateral, rounded down.

    The image has one figure, of which ``value_rate`` counts; dollars have been cut by a coefficient
    of their own (``foreign_cash_value``) and are not cut twice, so they stand at what gives that.
    Warrants and bonds of 12,000,000, dollars that count for 6,745,000 CNY, 80 %: 12,000,000 +
    6,745,000 / 0.8 = 20,431,250.00, of which 80 % are 9,600,000 + 6,745,000.
    """
    share = as_rate(value_rate, "value rate")
    if not share:
        raise InputFault("collateral of which nothing counts stands at no value; check the rate")
    return securities_fen + whole(currency_fen / share, Rounding.DOWN)


@rule("standard warrants and bonds count until the day before their last one", "assumed")
@checked
def still_counts(last_day: Count, on_day: Count) -> bool:
    """Return whether collateral that is valid to ``last_day`` (yyyymmdd; 0: no end) counts then.

    Warrants valid to 20261130 count on 20261127 and no more on 20261130: they have to be replaced
    before they end.
    """
    return last_day == 0 or on_day < last_day


@rule("Clearing Rules: collateral goes back once cash takes its place", "unconfirmed")
@checked
def may_release(cash_fen: int, margin_fen: Count, usable_fen: Count, minimum_fen: Count) -> bool:
    """Return whether what is left keeps the minimum; ``usable_fen`` is of the collateral left.

    Cash 10, margin 5, minimum 2 million CNY: with nothing left 10 - 5 = 5, so it may go back. Cash
    6: 6 - 5 = 1 million, so cash comes first.
    """
    return cash_fen - margin_fen + usable_fen >= minimum_fen
