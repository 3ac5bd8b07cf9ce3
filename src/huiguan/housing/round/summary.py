"""What a freeze tells a person: how much of everything, and what somebody should look at first."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from huiguan.housing.allocation.reserves import reserved_units
from huiguan.housing.round.frozen import SEXES, STATES, FrozenRound, read_facts


class Summary(NamedTuple):
    """Counts of a frozen round, and warnings: it can be drawn with them, if they are meant."""

    states: dict[str, int]  # applications by state
    tiers: dict[int, int]  # of those that are drawn, by tier
    programmes: int
    homes: int
    choices: int  # of those that are drawn
    warnings: list[str]


def summary_of(frozen: FrozenRound) -> Summary:
    """Return the counts and warnings of a round."""
    inside = frozen.state == 0
    states = Counter(frozen.state.tolist())
    tiers = Counter(frozen.tier[inside].tolist())
    lengths = np.diff(frozen.list_start)
    return Summary(
        states={name: states[at] for at, name in enumerate(STATES) if states[at]},
        tiers=dict(sorted(tiers.items())),
        programmes=len(frozen.programmes),
        homes=sum(programme.capacity for programme in frozen.programmes),
        choices=int(lengths[inside].sum()),
        warnings=[*empty_lists(frozen), *vain_choices(frozen), *large_reserves(frozen)],
    )


def empty_lists(frozen: FrozenRound) -> list[str]:
    """Return a sentence where somebody is drawn and asks for nothing."""
    own = read_facts(frozen).own >= 0
    empty = np.flatnonzero((frozen.state == 0) & (np.diff(frozen.list_start) == 0) & ~own)
    if not empty.size:
        return []
    first = frozen.numbers[empty[0]].decode()
    return [f"applications in the draw without choices: {empty.size:,} ({first} is one)"]


def vain_choices(frozen: FrozenRound) -> list[str]:
    """Return sentences about choices that cannot be met, and homes nobody asks for."""
    facts = read_facts(frozen)
    rows = np.repeat(np.arange(frozen.numbers.size), np.diff(frozen.list_start))
    drawn = frozen.state[rows] == 0
    rows, asked = rows[drawn], frozen.listed[drawn]
    least = np.array([p.size_least for p in frozen.programmes], np.int64)
    most = np.array([p.size_most for p in frozen.programmes], np.int64)
    sex = np.array([SEXES.index(p.sex) for p in frozen.programmes], np.int64)
    size = frozen.size[rows]
    fits = (least[asked] <= size) & (size <= most[asked])
    fits &= (sex[asked] == 0) | (sex[asked] == facts.sex[rows])
    fits |= facts.own[rows] == asked
    said = []
    for at, programme in enumerate(frozen.programmes):
        here = asked == at
        if programme.capacity == 0 and here.any():
            said.append(f"{programme.programme} has no home and is a choice of {here.sum():,}")
        elif here.any() and not fits[here].any():
            who = f"{programme.size_least} to {programme.size_most} people, sex {programme.sex}"
            said.append(
                f"{programme.programme} ({who}) is a choice no one may have: it fits none of the "
                f"{here.sum():,} applications that list it"
            )
        elif programme.capacity and not here.any() and not (facts.own == at).any():
            said.append(f"nobody asks for {programme.programme} ({programme.capacity:,} homes)")
    vain = np.flatnonzero(~fits)
    if vain.size:
        number = frozen.numbers[rows[vain[0]]].decode()
        name = frozen.programmes[int(asked[vain[0]])].programme
        said.append(
            f"choices passed over, because the home is for another number of people or the other "
            f"sex: {vain.size:,} ({number}: {name} is one)"
        )
    return said


def large_reserves(frozen: FrozenRound) -> list[str]:
    """Return a sentence for every slot that asks for more homes than are left for it."""
    said = []
    for programme in frozen.programmes:
        left = programme.capacity
        for slot in frozen.policies[programme.policy].slot:
            wanted = slot.seats
            if slot.own:
                wanted = programme.own
            elif slot.share:
                share = reserved_units(programme.capacity, slot.share, slot.rounding)
                wanted = max(share, slot.minimum)
            if wanted > left:
                said.append(
                    f"slot {slot.name!r} of {programme.programme} asks for {wanted:,} homes and "
                    f"{left:,} of {programme.capacity:,} are left for it"
                )
            left -= min(left, wanted)
    return said
