"""Mechanisms of the literature by name: lottery ties, slots, the other side asking, contrast.

For examples and comparison: rounds are frozen, drawn and matched by ``housing.round``.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import once, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.housing.allocation.deferred import (
    deferred_acceptance,
    match_market,
    named_edges,
    named_match,
    seats_needed,
)
from huiguan.housing.allocation.lists import (
    Capacities,
    ClaimName,
    ClaimNames,
    Claims,
    Line,
    Lists,
    Seats,
    Who,
    check_lists,
    check_strict,
)
from huiguan.housing.allocation.market import CLASSES, OPEN, Market

Classes = Mapping[Who, Sequence[Collection[Who]]]


@rule("common lottery: equal priority is decided by one number a person", "confirmed")
@checked
def break_ties(priorities: Classes, lottery: Line) -> dict[str, list[str]]:
    """Return the strict priorities of every programme: its classes in order, each in draw order.

    ``priorities``: programme -> classes of applicants, best class first; inside a class all are
    equal. ``lottery``: applicants, rank 1 first, the same for every programme.
    Example: ``break_ties({"P": [["a", "b"], ["c"]]}, ["c", "b", "a"])`` is {"P": ["b", "a", "c"]}.
    """
    rank = {applicant: at for at, applicant in enumerate(lottery)}
    strict = {}
    for programme, classes in priorities.items():
        once([a for members in classes for a in members], f"priorities of {programme}")
        missing = sorted(a for members in classes for a in members if a not in rank)
        if missing:
            raise InputFault(f"{missing[0]} has no place in the lottery, so ties cannot be broken")
        strict[programme] = [
            a for members in classes for a in sorted(members, key=rank.__getitem__)
        ]
    return strict


@rule("slot-specific priorities (Kominers, Sonmez 2016); Dur and others 2018", "confirmed")
@checked
def deferred_acceptance_with_slots(
    preferences: Lists,
    priorities: Lists,
    slots: Mapping[Who, Sequence[tuple[ClaimName, Seats]]],
    claims: Claims,
    strict: ClaimNames = (),
) -> dict[str, str | None]:
    """Return each applicant's programme when programmes fill slots in order (``fill_slots``).

    ``slots``: programme -> (claim, seats) in fill order, claim "" open to everybody; the seats of
    all are the capacity, and what nobody claims falls to everybody, or stays empty if the claim is
    ``strict`` (a ceiling on everybody else). ``claims``: applicant -> the claims held. A claim that
    only counts at one programme has a name of its own ("walk P").
    Example: open seat first, so that the reserve comes on top: ``deferred_acceptance_with_slots(
    {"w1": ["P"], "o1": ["P"], "w2": ["P"]}, {"P": ["w1", "o1", "w2"]},
    {"P": [("", 1), ("walk", 1)]}, {"w1": ["walk"], "w2": ["walk"]})`` is
    {"o1": None, "w1": "P", "w2": "P"}; with [("walk", 1), ("", 1)] it would be w1 and o1.
    """
    capacities = {programme: sum(seats for _, seats in rows) for programme, rows in slots.items()}
    check_lists(preferences, priorities, capacities)
    programmes = sorted(slots)
    groups = [slot for programme in programmes for slot in slots[programme]]
    kinds = sorted({claim for claim, _ in groups if claim})
    if len(kinds) > CLASSES:
        raise InputFault(f"slots ask for {len(kinds)} claims; there may be {CLASSES}")
    check_strict(strict, kinds)
    bit = {claim: 1 << at for at, claim in enumerate(kinds)}
    bits = {a: sum(bit.get(claim, 0) for claim in set(held)) for a, held in claims.items()}
    group_seats = seats_needed([seats for _, seats in groups], preferences)
    first_group = np.cumsum([0, *(len(slots[p]) for p in programmes)]).astype(np.int32)
    seats_before = np.cumsum([0, *group_seats.tolist()])
    market = Market(
        edges=named_edges(preferences, priorities, programmes, bits),
        capacity=np.diff(seats_before[first_group]).astype(np.int32),
        first_group=first_group,
        group_class=np.array([kinds.index(c) if c else OPEN for c, _ in groups], dtype=np.int8),
        group_seats=group_seats,
        group_lapses=np.array([not c or c not in strict for c, _ in groups], dtype=np.int8),
    )
    return named_match(preferences, match_market(market))


@rule("Gale and Shapley 1962, the other side asks: the programme-optimal stable match", "confirmed")
@checked
def programme_proposing(
    preferences: Lists,
    priorities: Lists,
    capacities: Capacities,
) -> dict[str, str | None]:
    """Return each applicant's programme in the stable match that is best for the programmes.

    For comparison: it is the worst stable match for applicants. Arguments are those of
    ``deferred_acceptance``.
    Example: ``programme_proposing({"a": ["P", "Q"], "b": ["Q", "P"]}, {"P": ["b", "a"],
    "Q": ["a", "b"]}, {"P": 1, "Q": 1})`` is {"a": "Q", "b": "P"}; asking themselves, both would
    get their first choice.
    """
    check_lists(preferences, priorities, capacities)
    wishes = {a: {p: at for at, p in enumerate(wanted)} for a, wanted in preferences.items()}
    result: dict[str, str | None] = dict.fromkeys(preferences)
    free = dict(capacities)
    offers = {programme: iter(priorities.get(programme, ())) for programme in sorted(capacities)}
    waiting = [programme for programme in offers if free[programme]]
    while waiting:
        programme = waiting.pop()
        if not free[programme]:
            continue
        for applicant in offers[programme]:
            place = wishes.get(applicant, {}).get(programme)
            before = result.get(applicant)
            if place is None or (before is not None and wishes[applicant][before] < place):
                continue
            result[applicant] = programme
            free[programme] -= 1
            if before is not None:
                free[before] += 1
                waiting.append(before)
            if not free[programme]:
                break
    return result


@rule("immediate acceptance (Boston until 2005): a contrast, never a rule here", "confirmed")
@checked
def immediate_acceptance(
    preferences: Lists,
    priorities: Lists,
    capacities: Capacities,
) -> dict[str, str | None]:
    """Return each applicant's programme when first choices are served for good, then second ones.

    It rewards gaming: who names a programme first comes before all who name it second. Arguments
    are those of ``deferred_acceptance``.
    Example: ``immediate_acceptance({"a": ["P", "Q"], "b": ["P", "Q"], "c": ["Q", "P"]},
    {"P": ["a", "b", "c"], "Q": ["b", "c", "a"]}, {"P": 1, "Q": 1})`` is {"a": "P", "b": None,
    "c": "Q"}: b comes before c at Q, but named it second.
    """
    check_lists(preferences, priorities, capacities)
    result: dict[str, str | None] = dict.fromkeys(preferences)
    free = dict(capacities)
    longest = max((len(wanted) for wanted in preferences.values()), default=0)
    for place in range(longest):
        for programme in sorted(capacities):
            for applicant in priorities.get(programme, ()):
                wanted = preferences.get(applicant, ())
                asks = len(wanted) > place and wanted[place] == programme
                if asks and result[applicant] is None and free[programme]:
                    result[applicant] = programme
                    free[programme] -= 1
    return result


@rule("stability: no applicant and programme that both want each other", "confirmed")
@checked
def blocking_pairs(
    match: Mapping[Who, Who | None],
    preferences: Lists,
    priorities: Lists,
    capacities: Capacities,
) -> list[tuple[str, str]]:
    """Return every (applicant, programme) that would rather have each other: none when stable.

    The applicant prefers the programme to what ``match`` gives, and the programme has a seat left
    or holds somebody who comes later in its order.
    Example: ``blocking_pairs({"a": "Q", "b": "P"}, {"a": ["P", "Q"], "b": ["P"]},
    {"P": ["a", "b"], "Q": ["a"]}, {"P": 1, "Q": 1})`` is [("a", "P")].
    """
    check_lists(preferences, priorities, capacities)
    rank = {p: {a: at for at, a in enumerate(priorities.get(p, ()))} for p in capacities}
    held: dict[str, list[int]] = {programme: [] for programme in capacities}
    one_spelling(chain(match, preferences), "applicants")
    for applicant, programme in match.items():
        if programme is not None:
            if applicant not in rank.get(programme, ()):
                raise InputFault(f"{applicant} is matched to {programme}, which does not list it")
            if programme not in preferences.get(applicant, ()):
                raise InputFault(f"{applicant} is matched to {programme}, which it does not list")
            held[programme].append(rank[programme][applicant])
    for programme, seated in held.items():
        if len(seated) > capacities[programme]:
            raise InputFault(
                f"{programme} holds {len(seated)} on {capacities[programme]} seats: this is no"
                " match; give one that keeps the capacities"
            )
    found = []
    for applicant in sorted(preferences):
        for programme in preferences[applicant]:
            if programme == match.get(applicant):
                break
            at = rank[programme].get(applicant)
            if at is None:
                continue
            room = len(held[programme]) < capacities[programme]
            if room or at < max(held[programme], default=-1):
                found.append((applicant, programme))
    return found


@rule("deferred acceptance, ties by one lottery", "confirmed")
@checked
def deferred_acceptance_with_lottery(
    preferences: Lists,
    priorities: Classes,
    capacities: Capacities,
    lottery: Line,
) -> dict[str, str | None]:
    """Return each applicant's programme when classes of equals are put in order by one lottery.

    Example: ``deferred_acceptance_with_lottery({"a": ["P"], "b": ["P"]}, {"P": [["a", "b"]]},
    {"P": 1}, ["b", "a"])`` is {"a": None, "b": "P"}.
    """
    lines = unchecked(break_ties)(priorities, lottery)
    return unchecked(deferred_acceptance)(preferences, lines, capacities)
