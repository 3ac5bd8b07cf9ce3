"""Room lots, waiting lists, weekly re-letting, withdrawals, beds."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.lots import room_lots, uniform_rule
from huiguan.housing.allocation.placement import Crew, Room, place_crews
from huiguan.housing.allocation.waiting import multiple_waitlist, rerun, weekly_reletting
from tests.property.test_allocation import random_market, to_arrays


@pytest.mark.parametrize(
    ("total", "shares"),
    [
        (0, (0, 0, 0)),
        (6, (2, 2, 2)),  # the bound is 2
        (9, (2, Fraction(7, 2), Fraction(7, 2))),
        (12, (2, 5, 5)),
        (16, (2, 5, 9)),  # exactly enough
        (20, (Fraction(11, 2), Fraction(11, 2), 9)),  # too much: nobody below 5.5
        (30, (10, 10, 10)),
    ],
)
def test_the_uniform_rule(total: int, shares: tuple[int | Fraction, ...]) -> None:
    peaks = {"A": 2, "B": 5, "C": 9}
    got = uniform_rule(peaks, total, divide_all=True)
    assert tuple(got.values()) == shares
    assert sum(got.values()) == total
    if total > 16:
        assert uniform_rule(peaks, total, divide_all=False) == peaks


def test_nobody_gets_closer_to_the_wish_by_another_request() -> None:
    for total in range(12):
        for true in range(8):
            honest = room_exact({"A": true, "B": 3, "C": 5}, total)
            for said in range(12):
                other = room_exact({"A": said, "B": 3, "C": 5}, total)
                assert abs(other - true) >= abs(honest - true)


def room_exact(peaks: Mapping[str, int], total: int) -> Fraction:
    return uniform_rule(peaks, total, divide_all=True)["A"]


def test_odd_rooms_go_by_the_draw_and_nobody_gets_more_than_asked() -> None:
    requests = {"A": 2, "B": 5, "C": 9}
    assert room_lots(requests, 9, ["C", "B", "A"]) == {"A": 2, "B": 3, "C": 4}
    assert room_lots(requests, 9, ["B", "C", "A"]) == {"A": 2, "B": 4, "C": 3}
    assert room_lots(requests, 40, ["A", "B", "C"]) == requests
    for rooms in range(17):
        lots = room_lots(requests, rooms, ["A", "C", "B"])
        assert sum(lots.values()) == rooms
        assert all(lots[name] <= requests[name] for name in requests)
    with pytest.raises(InputFault, match="one rank"):
        room_lots(requests, 9, ["A", "B"])


def test_a_building_serves_its_own_list_first() -> None:
    """By hand: X comes: a wants Y and joins its list, b takes X. Y comes: a takes it from the list.

    Y again: c wants X and joins, d takes Y. X: c. X: nobody is left.
    """
    wants = {"a": "Y", "b": "X", "c": "X", "d": "Y"}
    given = multiple_waitlist(["a", "b", "c", "d"], wants, ["X", "Y", "Y", "X", "X"])
    assert given == [("X", "b"), ("Y", "a"), ("Y", "d"), ("X", "c"), ("X", None)]


def test_the_list_date_orders_a_weekly_advert_and_the_draw_decides_equal_dates() -> None:
    bids = {"a": ["H", "K"], "b": ["H"], "c": ["H", "K"]}
    dates = {"a": "2026-03-01", "b": "2026-02-01", "c": "2026-03-01"}
    week = weekly_reletting(bids, dates, {"a": 2, "b": 3, "c": 1}, {"H": 1, "K": 1})
    assert week == {"a": None, "b": "H", "c": "K"}
    with pytest.raises(InputFault, match="no list date"):
        weekly_reletting(bids, {"a": "2026-03-01"}, {"a": 1}, {"H": 1, "K": 1})


def test_answers_never_worsen_a_held_offer() -> None:
    """1,000 random rounds with slots: some withdraw, some settle, the others only rise."""
    chance = np.random.default_rng(31)
    risen = 0
    for _ in range(1_000):
        plain = random_market(chance, 9, 3)
        market = to_arrays(plain)
        before = match_market(market)
        fate = chance.integers(0, 4, 9)
        withdrawn, settled = fate == 0, (fate == 1) & (before.choice >= 0)
        after = rerun(market, before, withdrawn, settled)
        assert (after.choice[withdrawn] == -1).all()
        assert (after.choice[settled] == before.choice[settled]).all()
        held = ~withdrawn & (before.choice >= 0)
        assert (after.choice[held] >= 0).all()
        assert (after.choice[held] <= before.choice[held]).all()
        risen += int((after.choice[held] < before.choice[held]).any())
        homes = [plain.lists[row][place][0] for row, place in enumerate(after.choice) if place >= 0]
        for row, programme in enumerate(plain.programmes):
            assert homes.count(row) <= programme.capacity
        assert sum(after.group_held) + sum(after.rest_held) == len(homes)
        if not settled.any():  # nothing but withdrawals: the twin of the smaller round agrees
            plain.lists = [
                [] if gone else w for w, gone in zip(plain.lists, withdrawn, strict=True)
            ]
            twin = plain.deferred_acceptance()
            assert after.choice.tolist() == [-1 if got is None else got[0] for got in twin]
    assert risen > 20


F4 = [Room(name=f"r{door}", corridor="A", door=door, beds=4) for door in (1, 2, 3)]


def crew(name: str, heads: int, sex: str = "f", shift: str = "any") -> Crew:
    return Crew(name=name, heads=heads, sex=sex, shift=shift)


def test_a_crew_takes_the_room_it_fills_best() -> None:
    rooms = [*F4, Room(name="s", corridor="A", door=9, beds=3)]
    placed = place_crews([crew("three", 3), crew("four", 4)], rooms)
    assert placed == {"three": {"s": 3}, "four": {"r1": 4}}


def test_a_larger_crew_takes_rooms_side_by_side_or_none() -> None:
    assert place_crews([crew("six", 6)], F4) == {"six": {"r1": 4, "r2": 2}}
    apart = [F4[0], F4[2]]  # door 2 is missing: not side by side
    assert place_crews([crew("six", 6)], apart) == {"six": {}}
    other = [F4[0], Room(name="b1", corridor="B", door=2, beds=4)]
    assert place_crews([crew("six", 6)], other) == {"six": {}}


def test_sexes_and_shifts_do_not_share_a_room() -> None:
    crews = [crew("day", 2, "f", "day"), crew("night", 2, "f", "night"), crew("men", 2, "m")]
    placed = place_crews(crews, F4)
    assert sorted(room for rooms in placed.values() for room in rooms) == ["r1", "r2", "r3"]
    assert place_crews([*crews, crew("either", 2, "f")], F4)["either"] == {"r1": 2}
    women_only = [Room(name="w", corridor="A", door=1, beds=4, sex="f")]
    assert place_crews([crew("men", 1, "m"), crew("women", 1)], women_only) == {
        "men": {},
        "women": {"w": 1},
    }


def test_a_family_shares_its_room_with_nobody() -> None:
    placed = place_crews([crew("family", 3, "any"), crew("one", 1), crew("two", 1, "m")], F4)
    assert placed == {"family": {"r1": 3}, "one": {"r2": 1}, "two": {"r3": 1}}


def test_no_bed_twice_and_no_room_mixed_on_random_estates() -> None:
    chance = np.random.default_rng(41)
    for _ in range(400):
        rooms = [
            Room(
                name=f"r{row}",
                corridor="AB"[chance.integers(2)],
                door=row,
                beds=int(chance.integers(1, 7)),
                sex=("any", "f", "m")[chance.integers(3)],
            )
            for row in range(8)
        ]
        crews = [
            crew(f"c{row}", int(chance.integers(1, 7)), "fm"[chance.integers(2)],
                 ("any", "day", "night")[chance.integers(3)])
            for row in range(8)
        ]  # fmt: skip
        placed = place_crews(crews, rooms)
        assert place_crews(crews, rooms[::-1]) == placed
        used = dict.fromkeys((room.name for room in rooms), 0)
        kinds: dict[str, set[str]] = {room.name: set() for room in rooms}
        shifts: dict[str, set[str]] = {room.name: set() for room in rooms}
        for c in crews:
            doors = [int(name[1:]) for name in placed[c.name]]
            assert doors == list(range(min(doors, default=0), min(doors, default=0) + len(doors)))
            assert sum(placed[c.name].values()) == (c.heads if doors else 0)
            for name, beds in placed[c.name].items():
                used[name] += beds
                kinds[name].add(c.sex)
                shifts[name] |= {c.shift} - {"any"}
        for room in rooms:
            assert used[room.name] <= room.beds
            assert len(kinds[room.name] | ({room.sex} - {"any"})) <= 1
            assert len(shifts[room.name]) <= 1
