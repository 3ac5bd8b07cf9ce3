"""Exchanges: top trading cycles, and swap rounds in which nobody gives up a home first.

"You request my house, I get your turn" (Abdulkadiroglu and Sonmez 1999): everybody takes, in order,
the best home left; asking for the home of a tenant who has not chosen yet gives the tenant the turn
first; a ring of tenants asking for each other's homes exchanges at once. No tenant ends below the
present home. Homes are single beds, rooms or flats.
"""

from collections.abc import Mapping
from itertools import chain

import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.readers.names import one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.housing.allocation.lists import Capacities, Line, Lists, Who, check_lists

NOBODY = -1
Owners = Mapping[Who, Who]  # home: its tenant


@kernel
def best_left(
    person: int,
    lists: np.ndarray,
    home_of: np.ndarray,
    taken: np.ndarray,
    next_place: np.ndarray,
) -> int:
    """Return the best home of the list that nobody has taken, the present home at last, or -1."""
    while next_place[person] < lists.shape[1]:
        home = lists[person, next_place[person]]
        if home < 0 or home == home_of[person]:
            break
        if not taken[home]:
            return int(home)
        next_place[person] += 1
    return int(home_of[person])  # nobody else takes the home of a tenant who has not chosen


@kernel
def swap_round(
    order: np.ndarray, lists: np.ndarray, home_of: np.ndarray, homes: int, got: np.ndarray
) -> None:
    """Write into ``got`` (int32 [person]) the home each person gets, or -1.

    ``order`` int32: persons, first turn first. ``lists`` int32 [person, place]: homes, best first,
    -1 behind the end. ``home_of`` int32 [person]: present home, or -1. A tenant's list ends with
    the present home whether it is written or not.
    """
    tenant = np.full(homes, NOBODY, dtype=np.int32)  # of a home whose tenant has not got one yet
    taken = np.zeros(homes, dtype=np.bool_)
    next_place = np.zeros(home_of.size, dtype=np.int32)
    line = np.empty(home_of.size + 1, dtype=np.int32)  # persons waiting for each other, last asks
    waiting = np.zeros(home_of.size, dtype=np.bool_)
    done = np.zeros(home_of.size, dtype=np.bool_)
    wish = np.full(home_of.size, -1, dtype=np.int32)
    for person in range(home_of.size):
        got[person] = -1
        if home_of[person] >= 0:
            tenant[home_of[person]] = person
    for turn in range(order.size):
        depth = 0
        if not done[order[turn]]:
            line[0] = order[turn]
            waiting[order[turn]] = True
            depth = 1
        while depth > 0:
            person = line[depth - 1]
            home = best_left(person, lists, home_of, taken, next_place)
            wish[person] = home
            owner = tenant[home] if home >= 0 else NOBODY
            if owner == NOBODY or owner == person:  # noqa: PLR1714, SIM109  a kernel
                depth -= 1  # the home is free, or one's own: the last in line is served
                settle(person, home, got, taken, done, waiting, tenant, home_of)
            elif waiting[owner]:
                while True:  # a ring: everybody from the owner on gets the home asked for
                    depth -= 1
                    member = line[depth]
                    settle(member, wish[member], got, taken, done, waiting, tenant, home_of)
                    if member == owner:
                        break
            else:
                line[depth] = owner
                waiting[owner] = True
                depth += 1


@kernel
def settle(
    person: int,
    home: int,
    got: np.ndarray,
    taken: np.ndarray,
    done: np.ndarray,
    waiting: np.ndarray,
    tenant: np.ndarray,
    home_of: np.ndarray,
) -> None:
    """Give ``home`` to ``person``; the present home, if left, becomes free for everybody."""
    got[person] = home
    done[person] = True
    waiting[person] = False
    if home >= 0:
        taken[home] = True
    if home_of[person] >= 0:
        tenant[home_of[person]] = NOBODY


