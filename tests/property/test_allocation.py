"""Deferred acceptance against its twin, brute force, and people who do not tell the truth."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.market import ALL, BARRED, EDGE, LOW, OPEN, Market
from tests.models.plain_allocation import (
    Asked,
    PlainMarket,
    PlainProgramme,
    immediate_acceptance,
)


def random_market(chance: np.random.Generator, applicants: int, programmes: int) -> PlainMarket:
    """Return a market with tiers, claims, open, claimed, lapsing and strict slots."""
    made = []
    for capacity in chance.integers(0, 4, programmes).tolist():
        left, slots = capacity, []
        for _ in range(int(chance.integers(0, 4))):
            seats = int(chance.integers(0, left + 1))
            left -= seats
            claim = int(chance.integers(-1, 3))
            slots.append((None if claim < 0 else claim, seats, bool(chance.integers(2))))
        made.append(PlainProgramme(capacity, slots))
    lists: list[list[Asked]] = []
    for _ in range(applicants):
        wishes = chance.permutation(programmes)[: chance.integers(0, programmes + 1)].tolist()
        claims = frozenset(np.flatnonzero(chance.random(3) < 0.3).tolist())
        lists.append([(p, int(chance.integers(0, 3)), claims) for p in wishes])
    return PlainMarket(lists, made)


def to_arrays(market: PlainMarket) -> Market:
    longest = max((len(wishes) for wishes in market.lists), default=0)
    edges = np.zeros((len(market.lists), longest), dtype=EDGE)
    edges["programme"] = BARRED
    for row, wishes in enumerate(market.lists):
        for place, (programme, tier, claims) in enumerate(wishes):
            edges[row, place] = (programme, tier, sum(1 << c for c in claims))
    slots = [slot for p in market.programmes for slot in p.slots]
    return Market(
        edges=edges,
        capacity=np.array([p.capacity for p in market.programmes], dtype=np.int32),
        first_group=np.cumsum([0, *(len(p.slots) for p in market.programmes)], dtype=np.int32),
        group_class=np.array([OPEN if c is None else c for c, _, _ in slots], dtype=np.int8),
        group_seats=np.array([seats for _, seats, _ in slots], dtype=np.int32),
        group_lapses=np.array([lapses for _, _, lapses in slots], dtype=np.int8),
    )


def outcome(market: PlainMarket) -> list[tuple[int, int] | None]:
    """Return (place in the list, slot of the programme) of everybody, by the engine."""
    arrays = to_arrays(market)
    match = match_market(arrays)
    out: list[tuple[int, int] | None] = []
    for row, place in enumerate(match.choice.tolist()):
        group = int(match.group[row])
        if place < 0:
            out.append(None)
        else:
            first = int(arrays.first_group[market.lists[row][place][0]])
            out.append((place, group - first if group >= 0 else -1))
    return out


def test_equal_to_the_twin_on_10_000_random_rounds() -> None:
    chance = np.random.default_rng(2026)
    for case in range(10_000):
        market = random_market(chance, int(chance.integers(0, 9)), int(chance.integers(1, 5)))
        assert outcome(market) == market.deferred_acceptance(), case


def test_equal_to_brute_force_on_2_000_tiny_rounds() -> None:
    chance = np.random.default_rng(1962)
    for case in range(2_000):
        market = random_market(chance, int(chance.integers(1, 5)), int(chance.integers(1, 4)))
        places = [-1 if got is None else got[0] for got in outcome(market)]
        assert places == market.best_stable(), case


def test_cut_offs_tell_everybody_the_result() -> None:
    """A seat is got at the first choice whose cut-off is cleared, in the first slot that takes."""
    chance = np.random.default_rng(7)
    for _ in range(500):
        market = random_market(chance, 8, 3)
        arrays = to_arrays(market)
        match = match_market(arrays)
        for row, wishes in enumerate(market.lists):
            got = None
            for place, (programme, tier, claims) in enumerate(wishes):
                key = tier * LOW + row
                first = int(arrays.first_group[programme])
                for slot, (claim, _, _) in enumerate(market.programmes[programme].slots):
                    if (claim is None or claim in claims) and key <= match.group_cut[first + slot]:
                        got = (place, slot)
                        break
                if got is None and key <= match.rest_cut[programme]:
                    got = (place, -1)
                if got is not None:
                    break
            assert got == outcome(market)[row]
            assert (match.rest_cut <= ALL).all()


def relist(market: PlainMarket, applicant: int, wishes: list[Asked]) -> PlainMarket:
    lists = [*market.lists[:applicant], wishes, *market.lists[applicant + 1 :]]
    return PlainMarket(lists, market.programmes)


def false_lists(truth: list[Asked]) -> Iterator[list[Asked]]:
    """Yield every other ranking of every part of the homes a person knows."""
    for length in range(len(truth) + 1):
        for wishes in itertools.permutations(truth, length):
            if list(wishes) != truth:
                yield list(wishes)


def worth(truth: list[Asked], home: int | None) -> int:
    """Return how good a home is by the true list: 0 is best."""
    names = [programme for programme, _, _ in truth]
    return names.index(home) if home is not None else len(names)


def manipulations(rule: object, rounds: int, seed: int) -> int:
    """Count persons in random rounds who gain by a false list under ``rule``."""
    assert callable(rule)
    chance = np.random.default_rng(seed)
    found = 0
    for _ in range(rounds):
        market = random_market(chance, 5, 3)
        honest = rule(market)
        for applicant, truth in enumerate(market.lists):
            best = worth(truth, honest[applicant])
            if best == 0:
                continue
            for lie in false_lists(truth):
                if worth(truth, rule(relist(market, applicant, lie))[applicant]) < best:
                    found += 1
                    break
    return found


def as_promised(market: PlainMarket) -> list[int | None]:
    """Facts verified, supply fixed, lists complete."""
    return [
        None if got is None else market.lists[row][got[0]][0]
        for row, got in enumerate(outcome(market))
    ]


def lists_cut_short(market: PlainMarket) -> list[int | None]:
    """Only the first choice of a list counts."""
    return as_promised(PlainMarket([wishes[:1] for wishes in market.lists], market.programmes))


def supply_by_counted_choices(market: PlainMarket) -> list[int | None]:
    """Offer of two forms of one flat (programmes 0 and 1) only the form more persons name."""
    named = [p for wishes in market.lists for p, _, _ in wishes]
    closed = 1 if named.count(0) >= named.count(1) else 0
    programmes = [*market.programmes]
    programmes[closed] = PlainProgramme(0)
    return as_promised(PlainMarket(market.lists, programmes))


def boston(market: PlainMarket) -> list[int | None]:
    """First choices first."""
    return [
        None if place < 0 else market.lists[row][place][0]
        for row, place in enumerate(immediate_acceptance(market))
    ]


def test_no_false_ranking_helps_under_the_promise() -> None:
    assert manipulations(as_promised, rounds=2_000, seed=11) == 0


@pytest.mark.parametrize("rule", [lists_cut_short, supply_by_counted_choices, boston])
def test_false_rankings_help_where_the_promise_is_withdrawn(rule: object) -> None:
    assert manipulations(rule, rounds=100, seed=11) > 0


def test_who_withdraws_makes_nobody_worse_off() -> None:
    chance = np.random.default_rng(13)
    for _ in range(500):
        market = random_market(chance, 8, 3)
        before = as_promised(market)
        gone = int(chance.integers(0, 8))
        after = as_promised(relist(market, gone, []))
        for row, truth in enumerate(market.lists):
            if row != gone:
                assert worth(truth, after[row]) <= worth(truth, before[row])


def test_the_order_of_programmes_is_never_seen() -> None:
    chance = np.random.default_rng(17)
    for _ in range(300):
        market = random_market(chance, 8, 4)
        shuffle = chance.permutation(4).tolist()
        lists = [[(shuffle.index(p), t, c) for p, t, c in wishes] for wishes in market.lists]
        other = PlainMarket(lists, [market.programmes[row] for row in shuffle])
        assert outcome(other) == outcome(market)
