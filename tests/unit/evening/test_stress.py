"""Stress of an evening by hand: 0001's client holds 10 lots of cu2610 long, 0002's sold them.

A lot is 5 t at 106,860; a yuan a tonne moves the ten lots by 5,000 fen.
"""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from huiguan.exchange.clearing.default.waterfall import Resources
from huiguan.exchange.day.contract_tables import parameters_of
from huiguan.exchange.evening.stress.backtest import Breach, Coverage, look_back
from huiguan.exchange.evening.stress.losses import (
    Exposure,
    MemberLoss,
    Paid,
    exposure,
    member_losses,
    outcome,
)
from huiguan.exchange.evening.stress.reverse import Exhausted, reverse_stress
from huiguan.exchange.evening.stress.scenarios import (
    Move,
    Scenario,
    after_change,
    after_limits,
    check_scenario,
    stressed_units,
)
from huiguan.exchange.rules.failing import DefaultWaterfall
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.faults import InputFault
from tests.evenings import LONG, evening
from tests.markets import DAY, books

RESOURCES = Resources(fund_fen={}, risk_reserve_fen=100_000_000, own_funds_fen=40_000_000)
SHFE = parameters(books(), "cu2610", DAY).default_waterfall


def scenario(*moves: Move, **more: Any) -> Scenario:
    return Scenario(name="one", title="one", moves=moves, **more)


def poor() -> Exposure:
    """Return the evening with 600,000.00 yuan in every account instead of ten million."""
    seen = exposure(*evening())
    return seen._replace(equity_fen=np.full(4, 60_000_000), cash_fen=np.full((2, 2), 60_000_000))


def at(price: int) -> np.ndarray:
    units = poor().settlement_units.copy()
    units[evening()[0].names.instruments.index("cu2610")] = price
    return units


def test_a_member_pays_for_its_client_with_its_own_money_first() -> None:
    """53,430 is half: the long loses 53,430 x 5,000 = 267,150,000 fen, and had 60,000,000."""
    (loss,) = member_losses(poor(), at(53_430))
    assert loss == MemberLoss(
        member="0001", house_fen=0, clients_fen=207_150_000, elsewhere_fen=0, own_fen=60_000_000
    )
    assert (loss.owed_fen, loss.beyond_fen) == (207_150_000, 147_150_000)
    found = outcome([loss], 2, SHFE, RESOURCES)
    assert found.paid == [
        Paid("risk_reserve", 100_000_000, 100_000_000),
        Paid("own_funds", 40_000_000, 40_000_000),
    ]
    assert found.left_fen == 7_150_000  # 147,150,000 - 140,000,000


def test_who_gains_pays_nobody() -> None:
    """At 106,859 the long loses 5,000 fen of 60,000,000: nobody owes anything."""
    assert member_losses(poor(), at(106_859)) == []
    found = outcome([], 2, SHFE, RESOURCES)
    assert (found.failing, found.left_fen, [row.used_fen for row in found.paid]) == ([], 0, [0, 0])


def test_money_of_clients_that_is_not_in_the_pool() -> None:
    """0001 has 10,000,000 of its own in its clients' pool; 20,000,000 of 0002's clients are away.

    At 150,000 the short owes 43,140 x 5,000 - 60,000,000 = 155,700,000 fen.
    """
    seen = poor()
    cash = seen.cash_fen.copy()
    cash[0] = [70_000_000, 40_000_000]
    (first,) = member_losses(seen._replace(cash_fen=cash), at(53_430))
    assert (first.own_fen, first.elsewhere_fen) == (70_000_000, 0)
    (second,) = member_losses(seen._replace(cash_fen=cash), at(150_000))
    assert second == MemberLoss(
        member="0002", house_fen=0, clients_fen=155_700_000, elsewhere_fen=20_000_000,
        own_fen=60_000_000,
    )  # fmt: skip
    assert second.owed_fen == 155_700_000, "what is with banks is taken to be there"


def test_the_members_hit_hardest_fail_and_their_fund_pays_first() -> None:
    """Three owe 50, 30 and 20 beyond their money; two fail. Own parts 10 and 40: 40 and 0 left.

    The parts of the others, 0003 and 0004, are 15 and 6: 21, and assessments of half of each,
    7 and 3: 10. 40 - 21 - 10 = 9, the reserve of 5 pays 5, and 4 are left.
    """
    rows = [
        MemberLoss(member=name, house_fen=fen, clients_fen=0, elsewhere_fen=0, own_fen=0)
        for name, fen in (("0001", 50), ("0002", 30), ("0003", 20))
    ]
    waterfall = DefaultWaterfall(
        effective=19900101, article="", source="", status="assumed",
        layers=("margin", "fund_share", "others_fund", "assessments", "risk_reserve"),
        assessment_share_ppb=500_000_000,
    )  # fmt: skip
    fund = {"0001": 10, "0002": 40, "0003": 15, "0004": 6}
    there = Resources(fund_fen=fund, risk_reserve_fen=5, own_funds_fen=1)
    found = outcome(rows, 2, waterfall, there)
    assert [row.member for row in found.failing] == ["0001", "0002"]
    assert found.paid == [
        Paid("fund_share", 40, 50),
        Paid("others_fund", 21, 21),
        Paid("assessments", 10, 10),
        Paid("risk_reserve", 5, 5),
    ]
    assert (found.beyond_fen, found.left_fen) == (80, 4)


