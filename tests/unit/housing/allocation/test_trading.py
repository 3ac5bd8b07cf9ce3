"""Exchanges on examples of the literature, and what a swap round must never do."""

import itertools

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.trading import (
    swap_round,
    top_trading_cycles,
    top_trading_cycles_with_priorities,
    you_request_my_house,
)


def test_a_ring_of_three() -> None:
    wishes = {"1": ["b", "a", "c"], "2": ["c", "b", "a"], "3": ["a", "c", "b"]}
    assert top_trading_cycles(wishes, {"a": "1", "b": "2", "c": "3"}) == {
        "1": "b",
        "2": "c",
        "3": "a",
    }


def test_abdulkadiroglu_sonmez_2003_example_one() -> None:
    """The exchange deferred acceptance forgoes: i1 and i2 trade s1 and s2."""
    match = top_trading_cycles_with_priorities(
        {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
        {"s1": ["i1", "i3", "i2"], "s2": ["i2", "i1", "i3"], "s3": ["i2", "i1", "i3"]},
        {"s1": 1, "s2": 1, "s3": 1},
    )
    assert match == {"i1": "s2", "i2": "s1", "i3": "s3"}


def test_abdulkadiroglu_sonmez_2003_example_two() -> None:
    match = top_trading_cycles_with_priorities(
        {
            "i1": ["s2", "s1", "s3", "s4"],
            "i2": ["s1", "s2", "s3", "s4"],
            "i3": ["s3", "s2", "s1", "s4"],
            "i4": ["s3", "s4", "s1", "s2"],
            "i5": ["s1", "s3", "s4", "s2"],
            "i6": ["s4", "s1", "s2", "s3"],
            "i7": ["s1", "s2", "s3", "s4"],
            "i8": ["s1", "s2", "s4", "s3"],
        },
        {
            "s1": ["i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8"],
            "s2": ["i3", "i5", "i4", "i8", "i7", "i2", "i1", "i6"],
            "s3": ["i5", "i3", "i1", "i7", "i2", "i8", "i6", "i4"],
            "s4": ["i6", "i8", "i7", "i4", "i2", "i3", "i5", "i1"],
        },
        {"s1": 2, "s2": 2, "s3": 3, "s4": 3},
    )
    assert match == {
        "i1": "s2",
        "i2": "s1",
        "i3": "s3",
        "i4": "s3",
        "i5": "s1",
        "i6": "s4",
        "i7": "s2",
        "i8": "s4",
    }


def test_who_asks_for_an_occupied_home_lets_its_tenant_choose_first() -> None:
    """By hand: a asks for h1; t1 goes first and asks for h2; t2 goes first and takes the empty n.

    Then t1 gets h2 and a gets h1; b, last in line, finds nothing on the list left.
    """
    got = you_request_my_house(
        {"a": ["h1"], "b": ["h1", "n"], "t1": ["h2", "h1"], "t2": ["n", "h2"]},
        order=["a", "b", "t1", "t2"],
        owners={"h1": "t1", "h2": "t2"},
        vacant=["n"],
    )
    assert got == {"a": "h1", "b": None, "t1": "h2", "t2": "n"}


def test_tenants_who_ask_for_each_other_exchange_before_the_newcomer() -> None:
    got = you_request_my_house(
        {"a": ["h1", "n"], "t1": ["h2", "h1"], "t2": ["h1", "h2"]},
        order=["a", "t1", "t2"],
        owners={"h1": "t1", "h2": "t2"},
        vacant=["n"],
    )
    assert got == {"a": "n", "t1": "h2", "t2": "h1"}


def test_no_tenants_is_serial_dictatorship_and_no_newcomers_is_top_trading_cycles() -> None:
    wishes = {"1": ["b", "a", "c"], "2": ["b", "c", "a"], "3": ["a", "c", "b"]}
    assert you_request_my_house(wishes, ["3", "1", "2"], {}) == {"1": "b", "2": "c", "3": "a"}
    owners = {"a": "1", "b": "2", "c": "3"}
    for order in itertools.permutations("123"):
        assert you_request_my_house(wishes, list(order), owners) == top_trading_cycles(
            wishes, owners
        )


@pytest.mark.parametrize(
    ("order", "owners"), [(["1"], {}), (["1", "2"], {"a": "9"}), (["1", "2"], {"a": "1", "b": "1"})]
)
def test_a_round_that_does_not_add_up_is_refused(order: list[str], owners: dict[str, str]) -> None:
    with pytest.raises(InputFault):
        you_request_my_house({"1": ["a"], "2": ["a"]}, order, owners)


def plain_swap(
    wishes: dict[int, list[int]], order: list[int], owners: dict[int, int]
) -> dict[int, int | None]:
    """Repeat the rule of 1999 with lists: a line, and whoever is asked for goes to its head."""
    home_of = {tenant: home for home, tenant in owners.items()}
    lists = {p: [*w, *([home_of[p]] if p in home_of else [])] for p, w in wishes.items()}
    lists = {p: w[: w.index(home_of[p]) + 1] if p in home_of else w for p, w in lists.items()}
    free = {h for w in lists.values() for h in w}
    got: dict[int, int | None] = {}
    line = list(order)
    while line:
        person = line[0]
        asked: list[tuple[int, int | None]] = [(person, None)]
        wish = next((h for h in lists[person] if h in free), None)
        asked = [(person, wish)]
        while wish is not None and (owner := owners.get(wish)) is not None and owner not in got:
            if owner in (p for p, _ in asked):  # a ring
                break
            line.remove(owner)
            line.insert(0, owner)
            wish = next((h for h in lists[owner] if h in free), None)
            asked.append((owner, wish))
        owner = None if wish is None else owners.get(wish)
        names = [p for p, _ in asked]
        ring = asked[names.index(owner) :] if owner in names else asked[-1:]
        for member, home in ring:
            got[member] = home
            free.discard(home) if home is not None else None
            line.remove(member)
    return got


def test_against_the_plain_rule_and_its_promises_on_random_rounds() -> None:
    chance = np.random.default_rng(1999)
    for _ in range(2_000):
        people, homes = (int(x) for x in chance.integers(1, 8, 2))
        tenants = int(chance.integers(0, min(people, homes) + 1))
        home_of = np.full(people, -1, dtype=np.int32)
        home_of[:tenants] = chance.permutation(homes)[:tenants]
        lists = np.full((people, homes), -1, dtype=np.int32)
        for row in range(people):
            length = int(chance.integers(0, homes + 1))
            lists[row, :length] = chance.permutation(homes)[:length]
        order = chance.permutation(people).astype(np.int32)
        got = np.zeros(people, dtype=np.int32)
        swap_round(order, lists, home_of, homes, got)
        wishes = {row: [h for h in lists[row].tolist() if h >= 0] for row in range(people)}
        owners = {int(home_of[row]): row for row in range(tenants)}
        plain = plain_swap(wishes, order.tolist(), owners)
        assert got.tolist() == [-1 if plain[row] is None else plain[row] for row in range(people)]
        placed = got[got >= 0]
        assert np.unique(placed).size == placed.size
        for row in range(tenants):  # nobody ends below the present home
            wanted = wishes[row]
            if int(home_of[row]) in wanted:
                wanted = wanted[: wanted.index(int(home_of[row])) + 1]
            assert got[row] in [*wanted, home_of[row]]
