"""Arguments that cannot be right are one sentence, never a wrong number."""

from collections.abc import Callable

import pytest

from huiguan.exchange.clearing.collateral import (
    bond_benchmark_value,
    foreign_cash_value,
    usable_collateral,
)
from huiguan.exchange.clearing.default.waterfall import default_waterfall
from huiguan.exchange.clearing.fees import (
    message_count,
    order_fee,
    order_to_trade_ratio,
    risk_reserve_share,
    transaction_fee,
)
from huiguan.exchange.clearing.final_settlement import final_settlement_index
from huiguan.exchange.clearing.forced_reduction import forced_reduction, net_first, share_lots
from huiguan.exchange.clearing.liquidation import (
    Exposure,
    excess_list,
    liquidation_list,
    lots_over_multiple,
)
from huiguan.exchange.clearing.margin import shorts_to_margin, trading_margin
from huiguan.exchange.clearing.marking import (
    Closed,
    Held,
    close_first_in_first_out,
    close_profit_by_trade,
    daily_profit,
    position_profit_by_trade,
    profit_fen,
)
from huiguan.exchange.clearing.parameters import cumulative_move
from huiguan.exchange.clearing.settlement_price import average_of_trades, settlement_price
from huiguan.exchange.rules.parameters import position_limit_lots
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.faults import InputFault
from tests.unit.clearing.rows import (
    COLLATERAL,
    DOLLARS,
    DOWN,
    MOVED,
    ORDER_FEE,
    SECOND_TIER,
    SETTLED,
    THRESHOLD,
)

LONG = Exposure("c1", "cu2101", "long", 5, 100)
SHORT = Exposure("c1", "cu2101", "short", 5, 100)

CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: profit_fen(1, 2, -3, 10), "lots: -3 is negative"),
    (lambda: profit_fen(1, 2, 1.5, 10), r"lots: 1\.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: profit_fen(1.5, 2, 3, 10), "float"),  # type: ignore[arg-type]
    (lambda: daily_profit(settlement=1, lot_size=1, bought=[(1, -5)]), "negative"),
    (lambda: daily_profit(settlement=4000, lot_size=10, carried_long=1), "previous settlement"),
    (
        lambda: close_profit_by_trade(Closed("buy", 1, 1, 1, opened_today=True), 1),  # type: ignore[arg-type]
        "side: .* is none of the words there are: 'long', 'short'",
    ),
    (
        lambda: position_profit_by_trade(Held("up", 1, 1, opened_today=True), 1, 1),  # type: ignore[arg-type]
        "side: .* is none of the words there are: 'long', 'short'",
    ),
    (lambda: close_first_in_first_out([], 4, 20200102), "4 lots more than are held"),
    (lambda: close_first_in_first_out([], -4, 20200102), "negative"),
    (lambda: close_first_in_first_out([], 1, 20200102, "old"), "set: 'old' is none of the words"),  # type: ignore[arg-type]
    (lambda: trading_margin(4000, 10, 1, 10), "outside 0 to 100 %"),
    (lambda: trading_margin(-4000, 10, 1, "10%"), "settlement price -4000 is negative"),
    (lambda: shorts_to_margin(1, 5, 0), "lot size: 0 is not above zero"),
    (lambda: shorts_to_margin(1, -5, 5), "cannot be"),
    (lambda: usable_collateral(-5, 1, *COLLATERAL), "benchmark value: -5"),
    (lambda: bond_benchmark_value(100, []), "at least one valuation"),
    (lambda: foreign_cash_value(-5, 7, DOLLARS), "amount: -5"),
    (lambda: price_limits(0, "5%", 1, "down"), "not above zero"),
    (lambda: price_limits(100, 5, 1, "down"), "outside 0 to 100 %"),
    (lambda: price_limits(100, "5%", 1, "NYMEX"), "'NYMEX' is none of the words"),  # type: ignore[arg-type]
    (lambda: average_of_trades([], 1, DOWN), "no trades"),
    (
        lambda: settlement_price(
            tick=1, lot_size=1, previous_settlement=5, reference_settlement=6, **SETTLED
        ),
        "settlement price of both days",
    ),
    (
        lambda: final_settlement_index([2000, 2100], "0.1", Rounding.HALF_UP, 3),
        "2 index values given",
    ),
    (lambda: transaction_fee(1, 1, 1, "1bp", 5), "never both"),
    (lambda: message_count(-1), "messages: -1"),
    (lambda: order_to_trade_ratio(1, 5), "5 orders cannot be executed by 1"),
    (lambda: order_fee(-1, 0, *ORDER_FEE), "messages: -1"),
    (lambda: risk_reserve_share(-5, "20%"), "fee income: -5"),
    (lambda: excess_list([LONG, SHORT], 1), "one side of one contract"),
    (lambda: excess_list([LONG], -1), "position limit: -1"),
    (lambda: liquidation_list([Exposure("c1", "cu2101", "buy", 5, 100)], {}, 1), "side: 'buy'"),  # type: ignore[arg-type]
    (lambda: liquidation_list([Exposure("c1", "cu2101", "long", -5, 100)], {}, 1), "negative"),
    (lambda: liquidation_list([LONG], {}, 0.5), "missing: 0.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: lots_over_multiple(5, 0), "delivery unit: 0"),
    (lambda: default_waterfall(-5, []), "loss: -5"),
    (lambda: net_first(-1, 3), "negative"),
    (lambda: share_lots(-5, {"a": 1}, b""), "negative"),
    (lambda: share_lots(5, {}, b""), "cannot be shared"),
    (lambda: forced_reduction({"a": -5}, [], 100, THRESHOLD, b"", SECOND_TIER), "negative"),
    (lambda: cumulative_move(0, [1, 2, 3], MOVED), "not above zero"),
    (lambda: position_limit_lots(8000, 0, 0, -1), "open interest: -1"),
]


@pytest.mark.parametrize(("call", "sentence"), CASES)
def test_one_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        call()
