"""Published procedures of other places: R 4, RFC 3797, San Francisco, Parcoursup."""

import math
from fractions import Fraction

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.audits import buckets
from huiguan.housing.audits.r_sample import (
    r_sample,
    r_sample_equal,
    r_uniform,
    sort_descending,
    weighted_licence_draw,
)
from huiguan.housing.audits.rfc3797 import rfc3797_key, rfc3797_select


@pytest.mark.parametrize(
    ("seed", "first"),  # R 4.2.2: set.seed(seed); runif(3)
    [
        (42, (0.9148060, 0.9370754, 0.2861395)),
        (123, (0.2875775, 0.7883051, 0.4089769)),
        (-7, (0.3264949, 0.5398611)),
        (2147483647, (0.6896674, 0.9878752)),
    ],
)
def test_uniform_numbers_of_r(seed: int, first: tuple[float, ...]) -> None:
    assert [round(x, 7) for x in r_uniform(seed, len(first))] == list(first)


def test_uniform_numbers_past_one_turn_of_the_state() -> None:
    # R 4.2.2: set.seed(42); runif(2000)[c(624, 625, 2000)]
    numbers = r_uniform(42, 2000)
    assert [round(numbers[i - 1], 7) for i in (624, 625, 2000)] == [0.7340297, 0.1504841, 0.9517990]


def test_samples_of_r() -> None:
    # R 4.2.2: set.seed(1); sample(5, 5, prob = c(.1, .2, .3, .2, .2))
    assert r_sample(1, [0.1, 0.2, 0.3, 0.2, 0.2], 5) == [3, 4, 5, 1, 2]
    # R 4.2.2: set.seed(42); sample(10, 4, prob = c(3, 3, 1, 1, 2, 2, 5, 5, 1, 1))
    assert r_sample(42, [3, 3, 1, 1, 2, 2, 5, 5, 1, 1], 4) == [10, 9, 8, 5]


@pytest.mark.parametrize(
    ("seed", "count", "drawn"),  # set.seed(seed); sample(count, length(drawn)), R since 3.6.0
    [
        (1, 10, [9, 4, 7, 1, 2, 5, 3, 10, 6, 8]),
        (42, 10, [1, 5, 10, 8, 2, 4, 6, 9, 7, 3]),
        (123, 10, [3, 10, 2, 8, 6, 9, 1, 7, 5, 4]),
        (42, 100, [49, 65, 25, 74, 18]),
        (123, 100, [31, 79, 51, 14, 67]),
        (7, 1, [1]),
    ],
)
def test_samples_of_r_with_equal_chances(seed: int, count: int, drawn: list[int]) -> None:
    assert r_sample_equal(seed, count, len(drawn)) == drawn
    with pytest.raises(InputFault, match="cannot draw"):
        r_sample_equal(seed, count, count + 1)


