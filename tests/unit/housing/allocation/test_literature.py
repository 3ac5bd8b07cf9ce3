"""Further worked examples of the matching literature, called as an outsider would call them."""

from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import deferred_acceptance, serial_dictatorship
from huiguan.housing.allocation.reserves import fill_slots, reserve_choice, reserved_units
from huiguan.housing.allocation.school_choice import (
    blocking_pairs,
    deferred_acceptance_with_lottery,
    deferred_acceptance_with_slots,
    programme_proposing,
)
from huiguan.housing.audits.buckets import two_quota_order


def test_knuth_1976_four_by_four() -> None:
    """Ten stable matches; each side gets all its first choices when it asks (names are numbers)."""
    men = {1: [1, 2, 3, 4], 2: [2, 1, 4, 3], 3: [3, 4, 1, 2], 4: [4, 3, 2, 1]}
    women = {1: [4, 3, 2, 1], 2: [3, 4, 1, 2], 3: [2, 1, 4, 3], 4: [1, 2, 3, 4]}
    one = dict.fromkeys(women, 1)
    call = (men, women, one)
    assert deferred_acceptance(*call) == {1: 1, 2: 2, 3: 3, 4: 4}
    assert programme_proposing(*call) == {1: 4, 2: 3, 3: 2, 4: 1}
    stable = [
        match
        for order in permutations(women)
        if not blocking_pairs(match := dict(zip(men, order, strict=True)), *call)
    ]
    assert len(stable) == 10


@pytest.mark.parametrize(
    ("lottery", "expected"),
    [
        (["1", "2", "3"], {"1": "x", "2": "y", "3": "z"}),
        (["3", "2", "1"], {"1": "x", "2": "z", "3": "y"}),  # better for 2 and 3, worse for nobody
    ],
)
def test_erdil_ergin_2008_a_tie_broken_the_wrong_way_costs_welfare(
    lottery: list[str], expected: dict[str, str]
) -> None:
    """Example 1: only the tie of 1 and 3 at y is open.

    1 before 3: 3 goes on to z, sends 2 on to y, which sends 1 on to x. 3 before 1: 1 goes to x.
    """
    wishes = {"1": ["y", "x", "z"], "2": ["z", "y", "x"], "3": ["y", "z", "x"]}
    classes = {
        "x": [["1"], ["2"], ["3"]],
        "y": [["2"], ["1", "3"]],
        "z": [["3"], ["1"], ["2"]],
    }
    seats = {"x": 1, "y": 1, "z": 1}
    assert deferred_acceptance_with_lottery(wishes, classes, seats, lottery) == expected


def test_bogomolnaia_moulin_2001_random_serial_dictatorship() -> None:
    """Two rank a b c d, two b a c d: chances of the first are 5/12, 1/12, 1/4 and 1/4."""
    wishes = {"1": list("abcd"), "2": list("abcd"), "3": list("bacd"), "4": list("bacd")}
    got = Counter(
        serial_dictatorship(wishes, order, dict.fromkeys("abcd", 1))["1"]
        for order in permutations(wishes)
    )
    chances = {home: Fraction(times, 24) for home, times in got.items()}
    assert chances == {
        "a": Fraction(5, 12),
        "b": Fraction(1, 12),
        "c": Fraction(1, 4),
        "d": Fraction(1, 4),
    }


def test_a_ceiling_on_the_majority_hurts_the_minority_and_a_reserve_does_not() -> None:
    """Kojima 2012 and Hafalir, Yenmez, Yildirim 2013: school c has two seats, d has one; s is few.

    With at most one of the majority in c, m2 goes to d and sends s, who is alone in the minority,
    from d to c. A seat reserved for the minority, if it asks, changes nothing.
    """
    wishes = {"m1": ["c"], "m2": ["c", "d"], "s": ["d", "c"]}
    order = {"c": ["m1", "m2", "s"], "d": ["m2", "s", "m1"]}
    minority = {"s": ["few"]}
    free = {"m1": "c", "m2": "c", "s": "d"}
    assert deferred_acceptance(wishes, order, {"c": 2, "d": 1}) == free
    slots = {"c": [("few", 1), ("", 1)], "d": [("", 1)]}
    assert deferred_acceptance_with_slots(wishes, order, slots, minority) == free
    ceiling = deferred_acceptance_with_slots(wishes, order, slots, minority, strict=["few"])
    assert ceiling == {"m1": "c", "m2": "d", "s": "c"}


def test_a_strict_claim_leaves_seats_empty() -> None:
    slots = [("few", 2), ("", 2)]
    assert fill_slots(["a", "b", "c"], {}, 4, slots) == {"a": "", "b": "", "c": ""}
    assert fill_slots(["a", "b", "c"], {}, 4, slots, ["few"]) == {"a": "", "b": ""}
    kept = fill_slots(["a", "b", "c", "f"], {"f": "few"}, 4, slots, "few")
    assert kept == {"f": "few", "a": "", "b": ""}


def test_one_claim_may_stand_as_a_text() -> None:
    """A text is one claim, never a collection of letters."""
    assert reserve_choice(["a", "b"], {"b": "walk"}, 1, {"walk": 1}) == ["b"]
    assert reserve_choice(["a", "b"], {"b": "walk"}, 1, {"w": 1}) == ["a"]
    slots = {"P": [("w", 1)]}
    match = deferred_acceptance_with_slots(
        {"a": ["P"], "b": ["P"]}, {"P": ["a", "b"]}, slots, {"b": "walk"}
    )
    assert match == {"a": "P", "b": None}


@pytest.mark.parametrize("share", ["20%", "0.2", "1/5", Fraction(1, 5), "20.0%"])
def test_a_share_may_be_written_in_several_ways(share: str | Fraction) -> None:
    assert reserved_units(13, share) == 2
    assert reserved_units(13, share, "up") == 3
    assert two_quota_order(["a", "b", "s"], ["s"], [], share, "0%") == ["s", "a", "b"]


def test_a_third_is_exact() -> None:
    assert reserved_units(9, "1/3", "up") == 3
    assert reserved_units(9, "33.333333333333%") == 2  # just below
    assert reserved_units(9, "33.333333333333%", "up") == 3


@pytest.mark.parametrize("share", ["", "20", "120%", "-5%", "a fifth", "1/0", 0.2, 20, "50bp"])
def test_what_is_no_share_is_refused(share: str) -> None:
    with pytest.raises(InputFault, match="share"):
        reserved_units(13, share)
