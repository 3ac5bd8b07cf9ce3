"""Occupancy equals the day-set model over long random histories."""

import os
from datetime import date, timedelta

import numpy as np
import pytest

from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.claims import NONE, Purpose
from huiguan.housing.supply.occupancy import (
    ClaimOutcome,
    Occupancy,
    claim,
    convert,
    end_claim,
    extend_claim,
    free_places,
    move_claim,
    refit,
)
from huiguan.housing.supply.places import Kind, Level, Sex, Shift, Tree, build_tree
from tests.models.plain_occupancy import PlainOccupancy

COMPILED = os.environ.get("NUMBA_DISABLE_JIT") != "1"
FIRST = date(2026, 1, 1)
DAYS = 800
STEPS = 100_000 if COMPILED else 3_000


def small_estate(rng: np.random.Generator, flats: int) -> Tree:
    """Return an estate of two buildings; only the second is approved for beds."""
    codes, parents, kinds, dormitory = ["C", "C-1", "C-2"], [-1, 0, 0], [0, 1, 1], [0, 0, 1]

    def add(code: str, parent: int, kind: Kind) -> int:
        codes.append(code)
        parents.append(parent)
        kinds.append(kind)
        dormitory.append(0)
        return len(codes) - 1

    for number in range(flats):
        flat = add(f"C-{number}", 1 + (number % 4 != 0), Kind.FLAT)
        for room_number in range(rng.integers(1, 4)):
            room = add(f"C-{number}-{room_number}", flat, Kind.ROOM)
            for bed in range(rng.integers(1, 5)):
                add(f"C-{number}-{room_number}-{bed}", room, Kind.BED)
    areas = np.full(len(codes), 2_000, np.int32)
    columns = [np.array(x, np.int32) for x in (parents, kinds)]
    return build_tree(codes, *columns, areas, np.zeros_like(areas), np.array(dormitory, np.int32))


def day(number: int) -> date:
    return FIRST + timedelta(days=int(number))


