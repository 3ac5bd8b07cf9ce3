"""One truth of who has what when: a flat, its rooms and its beds are one capacity.

A claim on a place over [start, end) is written as a *hold* on that place and a *part* on every
place above it up to the flat. Two claims clash when one's hold meets the other's hold or part on
the same place. A flat is let at one level at a time; a level or a room's fit changes on a day, and
only when nobody is let or promised beyond it. Days are ordinals (``date.toordinal``) in tables.
"""

from datetime import date
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from huiguan.foundation.kernel import kernel
from huiguan.foundation.records import Int8, Int32, Int64, Record, layout
from huiguan.foundation.refusals import Refusal
from huiguan.housing.places import Kind, Level, Sex, Shift, Tree

FOREVER = date.max.toordinal()
NONE = -1


class Purpose(IntEnum):
    """Why a place is taken."""

    LET = 1
    ROUND = 2  # offered in a round
    HELD = 3  # with a reason; at any level


class HoldReason(IntEnum):
    """Why a place is held: the owner of a claim of purpose ``HELD``."""

    REPAIR = 1
    CLEANING = 2
    CONVERSION = 3
    ISOLATION = 4
    SAFETY = 5
    DISPUTE = 6
    SHOW_HOME = 7
    APPEALS = 8  # kept back until appeals of a round are decided
    EMPLOYER_LOT = 9  # whole rooms promised to an employer outside the round


class Strength(IntEnum):
    """Whether a claim's row is on the place itself or on one above it."""

    HOLD = 1
    PART = 2


class Claim(Record):
    """One row of a claim: the hold first, then its parts upwards, in consecutive rows."""

    owner: Int64  # lease, round or reason
    place: Int32
    start: Int32
    end: Int32  # start: withdrawn
    next: Int32  # the next older row on this place
    purpose: Int8
    strength: Int8
    sex: Int8


class FlatLevel(Record):
    """A flat is let at this level over [start, end)."""

    flat: Int32
    start: Int32
    end: Int32
    next: Int32
    level: Int8


class RoomFit(Record):
    """A room has this many beds for these people over [start, end)."""

    room: Int32
    start: Int32
    end: Int32
    next: Int32
    beds: Int32
    sex: Int8
    shift: Int8


class Head(Record):
    """Where the rows of a place start: the newest claim, level and fit."""

    claim: Int32
    level: Int32
    fit: Int32


CLAIM, LEVEL = layout(Claim, [], 32), layout(FlatLevel, [], 20)
FIT, HEAD = layout(RoomFit, [], 24), layout(Head, [], 12)


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


class Outcome(NamedTuple):
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


@kernel
def rows_of(kind: int) -> int:
    """Return how many rows a claim on this kind of place has: itself and those above to the flat."""
    return kind - Kind.FLAT + 1


@kernel
def find_clash(
    heads: np.ndarray, claims: np.ndarray, place: int, start: int, end: int, strength: int
) -> int:
    """Return a claim's row on ``place`` that clashes with one of this strength, or -1."""
    row = heads[place].claim
    while row != NONE:
        claim = claims[row]
        if (
            (strength == Strength.HOLD or claim.strength == Strength.HOLD)
            and claim.start < end
            and start < claim.end
            and claim.start < claim.end
        ):
            return row
        row = claim.next
    return NONE


@kernel
def level_throughout(
    heads: np.ndarray, levels: np.ndarray, flat: int, start: int, end: int, level: int
) -> bool:
    """Return whether a flat is let at this level on every day; equal neighbours are one row."""
    row = heads[flat].level
    while row != NONE:
        if levels[row].start <= start and end <= levels[row].end:
            return levels[row].level == level
        row = levels[row].next
    return False


@kernel
def check_fit(
    heads: np.ndarray, fits: np.ndarray, room: int, start: int, end: int, order: int, sex: int
) -> int:
    """Return why a room does not suit: ``order`` is the bed asked for, -1 for the whole room."""
    row = heads[room].fit
    days = 0
    while row != NONE:
        fit = fits[row]
        both = min(end, fit.end) - max(start, fit.start)
        if both > 0:
            if fit.beds <= order:
                return Refusal.BED_NOT_FITTED
            if sex >= 0 and fit.sex not in (Sex.ANY, sex):
                return Refusal.SEX_DIFFERS
            days += both
        row = fit.next
    if order >= 0 and days < end - start:
        return Refusal.BED_NOT_FITTED
    return Refusal.ACCEPTED


