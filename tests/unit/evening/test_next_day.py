"""The evening of 2026-08-31: contracts expire, new ones are listed, instructions are followed."""

from decimal import Decimal

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.money import (
    MoveClientMoney,
    MoveMemberMoney,
    SetCollateral,
)
from huiguan.exchange.day.instructions.people import SetTradingRight
from huiguan.exchange.day.instructions.prices import (
    DecideParameters,
    DecideSettlement,
    SetListingPrice,
)
from huiguan.exchange.day.result import DayResult, SettledBy
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.messages import Right, Side
from huiguan.foundation.faults import InputFault
from tests.markets import Market, books, market_image

DAY = 20260831
PRICES = {"cu2610": 109_000, "ec2608": 31_480, "ec2610": 18_985, "fu2609": 4_000, "fu2708": 3_900}
CODE, OTHER = "000000000002", "000000000003"
NAMES = list(PRICES)
TWO = {"maker": "m", "checker": "c"}


def evening_image() -> DayImage:
    """Code 2 is long, code 3 short: 10 lots of each contract at yesterday's settlement."""
    image = market_image(codes=4, prices=PRICES, day=DAY, deposit_fen=10**10)
    count = len(NAMES)
    lots = np.zeros(2 * count, image.lots.dtype)
    lots["instrument"] = np.tile(np.arange(count), 2)
    lots["trading_code"] = np.repeat([2, 3], count)
    lots["side"] = np.repeat([Side.BUY, Side.SELL], count)
    lots["open_price_units"] = np.tile(list(PRICES.values()), 2)
    lots["open_day"], lots["lots"], lots["trade"] = 20260828, 10, 1
    positions = np.zeros(2 * count, image.positions.dtype)
    positions["instrument"], positions["trading_code"] = lots["instrument"], lots["trading_code"]
    positions["long_lots"] = np.repeat([10, 0], count)
    positions["short_lots"] = np.repeat([0, 10], count)
    return image._replace(lots=lots, positions=positions)


def closed(*orders: AnyInstruction) -> tuple[DayImage, DayResult]:
    image = evening_image()
    rules = rules_of_day(books(), NAMES, DAY)
    return image, close_day(image, Market(image, None).events(), rules, orders)  # type: ignore[arg-type]


FINAL = DecideSettlement(**TWO, reference="index", instrument="ec2608", price=Decimal(3150))


def test_cash_settlement_pays_and_costs_and_ends() -> None:
    """ec2608: 3,148.0 -> 3,150.0 decided: 2 x 50 x 10 = 1,000.00; fee 0.002 % of 1,575,000."""
    image, result = closed(FINAL)
    row = result.contracts[NAMES.index("ec2608")]
    assert (row["settlement_units"], row["settled_by"]) == (31_500, SettledBy.DECIDED)
    assert (row["expired"], row["general_ppb"]) == (1, 0)
    code = result.accounts[2]
    assert code["mark_profit_fen"] == 100_000
    assert code["delivery_fees_fen"] == 3_150
    assert code["balance_fen"] == 10**10 + 100_000 - 3_150
    assert set(result.expired["instrument"]) == {NAMES.index("ec2608"), NAMES.index("fu2609")}
    # fu2609 goes into delivery: 20 % of 4,000 x 10 t x 10 lots stays until performance
    assert code["delivery_margin_fen"] == 8_000_000
    tomorrow = next_image(image, result, books(), [FINAL])
    assert "ec2608" not in tomorrow.names.instruments
    assert len(tomorrow.positions) == len(tomorrow.lots) == 6


def test_new_contract_takes_the_price_given_or_the_month_before() -> None:
    image, result = closed()
    tomorrow = next_image(image, result, books())
    names = tomorrow.names.instruments
    assert names == ["cu2610", "ec2610", "ec2708", "fu2708", "fu2709"]
    row = tomorrow.instruments[names.index("fu2709")]
    assert (row["previous_settlement_ticks"], row["first_day"]) == (3_900, 1)
    assert row["upper_limit_ticks"] == 4_992  # 3,900 x (1 + 2 x 14 %)
    listed = SetListingPrice(**TWO, reference="l", instrument="fu2709", price=Decimal(4_100))
    row = next_image(image, result, books(), [listed]).instruments[names.index("fu2709")]
    assert row["previous_settlement_ticks"] == 4_100
    unknown = SetListingPrice(**TWO, reference="l", instrument="fu2712", price=Decimal(1))
    with pytest.raises(InputFault, match="not listed"):
        next_image(image, result, books(), [unknown])


