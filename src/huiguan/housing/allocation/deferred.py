"""Applicant-proposing deferred acceptance with ordered slots (Gale and Shapley 1962).

Everybody asks the best home not yet lost; a programme keeps those its slots want and lets the
others go on. An arriving applicant passes through the groups of the programme in order: the group
takes it if a seat is free, or if it comes before the last one held, who then passes on instead.
That is the choice "slots in order, each takes the best that is left", one applicant at a time
(Kominers and Sonmez 2016, slot-specific priorities); the end does not depend on who asks first.
"""

from collections.abc import Mapping, Sequence, Sized

import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.housing.allocation.lists import Capacities, Line, Lists, check_lists
from huiguan.housing.allocation.market import (
    ALL,
    BARRED,
    EDGE,
    EVERYBODY,
    LOW,
    NOBODY,
    OPEN,
    Market,
    Match,
)


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
def run(  # noqa: C901  one cascade: calls would cost more than the work between them
    market: Market,
    seeks: np.ndarray,
    heap: np.ndarray,
    group_first: np.ndarray,
    rest_first: np.ndarray,
    held: np.ndarray,
    rest_held: np.ndarray,
    rest_seats: np.ndarray,
    asked: np.ndarray,
) -> int:
    """Let everybody ask until nobody has to go on; return how many times somebody asked.

    ``seeks`` int64 [programme]: the claims its groups ask for; EVERYBODY is set for an open group.
    ``rest_seats`` falls by one when a lapsing group fills a seat.
    """
    proposals = 0
    for first_applicant in range(asked.size):
        applicant = first_applicant
        while True:
            place = asked[applicant]
            if place == market.edges.shape[1]:
                break
            asked[applicant] = place + 1
            edge = market.edges[applicant, place]
            programme = edge["programme"]
            if programme == BARRED:
                continue
            proposals += 1
            key = int(edge["rank"]) * LOW + applicant
            claims = int(edge["claims"])
            group = last = market.first_group[programme]
            if seeks[programme] & (claims | EVERYBODY) != 0:
                last = market.first_group[programme + 1]
            while group < last:
                wanted = market.group_class[group]
                if wanted == OPEN or (claims >> wanted) & 1 == 1:
                    first = group_first[group]
                    count = held[group]
                    if count < market.group_seats[group]:
                        sift_up(heap, first, count, key)
                        held[group] = count + 1
                        rest_seats[programme] -= market.group_lapses[group]
                        key = -1
                        break
                    if count > 0 and key < heap[first]:
                        lost = heap[first]
                        sift_down(heap, first, count, key)
                        key = lost
                        other = key % LOW
                        claims = int(market.edges[other, asked[other] - 1]["claims"])
                group += 1
            first = rest_first[programme]
            count = rest_held[programme]
            if key >= 0:
                if count < rest_seats[programme]:
                    sift_up(heap, first, count, key)
                    rest_held[programme] = count + 1
                    break
                if count > 0 and key < heap[first]:
                    better, key = key, heap[first]
                    sift_down(heap, first, count, better)
            elif count > rest_seats[programme]:  # a group has taken a seat from the rest
                key = heap[first]
                rest_held[programme] = count - 1
                sift_down(heap, first, count - 1, heap[first + count - 1])
            else:
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
    first: np.ndarray, seats: np.ndarray, held: np.ndarray, heap: np.ndarray, cut: np.ndarray
) -> None:
    """Write the last key each slot holds: ALL if a seat is left, NOBODY if it has none."""
    for row in range(first.size):
        if held[row] < seats[row]:
            cut[row] = ALL
        else:
            cut[row] = heap[first[row]] if held[row] > 0 else NOBODY


def group_masks(market: Market) -> tuple[np.ndarray, np.ndarray]:
    """Return what the groups of each programme seek, and the seats strict groups leave the rest."""
    programmes = np.repeat(np.arange(market.capacity.size), np.diff(market.first_group))
    kinds = market.group_class.astype(np.int64)
    seeks = np.zeros(market.capacity.size, dtype=np.int64)
    np.bitwise_or.at(seeks, programmes, np.where(kinds == OPEN, EVERYBODY, 1 << np.abs(kinds)))
    rest_seats = market.capacity.astype(np.int64)
    strict = market.group_lapses == 0
    np.subtract.at(rest_seats, programmes[strict], market.group_seats[strict])
    return seeks, rest_seats


