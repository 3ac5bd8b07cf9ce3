"""Places: community, building, flat, room, bed and shared rooms, one tree that only grows.

Areas are whole dm2 (hundredths of a m2, as on certificates). A bed is a place from the day the room
could hold it; ``RoomFit`` says how many are set up when. The law's limits on space are below.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from enum import IntEnum

import numpy as np

from huiguan.foundation.arithmetic import scaled
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, spelling
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count, decimal, natural
from huiguan.foundation.records import Int8, Int32, Record, layout
from huiguan.foundation.refusals import Refusal

Number = Decimal | str | int


class Kind(IntEnum):
    """What a place is; each but ``SHARED`` stands directly inside the kind before it."""

    COMMUNITY = 0
    BUILDING = 1
    FLAT = 2
    ROOM = 3
    BED = 4
    SHARED = 5  # kitchen, laundry, bath, reading room: never let


class Level(IntEnum):
    """How a flat is let: equal to the kind of place let."""

    WHOLE = Kind.FLAT
    ROOM = Kind.ROOM
    BED = Kind.BED


class Sex(IntEnum):
    """Who may live in a room, or who lives there."""

    ANY = 0
    WOMEN = 1
    MEN = 2


class Shift(IntEnum):
    """Whose sleep a room is grouped for: a wish of crews, never a refusal."""

    ANY = 0
    DAY = 1
    NIGHT = 2


class PlaceRow(Record, frozen=True):
    """One place; ``parent``, ``flat`` and ``room`` are rows of the same table, -1 for none."""

    parent: Int32
    flat: Int32  # itself for a flat
    room: Int32  # itself for a room
    order: Int32  # among the places of its kind with the same parent, from 0
    beds: Int32  # bed places of a room
    area_dm2: Int32
    kind: Int8
    accessible: Int8
    dormitory: Int8  # the project is approved for letting by the bed; holds for all inside


PLACE = layout(PlaceRow, [], 32)


class Tree:
    """Every place of an estate: ``codes[i]`` names row ``i`` of ``rows``."""

    def __init__(self, codes: Sequence[str], rows: np.ndarray) -> None:
        self.codes = codes
        self.rows = rows
        self._index: dict[str, int] = {}

    def index(self, code: str) -> int:
        """Return the row of a place by its code."""
        if not self._index:
            self._index = {name: row for row, name in enumerate(self.codes)}
        if code not in self._index:
            raise InputFault(f"there is no place {code!r}")
        return self._index[code]


def parse_area(area_m2: Number, what: str = "area") -> int:
    """Return whole dm2 of m2, exactly: ``"15.00"`` is 1500; finer or negative ones are refused."""
    return scaled(decimal(area_m2, what, 0), 100, what)


def build_tree(
    codes: Sequence[str],
    parents: np.ndarray,
    kinds: np.ndarray,
    area_dm2: np.ndarray,
    accessible: np.ndarray,
    dormitory: np.ndarray,
) -> Tree:
    """Return the tree of places given as columns; ``parents`` are row numbers, -1 for a community.

    A parent stands above its children; any order within that is allowed. Refused: a kind inside the
    wrong kind, a parent below its child, an area that is negative.
    """
    rows = np.zeros(len(codes), PLACE)
    index = np.arange(len(codes), dtype=np.int32)
    wrong = (parents >= index) | (parents < -1) | (kinds < 0) | (kinds > Kind.SHARED)
    parent_kind = np.where(parents >= 0, kinds[np.maximum(parents, 0)], -1)
    wrong |= (kinds != Kind.SHARED) & (parent_kind != kinds - 1)
    wrong |= (kinds == Kind.SHARED) & ((parent_kind < 0) | (parent_kind > Kind.FLAT))
    wrong |= area_dm2 < 0
    if wrong.any():
        first = int(np.argmax(wrong))
        raise InputFault(
            f"place {codes[first]!r} (line {first + 2}): a {Kind(int(kinds[first])).name.lower()}"
            " must stand directly inside the next larger place, listed before it, and have an"
            " area that is not negative"
        )
    rows["parent"], rows["kind"] = parents, kinds
    rows["area_dm2"], rows["accessible"] = area_dm2, accessible
    rows["flat"] = rows["room"] = -1
    rows["dormitory"] = dormitory
    for kind in (Kind.BUILDING, Kind.FLAT, Kind.ROOM, Kind.BED):
        here = index[kinds == kind]
        above = parents[here]
        rows["dormitory"][here] |= rows["dormitory"][above]
        rows["flat"][here] = here if kind == Kind.FLAT else rows["flat"][above]
        rows["room"][here] = here if kind == Kind.ROOM else rows["room"][above]
        order = np.argsort(above, kind="stable")
        starts = np.flatnonzero(np.diff(above[order], prepend=-2))
        sizes = np.diff(starts, append=len(order))
        rows["order"][here[order]] = np.arange(len(order)) - np.repeat(starts, sizes)
        if kind == Kind.BED:
            rows["beds"] = np.bincount(above, minlength=len(rows))
    return Tree(codes, rows)


@rule("R22 Shanghai: at least 5 m2 a head, at most two in a room", "confirmed")
@checked
def heads_allowed(area_m2: Number, least_m2: Number, most_heads: Count) -> int:
    """Return how many may live in a room: by area per head, and no more than the limit.

    Exactly the least area a head is enough. Example: ``heads_allowed("10.00", "5", 2)`` is ``2``;
    ``heads_allowed("9.99", "5", 2)`` is ``1``; ``heads_allowed("30", "5", 2)`` is ``2``.
    """
    least = natural(parse_area(least_m2), "least area a head", 1)
    return min(natural(most_heads, "most heads"), parse_area(area_m2) // least)


@rule("R22 Shanghai: at least 5 m2 a head, at most two in a room", "confirmed")
@checked
def flat_heads_allowed(
    room_areas_m2: Sequence[Number], least_m2: Number, most_heads: Count, family: bool = False
) -> int:
    """Return how many may live in a flat let whole: the heads of its rooms together.

    A family is bound by the area of the rooms together, not by heads in a room. Example:
    ``flat_heads_allowed(["15", "9.99"], "5", 2)`` is ``3``;
    ``flat_heads_allowed(["15", "10"], "5", 2, family=True)`` is ``5``.
    """
    least = natural(parse_area(least_m2), "least area a head", 1)
    if family:
        return sum(parse_area(area) for area in room_areas_m2) // least
    return sum(heads_allowed(area, least_m2, most_heads) for area in room_areas_m2)


@rule("R22 Shanghai: at least 5 m2 a head, at most two in a room", "confirmed")
@checked
def check_heads(
    area_m2: Number, heads: Count, least_m2: Number, most_heads: Count, family: bool = False
) -> Refusal:
    """Return whether ``heads`` may share a room; a family may be more than the limit of heads.

    The area per head binds families too. The number of heads is looked at first. Example:
    ``check_heads("20", 3, "5", 2)`` is ``Refusal.TOO_MANY_HEADS``;
    ``check_heads("20", 3, "5", 2, family=True)`` is ``Refusal.ACCEPTED``;
    ``check_heads("14.99", 3, "5", 2, family=True)`` is ``Refusal.ROOM_TOO_SMALL``.
    """
    if heads > most_heads and not family:
        return Refusal.TOO_MANY_HEADS
    if parse_area(area_m2) < heads * parse_area(least_m2):
        return Refusal.ROOM_TOO_SMALL
    return Refusal.ACCEPTED


@rule("crews: one sex in a room unless a family", "assumed")
@checked
def check_sexes(sexes: Collection[Sex], family: bool = False) -> Refusal:
    """Return whether people of these sexes may share a room.

    Example: ``check_sexes([Sex.WOMEN, Sex.MEN])`` is ``Refusal.SEXES_MIXED``.
    """
    mixed = Sex.WOMEN in sexes and Sex.MEN in sexes
    return Refusal.SEXES_MIXED if mixed and not family else Refusal.ACCEPTED


@rule("National letting regulation 2025: no sleeping in kitchens, baths, cellars", "confirmed")
@checked
def check_living_space(use: Name, banned: Collection[Name]) -> Refusal:
    """Return whether a space of this use may be let to sleep in.

    Example: ``check_living_space("kitchen", ["kitchen", "bath"])`` is
    ``Refusal.NOT_LIVING_SPACE``.
    """
    alike = {spelling(entry).casefold() for entry in banned}
    return Refusal.NOT_LIVING_SPACE if spelling(use).casefold() in alike else Refusal.ACCEPTED


@rule("R23 Shanghai: concentrated letting from 10 rooms or 15 residents", "secondary")
@checked
def is_concentrated(
    rooms: Count, residents: Count, rooms_from: Count, residents_from: Count
) -> bool:
    """Return whether a landlord must keep a management system: at either line or above.

    Example: ``is_concentrated(10, 3, 10, 15)`` is ``True``; ``is_concentrated(9, 14, 10, 15)`` is
    ``False``.
    """
    return rooms >= rooms_from or residents >= residents_from