@kernel
def check_claim(
    places: np.ndarray,
    heads: np.ndarray,
    claims: np.ndarray,
    levels: np.ndarray,
    fits: np.ndarray,
    place: int,
    start: int,
    end: int,
    purpose: int,
    sex: int,
) -> tuple[int, int]:
    """Return the first fault of a claim and the row that stands in the way (or -1).

    Order: kind, period, level, fit, clash. A place held for a reason is not asked for its level and
    fit, a place in a round not for its sex.
    """
    kind = places[place].kind
    if kind < Kind.FLAT or kind > Kind.BED:
        return Refusal.PLACE_NOT_LETTABLE, NONE
    if start >= end:
        return Refusal.PERIOD_EMPTY, NONE
    flat, room = places[place].flat, places[place].room
    if purpose != Purpose.HELD:
        if not level_throughout(heads, levels, flat, start, end, kind):
            return Refusal.LEVEL_DIFFERS, NONE
        if kind >= Kind.ROOM:
            order = places[place].order if kind == Kind.BED else NONE
            asked = sex if purpose == Purpose.LET else NONE
            refusal = check_fit(heads, fits, room, start, end, order, asked)
            if refusal != Refusal.ACCEPTED:
                return refusal, NONE
    row = find_clash(heads, claims, place, start, end, Strength.HOLD)
    if row == NONE and kind == Kind.BED:
        row = find_clash(heads, claims, room, start, end, Strength.PART)
    if row == NONE and kind != Kind.FLAT:
        row = find_clash(heads, claims, flat, start, end, Strength.PART)
    return (Refusal.ACCEPTED if row == NONE else Refusal.PLACE_TAKEN), row


@kernel
def write_claim(
    places: np.ndarray,
    heads: np.ndarray,
    claims: np.ndarray,
    count: int,
    place: int,
    start: int,
    end: int,
    purpose: int,
    owner: int,
    sex: int,
) -> int:
    """Write the hold and its parts from row ``count`` on; return the new count."""
    above, strength = place, Strength.HOLD
    for _ in range(rows_of(places[place].kind)):
        row = claims[count]
        row.owner, row.place, row.start, row.end = owner, above, start, end
        row.purpose, row.strength, row.sex = purpose, strength, sex
        row.next = heads[above].claim
        heads[above].claim = count
        above, strength = places[above].parent, Strength.PART
        count += 1
    return count


def claim(
    occupancy: Occupancy,
    place: int,
    start: date,
    end: date | None,
    purpose: Purpose,
    owner: int,
    sex: Sex = Sex.ANY,
) -> Outcome:
    """Take a place over [start, end), or say why not.

    ``sex`` is who will live there; a room for one sex refuses the other and the unknown.
    """
    o = occupancy
    first, last = ordinal(start), ordinal(end)
    refusal, row = check_claim(
        o.tree.rows, o.heads, o.claims, o.levels, o.fits, place, first, last, purpose, sex
    )
    if refusal:
        return Outcome(Refusal(refusal), blocked_by=row)
    o.room_for(claims=3)
    made = o.claim_count
    o.claim_count = write_claim(
        o.tree.rows, o.heads, o.claims, made, place, first, last, purpose, owner, sex
    )
    return Outcome(Refusal.ACCEPTED, made)


@kernel
def claim_all(
    places: np.ndarray,
    heads: np.ndarray,
    claims: np.ndarray,
    levels: np.ndarray,
    fits: np.ndarray,
    count: int,
    wanted: np.ndarray,
    refusals: np.ndarray,
) -> int:
    """Take many places in the order given; fill ``refusals`` and return the new count of rows.

    ``wanted`` has columns place, start, end, purpose, owner, sex.
    """
    for i in range(len(wanted)):
        place, start, end = wanted[i, 0], wanted[i, 1], wanted[i, 2]
        purpose, owner, sex = wanted[i, 3], wanted[i, 4], wanted[i, 5]
        refusal, _ = check_claim(
            places, heads, claims, levels, fits, place, start, end, purpose, sex
        )
        refusals[i] = refusal
        if refusal == Refusal.ACCEPTED:
            count = write_claim(
                places, heads, claims, count, place, start, end, purpose, owner, sex
            )
    return count


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


