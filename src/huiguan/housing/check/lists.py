"""What the checker reads anew off the frozen round: slots, people, and the choices that count.

Nothing here comes from the code that allocates; the two are compared by their results.
"""

from typing import NamedTuple

import numpy as np

from huiguan.housing.check.match import CHOICE, FACTOR, Lists, Slots
from huiguan.housing.check.rows import seats_by_rule
from huiguan.housing.round.frozen import SEXES, FrozenRound

AT_A_TIME = 8192  # applicants whose choices are looked at together


def build_slots(frozen: FrozenRound) -> Slots:
    """Return the slots of every programme, seats counted again by share and rounding."""
    bits = claim_bits(frozen)
    start, claim, seats, lapses = [0], [], [], []
    seats_of: dict[tuple[str, int, int], list[int]] = {}
    for programme in frozen.programmes:
        policy = frozen.policies[programme.policy]
        shape = (programme.policy, programme.capacity, programme.own)
        if shape not in seats_of:
            seats_of[shape] = seats_by_rule(policy, programme)
        seats += seats_of[shape]
        for slot in policy.slot:
            claim.append(bits[""] if slot.own else bits[slot.claim] if slot.claim else 0)
            lapses.append(slot.lapses)
        start.append(len(claim))
    return Slots(
        capacity=np.array([p.capacity for p in frozen.programmes], dtype=np.int32),
        start=np.array(start, dtype=np.int32),
        claim=np.array(claim, dtype=np.int32),
        seats=np.array(seats, dtype=np.int32),
        lapses=np.array(lapses, dtype=np.bool_),
    )


def claim_bits(frozen: FrozenRound) -> dict[str, int]:
    """Return a bit for every claim a policy asks for; "" is the claim to one's own home."""
    claims = {slot.claim for policy in frozen.policies.values() for slot in policy.slot}
    return {claim: 1 << bit for bit, claim in enumerate(sorted(claims | {""}))}


class PeopleOfRound(NamedTuple):
    """What the sealed facts say about the applications in the draw, in the common order."""

    sex: np.ndarray  # int8: index into SEXES
    home: np.ndarray  # int32: programme of the present home, -1 if none
    held: np.ndarray  # int32: bits of the claims held everywhere
    local: list[tuple[int, int, str, str]]  # applicant, programme, claim or tier, and which


class Rooms(NamedTuple):
    """Whom the homes of every programme are made for."""

    least: np.ndarray  # int32 [programme]
    most: np.ndarray  # int32 [programme]
    sex: np.ndarray  # int8 [programme]: index into SEXES


def positions_in(frozen: FrozenRound, order: np.ndarray) -> np.ndarray:
    """Return where each application of the round stands in ``order``, -1 for those out of it."""
    position = np.full(frozen.numbers.size, -1, dtype=np.int64)
    position[order] = np.arange(order.size)
    return position


def read_people(frozen: FrozenRound, order: np.ndarray, bits: dict[str, int]) -> PeopleOfRound:
    """Return the facts of the applications in ``order``."""
    index = {p.programme: row for row, p in enumerate(frozen.programmes)}
    position = positions_in(frozen, order)
    people = PeopleOfRound(
        sex=np.zeros(order.size, dtype=np.int8),
        home=np.full(order.size, -1, dtype=np.int32),
        held=np.zeros(order.size, dtype=np.int32),
        local=[],
    )
    for at, name, value in zip(
        position[frozen.fact_row].tolist(), frozen.fact_name, frozen.fact_value, strict=True
    ):
        what, _, where = value.partition("@")
        if at < 0:
            continue
        if name == "sex":
            people.sex[at] = SEXES.index(what)
        elif name == "own":
            people.home[at] = index[what]
        elif where:
            people.local.append((at, index[where], name, what))
        else:
            people.held[at] |= bits.get(what, 0)
    return people


