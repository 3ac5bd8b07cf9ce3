"""Contract value, profit, margin, fee and shares of lots: the formulas that many rooms share.

All integers: prices in ticks, money in fen, rates in parts per billion (5 % is 50,000,000). They
run inside kernels and, called from plain Python, with plain integers; what takes a ``Number`` takes
whole columns too, and is exact for fractions.
"""

from collections.abc import Mapping
from enum import IntEnum
from fractions import Fraction
from typing import Annotated, TypeVar

import numpy as np

from huiguan.exchange.messages import Offset
from huiguan.foundation.arithmetic import Rounding, multiply_rate
from huiguan.foundation.cited import rule
from huiguan.foundation.columns import Ints, times_rate_half_up
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import formula, kernel
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count, shown, whole_number

Whole = TypeVar("Whole", int, Ints)
Number = TypeVar("Number", int, Ints, Fraction)


def column(value: object, what: str) -> np.ndarray:
    """Read a whole column: whole numbers, one a row."""
    if not isinstance(value, np.ndarray) or value.dtype.kind != "i" or value.ndim != 1:
        raise InputFault(f"{what}: {shown(value)} is no column of whole numbers; give one of int64")
    return value


def whole_or_column(value: object, what: str) -> int | np.ndarray:
    """Read one whole number, or a column of them."""
    return column(value, what) if isinstance(value, np.ndarray) else whole_number(value, what)


def of_one_length(*columns: object) -> None:
    """Refuse columns that have not the same number of rows; a single number goes with any."""
    lengths = {len(entry) for entry in columns if isinstance(entry, np.ndarray)}
    if len(lengths) > 1:
        raise InputFault(f"columns of {sorted(lengths)} rows stand beside each other; check them")


Column = Annotated[Ints, column]


class FeeClass(IntEnum):
    """Which of a contract's fees the side of a trade pays."""

    OPEN = 0
    CLOSE_HISTORY = 1
    CLOSE_TODAY = 2


@rule("Clearing Rules, fees: opening, closing, closing of today's positions", "confirmed")
@formula
def fee_class(offset: int, offset_flags: bool) -> int:
    """Return which fee the side of a trade pays, a ``FeeClass``, by its offset flag.

    Without ``offset_flags`` (a venue with net positions) there is one fee, the opening's.
    """
    if not offset_flags or offset == Offset.OPEN:
        return FeeClass.OPEN
    return FeeClass.CLOSE_TODAY if offset == Offset.CLOSE_TODAY else FeeClass.CLOSE_HISTORY


# the same for columns: by ``offset_flags`` (0, 1), then by offset flag
FEE_CLASSES_BY_OFFSET = np.array([[fee_class(o, flags) for o in Offset] for flags in (False, True)])


@rule("contract texts: value = price x lot size x lots", "confirmed")
@kernel
def contract_value(price_ticks: int, tick_value_fen: int, lots: int) -> int:
    """Return the value in fen of ``lots`` at a price (turnover of a trade, value of a position).

    ``tick_value_fen`` is tick size x lot size. Copper, 10 CNY/t x 5 t = 50 CNY a tick: 2 lots at
    70,000 CNY/t are 7,000 ticks x 5,000 fen x 2 = 70,000,000 fen (700,000 CNY).
    """
    return price_ticks * tick_value_fen * lots


@rule("Clearing Rules: profit = (selling price - buying price) x lots x lot size", "confirmed")
@formula
def trade_profit(bought: Number, sold: Number, lot_value: Number | int) -> Number:
    """Return the profit in fen of lots bought and sold; a loss is negative.

    ``bought`` and ``sold`` are prices x lots, or sums of them; ``lot_value`` is the value in fen of
    one lot at price 1 (of a tick, where prices are ticks). Copper, 5,000 fen a tick, 2 lots long
    from 7,000 and closed at 7,003: (14,006 - 14,000) x 5,000 = 30,000 fen.
    """
    return (sold - bought) * lot_value


@rule("Clearing Rules, trading margin; decisions, Money (rounded up a lot)", "confirmed")
@kernel
def margin_per_lot(price_ticks: int, tick_value_fen: int, rate_ppb: int) -> int:
    """Return the margin in fen of one lot, rounded up to the fen.

    Silver, 15 CNY a tick, at 4,941 CNY/kg and 19 %: 7,411,500 fen x 0.19 = 1,408,185 fen.
    """
    return multiply_rate(price_ticks * tick_value_fen, rate_ppb, Rounding.UP)


