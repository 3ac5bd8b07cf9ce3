"""Margin, fees, order fees, collateral, deposit: worked examples with their arithmetic."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from huiguan.exchange.clearing.client_day import ContractFacts, charged_margins
from huiguan.exchange.clearing.collateral import (
    bond_benchmark_value,
    foreign_cash_value,
    lodged_value,
    may_release,
    still_counts,
    usable_collateral,
    warrant_benchmark_value,
)
from huiguan.exchange.clearing.deposit import (
    COVERED,
    DeadlineOutcome,
    at_deadline,
    available_funds,
    clearing_deposit,
    client_equity,
    client_margin_call,
    margin_call,
    minimum_deposit,
    risk_degree,
    withdrawable,
)
from huiguan.exchange.clearing.fees import (
    MessageCount,
    message_count,
    order_fee,
    order_fees_by_code,
    order_to_trade_ratio,
    risk_reserve_share,
    transaction_fee,
)
from huiguan.exchange.clearing.interest import (
    balance_days,
    deposit_interest,
    last_interest_period,
)
from huiguan.exchange.clearing.margin import (
    ExchangeRates,
    MarginModel,
    Position,
    larger_side_applies,
    product_margin,
    shorts_to_margin,
    trading_margin,
)
from huiguan.exchange.messages import Hedge, Side
from huiguan.foundation.faults import InputFault
from tests.unit.clearing.rows import (
    COLLATERAL,
    DEPOSIT,
    DOLLARS,
    HEDGE_SHARE,
    ORDER_FEE,
    RELIEF_DAYS,
)

YUAN = 100
MILLION = 1_000_000 * YUAN


def weekdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def test_margin_of_the_statement() -> None:
    assert trading_margin(4_928, 15, 4, "19%") == 5_617_920
    assert trading_margin("413.80", 1_000, 2, "14%") == 11_586_400
    assert trading_margin(4_928, 15, 4, Decimal("0.19")) == 5_617_920


def position(**changes: object) -> Position:
    base: dict[str, object] = {
        "instrument": "cu2609",
        "product": "cu",
        "side": "long",
        "lots": 10,
        "settlement": Decimal(70_000),
        "lot_size": Decimal(5),
        "rate": Decimal("0.10"),
    }
    return Position(**(base | changes))  # type: ignore[arg-type]


def test_larger_side_over_months_and_its_exception() -> None:
    """One lot of copper is 70,000 x 5 x 10 % = 35,000."""
    rows = [
        position(),  # 350,000 long
        position(side="short", instrument="cu2610", lots=8),  # 280,000 short
        position(side="short", instrument="cu2611", lots=4),  # 140,000 short
    ]
    model: MarginModel = ExchangeRates()
    assert model.requirement_fen(rows) == 420_000 * YUAN  # shorts are larger
    # cu2609 in its last five days stands outside: 350,000 + max(0, 420,000)
    outside = [position(relief=False), *rows[1:]]
    assert model.requirement_fen(outside) == 770_000 * YUAN
    assert ExchangeRates(larger_side=False).requirement_fen(rows) == 770_000 * YUAN
    other = position(product="al", side="short", lots=1)  # products do not help each other
    assert model.requirement_fen([*rows, other]) == 455_000 * YUAN
    assert product_margin([5_617_920], [2_808_960]) == 5_617_920


def test_warrants_free_shorts_only() -> None:
    assert shorts_to_margin(10, 38, 5) == 3
    assert shorts_to_margin(2, 38, 5) == 0
    model = ExchangeRates()
    short = position(side="short", warrant_lots=7)
    assert model.requirement_fen([short]) == 3 * 35_000 * YUAN
    assert model.requirement_fen([position(warrant_lots=7)]) == 10 * 35_000 * YUAN


def test_larger_side_ends_at_the_clearing_of_the_fifth_day_before_the_last() -> None:
    days = weekdays(date(2026, 9, 1), date(2026, 9, 15))
    last = date(2026, 9, 15)
    assert larger_side_applies(date(2026, 9, 7), last, days, RELIEF_DAYS)
    assert not larger_side_applies(date(2026, 9, 8), last, days, RELIEF_DAYS)
    with pytest.raises(InputFault):
        larger_side_applies(date(2026, 9, 7), date(2026, 9, 12), days, RELIEF_DAYS)


def test_fees() -> None:
    # cu 0.5 bp of 70,000 x 5 x 2 = 700,000: 35.00; close today twice that
    assert transaction_fee(70_000, 5, 2, "0.5bp") == 3_500
    assert transaction_fee(70_000, 5, 2, "0.5bp", close_today=True, close_today_multiple=2) == 7_000
    assert transaction_fee(4_946, 15, 4, "0.001%", close_today=True, close_today_multiple=0) == 0
    assert transaction_fee("413.1", 1_000, 2, fee_per_lot_fen=200) == 400
    assert transaction_fee(23_000, 5, 3, fee_per_lot_fen=300, share=HEDGE_SHARE) == 450
    # half of 296.52 fen = 148.26, rounded once
    assert transaction_fee(4_942, 15, 4, "0.001%", share=HEDGE_SHARE) == 148
    with pytest.raises(InputFault, match="never both"):
        transaction_fee(1, 1, 1, "1%", 1)


def test_risk_reserve_gets_a_fifth() -> None:
    assert risk_reserve_share(1_000_003, "20%") == 200_001  # 200,000.6


def test_messages_and_ratio() -> None:
    assert message_count(1_000, 300, 10, 20) == 1_350
    assert order_to_trade_ratio(900, 300) == 2
    assert order_to_trade_ratio(900, 0) == 899


@pytest.mark.parametrize(
    ("messages", "executed", "yuan"),
    [
        (4_000, 0, "0"),
        (4_001, 0, "0.5"),
        (4_001, 4_000, "0.25"),
        (8_000, 1, "2000"),  # 4,000 x 0.5
        (10_000, 2_000, "7000"),  # 2,000 + 2,000 x 2.5
        (30_000, 10_000, "28500"),  # ratio exactly 2: 4,000 x 0.25 + 22,000 x 1.25
        (41_000, 1, "132000"),  # 2,000 + 32,000 x 2.5 + 1,000 x 50
        (41_000, 41_000, "66000"),
    ],
)
def test_order_fee_is_progressive(messages: int, executed: int, yuan: str) -> None:
    assert order_fee(messages, executed, *ORDER_FEE) == Decimal(yuan) * YUAN


def test_order_fee_of_market_makers() -> None:
    assert order_fee(100_000, 1, *ORDER_FEE, market_maker=True) == 0


def test_order_fees_are_merged_over_members_and_shared() -> None:
    rows = [
        MessageCount(
            holder="G1",
            member=member,
            trading_code=code,
            instrument="cu2610",
            messages=messages,
            executed_orders=executed,
        )
        for member, code, messages, executed in [
            ("0001", "00010001", 6_000, 1_000),
            ("0002", "00020001", 4_000, 1_000),
        ]
    ]
    fees = order_fees_by_code(rows, *ORDER_FEE)
    # 10,000 messages, 2,000 executed: 7,000.00, shared 6 : 4
    assert fees == {
        ("00010001", "cu2610"): 4_200 * YUAN,
        ("00020001", "cu2610"): 2_800 * YUAN,
    }


def test_collateral_and_both_caps() -> None:
    assert usable_collateral(12 * MILLION, 2 * MILLION, *COLLATERAL) == 8 * MILLION  # 4 x cash
    assert usable_collateral(12 * MILLION, 3 * MILLION, *COLLATERAL) == 960 * MILLION // 100  # 80 %
    assert usable_collateral(12 * MILLION, -1, *COLLATERAL) == 0
    assert warrant_benchmark_value(70_000, 5, 10, 200) == 3_490_000 * YUAN
    assert bond_benchmark_value(100 * MILLION, ["101.5", "100.9"]) == 10_090 * MILLION // 100
    assert foreign_cash_value(100_000_000, "7.1", DOLLARS) == 674_500_000


def test_deposit_with_every_term() -> None:
    balance = clearing_deposit(
        previous_balance_fen=1_000,
        previous_margin_fen=500,
        margin_fen=700,
        collateral_fen=90,
        previous_collateral_fen=60,
        profit_fen=-100,
        deposits_fen=300,
        withdrawals_fen=50,
        fees_fen=7,
        other_fen=-3,
    )
    assert balance == 1_000 + 500 - 700 + 90 - 60 - 100 + 300 - 50 - 7 - 3


def test_call_and_deadline() -> None:
    minimum = minimum_deposit(DEPOSIT, futures_firm=True)
    assert minimum == 2 * MILLION
    assert minimum_deposit(DEPOSIT, futures_firm=False) == MILLION // 2
    for balance, call, outcome in [
        (2 * MILLION, 0, DeadlineOutcome.NONE),
        (2 * MILLION - 1, 1, DeadlineOutcome.CLOSE_ONLY),
        (0, 2 * MILLION, DeadlineOutcome.CLOSE_ONLY),
        (-30_000_000, 230_000_000, DeadlineOutcome.FORCED_LIQUIDATION),
    ]:
        assert margin_call(balance, minimum) == call
        assert at_deadline(balance, minimum) == outcome


def test_withdrawable() -> None:
    # collateral 4.5 of margin 5 is above 80 %: 10 - 1 - 2
    assert (
        withdrawable(10 * MILLION, 5 * MILLION, 450 * MILLION // 100, 2 * MILLION, COVERED)
        == 7 * MILLION
    )
    # collateral 3: 10 - (5 - 3) - 2
    assert withdrawable(10 * MILLION, 5 * MILLION, 3 * MILLION, 2 * MILLION, COVERED) == 6 * MILLION
    assert withdrawable(1, 5, 0, 0, COVERED) == 0


def test_client_figures_of_the_statement() -> None:
    equity = client_equity(previous_balance_fen=1_000_000_000, profit_fen=-113_000, fees_fen=1_141)
    assert equity == 999_885_859
    assert available_funds(equity, 17_204_320) == 982_681_539
    assert risk_degree(17_204_320, equity) == Decimal("1.72")
    assert client_margin_call(equity, 17_204_320) == 0
    assert client_margin_call(10, 25) == 15
    with pytest.raises(InputFault):
        risk_degree(1, 0)


def test_rates_outside_zero_to_one_are_refused() -> None:
    for rate in (5, "500%", Decimal("-0.1"), "x%"):
        with pytest.raises(InputFault):
            trading_margin(1, 1, 1, rate)


def test_what_sides_are_charged_is_the_margin_of_their_product() -> None:
    """Long 120 + 80, short 150 of one product: 200; the smaller side is charged nothing."""
    facts = ContractFacts(
        "cu2610", "cu", "SHFE", Decimal(5), Decimal(1), Decimal(1), "8%", "8%", "8%", "8%"
    )
    margins = {
        ("cu2610", Side.BUY, Hedge.SPECULATION): 120,
        ("cu2611", Side.BUY, Hedge.SPECULATION): 80,
        ("cu2610", Side.SELL, Hedge.HEDGE): 150,
    }
    contracts = {"cu2610": facts, "cu2611": facts}
    charged = charged_margins(margins, contracts, larger_side=True)
    assert sum(charged.values()) == product_margin([120, 80], [150]) == 200
    assert charged["cu2610", Side.SELL, Hedge.HEDGE] == 0
    assert sum(charged_margins(margins, contracts, larger_side=False).values()) == 350


def test_collateral_as_one_figure() -> None:
    """What stands in the image gives, at its share, exactly what each part counts for."""
    lodged = lodged_value(12 * MILLION, 674_500_000, "80%")
    assert lodged == 2_043_125_000
    assert usable_collateral(lodged, 10 * MILLION, "80%", 4) == 960_000_000 + 674_500_000
    assert lodged_value(0, 1, "80%") == 1  # 1.25 fen, down
    assert [still_counts(20261130, day) for day in (20261127, 20261130)] == [True, False]
    assert still_counts(0, 20991231)
    assert may_release(10 * MILLION, 5 * MILLION, 0, 2 * MILLION)
    assert not may_release(6 * MILLION, 5 * MILLION, 0, 2 * MILLION)
    assert may_release(6 * MILLION, 5 * MILLION, 1 * MILLION, 2 * MILLION)  # the rest counts


def test_interest_on_clearing_deposits() -> None:
    """Quarters end with the 20th; whole yuan by calendar days; / 360, half up to the fen."""
    assert last_interest_period(20260921) == (20260621, 20260920)
    assert last_interest_period(20260920) == (20260321, 20260620)
    assert last_interest_period(20260105) == (20250921, 20251220)
    friday, monday = 20260918, 20260921
    held = {friday: 100_099, monday: 200_000}
    assert balance_days(held, friday, monday) == 3 * 1_000 + 2_000
    assert balance_days(held, 20260919, 20260919) == 1_000
    assert balance_days(held, 20260901, 20260917) == 0  # before anything is known
    assert balance_days({friday: -1}, friday, monday) == 0
    assert deposit_interest(5_000_000 * 91, "0.35%") == 442_361  # 4,423.6111
    assert deposit_interest(36, "5%") == 1  # 0.005 yuan, up
    with pytest.raises(InputFault, match="20260231 is no day"):
        balance_days({}, 20260231, 20260920)
