"""Stress of random evenings against a plain twin; who fails alone against a default."""

from random import Random  # noqa: TID251  seeded by the test

import numpy as np
import pytest

from huiguan.exchange.clearing.default.waterfall import Resources, allocate_loss
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.failed_member import failed_member
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import terms_of
from huiguan.exchange.evening.stress.losses import MemberLoss, exposure, member_losses, outcome
from huiguan.exchange.rules.failing import LAYERS, DefaultWaterfall
from tests.markets import DAY, Market, books, market_image
from tests.models.plain_stress import loss_of


@pytest.mark.parametrize("seed", range(40))
def test_losses_are_those_of_the_estates(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    image = market_image(codes=chance.choice([4, 9, 16]), deposit_fen=chance.choice([10**8, 10**9]))
    market = Market(image, chance)
    for _ in range(chance.randrange(60)):
        market.trade()
    rules = rules_of_day(books(), image.names.instruments, DAY)
    result = close_day(image, market.events(), rules)
    seen = exposure(image, result)
    share = chance.choice([-9_000, -2_000, 500, 4_000])
    units = seen.settlement_units * (10_000 + share) // 10_000
    terms = [terms_of(image, result, index) for index in range(len(image.instruments))]
    move = {
        row.name: int(units[index] - row.settlement_units) * row.unit_value_fen
        for index, row in enumerate(terms)
    }
    plain = {
        member: loss_of(failed_member(image, result, member), move)
        for member in image.names.members
    }
    found = {
        row.member: (row.house_fen, row.clients_fen, row.elsewhere_fen, row.own_fen)
        for row in member_losses(seen, units)
    }
    assert found == {member: row for member, row in plain.items() if sum(row[:2])}


@pytest.mark.parametrize("seed", range(200))
def test_one_who_fails_is_paid_for_as_a_default_is(seed: int) -> None:
    chance = Random(seed)  # noqa: S311
    names = [f"{number:04d}" for number in range(1, 6)]
    fund = {name: chance.choice([0, chance.randrange(1_000)]) for name in names}
    resources = Resources(
        fund_fen=fund,
        risk_reserve_fen=chance.randrange(500),
        own_funds_fen=chance.randrange(500),
    )
    others = list(LAYERS[1:])
    chance.shuffle(others)
    layers = ("margin", *others[: chance.randrange(1, 6)])
    share = chance.choice([0, 250_000_000, 1_000_000_000])
    waterfall = DefaultWaterfall(
        effective=19900101, article="", source="", status="assumed", layers=layers,
        assessment_share_ppb=share,
    )  # fmt: skip
    owed, own = chance.randrange(1, 4_000), chance.randrange(300)
    loss = MemberLoss(member="0002", house_fen=owed, clients_fen=0, elsewhere_fen=0, own_fen=own)
    found = outcome([loss], 2, waterfall, resources)
    rate = f"{np.format_float_positional(share / 10**9)}"
    payments, left = allocate_loss(owed, layers, "0002", own, resources, rate.rstrip("."))
    by_layer = dict.fromkeys(layers[1:], 0)
    for payment in payments:
        if payment.layer != "margin":
            by_layer[payment.layer] += payment.amount_fen
    if loss.beyond_fen:
        assert {row.layer: row.used_fen for row in found.paid} == by_layer
    assert found.left_fen == left