def build_lists(frozen: FrozenRound, order: np.ndarray) -> Lists:
    """Return the choices that count, of the applications in ``order``, column by column."""
    bits = claim_bits(frozen)
    people = read_people(frozen, order, bits)
    rooms = Rooms(
        least=np.array([p.size_least for p in frozen.programmes], dtype=np.int32),
        most=np.array([p.size_most for p in frozen.programmes], dtype=np.int32),
        sex=np.array([SEXES.index(p.sex) for p in frozen.programmes], dtype=np.int8),
    )
    room_for = np.diff(frozen.list_start)[order].sum() + np.count_nonzero(people.home >= 0)
    choice = np.zeros(room_for, dtype=CHOICE)
    start = np.zeros(order.size + 1, dtype=np.int64)
    filled = 0
    for first in range(0, order.size, AT_A_TIME):
        owner, part = choices_that_count(frozen, order, people, rooms, bits[""], first)
        choice[filled : filled + part.size] = part
        ends = np.searchsorted(owner, np.arange(min(AT_A_TIME, order.size - first)), side="right")
        start[first + 1 : first + 1 + ends.size] = filled + ends
        filled += part.size
    choice = choice[:filled]
    for at, programme, name, what in people.local:
        for row in range(int(start[at]), int(start[at + 1])):
            if choice["programme"][row] == programme:
                if name == "tier":
                    choice["key"][row] = int(what) * FACTOR + at
                else:
                    choice["claims"][row] |= bits.get(what, 0)
    return Lists(start, choice)


def choices_that_count(
    frozen: FrozenRound,
    order: np.ndarray,
    people: PeopleOfRound,
    rooms: Rooms,
    own_bit: int,
    first: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return owner (from 0) and CHOICE of what ``AT_A_TIME`` applicants from ``first`` may get.

    Some at a time, for columns that stay in the cache are filled several times faster.
    """
    part = slice(first, first + AT_A_TIME)
    row = order[part]
    home, sex, held = people.home[part], people.sex[part], people.held[part]
    lengths = frozen.list_start[row + 1] - frozen.list_start[row]
    owner = np.repeat(np.arange(row.size, dtype=np.int32), lengths)
    start = np.cumsum(lengths) - lengths
    place = np.arange(owner.size, dtype=np.int32) - np.repeat(start.astype(np.int32), lengths)
    listed = frozen.listed[np.repeat(frozen.list_start[row], lengths) + place]
    if (home >= 0).any():
        owner, place, listed = up_to_home(home, lengths, owner, place, listed)
    at_home = listed == home[owner]
    size = frozen.size[row][owner]
    fits = (size >= rooms.least[listed]) & (size <= rooms.most[listed])
    room = rooms.sex[listed]
    fits &= (room == 0) | (room == sex[owner])
    fits |= at_home
    if not fits.all():
        owner, listed, at_home = owner[fits], listed[fits], at_home[fits]
    choice = np.zeros(owner.size, dtype=CHOICE)
    choice["programme"] = listed
    choice["key"] = (frozen.tier[row].astype(np.int64) * FACTOR + np.arange(row.size))[
        owner
    ] + first
    choice["claims"] = held[owner] | np.where(at_home, own_bit, 0).astype(np.int32)
    return owner, choice


def up_to_home(
    home: np.ndarray,
    lengths: np.ndarray,
    owner: np.ndarray,
    place: np.ndarray,
    listed: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the choices with every tenant's list ending at the present home, named or not."""
    ends = np.full(home.size, 2**30, dtype=np.int64)  # where a tenant's own home stands
    at_home = listed == home[owner]
    ends[owner[at_home]] = place[at_home]
    tenants = np.flatnonzero((home >= 0) & (ends == 2**30)).astype(np.int32)
    owner = np.concatenate([owner, tenants])
    place = np.concatenate([place, lengths[tenants].astype(np.int32)])
    listed = np.concatenate([listed, home[tenants]])
    counts = np.flatnonzero(place <= ends[owner])
    counts = counts[np.lexsort((place[counts], owner[counts]))]
    return owner[counts], place[counts], listed[counts]
