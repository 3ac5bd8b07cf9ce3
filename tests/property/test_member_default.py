"""A member's default on random estates: zero sums after each step, layers in order, clients whole.

The allocation of a loss equals its plain twin fen by fen.
"""

from collections import Counter
from fractions import Fraction
from random import Random  # noqa: TID251  seeded by the test

import msgspec
import pytest

from huiguan.exchange.clearing.default.estate import (
    Account,
    Bid,
    Estate,
    Holding,
    Receiver,
    Side,
    Terms,
)
from huiguan.exchange.clearing.default.steps import handle_default
from huiguan.exchange.clearing.default.waterfall import Resources, allocate_loss
from huiguan.exchange.messages import Hedge
from huiguan.exchange.rules.failing import LAYERS, DefaultWaterfall
from tests.models.plain_default import plain_waterfall

MEMBER, OTHERS = "0007", ("0001", "0002", "0003", "0011")
CONTRACTS = {"ni2204": 26_770_000, "cu2204": 36_000_000}
SIDES: tuple[Side, ...] = ("long", "short")


def layers_of(random: Random) -> DefaultWaterfall:
    """Return some layers in some order, ``margin`` first."""
    others = random.sample(LAYERS[1:], random.randint(0, 5))
    return DefaultWaterfall(
        effective=19901219,
        article="any",
        source="any",
        status="invented",
        layers=("margin", *others),
        assessment_share_ppb=random.choice([0, 333_333_333, 500_000_000, 10**9]),
    )


def resources_of(random: Random) -> Resources:
    """Return some money; parts of the fund are often equal, so that ties are drawn out."""
    parts = {m: random.choice([0, 1, 100, 100, 333, 10**9]) for m in (MEMBER, *OTHERS)}
    return Resources(
        fund_fen=parts,
        risk_reserve_fen=random.choice([0, 7, 10**9]),
        own_funds_fen=random.choice([0, 11, 10**9]),
    )


def estate_of(random: Random) -> Estate:
    """Return a member with clients of all kinds: rich, called, owing."""
    accounts = []
    for number in range(random.randint(1, 30)):
        held = tuple(
            Holding(
                instrument=random.choice(list(CONTRACTS)),
                side=random.choice(SIDES),
                lots=random.randint(1, 50),
                hedge=random.choice([Hedge.SPECULATION, Hedge.HEDGE]),
            )
            for _ in range(random.randint(0, 3))
        )
        accounts.append(
            Account(
                code=f"{MEMBER}{10_000_001 + number}",
                house=number < random.randint(0, 2),
                equity_fen=random.randint(-(10**8), 3 * 10**8),
                margin_fen=random.randint(0, 10**8) if held else 0,
                held=held,
            )
        )
    clients = sum(row.equity_fen for row in accounts if not row.house)
    return Estate(
        member=MEMBER,
        house_fen=random.randint(-(10**9), 10**9),
        clients_fen=clients + random.choice([0, random.randint(-(10**8), 10**8)]),
        collateral_fen=random.choice([0, 10**7]),
        accounts=tuple(random.sample(accounts, len(accounts))),
    )


