"""The day-set model of occupancy: a grid of bed places and days, and nothing cleverer.

A place is the set of its bed places; letting it colours their days. Levels and fits are one value a
day. Written from the promises of ``housing.occupancy``, not from its code.
"""

from dataclasses import dataclass

import numpy as np

from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.claims import Purpose
from huiguan.housing.supply.places import Kind, Sex, Tree


@dataclass
class PlainClaim:
    place: int
    start: int
    end: int
    purpose: int
    sex: int


class PlainOccupancy:
    def __init__(self, tree: Tree, days: int) -> None:
        rows = tree.rows
        self.rows, self.days = rows, days
        self.claims: dict[int, PlainClaim] = {}
        self.cells = {
            place: [
                bed
                for bed in np.flatnonzero(rows["kind"] == Kind.BED).tolist()
                if place in (bed, rows["room"][bed], rows["flat"][bed])
            ]
            for place in range(len(rows))
        }
        self.grid = np.zeros((len(rows), days), np.int64)  # claim number, 0 free
        self.level = np.zeros((len(rows), days), np.int8)  # 0 not let at all
        self.beds = np.zeros((len(rows), days), np.int32)
        self.sex = np.full((len(rows), days), -1, np.int8)  # -1 not set up
        self.shift = np.zeros((len(rows), days), np.int8)
        self.refitted: dict[int, int] = {}

    def refusals(self, place: int, start: int, end: int, purpose: int, sex: int) -> set[Refusal]:
        """Return the refusals that are right; several where two faults are of the same step."""
        row = self.rows[place]
        if row["kind"] not in (Kind.FLAT, Kind.ROOM, Kind.BED):
            return {Refusal.PLACE_NOT_LETTABLE}
        if start >= end:
            return {Refusal.PERIOD_EMPTY}
        when = slice(start, end)
        if purpose != Purpose.HELD:
            if (self.level[row["flat"], when] != row["kind"]).any():
                return {Refusal.LEVEL_DIFFERS}
            faults = set()
            if row["kind"] == Kind.BED and (self.beds[row["room"], when] <= row["order"]).any():
                faults.add(Refusal.BED_NOT_FITTED)
            if purpose == Purpose.LET and row["kind"] != Kind.FLAT:
                asked = self.sex[row["room"], when]
                if ((asked > Sex.ANY) & (asked != sex)).any():
                    faults.add(Refusal.SEX_DIFFERS)
            if faults:
                return faults
        if (self.grid[self.cells[place], when] != 0).any():
            return {Refusal.PLACE_TAKEN}
        return {Refusal.ACCEPTED}

    def take(self, number: int, place: int, start: int, end: int, purpose: int, sex: int) -> None:
        self.claims[number] = PlainClaim(place, start, end, purpose, sex)
        self.grid[self.cells[place], start:end] = number

    def change_end(self, number: int, end: int) -> None:
        claim = self.claims[number]
        cells = self.cells[claim.place]
        self.grid[cells, claim.start : claim.end] = 0
        self.grid[cells, claim.start : end] = number
        claim.end = end
        if claim.start >= end:
            del self.claims[number]

    def let_within(self, place: int, day: int) -> list[PlainClaim]:
        """Return what is let or promised beyond a day in a place, or around it."""
        found = np.unique(self.grid[self.cells[place], day:])
        claims = [self.claims[number] for number in found.tolist() if number]
        return [claim for claim in claims if claim.purpose != Purpose.HELD]

    def convert(self, flat: int, level: int, day: int) -> Refusal:
        if level == Kind.BED and not self.rows["dormitory"][flat]:
            return Refusal.NOT_DORMITORY
        levels = self.level[flat]
        changes = np.flatnonzero(np.diff(levels, prepend=0))
        if len(changes) and day < changes[-1]:
            return Refusal.CHANGE_DECIDED
        if levels[-1] == level:
            return Refusal.NOTHING_CHANGES
        if self.let_within(flat, day):
            return Refusal.LET_BEYOND
        levels[day:] = level
        return Refusal.ACCEPTED

    def refit(
        self, room: int, beds: int, sex: int, shift: int, day: int, most: int
    ) -> set[Refusal]:
        if beds > most or beds > len(self.cells[room]):
            return {Refusal.TOO_MANY_HEADS}
        if day < self.refitted.get(room, 0):
            return {Refusal.CHANGE_DECIDED}
        last = self.days - 1
        now = (self.beds[room, last], self.sex[room, last], self.shift[room, last])
        if now == (beds, sex, shift):
            return {Refusal.NOTHING_CHANGES}
        faults = set()
        for claim in self.let_within(room, day):
            row = self.rows[claim.place]
            if row["kind"] == Kind.BED and row["order"] >= beds:
                faults.add(Refusal.LET_BEYOND)
            in_room = row["kind"] != Kind.FLAT
            if in_room and claim.purpose == Purpose.LET and sex not in (Sex.ANY, claim.sex):
                faults.add(Refusal.SEX_DIFFERS)
        if faults:
            return faults
        self.beds[room, day:], self.sex[room, day:], self.shift[room, day:] = beds, sex, shift
        self.refitted[room] = day
        return {Refusal.ACCEPTED}

    def free(self, kind: int, start: int, end: int, sex: int) -> list[int]:
        return [
            place
            for place in np.flatnonzero(self.rows["kind"] == kind).tolist()
            if self.refusals(place, start, end, Purpose.LET, sex) == {Refusal.ACCEPTED}
        ]
