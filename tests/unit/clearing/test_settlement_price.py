"""Settlement prices: the mean of all trades cut to the tick, and every fallback in order."""

from decimal import Decimal

import pytest

from huiguan.exchange.clearing.final_settlement import (
    final_settlement_five_day_mean,
    final_settlement_five_day_weighted,
    final_settlement_index,
    final_settlement_last_day,
    final_settlement_time_weighted,
)
from huiguan.exchange.clearing.settlement_price import (
    FALLBACKS,
    average_of_trades,
    average_of_turnover,
    by_reference_contract,
    last_hour_average,
    middle_of_quotes,
    settlement_price,
)
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.faults import InputFault
from tests.unit.clearing.rows import DOWN, SETTLED

CU = {"tick": 10, "lot_size": 5, "previous_settlement": 70_000, **SETTLED}


def test_mean_is_cut_down_to_the_tick() -> None:
    # (2 x 70,010 + 1 x 70,030) / 3 = 70,016.67
    trades = [("70010", 2), ("70030", 1)]
    assert average_of_trades(trades, 10, DOWN) == 70_010
    assert average_of_trades(trades, 10, Rounding.HALF_UP) == 70_020


def test_official_row_of_cu2610_on_2026_09_15() -> None:
    # turnover 5,774,083.97 x 10,000 CNY / (107,989 x 5 t) = 106,938.4
    assert average_of_turnover(5_774_083_970_000, 107_989, 5, 10, DOWN) == 106_930


def test_trades_win_over_quotes() -> None:
    turnover = (70_100 * 3 + 70_200) * 5 * 100
    result = settlement_price(
        **CU, turnover_fen=turnover, volume_lots=4, best_bid=60_000, best_ask=61_000
    )
    assert (result.price, result.by) == (70_120, "trades")  # 280,500 / 4 = 70,125


@pytest.mark.parametrize(
    ("bid", "ask", "previous", "expected"),
    [
        (70_100, 70_300, 69_900, 70_100),
        (70_100, 70_300, 70_200, 70_200),
        (70_100, 70_300, 71_000, 70_300),
    ],
)
def test_middle_of_three(bid: int, ask: int, previous: int, expected: int) -> None:
    assert middle_of_quotes(bid, ask, previous, 10) == expected


def test_fallbacks_in_order_and_switchable() -> None:
    facts = {
        "best_bid": 70_100,
        "best_ask": 70_300,
        "locked_at": 75_600,
        "reference_settlement": 71_400,
        "reference_previous": 70_000,
    }
    orders = [
        (FALLBACKS, 70_100, "middle_of_quotes"),
        (FALLBACKS[1:], 75_600, "locked_limit"),
        (FALLBACKS[2:], 71_400, "reference_contract"),  # 70,000 x 1.02
        (FALLBACKS[3:], 70_000, "previous_settlement"),
        ((), 70_000, "previous_settlement"),
    ]
    for fallbacks, price, by in orders:
        result = settlement_price(**{**CU, **facts, "fallbacks": fallbacks})
        assert (result.price, result.by) == (price, by)


def test_one_sided_quotes_are_no_quotes() -> None:
    assert settlement_price(**CU, best_bid=70_100).by == "previous_settlement"


def test_exchange_decides_and_halt_comes_before_all() -> None:
    assert settlement_price(**CU, decided=68_000, halted=True).price == 68_000
    halted = settlement_price(**CU, halted=True, reference_settlement=1, reference_previous=2)
    assert (halted.price, halted.by) == (70_000, "halted")


def test_reference_is_clipped_to_the_limit_and_the_limits() -> None:
    # reference +10 %, limit 6 %: 69,000 x 1.06 = 73,140
    assert (
        by_reference_contract(
            69_000, 77_000, 70_000, 10, limit_rate="6%", rounding=DOWN, reference_change="relative"
        )
        == 73_140
    )
    assert (
        by_reference_contract(
            69_000,
            77_000,
            70_000,
            10,
            upper_limit=73_100,
            rounding=DOWN,
            reference_change="relative",
        )
        == 73_100
    )
    assert (
        by_reference_contract(
            69_000,
            63_000,
            70_000,
            10,
            lower_limit=65_000,
            rounding=DOWN,
            reference_change="relative",
        )
        == 65_000
    )
    # additive: 5,200 + (5,260 - 5,250) = 5,210
    assert (
        by_reference_contract(
            5_200, 5_260, 5_250, "0.2", rounding=DOWN, reference_change="additive"
        )
        == 5_210
    )


def test_last_hour_goes_back_an_hour_at_a_time() -> None:
    hour = 3_600_000
    sessions = [(9 * hour + hour // 2, 11 * hour + hour // 2), (13 * hour, 15 * hour)]
    point = 300 * 100  # fen a point
    rows = [  # (time, volume, turnover) since the open
        (10 * hour, 1, 5_000 * point),
        (11 * hour, 2, 10_010 * point),  # one lot at 5,010 between 10:30 and 11:30
    ]
    assert last_hour_average(rows, 300, "0.2", sessions, DOWN) == 5_010
    rows.append((14 * hour + 1, 4, (10_010 + 2 * 5_020) * point))  # two lots at 5,020
    assert last_hour_average(rows, 300, "0.2", sessions, DOWN) == 5_020
    assert last_hour_average(rows[:1], 300, "0.2", sessions, DOWN) == 5_000
    assert last_hour_average([], 300, "0.2", sessions, DOWN) is None


def test_final_prices() -> None:
    assert final_settlement_last_day([69_000, 69_500], 10) == 69_500
    days = [("600", 5), ("601", 3), ("603", 0), ("602", 1), ("604", 2), ("605", 9)]
    # 601 is the second of the last five with trades: 600 + 601 + 602 + 604 + 605 = 3,012
    assert final_settlement_five_day_mean(days, "0.1", 5, DOWN) == Decimal("602.4")
    # turnover 10 t x (2 x 14,000 + 1 x 14,030) = 420,300 CNY / 30 t = 14,010
    weighted = [(28_000_000, 2), (0, 0), (14_030_000, 1)]
    assert final_settlement_five_day_weighted(weighted, 10, 5, 5, DOWN) == 14_010
    assert final_settlement_time_weighted([(4_000, 1), (4_100, 3)], 1, 10, DOWN) == 4_075
    assert final_settlement_index(
        ["2134.92", "2147.86", "2175.62"], "0.1", Rounding.HALF_UP, 3
    ) == Decimal("2152.8")
    assert final_settlement_index(["3800.1", "3850.4"], "0.01", Rounding.HALF_UP, 1) == Decimal(
        "3850.4"
    )


def test_floats_and_empty_days_are_refused() -> None:
    for call in (
        lambda: average_of_trades([(70_000.5, 1)], 10, DOWN),  # type: ignore[list-item]
        lambda: average_of_trades([], 10, DOWN),
        lambda: average_of_trades([("x", 1)], 10, DOWN),
        lambda: average_of_trades([(1, -1)], 10, DOWN),
        lambda: final_settlement_index([], "0.1", Rounding.HALF_UP, 3),
    ):
        with pytest.raises(InputFault):
            call()
