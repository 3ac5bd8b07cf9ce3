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
    cuts: np.ndarray,
    rest_cuts: np.ndarray,
) -> None:
    """Write who is kept of the applicants asking (``keys`` ascending): slot, -1 rest, -2 lost.

    The cut-offs of the programme follow: the last key taken, FREE where a seat is left.
    """
    taker[:] = -2
    rest = np.int64(slots.capacity[programme])
    for slot in range(slots.start[programme], slots.start[programme + 1]):
        claim = slots.claim[slot]
        taken = 0
        last = np.int64(NONE)
        for at in range(keys.size):
            if taken == slots.seats[slot]:
                break
            if taker[at] == -2 and (claim == 0 or claims[at] & claim != 0):
                taker[at] = slot
                taken += 1
                last = keys[at]
        cuts[slot] = last if taken == slots.seats[slot] else FREE
        rest -= taken if slots.lapses[slot] else slots.seats[slot]
    last = np.int64(NONE)
    for at in range(keys.size):
        if rest > 0 and taker[at] == -2:
            taker[at] = -1
            rest -= 1
            last = keys[at]
    rest_cuts[programme] = FREE if rest > 0 else last


@kernel
def ask(
    lists: Lists,
    slots: Slots,
    cuts: np.ndarray,
    rest_cuts: np.ndarray,
    heads: np.ndarray,
    behind: np.ndarray,
    at: np.ndarray,
    applicant: int,
) -> int:
    """Let the applicant ask its next choice; return the programme, or -1 at the end of the list.

    A choice that clears no cut-off as they stand is lost unasked: cut-offs only ever get stricter.
    """
    row = at[applicant]
    end = lists.start[applicant + 1]
    while row < end:
        choice = lists.choice[row]
        programme = choice["programme"]
        if clearing_slot(slots, cuts, rest_cuts, programme, choice["key"], choice["claims"]) != -2:
            behind[applicant] = heads[programme]
            heads[programme] = applicant
            at[applicant] = row
            return int(programme)
        row += 1
    at[applicant] = end
    return -1


@kernel
def best_match(
    lists: Lists,
    slots: Slots,
    entry: np.ndarray,
    at: np.ndarray,
    taker: np.ndarray,
) -> None:
    """Write the applicant-optimal match: ``at`` the row of ``lists`` held, or the end of the list.

    Applicants come in by ``entry``, some at a time; any order gives the same match, best keys first
    the fewest questions. A programme that somebody new asks chooses from scratch. ``taker`` gets
    the slot, -1 for the rest, -2 for no home.
    """
    programmes = slots.capacity.size
    heads = np.full(programmes, -1, dtype=np.int64)
    behind = np.full(at.size, -1, dtype=np.int64)
    cuts = np.full(slots.seats.size, FREE, dtype=np.int64)
    rest_cuts = np.full(programmes, FREE, dtype=np.int64)
    waiting = np.zeros(programmes, dtype=np.bool_)
    queue = np.zeros(programmes + 1, dtype=np.int64)  # a ring of programmes to visit
    first, last = 0, 0
    keys = np.zeros(at.size, dtype=np.int64)
    claims = np.zeros(at.size, dtype=np.int64)
    verdict = np.zeros(at.size, dtype=np.int64)
    asking = np.zeros(max(at.size, 1), dtype=np.int64)  # those who ask next
    together = max(64, slots.capacity.sum() // 8)  # few enough to be turned away unasked
    come = 0
    while come < entry.size or first != last:
        count = 0
        if first == last:
            while come < entry.size and count < together:
                at[entry[come]] = lists.start[entry[come]]
                taker[entry[come]] = -2
                asking[count] = entry[come]
                come += 1
                count += 1
        else:
            programme = queue[first]
            first = (first + 1) % (programmes + 1)
            waiting[programme] = False
            count = visit(
                lists, slots, cuts, rest_cuts, heads, behind, at, taker, programme,
                keys, claims, verdict, asking,
            )  # fmt: skip
        for row in range(count):
            asked = ask(lists, slots, cuts, rest_cuts, heads, behind, at, asking[row])
            if asked >= 0 and not waiting[asked]:
                waiting[asked] = True
                queue[last] = asked
                last = (last + 1) % (programmes + 1)


@kernel
def visit(
    lists: Lists,
    slots: Slots,
    cuts: np.ndarray,
    rest_cuts: np.ndarray,
    heads: np.ndarray,
    behind: np.ndarray,
    at: np.ndarray,
    taker: np.ndarray,
    programme: int,
    keys: np.ndarray,
    claims: np.ndarray,
    verdict: np.ndarray,
    lost: np.ndarray,
) -> int:
    """Let a programme choose among all who ask it; return how many are ``lost`` and go on."""
    count = 0
    applicant = heads[programme]
    while applicant >= 0:
        keys[count] = lists.choice[at[applicant]]["key"]
        count += 1
        applicant = behind[applicant]
    keys[:count].sort()
    for row in range(count):
        claims[row] = lists.choice[at[keys[row] % FACTOR]]["claims"]
    choose(slots, programme, keys[:count], claims[:count], verdict[:count], cuts, rest_cuts)
    heads[programme] = -1
    losers = 0
    for row in range(count):
        applicant = keys[row] % FACTOR
        taker[applicant] = verdict[row]
        if verdict[row] != -2:
            behind[applicant] = heads[programme]
            heads[programme] = applicant
        else:
            at[applicant] += 1
            lost[losers] = applicant
            losers += 1
    return losers
