"""Allocation of warrants: equal to its plain twin, whatever the order of input; money conserved."""

from decimal import Decimal

import numpy as np
import pytest

from huiguan.exchange.amounts import whole_shares
from huiguan.exchange.delivery.allocation import Intention, Offered, allocate
from huiguan.exchange.delivery.case import (
    EXCHANGE,
    HOUSE,
    Given,
    Goods,
    Terms,
    balances,
    deliver,
)
from huiguan.exchange.delivery.positions import Position
from huiguan.exchange.delivery.register import Holder
from tests.models.plain_allocation_of_warrants import Paper, Wish, plain_allocate

PLACES = {"W1": "north", "W2": "north", "W3": "south", "W4": ""}
BRANDS = {"RED": "A", "BLUE": "A", "GREEN": "B", "": ""}


def papers(chance: np.random.Generator, count: int) -> list[Paper]:
    """Return warrants of few places and brands, some of them handed in at one minute."""
    found = []
    for number in range(count):
        place, brand = str(chance.choice(list(PLACES))), str(chance.choice(list(BRANDS)))
        found.append(
            Paper(
                f"N{number:03d}",
                f"S{int(chance.integers(0, 4))}",
                place,
                PLACES[place],
                brand,
                BRANDS[brand],
                bool(chance.random() < 0.25),
                int(chance.integers(0, 5)),
            )
        )
    return found


def wishes_of(chance: np.random.Generator, total: int) -> list[Wish]:
    """Return buyers who want about as much as there is, many of the same minute."""
    found: list[Wish] = []
    left = max(0, total + int(chance.integers(-2, 3)))
    while left:
        units = min(left, int(chance.integers(1, 6)))
        left -= units
        places = [str(chance.choice(["", *PLACES])) for _ in range(2)]
        brands = [str(chance.choice(list(BRANDS))) for _ in range(2)]
        found.append(
            Wish(
                f"B{len(found):02d}",
                units,
                int(chance.integers(0, 4)),
                (places[0], places[1]),
                (brands[0], brands[1]),
            )
        )
    return found


def offered(paper: Paper) -> Offered:
    return Offered(
        id=paper.name, seller=paper.seller, facility=paper.place, region=paper.region,
        brand=paper.brand, group=paper.group, expiring=paper.old, handed_in=paper.minute,
    )  # fmt: skip


def intention(wish: Wish) -> Intention:
    return Intention(
        buyer=wish.buyer, units=wish.units, declared=wish.minute, facility=wish.places[0],
        second_facility=wish.places[1], brand=wish.brands[0], second_brand=wish.brands[1],
    )  # fmt: skip


def test_allocation_equals_its_plain_twin(pytestconfig: pytest.Config) -> None:
    met: set[str] = set()
    for seed in range(10_000 if pytestconfig.getoption("--torture") else 150):
        chance = np.random.default_rng(seed)
        every = papers(chance, int(chance.integers(0, 14)))
        wishes = wishes_of(chance, len(every))
        plain = plain_allocate(every, wishes)
        given, asked = [offered(p) for p in every], [intention(w) for w in wishes]
        found = allocate(given, asked)
        assert [(row.warrant, row.buyer, row.rule) for row in found] == plain, seed
        again = allocate(
            [given[i] for i in chance.permutation(len(given))],
            [asked[i] for i in chance.permutation(len(asked))],
        )
        assert again == found, seed
        met |= {row.rule for row in found}
    assert met == {"expiring by share", "as asked", "nearest", "arranged"}


def test_shares_are_whole_and_no_more_than_wanted() -> None:
    for seed in range(100):
        chance = np.random.default_rng(seed)
        weights = {f"B{n}": int(chance.integers(0, 9)) for n in range(int(chance.integers(1, 6)))}
        total = int(chance.integers(0, 40))
        found = whole_shares(total, weights)
        assert sum(found.values()) == min(total, sum(weights.values()))
        assert all(0 <= found[name] <= weights[name] for name in weights)


