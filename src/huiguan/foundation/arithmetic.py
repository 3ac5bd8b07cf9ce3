"""Exact integers: named roundings, and products of an amount and a rate that cannot overflow.

Money is int64 fen, prices int64 ticks, rates int64 parts per billion. Every function takes Python
or NumPy integers and also runs inside kernels. Roundings are named because ``//`` differs between
engines on negative amounts (decisions, Money).
"""

from decimal import Context, Decimal
from enum import IntEnum

from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.readers.values import decimal

PPB = 1_000_000_000
INT64_END = 2**63
EXACT = Context(prec=120)  # as wide as the readers' decimals and a scale; never the caller's


class Rounding(IntEnum):
    """Which neighbour of an inexact quotient is taken."""

    DOWN = 0  # towards minus infinity
    UP = 1  # towards plus infinity
    HALF_UP = 2  # the nearer one; an exact half goes towards plus infinity
    HALF_EVEN = 3  # the nearer one; an exact half goes to the even neighbour
    TOWARDS_ZERO = 4


@kernel
def round_floor(floor: int, rest: int, divisor: int, rounding: int) -> int:
    """Return ``floor + rest / divisor`` rounded as named; needs ``0 <= rest < divisor``."""
    if rest == 0 or rounding == Rounding.DOWN:
        return floor
    if rounding == Rounding.UP:
        return floor + 1
    if rounding == Rounding.TOWARDS_ZERO:
        return floor + 1 if floor < 0 else floor
    above = rest - (divisor - rest)  # sign of rest - divisor / 2
    if above > 0 or (above == 0 and (rounding == Rounding.HALF_UP or floor % 2 == 1)):
        return floor + 1
    return floor


@kernel
def divide(numerator: int, divisor: int, rounding: int) -> int:
    """Return ``numerator / divisor`` rounded as named; ``divisor`` is positive.

    Example: -7 / 2 is -4 DOWN, -3 UP, -3 HALF_UP, -4 HALF_EVEN, -3 TOWARDS_ZERO.
    """
    floor = numerator // divisor
    return round_floor(floor, numerator - floor * divisor, divisor, rounding)


@kernel
def multiply_divide(amount: int, factor: int, divisor: int, rounding: int) -> int:
    """Return ``amount x factor / divisor`` rounded as named.

    Needs ``divisor > 0``, ``|factor| x divisor < 2^63`` and a result inside int64; the full product
    may be larger.
    """
    whole = amount // divisor
    product = (amount - whole * divisor) * factor
    floor = product // divisor
    return round_floor(whole * factor + floor, product - floor * divisor, divisor, rounding)


@kernel
def multiply_rate(amount: int, rate_ppb: int, rounding: int) -> int:
    """Return ``amount x rate`` for a rate in parts per billion, exact up to the named rounding.

    Needs ``0 <= rate_ppb < 9.2e9`` and a result inside int64.
    Example: 500 lots of gold at 1,000 CNY/g, 19 %: 50,000,000,000 fen x 190,000,000 ppb would pass
    2^63, the result is 9,500,000,000 fen.
    """
    return multiply_divide(amount, rate_ppb, PPB, rounding)


def scaled(value: Decimal, scale: int, what: str) -> int:
    """Return ``value`` x ``scale`` as an int64; refuse what is not exact."""
    product = EXACT.multiply(value, Decimal(scale))
    if product != product.to_integral_value(context=EXACT):
        raise InputFault(f"{what}: {str(value)!r} is finer than 1/{scale} and would not be exact")
    if abs(product) >= INT64_END:
        raise InputFault(f"{what}: {str(value)!r} is too large")
    return int(product)


def parse_scaled(text: str, scale: int, what: str) -> int:
    """Return ``text`` x ``scale`` as an integer; refuse what is not exact.

    ``parse_scaled("12.34", 100, "amount")`` is 1234; ``"12.345"`` is an InputFault.
    """
    return scaled(decimal(text, what), scale, what)


def parse_rate(text: str, what: str = "rate") -> int:
    """Return parts per billion of a percentage, basis points or a plain decimal, exactly.

    ``"5%"`` is 50,000,000; ``"0.5bp"`` is 50,000 (one is 0.01 %); ``"0.05"`` is 50,000,000.
    """
    if text.endswith("%"):
        return parse_scaled(text[:-1], PPB // 100, what)
    if text.endswith("bp"):
        return parse_scaled(text[:-2], PPB // 10_000, what)
    return parse_scaled(text, PPB, what)


def parse_money(text: str, what: str = "amount") -> int:
    """Return fen of an amount in yuan, exactly: ``"12.34"`` is 1234."""
    return parse_scaled(text, 100, what)


def show_fen(amount_fen: int) -> str:
    """Return yuan with two decimals and thousands: -1234567 is ``-12,345.67``."""
    sign = "-" if amount_fen < 0 else ""
    yuan, fen = divmod(abs(int(amount_fen)), 100)
    return f"{sign}{yuan:,}.{fen:02d}"


def show_rate(rate_ppb: int) -> str:
    """Return a percentage without needless zeros: 50,000,000 is ``5%``."""
    return f"{(Decimal(int(rate_ppb)) / (PPB // 100)).normalize():f}%"
