"""Decisions about places change nothing by themselves, and the rows of one flat are enough."""

from datetime import date, timedelta

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import from_column
from huiguan.housing.supply.claims import Purpose, Strength
from huiguan.housing.supply.occupancy import (
    convert,
    decide_claim,
    decide_end,
    decide_extension,
    decide_fit,
    decide_level,
    decide_move,
    end_claim,
    move_claim,
    refit,
)
from huiguan.housing.supply.places import Level, Sex, Shift
from huiguan.housing.supply.tables import (
    FitFrom,
    LevelFrom,
    NewEnd,
    Occupancy,
    OccupancyDecision,
    Taken,
    from_rows,
    write,
)
from tests.unit.housing.estates import APRIL, JULY, JUNE, MARCH, MAY, Estate


def bytes_of(occupancy: Occupancy) -> list[bytes]:
    o = occupancy
    tables = (o.heads, o.claims[: o.claim_count], o.levels[: o.level_count], o.fits[: o.fit_count])
    return [table.tobytes() for table in tables]


def rows_of_flat(occupancy: Occupancy, flat: int) -> list[Taken | LevelFrom | FitFrom]:
    """Return what a database holds of one flat: levels, fits and claims that have a day."""
    o, places = occupancy, occupancy.tree.rows
    found: list[Taken | LevelFrom | FitFrom] = []
    for row in o.levels[: o.level_count]:
        if row["flat"] == flat and row["start"] < row["end"]:
            start = from_column(int(row["start"]))
            assert start is not None
            found.append(LevelFrom(flat, Level(int(row["level"])), start))
    for row in o.fits[: o.fit_count]:
        if places["flat"][row["room"]] == flat and row["start"] < row["end"]:
            start = from_column(int(row["start"]))
            assert start is not None
            sex, shift = Sex(int(row["sex"])), Shift(int(row["shift"]))
            found.append(FitFrom(int(row["room"]), int(row["beds"]), sex, shift, start))
    for row in o.claims[: o.claim_count]:
        here = places["flat"][row["place"]] == flat and row["strength"] == Strength.HOLD
        if here and row["start"] < row["end"]:
            start = from_column(int(row["start"]))
            assert start is not None
            end = from_column(int(row["end"]))
            purpose, sex = Purpose(int(row["purpose"])), Sex(int(row["sex"]))
            found.append(Taken(int(row["place"]), start, end, purpose, int(row["owner"]), sex))
    return found


def test_a_decision_writes_nothing() -> None:
    estate = Estate()
    o, bed, room, flat = estate.occupancy, *map(estate.row, ("A1r1", "A1r", "A1"))
    made = estate.claim("A1r1", MAY, JULY).claim
    before = bytes_of(o)
    wanted = Taken(estate.row("A1r2"), MAY, None, Purpose.LET, 9)
    for decision in (
        decide_claim(o, wanted),
        decide_end(o, made, JUNE),
        decide_extension(o, made, None),
        decide_move(o, made, JUNE, Taken(bed, JUNE, None, Purpose.HELD, 1)),
        decide_level(o, LevelFrom(flat, Level.WHOLE, JULY)),
        decide_fit(o, FitFrom(room, 1, Sex.ANY, Shift.ANY, JULY), 4),
        decide_move(o, made, JUNE, Taken(bed, MAY, None, Purpose.LET, 2)),
    ):
        assert bytes_of(o) == before
        assert decision.refusal in (Refusal.ACCEPTED, Refusal.PLACE_TAKEN)
    assert decide_claim(o, wanted) == OccupancyDecision(Refusal.ACCEPTED, begins=(wanted,))
    ends = (NewEnd("claims", made, JUNE),)
    assert decide_end(o, made, JUNE) == OccupancyDecision(Refusal.ACCEPTED, ends=ends, keeps=made)


def test_a_change_taken_back_on_its_day_leaves_no_trace() -> None:
    estate = Estate()
    flat = estate.row("A1")
    assert not convert(estate.occupancy, flat, Level.WHOLE, JUNE).refusal
    back = decide_level(estate.occupancy, LevelFrom(flat, Level.BED, JUNE))
    assert back.begins == ()
    assert [end.end for end in back.ends] == [JUNE, None]
    write(estate.occupancy, back)
    wanted = LevelFrom(flat, Level.BED, JULY)
    assert decide_level(estate.occupancy, wanted).refusal == Refusal.NOTHING_CHANGES


def test_a_place_that_is_not_there() -> None:
    estate = Estate()
    for place in (-1, 13, 10**6):  # the estate has rows 0 to 12
        with pytest.raises(InputFault, match=r"there is no place .* from 0 to 12"):
            decide_claim(estate.occupancy, Taken(place, MAY, None, Purpose.LET, 1))


@pytest.mark.parametrize("seed", range(4))
def test_the_rows_of_one_flat_decide_as_the_whole_estate(seed: int) -> None:
    estate, rng = Estate(), np.random.default_rng(seed)
    o, flat = estate.occupancy, estate.row("A1")
    places = [estate.row(code) for code in ("A1", "A1r", "A1s", "A1r1", "A1r2", "A1s1")]
    answers = set()
    for _ in range(250):
        start = MARCH + timedelta(int(rng.integers(0, 120)))
        end = start + timedelta(int(rng.integers(0, 60)))
        place = places[int(rng.integers(0, len(places)))]
        purpose, sex = Purpose(int(rng.integers(1, 4))), Sex(int(rng.integers(0, 3)))
        taken = Taken(place, start, end, purpose, 5, sex)
        level = LevelFrom(flat, Level(int(rng.integers(2, 5))), start)
        room = estate.row("A1r" if rng.integers(0, 2) else "A1s")
        fit = FitFrom(room, int(rng.integers(0, 3)), sex, Shift.ANY, start)
        few = from_rows(o.tree, rows_of_flat(o, flat))
        pairs = [
            (decide_claim(few, taken), decide_claim(o, taken)),
            (decide_level(few, level), decide_level(o, level)),
            (decide_fit(few, fit, 4), decide_fit(o, fit, 4)),
        ]
        for mine, theirs in pairs:
            assert mine.refusal == theirs.refusal
            assert mine.begins == theirs.begins
            answers.add(mine.refusal)
        act = int(rng.integers(0, 8))
        if act == 0:
            write(o, pairs[1][1])
        elif act == 1:
            write(o, pairs[2][1])
        elif act == 2 and o.claim_count:
            end_claim(o, int(rng.integers(0, o.claim_count)), start)
        elif act == 3 and o.claim_count:
            move_claim(o, int(rng.integers(0, o.claim_count)), place, start, end, purpose, 6, sex)
        else:
            write(o, pairs[0][1])
    assert len(answers) >= 6


def test_a_fold_of_decisions_is_the_estate() -> None:
    estate = Estate()
    o = estate.occupancy
    estate.claim("A1r1", APRIL, JULY)
    refit(o, estate.row("A1s"), 1, Sex.WOMEN, Shift.ANY, MAY, 4)
    again = from_rows(o.tree, rows_of_flat(o, estate.row("A1")))
    wanted = Taken(estate.row("A1r1"), date(2026, 6, 30), None, Purpose.LET, 2)
    assert decide_claim(again, wanted).refusal == Refusal.PLACE_TAKEN
    assert decide_claim(again, wanted._replace(start=JULY)).refusal == Refusal.ACCEPTED
