"""Roundings by name, exact products, exact parsing."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.foundation.arithmetic import (
    PPB,
    Rounding,
    divide,
    multiply_divide,
    multiply_rate,
    parse_money,
    parse_rate,
    show_fen,
    show_rate,
)
from huiguan.foundation.faults import InputFault


def rounded(value: Fraction, rounding: Rounding) -> int:
    floor = value.numerator // value.denominator
    rest = value - floor
    if rounding == Rounding.DOWN or rest == 0:
        return floor
    if rounding == Rounding.UP:
        return floor + 1
    if rounding == Rounding.HALF_UP:
        return floor + (rest >= Fraction(1, 2))
    if rounding == Rounding.HALF_EVEN:
        return round(value)
    return floor + (value < 0)


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.DOWN, -4),
        (Rounding.UP, -3),
        (Rounding.HALF_UP, -3),
        (Rounding.HALF_EVEN, -4),
        (Rounding.TOWARDS_ZERO, -3),
    ],
)
def test_minus_three_and_a_half(rounding: Rounding, expected: int) -> None:
    assert divide(-7, 2, rounding) == expected


@settings(deadline=None)
@given(st.integers(-(2**62), 2**62), st.integers(0, 2 * PPB), st.sampled_from(Rounding))
def test_product_of_amount_and_rate_is_exact(amount: int, rate: int, rounding: Rounding) -> None:
    exact = rounded(Fraction(amount * rate, PPB), rounding)
    if abs(exact) < 2**63 - 1:
        assert multiply_rate(amount, rate, rounding) == exact


@settings(deadline=None)
@given(
    st.integers(-(2**62), 2**62),
    st.integers(-(2**31), 2**31),
    st.integers(1, 2**31),
    st.sampled_from(Rounding),
)
def test_multiply_divide_is_exact(
    amount: int, factor: int, divisor: int, rounding: Rounding
) -> None:
    exact = rounded(Fraction(amount * factor, divisor), rounding)
    if abs(exact) < 2**62:
        assert multiply_divide(amount, factor, divisor, rounding) == exact


def test_margin_of_500_lots_of_gold_passes_two_to_the_63() -> None:
    value_fen = 500 * 1000 * 100_000  # lots x grams a lot x 1,000 CNY/g in fen
    assert value_fen * parse_rate("19%") > 2**63
    assert multiply_rate(value_fen, parse_rate("19%"), Rounding.UP) == 9_500_000_000


def test_texts_are_exact_or_refused() -> None:
    assert parse_rate("5%") == parse_rate("0.05") == parse_rate("500bp") == 50_000_000
    assert parse_money("12.34") == 1234
    assert show_fen(-1234567) == "-12,345.67"
    assert show_rate(50_000_000) == "5%"
    for text in ("12.345", "x", "NaN", "1e400"):
        with pytest.raises(InputFault):
            parse_money(text)
