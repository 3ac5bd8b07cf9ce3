"""Value, margin and fee of lots: figures of the CTP statement of 2023-02-15."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config  # noqa: TID251  is anything compiled?

from huiguan.exchange.amounts import (
    FEE_CLASSES_BY_OFFSET,
    FeeClass,
    contract_value,
    fee_class,
    larger_side,
    larger_sides,
    margin_per_lot,
    side_fee,
    side_margin,
    trade_fee,
    trade_profit,
    turnover_fee,
)
from huiguan.exchange.clearing.margin import trading_margin
from huiguan.exchange.messages import Offset
from huiguan.foundation.arithmetic import PPB, Rounding, multiply_rate
from huiguan.foundation.faults import InputFault

AG, AU = 1_500, 2_000  # fen a tick: 1 CNY/kg x 15 kg; 0.02 CNY/g x 1,000 g


def test_turnover_of_silver_and_gold() -> None:
    assert contract_value(4_946, AG, 4) == 29_676_000  # 296,760.00
    assert contract_value(20_655, AU, 2) == 82_620_000  # 413.10 / 0.02; 826,200.00


@pytest.mark.parametrize(
    ("price", "tick_value", "lots", "rate_ppb", "per_lot", "fee"),
    [
        (4_927, AG, 4, 10_000, 0, 296),  # 295,620.00 x 0.001 % = 295.62 fen
        (4_942, AG, 4, 10_000, 0, 297),  # 296.52 fen
        (4_927, AG, 2, 10_000, 0, 148),  # 147.81 fen
        (20_655, AU, 2, 0, 200, 400),  # 2 lots x 2 CNY
    ],
)
def test_fees_of_the_statement(
    price: int, tick_value: int, lots: int, rate_ppb: int, per_lot: int, fee: int
) -> None:
    assert trade_fee(price, tick_value, lots, rate_ppb, per_lot) == fee


def test_an_exact_half_goes_up() -> None:
    assert turnover_fee(500_000, 1_000) == 1  # 0.5 fen
    assert turnover_fee(499_999, 1_000) == 0


def test_margin_of_a_lot_is_rounded_up() -> None:
    assert margin_per_lot(4_941, AG, 190_000_000) == 1_408_185  # exact
    assert (
        margin_per_lot(3_333, 1_001, 70_000_001) == 233_544
    )  # 3,336,333 x 0.070000001 = 233,543.31; up


def test_larger_side() -> None:
    assert larger_side(5_617_920, 2_808_960) == 5_617_920
    assert larger_side(1, 2) == 2


@settings(deadline=None)
@given(
    st.integers(1, 2_000_000), st.integers(1, 100_000), st.integers(0, PPB), st.integers(1, 10_000)
)
def test_core_margin_covers_clearing_margin(
    price: int, tick_value: int, rate: int, lots: int
) -> None:
    """A lot's margin rounded up, times lots, is never below the position's margin half up."""
    value = contract_value(price, tick_value, lots)
    clearing = multiply_rate(value, rate, Rounding.HALF_UP)
    assert lots * margin_per_lot(price, tick_value, rate) >= clearing


@pytest.mark.parametrize("value", [Decimal(70_000), "70000", 1.5])
def test_a_kernel_counts_in_whole_numbers(value: object) -> None:
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        pytest.skip("only a compiled kernel looks at types")
    with pytest.raises(InputFault, match=r"contract_value: .* is no whole number"):
        contract_value(value, 5_000, 1)  # type: ignore[arg-type]


def test_columns_give_what_single_trades_give() -> None:
    random = np.random.default_rng(11)
    prices, lots = random.integers(1, 200_000, 200), random.integers(1, 500, 200)
    rates, per_lot = random.integers(0, 10**9, 200), random.integers(0, 3_000, 200)
    value = prices * AG * lots
    single = [
        trade_fee(int(p), AG, int(n), int(r), int(f))
        for p, n, r, f in zip(prices, lots, rates, per_lot, strict=True)
    ]
    assert side_fee(value, lots, rates, per_lot).tolist() == single
    margins = [
        multiply_rate(int(v), int(r), Rounding.HALF_UP) for v, r in zip(value, rates, strict=True)
    ]
    assert side_margin(value, rates).tolist() == margins
    sides = [larger_side(int(a), int(b)) for a, b in zip(value, value[::-1], strict=True)]
    assert larger_sides(value, value[::-1]).tolist() == sides


def test_margin_of_a_side_is_that_of_the_statement() -> None:
    # silver, 4 lots at 4,928 CNY/kg: 295,680.00 x 19 % = 56,179.20; an exact half goes up
    assert side_margin(29_568_000, 190_000_000) == 5_617_920 == trading_margin(4928, 15, 4, "19%")
    assert side_margin(500_000, 1_000) == 1


def test_profit_of_long_and_short_lots() -> None:
    assert trade_profit(2 * 7_000, 2 * 7_003, 5_000) == 30_000  # bought first: 2 x 3 ticks gained
    assert trade_profit(2 * 7_003, 2 * 7_000, 5_000) == -30_000  # sold first at the lower price
    assert trade_profit(Fraction(1, 3), Fraction(2, 3), 9) == 3


@pytest.mark.parametrize(
    ("offset", "paid"),
    [
        (Offset.OPEN, FeeClass.OPEN),
        (Offset.CLOSE, FeeClass.CLOSE_HISTORY),  # of history, as SHFE and INE read a plain close
        (Offset.FORCE_CLOSE, FeeClass.CLOSE_HISTORY),
        (Offset.CLOSE_TODAY, FeeClass.CLOSE_TODAY),
        (Offset.CLOSE_YESTERDAY, FeeClass.CLOSE_HISTORY),
    ],
)
def test_which_fee_an_offset_flag_pays(offset: Offset, paid: FeeClass) -> None:
    assert fee_class(offset, True) == FEE_CLASSES_BY_OFFSET[1, offset] == paid
    assert fee_class(offset, False) == FEE_CLASSES_BY_OFFSET[0, offset] == FeeClass.OPEN
