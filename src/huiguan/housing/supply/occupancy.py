"""One truth of who has what when: a flat, its rooms and its beds are one capacity.

A flat is let at one level at a time; a level, or a room's fit, changes on a day, and only when
nobody is let or promised beyond it. Every period is half-open, so a place changes hands in a day.

Each act is a decision that changes nothing (``decide_claim`` and the others) and a write of what
was decided (``tables.write``): a whole estate folds them, a database writes the same rows.
"""

from datetime import date

import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import BY_NUMBER, Refusal
from huiguan.housing.dates import from_column, to_column
from huiguan.housing.supply.claims import (
    NONE,
    Purpose,
    Strength,
    check_claim,
    claim_all,
    let_beyond,
    mark_free,
    unfit_beyond,
)
from huiguan.housing.supply.places import Kind, Level, Sex, Shift
from huiguan.housing.supply.tables import (
    ClaimOutcome,
    FitFrom,
    LevelFrom,
    NewEnd,
    Occupancy,
    OccupancyDecision,
    Taken,
    newest,
    write,
)


def known_place(occupancy: Occupancy, place: int) -> int:
    """Return the row of a place, if there is one."""
    if not 0 <= place < len(occupancy.tree.rows):
        last = len(occupancy.tree.rows) - 1
        raise InputFault(f"there is no place {place}; the rows run from 0 to {last}")
    return place


def decide_claim(occupancy: Occupancy, wanted: Taken) -> OccupancyDecision:
    """Return whether a place may be taken; a room for one sex refuses the other and the unknown.

    Order of refusals: kind, period, level, fit, what it clashes with.
    """
    o, place = occupancy, known_place(occupancy, wanted.place)
    first, last = to_column(wanted.start), to_column(wanted.end)
    tables = (o.tree.rows, o.heads, o.claims, o.levels, o.fits)
    refusal, row = check_claim(*tables, place, first, last, wanted.purpose, wanted.sex)
    if refusal:
        return OccupancyDecision(BY_NUMBER[refusal], blocked_by=row)
    return OccupancyDecision(Refusal.ACCEPTED, begins=(wanted,))


def claim(
    occupancy: Occupancy,
    place: int,
    start: date,
    end: date | None,
    purpose: Purpose,
    owner: int,
    sex: Sex = Sex.ANY,
) -> ClaimOutcome:
    """Take a place over [start, end), or say why not; ``sex`` is who will live there."""
    wanted = Taken(place, start, end, purpose, owner, sex)
    return write(occupancy, decide_claim(occupancy, wanted))


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


def start_of(occupancy: Occupancy, made: int) -> date:
    """Return the first day of a claim."""
    start = from_column(int(occupancy.claims["start"][made]))
    assert start is not None, made
    return start


def decide_end(occupancy: Occupancy, made: int, end: date) -> OccupancyDecision:
    """Return whether a claim may end earlier, at ``end``; at or before its start it never was."""
    if not is_open(occupancy, made):
        return OccupancyDecision(Refusal.NOT_CLAIMED)
    row = occupancy.claims[made]
    new = max(int(row["start"]), to_column(end))
    if new > row["end"]:
        return OccupancyDecision(Refusal.PERIOD_EMPTY)
    return OccupancyDecision(
        Refusal.ACCEPTED, ends=(NewEnd("claims", made, from_column(new)),), keeps=made
    )


def end_claim(occupancy: Occupancy, made: int, end: date) -> ClaimOutcome:
    """Let a claim end earlier, at ``end``; at or before its start it never was."""
    return write(occupancy, decide_end(occupancy, made, end))


def decide_extension(occupancy: Occupancy, made: int, end: date | None) -> OccupancyDecision:
    """Return whether a claim may go on to a later ``end`` (renewed, or held over)."""
    o = occupancy
    if not is_open(o, made):
        return OccupancyDecision(Refusal.NOT_CLAIMED)
    row = o.claims[made]
    tables = (o.tree.rows, o.heads, o.claims, o.levels, o.fits)
    refusal, blocked = check_claim(
        *tables, row["place"], row["end"], to_column(end), row["purpose"], row["sex"]
    )
    if refusal:
        return OccupancyDecision(BY_NUMBER[refusal], blocked_by=blocked)
    return OccupancyDecision(Refusal.ACCEPTED, ends=(NewEnd("claims", made, end),), keeps=made)


def extend_claim(occupancy: Occupancy, made: int, end: date | None) -> ClaimOutcome:
    """Let a claim go on to a later ``end`` (renewed, or held over), or say why not."""
    return write(occupancy, decide_extension(occupancy, made, end))


def decide_move(occupancy: Occupancy, made: int, on: date, wanted: Taken) -> OccupancyDecision:
    """Return whether a claim may end on a day and another place be taken, both or neither."""
    if not is_open(occupancy, made):
        return OccupancyDecision(Refusal.NOT_CLAIMED)
    old = occupancy.claims[made].copy()
    if not old["start"] <= to_column(on) <= old["end"]:
        return OccupancyDecision(Refusal.NOT_CLAIMED)
    ended = NewEnd("claims", made, on)
    write(occupancy, OccupancyDecision(Refusal.ACCEPTED, ends=(ended,)))  # only while it is asked
    decision = decide_claim(occupancy, wanted)
    back = NewEnd("claims", made, from_column(int(old["end"])))
    write(occupancy, OccupancyDecision(Refusal.ACCEPTED, ends=(back,)))
    return decision if decision.refusal else decision._replace(ends=(ended,))


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
    wanted = Taken(place, on, end, purpose, owner, sex)
    return write(occupancy, decide_move(occupancy, made, on, wanted))