@rule("Clearing Rules, fees by turnover; half up per trade (CTP statement)", "confirmed")
@kernel
def turnover_fee(value_fen: int, rate_ppb: int) -> int:
    """Return the fee in fen of a trade of ``value_fen``, rounded half up to the fen.

    296,520.00 CNY at 0.001 % (10,000 ppb): 296.52 fen, charged as 297 fen (2.97 CNY).
    """
    return multiply_rate(value_fen, rate_ppb, Rounding.HALF_UP)


@rule("Clearing Rules, fees: a rate on turnover or an amount per lot", "confirmed")
@kernel
def trade_fee(
    price_ticks: int, tick_value_fen: int, lots: int, rate_ppb: int, fee_per_lot_fen: int
) -> int:
    """Return the fee in fen of one side of one trade: rate on its turnover plus amount per lot.

    A contract has a rate or an amount; the other is zero. Gold, 2 lots at 2 CNY a lot: 400 fen.
    """
    value_fen = contract_value(price_ticks, tick_value_fen, lots)
    return turnover_fee(value_fen, rate_ppb) + fee_per_lot_fen * lots


@rule("Clearing Rules, larger-side margin (in force since 2013-12-27)", "secondary")
@kernel
def larger_side(long_fen: int, short_fen: int) -> int:
    """Return the margin charged when only the larger of long and short side is.

    Silver long 56,179.20 and short 28,089.60 of one trading code: 56,179.20 is charged.
    """
    return max(long_fen, short_fen)


@rule("Clearing Rules, larger-side margin (in force since 2013-12-27)", "secondary")
@checked
def larger_sides(long_fen: Column, short_fen: Column) -> Ints:
    """Return ``larger_side`` of whole columns."""
    of_one_length(long_fen, short_fen)
    larger: Ints = np.maximum(long_fen, short_fen)
    return larger


@rule("Clearing Rules: margin = settlement value x rate", "confirmed")
@checked
def side_margin(
    value_fen: Annotated[Whole, whole_or_column], rate_ppb: Annotated[Whole, whole_or_column]
) -> Whole:
    """Return the margin in fen at the close of one side of a contract, half up to the fen.

    Silver, 4 lots at 4,928: 29,568,000 fen x 19 % (190,000,000 ppb) = 5,617,920 fen.
    """
    if type(value_fen) is not int:
        of_one_length(value_fen, rate_ppb)
    return times_rate_half_up(value_fen, rate_ppb)


@rule("Clearing Rules, fees: a rate on turnover or an amount per lot", "confirmed")
@checked
def side_fee(
    value_fen: Annotated[Whole, whole_or_column],
    lots: Annotated[Whole, whole_or_column],
    rate_ppb: Annotated[Whole, whole_or_column],
    fee_per_lot_fen: Annotated[Whole, whole_or_column],
) -> Whole:
    """Return ``trade_fee`` of a trade side whose turnover is known, or of whole columns of them.

    Silver, 4 lots for 29,652,000 fen at 10,000 ppb: 297 fen.
    """
    if type(value_fen) is not int:
        of_one_length(value_fen, lots, rate_ppb, fee_per_lot_fen)
    return times_rate_half_up(value_fen, rate_ppb) + fee_per_lot_fen * lots


@rule("largest remainder: whole units by share, ties to the larger, then by name", "unconfirmed")
@checked
def whole_shares(total: Count, weights: Mapping[str, Count]) -> dict[str, int]:
    """Return ``total`` divided by weight in whole units; nobody gets more than his weight.

    5 over A 6, B 3, C 1: exact 3.0, 1.5, 0.5; whole 3, 1, 0; the last one goes to B, which has as
    large a remainder as C and the larger weight.
    """
    weight = sum(weights.values())
    given = min(total, weight)
    if not given:
        return dict.fromkeys(weights, 0)
    found = {name: given * own // weight for name, own in weights.items()}
    order = sorted(
        weights, key=lambda name: (-(given * weights[name] % weight), -weights[name], name)
    )
    left = given - sum(found.values())
    for name in order:
        if left and found[name] < weights[name]:
            found[name] += 1
            left -= 1
    return found