class History:
    """One random act after another on both, compared at once."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.tree = small_estate(self.rng, 12)
        self.real = Occupancy(self.tree)
        self.plain = PlainOccupancy(self.tree, DAYS)
        kinds = self.tree.rows["kind"]
        self.of_kind = [np.flatnonzero(kinds == kind).tolist() for kind in Kind]
        self.done = dict.fromkeys(Refusal, 0)
        self.today = 0

    def pick(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))

    def place(self) -> int:
        kind = (Kind.FLAT, Kind.ROOM, Kind.BED, Kind.BED, Kind.BUILDING)[self.pick(0, 5)]
        return self.of_kind[kind][self.pick(0, len(self.of_kind[kind]))]

    def period(self) -> tuple[int, int]:
        start = self.today + self.pick(0, 40)
        return start, min(DAYS, start + self.pick(0, 90))

    def number(self) -> int:
        """Return an open claim, mostly, or a number that is none."""
        open_claims = list(self.plain.claims)
        if not open_claims or self.pick(0, 50) == 0:
            return self.pick(-1, self.real.claim_count + 1)
        return open_claims[self.pick(0, len(open_claims))]

    def end_day(self, number: int) -> date | None:
        return None if number == DAYS else day(number)

    def take(self) -> Refusal:
        place, (start, end) = self.place(), self.period()
        purpose, sex = Purpose(self.pick(1, 4)), Sex(self.pick(0, 3))
        right = self.plain.refusals(place, start, end, purpose, sex)
        outcome = claim(self.real, place, day(start), self.end_day(end), purpose, 7, sex)
        assert outcome.refusal in right, (outcome, right)
        if not outcome.refusal:
            self.plain.take(outcome.claim + 1, place, start, end, purpose, sex)
        return outcome.refusal

    def end(self) -> Refusal:
        number = self.number()
        known = self.plain.claims.get(number)
        end = self.today + self.pick(-10, 60)
        outcome = end_claim(self.real, number - 1, day(end))
        if known is None:
            right = Refusal.NOT_CLAIMED
        elif max(end, known.start) > known.end:
            right = Refusal.PERIOD_EMPTY
        else:
            right = Refusal.ACCEPTED
            self.plain.change_end(number, max(end, known.start))
        assert outcome.refusal == right
        return right

    def hold_over(self) -> Refusal:
        number = self.number()
        known = self.plain.claims.get(number)
        if known is None:
            assert extend_claim(self.real, number - 1, day(1)).refusal == Refusal.NOT_CLAIMED
            return Refusal.NOT_CLAIMED
        end = min(DAYS, known.end + self.pick(0, 20))
        right = self.plain.refusals(known.place, known.end, end, known.purpose, known.sex)
        outcome = extend_claim(self.real, number - 1, self.end_day(end))
        assert outcome.refusal in right
        if not outcome.refusal:
            self.plain.change_end(number, end)
        return outcome.refusal

    def move(self) -> Refusal:
        number, place, (on, end) = self.number(), self.place(), self.period()
        purpose, sex = Purpose(self.pick(1, 4)), Sex(self.pick(0, 3))
        known = self.plain.claims.get(number)
        outcome = move_claim(
            self.real, number - 1, place, day(on), self.end_day(end), purpose, 8, sex
        )
        if known is None or not known.start <= on <= known.end:
            assert outcome.refusal == Refusal.NOT_CLAIMED
            return outcome.refusal
        old = known.end
        self.plain.change_end(number, on)
        right = self.plain.refusals(place, on, end, purpose, sex)
        assert outcome.refusal in right, (outcome, right)
        if outcome.refusal:
            known.end = on
            self.plain.claims[number] = known
            self.plain.change_end(number, old)
        else:
            self.plain.take(outcome.claim + 1, place, on, end, purpose, sex)
        return outcome.refusal

    def convert(self) -> Refusal:
        flats = self.of_kind[Kind.FLAT]
        flat, on = flats[self.pick(0, len(flats))], self.today + self.pick(0, 60)
        level = Level(self.pick(2, 5))
        right = self.plain.convert(flat, level, on)
        assert convert(self.real, flat, level, day(on)).refusal == right
        return right

    def refit(self) -> Refusal:
        rooms = self.of_kind[Kind.ROOM]
        room, on = rooms[self.pick(0, len(rooms))], self.today + self.pick(0, 30)
        beds, sex, shift = self.pick(0, 5), Sex(self.pick(0, 3)), Shift(self.pick(0, 3))
        right = self.plain.refit(room, beds, sex, shift, on, 3)
        outcome: ClaimOutcome = refit(self.real, room, beds, sex, shift, day(on), 3)
        assert outcome.refusal in right
        if outcome.refusal == Refusal.LET_BEYOND:
            assert outcome.blocked_by != NONE
        return outcome.refusal

    def compare_free(self) -> None:
        start, end = self.period()
        sex = Sex(self.pick(0, 3))
        for level in Level:
            free = free_places(self.real, level, day(start), self.end_day(end), sex)
            if start < end:
                assert free.tolist() == self.plain.free(level, start, end, sex)

    def run(self, steps: int) -> None:
        acts = [self.take] * 6 + [self.end, self.hold_over, self.move, self.convert]
        for step in range(steps):
            self.today = step * (DAYS - 100) // steps
            act = self.refit if self.pick(0, 30) == 0 else acts[self.pick(0, len(acts))]
            self.done[act()] += 1
            if step % 500 == 0:
                self.compare_free()


@pytest.mark.slow
def test_a_long_history_equals_the_day_set_model() -> None:
    history = History(seed=20_260_701)
    for flat in history.of_kind[Kind.FLAT]:
        level = Level.BED if history.tree.rows["dormitory"][flat] else Level.WHOLE
        assert history.plain.convert(flat, level, 0) == Refusal.ACCEPTED
        assert convert(history.real, flat, level, FIRST).refusal == Refusal.ACCEPTED
    for room in history.of_kind[Kind.ROOM][::2]:  # the others have no bed until a change
        beds = min(3, int(history.tree.rows["beds"][room]))
        assert history.plain.refit(room, beds, 0, 0, 0, 3) == {Refusal.ACCEPTED}
        assert not refit(history.real, room, beds, Sex.ANY, Shift.ANY, FIRST, 3).refusal
    history.run(STEPS)
    met = {refusal.name for refusal, count in history.done.items() if count}
    assert met == {
        "ACCEPTED",
        "PLACE_NOT_LETTABLE",
        "PERIOD_EMPTY",
        "LEVEL_DIFFERS",
        "BED_NOT_FITTED",
        "SEX_DIFFERS",
        "PLACE_TAKEN",
        "LET_BEYOND",
        "CHANGE_DECIDED",
        "NOTHING_CHANGES",
        "TOO_MANY_HEADS",
        "NOT_DORMITORY",
        "NOT_CLAIMED",
    }
    assert history.done[Refusal.ACCEPTED] > STEPS / 20