def end_claim(occupancy: Occupancy, made: int, end: date) -> Outcome:
    """Let a claim end earlier, at ``end``; at or before its start it never was."""
    if not is_open(occupancy, made):
        return Outcome(Refusal.NOT_CLAIMED)
    row = occupancy.claims[made]
    new = max(int(row["start"]), ordinal(end))
    if new > row["end"]:
        return Outcome(Refusal.PERIOD_EMPTY)
    set_end(occupancy, made, new)
    return Outcome(Refusal.ACCEPTED, made)


def extend_claim(occupancy: Occupancy, made: int, end: date | None) -> Outcome:
    """Let a claim go on to a later ``end`` (a renewal, or somebody holding over), or say why not."""
    o = occupancy
    if not is_open(o, made):
        return Outcome(Refusal.NOT_CLAIMED)
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
        return Outcome(Refusal(refusal), blocked_by=blocked)
    set_end(o, made, ordinal(end))
    return Outcome(Refusal.ACCEPTED, made)


def move_claim(
    occupancy: Occupancy,
    made: int,
    place: int,
    on: date,
    end: date | None,
    purpose: Purpose,
    owner: int,
    sex: Sex = Sex.ANY,
) -> Outcome:
    """End a claim on a day and take another place from that day, both or neither.

    Also turns a place in a round into a let: the same place, another purpose.
    """
    if not is_open(occupancy, made):
        return Outcome(Refusal.NOT_CLAIMED)
    old = int(occupancy.claims["end"][made])
    if not occupancy.claims["start"][made] <= ordinal(on) <= old:
        return Outcome(Refusal.NOT_CLAIMED)
    set_end(occupancy, made, ordinal(on))
    outcome = claim(occupancy, place, on, end, purpose, owner, sex)
    if outcome.refusal:
        set_end(occupancy, made, old)
    return outcome


@kernel
def let_beyond(heads: np.ndarray, claims: np.ndarray, place: int, day: int) -> int:
    """Return a row of a let or promised claim on this place that lasts beyond a day, or -1."""
    row = heads[place].claim
    while row != NONE:
        claim = claims[row]
        if claim.purpose != Purpose.HELD and claim.end > day and claim.start < claim.end:
            return row
        row = claim.next
    return NONE


def newest(table: np.ndarray, row: int) -> int:
    """Return the newest row of a chain that has a day, or -1."""
    while row != NONE and table["start"][row] >= table["end"][row]:
        row = int(table["next"][row])
    return row


def convert(occupancy: Occupancy, flat: int, level: Level, start: date) -> Outcome:
    """Let a flat at another level from a day on, or say why not.

    Refused: beds outside an approved dormitory project, a change before one already decided, and
    while anything in the flat is let or promised beyond the day.
    """
    o, day = occupancy, start.toordinal()
    if o.tree.rows["kind"][flat] != Kind.FLAT:
        return Outcome(Refusal.PLACE_NOT_LETTABLE)
    if level == Level.BED and not o.tree.rows["dormitory"][flat]:
        return Outcome(Refusal.NOT_DORMITORY)
    last = newest(o.levels, int(o.heads["level"][flat]))
    if last != NONE:
        if day < o.levels["start"][last]:
            return Outcome(Refusal.CHANGE_DECIDED)
        if o.levels["level"][last] == level:
            return Outcome(Refusal.NOTHING_CHANGES)
    blocked = let_beyond(o.heads, o.claims, flat, day)
    if blocked != NONE:
        return Outcome(Refusal.LET_BEYOND, blocked_by=blocked)
    if last != NONE:
        o.levels["end"][last] = day
        before = newest(o.levels, last)
        if before != NONE and o.levels["end"][before] == day and o.levels["level"][before] == level:
            o.levels["end"][before] = FOREVER
            return Outcome(Refusal.ACCEPTED)
    o.room_for(levels=1)
    o.levels[o.level_count] = (flat, day, FOREVER, o.heads["level"][flat], level)
    o.heads["level"][flat] = o.level_count
    o.level_count += 1
    return Outcome(Refusal.ACCEPTED)


