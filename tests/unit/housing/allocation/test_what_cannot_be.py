"""Lists, seats and claims that cannot be right: one sentence, never somebody housed twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import deferred_acceptance, serial_dictatorship
from huiguan.housing.allocation.lots import room_lots, uniform_rule
from huiguan.housing.allocation.placement import Crew, Room, place_crews
from huiguan.housing.allocation.reserves import (
    SlotRule,
    exact_share,
    fill_slots,
    reserve_choice,
    reserved_units,
    slot_seats,
)
from huiguan.housing.allocation.school_choice import (
    blocking_pairs,
    break_ties,
    deferred_acceptance_with_slots,
)
from huiguan.housing.allocation.trading import top_trading_cycles, you_request_my_house
from huiguan.housing.allocation.waiting import multiple_waitlist, weekly_reletting
from huiguan.housing.audits.buckets import bucket_allocation, bucket_lists, two_quota_order
from huiguan.housing.audits.r_sample import r_sample, r_uniform, weighted_licence_draw
from huiguan.housing.audits.rfc3797 import rfc3797_key

ONE = {"P": 1}
LINE = {"P": ["a", "b"]}


def accept(
    preferences: Any = None,
    priorities: Any = None,
    seats: Any = None,
) -> Callable[[], object]:
    wishes = {"a": ["P"], "b": ["P"]} if preferences is None else preferences
    return lambda: deferred_acceptance(wishes, priorities or LINE, ONE if seats is None else seats)


def crews(*rows: tuple[Any, Any], **more: Any) -> list[Crew]:
    return [Crew(name=name, heads=heads, sex="m", **more) for name, heads in rows]


def rooms(*rows: tuple[Any, Any, Any]) -> list[Room]:
    return [Room(name=name, corridor="c", door=door, beds=beds) for name, door, beds in rows]


def week(dates: Any, ranks: Any = None) -> Callable[[], object]:
    known = {"a": 1, "b": 2} if ranks is None else ranks
    return lambda: weekly_reletting({"a": ["P"], "b": ["P"]}, dates, known, ONE)


JOINED = {"a": "2026-03-01", "b": "2026-12-01"}

CASES: list[tuple[Callable[[], object], str]] = [
    (accept(seats={"P": 1.5}), "capacities of 'P': 1.5 is no whole number"),
    (accept(seats={"P": "１"}), "capacities of 'P': '１' is no whole number"),
    (accept(seats={"P": True}), "capacities of 'P': True is no whole number"),
    (accept(seats={"P": 2**40}), "more than"),
    (accept({"a": ["P"], "a ": ["P"]}), "second spelling"),
    (accept({"a": ["P"], "ａ": ["P"]}), "one name in two spellings"),
    (accept({"a": ["P", "Ｐ"]}, seats={"P": 1, "Ｐ": 1}), "one name in two spellings"),
    (accept({"c": ["P"], "ａ": ["P"]}), "applicants: .* in two spellings"),
    (accept({"a": {"P"}}), "no list in an order"),
    (accept(priorities={"P": ["a"], "Q": ["a"]}), "Q has priorities but no capacity"),
    (lambda: serial_dictatorship({"a": ["P"]}, ["a", "a"], ONE), "order: 'a' is named twice"),
    (
        lambda: deferred_acceptance_with_slots(
            {"a": ["P"]}, {"P": ["a"]}, {"P": [("x", 1)]}, {}, strict=["y"]
        ),
        "strict: no slot asks for the claim 'y'",
    ),
    (lambda: fill_slots(["a"], {}, 1, [("x", 1)], strict="xx"), "no slot asks for the claim 'xx'"),
    (lambda: fill_slots(["a"], {}, 1.5, []), "seats: 1.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: fill_slots(["a"], {"a": ["x", "ｘ"]}, 1, [("x", 1)]), "in two spellings"),
    (lambda: reserve_choice(["a"], {}, 1, {"x": 1}, "maximize"), "mode is minimum, over-and-above"),
    (lambda: reserved_units(10, "20%", "nearest"), "rounding is one of down, up, half-up"),
    (lambda: reserved_units(10, 0.2), "0.2 is no exact share; write it like"),  # type: ignore[arg-type]
    (lambda: reserved_units(10, "２０%"), "no exact share"),
    (lambda: reserved_units(10, True), "True is no exact share"),
    (lambda: reserved_units(10, "20%", minimum=-1), "minimum: -1 is below 0"),
    (lambda: slot_seats([SlotRule("a", seats=1), SlotRule("a", seats=2)], 5), "'a' is named twice"),
    (lambda: slot_seats([SlotRule("a", own=True)], 5, 6), "6 tenants take part for 5 seats"),
    (lambda: slot_seats([SlotRule("a", own="no")], 5, 1), "own: 'no' is neither"),  # type: ignore[arg-type]
    (lambda: break_ties({"P": [["a"], ["a"]]}, ["a"]), "priorities of P: 'a' is named twice"),
    (
        lambda: blocking_pairs({"a": "P", "b": "P"}, {"a": ["P"], "b": ["P"]}, LINE, ONE),
        "P holds 2 on 1 seats: this is no match",
    ),
    (
        lambda: blocking_pairs({"a": "P"}, {"a": [], "b": ["P"]}, LINE, ONE),
        "it does not list",
    ),
    (lambda: blocking_pairs({"c": "P"}, {"a": ["P"]}, LINE, ONE), "does not list it"),
    (lambda: room_lots({"A": 2}, 1.5, ["A"]), "rooms: 1.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: room_lots({"A": 2}, 1, ["A", "A"]), "draw: 'A' is named twice"),
    (lambda: uniform_rule({}, 5), "cannot be divided among nobody"),
    (lambda: uniform_rule({"A": 2, "Ａ": 2}, 3), "in two spellings"),
    (lambda: place_crews(crews(("a", 3), ("b", 3)), rooms(("1", 1, 3), ("1", 2, 3))), "rooms: '1'"),
    (lambda: place_crews(crews(("a", 3), ("a", 3)), rooms(("1", 1, 6))), "crews: 'a' is named"),
    (lambda: place_crews(crews(("a", 0)), rooms(("1", 1, 6))), "heads: 0 is below 1"),
    (lambda: place_crews(crews(("a", 1)), rooms(("1", 1, -6))), "beds: -6 is below 0"),
    (lambda: place_crews(crews(("a", 1.5)), rooms(("1", 1, 6))), "heads: 1.5 is no whole number"),
    (
        lambda: place_crews(crews(("a", 1), shift="noon"), rooms(("1", 1, 6))),
        "shift is any",
    ),
    (
        lambda: multiple_waitlist(["a", "b", "a"], {"a": "X", "b": "X"}, ["X"]),
        "queue: 'a' is named twice",
    ),
    (lambda: multiple_waitlist(["a", "ａ"], {"a": "X", "ａ": "X"}, ["X"]), "in two spellings"),
    (
        lambda: multiple_waitlist(["a", "b"], {"a": "X"}, ["X"]),
        "b is in the queue and waits",
    ),
    (week({"a": "2026-3-1", "b": "2026-12-01"}), "list dates of 'a': '2026-3-1' is not a date"),
    (week({**JOINED, "a": datetime(2026, 3, 1, tzinfo=UTC)}), "has a time of day"),
    (week({**JOINED, "a": 20260301}), "20260301 is not a date"),
    (week({"a": "2026-03-01", "b": "2026-03-01"}, {"a": 1, "b": 1}), "one list date and one draw"),
    (week(JOINED, {"a": 1.0, "b": 2}), "ranks of 'a': 1.0 is no whole number"),
    (lambda: top_trading_cycles({"a": ["z", "x"]}, {"x": "a"}), "nobody brings home z"),
    (
        lambda: you_request_my_house({"a": ["x"]}, ["a"], {"x": "a"}, ["x"]),
        "home x is vacant and has a tenant",
    ),
    (lambda: bucket_lists(["a"], {}, ["general"]), "'general' is the list of those without"),
    (lambda: bucket_lists(["a"], {}, ["x"], "all"), "general: 'all' is none of"),  # type: ignore[arg-type]
    (lambda: bucket_allocation(["a"], {}, 1.5, {}), "units: 1.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: two_quota_order(["a", "b"], ["ａ"], [], "50%", "0%"), "candidates: .* two spellings"),
    (lambda: r_sample(1, [0.5, float("nan")], 1), "weights: nan is no finite number"),
    (lambda: r_sample(1, [1e308, 1e308], 1), "their sum is beyond every number"),
    (lambda: r_uniform(1, 2**62), "is above 10000000"),
    (lambda: r_uniform(1.0, 2), "seed: 1.0 is no whole number"),  # type: ignore[arg-type]
    (lambda: weighted_licence_draw(1, [("A", 1), ("A", 2)], 1), "applicants: 'A' is named twice"),
    (lambda: weighted_licence_draw(1, [("A", 1.5)], 1), "applicants: 1.5 is no whole number"),  # type: ignore[list-item]
    (lambda: rfc3797_key(["12"]), "'12' is no text with letters in ASCII; write a number without"),
    (lambda: rfc3797_key(["１２"]), "no text with letters in ASCII"),
    (lambda: rfc3797_key(["..."]), "no text with letters in ASCII"),
    (lambda: rfc3797_key([-5]), "sources: -5 is below 0"),
    (lambda: rfc3797_key([[1, 2.5]]), "sources: 2.5 is no whole number"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("call", "sentence"), CASES)
def test_one_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        call()


def test_an_earlier_day_comes_first_in_whatever_form_it_is_given() -> None:
    # 1 March is before 1 December, as dates and as texts
    for joined in (JOINED, {"a": date(2026, 3, 1), "b": "2026-12-01"}):
        assert week(joined, {"a": 2, "b": 1})() == {"a": "P", "b": None}


def test_a_number_with_a_point_keeps_it() -> None:
    assert rfc3797_key(["12.50", "Noon 7"]) == "12.5/NOON7/"


def test_seats_beyond_all_applicants_cost_nothing() -> None:
    most = 2**31 - 1  # eight bytes a seat would be 17 GB
    assert deferred_acceptance({"a": ["P"]}, {"P": ["a"]}, {"P": most}) == {"a": "P"}
    slots = {"P": [("x", most // 2), ("", most // 2)]}
    assert deferred_acceptance_with_slots({"a": ["P"]}, {"P": ["a"]}, slots, {}) == {"a": "P"}


def test_the_general_list_holds_everybody_or_those_on_no_other() -> None:
    """As in one published draw: the general list and the list before it split the applicants."""
    lottery = [f"n{rank}" for rank in range(1, 28)]
    claims = {name: ["L_W"] for name in lottery[::2][:13]}  # 13 live or work in the city
    lists = bucket_lists(lottery, claims, ["L_W"], "on no other list")
    assert [len(lists[name]) for name in ("L_W", "general")] == [13, 14]
    assert sorted(lists["L_W"] + lists["general"]) == sorted(lottery)
    assert bucket_lists(lottery, claims, ["L_W"])["general"] == lottery


def test_shares_are_exact() -> None:
    assert exact_share("20%") == exact_share("0.2") == exact_share("1/5") == Fraction(1, 5)