def terms_of(random: Random) -> Terms:
    """Return bids for everything, at prices better and worse than settlement."""
    bids = [
        Bid(
            member=member,
            code=f"{member}10000099",
            instrument=instrument,
            side=side,
            lots=random.choice([100, 100, 5_000]) if member != OTHERS[-1] else 10**6,
            lot_fen=fen + random.randint(-3, 3) * fen // 50,
        )
        for instrument, fen in CONTRACTS.items()
        for side in SIDES
        for member in OTHERS
    ]
    return Terms(
        lot_fen=CONTRACTS,
        receivers=[Receiver(m, random.choice([0, 10**8, 10**10])) for m in OTHERS[:2]],
        bids=random.sample(bids, len(bids)),
        waterfall=layers_of(random),
        resources=resources_of(random),
        pools_fen={f"{m}/{p}": random.randint(0, 10**9) for m in OTHERS for p in ("house",)},
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_allocation_equals_its_plain_twin(seed: int) -> None:
    random = Random(seed)  # noqa: S311  a test, no secret
    for _ in range(500):
        row, resources = layers_of(random), resources_of(random)
        loss, own = (
            random.choice([0, 1, 99, 1_000, 10**6, 3 * 10**9]),
            random.choice([0, 60, 10**6]),
        )
        share = Fraction(row.assessment_share_ppb, 10**9)
        rows, left = allocate_loss(loss, row.layers, MEMBER, own, resources, str(float(share)))
        assert (
            [(paid.layer, paid.payer, paid.amount_fen) for paid in rows],
            left,
        ) == plain_waterfall(
            loss,
            list(row.layers),
            MEMBER,
            own,
            dict(resources.fund_fen),
            resources.risk_reserve_fen,
            resources.own_funds_fen,
            share,
        )
        assert sum(paid.amount_fen for paid in rows) + left == loss


@pytest.mark.parametrize("seed", range(150))
def test_every_step_of_a_random_default(seed: int) -> None:
    random = Random(1_000 + seed)  # noqa: S311
    estate, terms = estate_of(random), terms_of(random)
    found = handle_default(estate, terms)
    money: Counter[tuple[str, str]] = Counter()
    for step in found.steps:
        for row in step.postings:
            assert row.amount_fen > 0
            money[row.book, row.credit] += row.amount_fen
            money[row.book, row.debit] -= row.amount_fen
        for book in {name for name, _ in money}:
            assert sum(fen for (own, _), fen in money.items() if own == book) == 0, step.name
        for pool in ("house", "clients"):
            name = f"{MEMBER}/{pool}"
            assert money["exchange", name] == -money[name, "exchange"]
        if step.name in {"isolate", "port", "auction", "pay out"}:
            clients = [
                money[f"{MEMBER}/clients", row.code] for row in estate.accounts if not row.house
            ]
            assert min(clients, default=0) >= 0
            assert money["exchange", f"{MEMBER}/clients"] == sum(clients)
    for name in (f"{MEMBER}/house", f"{MEMBER}/clients", f"default {MEMBER}", "marking"):
        assert money["exchange", name] == 0
    paid = sum(row.amount_fen for row in found.payments)
    assert paid + found.left_fen == found.loss.total_fen
    equity = {row.code: row.equity_fen for row in estate.accounts}
    for row in found.ported:  # with all that is theirs
        assert money[f"{row.member}/clients", row.code] == equity[row.account.code]
    costs = Counter({row.code: 0 for row in estate.accounts})
    for cost in found.costs:
        costs[cost.code] += cost.cost_fen
    for out in found.paid_out:  # and who was not ported, less what the auction cost
        assert out.amount_fen == max(0, equity[out.code]) - costs[out.code]
    changes: Counter[tuple[str, str]] = Counter()
    for moved in found.moved:
        changes[moved.instrument, moved.side] += moved.lots
    assert not any(changes.values())
    again = msgspec.structs.replace(estate, accounts=tuple(reversed(estate.accounts)))
    assert msgspec.json.encode(handle_default(again, terms)) == msgspec.json.encode(found)


def test_no_layer_is_skipped() -> None:
    """A layer gives something only when those before it gave all they had."""
    random = Random(5)  # noqa: S311
    for _ in range(300):
        row, resources = layers_of(random), resources_of(random)
        loss = random.randint(0, 10**9)
        paid, left = allocate_loss(loss, row.layers, MEMBER, 60, resources, "100%")
        whole, _ = allocate_loss(10**15, row.layers, MEMBER, 60, resources, "100%")
        given = Counter(dict.fromkeys(row.layers, 0))
        has = Counter(dict.fromkeys(row.layers, 0))
        for rows, into in ((paid, given), (whole, has)):
            for one in rows:
                into[one.layer] += one.amount_fen
        spent = [given[layer] == has[layer] for layer in row.layers]
        for place, layer in enumerate(row.layers):
            assert not given[layer] or all(spent[:place])
        assert not left or all(spent)