def decide_level(occupancy: Occupancy, wanted: LevelFrom) -> OccupancyDecision:
    """Return whether a flat may be let at another level from a day on.

    Refused: beds outside an approved dormitory project, a change before one already decided, and
    while anything in the flat is let or promised beyond the day. Taken back on its own day, a
    change leaves no trace.
    """
    o, flat, day = occupancy, known_place(occupancy, wanted.flat), to_column(wanted.start)
    if o.tree.rows["kind"][flat] != Kind.FLAT:
        return OccupancyDecision(Refusal.PLACE_NOT_LETTABLE)
    if wanted.level == Level.BED and not o.tree.rows["dormitory"][flat]:
        return OccupancyDecision(Refusal.NOT_DORMITORY)
    last = newest(o.levels, int(o.heads["level"][flat]))
    if last != NONE:
        if day < o.levels["start"][last]:
            return OccupancyDecision(Refusal.CHANGE_DECIDED)
        if o.levels["level"][last] == wanted.level:
            return OccupancyDecision(Refusal.NOTHING_CHANGES)
    blocked = let_beyond(o.heads, o.claims, flat, day)
    if blocked != NONE:
        return OccupancyDecision(Refusal.LET_BEYOND, blocked_by=blocked)
    if last == NONE:
        return OccupancyDecision(Refusal.ACCEPTED, begins=(wanted,))
    ends = NewEnd("levels", last, wanted.start)
    before = level_before(o, last, day)
    if before != NONE and o.levels["level"][before] == wanted.level:
        return OccupancyDecision(Refusal.ACCEPTED, ends=(ends, NewEnd("levels", before, None)))
    return OccupancyDecision(Refusal.ACCEPTED, ends=(ends,), begins=(wanted,))


def level_before(occupancy: Occupancy, last: int, day: int) -> int:
    """Return the level that ends where ``last`` starts, if ``last`` is to end on its own day."""
    levels = occupancy.levels
    if levels["start"][last] < day:
        return NONE
    before = newest(levels, int(levels["next"][last]))
    return before if before != NONE and levels["end"][before] == day else NONE


def convert(occupancy: Occupancy, flat: int, level: Level, start: date) -> ClaimOutcome:
    """Let a flat at another level from a day on, or say why not (``decide_level``)."""
    return write(occupancy, decide_level(occupancy, LevelFrom(flat, level, start)))


def decide_fit(occupancy: Occupancy, wanted: FitFrom, most_beds: int) -> OccupancyDecision:
    """Return whether a room may be set up so from a day on.

    ``most_beds`` is what the space rule of that day allows (``places.heads_allowed``). Refused:
    more beds than that or than the room has places for, a change before one already decided, a bed
    taken away while let or promised beyond the day, a sex somebody let beyond the day is not of.
    """
    o, room, day = occupancy, known_place(occupancy, wanted.room), to_column(wanted.start)
    asked = (wanted.beds, wanted.sex, wanted.shift)
    if o.tree.rows["kind"][room] != Kind.ROOM:
        return OccupancyDecision(Refusal.PLACE_NOT_LETTABLE)
    if wanted.beds > min(most_beds, int(o.tree.rows["beds"][room])):
        return OccupancyDecision(Refusal.TOO_MANY_HEADS)
    last = newest(o.fits, int(o.heads["fit"][room]))
    if last != NONE:
        if day < o.fits["start"][last]:
            return OccupancyDecision(Refusal.CHANGE_DECIDED)
        if tuple(o.fits[["beds", "sex", "shift"]][last]) == asked:
            return OccupancyDecision(Refusal.NOTHING_CHANGES)
    tables = (o.tree.rows, o.heads, o.claims)
    refusal, blocked = unfit_beyond(*tables, room, day, wanted.beds, wanted.sex)
    if refusal:
        return OccupancyDecision(BY_NUMBER[refusal], blocked_by=blocked)
    ends = () if last == NONE else (NewEnd("fits", last, wanted.start),)
    return OccupancyDecision(Refusal.ACCEPTED, ends=ends, begins=(wanted,))


def refit(
    occupancy: Occupancy,
    room: int,
    beds: int,
    sex: Sex,
    shift: Shift,
    start: date,
    most_beds: int,
) -> ClaimOutcome:
    """Set up a room for ``beds`` of these people from a day on, or say why not (``decide_fit``)."""
    wanted = FitFrom(room, beds, sex, shift, start)
    return write(occupancy, decide_fit(occupancy, wanted, most_beds))


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
        to_column(start),
        to_column(end),
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
    end = from_column(int(held["end"]))
    until = "with no end" if end is None else f"until {end}"
    purpose = Purpose(int(held["purpose"])).name.lower()
    owner = occupancy.owner_id(int(held["owner"]))
    return f"{text} ({occupancy.tree.codes[held['place']]}, {purpose} {owner}, {until})"
