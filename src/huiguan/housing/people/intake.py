"""From what was received to what a round freezes: states, tiers, and the supply of each programme.

A number is given at receipt to every application, also to those that are refused or void.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec
import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count
from huiguan.housing.people.eligibility import Answer, Judgement, eligibility
from huiguan.housing.people.household import (
    Application,
    Fact,
    applications_that_stand,
    one_application_a_number,
)
from huiguan.housing.people.priority import tier_of
from huiguan.housing.rules import HomeRules
from huiguan.housing.supply.reconcile import HomeState

OPEN_TIER = 9


class Received(msgspec.Struct, frozen=True):
    """An application as received: its number, its place in time, whom it houses, its facts."""

    number: Name
    received: Count
    persons: tuple[Name, ...]
    scheme: Name
    facts: tuple[Fact, ...]


class Verdict(msgspec.Struct, frozen=True):
    """What an application is when the round is frozen, the reasons, and what every rule says."""

    number: str
    state: Literal["in", "refused", "void"]
    tier: int
    reasons: tuple[str, ...]
    findings: tuple[Judgement, ...] = ()


@rule("state of an application at the freeze", "assumed")
@checked
def verdicts(
    applications: Sequence[Received],
    rules: HomeRules,
    on: date,
    policy: Literal["last", "first", "void"],
) -> list[Verdict]:
    """Return the state and tier of every application on the day of the freeze.

    First the conditions: no and unknown are refused, each with its reasons. Then, among those that
    pass, a person counts in one application only (``policy``); the others are void. A number stands
    once: of a form that was sent again only the newest is given.
    """
    one_application_a_number(
        [entry.number for entry in applications], (entry.persons for entry in applications)
    )
    refused: dict[str, tuple[str, ...]] = {}
    findings: dict[str, tuple[Judgement, ...]] = {}
    passing = []
    for entry in applications:
        result = unchecked(eligibility)(rules.condition, entry.facts, entry.scheme, on)
        findings[entry.number] = result.findings
        if result.answer is Answer.YES:
            passing.append(
                Application(number=entry.number, received=entry.received, persons=entry.persons)
            )
        else:
            refused[entry.number] = tuple(
                f"{found.condition}: {found.reason}"
                for found in result.findings
                if found.answer is not Answer.YES
            )
    stands = unchecked(applications_that_stand)(passing, policy)
    others = sharing(passing)
    rows = []
    for entry in applications:
        tier = unchecked(tier_of)(rules.tier, entry.facts, entry.scheme, on, OPEN_TIER)
        state: Literal["in", "refused", "void"] = "in"
        reasons: tuple[str, ...] = ()
        if entry.number in refused:
            state, reasons = "refused", refused[entry.number]
        elif not stands[entry.number]:
            shared = ", ".join(n for n in others[entry.number] if policy == "void" or stands[n])
            reason = f"somebody in it stands in another application ({policy}): {shared}"
            state, reasons = "void", (reason,)
        rows.append(
            Verdict(
                number=entry.number,
                state=state,
                tier=tier,
                reasons=reasons,
                findings=findings[entry.number],
            )
        )
    return rows


def sharing(applications: Sequence[Application]) -> dict[str, list[str]]:
    """Return for each number the numbers of other applications somebody in it stands in."""
    of_person: dict[str, list[str]] = {}
    for entry in applications:
        for person in entry.persons:
            of_person.setdefault(person, []).append(entry.number)
    return {
        entry.number: sorted(
            {n for person in entry.persons for n in of_person[person]} - {entry.number}
        )
        for entry in applications
    }


class ProgrammeSupply(msgspec.Struct, frozen=True):
    """Places of a programme on a day; stock = let + held + capacity, each place once."""

    stock: int
    let: int
    held: int
    own: int
    capacity: int


@rule("supply of a programme: stock = let + held + offered", "assumed")
@checked
def programme_supply(
    states: np.ndarray, places: Sequence[Count], own_homes: Sequence[Count]
) -> ProgrammeSupply:
    """Return the supply of a programme from the states of all places (``supply.states_on``).

    Homes of tenants who take part (``own_homes``) are let today and offered all the same, because
    who moves leaves one behind. A place nobody accounts for is refused by the caller's check.
    """
    for what, rows in (("places", places), ("own homes", own_homes)):
        if len(set(rows)) != len(rows):
            raise InputFault(f"{what}: a place is named twice; it would count as two")
        if max(rows, default=-1) >= len(states):
            raise InputFault(f"{what}: there is no place {max(rows)}; there are {len(states)}")
    here = states[list(places)]
    moving = sorted(set(own_homes) & set(places))
    if (states[moving] != HomeState.LET).any():
        raise InputFault("own homes: a tenant who takes part lives in a place that is let")
    own = len(moving)
    let = int((here == HomeState.LET).sum()) - own
    in_round = int((here == HomeState.IN_ROUND).sum())
    held = int((here == HomeState.HELD).sum())
    return ProgrammeSupply(stock=len(places), let=let, held=held, own=own, capacity=in_round + own)
