"""More items as textbooks and exchange guides put them, each with its arithmetic; money in yuan.

Every call is what an outsider writes from the reference page: plain numbers and texts.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from huiguan.exchange.amounts import contract_value, margin_per_lot, trade_fee
from huiguan.exchange.clearing.client_day import ClientTrade, ContractFacts, clear_client
from huiguan.exchange.clearing.collateral import bond_benchmark_value, usable_collateral
from huiguan.exchange.clearing.deposit import (
    COVERED,
    available_funds,
    clearing_deposit,
    client_equity,
    risk_degree,
    withdrawable,
)
from huiguan.exchange.clearing.fees import (
    MessageCount,
    message_count,
    order_fee,
    order_fees_by_code,
    order_to_trade_ratio,
    transaction_fee,
)
from huiguan.exchange.clearing.final_settlement import (
    final_settlement_five_day_weighted,
    final_settlement_last_day,
    final_settlement_time_weighted,
)
from huiguan.exchange.clearing.margin import product_margin, shorts_to_margin, trading_margin
from huiguan.exchange.clearing.marking import (
    Closed,
    Held,
    close_profit_by_date,
    close_profit_by_trade,
    daily_profit,
    position_profit_by_date,
    position_profit_by_trade,
)
from huiguan.exchange.clearing.parameters import (
    LockState,
    cumulative_move,
    limit_after_lock,
    margin_after_lock,
    margin_in_force,
    next_lock_state,
)
from huiguan.exchange.clearing.settlement_price import (
    average_between,
    average_of_turnover,
    last_hour_average,
    settlement_price,
)
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.rules.lookups import (
    delivery_days,
    last_trading_day,
    natural_person_day,
    night_session_end,
    trading_day_at,
)
from huiguan.exchange.rules.price_limits import Lock, limit_locked, price_limits
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books
from tests.unit.clearing.rows import COLLATERAL, DOWN, MOVED, ORDER_FEE, OVER, SETTLED, WIDENED
from tests.venues import rounding_of

YUAN = 100

MONEY: list[tuple[str, Callable[[], int], int | str]] = [
    # rebar, 10 t: sold 20 at 3,650, settled at 3,612
    ("38 x 200", lambda: daily_profit(settlement=3612, lot_size=10, sold=[(3650, 20)]), 7_600),
    # treasury bond, 10,000 a point: bought 2 at 97.450, settled at 97.655
    (
        "0.205 x 20,000",
        lambda: daily_profit(settlement="97.655", lot_size=10_000, bought=[("97.450", 2)]),
        4_100,
    ),
    # index, 300 a point: 5 bought at 3,250.2, settled at 3,262.4
    (
        "12.2 x 1,500",
        lambda: daily_profit(settlement="3262.4", lot_size=300, bought=[("3250.2", 5)]),
        18_300,
    ),
    # a spread: long 10 of one month from 3,500 to 3,520 and short 10 of another from 3,600 to 3,610
    (
        "20 x 100 - 10 x 100",
        lambda: (
            daily_profit(settlement=3520, lot_size=10, bought=[(3500, 10)])
            + daily_profit(settlement=3610, lot_size=10, sold=[(3600, 10)])
        ),
        1_000,
    ),
    # the same position three ways: 10 long from 60,100, evening 60,300, next evening 59,900
    (
        "by date, second day: -400 x 50",
        lambda: position_profit_by_date(
            Held("long", 60_100, 10, opened_today=False), 59_900, 60_300, 5
        ),
        -20_000,
    ),
    (
        "by trade: -200 x 50",
        lambda: position_profit_by_trade(Held("long", 60_100, 10, opened_today=False), 59_900, 5),
        -10_000,
    ),
    # opened and closed on one day both views agree: 4,942 -> 4,946, 4 lots of 15 kg
    (
        "by date",
        lambda: close_profit_by_date(Closed("long", 4942, 4946, 4, opened_today=True), 4900, 15),
        240,
    ),
    (
        "by trade",
        lambda: close_profit_by_trade(Closed("long", 4942, 4946, 4, opened_today=True), 15),
        240,
    ),
    # margin
    ("gold 2 at 413.10, 10 %", lambda: trading_margin("413.10", 1000, 2, "10%"), 82_620),
    ("half a fen up: 5,005 x 0.1 %", lambda: trading_margin(5_005, 1, 1, "0.1%"), "5.01"),
    (
        "two months long 120,000 + 80,000, short 150,000, one month outside 60,000",
        lambda: product_margin([120_000 * YUAN, 80_000 * YUAN], [150_000 * YUAN], [60_000 * YUAN]),
        260_000,
    ),
    (
        "10 short, warrants for 38 t free 7: 3 x 70,000 x 5 x 8 %",
        lambda: trading_margin(70_000, 5, shorts_to_margin(10, 38, 5), "8%"),
        84_000,
    ),
    (
        "silver by the lot, rounded up: 7,411,500 fen x 19 %",
        lambda: margin_per_lot(4_941, 1_500, 190_000_000),
        "14081.85",
    ),
    ("value: 7,000 ticks x 50 x 2", lambda: contract_value(7_000, 5_000, 2), 700_000),
    ("fee a lot: 2 x 20", lambda: trade_fee(48_481, 2_000, 2, 0, 2_000), 40),
    # funds: 300,000 - 4,800 + 12,500 - 156.80, margin 98,000
    (
        "equity",
        lambda: client_equity(
            previous_balance_fen=300_000 * YUAN,
            withdrawals_fen=4_800 * YUAN,
            profit_fen=12_500 * YUAN,
            fees_fen=15_680,
        ),
        "307543.20",
    ),
    ("available", lambda: available_funds(30_754_320, 98_000 * YUAN), "209543.20"),
    ("and 9,543.20 frozen", lambda: available_funds(30_754_320, 98_000 * YUAN, 954_320), 200_000),
    # a member: 5,000,000 + 900,000 - 1,200,000 + 400,000 - 300,000 - 250,000 - 3,000
    (
        "balance with collateral up by 100,000",
        lambda: clearing_deposit(
            previous_balance_fen=5_000_000 * YUAN,
            previous_margin_fen=900_000 * YUAN,
            margin_fen=1_200_000 * YUAN,
            collateral_fen=400_000 * YUAN,
            previous_collateral_fen=300_000 * YUAN,
            profit_fen=-250_000 * YUAN,
            fees_fen=3_000 * YUAN,
        ),
        4_547_000,
    ),
    ("nothing to withdraw", lambda: withdrawable(10**8, 10**8, 0, 10**8, COVERED), 0),
    # exactly 80 % covered: cash - 20 % - minimum
    (
        "10 - 1 - 2 million",
        lambda: withdrawable(10**9, 5 * 10**8, 4 * 10**8, 2 * 10**8, COVERED),
        7_000_000,
    ),
    (
        "bonds: 10 million at 100.90",
        lambda: bond_benchmark_value(10**9, ["101.2", "100.9"]),
        10_090_000,
    ),
    (
        "80 % and 4 x cash agree",
        lambda: usable_collateral(5 * 10**8, 10**8, *COLLATERAL),
        4_000_000,
    ),
    # fees: 5 lots of 10 t at 4,000: 200,000
    ("one in ten thousand", lambda: transaction_fee(4000, 10, 5, "1bp"), 20),
    ("the same in per mille", lambda: transaction_fee(4000, 10, 5, "0.1‰"), 20),
    (
        "free of charge today",
        lambda: transaction_fee(4000, 10, 5, "1bp", close_today=True, close_today_multiple=0),
        0,
    ),
    # order fees: tiers end at 4,000, 8,000 and 40,000
    ("8,000 messages, none executed: 4,000 x 0.5", lambda: order_fee(8_000, 0, *ORDER_FEE), 2_000),
    ("8,001", lambda: order_fee(8_001, 0, *ORDER_FEE), "2002.50"),
    ("40,001: 2,000 + 80,000 + 50", lambda: order_fee(40_001, 0, *ORDER_FEE), 82_050),
    (
        "ratio exactly 2: 4,000 x 0.25 + 1,000 x 1.25",
        lambda: order_fee(9_000, 3_000, *ORDER_FEE),
        2_250,
    ),
    ("a market maker", lambda: order_fee(50_000, 0, *ORDER_FEE, market_maker=True), 0),
]


@pytest.mark.parametrize(
    ("what", "call", "yuan"), MONEY, ids=lambda value: None if callable(value) else str(value)[:40]
)
def test_money(what: str, call: Callable[[], int], yuan: int | str) -> None:
    assert call() == Decimal(yuan) * YUAN, what


def test_messages() -> None:
    # 3,000 orders, 2,500 cancels, 40 FAK filled, 60 not: 3,000 + 2,500 + 40 + 120
    assert message_count(3_000, 2_500, 40, 60) == 5_660
    assert order_to_trade_ratio(5_660, 1_415) == 3
    assert order_to_trade_ratio(500, 0) == 499
    # 6,000 at one member and 3,000 at another: 9,000 cost 2,000 + 2,500; two thirds and a third
    counts = [
        MessageCount("C", "0001", "000100000001", "cu2610", 6_000, 0),
        MessageCount("C", "0002", "000200000001", "cu2610", 3_000, 0),
    ]
    fees = order_fees_by_code(counts, *ORDER_FEE)
    assert [fee // YUAN for fee in fees.values()] == [3_000, 1_500]


def test_risk_degree() -> None:
    assert risk_degree(98_000 * YUAN, 30_754_320) == Decimal("31.87")  # 31.8654...
    assert risk_degree(120_000, 100_000) == 120
    with pytest.raises(InputFault, match="equity above zero"):
        risk_degree(1, 0)


def test_settlement_prices_in_the_order_of_the_rule() -> None:
    copper = {"tick": 10, "lot_size": 5, "previous_settlement": 69_900, **SETTLED}
    # 12 lots for 4,201,500: 70,025 -> 70,020
    traded = settlement_price(**copper, turnover_fen=420_150_000, volume_lots=12)
    assert traded.price == 70_020
    quoted = settlement_price(**copper, best_bid=70_100, best_ask=70_300)
    assert (quoted.price, quoted.by) == (70_100, "middle_of_quotes")
    inside = settlement_price(**copper, best_bid=69_800, best_ask=70_300)
    assert inside.price == 69_900
    locked = settlement_price(**copper, best_bid=75_490, locked_at=75_490)
    assert (locked.price, locked.by) == (75_490, "locked_limit")
    # the nearer month rose 10 %, the limit is 8 %: 69,900 x 1.08 = 75,492 -> 75,490
    moved = settlement_price(
        **copper, reference_settlement=77_000, reference_previous=70_000, limit_rate="8%"
    )
    assert (moved.price, moved.by) == (75_490, "reference_contract")
    assert settlement_price(**copper).by == "previous_settlement"
    assert settlement_price(**copper, halted=True, best_bid=1, best_ask=2).by == "halted"
    only = settlement_price(
        **{**copper, "fallbacks": ["previous_settlement"]}, best_bid=1, best_ask=2
    )
    assert only.price == 69_900
    # crude oil 900.745 -> 900.7
    assert average_of_turnover(90_074_500, 1, 1_000, "0.1", DOWN) == Decimal("900.7")


def test_the_last_hour_of_index_futures() -> None:
    def at(hour: int, minute: int = 0) -> int:
        return (hour * 60 + minute) * 60_000

    sessions = [(at(9, 30), at(11, 30)), (at(13), at(15))]
    # 300 a point: 100 lots at 4,000 by 13:59, then 50 at 4,010 and 10 at 4,020: 241,700... / 60
    turnover = [100 * 4_000, 50 * 4_010, 10 * 4_020]
    totals = [sum(turnover[:n]) * 300 * YUAN for n in (1, 2, 3)]
    rows = [(at(13, 59), 100, totals[0]), (at(14, 30), 150, totals[1]), (at(15), 160, totals[2])]
    # (200,500 + 40,200) / 60 = 4,011.66... -> 4,011.6
    assert last_hour_average(rows, 300, "0.2", sessions, DOWN) == Decimal("4011.6")
    assert average_between(rows, at(14), at(14, 59), 300, "0.2", DOWN) == 4_010
    # nothing after 14:00: the hour before, 13:00 to 14:00
    assert last_hour_average(rows[:1], 300, "0.2", sessions, DOWN) == 4_000


def test_final_prices() -> None:
    assert final_settlement_last_day([70_110, 70_200, 70_250], 10) == 70_250
    # rubber, 10 t: (300,000 + 150,300) / 30 = 15,010
    days = [(30_000_000, 2), (0, 0), (15_030_000, 1)]
    assert final_settlement_five_day_weighted(days, 10, 5, 5, DOWN) == 15_010
    # fuel oil: 3,000 for one day, 3,010 for three: 3,007.5 -> 3,007
    assert final_settlement_time_weighted([(3_000, 1), (3_010, 3)], 1, 10, DOWN) == 3_007


@pytest.mark.parametrize(
    ("what", "previous", "limit", "tick", "venue", "lower", "upper"),
    [
        ("INE: 410.6396, 435.5604", "423.1", "2.945%", "0.1", "INE", "410.6", "435.5"),
        ("silver, SHFE: 4,544.88 and 5,337.12", 4941, "8.016%", 1, "SHFE", 4544, 5337),
        ("sugar, exam: 5,390.4, 5,839.6", 5615, "4%", 1, "inward", 5391, 5839),
        ("soybeans, exam: 4,305.6, 4,664.4", 4485, "4%", 1, "inward", 4306, 4664),
        ("rubber by 5, SHFE: 11,147.5, 13,352.5", 12250, "9%", 5, "shfe", 11145, 13350),
        ("on the tick already", 10000, "5%", 5, "inward", 9500, 10500),
        ("T bond 2 %: 95.6039, 99.5061", "97.555", "2%", "0.005", "CFFEX", "95.605", "99.505"),
    ],
)
def test_limits(
    what: str, previous: int | str, limit: str, tick: int | str, venue: str, lower: int, upper: int
) -> None:
    found = price_limits(previous, limit, tick, rounding_of(venue))
    assert found == (Decimal(lower), Decimal(upper)), what


def test_a_limit_locked_week() -> None:
    """5 % locked twice up: 8 % and 10 %, margins 10 % and 12 %; the third day down is a new D1."""
    first = next_lock_state(LockState(), Lock.UP, "5%")
    assert limit_after_lock(first, "5%", **WIDENED) == Decimal("0.08")
    assert margin_after_lock(first, "8%", "7%", OVER) == Decimal("0.1")
    assert margin_after_lock(first, "8%", "11%", OVER) == Decimal(
        "0.11"
    )  # not below the one before
    second = next_lock_state(first, Lock.UP, "8%")
    assert limit_after_lock(second, "5%", **WIDENED) == Decimal("0.1")
    assert margin_after_lock(second, "10%", "10%", OVER) == Decimal("0.12")
    assert next_lock_state(second, Lock.DOWN, "10%").day == 1
    assert next_lock_state(second, Lock.NONE, "10%") == LockState()
    assert margin_in_force("11%", "15%", "12%") == Decimal("0.15")
    assert limit_locked(73_600, 73_600, 66_400, [(73_600, None)]) == Lock.UP
    assert limit_locked(73_600, 73_600, 66_400, [(73_600, None), (None, 73_600)]) == Lock.NONE
    assert cumulative_move(70_000, [71_000, 72_000, 75_250], MOVED) == 3
    assert cumulative_move(70_000, [71_000, 72_000, 75_249, 76_300], MOVED) == 4


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("cu2602", date(2026, 2, 24)),  # the 15th is in Spring Festival
        ("cu2310", date(2023, 10, 16)),  # the 15th is a Sunday
        ("rb2502", date(2025, 2, 17)),  # a Saturday
        ("CU2101", date(2021, 1, 15)),  # as brokers write it
        ("sc2403", date(2024, 2, 29)),  # last trading day of the month before
        ("ec2602", date(2026, 2, 9)),  # 02-16 and 02-23 are holidays
    ],
)
def test_last_trading_days(code: str, last: date) -> None:
    assert last_trading_day(load_books(), code) == last


def test_other_dates() -> None:
    books = load_books()
    assert delivery_days(books, "cu2101") == [date(2021, 1, day) for day in (18, 19, 20)]
    assert natural_person_day(books, "cu2609") == date(2026, 9, 8)
    assert trading_day_at(books, "cu", "2026-08-21 21:30") == date(2026, 8, 24)
    assert night_session_end(books, "cu", "2025-10-09") is None  # after National Day
    assert night_session_end(books, "CU", "2026-08-24") == "01:00"


@pytest.mark.parametrize(
    "call",
    [
        lambda: trading_margin(4000, 10, Decimal(20), "10%") == 8_000_000,
        lambda: trading_margin("4000", "10", "20", Decimal("0.1")) == 8_000_000,
        lambda: order_fee(Decimal(8_000), "0", *ORDER_FEE) == 200_000,
        lambda: average_of_turnover(Decimal(105_030_000), "3", 5, 10, DOWN) == 70_020,
        lambda: product_margin([Decimal(100)], ["50"]) == 100,
    ],
)
def test_whole_numbers_may_be_decimals_and_texts(call: Callable[[], bool]) -> None:
    assert call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: client_equity(previous_balance_fen=1.5),  # type: ignore[arg-type]
        lambda: average_of_turnover(1e9, 3, 5, 10, DOWN),  # type: ignore[arg-type]
        lambda: trading_margin(4000, 10, Decimal("1.5"), "10%"),  # type: ignore[arg-type]
        lambda: product_margin([100.5], [50]),  # type: ignore[list-item]
        lambda: trading_margin(4000, 10, "many", "10%"),  # type: ignore[arg-type]
        lambda: withdrawable(float("nan"), 1, 1, 1, COVERED),  # type: ignore[arg-type]
    ],
)
def test_nothing_inexact_is_taken(call: Callable[[], object]) -> None:
    with pytest.raises(InputFault, match="is no whole number"):
        call()


def test_a_whole_statement_from_plain_numbers() -> None:
    """Silver: 4 lots bought at 4,942, settled at 4,928: fee 2.97, -840.00, margin 56,179.20."""
    rates = ("19%", "19%", "19%", "19%", "0.001%")
    facts = ContractFacts("ag2612", "ag", "SHFE", 15, 4900, 4928, *rates)  # type: ignore[arg-type]
    trade = ClientTrade(1, "ag2612", Side.BUY, Offset.OPEN, 4942, 4)  # type: ignore[arg-type]
    funds = clear_client(
        trading_day=20260821,
        contracts={"ag2612": facts},
        trades=[trade],
        previous_balance_fen=100_000 * YUAN,
    ).funds
    assert (funds.fees_fen, funds.mark_profit_fen, funds.margin_fen) == (297, -84_000, 5_617_920)
    assert funds.equity_fen == 100_000 * YUAN - 84_000 - 297
    assert funds.available_fen == funds.equity_fen - 5_617_920
    assert funds.risk_degree_percent == Decimal("56.66")  # 56,179.20 / 99,157.03
