"""Applicant-proposing deferred acceptance with ordered slots (Gale and Shapley 1962).

Everybody asks the best home not yet lost; a programme keeps those its slots want and lets the
others go on. An arriving applicant passes through the groups of the programme in order: the group
takes it if a seat is free, or if it comes before the last one held, who then passes on instead.
That is the choice "slots in order, each takes the best that is left", one applicant at a time
(Kominers and Sonmez 2016, slot-specific priorities); the end does not depend on who asks first.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.rule import rule
from huiguan.housing.allocation.market import ALL, BARRED, EDGE, LOW, NOBODY, OPEN, Market, Match


@kernel
def sift_up(heap: np.ndarray, first: int, count: int, key: int) -> None:
    """Add ``key`` to the heap of ``count`` keys at ``first``; the largest key is on top."""
    at = count
    while at > 0:
        parent = (at - 1) // 2
        if heap[first + parent] >= key:
            break
        heap[first + at] = heap[first + parent]
        at = parent
    heap[first + at] = key


@kernel
def sift_down(heap: np.ndarray, first: int, count: int, key: int) -> None:
    """Put ``key`` in the place of the top of the heap of ``count`` keys at ``first``."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= count:
            break
        if child + 1 < count and heap[first + child + 1] > heap[first + child]:
            child += 1
        if heap[first + child] <= key:
            break
        heap[first + at] = heap[first + child]
        at = child
    heap[first + at] = key


@kernel
def rest_seats(market: Market, held: np.ndarray, programme: int) -> int:
    """Return how many seats the groups of ``programme`` leave to the rest."""
    seats = market.capacity[programme]
    for group in range(market.first_group[programme], market.first_group[programme + 1]):
        seats -= held[group] if market.group_lapses[group] == 1 else market.group_seats[group]
    return seats


@kernel
def drop_last_of_rest(
    market: Market,
    heap: np.ndarray,
    first: int,
    held: np.ndarray,
    rest_held: np.ndarray,
    programme: int,
) -> int:
    """Return the key that no longer fits into the rest of ``programme``, or -1 if all fit."""
    count = rest_held[programme]
    if count <= rest_seats(market, held, programme):
        return -1
    lost = heap[first]
    rest_held[programme] = count - 1
    sift_down(heap, first, count - 1, heap[first + count - 1])
    return lost


@kernel
def run(
    market: Market,
    heap: np.ndarray,
    group_first: np.ndarray,
    rest_first: np.ndarray,
    held: np.ndarray,
    rest_held: np.ndarray,
    asked: np.ndarray,
) -> int:
    """Let everybody ask until nobody has to go on; return how many times somebody asked."""
    proposals = 0
    length = market.edges.shape[1]
    for first_applicant in range(asked.size):
        applicant = first_applicant
        while True:
            place = asked[applicant]
            if place == length:
                break
            asked[applicant] = place + 1
            edge = market.edges[applicant, place]
            programme = edge["programme"]
            if programme == BARRED:
                continue
            proposals += 1
            key = edge["rank"] * LOW + applicant
            claims = edge["claims"]
            seated = False
            for group in range(market.first_group[programme], market.first_group[programme + 1]):
                wanted = market.group_class[group]
                if wanted != OPEN and (claims >> wanted) & 1 == 0:
                    continue
                first = group_first[group]
                count = held[group]
                if count < market.group_seats[group]:
                    sift_up(heap, first, count, key)
                    held[group] = count + 1
                    seated = True
                    break
                if count > 0 and key < heap[first]:
                    lost = heap[first]
                    sift_down(heap, first, count, key)
                    key = lost
                    other = key % LOW
                    claims = market.edges[other, asked[other] - 1]["claims"]
            first = rest_first[programme]
            if not seated:
                sift_up(heap, first, rest_held[programme], key)
                rest_held[programme] += 1
            key = drop_last_of_rest(market, heap, first, held, rest_held, programme)
            if key < 0:
                break
            applicant = key % LOW
    return proposals


@kernel
def read_heaps(first: np.ndarray, held: np.ndarray, heap: np.ndarray, group: np.ndarray) -> None:
    """Write into ``group`` which group holds each applicant."""
    for row in range(first.size):
        for at in range(first[row], first[row] + held[row]):
            group[heap[at] % LOW] = row


@kernel
def fill_cuts(
    market: Market,
    heap: np.ndarray,
    group_first: np.ndarray,
    rest_first: np.ndarray,
    match: Match,
) -> None:
    """Write the last key each group holds: ALL if a seat is left, NOBODY if it has none."""
    for group in range(group_first.size):
        count = match.group_held[group]
        if count < market.group_seats[group]:
            match.group_cut[group] = ALL
        elif count == 0:
            match.group_cut[group] = NOBODY
        else:
            match.group_cut[group] = heap[group_first[group]]
    for programme in range(rest_first.size):
        count = match.rest_held[programme]
        if count < rest_seats(market, match.group_held, programme):
            match.rest_cut[programme] = ALL
        elif count == 0:
            match.rest_cut[programme] = NOBODY
        else:
            match.rest_cut[programme] = heap[rest_first[programme]]


