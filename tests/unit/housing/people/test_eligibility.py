"""Conditions of Shanghai's book: yes, no, unknown, and the facts each answer rests on."""

from datetime import date
from decimal import Decimal

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.people.eligibility import Answer, all_of, area_below_line, eligibility
from huiguan.housing.people.household import Fact, Value
from huiguan.housing.people.priority import tier_of
from huiguan.storage.homes.rules import read_home_rules

RULES = read_home_rules("shanghai")
ON = date(2026, 7, 1)


def facts(**values: Value) -> list[Fact]:
    day = date(2026, 6, 1)
    return [
        Fact(name=name, value=value, source="registry", known_on=day)
        for name, value in values.items()
    ]


@pytest.mark.parametrize(
    ("total", "heads", "below"),
    [
        ("15.00", 1, False),  # exactly 15 is not below 15
        ("14.99", 1, True),
        ("45", 3, False),
        ("44.99", 3, True),  # 14.9966... a head
        ("0", 2, True),
        ("60.01", 4, False),
    ],
)
def test_floor_area_a_head_is_strictly_below_15(total: str, heads: int, below: bool) -> None:
    assert area_below_line(total, heads, "15") is below
    assert area_below_line(Decimal(total), heads, Decimal(15)) is below


def test_a_household_without_heads_is_refused() -> None:
    with pytest.raises(InputFault, match="at least one head"):
        area_below_line("15", 0, "15")


Y, N, U = Answer.YES, Answer.NO, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("answers", "answer"), [([Y, Y], Y), ([Y, U], U), ([U, N], N), ([N, Y], N), ([], Y)]
)
def test_no_beats_unknown_beats_yes(answers: list[Answer], answer: Answer) -> None:
    assert all_of(answers) == answer


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ({"employed_in_city": True, "owns_home": False}, Y),
        ({"employed_in_city": True, "owns_home": True, "floor_area_m2": "44.99", "heads": 3}, Y),
        ({"employed_in_city": True, "owns_home": True, "floor_area_m2": "45.00", "heads": 3}, N),
        ({"employed_in_city": True, "floor_area_m2": "10"}, U),  # for how many heads?
        ({"employed_in_city": False, "owns_home": False}, N),
        ({"owns_home": False}, U),
        ({"employed_in_city": False}, N),  # no beats unknown
    ],
)
def test_affordable_rental_housing(known: dict[str, Value], answer: Answer) -> None:
    assert eligibility(RULES.condition, facts(**known), "arh", ON).answer == answer


def test_every_answer_names_its_rule_and_facts() -> None:
    known = facts(employed_in_city=True, floor_area_m2="45.00", heads=3)
    result = eligibility(RULES.condition, known, "arh", ON)
    employed, area = result.findings
    assert (employed.condition, employed.answer, employed.facts) == ("employed", Y, (known[0],))
    assert area.reason == "45.00 m2 for 3 is not below 15 m2 a head"
    assert area.facts == (known[1], known[2])
    assert (area.status, area.answer) == ("confirmed", N)


def test_a_later_day_re_checks_with_the_facts_of_that_day() -> None:
    known = [
        *facts(employed_in_city=True, owns_home=False),
        Fact(name="owns_home", value=True, source="registry", known_on=date(2027, 3, 1)),
        Fact(name="floor_area_m2", value="80", source="registry", known_on=date(2027, 3, 1)),
        Fact(name="heads", value=2, source="registry", known_on=date(2027, 3, 1)),
    ]
    assert eligibility(RULES.condition, known, "arh", ON).answer == Y
    assert eligibility(RULES.condition, known, "arh", date(2027, 7, 1)).answer == N


def test_public_rental_asks_more_from_the_day_its_rule_is_known() -> None:
    known = facts(employed_in_city=True, owns_home=False)
    assert eligibility(RULES.condition, known, "public_rental", ON).answer == U
    more = facts(
        residence_permit=True,
        labour_contract=True,
        social_insurance=True,
        uses_other_housing_benefit=False,
    )
    assert eligibility(RULES.condition, known + more, "public_rental", ON).answer == Y
    using = facts(uses_other_housing_benefit=True)
    assert eligibility(RULES.condition, known + using, "public_rental", ON).answer == N


def test_beds_are_for_qualified_employers_and_named_work() -> None:
    known = {"employed_in_city": True, "owns_home": False, "employer_qualified": True}
    cleaner = facts(**known, work_group="sanitation")
    trader = facts(**known, work_group="finance")
    assert eligibility(RULES.condition, cleaner, "bed", ON).answer == Y
    assert eligibility(RULES.condition, trader, "bed", ON).answer == N


def test_nobody_is_eligible_before_there_is_a_rule() -> None:
    with pytest.raises(InputFault, match="no condition for arh on 2021-11-22"):
        eligibility(RULES.condition, facts(), "arh", date(2021, 11, 22))


def test_a_fact_of_the_wrong_kind_is_said() -> None:
    with pytest.raises(InputFault, match="must be true or false, not 'yes'"):
        eligibility(RULES.condition, facts(employed_in_city="yes"), "arh", ON)


@pytest.mark.parametrize(
    ("known", "tier"),
    [
        ({"works_for_project_owner": True, "has_minor_child": True}, 1),
        ({"has_minor_child": True}, 2),
        ({"works_for_project_owner": False}, 9),
        ({}, 9),
    ],
)
def test_the_best_proved_tier_counts(known: dict[str, Value], tier: int) -> None:
    assert tier_of(RULES.tier, facts(**known), "arh", ON, 9) == tier
