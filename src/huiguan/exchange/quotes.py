"""Prices, rates and money between days: exact decimals of the quote; ticks exist only inside a day.

A price is an int, a Decimal or a text ("413.10"), in the quote's unit (CNY a ton, a gram, a
barrel, or points). A rate is a text ("5%", "0.5bp", "0.02‰", "0.05") or a Decimal (0.05). Money
is whole fen. Floats are refused: 0.1 is not one tenth.
"""

from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction
from typing import Annotated, TypeAlias

from huiguan.foundation.arithmetic import Rounding, round_floor
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import decimal, shown, whole_number

Price: TypeAlias = Decimal | int | str
Rate: TypeAlias = Decimal | int | str
EXACT = Context(prec=60)  # wide enough for every product here; never the caller's context
UNITS = {"%": 100, "％": 100, "‰": 1_000, "bp": 10_000}


def exact(value: Price | Fraction, what: str = "price") -> Fraction:
    """Return a price or quantity as an exact number; refuse floats and what is no number."""
    return value if isinstance(value, Fraction) else Fraction(decimal(value, what))


def above_zero(value: object, what: str) -> Decimal:
    """Read the size of a lot or of a tick: nothing has a size of zero or less."""
    size = decimal(value, what)
    if size <= 0:
        raise InputFault(f"{what}: {shown(value)} is not above zero")
    return size


def as_rate(value: Rate | Fraction, what: str = "rate") -> Fraction:
    """Return a rate as an exact number between 0 and 1: ``"5%"`` and ``Decimal("0.05")`` agree."""
    divisor = 1
    if isinstance(value, str):
        for unit, parts in UNITS.items():
            if value.endswith(unit):
                value, divisor = value[: -len(unit)], parts
    number = exact(value, what) / divisor
    if not 0 <= number <= 1:
        raise InputFault(
            f"{what}: {shown(value)} is outside 0 to 100 %; write '5%' or Decimal('0.05')"
        )
    return number


def as_decimal(number: Fraction) -> Decimal:
    """Return an exact decimal without needless zeros: 1/8 is 0.125."""
    value = EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    if Fraction(value) != number:
        raise InputFault(f"{value:.20g}...: more than {EXACT.prec} digits; give it to fewer")
    return EXACT.create_decimal(f"{EXACT.normalize(value):f}")


def whole(number: Fraction, rounding: Rounding) -> int:
    """Return the integer next to ``number`` in the named direction."""
    floor, rest = divmod(number.numerator, number.denominator)
    return int(round_floor(floor, 0, 1, rounding)) if rest == 0 else _next(floor, number, rounding)


def _next(floor: int, number: Fraction, rounding: Rounding) -> int:
    """Return the rounded value of an inexact number; halves are compared exactly."""
    rest = number - floor
    half = Fraction(1, 2)
    quarters = 1 if rest < half else 2 if rest == half else 3
    return int(round_floor(floor, quarters, 4, rounding))


def lots_of(value: object, what: str = "lots") -> int:
    """Return a count of lots; refuse a negative one (the side is a field, never a sign)."""
    lots = whole_number(value, what)
    if lots < 0:
        raise InputFault(f"{what}: {lots} is negative; give the side, not a sign")
    return lots


Size = Annotated[Price, above_zero]  # of a lot, of a tick
Lots = Annotated[int, lots_of]


@rule("prices are multiples of the tick; the direction is a dated setting", "confirmed")
@checked
def to_tick(
    price: Price | Fraction, tick: Price, rounding: Rounding = Rounding.DOWN, what: str = "price"
) -> Decimal:
    """Return the multiple of ``tick`` next to ``price`` in the named direction.

    ``to_tick("39968.8", 10)`` is 39960; ``to_tick("4694.58", "0.2", Rounding.UP)`` is 4694.6.
    """
    step = exact(tick, "tick")
    if step <= 0:
        raise InputFault(f"tick: {tick!r} is not above zero")
    ticks = whole(exact(price, what) / step, rounding)
    return EXACT.multiply(Decimal(ticks), Decimal(tick))


@rule("contract texts: value = price x lot size x lots", "confirmed")
@checked
def value_fen(price: Price | Fraction, lot_size: Price, lots: int) -> int:
    """Return the value in fen of ``lots`` at a price; refuse what is no whole number of fen.

    ``value_fen("413.10", 1000, 2)``: 413.10 CNY/g x 1,000 g x 2 = 826,200.00 CNY = 82,620,000 fen.
    """
    return whole_fen(exact(price) * exact(lot_size, "lot size") * lots_of(lots) * 100)


def whole_fen(amount: Fraction) -> int:
    """Return an amount that must be whole fen; anything finer is a fault of the prices given."""
    if amount.denominator != 1:
        raise InputFault(f"{float(amount):.4f} fen is finer than one fen; a price is off its tick")
    return amount.numerator


def middle(values: Iterable[Fraction]) -> Fraction:
    """Return the middle one of three."""
    first, second, third = sorted(values)
    assert first <= second <= third
    return second