TERMS = Terms(
    code="ni2609", lot_size=1, unit_lots=6, final_price=Decimal(128_780), breach_ppb=200_000_000,
    both_ppb=200_000_000, undeliverable_ppb=200_000_000, fee_ppb=0, fee_per_unit_fen=200,
    tax_ppb=130_000_000, by_share=True, pay_day=20260917, paid_through=20260917,
)  # fmt: skip


def random_case(seed: int) -> Given:
    """Return a delivery in which some cannot deliver, some hand in too little, some do not pay."""
    chance = np.random.default_rng(seed)
    every = papers(chance, int(chance.integers(0, 14)))
    holders = {}
    for number in range(4):
        for code in (f"S{number}", f"B{number:02d}"):
            able = bool(chance.random() > 0.15)
            holders[code] = Holder(code=code, member="1", natural_person=not able)
    longs = {f"B{n:02d}": int(chance.integers(0, 40)) for n in range(4)}
    shorts = {f"S{n}": 0 for n in range(4)}
    for _ in range(sum(longs.values())):
        shorts[f"S{int(chance.integers(0, 4))}"] += 1
    paid = {
        buyer: int(chance.integers(0, 4)) * 80_000_000 for buyer in longs if chance.random() < 0.3
    }
    wishes = [
        Wish(buyer, lots // 6, int(chance.integers(0, 4)), ("W1", "W3"), ("RED", ""))
        for buyer, lots in longs.items()
        if chance.random() < 0.8
    ]
    return Given(
        positions=[
            *(Position(holder=name, long=lots, short=0) for name, lots in longs.items()),
            *(Position(holder=name, long=0, short=lots) for name, lots in shorts.items()),
        ],
        holders=holders,
        goods=[
            Goods(
                offered=offered(paper),
                quantity=6_000 + int(chance.integers(-100, 100)),
                premium=Decimal(int(chance.integers(-50, 50))),
            )
            for paper in every
        ],
        intentions=[intention(wish) for wish in wishes],
        paid=paid,
    )


def test_every_lot_and_fen_is_accounted_for(pytestconfig: pytest.Config) -> None:
    """Each lot is delivered, closed or in default; the house keeps nothing; parties sum to zero."""
    kinds: set[str] = set()
    for seed in range(10_000 if pytestconfig.getoption("--torture") else 150):
        given = random_case(seed)
        found = deliver(TERMS, given)
        out, unit = found.ended.undelivered, TERMS.unit_lots
        paid = [row for row in found.settled if row.paid]
        for side in ("long", "short"):
            total = sum(getattr(p, side) for p in given.positions)
            closed = sum(row.lots for row in out if row.side == side)
            assert total == closed + unit * (len(paid) + len(found.defaults)), seed
        gains = balances(found.moves)
        assert sum(gains.values()) == 0
        assert gains.get(HOUSE, 0) == 0
        titles = [row.assignment.warrant for row in found.settled]
        assert len(titles) == len(set(titles))  # nobody gets what another has
        assert {*titles, *found.unused} == {row.offered.id for row in given.goods}
        by_warrant = {m.reference for m in found.moves if m.what == "payment"}
        assert by_warrant == {row.assignment.warrant for row in paid}  # paid and title, or neither
        fees = sum(m.fen for m in found.moves if m.what == "delivery fee")
        assert fees == 2 * sum((row.quantity * 200 + 500) // 1_000 for row in paid)
        assert gains.get(EXCHANGE, 0) == sum(row.fen for row in out) + fees + sum(
            2 * row.fen for row in found.defaults if row.by == "both"
        )
        kinds |= {row.by for row in found.defaults} | {row.reason for row in out}
    assert kinds >= {"seller", "buyer", "both", "natural person", "not whole units of 6 lots"}
    assert "the other side cannot deliver" in kinds
