"""The tables of an occupancy, and how a decision is written into them.

Claims, levels and fits stand in tables that only grow; the rows of a place are a chain, newest
first. The rows of one flat are enough to decide about it: ``from_rows`` makes them an occupancy
again, as a database reads them, and the same decisions then apply (``docs/adr/0015``).
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

import numpy as np

from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import FOREVER, to_column
from huiguan.housing.supply.claims import CLAIM, FIT, HEAD, LEVEL, NONE, Purpose, write_claim
from huiguan.housing.supply.places import Kind, Level, Sex, Shift, Tree


class Occupancy:
    """Claims, levels and fits of a tree of places; tables grow as rows are added."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.heads = np.full(len(tree.rows), NONE, HEAD)
        self.claims, self.claim_count = np.zeros(1024, CLAIM), 0
        self.levels, self.level_count = np.zeros(1024, LEVEL), 0
        self.fits, self.fit_count = np.zeros(1024, FIT), 0
        self.own_ids: tuple[str, ...] = ()  # of owners -1, -2...: leases that are no numbers

    def owner_id(self, owner: int) -> str:
        """Return the office's id of an owner that is no reason."""
        return self.own_ids[-1 - owner] if owner < 0 else str(owner)

    def room_for(self, claims: int = 0, levels: int = 0, fits: int = 0) -> None:
        """Grow the tables until this many more rows fit."""
        self.claims = grown(self.claims, self.claim_count + claims)
        self.levels = grown(self.levels, self.level_count + levels)
        self.fits = grown(self.fits, self.fit_count + fits)


class Taken(NamedTuple):
    """A claim on a place over [start, end); no ``end`` is None."""

    place: int
    start: date
    end: date | None
    purpose: Purpose
    owner: int  # lease, round or reason
    sex: Sex = Sex.ANY


class LevelFrom(NamedTuple):
    """A flat is let at a level from a day on."""

    flat: int
    level: Level
    start: date


class FitFrom(NamedTuple):
    """A room has beds for these people from a day on."""

    room: int
    beds: int
    sex: Sex
    shift: Shift
    start: date


class NewEnd(NamedTuple):
    """A row of a table ends on another day; a claim's parts end with it."""

    table: Literal["claims", "levels", "fits"]
    row: int
    end: date | None


class OccupancyDecision(NamedTuple):
    """Why not, and the claim that stands in the way; or what is to be written, in this order."""

    refusal: Refusal
    blocked_by: int = NONE
    ends: tuple[NewEnd, ...] = ()
    begins: tuple[Taken | LevelFrom | FitFrom, ...] = ()
    keeps: int = NONE  # the claim that goes on


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


def write(occupancy: Occupancy, decision: OccupancyDecision) -> ClaimOutcome:
    """Write what was decided (a refusal writes nothing); return the claim made or kept."""
    made = decision.keeps
    for ended in decision.ends:
        write_end(occupancy, ended)
    for row in decision.begins:
        if isinstance(row, Taken):
            made = write_taken(occupancy, row)
        elif isinstance(row, LevelFrom):
            write_level(occupancy, row)
        else:
            write_fit(occupancy, row)
    return ClaimOutcome(decision.refusal, made, decision.blocked_by)


def write_end(occupancy: Occupancy, ended: NewEnd) -> None:
    """Write a new end to a row; to every row of a claim."""
    end = to_column(ended.end)
    if ended.table == "claims":
        kind = int(occupancy.tree.rows["kind"][occupancy.claims["place"][ended.row]])
        occupancy.claims["end"][ended.row : ended.row + kind - Kind.FLAT + 1] = end
    elif ended.table == "levels":
        occupancy.levels["end"][ended.row] = end
    else:
        occupancy.fits["end"][ended.row] = end


def write_taken(occupancy: Occupancy, row: Taken) -> int:
    """Write a claim and its parts; return its row."""
    o = occupancy
    o.room_for(claims=3)
    made = o.claim_count
    first, last = to_column(row.start), to_column(row.end)
    o.claim_count = write_claim(
        o.tree.rows,
        o.heads,
        o.claims,
        made,
        row.place,
        first,
        last,
        row.purpose,
        row.owner,
        row.sex,
    )
    return made


def write_level(occupancy: Occupancy, row: LevelFrom) -> None:
    """Write a level with no end; the one before has been ended."""
    o = occupancy
    o.room_for(levels=1)
    before = o.heads["level"][row.flat]
    o.levels[o.level_count] = (row.flat, to_column(row.start), FOREVER, before, row.level)
    o.heads["level"][row.flat] = o.level_count
    o.level_count += 1


def write_fit(occupancy: Occupancy, row: FitFrom) -> None:
    """Write a fit with no end; the one before has been ended."""
    o = occupancy
    o.room_for(fits=1)
    before, start = o.heads["fit"][row.room], to_column(row.start)
    o.fits[o.fit_count] = (row.room, start, FOREVER, before, row.beds, row.sex, row.shift)
    o.heads["fit"][row.room] = o.fit_count
    o.fit_count += 1


def newest(table: np.ndarray, row: int) -> int:
    """Return the newest row of a chain that has a day, or -1."""
    while row != NONE and table["start"][row] >= table["end"][row]:
        row = int(table["next"][row])
    return row


def from_rows(tree: Tree, rows: Iterable[Taken | LevelFrom | FitFrom]) -> Occupancy:
    """Return an occupancy of rows decided before: nothing is asked again.

    Levels of a flat and fits of a room come in the order of days; each ends where the next begins.
    """
    occupancy = Occupancy(tree)
    for row in rows:
        ends: tuple[NewEnd, ...] = ()
        if isinstance(row, LevelFrom):
            last = newest(occupancy.levels, int(occupancy.heads["level"][row.flat]))
            ends = (NewEnd("levels", last, row.start),) if last != NONE else ()
        elif isinstance(row, FitFrom):
            last = newest(occupancy.fits, int(occupancy.heads["fit"][row.room]))
            ends = (NewEnd("fits", last, row.start),) if last != NONE else ()
        write(occupancy, OccupancyDecision(Refusal.ACCEPTED, ends=ends, begins=(row,)))
    return occupancy
