"""Reserves: seats by share and rounding, the order of filling, overlapping claims."""

import itertools

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.reserves import (
    SlotRule,
    fill_overlapping,
    fill_slots,
    reserve_choice,
    reserved_units,
    slot_seats,
)


@pytest.mark.parametrize(
    ("units", "share", "rounding", "minimum", "seats"),
    [
        (13, "20%", "down", 1, 2),  # 2.6
        (13, "40%", "down", 1, 5),  # 5.2
        (1, "20%", "down", 1, 1),  # 0.2, but at least one
        (1, "20%", "down", 0, 0),
        (13, "20%", "up", 0, 3),
        (13, "20%", "half-up", 0, 3),
        (10, "25%", "half-up", 0, 3),  # 2.5
        (10, "24%", "half-up", 0, 2),
        (7, "100%", "up", 0, 7),
        (0, "20%", "up", 1, 0),
        (30, "10%", "up", 0, 3),  # exactly 3: floats would make it 4
    ],
)
def test_seats_of_a_share(units: int, share: str, rounding: str, minimum: int, seats: int) -> None:
    assert reserved_units(units, share, rounding, minimum) == seats


def test_a_share_must_be_one() -> None:
    with pytest.raises(InputFault, match="between 0% and 100%"):
        reserved_units(10, "120%", "down", 0)
    with pytest.raises(InputFault, match="rounding is one of"):
        reserved_units(10, "20%", "nearest", 0)


def test_later_slots_get_what_earlier_ones_left() -> None:
    slots = [
        SlotRule(name="own-home", own=True),
        SlotRule(name="access", claim="access", seats=3),
        SlotRule(name="movers", claim="mover", share="50%"),
    ]
    assert slot_seats(slots, 6, own=2) == [2, 3, 1]


@pytest.mark.parametrize(
    ("slots", "kept"),
    [  # 4 seats, half of them for the walk zone; order b1 w1 b2 w2 b3 w3
        # Walk zone first: w1 and w2 use its seats, the open ones go to b1 and b2.
        ([("walk", 2), ("", 2)], ["b1", "w1", "b2", "w2"]),
        # Open first: b1 and w1, then w2 and w3: one more from the zone with the same reserve.
        ([("", 2), ("walk", 2)], ["b1", "w1", "w2", "w3"]),
        # In turn: w1, b1, w2, b2.
        ([("walk", 1), ("", 1), ("walk", 1), ("", 1)], ["b1", "w1", "b2", "w2"]),
        # No reserve at all: the walk-zone-first result again, as Boston found out in 2013.
        ([], ["b1", "w1", "b2", "w2"]),
    ],
)
def test_the_order_of_filling_decides_who_gets_in(
    slots: list[tuple[str, int]], kept: list[str]
) -> None:
    order = ["b1", "w1", "b2", "w2", "b3", "w3"]
    claims = {name: ["walk"] for name in ("w1", "w2", "w3")}
    assert sorted(fill_slots(order, claims, 4, slots)) == sorted(kept)


def test_minimum_guarantee_and_over_and_above_give_different_people() -> None:
    order, claims = ["w", "a", "b", "v"], {"w": ["x"], "v": ["x"]}
    assert reserve_choice(order, claims, 3, {"x": 1}, "minimum") == ["w", "a", "b"]
    assert reserve_choice(order, claims, 3, {"x": 1}, "over-and-above") == ["w", "a", "v"]


def test_a_reserve_nobody_claims_leaves_no_home_empty() -> None:
    assert reserve_choice(["a", "b"], {}, 2, {"x": 1}, "minimum") == ["a", "b"]
    assert reserve_choice(["a", "b"], {}, 2, {"x": 1}, "over-and-above") == ["a", "b"]


def test_one_person_with_two_claims_is_counted_once_where_most_reserves_are_met() -> None:
    order = ["both", "plain", "old"]
    claims = {"both": ["old", "disabled"], "old": ["old"]}
    reserves = {"disabled": 1, "old": 1}
    # One after the other with "old" first, both takes "old" and "disabled" is wasted on plain.
    greedy = fill_slots(order, claims, 2, [("old", 1), ("disabled", 1)])
    assert sorted(greedy) == ["both", "plain"]
    assert fill_overlapping(order, claims, 2, reserves) == {"both": "disabled", "old": "old"}
    assert reserve_choice(order, claims, 2, reserves, "maximise") == ["both", "old"]


def test_the_worked_example_of_overlapping_claims() -> None:
    claims = {"a": ["x", "y"], "b": ["x"]}
    kept = fill_overlapping(["a", "c", "b"], claims, 2, {"x": 1, "y": 1})
    assert kept == {"a": "y", "b": "x"}


def met(people: tuple[str, ...], claims: dict[str, list[str]], reserves: dict[str, int]) -> int:
    """Count by trying all assignments how many reserved seats ``people`` can fill."""
    seats = [claim for claim, count in reserves.items() for _ in range(count)]
    best = 0
    for order in itertools.permutations([*seats, *[""] * len(people)], len(people)):
        best = max(best, sum(c in claims.get(p, []) for p, c in zip(people, order, strict=True)))
    return best


def test_overlapping_choice_against_all_subsets() -> None:
    """The chosen fill as many reserves as possible, and by rank no other such set is better."""
    cases = itertools.product(["", "x", "y", "xy"], repeat=4)
    for kinds in cases:
        order = [f"p{i}" for i in range(4)]
        claims = {p: list(k) for p, k in zip(order, kinds, strict=True)}
        reserves = {"x": 1, "y": 1}
        chosen = reserve_choice(order, claims, 3, reserves, "maximise")
        most = max(met(s, claims, reserves) for s in itertools.combinations(order, 3))
        fitting = [s for s in itertools.combinations(order, 3) if met(s, claims, reserves) == most]
        assert tuple(chosen) == fitting[0], kinds  # combinations come in order of rank
