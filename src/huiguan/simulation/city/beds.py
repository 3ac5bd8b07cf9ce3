"""Employers and beds of a simulated city: room lots before the round, crews together after it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec
import numpy as np

from huiguan.housing.allocation import placement
from huiguan.housing.allocation.lots import room_lots
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.occupancy import claim, why
from huiguan.simulation.city.estate import FLOOR, City, Offering

ASKING, LOT_ROOMS = 12, 24  # employers that ask for whole rooms, and rooms of four set apart


class BedLot(msgspec.Struct, frozen=True, kw_only=True):
    """What an employer asked for and the rooms it got: room row and the claim that holds it."""

    employer: str
    asked: int
    rooms: tuple[tuple[int, int], ...]


def set_lots_apart(city: City, on: date, chance: np.random.Generator) -> list[BedLot]:
    """Divide rooms of four among the employers that ask, by the uniform rule, and hold them.

    Half of the rooms are for women and half for men; the odd rooms go by a drawn order.
    """
    asking = city.employers[:ASKING]
    requests = {name: int(chance.integers(1, 7)) for name in asking}
    draw = [asking[at] for at in chance.permutation(len(asking))]
    got = room_lots(requests, min(LOT_ROOMS, sum(requests.values())), draw)
    rows = city.occupancy.tree.rows
    halves = [
        list(dict.fromkeys(rows["room"][list(entry.places)].tolist()))[: LOT_ROOMS // 2]
        for entry in city.offerings
        if ".bed4" in entry.name
    ]
    rooms = [room for pair in zip(*halves, strict=True) for room in pair]
    lots, taken = [], 0
    for name in asking:
        held = []
        for room in rooms[taken : taken + got[name]]:
            outcome = claim(city.occupancy, room, on, None, Purpose.HELD, HoldReason.EMPLOYER_LOT)
            assert not outcome.refusal, why(city.occupancy, room, outcome)
            held.append((room, outcome.claim))
        taken += got[name]
        lots.append(BedLot(employer=name, asked=requests[name], rooms=tuple(held)))
    return lots


def place_winners(
    city: City, offering: Offering, free: Sequence[int], crews: dict[str, list[int]]
) -> tuple[list[tuple[int, int]], Counter[str]]:
    """Return (serial, bed) of the winners of beds, and how the crews fared.

    ``crews`` are the serials of each crew that got beds here, in order of the draw. A crew shares a
    room, else has rooms side by side; who fits in neither way is placed one by one.
    """
    rows, codes = city.occupancy.tree.rows, city.occupancy.tree.codes
    beds: dict[str, list[int]] = {}
    for place in free:
        beds.setdefault(codes[rows["room"][place]], []).append(place)
    sex = placement.SEXES[offering.sex]
    pairs: list[tuple[int, int]] = []
    fared: Counter[str] = Counter()
    waiting = crews
    while waiting:
        rooms = []
        for code, places in beds.items():
            door = int(rows["order"][rows["flat"][places[0]]]) if places else 0
            rooms.append(
                placement.Room(
                    name=code, corridor=str(door // FLOOR), door=door, beds=len(places), sex=sex
                )
            )
        wanted = [
            placement.Crew(name=name, heads=len(serials), sex=sex)
            for name, serials in waiting.items()
        ]
        placed = placement.place_crews(wanted, [room for room in rooms if room.beds])
        single: dict[str, list[int]] = {}
        for name, serials in waiting.items():
            given = [
                beds[room].pop(0) for room, heads in placed[name].items() for _ in range(heads)
            ]
            pairs += zip(serials, given, strict=bool(given))
            together = len(serials) > 1
            if together and given:
                fared["in one room" if len(placed[name]) == 1 else "in rooms side by side"] += 1
            elif together:
                fared["one by one"] += 1
                single |= {f"{name}/{serial}": [serial] for serial in serials}
        waiting = single
    return pairs, fared