def match_market(market: Market, lost: np.ndarray | None = None) -> Match:
    """Return the applicant-optimal stable match of ``market``, with every cut-off.

    ``lost`` int32 [applicant]: how many places of the list are known to be lost, and not asked.
    """
    applicants = market.edges.shape[0]
    groups = market.group_seats.size
    programmes = market.capacity.size
    seeks, rest_seats = group_masks(market)
    sizes = np.concatenate([market.group_seats.astype(np.int64), rest_seats])
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    group_first, rest_first = first[:groups].copy(), first[groups:-1].copy()
    heap = np.zeros(max(int(first[-1]), 1), dtype=np.int64)
    asked = np.zeros(applicants, dtype=np.int32) if lost is None else lost.copy()
    match = Match(
        choice=np.full(applicants, -1, dtype=np.int32),
        group=np.full(applicants, -1, dtype=np.int32),
        group_cut=np.zeros(groups, dtype=np.int64),
        rest_cut=np.zeros(programmes, dtype=np.int64),
        group_held=np.zeros(groups, dtype=np.int32),
        rest_held=np.zeros(programmes, dtype=np.int32),
        rest_seats=rest_seats,
        proposals=0,
    )
    held, rest_held = match.group_held, match.rest_held
    proposals = run(
        market, seeks, heap, group_first, rest_first, held, rest_held, rest_seats, asked
    )
    in_rest = np.full(applicants, -1, dtype=np.int32)
    read_heaps(group_first, held, heap, match.group)
    read_heaps(rest_first, rest_held, heap, in_rest)
    placed = (match.group >= 0) | (in_rest >= 0)
    match.choice[placed] = asked[placed] - 1
    fill_cuts(group_first, market.group_seats, held, heap, match.group_cut)
    fill_cuts(rest_first, rest_seats, rest_held, heap, match.rest_cut)
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


def named_edges(
    preferences: Mapping[str, Sequence[str]],
    priorities: Mapping[str, Sequence[str]],
    programmes: Sequence[str],
    claims: Mapping[str, int],
) -> np.ndarray:
    """Return the edges of lists of names; ``claims``: applicant -> bits of the claims held."""
    index = {programme: row for row, programme in enumerate(programmes)}
    standing = {p: {a: at for at, a in enumerate(priorities.get(p, ()))} for p in programmes}
    length = max((len(wishes) for wishes in preferences.values()), default=0)
    edges = np.zeros((len(preferences), length), dtype=EDGE)
    edges["programme"] = BARRED
    for row, name in enumerate(sorted(preferences)):
        for place, programme in enumerate(preferences[name]):
            rank = standing[programme].get(name)
            if rank is not None:
                edges[row, place] = (index[programme], rank, claims.get(name, 0))
    return edges


def seats_needed(seats: Sequence[int], applicants: Sized) -> np.ndarray:
    """Return seats as int32, none of them more than there are applicants to sit on them."""
    return np.array([min(count, len(applicants)) for count in seats], dtype=np.int32)


def named_match(preferences: Mapping[str, Sequence[str]], match: Match) -> dict[str, str | None]:
    """Return each applicant's programme, or None, of a match of ``named_edges``."""
    places = match.choice.tolist()
    return {
        name: None if place < 0 else preferences[name][place]
        for name, place in zip(sorted(preferences), places, strict=True)
    }


@rule("Gale and Shapley 1962, deferred acceptance; Roth and Peranson 1999", "confirmed")
@checked
def deferred_acceptance(
    preferences: Lists,
    priorities: Lists,
    capacities: Capacities,
) -> dict[str, str | None]:
    """Return each applicant's programme (or None) in the applicant-optimal stable match.

    ``preferences``: applicant -> programmes, best first. ``priorities``: programme -> applicants,
    best first; who is not named is not acceptable there. ``capacities``: programme -> seats.
    Example: ``deferred_acceptance({"a": ["P", "Q"], "b": ["P"]}, {"P": ["b", "a"], "Q": ["a"]},
    {"P": 1, "Q": 1})`` is {"a": "Q", "b": "P"}.
    """
    check_lists(preferences, priorities, capacities)
    market = Market(
        edges=named_edges(preferences, priorities, sorted(capacities), {}),
        **plain_groups(seats_needed([capacities[p] for p in sorted(capacities)], preferences)),
    )
    return named_match(preferences, match_market(market))


@rule(
    "serial dictatorship: deferred acceptance when every programme has the same order", "confirmed"
)
@checked
def serial_dictatorship(
    preferences: Lists, order: Line, capacities: Capacities
) -> dict[str, str | None]:
    """Return each applicant's programme when everybody takes, in ``order``, the best that is left.

    Example: ``serial_dictatorship({"a": ["P"], "b": ["P", "Q"]}, ["b", "a"], {"P": 1, "Q": 1})``
    is {"a": None, "b": "P"}.
    """
    missing = sorted(set(preferences) - set(order))
    if missing:
        raise InputFault(f"{missing[0]} has no place in the order; everybody has one turn")
    lines = dict.fromkeys(capacities, order)
    return unchecked(deferred_acceptance)(preferences, lines, capacities)
