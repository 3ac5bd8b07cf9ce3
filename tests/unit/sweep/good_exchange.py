"""Right arguments of every public rule of the exchange, for the sweep."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from huiguan.exchange.clearing.client_day import ClientLot, ClientTrade, ContractFacts
from huiguan.exchange.clearing.default.estate import Account, Bid, Holding, Receiver
from huiguan.exchange.clearing.default.waterfall import LayerMoney, Resources
from huiguan.exchange.clearing.fees import MessageCount, OrderFeeTier
from huiguan.exchange.clearing.forced_reduction import NetPosition
from huiguan.exchange.clearing.liquidation import Exposure, ForceCloseReason
from huiguan.exchange.clearing.marking import Closed, Held, Lot
from huiguan.exchange.clearing.parameters import Circular, LockState
from huiguan.exchange.clearing.settlement_price import FALLBACKS
from huiguan.exchange.evening.day_figures import MemberFigures
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.price_limits import Lock
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.arithmetic import Rounding

HOUR = 3_600_000
FACTS = ContractFacts(
    "cu2610", "cu", "SHFE", Decimal(5), Decimal(106_860), Decimal(106_900),
    "11%", "11%", "10%", "10%", "0.5bp",
)  # fmt: skip
TRADE = ClientTrade(1, "cu2610", Side.BUY, Offset.OPEN, Decimal(106_900), 1)
LOT = ClientLot("cu2610", Side.BUY, 20260820, Decimal(106_000), 1)
CIRCULAR = Circular(number="1", clearing=20260105, limit="9%", hedging="10%", general="11%")
TIERS = [
    OrderFeeTier(above=0, low_fen=0, high_fen=0),
    OrderFeeTier(above=4_000, low_fen=25, high_fen=50),
]
COUNTS = [
    MessageCount("C", "0001", "000100000001", "cu2610", 6_000, 0),
    MessageCount("C", "0002", "000200000001", "cu2610", 3_000, 0),
]
FIGURES = {
    ("cu2610", "0001"): MemberFigures(50, 10, 5),
    ("cu2610", "0002"): MemberFigures(80, 5, 9),
}
BIDS = [
    Bid(member="0002", code="000200000001", instrument="ni2204", side="short", lots=4, lot_fen=n)
    for n in (101, 102)
]
CLIENT = Account(
    code="000700000002",
    house=False,
    equity_fen=300,
    margin_fen=300,
    held=(Holding(instrument="ni2204", side="long", lots=1),),
)
RESOURCES = Resources(fund_fen={"0001": 30, "0007": 10}, risk_reserve_fen=30, own_funds_fen=50)
EXPOSURES = [Exposure("c1", "cu2610", "long", 5, 100), Exposure("c2", "cu2610", "long", 3, 100)]


def of_exchange(books: Books) -> dict[str, Any]:
    """Return a right value for every name of a parameter."""
    found = parameters(books, "cu2610", 20260821)
    return {
        "lot_size": 5,
        "quantity": 6,
        "minute": 600,
        "opens": 20260101,
        "closes": 20261231,
        "applied_by": 840,
        "carried_lots": 18,
        "final_price": 128_780,
        "premium": -40,
        "payment": 11_300_000,
        "amount": "1.25",
        "units": 1,
        "validity": "days_from_production",
        "produced": 20260601,
        "issued": 20260701,
        "tick": 10,
        "rate": "0.5bp",
        "share": "50%",
        "value_fen": 29_568_000,
        "rate_ppb": 190_000_000,
        "fee_per_lot_fen": 0,
        "trading_day": 20260821,
        "contracts": {"cu2610": FACTS},
        "trades": [TRADE],
        "carried": [LOT],
        "previous_balance_fen": 10**9,
        "previous_margin_fen": 0,
        "deposits_fen": 0,
        "withdrawals_fen": 0,
        "collateral_fen": 0,
        "previous_collateral_fen": 0,
        "profit_fen": -5,
        "fees_fen": 5,
        "other_fen": 0,
        "larger_side": True,
        "date_sets": True,
        "benchmark_value_fen": 10**9,
        "cash_fen": 10**9,
        "securities_fen": 12 * 10**8,
        "currency_fen": 674_500_000,
        "usable_fen": 0,
        "yuan_days": 455_000_000,
        "yearly": "0.35%",
        "value_rate": "80%",
        "cash_multiple": 4,
        "nearest_month_settlement": 70_000,
        "discount": 100,
        "face_fen": 10**9,
        "valuations_per_100": ["101.20", "100.90"],
        "amount_cents": 10**8,
        "central_parity": "7.1",
        "coefficient": "0.95",
        "loss_fen": 100,
        "layers": [LayerMoney("margin", 60), LayerMoney("reserve", 30)],
        "margin_fen": 10**8,
        "deposit": found.deposit,
        "futures_firm": True,
        "balance_fen": 10**8,
        "minimum_fen": 2 * 10**8,
        "equity_fen": 10**8,
        "frozen_fen": 0,
        "decimals": 2,
        "closed_today_lots": 0,
        "close_today_multiple": 1,
        "fee_income_fen": 10**8,
        "day_orders": 1_000,
        "cancels": 300,
        "filled_fak_fok": 10,
        "unfilled_fak_fok": 20,
        "messages": 9_000,
        "executed_orders": 3_000,
        "tiers": TIERS,
        "ratio": 2,
        "market_maker": False,
        "counts": COUNTS,
        "settlements": [70_110, 70_200, 75_250],
        "days": 5,
        "rounding": Rounding.DOWN,
        "last": 5,
        "index_values": ["2134.92", "2147.86", "2175.62"],
        "step": "0.1",
        "values": 3,
        "net_lots": 5,
        "openings": [(100, 4), (110, 3)],
        "settlement": 120,
        "long": True,
        "unit_profit": 5,
        "threshold": "6%",
        "second_tier": "3%",
        "total": 10,
        "weights": {"A": 7, "B": 7},
        "seed": b"1",
        "unfilled_closing_lots": 20,
        "position": NetPosition("L", 15, Fraction(-60)),
        "closing_lots": {"L": 15},
        "winners": [NetPosition("W", 20, Fraction(60))],
        "long_lots": 7,
        "short_lots": 3,
        "exposures": EXPOSURES,
        "open_interest_lots": 100_000,
        "missing_fen": 250,
        "reason": ForceCloseReason.LACK_OF_DEPOSIT,
        "limit_lots": 6,
        "delivery_unit_lots": 5,
        "calls_fen": {"0001": 300, "0002": 900},
        "warrant_quantity": 38,
        "long_fen": [5_617_920],
        "short_fen": [2_808_960],
        "without_relief_fen": [100],
        "clearing_day": date(2026, 9, 7),
        "last_trading_day": date(2026, 9, 15),
        "trading_days": [date(2026, 9, day) for day in (7, 8, 9, 10, 11, 14, 15)],
        "bought_at": 4_942,
        "sold_at": 4_946,
        "bought": [(4_000, 40)],
        "sold": [(4_030, 20)],
        "carried_long": 1,
        "carried_short": 2,
        "closed": Closed("short", 4_100, 3_950, 100, opened_today=False),
        "held": Held("long", 60_000, 5, opened_today=False),
        "which": "any",
        "circular_rate": "10%",
        "ladder": "15%",
        "other": "0%",
        "steps": [(240_000, "6.5%"), (320_000, "10%")],
        "listing_rate": "5%",
        "circulars": [CIRCULAR],
        "cleared_days": [(20260820, False), (20260821, True)],
        "state": LockState(day=1, side=Lock.UP, first_limit=Decimal("0.05")),
        "locked": Lock.UP,
        "limit_rate": "8%",
        "circular_limit": "5%",
        "points": ("3%", "5%"),
        "with_circular": "added",
        "margin_before": "7%",
        "over": "2%",
        "trading_days_left": 26,
        "mode": "automatic",
        "circular": CIRCULAR,
        "general_before": "10%",
        "hedging_before": "10%",
        "halted": False,
        "decided": None,
        "base_settlement": 70_000,
        "thresholds": ("7.5%", "9%", "10.5%"),
        "turnover_fen": 105_030_000,
        "volume_lots": 3,
        "best_bid": 70_100,
        "best_ask": 70_300,
        "reference_settlement": 71_400,
        "reference_previous": 70_000,
        "upper_limit": 73_600,
        "lower_limit": 66_400,
        "reference_change": "relative",
        "locked_at": 73_600,
        "fallbacks": FALLBACKS,
        "snapshots": [(10 * HOUR, 1, 150_000_000), (11 * HOUR, 2, 300_300_000)],
        "start_ms": 10 * HOUR,
        "end_ms": 11 * HOUR,
        "sessions_ms": [(9 * HOUR, 11 * HOUR), (13 * HOUR, 15 * HOUR)],
        "today": FIGURES,
        "before": FIGURES,
        "instruments": ["cu2610"],
        "top": 20,
        "first_day": False,
        "row": found.circular,
        "calendar": books.calendars["china"],
        "month": 202609,
        "weekday": 1,
        "pattern": found.months,
        "front": 202609,
        "circular_ppb": 70_000_000,
        "ladder_ppb": 100_000_000,
        "per_lot_fen": 0,
        "close_today": False,
        "share_ppb": 500_000_000,
        "threshold_lots": 80_000,
        "regular_rate": "15%",
        "has_traded_before": False,
        "multiple": 2,
        "last_price": 73_600,
        "quotes": [(73_600, None), (73_600, None)],
        "trade_prices": [73_600],
        "buys": [(105, 10), (100, 20)],
        "sells": [(95, 15), (101, 5)],
        "tie": "reference",
        "buy": 15_000,
        "sell": 14_990,
        "previous": 14_980,
        "buyer_opens": True,
        "seller_opens": False,
    }


COLUMN = np.array([5_617_920, 100], np.int64)
OF_FUNCTION: dict[str, dict[str, Any]] = {
    "allocate_loss": {
        "layers": ("margin", "risk_reserve", "own_funds", "others_fund", "assessments"),
        "member": "0007",
        "member_fen": 60,
        "resources": RESOURCES,
        "assessment_share": "50%",
    },
    "auction": {"lots": 6, "side": "short", "bids": BIDS},
    "may_be_ported": {"account": CLIENT},
    "port_to": {"accounts": [CLIENT], "receivers": [Receiver("0001", 1_000)]},
    "efp_refusal": {"day": 20260907, "lots": 6},
    "still_counts": {"last_day": 20261130, "on_day": 20261127},
    "balance_days": {
        "evenings": {20260918: 100_099, 20260921: 200_000},
        "first": 20260918,
        "last": 20260921,
    },
    "larger_sides": {"long_fen": COLUMN, "short_fen": COLUMN},
    "side_fee": {"rate_ppb": COLUMN % 7, "value_fen": COLUMN},
    "fee_rates": {"close_today": 2},
    "liquidation_order": {"open_interest_lots": {"cu2610": 200_000}},
    "liquidation_list": {"open_interest_lots": {"cu2610": 200_000}},
    "final_settlement_five_day_mean": {"settlements": [("600", 5), ("601", 3), ("603", 0)]},
    "final_settlement_five_day_weighted": {"days": [(28_000_000, 2), (0, 0)]},
    "final_settlement_time_weighted": {"settlements": [(3_000, 1), (3_010, 3)]},
    "split_profit": {
        "closed": [Closed("long", 3_900, 4_030, 6, opened_today=False)],
        "held": [Held("long", 3_900, 4, opened_today=False)],
    },
    "close_first_in_first_out": {
        "held": [Lot(20260820, Decimal(5), 3), Lot(20260821, Decimal(5), 4)]
    },
    "average_of_trades": {"trades": [(70_010, 2), (70_040, 1)]},
    "settlement_price": {"previous_settlement": 69_000},
    "price_limits": {"rounding": "down"},
    "last_day_of_month": {"day": 15},
    "reverted": {"day": 20260225},
    "call_auction": {"tick": 1, "previous_settlement": 98, "last_price": None},
    "circular_in_force": {"clearing_day": 20260821},
    "average_between": {"lot_size": 300, "tick": "0.2"},
    "last_hour_average": {"lot_size": 300, "tick": "0.2"},
}