def test_prices_after_locked_days() -> None:
    """The limit of cu for the next day is 9 %, then 12 %, then 14 %.

    106,860 x 0.91 = 97,242.6: 97,240; x 0.88 = 85,571.2: 85,570; x 0.86 = 73,590.2: 73,590.
    """
    image, result = evening()
    rules = parameters_of(books(), image.names.instruments, DAY)
    cu = image.names.instruments.index("cu2610")
    for days, price in ((-1, 97_240), (-2, 85_570), (-3, 73_590), (1, 116_470), (3, 148_700)):
        units = stressed_units(image, result, rules, scenario(Move(limits=days)))
        assert units[cu] == price
    units = stressed_units(image, result, rules, scenario(Move(products=("ag",), limits=-1)))
    assert units[cu] == 106_860, "no move means it"


def test_the_limits_of_the_nickel_week() -> None:
    """Published: 188,350 and 12 %: 210,950; 198,970 and 15 %: 228,810; and 17 %: 267,700."""
    rules = parameters(books(), "ni2203", 20220307)
    assert after_limits(188_350, 10, 120_000_000, 1, rules) == 210_950
    assert after_limits(198_970, 10, 150_000_000, 1, rules) == 228_810
    assert after_limits(228_810, 10, 170_000_000, 1, rules) == 267_700
    assert after_limits(100_000, 10, 120_000_000, 3, rules) == 150_690


def test_prices_after_a_change() -> None:
    assert after_change(106_860, 10, -80_000_000) == 98_310  # 98,311.2
    assert after_change(188_350, 10, 421_200_000) == 267_680  # 267,683.02
    assert after_change(106_860, 10, -1_000_000_000) == 10, "one tick is the least"


def test_how_far_prices_may_move() -> None:
    """0001 has 120,000,000 fen with its client's, then 100,000,000 of reserve, 40,000,000 of own.

    A fall of 22.46 % is cut to 24,001 yuan: 120,005,000; one of 22.45 % to 23,991: 119,955,000.
    Rising, 0002 pays: 22.47 % is 24,011, 22.46 % is 24,000: 120,000,000 is just enough.
    """
    assert reverse_stress(poor(), 1, SHFE, RESOURCES) == [
        Exhausted("own money", -2_246, 2_247),
        Exhausted("risk_reserve", -4_118, 4_118),  # 44,005 and 44,004 yuan: above 44,000
        Exhausted("own_funds", -4_867, 4_867),  # 52,009 and 52,008: above 52,000
    ]


def test_a_layer_that_nothing_exhausts() -> None:
    endless = Resources(fund_fen={}, risk_reserve_fen=10**15, own_funds_fen=0)
    ends = reverse_stress(poor(), 1, SHFE, endless)
    assert [(row.down, row.up) for row in ends[1:]] == [(None, None)] * 2


@pytest.mark.parametrize(("price", "broken"), [(95_110, 0), (95_100, 1)])
def test_margins_looked_back_on(price: int, broken: int) -> None:
    """The long was charged 11 %: 58,773,000 fen. At 95,100 it lost 11,760 x 5,000 = 58,800,000."""
    image, result = evening()
    cu = image.names.instruments.index("cu2610")
    contracts = result.contracts.copy()
    contracts["settlement_units"][cu] = price
    following = image._replace(settings=replace(image.settings, trading_day=20260824))
    found = look_back(image, result, following, result._replace(contracts=contracts))
    assert found.coverage == [Coverage("cu", 2, broken)]
    breach = Breach(20260824, LONG, "cu2610", 58_773_000, 58_800_000)
    assert found.breaches == [breach][:broken]


def test_days_that_do_not_follow_one_another() -> None:
    image, result = evening()
    with pytest.raises(InputFault, match="comes 20260824, not 20260821; give days that follow"):
        look_back(image, result, image, result)


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        ((), "scenario one: nothing moves"),
        ((Move(),), "either a change or a number of limits"),
        ((Move(limits=1, change_ppb=1),), "either a change or a number of limits"),
        ((Move(limits=1), Move(limits=-1)), "every other product moves twice"),
        ((Move(products=("cu", "cu"), limits=1),), "cu moves twice"),
        ((Move(products=("xx",), limits=1),), "'xx' is no product of the rulebooks"),
    ],
)
def test_a_scenario_that_makes_no_sense(moves: tuple[Move, ...], says: str) -> None:
    with pytest.raises(InputFault, match=says):
        check_scenario(scenario(*moves), {"cu", "ag"})
