"""Claims on places, levels of flats and fits of rooms as tables, and the checks on them, compiled.

A claim on a place over [start, end) is a *hold* on that place and a *part* on every place above it
up to the flat. Two claims clash when one's hold meets the other's hold or part on the same place.
Days are numbers (``dates.to_column``).
"""

from enum import IntEnum

import numpy as np

from huiguan.foundation.kernel import kernel
from huiguan.foundation.records import Int8, Int32, Int64, Record, layout
from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.places import Kind, Sex

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


class Claim(Record, frozen=True):
    """One row of a claim: the hold first, then its parts upwards, in consecutive rows."""

    owner: Int64  # lease, round or reason
    place: Int32
    start: Int32
    end: Int32  # start: withdrawn
    next: Int32  # the next older row on this place
    purpose: Int8
    strength: Int8
    sex: Int8


class FlatLevel(Record, frozen=True):
    """A flat is let at this level over [start, end)."""

    flat: Int32
    start: Int32
    end: Int32
    next: Int32
    level: Int8


class RoomFit(Record, frozen=True):
    """A room has this many beds for these people over [start, end)."""

    room: Int32
    start: Int32
    end: Int32
    next: Int32
    beds: Int32
    sex: Int8
    shift: Int8


class Head(Record, frozen=True):
    """Where the rows of a place start: the newest claim, level and fit."""

    claim: Int32
    level: Int32
    fit: Int32


CLAIM, LEVEL = layout(Claim, [], 32), layout(FlatLevel, [], 24)
FIT, HEAD = layout(RoomFit, [], 24), layout(Head, [], 16)


@kernel
def rows_of(kind: int) -> int:
    """Return how many rows a claim on this kind of place has: its own and up to the flat."""
    return kind - Kind.FLAT + 1


@kernel
def find_clash(
    heads: np.ndarray, claims: np.ndarray, place: int, start: int, end: int, strength: int
) -> int:
    """Return a claim's row on ``place`` that clashes with one of this strength, or -1."""
    row = heads[place]["claim"]
    while row != NONE:
        claim = claims[row]
        if (
            (strength == Strength.HOLD or claim["strength"] == Strength.HOLD)
            and claim["start"] < end
            and start < claim["end"]
            and claim["start"] < claim["end"]
        ):
            return row
        row = claim["next"]
    return NONE


@kernel
def level_throughout(
    heads: np.ndarray, levels: np.ndarray, flat: int, start: int, end: int, level: int
) -> bool:
    """Return whether a flat is let at this level on every day; equal neighbours are one row."""
    row = heads[flat]["level"]
    while row != NONE:
        if levels[row]["start"] <= start and end <= levels[row]["end"]:
            return levels[row]["level"] == level
        row = levels[row]["next"]
    return False


@kernel
def check_fit(
    heads: np.ndarray, fits: np.ndarray, room: int, start: int, end: int, order: int, sex: int
) -> int:
    """Return why a room does not suit: ``order`` is the bed asked for, -1 for the whole room."""
    row = heads[room]["fit"]
    days = 0
    while row != NONE:
        fit = fits[row]
        both = min(end, fit["end"]) - max(start, fit["start"])
        if both > 0:
            if fit["beds"] <= order:
                return Refusal.BED_NOT_FITTED
            if sex >= 0 and fit["sex"] != Sex.ANY and fit["sex"] != sex:
                return Refusal.SEX_DIFFERS
            days += both
        row = fit["next"]
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
    kind = places[place]["kind"]
    if kind < Kind.FLAT or kind > Kind.BED:
        return Refusal.PLACE_NOT_LETTABLE, NONE
    if start >= end:
        return Refusal.PERIOD_EMPTY, NONE
    flat, room = places[place]["flat"], places[place]["room"]
    if purpose != Purpose.HELD:
        if not level_throughout(heads, levels, flat, start, end, kind):
            return Refusal.LEVEL_DIFFERS, NONE
        if kind >= Kind.ROOM:
            order = places[place]["order"] if kind == Kind.BED else NONE
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
    for _ in range(rows_of(places[place]["kind"])):
        row = claims[count]
        row["owner"], row["place"], row["start"], row["end"] = owner, above, start, end
        row["purpose"], row["strength"], row["sex"] = purpose, strength, sex
        row["next"] = heads[above]["claim"]
        heads[above]["claim"] = count
        above, strength = places[above]["parent"], Strength.PART
        count += 1
    return count


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


@kernel
def let_beyond(heads: np.ndarray, claims: np.ndarray, place: int, day: int) -> int:
    """Return a row of a let or promised claim on this place that lasts beyond a day, or -1."""
    row = heads[place]["claim"]
    while row != NONE:
        claim = claims[row]
        if (
            claim["purpose"] != Purpose.HELD
            and claim["end"] > day
            and claim["start"] < claim["end"]
        ):
            return row
        row = claim["next"]
    return NONE


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
    row = heads[room]["claim"]
    while row != NONE:
        claim = claims[row]
        if (
            claim["purpose"] != Purpose.HELD
            and claim["end"] > day
            and claim["start"] < claim["end"]
        ):
            if claim["strength"] == Strength.PART:
                bed = claims[row - 1]["place"]  # the hold stands just before its first part
                if places[bed]["order"] >= beds:
                    return Refusal.LET_BEYOND, row
            other = sex != Sex.ANY and claim["sex"] != sex
            if claim["purpose"] == Purpose.LET and other:
                return Refusal.SEX_DIFFERS, row
        row = claim["next"]
    return Refusal.ACCEPTED, NONE


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
        if claim["start"] < end and start < claim["end"] and claim["start"] < claim["end"]:
            taken[claim["place"]] |= claim["strength"]
    count = 0
    for place in range(len(places)):
        if places[place]["kind"] != kind or taken[place] != 0:
            continue
        flat, room = places[place]["flat"], places[place]["room"]
        if kind != Kind.FLAT and taken[flat] & Strength.HOLD:
            continue
        if kind == Kind.BED and taken[room] & Strength.HOLD:
            continue
        if not level_throughout(heads, levels, flat, start, end, kind):
            continue
        if kind != Kind.FLAT:
            order = places[place]["order"] if kind == Kind.BED else NONE
            if check_fit(heads, fits, room, start, end, order, sex) != Refusal.ACCEPTED:
                continue
        free[count] = place
        count += 1
    return count
