"""Worked items of qualification exams and guides, with their arithmetic; money in yuan.

Prices are CNY a ton unless said; each row is one question as a textbook puts it.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from huiguan.exchange.clearing.collateral import (
    foreign_cash_value,
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
from huiguan.exchange.clearing.fees import order_fee, transaction_fee
from huiguan.exchange.clearing.margin import product_margin, trading_margin
from huiguan.exchange.clearing.marking import (
    Closed,
    Held,
    close_profit_by_date,
    close_profit_by_trade,
    daily_profit,
    position_profit_by_date,
    position_profit_by_trade,
    profit_fen,
    split_profit,
)
from huiguan.exchange.clearing.settlement_price import average_of_trades
from huiguan.exchange.rules.price_limits import price_limits
from tests.unit.clearing.rows import (
    COLLATERAL,
    DEPOSIT,
    DOLLARS,
    DOWN,
    HEDGE_SHARE,
    ORDER_FEE,
    OVER,
    POINTS,
)
from tests.venues import rounding_of

YUAN = 100
SHORT = Closed("short", 4100, 3950, 100, opened_today=False)

MONEY: list[tuple[str, Callable[[], int], int | str]] = [
    # a member opens 40 lots of soybeans at 4,000 and closes 20 at 4,030; settled at 4,040, lot 10
    (
        "profit: (4,030 - 4,040) x 200 + (4,040 - 4,000) x 400",
        lambda: daily_profit(settlement=4040, lot_size=10, bought=[(4000, 40)], sold=[(4030, 20)]),
        14_000,
    ),
    ("margin 10 %: 4,040 x 200 x 0.1", lambda: trading_margin(4040, 10, 20, "10%"), 80_800),
    (
        "balance: 1,100,000 - 80,800 + 14,000",
        lambda: clearing_deposit(
            previous_balance_fen=1_100_000 * YUAN,
            margin_fen=80_800 * YUAN,
            profit_fen=14_000 * YUAN,
        ),
        1_033_200,
    ),
    # next day 8 more at 4,040, settled at 4,060
    (
        "profit: (4,060 - 4,040) x 80 + (4,060 - 4,040) x 200",
        lambda: daily_profit(
            settlement=4060,
            lot_size=10,
            bought=[(4040, 8)],
            previous_settlement=4040,
            carried_long=20,
        ),
        5_600,
    ),
    (
        "balance: 1,033,200 + 80,800 - 113,680 + 5,600",
        lambda: clearing_deposit(
            previous_balance_fen=1_033_200 * YUAN,
            previous_margin_fen=80_800 * YUAN,
            margin_fen=trading_margin(4060, 10, 28, "10%"),
            profit_fen=5_600 * YUAN,
        ),
        1_005_920,
    ),
    # third day all 28 are sold at 4,070, settled at 4,050
    (
        "profit: (4,070 - 4,050) x 280 + (4,060 - 4,050) x (0 - 280)",
        lambda: daily_profit(
            settlement=4050,
            lot_size=10,
            sold=[(4070, 28)],
            previous_settlement=4060,
            carried_long=28,
        ),
        2_800,
    ),
    # a client pays in 200,000, buys 100 at 2,800, sells 40 at 2,850; settled at 2,840, margin 10 %
    (
        "balance: 200,000 - 170,400 + 44,000",
        lambda: clearing_deposit(
            previous_balance_fen=200_000 * YUAN,
            margin_fen=trading_margin(2840, 10, 60, "10%"),
            profit_fen=daily_profit(
                settlement=2840, lot_size=10, bought=[(2800, 100)], sold=[(2850, 40)]
            ),
        ),
        73_600,
    ),
    # 200,000; 50 bought at 1,860, 30 sold at 1,890; settled at 1,900, margin 5 %
    (
        "balance: 200,000 + 9,000 + 8,000 - 19,000",
        lambda: clearing_deposit(
            previous_balance_fen=200_000 * YUAN,
            margin_fen=trading_margin(1900, 10, 20, "5%"),
            profit_fen=daily_profit(
                settlement=1900, lot_size=10, bought=[(1860, 50)], sold=[(1890, 30)]
            ),
        ),
        198_000,
    ),
    # 100 lots short from yesterday's settlement of 4,000, opened at 4,100, bought back at 3,950
    (
        "by date: (4,000 - 3,950) x 1,000",
        lambda: close_profit_by_date(
            Closed("short", 4100, 3950, 100, opened_today=False), 4000, 10
        ),
        50_000,
    ),
    (
        "by trade: (4,100 - 3,950) x 1,000",
        lambda: close_profit_by_trade(SHORT, 10),
        150_000,
    ),
    # 5 lots of copper long from 60,000, settled at 60,500, then at 61,000
    (
        "by date: 500 x 25",
        lambda: position_profit_by_date(
            Held("long", 60_000, 5, opened_today=False), 61_000, 60_500, 5
        ),
        12_500,
    ),
    (
        "by trade: 1,000 x 25",
        lambda: position_profit_by_trade(Held("long", 60_000, 5, opened_today=False), 61_000, 5),
        25_000,
    ),
    ("copper short at 67,890, back at 67,320", lambda: profit_fen(67_320, 67_890, 10, 5), 28_500),
    ("gold 413.10 to 414.56, 2 x 1,000 g", lambda: profit_fen("413.10", "414.56", 2, 1000), 2_920),
    ("index 3,000 to 3,011.4, 300 a point", lambda: profit_fen(3000, "3011.4", 1, 300), 3_420),
    ("crude oil 451.7 to 415.5, 1,000 bbl", lambda: profit_fen("451.7", "415.5", 1, 1000), -36_200),
    # margin
    ("copper, 10 lots at 60,000, 8 %", lambda: trading_margin(60_000, 5, 10, "8%"), 240_000),
    (
        "larger side: long 30 and short 10 lots of rebar at 4,000, 10 %: 120,000 against 40,000",
        lambda: product_margin(
            [trading_margin(4000, 10, 30, "10%")], [trading_margin(4000, 10, 10, "10%")]
        ),
        120_000,
    ),
    # a client's funds: 500,000 + 20,000 - 30,000 + 12,000 - 350 = 501,650, margin 420,000
    (
        "equity",
        lambda: client_equity(
            previous_balance_fen=500_000 * YUAN,
            deposits_fen=20_000 * YUAN,
            withdrawals_fen=30_000 * YUAN,
            profit_fen=12_000 * YUAN,
            fees_fen=350 * YUAN,
        ),
        501_650,
    ),
    ("available", lambda: available_funds(501_650 * YUAN, 420_000 * YUAN), 81_650),
    ("short of funds", lambda: available_funds(400_000 * YUAN, 420_000 * YUAN), -20_000),
    ("to be added", lambda: client_margin_call(400_000 * YUAN, 420_000 * YUAN), 20_000),
    ("nothing to be added", lambda: client_margin_call(501_650 * YUAN, 420_000 * YUAN), 0),
    # a member: minimum 2,000,000
    (
        "call: 2,000,000 - 1,500,000",
        lambda: margin_call(1_500_000 * YUAN, minimum_deposit(DEPOSIT, futures_firm=True)),
        500_000,
    ),
    (
        "call below zero: 2,000,000 + 300,000",
        lambda: margin_call(-300_000 * YUAN, minimum_deposit(DEPOSIT, futures_firm=True)),
        2_300_000,
    ),
    (
        "withdrawable, collateral 4.5 of margin 5 million: 10 - 1 - 2",
        lambda: withdrawable(
            10**7 * YUAN, 5 * 10**6 * YUAN, 4_500_000 * YUAN, 2 * 10**6 * YUAN, COVERED
        ),
        7_000_000,
    ),
    (
        "withdrawable, collateral 1 million: 10 - (5 - 1) - 2",
        lambda: withdrawable(
            10**7 * YUAN, 5 * 10**6 * YUAN, 10**6 * YUAN, 2 * 10**6 * YUAN, COVERED
        ),
        4_000_000,
    ),
    # collateral: the lower of 80 % of the value and four times the cash
    (
        "bonds 12, cash 2 million",
        lambda: usable_collateral(12 * 10**8, 2 * 10**8, *COLLATERAL),
        8_000_000,
    ),
    (
        "bonds 5, cash 2 million",
        lambda: usable_collateral(5 * 10**8, 2 * 10**8, *COLLATERAL),
        4_000_000,
    ),
    ("no cash", lambda: usable_collateral(5 * 10**8, 0, *COLLATERAL), 0),
    (
        "warrants of 100 lots of copper at 70,000",
        lambda: warrant_benchmark_value(70_000, 5, 100),
        35_000_000,
    ),
    ("1 million USD at 7.1, 95 %", lambda: foreign_cash_value(10**8, "7.1", DOLLARS), 6_745_000),
    # fees
    ("copper 10 lots at 70,000, 0.5 bp", lambda: transaction_fee(70_000, 5, 10, "0.5bp"), 175),
    (
        "the same closed today, twice as much",
        lambda: transaction_fee(70_000, 5, 10, "0.5bp", close_today=True, close_today_multiple=2),
        350,
    ),
    ("hedging", lambda: transaction_fee(70_000, 5, 10, "0.5bp", share=HEDGE_SHARE), "87.50"),
    ("aluminium 7 lots, 3 a lot", lambda: transaction_fee(20_000, 5, 7, 0, 300), 21),
    # order fees: 4,000 free, 4,000 at 0.5, 32,000 at 2.5, the rest at 50
    ("50,000 messages, hardly a trade", lambda: order_fee(50_000, 10, *ORDER_FEE), 582_000),
    ("50,000 messages, half traded", lambda: order_fee(50_000, 25_000, *ORDER_FEE), 291_000),
    ("4,000 messages", lambda: order_fee(4_000, 1, *ORDER_FEE), 0),
    ("4,001 messages", lambda: order_fee(4_001, 1, *ORDER_FEE), "0.50"),
]


@pytest.mark.parametrize(
    ("what", "call", "yuan"), MONEY, ids=lambda value: None if callable(value) else str(value)[:40]
)
def test_money(what: str, call: Callable[[], int], yuan: int | str) -> None:
    assert call() == Decimal(yuan) * YUAN, what


@pytest.mark.parametrize(
    ("what", "previous", "limit", "tick", "venue", "lower", "upper"),
    [
        ("copper, exam: 52,477 and 55,723", 54_100, "3%", 10, "inward", "52480", "55720"),
        ("rebar, exam: 3,895.95, 4,306.05", 4101, "5%", 1, "inward", "3896", "4306"),
        ("wheat, exam: 2,907.09, 3,086.91", 2997, "3%", 1, "inward", "2908", "3086"),
        ("index: 3,022.2, 3,693.8", "3358.0", "10%", "0.2", "CFFEX", "3022.2", "3693.8"),
        ("index: 4,694.76, 5,738.04", "5216.4", "10%", "0.2", "CFFEX", "4694.8", "5738.0"),
        ("copper today: 39,968.8, 45,071.2", 42_520, "6%", 10, "SHFE", "39960", "45070"),
        ("gold: 833.8732, 1,105.3668", "969.62", "14%", "0.02", "SHFE", "833.86", "1105.36"),
        ("crude oil: 415.564, 487.836", "451.7", "8%", "0.1", "INE", "415.5", "487.8"),
    ],
)
def test_limits(
    what: str,
    previous: int | str,
    limit: str,
    tick: int | str,
    venue: str,
    lower: str,
    upper: str,
) -> None:
    expected = (Decimal(lower), Decimal(upper))
    assert price_limits(previous, limit, tick, rounding_of(venue)) == expected, what


def test_prices_and_degrees() -> None:
    # 10 lots at 413.10, 20 at 413.50, 5 at 412.98: 14,465.90 / 35 = 413.311..., tick 0.02
    trades = [("413.10", 10), ("413.50", 20), ("412.98", 5)]
    assert average_of_trades(trades, "0.02", DOWN) == Decimal("413.30")
    # 420,000 / 501,650 = 83.723... %
    assert risk_degree(420_000, 501_650) == Decimal("83.72")
    minimum = minimum_deposit(DEPOSIT, futures_firm=True)
    assert at_deadline(minimum, minimum) == DeadlineOutcome.NONE
    assert at_deadline(minimum - 1, minimum) == DeadlineOutcome.CLOSE_ONLY
    assert at_deadline(-1, minimum) == DeadlineOutcome.FORCED_LIQUIDATION


def test_the_split_form_gives_the_total() -> None:
    # carried: 10 long from 3,900 and 4 short from 4,100, previous settlement 4,000; today 6 of the
    # long are sold at 4,030, 3 long are opened at 4,020; settled at 4,010, lot 10
    parts = split_profit(
        settlement=4010,
        previous_settlement=4000,
        lot_size=10,
        closed=[Closed("long", 3900, 4030, 6, opened_today=False)],
        held=[
            Held("long", 3900, 4, opened_today=False),
            Held("short", 4100, 4, opened_today=False),
            Held("long", 4020, 3, opened_today=True),
        ],
    )
    assert parts.history_close_fen == 30 * 60 * YUAN
    assert parts.history_position_fen == (10 * 40 - 10 * 40) * YUAN
    assert parts.today_position_fen == -10 * 30 * YUAN
    assert parts.total_fen == daily_profit(
        settlement=4010,
        lot_size=10,
        bought=[(4020, 3)],
        sold=[(4030, 6)],
        previous_settlement=4000,
        carried_long=10,
        carried_short=4,
    )


def test_figures_of_the_examples_are_those_of_the_rulebooks() -> None:
    tiers, ratio = ORDER_FEE
    found = [(row.above, row.low_fen, row.high_fen) for row in tiers]
    assert found == [
        (0, 0, 0),
        (4_000, 25, 50),
        (8_000, 125, 250),
        (40_000, 2_500, 5_000),
    ]  # cu al zn pb ni sn au ag rb hc ss fu bu ru sp, from 2022-08-05
    assert ratio == 2
    assert ((Decimal("0.03"), Decimal("0.05")), Decimal("0.02")) == (POINTS, OVER)
    assert (DEPOSIT.futures_firm_fen, DEPOSIT.other_fen) == (200_000_000, 50_000_000)
    assert ((Decimal("0.8"), 4), Decimal("0.95")) == (COLLATERAL, DOLLARS)
    assert Decimal("0.5") == HEDGE_SHARE
