"""The checker's own reading of the rules: who fits, who clears a cut-off, what is optimal.

Nothing here is shared with the engine (``round.build_market``, ``allocation/deferred``): lists are
built column by column instead of row by row, and a programme chooses from scratch, by definition,
among all who ask, instead of pushing one arrival through its slots.
"""

from typing import NamedTuple

import numpy as np

from huiguan.foundation.kernel import kernel

FACTOR = 2**32
FREE, NONE = 2**62, -1  # a seat is left; there is no seat


CHOICE = np.dtype([("key", "<i8"), ("programme", "<i4"), ("claims", "<i4")])


class Lists(NamedTuple):
    """Every choice that counts, sorted by applicant, then by place in the list.

    ``key`` is tier x FACTOR + place in the common order, from 0.
    """

    start: np.ndarray  # int64 [applicant + 1]
    choice: np.ndarray  # CHOICE


class Slots(NamedTuple):
    """The groups of seats of every programme in fill order; the rest comes last, unlisted."""

    capacity: np.ndarray  # int32 [programme]
    start: np.ndarray  # int32 [programme + 1]
    claim: np.ndarray  # int32 [slot]: the bit asked for, 0 for none
    seats: np.ndarray  # int32 [slot]
    lapses: np.ndarray  # bool [slot]


@kernel
def clearing_slot(
    slots: Slots, cuts: np.ndarray, rest_cuts: np.ndarray, programme: int, key: int, claims: int
) -> int:
    """Return the slot that takes the applicant: a slot, -1 for the rest, -2 for none."""
    for slot in range(slots.start[programme], slots.start[programme + 1]):
        claim = slots.claim[slot]
        if (claim == 0 or claims & claim != 0) and key <= cuts[slot]:
            return slot
    return -1 if key <= rest_cuts[programme] else -2


@kernel
def first_clearing(
    lists: Lists,
    slots: Slots,
    cuts: np.ndarray,
    rest_cuts: np.ndarray,
    place: np.ndarray,
    taker: np.ndarray,
) -> None:
    """Write for every applicant the first choice that lets it in (row of ``lists``, or -1)."""
    for applicant in range(place.size):
        place[applicant] = -1
        taker[applicant] = -2
        for row in range(lists.start[applicant], lists.start[applicant + 1]):
            choice = lists.choice[row]
            slot = clearing_slot(
                slots, cuts, rest_cuts, choice["programme"], choice["key"], choice["claims"]
            )
            if slot != -2:
                place[applicant] = row
                taker[applicant] = slot
                break


@kernel
def choose(
    slots: Slots,
    programme: int,
    keys: np.ndarray,
    claims: np.ndarray,
    taker: np.ndarray,
) -> None:
    """Write who is kept of the applicants asking (``keys`` ascending): slot, -1 rest, -2 lost."""
    taker[:] = -2
    rest = slots.capacity[programme]
    for slot in range(slots.start[programme], slots.start[programme + 1]):
        claim = slots.claim[slot]
        taken = 0
        for at in range(keys.size):
            if taken == slots.seats[slot]:
                break
            if taker[at] == -2 and (claim == 0 or claims[at] & claim != 0):
                taker[at] = slot
                taken += 1
        rest -= taken if slots.lapses[slot] else slots.seats[slot]
    for at in range(keys.size):
        if rest > 0 and taker[at] == -2:
            taker[at] = -1
            rest -= 1


@kernel
def ask(
    lists: Lists,
    bounds: np.ndarray,
    heads: np.ndarray,
    behind: np.ndarray,
    at: np.ndarray,
    applicant: int,
) -> int:
    """Let the applicant ask its next choice; return the programme, or -1 at the end of the list.

    Without a claim, a choice whose rest is full of people before the applicant is lost unasked.
    """
    row = at[applicant]
    end = lists.start[applicant + 1]
    while row < end:
        choice = lists.choice[row]
        programme = choice["programme"]
        if choice["claims"] != 0 or choice["key"] < bounds[programme]:
            behind[applicant] = heads[programme]
            heads[programme] = applicant
            at[applicant] = row
            return int(programme)
        row += 1
    at[applicant] = end
    return -1


@kernel
def best_match(
    lists: Lists, slots: Slots, at: np.ndarray, taker: np.ndarray, most_asking: int
) -> None:
    """Write the applicant-optimal match: ``at`` the row of ``lists`` held, or the end of the list.

    A programme is visited when somebody new asks it, and then chooses from scratch. ``taker`` gets
    the slot, -1 for the rest, -2 for no home.
    """
    programmes = slots.capacity.size
    heads = np.full(programmes, -1, dtype=np.int64)
    behind = np.full(at.size, -1, dtype=np.int64)
    bounds = np.full(programmes, FREE, dtype=np.int64)  # nobody open comes later into a full rest
    waiting = np.zeros(programmes, dtype=np.bool_)
    queue = np.zeros(programmes + 1, dtype=np.int64)  # a ring of programmes to visit
    first, last = 0, 0
    keys = np.zeros(most_asking, dtype=np.int64)
    claims = np.zeros(most_asking, dtype=np.int64)
    verdict = np.zeros(most_asking, dtype=np.int64)
    for applicant in range(at.size):
        at[applicant] = lists.start[applicant]
        taker[applicant] = -2
        programme = ask(lists, bounds, heads, behind, at, applicant)
        if programme >= 0 and not waiting[programme]:
            waiting[programme] = True
            queue[last] = programme
            last = (last + 1) % (programmes + 1)
    while first != last:
        programme = queue[first]
        first = (first + 1) % (programmes + 1)
        waiting[programme] = False
        count = 0
        applicant = heads[programme]
        while applicant >= 0:
            keys[count] = lists.choice[at[applicant]]["key"]
            count += 1
            applicant = behind[applicant]
        keys[:count].sort()
        for row in range(count):
            claims[row] = lists.choice[at[keys[row] % FACTOR]]["claims"]
        choose(slots, programme, keys[:count], claims[:count], verdict[:count])
        heads[programme] = -1
        for row in range(count):
            applicant = keys[row] % FACTOR
            taker[applicant] = verdict[row]
            if verdict[row] != -2:
                behind[applicant] = heads[programme]
                heads[programme] = applicant
        set_bound(bounds, programme, keys[:count], verdict[:count])
        for row in range(count):
            if verdict[row] != -2:
                continue
            applicant = keys[row] % FACTOR
            at[applicant] += 1
            asked = ask(lists, bounds, heads, behind, at, applicant)
            if asked >= 0 and not waiting[asked]:
                waiting[asked] = True
                queue[last] = asked
                last = (last + 1) % (programmes + 1)


@kernel
def set_bound(bounds: np.ndarray, programme: int, keys: np.ndarray, verdict: np.ndarray) -> None:
    """Note the last one in the rest of a programme that has turned somebody away.

    Somebody was lost, so the rest is full; it never takes anybody later than its last one again,
    nor does an open slot before it, whose people all come before those of the rest.
    """
    lost = False
    last = np.int64(NONE)
    for row in range(keys.size):
        if verdict[row] == -2:
            lost = True
        elif verdict[row] == -1:
            last = keys[row]
    if lost and last != NONE:
        bounds[programme] = last
