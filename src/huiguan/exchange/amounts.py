"""Contract value, margin and fee of lots: the formulas that trading and clearing share.

All integers: prices in ticks, money in fen, rates in parts per billion (5 % is 50,000,000). They
run inside kernels and, called from plain Python, with plain integers.
"""

from huiguan.foundation.arithmetic import Rounding, multiply_rate
from huiguan.foundation.cited import rule
from huiguan.foundation.kernel import kernel


@rule("contract texts: value = price x lot size x lots", "confirmed")
@kernel
def contract_value(price_ticks: int, tick_value_fen: int, lots: int) -> int:
    """Return the value in fen of ``lots`` at a price (turnover of a trade, value of a position).

    ``tick_value_fen`` is tick size x lot size. Copper, 10 CNY/t x 5 t = 50 CNY a tick: 2 lots at
    70,000 CNY/t are 7,000 ticks x 5,000 fen x 2 = 70,000,000 fen (700,000 CNY).
    """
    return price_ticks * tick_value_fen * lots


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