def test_decided_parameters_and_halt() -> None:
    decision = DecideParameters(
        **TWO,
        reference="99",
        instrument="cu2610",
        limit=Decimal("0.15"),
        general=Decimal("0.18"),
        hedging=Decimal("0.17"),
        halted=True,
    )
    image, result = closed(decision)
    tomorrow = next_image(image, result, books(), [decision])
    row, state = tomorrow.instruments[0], tomorrow.contract_states[0]
    assert row["right"] == Right.FORBIDDEN
    assert (state["limit_ppb"], state["general_ppb"], state["hedge_ppb"]) == (
        150_000_000,
        180_000_000,
        170_000_000,
    )
    assert result.accounts["margin_fen"][2] >= 109_000 * 5 * 10 * 18  # fen: 18 % of 5,450,000 CNY


def test_money_collateral_and_rights() -> None:
    image, result = closed()
    orders = [
        MoveClientMoney(**TWO, reference="1", trading_code=CODE, amount_fen=-500),
        MoveMemberMoney(**TWO, reference="2", member="0000", house=False, amount_fen=700),
        SetCollateral(**TWO, reference="3", member="0000", house=False, value_fen=1_000_000),
        SetTradingRight(**TWO, reference="4", trading_code=OTHER, right=Right.FORBIDDEN),
    ]
    tomorrow = next_image(image, result, books(), orders)
    assert tomorrow.trading_codes["deposit_fen"][2] == result.accounts["balance_fen"][2] - 500
    pool = tomorrow.pools[0]
    assert pool["cash_fen"] == result.pools["cash_fen"][0] + 700
    assert (pool["collateral_fen"], pool["usable_fen"]) == (1_000_000, 800_000)  # 80 %
    assert tomorrow.trading_codes["right"].tolist() == [0, 0, 0, Right.FORBIDDEN]
    assert tomorrow.members["deposit_fen"][0] == sum(
        int(row["cash_fen"] + row["usable_fen"]) for row in tomorrow.pools[:2]
    )


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (FINAL, "two persons"),
        (MoveMemberMoney(**TWO, reference="x", member="9", house=False, amount_fen=1), "no such"),
        (MoveClientMoney(**TWO, reference="x", trading_code="9", amount_fen=1), "not in the image"),
    ],
)
def test_instructions_are_checked(order: AnyInstruction, sentence: str) -> None:
    image, result = closed()
    if sentence == "two persons":
        order = DecideSettlement(
            maker="m", checker="m", reference="i", instrument="ec2608", price=Decimal(1)
        )
    with pytest.raises(InputFault, match=sentence):
        next_image(image, result, books(), [order])


def test_a_reference_is_used_once() -> None:
    with pytest.raises(InputFault, match="twice"):
        closed(FINAL, FINAL)


def test_a_decision_is_about_a_contract_of_the_day() -> None:
    order = DecideSettlement(**TWO, reference="i", instrument="zz2609", price=Decimal(1))
    with pytest.raises(InputFault, match="'zz2609' does not trade on this day"):
        closed(order)


@pytest.mark.parametrize("price", ["-10", "0", "3148.3", "99999999999"])
def test_a_settlement_price_that_cannot_be(price: str) -> None:
    order = DecideSettlement(**TWO, reference="i", instrument="ec2608", price=Decimal(price))
    with pytest.raises(InputFault, match="cannot be the settlement price of ec2608"):
        closed(order)


@pytest.mark.parametrize("limit", ["NaN", "Infinity", "0.1234567891", "1e19"])
def test_a_figure_that_cannot_be(limit: str) -> None:
    order = DecideParameters(
        **TWO,
        reference="i",
        instrument="ec2608",
        limit=Decimal(limit),
        general=Decimal("0.1"),
        hedging=Decimal("0.1"),
    )
    with pytest.raises(InputFault, match=r"limit .* cannot be used"):
        closed(order)