def match_market(market: Market) -> Match:
    """Return the applicant-optimal stable match of ``market``, with every cut-off."""
    applicants = market.edges.shape[0]
    groups = market.group_seats.size
    programmes = market.capacity.size
    sizes = np.concatenate([market.group_seats.astype(np.int64), market.capacity + np.int64(1)])
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    group_first, rest_first = first[:groups].copy(), first[groups:-1].copy()
    heap = np.zeros(max(int(first[-1]), 1), dtype=np.int64)
    asked = np.zeros(applicants, dtype=np.int32)
    match = Match(
        choice=np.full(applicants, -1, dtype=np.int32),
        group=np.full(applicants, -1, dtype=np.int32),
        group_cut=np.zeros(groups, dtype=np.int64),
        rest_cut=np.zeros(programmes, dtype=np.int64),
        group_held=np.zeros(groups, dtype=np.int32),
        rest_held=np.zeros(programmes, dtype=np.int32),
        proposals=0,
    )
    held, rest_held = match.group_held, match.rest_held
    proposals = run(market, heap, group_first, rest_first, held, rest_held, asked)
    in_rest = np.full(applicants, -1, dtype=np.int32)
    read_heaps(group_first, held, heap, match.group)
    read_heaps(rest_first, rest_held, heap, in_rest)
    placed = (match.group >= 0) | (in_rest >= 0)
    match.choice[placed] = asked[placed] - 1
    fill_cuts(market, heap, group_first, rest_first, match)
    return match._replace(proposals=proposals)


def plain_groups(capacity: np.ndarray) -> dict[str, np.ndarray]:
    """Return the group arrays of programmes that are all rest: one order, no reserve."""
    return {
        "capacity": capacity.astype(np.int32),
        "first_group": np.zeros(capacity.size + 1, dtype=np.int32),
        "group_class": np.zeros(0, dtype=np.int8),
        "group_seats": np.zeros(0, dtype=np.int32),
        "group_lapses": np.zeros(0, dtype=np.int8),
    }


@rule("Gale and Shapley 1962, deferred acceptance; Roth and Peranson 1999", "confirmed")
def deferred_acceptance(
    preferences: Mapping[str, Sequence[str]],
    priorities: Mapping[str, Sequence[str]],
    capacities: Mapping[str, int],
) -> dict[str, str | None]:
    """Return each applicant's programme (or None) in the applicant-optimal stable match.

    ``preferences``: applicant -> programmes, best first. ``priorities``: programme -> applicants,
    best first; who is not named is not acceptable there. ``capacities``: programme -> seats.
    Example: ``deferred_acceptance({"a": ["P", "Q"], "b": ["P"]}, {"P": ["b", "a"], "Q": ["a"]},
    {"P": 1, "Q": 1})`` is {"a": "Q", "b": "P"}.
    """
    names = sorted(preferences)
    programmes = sorted(capacities)
    index = {programme: row for row, programme in enumerate(programmes)}
    standing = {p: {a: at for at, a in enumerate(priorities.get(p, ()))} for p in programmes}
    length = max((len(wishes) for wishes in preferences.values()), default=0)
    edges = np.zeros((len(names), length), dtype=EDGE)
    edges["programme"] = BARRED
    for row, name in enumerate(names):
        for place, programme in enumerate(preferences[name]):
            if programme not in index:
                raise InputFault(f"{name} lists {programme}, which has no capacity; name its seats")
            if name in standing[programme]:
                edges[row, place] = (index[programme], standing[programme][name], 0)
    market = Market(
        edges=edges,
        **plain_groups(np.array([capacities[p] for p in programmes], dtype=np.int32)),
    )
    match = match_market(market)
    return {
        name: None if match.choice[row] < 0 else preferences[name][match.choice[row]]
        for row, name in enumerate(names)
    }


@rule(
    "serial dictatorship: deferred acceptance when every programme has the same order", "confirmed"
)
def serial_dictatorship(
    preferences: Mapping[str, Sequence[str]], order: Sequence[str], capacities: Mapping[str, int]
) -> dict[str, str | None]:
    """Return each applicant's programme when everybody takes, in ``order``, the best that is left.

    Example: ``serial_dictatorship({"a": ["P"], "b": ["P", "Q"]}, ["b", "a"], {"P": 1, "Q": 1})``
    is {"a": None, "b": "P"}.
    """
    return deferred_acceptance(preferences, dict.fromkeys(capacities, order), capacities)
