"""Supply that reconciles: every flat, room and bed is in the round, let, or held with a reason.

A unit is a place at the level its flat is let at on the day: a flat let whole is one unit and none
of its rooms is; a flat let by the bed is as many units as its rooms have beds set up.
"""

from datetime import date
from enum import IntEnum
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.foundation.kernel import kernel
from huiguan.housing.dates import from_column, to_column
from huiguan.housing.supply.claims import NONE, HoldReason, Strength
from huiguan.housing.supply.places import Kind, Level
from huiguan.housing.supply.tables import Occupancy


class HomeState(IntEnum):
    """What a place is on a day."""

    WITHIN = 0  # no unit on this day: part of a unit, or not let at its level
    LET = 1
    IN_ROUND = 2
    HELD = 3
    UNACCOUNTED = 4


@kernel
def find_states(
    places: np.ndarray,
    heads: np.ndarray,
    claims: np.ndarray,
    levels: np.ndarray,
    fits: np.ndarray,
    day: int,
    purposes: np.ndarray,
    owners: np.ndarray,
    states: np.ndarray,
) -> None:
    """Fill ``states`` and ``owners`` (lease, round or reason) of every place on a day.

    ``purposes`` is zeroed room: the purpose that takes a place, times 4 where it holds it.
    """
    for row in range(len(claims)):
        claim = claims[row]
        if claim["start"] <= day < claim["end"]:
            place, holds = claim["place"], claim["strength"] == Strength.HOLD
            purposes[place] = claim["purpose"] * 4 if holds else claim["purpose"]
            owners[place] = claim["owner"]
    for place in range(len(places)):
        kind, flat, room = places[place]["kind"], places[place]["flat"], places[place]["room"]
        states[place] = HomeState.WITHIN
        if flat == NONE:
            continue
        row = heads[flat]["level"]
        while row != NONE and not (levels[row]["start"] <= day < levels[row]["end"]):
            row = levels[row]["next"]
        if row == NONE or levels[row]["level"] != kind:
            continue
        if kind == Kind.BED:
            row = heads[room]["fit"]
            while row != NONE and not (fits[row]["start"] <= day < fits[row]["end"]):
                row = fits[row]["next"]
            if row == NONE or fits[row]["beds"] <= places[place]["order"]:
                continue
        taken = place
        if purposes[place] == 0 and kind == Kind.BED and purposes[room] >= 4:
            taken = room
        elif purposes[place] == 0 and purposes[flat] >= 4:
            taken = flat
        purpose = purposes[taken]
        states[place] = HomeState.UNACCOUNTED if purpose == 0 else purpose // 4 or purpose
        owners[place] = owners[taken]


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """Units of an estate on a day; each is counted once and the four parts add up to ``units``."""

    on: date
    level: str
    units: int
    let: int
    in_round: int
    held: int
    unaccounted: int


def states_on(occupancy: Occupancy, on: date) -> tuple[np.ndarray, np.ndarray]:
    """Return the state and the owner (lease, round or reason) of every place on a day."""
    o = occupancy
    count = len(o.tree.rows)
    states, owners = np.zeros(count, np.int8), np.zeros(count, np.int64)
    find_states(
        o.tree.rows,
        o.heads,
        o.claims[: o.claim_count],
        o.levels,
        o.fits,
        to_column(on),
        np.zeros(count, np.int8),
        owners,
        states,
    )
    return states, owners


class Unit(NamedTuple):
    """A unit on a day: how it is let, what it is, and the office's id of whoever has it."""

    place: str
    level: str
    state: str
    owner: str  # of a held one the reason; "" for nobody


def units_on(occupancy: Occupancy, on: date) -> list[Unit]:
    """Return every unit of an estate on a day, in the order of its places."""
    states, owners = states_on(occupancy, on)
    kinds, codes = occupancy.tree.rows["kind"], occupancy.tree.codes
    found = []
    for place in np.flatnonzero(states != HomeState.WITHIN).tolist():
        state, owner = HomeState(int(states[place])), int(owners[place])
        if state == HomeState.HELD:
            text = HoldReason(owner).name.lower()
        else:
            text = "" if state == HomeState.UNACCOUNTED else occupancy.owner_id(owner)
        level = Level(int(kinds[place])).name.lower()
        found.append(Unit(codes[place], level, state.name.lower().replace("_", " "), text))
    return found


def reconcile(occupancy: Occupancy, on: date) -> list[Supply]:
    """Return the units of each level on a day: let, in a round, held, or accounted for by nobody.

    Supply reconciles when ``unaccounted`` is 0 on every row; ``unaccounted_places`` names them.
    """
    states, _ = states_on(occupancy, on)
    kinds = occupancy.tree.rows["kind"]
    rows = []
    for level in Level:
        found = np.bincount(states[kinds == level], minlength=len(HomeState))
        rows.append(
            Supply(
                on=on,
                level=level.name.lower(),
                units=int(found[1:].sum()),
                let=int(found[HomeState.LET]),
                in_round=int(found[HomeState.IN_ROUND]),
                held=int(found[HomeState.HELD]),
                unaccounted=int(found[HomeState.UNACCOUNTED]),
            )
        )
    return rows


def unaccounted_places(occupancy: Occupancy, on: date) -> list[str]:
    """Return the codes of the units that are neither in a round nor let nor held on a day."""
    states, _ = states_on(occupancy, on)
    lost = np.flatnonzero(states == HomeState.UNACCOUNTED).tolist()
    return [occupancy.tree.codes[row] for row in lost]


def held_reasons(occupancy: Occupancy, on: date) -> dict[str, int]:
    """Return how many units are held on a day for each reason."""
    states, owners = states_on(occupancy, on)
    reasons, counts = np.unique(owners[states == HomeState.HELD], return_counts=True)
    return {
        HoldReason(int(reason)).name.lower(): int(count)
        for reason, count in zip(reasons, counts, strict=True)
    }


def uncounted(occupancy: Occupancy, on: date) -> list[str]:
    """Return why flats and rooms are no units on a day: a sentence for each reason there is.

    A flat without a level is let at none, so nothing in it counts; a room of a flat let by the bed
    counts no bed before beds are set up in it.
    """
    o, day, rows = occupancy, to_column(on), occupancy.tree.rows
    levels, fits = o.levels[: o.level_count], o.fits[: o.fit_count]
    here = levels[(levels["start"] <= day) & (day < levels["end"])]
    flats = np.flatnonzero(rows["kind"] == Kind.FLAT)
    bare = flats[~np.isin(flats, here["flat"])]
    by_bed = np.isin(rows["flat"], here["flat"][here["level"] == Level.BED])
    rooms = np.flatnonzero((rows["kind"] == Kind.ROOM) & by_bed)
    fitted = fits["room"][(fits["start"] <= day) & (day < fits["end"])]
    empty = rooms[~np.isin(rooms, fitted)]
    said = []
    if len(bare):
        later = levels["start"][np.isin(levels["flat"], bare) & (levels["start"] > day)]
        first = from_column(int(later.min())) if len(later) else "never"
        said.append(
            f"{len(bare):,} of {len(flats):,} flats are not counted: they are let at no level on"
            f" {on} ({o.tree.codes[bare[0]]} is one; the first level after it starts: {first})"
        )
    if len(empty):
        said.append(
            f"{len(empty):,} rooms of flats let by the bed are not counted: no beds are set up in"
            f" them on {on}, {o.tree.codes[empty[0]]} is one"
        )
    return said