@rule("Abdulkadiroglu, Sonmez 1999, you request my house - I get your turn", "confirmed")
@checked
def you_request_my_house(
    preferences: Lists,
    order: Line,
    owners: Owners,
    vacant: Line = (),
) -> dict[str, str | None]:
    """Return the home of each person after a swap round (None: no home).

    ``preferences``: person -> homes, best first; a tenant's list ends with the present home.
    ``order``: persons, first turn first. ``owners``: home -> tenant. ``vacant``: homes nobody
    lives in (homes that are listed and have no owner are vacant too).
    Example: ``you_request_my_house({"t": ["n", "h"], "a": ["h", "n"]}, ["a", "t"], {"h": "t"},
    ["n"])`` is {"a": "h", "t": "n"}: a asks for h, so its tenant t chooses first, and takes n.
    """
    people = sorted(preferences)
    row = {person: at for at, person in enumerate(people)}
    listed = {home for wishes in preferences.values() for home in wishes}
    one_spelling(chain(listed, owners, vacant), "homes")
    homes = sorted(listed | set(owners) | set(vacant))
    if not owners.keys().isdisjoint(vacant):
        raise InputFault(f"home {min(owners.keys() & set(vacant))} is vacant and has a tenant")
    index = {home: at for at, home in enumerate(homes)}
    if sorted(order) != people or not set(owners.values()) <= set(people):
        raise InputFault("every person has one turn, and every tenant takes part; check the order")
    if len(set(owners.values())) != len(owners):
        raise InputFault("a tenant of two homes cannot take part; name one present home each")
    longest = max((len(wishes) for wishes in preferences.values()), default=0)
    lists = np.full((len(people), longest), -1, dtype=np.int32)
    for person, wishes in preferences.items():
        lists[row[person], : len(wishes)] = [index[home] for home in wishes]
    home_of = np.full(len(people), -1, dtype=np.int32)
    for home, person in owners.items():
        home_of[row[person]] = index[home]
    got = np.zeros(len(people), dtype=np.int32)
    turns = np.array([row[person] for person in order], dtype=np.int32)
    swap_round(turns, lists, home_of, len(homes), got)
    return {p: None if got[row[p]] < 0 else homes[got[row[p]]] for p in people}


@rule("Gale's top trading cycles (Shapley, Scarf 1974)", "confirmed")
@checked
def top_trading_cycles(preferences: Lists, owners: Owners) -> dict[str, str]:
    """Return the home of each tenant after exchanging along rings, the only one in the core.

    ``preferences``: tenant -> homes, best first (one's own home ends the list). ``owners``:
    home -> tenant, one home each.
    Example: ``top_trading_cycles({"a": ["y", "x"], "b": ["x", "y"]}, {"x": "a", "y": "b"})`` is
    {"a": "y", "b": "x"}.
    """
    if set(owners.values()) != set(preferences) or len(owners) != len(preferences):
        raise InputFault("everybody brings exactly one home; check preferences and owners")
    unknown = sorted({home for wishes in preferences.values() for home in wishes} - owners.keys())
    if unknown:
        raise InputFault(f"nobody brings home {unknown[0]}, so nobody can get it; check the lists")
    swapped = unchecked(you_request_my_house)(preferences, sorted(preferences), owners)
    return {person: home for person, home in swapped.items() if home is not None}


@rule("top trading cycles with priorities (Abdulkadiroglu, Sonmez 2003)", "confirmed")
@checked
def top_trading_cycles_with_priorities(
    preferences: Lists,
    priorities: Lists,
    capacities: Capacities,
) -> dict[str, str | None]:
    """Return each applicant's programme (or None) when first places in line are exchanged.

    Everybody points to the best programme with a seat left, every programme to the first in its
    line; each ring is served; again, until nobody is left. Arguments are those of
    ``deferred_acceptance``; who is not in a line cannot get that programme.
    Example: ``top_trading_cycles_with_priorities({"a": ["Q"], "b": ["P"]}, {"P": ["a", "b"],
    "Q": ["b", "a"]}, {"P": 1, "Q": 1})`` is {"a": "Q", "b": "P"}.
    """
    check_lists(preferences, priorities, capacities)
    seats = dict(capacities)
    standing = {p: set(line) for p, line in priorities.items()}
    lists = {
        person: [p for p in wishes if person in standing.get(p, ())]
        for person, wishes in sorted(preferences.items())
    }
    lines = {p: [a for a in priorities.get(p, ()) if a in lists] for p in sorted(seats)}
    result: dict[str, str | None] = dict.fromkeys(lists)
    active = {person for person, wishes in lists.items() if wishes}
    while active:
        wish, first = {}, {}
        for person in sorted(active):
            open_ones = [p for p in lists[person] if seats.get(p, 0) > 0]
            if open_ones:
                wish[person] = open_ones[0]
            else:
                active.discard(person)
        for programme, line in lines.items():
            waiting = [a for a in line if a in active]
            if waiting:
                first[programme] = waiting[0]
        for ring in rings({person: first[programme] for person, programme in wish.items()}):
            for person in ring:
                result[person] = wish[person]
                seats[wish[person]] -= 1
                active.discard(person)
    return result


def rings(points_to: Mapping[str, str]) -> list[list[str]]:
    """Return the rings of a map of everybody to somebody."""
    found, seen = [], set()
    for start in points_to:
        path: list[str] = []
        person = start
        while person not in seen:
            seen.add(person)
            path.append(person)
            person = points_to[person]
        if person in path:
            found.append(path[path.index(person) :])
    return found
