"""One truth of who has what when: a flat, its rooms and its beds are one capacity.

A flat is let at one level at a time; a level, or a room's fit, changes on a day, and only when
nobody is let or promised beyond it. Every period is half-open, so a place changes hands in a day.
"""

from datetime import date
from typing import NamedTuple

import numpy as np

from huiguan.foundation.refusals import BY_NUMBER, Refusal
from huiguan.housing.supply.claims import (
    CLAIM,
    FIT,
    FOREVER,
    HEAD,
    LEVEL,
    NONE,
    Purpose,
    Strength,
    check_claim,
    claim_all,
    let_beyond,
    mark_free,
    unfit_beyond,
    write_claim,
)
from huiguan.housing.supply.places import Kind, Level, Sex, Shift, Tree


class Occupancy:
    """Claims, levels and fits of a tree of places; tables grow as rows are added."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.heads = np.full(len(tree.rows), NONE, HEAD)
        self.claims, self.claim_count = np.zeros(1024, CLAIM), 0
        self.levels, self.level_count = np.zeros(1024, LEVEL), 0
        self.fits, self.fit_count = np.zeros(1024, FIT), 0

    def room_for(self, claims: int = 0, levels: int = 0, fits: int = 0) -> None:
        """Grow the tables until this many more rows fit."""
        self.claims = grown(self.claims, self.claim_count + claims)
        self.levels = grown(self.levels, self.level_count + levels)
        self.fits = grown(self.fits, self.fit_count + fits)


class ClaimOutcome(NamedTuple):
    """What became of a request: a refusal, the claim made, and the claim that stood in the way."""

    refusal: Refusal
    claim: int = NONE
    blocked_by: int = NONE


def grown(table: np.ndarray, needed: int) -> np.ndarray:
    """Return the table, or one at least twice as long with the same first rows."""
    if needed <= len(table):
        return table
    larger = np.zeros(max(needed, 2 * len(table)), table.dtype)
    larger[: len(table)] = table
    return larger


def ordinal(day: date | None) -> int:
    """Return the day as an integer; None is never."""
    return FOREVER if day is None else day.toordinal()


def claim(
    occupancy: Occupancy,
    place: int,
    start: date,
    end: date | None,
    purpose: Purpose,
    owner: int,
    sex: Sex = Sex.ANY,
) -> ClaimOutcome:
    """Take a place over [start, end), or say why not.

    ``sex`` is who will live there; a room for one sex refuses the other and the unknown.
    """
    o = occupancy
    first, last = ordinal(start), ordinal(end)
    refusal, row = check_claim(
        o.tree.rows, o.heads, o.claims, o.levels, o.fits, place, first, last, purpose, sex
    )
    if refusal:
        return ClaimOutcome(BY_NUMBER[refusal], blocked_by=row)
    o.room_for(claims=3)
    made = o.claim_count
    o.claim_count = write_claim(
        o.tree.rows, o.heads, o.claims, made, place, first, last, purpose, owner, sex
    )
    return ClaimOutcome(Refusal.ACCEPTED, made)


def claim_many(occupancy: Occupancy, wanted: np.ndarray) -> np.ndarray:
    """Take many places (rows of place, start, end, purpose, owner, sex); return their refusals."""
    o = occupancy
    o.room_for(claims=3 * len(wanted))
    refusals = np.zeros(len(wanted), np.int64)
    o.claim_count = claim_all(
        o.tree.rows, o.heads, o.claims, o.levels, o.fits, o.claim_count, wanted, refusals
    )
    return refusals


def is_open(occupancy: Occupancy, made: int) -> bool:
    """Return whether ``made`` is the first row of a claim that has a day."""
    if not 0 <= made < occupancy.claim_count:
        return False
    row = occupancy.claims[made]
    return bool(row["strength"] == Strength.HOLD and row["start"] < row["end"])


def set_end(occupancy: Occupancy, made: int, end: int) -> None:
    """Write a new end to every row of a claim."""
    kind = int(occupancy.tree.rows["kind"][occupancy.claims["place"][made]])
    occupancy.claims["end"][made : made + kind - Kind.FLAT + 1] = end


def end_claim(occupancy: Occupancy, made: int, end: date) -> ClaimOutcome:
    """Let a claim end earlier, at ``end``; at or before its start it never was."""
    if not is_open(occupancy, made):
        return ClaimOutcome(Refusal.NOT_CLAIMED)
    row = occupancy.claims[made]
    new = max(int(row["start"]), ordinal(end))
    if new > row["end"]:
        return ClaimOutcome(Refusal.PERIOD_EMPTY)
    set_end(occupancy, made, new)
    return ClaimOutcome(Refusal.ACCEPTED, made)


def extend_claim(occupancy: Occupancy, made: int, end: date | None) -> ClaimOutcome:
    """Let a claim go on to a later ``end`` (renewed, or held over), or say why not."""
    o = occupancy
    if not is_open(o, made):
        return ClaimOutcome(Refusal.NOT_CLAIMED)
    row = o.claims[made]
    refusal, blocked = check_claim(
        o.tree.rows,
        o.heads,
        o.claims,
        o.levels,
        o.fits,
        row["place"],
        row["end"],
        ordinal(end),
        row["purpose"],
        row["sex"],
    )
    if refusal:
        return ClaimOutcome(BY_NUMBER[refusal], blocked_by=blocked)
    set_end(o, made, ordinal(end))
    return ClaimOutcome(Refusal.ACCEPTED, made)


def move_claim(
    occupancy: Occupancy,
    made: int,
    place: int,
    on: date,
    end: date | None,
    purpose: Purpose,
    owner: int,
    sex: Sex = Sex.ANY,
) -> ClaimOutcome:
    """End a claim on a day and take another place from that day, both or neither.

    Also turns a place in a round into a let: the same place, another purpose.
    """
    if not is_open(occupancy, made):
        return ClaimOutcome(Refusal.NOT_CLAIMED)
    old = int(occupancy.claims["end"][made])
    if not occupancy.claims["start"][made] <= ordinal(on) <= old:
        return ClaimOutcome(Refusal.NOT_CLAIMED)
    set_end(occupancy, made, ordinal(on))
    outcome = claim(occupancy, place, on, end, purpose, owner, sex)
    if outcome.refusal:
        set_end(occupancy, made, old)
    return outcome


def newest(table: np.ndarray, row: int) -> int:
    """Return the newest row of a chain that has a day, or -1."""
    while row != NONE and table["start"][row] >= table["end"][row]:
        row = int(table["next"][row])
    return row


def convert(occupancy: Occupancy, flat: int, level: Level, start: date) -> ClaimOutcome:
    """Let a flat at another level from a day on, or say why not.

    Refused: beds outside an approved dormitory project, a change before one already decided, and
    while anything in the flat is let or promised beyond the day.
    """
    o, day = occupancy, start.toordinal()
    if o.tree.rows["kind"][flat] != Kind.FLAT:
        return ClaimOutcome(Refusal.PLACE_NOT_LETTABLE)
    if level == Level.BED and not o.tree.rows["dormitory"][flat]:
        return ClaimOutcome(Refusal.NOT_DORMITORY)
    last = newest(o.levels, int(o.heads["level"][flat]))
    if last != NONE:
        if day < o.levels["start"][last]:
            return ClaimOutcome(Refusal.CHANGE_DECIDED)
        if o.levels["level"][last] == level:
            return ClaimOutcome(Refusal.NOTHING_CHANGES)
    blocked = let_beyond(o.heads, o.claims, flat, day)
    if blocked != NONE:
        return ClaimOutcome(Refusal.LET_BEYOND, blocked_by=blocked)
    if last != NONE:
        o.levels["end"][last] = day
        before = newest(o.levels, last)
        if before != NONE and o.levels["end"][before] == day and o.levels["level"][before] == level:
            o.levels["end"][before] = FOREVER
            return ClaimOutcome(Refusal.ACCEPTED)
    o.room_for(levels=1)
    o.levels[o.level_count] = (flat, day, FOREVER, o.heads["level"][flat], level)
    o.heads["level"][flat] = o.level_count
    o.level_count += 1
    return ClaimOutcome(Refusal.ACCEPTED)


def refit(
    occupancy: Occupancy,
    room: int,
    beds: int,
    sex: Sex,
    shift: Shift,
    start: date,
    most_beds: int,
) -> ClaimOutcome:
    """Set up a room for ``beds`` of these people from a day on, or say why not.

    ``most_beds`` is what the space rule of that day allows (``places.heads_allowed``). Refused:
    more beds than that or than the room has places for, a change before one already decided, a bed
    taken away while let or promised beyond the day, a sex somebody let beyond the day is not of.
    """
    o, day = occupancy, start.toordinal()
    if o.tree.rows["kind"][room] != Kind.ROOM:
        return ClaimOutcome(Refusal.PLACE_NOT_LETTABLE)
    if beds > min(most_beds, int(o.tree.rows["beds"][room])):
        return ClaimOutcome(Refusal.TOO_MANY_HEADS)
    last = newest(o.fits, int(o.heads["fit"][room]))
    if last != NONE:
        if day < o.fits["start"][last]:
            return ClaimOutcome(Refusal.CHANGE_DECIDED)
        if tuple(o.fits[["beds", "sex", "shift"]][last]) == (beds, sex, shift):
            return ClaimOutcome(Refusal.NOTHING_CHANGES)
    refusal, blocked = unfit_beyond(o.tree.rows, o.heads, o.claims, room, day, beds, sex)
    if refusal:
        return ClaimOutcome(BY_NUMBER[refusal], blocked_by=blocked)
    if last != NONE:
        o.fits["end"][last] = day
    o.room_for(fits=1)
    o.fits[o.fit_count] = (room, day, FOREVER, o.heads["fit"][room], beds, sex, shift)
    o.heads["fit"][room] = o.fit_count
    o.fit_count += 1
    return ClaimOutcome(Refusal.ACCEPTED)


def free_places(
    occupancy: Occupancy, level: Level, start: date, end: date | None, sex: Sex = Sex.ANY
) -> np.ndarray:
    """Return the rows of the places of a level that may be let over the whole of [start, end).

    With a ``sex`` rooms for the other are left out; without, only rooms for anybody are given.
    """
    o = occupancy
    taken = np.zeros(len(o.tree.rows), np.int8)
    free = np.empty(len(o.tree.rows), np.int32)
    count = mark_free(
        o.tree.rows,
        o.heads,
        o.claims[: o.claim_count],
        o.levels,
        o.fits,
        level,
        ordinal(start),
        ordinal(end),
        sex,
        taken,
        free,
    )
    return free[:count]


def why(occupancy: Occupancy, place: int, outcome: ClaimOutcome) -> str:
    """Return a refusal as a sentence: place, reason, what stands in the way and how long."""
    text = f"{occupancy.tree.codes[place]}: {outcome.refusal.english}"
    if outcome.blocked_by == NONE:
        return text
    row = outcome.blocked_by
    while occupancy.claims["strength"][row] != Strength.HOLD:
        row -= 1
    held = occupancy.claims[row]
    until = "with no end" if held["end"] == FOREVER else f"until {date.fromordinal(held['end'])}"
    purpose = Purpose(int(held["purpose"])).name.lower()
    return f"{text} ({occupancy.tree.codes[held['place']]}, {purpose} {held['owner']}, {until})"
