"""Eligibility: yes, no or unknown for every dated condition, with the facts that were used."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, day
from huiguan.housing.dates import age_on
from huiguan.housing.people.household import Fact, fact_on, meaning, true_or_false
from huiguan.housing.rules import Condition, known_scheme, rows_in_force
from huiguan.housing.supply.places import Number, parse_area


class Answer(StrEnum):
    """A test's answer; unknown is never taken for no or yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Judgement(msgspec.Struct, frozen=True):
    """One condition's answer, why, and the facts it rests on."""

    condition: str
    chinese: str  # what it asks, "" where the book does not say
    effective: date  # of the row
    article: str
    status: str
    answer: Answer
    reason: str
    facts: tuple[Fact, ...]


class Eligibility(msgspec.Struct, frozen=True):
    """The answer of all conditions of a scheme on a day."""

    scheme: str
    on: date
    answer: Answer
    findings: tuple[Judgement, ...]


@rule("R4 Shanghai: floor area a head strictly below 15 m2", "confirmed")
@checked
def area_below_line(total_m2: Number, heads: Count, line_m2: Number) -> bool:
    """Return whether a household's floor area a head is strictly below the line, exactly.

    Compares the total with line x heads, so that no division rounds. Example:
    ``area_below_line("15.00", 1, "15")`` is ``False``; ``area_below_line("14.99", 1, "15")`` is
    ``True``; ``area_below_line("45.00", 3, "15")`` is ``False``.
    """
    if heads < 1:
        raise InputFault(f"a household has at least one head, not {heads}")
    return parse_area(total_m2, "floor area") < heads * parse_area(line_m2, "line")


@rule("all conditions must be met", "confirmed")
@checked
def all_of(answers: Iterable[Answer]) -> Answer:
    """Return no if any answer is no, else unknown if any is unknown, else yes.

    Example: ``all_of([Answer.YES, Answer.UNKNOWN])`` is ``Answer.UNKNOWN``;
    ``all_of([Answer.UNKNOWN, Answer.NO])`` is ``Answer.NO``.
    """
    found = set(answers)
    if Answer.NO in found:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in found else Answer.YES


def yes_or_no(condition: bool) -> Answer:
    """Return the answer of a test whose facts are known."""
    return Answer.YES if condition else Answer.NO


def judge_area(condition: Condition, facts: Sequence[Fact], on: date) -> Judgement:
    """Return the finding on floor area: no home at all is below any line.

    No home and an area that was known on the same day or later contradict each other.
    """
    known = unchecked(fact_on)
    owns, area = known(facts, "owns_home", on), known(facts, condition.fact, on)
    if owns is not None and not true_or_false(owns):
        if area is not None and area.known_on >= owns.known_on and size_of(area) > 0:
            reason = f"no home, and {condition.fact} is {area.value}: they contradict each other"
            return finding(condition, Answer.UNKNOWN, reason, ())
        return finding(condition, Answer.YES, "has no home in the city", (owns,))
    heads = known(facts, "heads", on)
    if area is None or heads is None:
        missing = condition.fact if area is None else "heads"
        return finding(condition, Answer.UNKNOWN, f"{missing} is not known on {on}", ())
    line = Decimal(condition.line_dm2) / 100
    if isinstance(heads.value, bool) or not isinstance(heads.value, int):
        raise InputFault(f"heads must be a whole number, not {heads.value!r}")
    size_of(area)
    below = area_below_line(area.value, heads.value, line)
    words = "is" if below else "is not"
    reason = f"{area.value} m2 for {heads.value} {words} below {line:f} m2 a head"
    return finding(condition, yes_or_no(below), reason, (area, heads))


def size_of(area: Fact) -> int:
    """Return the dm2 of a fact that is an area in m2."""
    if isinstance(area.value, bool):
        raise InputFault(f"{area.name} must be an area in m2, not {area.value!r}")
    return parse_area(area.value, area.name)


def finding(
    condition: Condition, answer: Answer, reason: str, facts: tuple[Fact, ...]
) -> Judgement:
    """Return a finding with the condition's article and status."""
    return Judgement(
        condition=condition.name,
        chinese=condition.chinese,
        effective=condition.effective,
        article=condition.article,
        status=condition.status,
        answer=answer,
        reason=reason,
        facts=facts,
    )


@rule("a condition of the rulebook", "confirmed")
@checked
def judge(condition: Condition, facts: Sequence[Fact], on: date) -> Judgement:
    """Return a condition's answer from the facts known on a day, with the reason."""
    if condition.test == "area_below":
        return judge_area(condition, facts, on)
    fact = unchecked(fact_on)(facts, condition.fact, on)
    if fact is None:
        reason = f"{condition.fact} is not known on {on}"
        return finding(condition, Answer.UNKNOWN, reason, ())
    if condition.test == "one_of":
        met = meaning(fact.value) in {meaning(value) for value in condition.values}
    elif condition.test == "age_between":
        age = age_on(day(fact.value, condition.fact), on)
        met = condition.least <= age <= condition.most
    else:
        met = true_or_false(fact) is (condition.test == "is_true")
    reason = f"{condition.fact} is {fact.value} ({fact.source}, {fact.known_on})"
    return finding(condition, yes_or_no(met), reason, (fact,))


@rule("all conditions of a scheme on a day", "confirmed")
@checked
def eligibility(
    conditions: Sequence[Condition], facts: Sequence[Fact], scheme: Name, on: date
) -> Eligibility:
    """Return the answer for a scheme on a day: call it again with another day to re-check.

    No condition in force for the scheme is refused: nobody is eligible under rules not yet written.
    So is a scheme that none of the conditions names: it would be bound by the general ones alone.
    """
    known_scheme(conditions, scheme)
    rows = unchecked(rows_in_force)(conditions, scheme, on)
    if not rows:
        raise InputFault(f"the rulebook has no condition for {scheme} on {on}")
    findings = tuple(unchecked(judge)(row, facts, on) for row in rows)
    answer = all_of(entry.answer for entry in findings)
    return Eligibility(scheme=scheme, on=on, answer=answer, findings=findings)
