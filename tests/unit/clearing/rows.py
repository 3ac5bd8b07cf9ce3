"""What the books of SHFE say on 2026-08-21 (cu2610), as the calculators of clearing take it."""

from typing import Any

from huiguan.exchange.clearing.parameters import MOVE_DAYS
from huiguan.exchange.evening.rules_of_day import decimal_rate, order_fee_tiers
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.arithmetic import Rounding
from huiguan.storage.market.rulebooks.load import load_books

ROWS = parameters(load_books(), "cu2610", 20260821)
DEPOSIT = ROWS.deposit
ORDER_FEE = (order_fee_tiers(ROWS.order_fee), ROWS.order_fee.ratio)
HEDGE_SHARE = decimal_rate(ROWS.hedge_fee.share_ppb)
COLLATERAL = (decimal_rate(ROWS.collateral.value_share_ppb), ROWS.collateral.cash_multiple)
DOLLARS = decimal_rate(ROWS.collateral.currency_share_ppb)
RELIEF_DAYS = ROWS.relief.until_days_before_last
LOCK = ROWS.limit_lock
POINTS = (decimal_rate(LOCK.second_day_ppb), decimal_rate(LOCK.third_day_ppb))
OVER = decimal_rate(LOCK.margin_above_limit_ppb)
WIDENED: dict[str, Any] = {"points": POINTS, "with_circular": LOCK.with_circular}
THRESHOLD = decimal_rate(ROWS.forced_reduction.threshold_ppb)
SECOND_TIER = decimal_rate(ROWS.forced_reduction.second_tier_ppb)
DOWN = Rounding[ROWS.settlement.rounding.upper()]
SETTLED: dict[str, Any] = {
    "rounding": DOWN,
    "fallbacks": ROWS.settlement.fallbacks,
    "reference_change": ROWS.settlement.reference_change,
}
MOVED = ("7.5%", "9%", "10.5%")  # metals and most, as recalled
assert len(MOVED) == len(MOVE_DAYS)
