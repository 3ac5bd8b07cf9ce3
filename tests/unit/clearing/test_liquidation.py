"""Forced liquidation and forced reduction, worked out by hand."""

from fractions import Fraction

import pytest

from huiguan.exchange.clearing.forced_reduction import (
    NetPosition,
    declared_closing_lots,
    forced_reduction,
    net_first,
    reduction_tier,
    share_lots,
    unit_net_profit,
)
from huiguan.exchange.clearing.liquidation import (
    Exposure,
    ForceCloseReason,
    excess_list,
    liquidation_list,
    lots_over_multiple,
    members_in_order,
)
from huiguan.foundation.faults import InputFault
from tests.unit.clearing.rows import SECOND_TIER, THRESHOLD


def exposure(code: str, instrument: str, lots: int, **more: object) -> Exposure:
    row: dict[str, object] = {
        "trading_code": code,
        "instrument": instrument,
        "side": "long",
        "lots": lots,
        "margin_per_lot_fen": 3_500_000,
    }
    return Exposure(**(row | more))  # type: ignore[arg-type]


ROWS = [
    exposure("C1", "cu2610", 5, net_loss_fen=100),
    exposure("C2", "cu2610", 5, net_loss_fen=900),
    exposure("C3", "al2610", 5, net_loss_fen=9_999),
    exposure("C4", "cu2610", 5, net_loss_fen=99_999, hedging=True),
    exposure("H1", "zn2610", 2, house=True),
]
OPEN_INTEREST = {"cu2610": 200_000, "al2610": 100_000, "zn2610": 50_000}


def test_order_own_account_general_open_interest_loss() -> None:
    orders = liquidation_list(ROWS, OPEN_INTEREST, 10**12)
    assert [row.trading_code for row in orders] == ["H1", "C2", "C1", "C3", "C4"]


def test_no_lot_more_than_needed() -> None:
    """Missing 300,000.00; 35,000.00 a lot: 2 + 5 lots free 245,000, 2 more 70,000."""
    orders = liquidation_list(ROWS, OPEN_INTEREST, 30_000_000)
    assert [(row.trading_code, row.lots) for row in orders] == [("H1", 2), ("C2", 5), ("C1", 2)]
    assert {row.reason for row in orders} == {ForceCloseReason.LACK_OF_DEPOSIT}
    assert liquidation_list(ROWS, OPEN_INTEREST, 0) == []


def test_excess_is_cut_from_the_largest() -> None:
    rows = [exposure("M1", "cu2610", 4_000), exposure("M2", "cu2610", 5_000)]
    assert [(r.trading_code, r.lots) for r in excess_list(rows, 8_000)] == [("M2", 1_000)]
    assert [r.lots for r in excess_list(rows, 1_000)] == [5_000, 3_000]
    assert excess_list(rows, 9_000) == []
    assert lots_over_multiple(13, 5) == 3


def test_members_with_the_larger_call_come_first() -> None:
    assert members_in_order({"A": 5, "B": 9, "C": 0, "D": 5}) == ["B", "A", "D"]


def test_unit_profit_goes_back_from_the_latest_opening() -> None:
    openings = [(90, 10), (100, 4), (110, 3)]
    assert unit_net_profit(5, openings, 120, long=True) == 14  # (3 x 10 + 2 x 20) / 5
    assert unit_net_profit(5, openings, 120, long=False) == -14
    assert unit_net_profit(2, openings, "110.5", long=True) == Fraction(1, 2)
    with pytest.raises(InputFault):
        unit_net_profit(18, openings, 120, long=True)


@pytest.mark.parametrize(
    ("profit", "hedging", "tier6", "tier8"),
    [
        (80, False, 1, 1),
        (60, False, 1, 2),
        (59, False, 2, 2),
        (40, False, 2, 2),
        (30, False, 2, 3),
        (29, False, 3, 3),
        (0, False, 0, 0),
        (80, True, 4, 4),
        (60, True, 4, 0),
        (59, True, 0, 0),
    ],
)
def test_tiers(profit: int, hedging: bool, tier6: int, tier8: int) -> None:
    assert reduction_tier(profit, 1_000, "6%", "3%", hedging=hedging) == tier6
    assert reduction_tier(profit, 1_000, "8%", "4%", hedging=hedging) == tier8


def test_largest_remainder_and_a_draw_anyone_can_repeat() -> None:
    # 10 over 5, 3, 4 of 12: 4.17, 2.5, 3.33 -> 4, 2, 3 and one lot to the .5
    assert share_lots(10, {"A": 5, "B": 3, "C": 4}, b"") == {"A": 4, "B": 3, "C": 3}
    drawn = [share_lots(10, {"A": 7, "B": 7, "C": 7}, b"%d" % n) for n in range(40)]
    assert all(sorted(row.values()) == [3, 3, 4] for row in drawn)
    assert {max(row, key=row.__getitem__) for row in drawn} == {"A", "B", "C"}
    with pytest.raises(InputFault):
        share_lots(13, {"A": 12}, b"")


def net(code: str, lots: int, profit: int, hedging: bool = False) -> NetPosition:
    return NetPosition(trading_code=code, lots=lots, unit_profit=Fraction(profit), hedging=hedging)


def test_declared_lots_need_the_loss() -> None:
    assert declared_closing_lots(20, net("L", 15, -60), 1_000, THRESHOLD) == 15
    assert declared_closing_lots(10, net("L", 15, -60), 1_000, THRESHOLD) == 10
    assert declared_closing_lots(10, net("L", 15, -59), 1_000, THRESHOLD) == 0
    assert declared_closing_lots(10, net("L", 15, -60), 1_000, "8%") == 0


def test_tier_by_tier() -> None:
    """Losers close 100; tier 1 has 60 (all taken, shared 60 : 40), tier 2 has 80 (half taken)."""
    winners = [
        net("W1", 40, 70),
        net("W2", 20, 60),
        net("W3", 50, 40),
        net("W4", 30, 30),
        net("W5", 99, 10),
        net("W6", 99, 90, hedging=True),
    ]
    result = forced_reduction({"L1": 60, "L2": 40}, winners, 1_000, THRESHOLD, b"", SECOND_TIER)
    assert [(r.trading_code, r.lots, r.tier) for r in result.winners] == [
        ("W1", 40, 1),
        ("W2", 20, 1),
        ("W3", 25, 2),  # 40 x 50 / 80
        ("W4", 15, 2),  # 40 x 30 / 80
    ]
    assert [(r.trading_code, r.lots, r.tier) for r in result.losers] == [
        ("L1", 36, 1),
        ("L2", 24, 1),
        ("L1", 24, 2),
        ("L2", 16, 2),
    ]
    assert result.unfilled_lots == 0


def test_what_no_tier_can_take_stays() -> None:
    result = forced_reduction(
        {"L1": 60}, [net("W1", 10, 70), net("W2", 9, -5)], 1_000, THRESHOLD, b"", SECOND_TIER
    )
    assert result.unfilled_lots == 50
    assert net_first(7, 3) == (3, 4, 0)