@kernel
def unfit_beyond(
    places: np.ndarray,
    heads: np.ndarray,
    claims: np.ndarray,
    room: int,
    day: int,
    beds: int,
    sex: int,
) -> tuple[int, int]:
    """Return why a room's new fit does not suit those let or promised beyond a day, and the row."""
    row = heads[room].claim
    while row != NONE:
        claim = claims[row]
        if claim.purpose != Purpose.HELD and claim.end > day and claim.start < claim.end:
            if claim.strength == Strength.PART:
                bed = claims[row - 1].place  # the hold stands just before its first part
                if places[bed].order >= beds:
                    return Refusal.LET_BEYOND, row
            if claim.purpose == Purpose.LET and sex != Sex.ANY and claim.sex != sex:
                return Refusal.SEX_DIFFERS, row
        row = claim.next
    return Refusal.ACCEPTED, NONE


def refit(
    occupancy: Occupancy,
    room: int,
    beds: int,
    sex: Sex,
    shift: Shift,
    start: date,
    most_beds: int,
) -> Outcome:
    """Set up a room for ``beds`` of these people from a day on, or say why not.

    ``most_beds`` is what the space rule of that day allows (``places.heads_allowed``). Refused: more
    beds than that or than the room has places for, a change before one already decided, a bed taken
    away while let or promised beyond the day, a sex that somebody let beyond the day is not of.
    """
    o, day = occupancy, start.toordinal()
    if o.tree.rows["kind"][room] != Kind.ROOM:
        return Outcome(Refusal.PLACE_NOT_LETTABLE)
    if beds > min(most_beds, int(o.tree.rows["beds"][room])):
        return Outcome(Refusal.TOO_MANY_HEADS)
    last = newest(o.fits, int(o.heads["fit"][room]))
    if last != NONE:
        if day < o.fits["start"][last]:
            return Outcome(Refusal.CHANGE_DECIDED)
        if tuple(o.fits[["beds", "sex", "shift"]][last]) == (beds, sex, shift):
            return Outcome(Refusal.NOTHING_CHANGES)
    refusal, blocked = unfit_beyond(o.tree.rows, o.heads, o.claims, room, day, beds, sex)
    if refusal:
        return Outcome(Refusal(refusal), blocked_by=blocked)
    if last != NONE:
        o.fits["end"][last] = day
    o.room_for(fits=1)
    o.fits[o.fit_count] = (room, day, FOREVER, o.heads["fit"][room], beds, sex, shift)
    o.heads["fit"][room] = o.fit_count
    o.fit_count += 1
    return Outcome(Refusal.ACCEPTED)


@kernel
def mark_free(
    places: np.ndarray,
    heads: np.ndarray,
    claims: np.ndarray,
    levels: np.ndarray,
    fits: np.ndarray,
    kind: int,
    start: int,
    end: int,
    sex: int,
    taken: np.ndarray,
    free: np.ndarray,
) -> int:
    """Fill ``free`` with the rows of the places of a kind that may be let; return how many.

    One pass over the claims, then one over the places; ``taken`` is zeroed room for a mark a place.
    """
    for row in range(len(claims)):
        claim = claims[row]
        if claim.start < end and start < claim.end and claim.start < claim.end:
            taken[claim.place] |= claim.strength
    count = 0
    for place in range(len(places)):
        if places[place].kind != kind or taken[place] != 0:
            continue
        flat, room = places[place].flat, places[place].room
        if kind != Kind.FLAT and taken[flat] & Strength.HOLD:
            continue
        if kind == Kind.BED and taken[room] & Strength.HOLD:
            continue
        if not level_throughout(heads, levels, flat, start, end, kind):
            continue
        if kind != Kind.FLAT:
            order = places[place].order if kind == Kind.BED else NONE
            if check_fit(heads, fits, room, start, end, order, sex) != Refusal.ACCEPTED:
                continue
        free[count] = place
        count += 1
    return count


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


def why(occupancy: Occupancy, place: int, outcome: Outcome) -> str:
    """Return a refusal as a sentence: the place, the reason, what stands in the way and how long."""
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
