"""Prices, rates and values between days: exact, in the digits 0 to 9, without floats."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from huiguan.exchange.quotes import as_rate, to_tick, value_fen
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.faults import InputFault


def test_a_value_is_whole_fen() -> None:
    assert value_fen("413.10", 1000, 2) == 82_620_000  # 413.10 x 1,000 x 2 x 100
    assert value_fen(Fraction(1, 2), 2, 1) == 100
    with pytest.raises(InputFault, match="finer than one fen"):
        value_fen("0.001", 1, 1)


@pytest.mark.parametrize(
    "price",
    [
        "１００",
        "1_00",
        " 100",
        "100 ",
        "+100",
        "1e2",
        "100\u200b",
        "NaN",
        True,
        100.0,
        None,
        Decimal("NaN"),
        Decimal("1e999999"),
    ],
    ids=ascii,
)
def test_what_is_no_price(price: Any) -> None:
    with pytest.raises(InputFault, match=r"^price: "):
        value_fen(price, 5, 1)
    with pytest.raises(InputFault, match=r"^price: "):
        to_tick(price, 5)


def test_an_unknown_rounding_is_refused() -> None:
    assert to_tick("4694.58", "0.2", Rounding.UP) == Decimal("4694.6")
    assert to_tick("4694.58", "0.2", 1) == Decimal("4694.6")  # type: ignore[arg-type]
    for wrong in (9, "UP", 1.0):
        with pytest.raises(InputFault, match=r"rounding: .* no Rounding; there are: "):
            to_tick("4694.58", "0.2", wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", ["5 %", " 5%", "５%", "1_0%", "+5%", "5e0%", 0.05, True, 5, "-5%"])
def test_what_is_no_rate(rate: Any) -> None:
    assert as_rate("5%") == as_rate("5％") == as_rate(Decimal("0.05")) == Fraction(1, 20)
    with pytest.raises(InputFault, match=r"^rate: "):
        as_rate(rate)