def heap_twin(keys: list[float]) -> list[int]:
    """Sort downwards as a heap sort whose smallest is on top, told with recursion and swaps."""
    rows = [*enumerate(keys)]

    def sink(hole: int, count: int) -> None:
        children = [c for c in (2 * hole + 1, 2 * hole + 2) if c < count]
        if not children:
            return
        least = children[-1]
        if len(children) == 2 and not rows[children[0]][1] > rows[children[1]][1]:
            least = children[0]
        if rows[hole][1] > rows[least][1]:
            rows[hole], rows[least] = rows[least], rows[hole]
            sink(least, count)

    for hole in reversed(range(len(rows) // 2)):
        sink(hole, len(rows))
    for count in reversed(range(1, len(rows))):
        rows[0], rows[count] = rows[count], rows[0]
        sink(0, count)
    return [row for row, _ in rows]


def test_equal_keys_keep_the_order_of_the_heap() -> None:
    chance = np.random.default_rng(3797)
    for count in [0, 1, 2, 3, *(int(chance.integers(4, 90)) for _ in range(300))]:
        keys = [float(chance.integers(1, 5)) for _ in range(count)]
        values, names = np.array(keys), np.arange(count)
        sort_descending(values, names)
        assert names.tolist() == heap_twin(keys)
        assert values.tolist() == sorted(keys, reverse=True)


def test_a_sample_larger_than_the_positive_weights_is_refused() -> None:
    with pytest.raises(InputFault, match="cannot draw 2"):
        r_sample(1, [1.0, 0.0], 2)


def test_a_licence_draw_splits_everybody() -> None:
    rows = [(f"A{row}", row % 11) for row in range(60)]
    winners, waiting = weighted_licence_draw(7, rows, 45)
    assert len(winners) == 45
    assert sorted(winners + waiting) == sorted(name for name, _ in rows)


def test_the_example_printed_in_the_rfc() -> None:
    key = rfc3797_key([9319, [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]])
    assert key == "9319./2.5.8.10.12./9.18.26.34.41.45./"
    assert rfc3797_select(key, 25, 10) == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]
    assert sorted(rfc3797_select(key, 25, 25)) == list(range(1, 26))


@pytest.mark.parametrize(
    ("units", "dthp", "nrhp"), [(13, 2, 5), (1, 1, 1), (5, 1, 2), (95, 19, 38)]
)
def test_units_of_the_preferences_are_rounded_down_but_one_is_kept(
    units: int, dthp: int, nrhp: int
) -> None:
    # 13 homes: 20 % is 2.6, 40 % is 5.2 (recorded listing of San Francisco).
    shares = {"COP": "100%", "DTHP": "20%", "NRHP": "40%"}
    assert buckets.bucket_units(units, shares) == {"COP": units, "DTHP": dthp, "NRHP": nrhp}


def test_lists_are_served_in_order_and_keep_the_lottery() -> None:
    lottery = ["g1", "n1", "d1", "g2", "n2", "c1", "n3"]
    claims = {"n1": ["NRHP"], "n2": ["NRHP"], "n3": ["NRHP"], "d1": ["DTHP"], "c1": ["COP", "NRHP"]}
    served = buckets.bucket_allocation(lottery, claims, 5, {"COP": 5, "DTHP": 1, "NRHP": 2})
    # c1 by its certificate, d1, then n1 and n2 (two homes), and the last home to g1.
    assert served == {"c1": "COP", "d1": "DTHP", "n1": "NRHP", "n2": "NRHP", "g1": "general"}
    del claims["d1"]  # the proof failed: same number on the next list, not the end of the line
    served = buckets.bucket_allocation(lottery, claims, 5, {"COP": 5, "DTHP": 1, "NRHP": 2})
    assert served == {"c1": "COP", "n1": "NRHP", "n2": "NRHP", "g1": "general", "d1": "general"}


def test_a_list_out_of_order_is_named() -> None:
    assert buckets.bucket_faults({"COP": [(1, 3, "x"), (2, 8, "y")]}) == []
    assert buckets.bucket_faults({"COP": [(1, 8, "x"), (2, 3, "y")]}) == [
        "COP: y at rank 2 breaks the lottery's order"
    ]
    assert buckets.bucket_faults({"A": [(1, 8, "x")], "B": [(1, 9, "x")]}) == [
        "B: x has two lottery ranks"
    ]


@pytest.mark.parametrize(
    ("social_share", "local_share", "expected"),
    [
        ("0%", "0%", "a b c s l m"),
        ("25%", "0%", "s a b c m l"),  # ceil(1/4) = 1 at once, the next due at the fifth
        ("50%", "0%", "s a m b c l"),  # 1 of 1, 1 of 2, 2 of 3; then none is left
        ("20%", "20%", "m a b c s l"),  # m satisfies both at the first step
        ("0%", "50%", "l a m b c s"),
    ],
)
def test_two_quotas(social_share: str, local_share: str, expected: str) -> None:
    ranking, social, local = "abcslm", {"s", "m"}, {"l", "m"}
    order = buckets.two_quota_order(list(ranking), social, local, social_share, local_share)
    assert order == expected.split()


@pytest.mark.parametrize(
    ("ranking", "social_share", "expected"),
    [  # examples A1, A2 and A4 of the ministry's document: B holds a scholarship, C none
        # 20 %: one of the first one to five, two of the first six to ten
        ("C1 C2 C3 C4 C5 B6 B7 C8", "20%", "B6 C1 C2 C3 C4 B7 C5 C8"),
        ("C1 C2 C3 C4 C5 B6 C7 C8", "2%", "B6 C1 C2 C3 C4 C5 C7 C8"),
        ("C1 B2 B3 C4 C5 C6 C7 B8 C9 C10", "10%", "B2 C1 B3 C4 C5 C6 C7 B8 C9 C10"),
    ],
)
def test_published_examples_of_one_quota(ranking: str, social_share: str, expected: str) -> None:
    names = ranking.split()
    social = {name for name in names if name.startswith("B")}
    assert buckets.two_quota_order(names, social, [], social_share, "0%") == expected.split()


def test_published_examples_of_large_groups() -> None:
    """A3: 900 without, then 100 with a scholarship, 10 %: every tenth call from the first on.

    A6: 100 residents, then 11 scholars from elsewhere, 10 % and 95 %: the social quota wins.
    """
    for first, last, local_share in ((900, 1000, "0%"), (100, 111, "95%")):
        others = [f"C{n}" for n in range(1, first + 1)]
        social = [f"B{n}" for n in range(first + 1, last + 1)]
        order = buckets.two_quota_order([*others, *social], social, others, "10%", local_share)
        assert order[::10][: len(social)] == social
        assert [name for name in order if name in others] == others


def test_every_prefix_holds_the_social_share_rounded_up_and_members_are_never_overtaken() -> None:
    chance = np.random.default_rng(2023)
    for _ in range(300):
        ranking = [f"c{i}" for i in range(chance.integers(1, 25))]
        social = {c for c in ranking if chance.random() < 0.3}
        local = {c for c in ranking if chance.random() < 0.3}
        share, other = (int(x) for x in chance.integers(0, 101, 2))
        order = buckets.two_quota_order(ranking, social, local, f"{share}%", f"{other}%")
        for k in range(1, len(order) + 1):
            members = sum(c in social for c in order[:k])
            assert members >= math.ceil(Fraction(share * k, 100)) or members == len(social)
        for at, c in enumerate(order):
            if c in social and c in local:
                assert at <= ranking.index(c)
        assert sorted(order) == sorted(ranking)
