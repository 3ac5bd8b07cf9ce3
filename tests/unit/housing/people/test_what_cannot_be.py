"""People, facts and applications that cannot be right: one sentence, never a wrong answer."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import check_digit
from huiguan.housing.people.eligibility import Answer, all_of, area_below_line, eligibility, judge
from huiguan.housing.people.household import (
    Application,
    Fact,
    Person,
    applications_that_stand,
    fact_on,
    find_duplicates,
    identity_key,
)
from huiguan.housing.people.intake import ProgrammeSupply, Received, programme_supply, verdicts
from huiguan.housing.people.priority import tier_of
from huiguan.housing.rules import Condition, home_forms
from huiguan.housing.supply.places import Sex
from huiguan.housing.supply.reconcile import HomeState
from huiguan.storage.homes.rules import read_home_rules

RULES = read_home_rules("shanghai")
KNOWN, ON = date(2026, 6, 1), date(2026, 7, 1)
KEY = bytes(range(32))


def fact(name: str, value: Any, source: str = "registry") -> Fact:
    return Fact(name=name, value=value, source=source, known_on=KNOWN)


def facts(**values: Any) -> list[Fact]:
    return [fact(name, value) for name, value in values.items()]


def person(number: str, name: str, identity: bytes) -> Person:
    return Person(number, name, date(1984, 2, 29), Sex.ANY, identity)


DOTS = ["\u00b7", "\u30fb", "\u2022", "\uff0e", "\u2027", "\u2219", ".", " ", "", "\u00b7\u200b"]


@pytest.mark.parametrize("dot", DOTS, ids=ascii)
def test_a_name_is_found_however_its_dot_is_written(dot: str) -> None:
    people = [person("1", "古丽\u00b7艾山", b"1"), person("2", f"古丽{dot}艾山", b"2")]
    assert [group.reason for group in find_duplicates(people)] == ["name and birth"]


def test_width_case_and_composed_letters_do_not_make_two_names() -> None:
    people = [person("1", "Zoe\u0301 LI", b"1"), person("2", "ｚｏé li", b"2")]
    assert [group.persons for group in find_duplicates(people)] == [("1", "2")]
    assert find_duplicates([person("1", "古丽", b"1"), person("2", "古力", b"2")]) == []


def test_a_form_sent_again_is_not_two_applications() -> None:
    twice = [Application("A", 1, ("x",)), Application("A", 2, ("x",))]
    for policy in ("last", "void"):
        with pytest.raises(InputFault, match="applications: 'A' is named twice"):
            applications_that_stand(twice, policy)  # type: ignore[arg-type]
    received = [
        Received("A", at, ("x",), "arh", tuple(facts(employed_in_city=True, owns_home=False)))
        for at in (1, 2)
    ]
    with pytest.raises(InputFault, match="applications: 'A' is named twice"):
        verdicts(received, RULES, ON, "last")


def area(value: Any, heads: Any = 1) -> Callable[[], object]:
    row = next(row for row in RULES.condition if row.test == "area_below")
    return lambda: judge(row, facts(floor_area_m2=value, heads=heads), ON)


def condition(test: str, **more: Any) -> Condition:
    return Condition(
        effective=date(2020, 1, 1),
        article="a",
        source="s",
        status="invented",
        name="asked",
        test=test,  # type: ignore[arg-type]
        fact="asked",
        **more,
    )


AGE = condition("age_between", least=18, most=35)
A, B = Application("A", 1, ("x",)), Application("B", 2, ("y",))

CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: applications_that_stand([A], "best"), "policy: 'best' is none of .* 'first', 'void'"),  # type: ignore[arg-type]
    (lambda: applications_that_stand([A], "LAST"), "policy: 'LAST' is none"),  # type: ignore[arg-type]
    (lambda: applications_that_stand([Application("A", 1, ("x", "x"))], "last"), "named twice"),
    (lambda: applications_that_stand([Application("A", 1, ())], "last"), "A houses nobody"),
    (lambda: applications_that_stand([Application("A", 1, ("x\u200b",))], "last"), "spelling"),
    (lambda: applications_that_stand([A, Application("B", 2, ("ｘ",))], "last"), "two spellings"),
    (lambda: applications_that_stand([A, Application("Ａ", 2, ("y",))], "last"), "two spellings"),
    (lambda: applications_that_stand([Application("A", 1.5, ("x",))], "last"), "received: 1.5"),  # type: ignore[arg-type]
    (lambda: verdicts([], RULES, ON, "all"), "policy: 'all' is none"),  # type: ignore[arg-type]
    (lambda: verdicts([], RULES, datetime(2026, 7, 1, tzinfo=UTC), "last"), "on: .* time of day"),
    (lambda: identity_key("11010519900230001" + check_digit("11010519900230001"), KEY), "1990-02"),
    (lambda: identity_key("１1010519491231002X", KEY), "no number of a document"),
    (lambda: identity_key("11010519491231002X", "k" * 32), "16 to 64 bytes"),  # type: ignore[arg-type]
    (lambda: find_duplicates([person("1", "a", b"1")] * 2), "people: '1' is named twice"),
    (lambda: find_duplicates([person("1", "·", b"1")]), "holds no letter"),
    (lambda: find_duplicates([person("1", "a", b"")]), "person 1 has no identity"),
    (lambda: area_below_line("-1", 3, 15), "total: '-1'|floor area: '-1' is below 0"),
    (lambda: area_below_line("15", 3, "-15"), "line: '-15' is below 0"),
    (lambda: area_below_line("１５", 3, 15), "is not a decimal number"),
    (lambda: area_below_line(15, 1.5, 15), "heads: 1.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: area_below_line(15.5, 1, 15), "total: 15.5 is a float"),  # type: ignore[arg-type]
    (area("-1"), "floor_area_m2: '-1' is below 0"),
    (area("4４"), "floor_area_m2: .* is not a decimal number"),
    (area(44.5), "value: 44.5 is a float"),
    (area(True), "floor_area_m2 must be an area in m2, not True"),
    (area("44", "3"), "heads must be a whole number, not '3'"),
    (area("44", True), "heads must be a whole number, not True"),
    (area("44", 0), "at least one head"),
    (lambda: judge(AGE, [fact("asked", "1990-2-1")], ON), "asked: '1990-2-1' is not a date"),
    (
        lambda: judge(AGE, [fact("asked", "1990-02-30")], ON),
        "asked: '1990-02-30' is not a date; write it",
    ),
    (lambda: judge(AGE, [fact("asked", 19900201)], ON), "asked: 19900201 is not a date"),
    (lambda: judge(AGE, [fact("asked", "2026-12-01")], ON), "has no age on 2026-07-01"),
    (lambda: judge(condition("is_true"), [fact("asked", "true")], ON), "true or false, not 'true'"),
    (lambda: judge(condition("is_true"), [fact("asked", 1)], ON), "true or false, not 1"),
    (
        lambda: eligibility(RULES.condition, facts(owns_home="no"), "arh", ON),
        "owns_home must be true or false, not 'no'",
    ),
    (
        lambda: eligibility(RULES.condition, [], "ARH", ON),
        "scheme 'ARH' is not in the rulebook; there are: arh, bed",
    ),
    (
        lambda: fact_on([Fact("a", 1, "s", KNOWN, KNOWN)], "a", ON),
        "a expires 2026-06-01, before a day",
    ),
    (lambda: fact_on([Fact("a ", 1, "s", KNOWN)], "a", ON), "second spelling"),
    (lambda: fact_on([Fact("a", 1, "s", "2026-6-1")], "a", ON), "known on: '2026-6-1' is not"),  # type: ignore[arg-type]
    (lambda: tier_of(RULES.tier, facts(has_minor_child="yes"), "arh", ON, 9), "not 'yes'"),
    (lambda: tier_of(RULES.tier, [], "arh", ON, -9), "open tier: -9 is below 0"),
    (lambda: all_of(["maybe"]), "answers: 'maybe' is no Answer; there are: yes, no, unknown"),  # type: ignore[list-item]
    (lambda: home_forms([], 2, 2), "of 2 heads has no 2 children"),
    (lambda: home_forms([], 2, -1), "children: -1 is below 0"),
]


@pytest.mark.parametrize(("call", "sentence"), CASES)
def test_one_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        call()


def test_one_size_in_two_spellings_is_one_fact() -> None:
    for first, second in (("61.5", "61.50"), (60, "60.0"), (Decimal(60), 60)):
        seen = [fact("area", first, "register"), fact("area", second, "deed")]
        found = fact_on(seen, "area", ON)
        assert found is not None
        assert found.source == "deed"  # of equals the first by name
    assert fact_on([fact("area", "61.5"), fact("area", "61.51")], "area", ON) is None
    assert fact_on([fact("here", True), fact("here", 1)], "here", ON) is None
    assert fact_on([fact("work", "courier"), fact("work", "Ｃourier ")], "work", ON) is not None


def test_a_word_of_a_condition_is_known_in_any_width() -> None:
    row = condition("one_of", values=("courier",))
    assert judge(row, [fact("asked", "ｃｏｕｒｉｅｒ")], ON).answer is Answer.YES
    assert judge(row, [fact("asked", "couriers")], ON).answer is Answer.NO


def test_no_home_and_a_floor_area_contradict_each_other() -> None:
    row = next(row for row in RULES.condition if row.test == "area_below")
    both = facts(owns_home=False, floor_area_m2="80", heads=1)
    assert judge(row, both, ON).answer is Answer.UNKNOWN
    nothing = facts(owns_home=False, floor_area_m2="0", heads=1)
    assert judge(row, nothing, ON).answer is Answer.YES
    before = Fact("floor_area_m2", "80", "registry", date(2025, 1, 1))  # sold since
    assert judge(row, [*facts(owns_home=False), before], ON).answer is Answer.YES


def test_a_place_counts_once_in_a_supply() -> None:
    states = np.array([HomeState.LET, HomeState.IN_ROUND, HomeState.HELD, HomeState.LET], np.int8)
    # four places: one let and not moving, one held, one in the round and one left by a mover
    expected = ProgrammeSupply(stock=4, let=1, held=1, own=1, capacity=2)
    assert programme_supply(states, [0, 1, 2, 3], [3]) == expected
    for places, own, sentence in (
        ([0, 1, 1], [], "places: a place is named twice"),
        ([0, 1], [0, 0], "own homes: a place is named twice"),
        ([0, 4], [], "there is no place 4; there are 4"),
        ([0, 1], [1], "lives in a place that is let"),
        ([0, 1.0], [], "places: 1.0 is no whole number"),
        ([-1], [], "places: -1 is below 0"),
    ):
        with pytest.raises(InputFault, match=sentence):
            programme_supply(states, places, own)  # type: ignore[arg-type]
