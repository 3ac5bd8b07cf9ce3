"""Beds within a programme: a crew in one room, else in rooms side by side.

Who gets a bed is decided by the match; which bed, here, and never by a preference. Larger crews go
first, then the order of the draw. A room takes one sex and one shift: what it is fixed for, or what
its first people are. A crew takes the room it fills best; without one, the shortest run of rooms
that stand side by side; without one, nobody of it is placed and the reason stays with the office.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.readers.names import Name, once, one_spelling
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import whole_number

ANY = 0
MOST = 100_000  # heads of a crew or beds of a room: no house has more
SEXES = ("any", "f", "m")
SHIFTS = ("any", "day", "night")


def some(value: object, what: str) -> int:
    """Return how many people a crew has."""
    return whole_number(value, what, 1, MOST)


def free_beds(value: object, what: str) -> int:
    """Return how many beds of a room are free."""
    return whole_number(value, what, 0, MOST)


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """People who want one room; a person is a crew of one. "any" shift sleeps beside either."""

    name: Name
    heads: Annotated[int, some]
    sex: str  # f or m; any for a family that fills its room alone
    shift: str = "any"


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """Free beds of a room. Rooms of one ``corridor`` stand side by side in order of ``door``."""

    name: Name
    corridor: Name
    door: int
    beds: Annotated[int, free_beds]
    sex: str = "any"
    shift: str = "any"


@kernel
def fits(room: int, sex: int, shift: int, room_sex: np.ndarray, room_shift: np.ndarray) -> bool:
    """Return whether people of ``sex`` and ``shift`` may join a room."""
    return bool(
        (room_sex[room] == ANY or room_sex[room] == sex)
        and (room_shift[room] == ANY or shift == ANY or room_shift[room] == shift)
    )


@kernel
def find_room(
    heads: int,
    sex: int,
    shift: int,
    first: int,
    last: int,
    free: np.ndarray,
    room_sex: np.ndarray,
    room_shift: np.ndarray,
) -> int:
    """Return the room of ``first``..``last - 1`` that the crew leaves with fewest beds, or -1."""
    best = -1
    for room in range(first, last):
        if free[room] < heads or not fits(room, sex, shift, room_sex, room_shift):
            continue
        if best < 0 or free[room] < free[best]:
            best = room
    return best


@kernel
def find_run(
    heads: int,
    sex: int,
    shift: int,
    first: int,
    last: int,
    free: np.ndarray,
    room_sex: np.ndarray,
    room_shift: np.ndarray,
    corridor: np.ndarray,
) -> tuple[int, int]:
    """Return the first room and the length of the shortest run that holds the crew, or (-1, 0)."""
    best, best_length, best_beds = -1, 0, 0
    for start in range(first, last):
        beds = 0
        for room in range(start, last):
            if corridor[room] != corridor[start] or free[room] == 0:
                break
            if not fits(room, sex, shift, room_sex, room_shift):
                break
            beds += free[room]
            length = room - start + 1
            if best >= 0 and length > best_length:
                break
            if beds >= heads:
                if best < 0 or length < best_length or beds < best_beds:
                    best, best_length, best_beds = start, length, beds
                break
    return best, best_length


@kernel
def place_all(
    crew_heads: np.ndarray,
    crew_sex: np.ndarray,
    crew_shift: np.ndarray,
    crew_first: np.ndarray,
    crew_last: np.ndarray,
    free: np.ndarray,
    room_sex: np.ndarray,
    room_shift: np.ndarray,
    corridor: np.ndarray,
    start: np.ndarray,
    length: np.ndarray,
) -> None:
    """Place crews in the order given; rooms of a corridor stand side by side in the arrays.

    ``crew_first``/``crew_last``: the rooms a crew may use. ``free``, ``room_sex`` and
    ``room_shift`` are used up; ``start`` and ``length`` tell the run of rooms of each crew, start
    -1 if it is not placed. A run is filled from its first room on.
    """
    for crew in range(crew_heads.size):
        heads, sex, shift = crew_heads[crew], crew_sex[crew], crew_shift[crew]
        first, last = crew_first[crew], crew_last[crew]
        room = find_room(heads, sex, shift, first, last, free, room_sex, room_shift)
        run = 1
        if room < 0:
            room, run = find_run(
                heads, sex, shift, first, last, free, room_sex, room_shift, corridor
            )
        start[crew] = room
        length[crew] = run if room >= 0 else 0
        if room < 0:
            continue
        for taken in range(room, room + run):
            beds = min(heads, free[taken])
            heads -= beds
            free[taken] -= beds
            if sex != ANY:
                room_sex[taken] = sex
            else:
                free[taken] = 0  # a family shares with nobody
            if shift != ANY:
                room_shift[taken] = shift


@rule("crews in one room, else adjacent rooms; sex and shift apart", "assumed")
@checked
def place_crews(crews: Sequence[Crew], rooms: Sequence[Room]) -> dict[str, dict[str, int]]:
    """Return crew -> (room -> beds); a crew that does not fit has no room.

    ``crews`` in order of the draw; larger crews are placed first. The order of ``rooms`` does not
    matter: doors of a corridor are side by side when their numbers follow each other.
    Example: crews of 3 and of 4 (both f) and rooms 1 and 2 with 4 beds each: the four fill one
    room, the three get the other.
    """
    for what, named in (("crews", crews), ("rooms", rooms)):
        names = [entry.name for entry in named]
        once(names, what)
        one_spelling(names, what)
    order = sorted(range(len(crews)), key=lambda at: -crews[at].heads)
    doors = sorted(rooms, key=lambda room: (room.corridor, room.door, room.name))
    kinds = [(c.name, c.sex, c.shift) for c in crews] + [(r.name, r.sex, r.shift) for r in doors]
    for name, sex, shift in kinds:
        if sex not in SEXES or shift not in SHIFTS:
            raise InputFault(f"{name}: sex is any, f or m, shift is any, day or night")
    stretch = np.zeros(len(doors), dtype=np.int64)  # a gap between doors starts another stretch
    for at in range(1, len(doors)):
        before, here = doors[at - 1], doors[at]
        beside = before.corridor == here.corridor and here.door == before.door + 1
        stretch[at] = stretch[at - 1] + (not beside)
    free = np.array([room.beds for room in doors], dtype=np.int64)
    beds = free.copy()
    start = np.full(len(crews), -1, dtype=np.int64)
    length = np.zeros(len(crews), dtype=np.int64)
    everywhere = np.zeros(len(crews), dtype=np.int64)
    place_all(
        np.array([crews[at].heads for at in order], dtype=np.int64),
        np.array([SEXES.index(crews[at].sex) for at in order], dtype=np.int64),
        np.array([SHIFTS.index(crews[at].shift) for at in order], dtype=np.int64),
        everywhere,
        everywhere + len(doors),
        free,
        np.array([SEXES.index(room.sex) for room in doors], dtype=np.int64),
        np.array([SHIFTS.index(room.shift) for room in doors], dtype=np.int64),
        stretch,
        start,
        length,
    )
    placed: dict[str, dict[str, int]] = {crew.name: {} for crew in crews}
    for step, at in enumerate(order):
        heads = crews[at].heads
        for room in range(int(start[step]), int(start[step] + length[step])):
            taken = min(heads, int(beds[room]))
            placed[crews[at].name][doors[room].name] = taken
            beds[room] -= taken
            heads -= taken
    return placed
