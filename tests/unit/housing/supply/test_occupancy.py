"""Claims, conversions and fits on an estate of four beds; supply that reconciles."""

from datetime import date

import numpy as np
import pytest

from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.occupancy import (
    claim_many,
    end_claim,
    extend_claim,
    free_places,
    move_claim,
    why,
)
from huiguan.housing.supply.places import Level, Sex
from huiguan.housing.supply.reconcile import held_reasons, reconcile, unaccounted_places
from tests.unit.housing.estates import APRIL, JULY, JUNE, MARCH, MAY, Estate


@pytest.mark.parametrize(
    ("place", "start", "end", "refusal"),
    [
        ("A1r2", APRIL, MAY, Refusal.ACCEPTED),  # the other bed
        ("A1r1", MAY, JUNE, Refusal.ACCEPTED),  # turnover on the day
        ("A1r1", MARCH, APRIL, Refusal.ACCEPTED),
        ("A1r1", date(2026, 4, 30), MAY, Refusal.PLACE_TAKEN),
        ("A1r1", APRIL, APRIL, Refusal.PERIOD_EMPTY),
        ("A1r", APRIL, MAY, Refusal.LEVEL_DIFFERS),
        ("A1", APRIL, MAY, Refusal.LEVEL_DIFFERS),
        ("A1r2", date(2026, 2, 28), MAY, Refusal.LEVEL_DIFFERS),  # a day before the level starts
        ("K", APRIL, MAY, Refusal.PLACE_NOT_LETTABLE),
        ("A", APRIL, MAY, Refusal.PLACE_NOT_LETTABLE),
    ],
)
def test_with_one_bed_let_in_april(place: str, start: date, end: date, refusal: Refusal) -> None:
    estate = Estate()
    assert estate.claim("A1r1", APRIL, MAY).refusal == Refusal.ACCEPTED
    assert estate.claim(place, start, end).refusal == refusal


@pytest.mark.parametrize("held", ["A1", "A1r", "A1r2"])
def test_a_hold_for_repairs_takes_what_it_holds_and_what_holds_it(held: str) -> None:
    estate = Estate()
    taken = estate.claim(held, APRIL, MAY, Purpose.HELD, HoldReason.REPAIR)
    assert not taken.refusal
    assert estate.claim("A1r2", APRIL, JUNE).refusal == Refusal.PLACE_TAKEN
    assert estate.claim("A1", APRIL, MAY, Purpose.HELD).refusal == Refusal.PLACE_TAKEN
    assert estate.claim("A1s1", APRIL, MAY).refusal == (
        Refusal.PLACE_TAKEN if held == "A1" else Refusal.ACCEPTED
    )


def test_a_bed_is_let_only_while_it_is_set_up() -> None:
    estate = Estate()
    assert not estate.refit("A1r", 1, MAY).refusal
    assert estate.claim("A1r2", APRIL, MAY).refusal == Refusal.ACCEPTED
    assert estate.claim("A1r2", MAY, JUNE).refusal == Refusal.BED_NOT_FITTED
    assert not estate.refit("A1r", 2, JUNE).refusal
    assert estate.claim("A1r2", date(2026, 5, 31), JULY).refusal == Refusal.BED_NOT_FITTED
    assert estate.claim("A1r2", JUNE, JULY).refusal == Refusal.ACCEPTED


def test_a_room_never_set_up_has_no_bed() -> None:
    estate = Estate()
    assert not estate.refit("A1s", 0, MAY).refusal
    assert not estate.refit("A1s", 1, JUNE).refusal
    assert estate.claim("A1s1", date(2026, 5, 31), JULY).refusal == Refusal.BED_NOT_FITTED


def test_a_conversion_is_refused_while_a_bed_is_let_beyond() -> None:
    estate = Estate()
    estate.claim("A1r1", APRIL, JUNE, owner=41)
    outcome = estate.convert("A1", Level.WHOLE, MAY)
    assert outcome.refusal == Refusal.LET_BEYOND
    assert why(estate.occupancy, estate.row("A1"), outcome) == (
        "A1: it is let or promised beyond the change (A1r1, let 41, until 2026-06-01)"
    )
    assert estate.convert("A1", Level.WHOLE, JUNE).refusal == Refusal.ACCEPTED  # same-day turnover
    assert estate.claim("A1", JUNE, JULY).refusal == Refusal.ACCEPTED
    assert estate.claim("A1r2", MAY, JULY).refusal == Refusal.LEVEL_DIFFERS
    assert estate.convert("A1", Level.ROOM, MAY).refusal == Refusal.CHANGE_DECIDED


def test_a_conversion_can_be_taken_back_on_its_day() -> None:
    estate = Estate()
    assert not estate.convert("A1", Level.WHOLE, MAY).refusal
    assert not estate.convert("A1", Level.BED, MAY).refusal
    assert estate.claim("A1r1", APRIL, JULY).refusal == Refusal.ACCEPTED
    assert estate.convert("A1", Level.BED, JULY).refusal == Refusal.NOTHING_CHANGES


def test_beds_need_an_approved_project() -> None:
    assert Estate().convert("B1", Level.BED, MAY).refusal == Refusal.NOT_DORMITORY


def test_a_hold_does_not_stop_a_conversion() -> None:
    estate = Estate()
    estate.claim("A1", APRIL, JUNE, Purpose.HELD, HoldReason.CONVERSION)
    assert estate.convert("A1", Level.WHOLE, MAY).refusal == Refusal.ACCEPTED


def test_a_womens_room_refuses_men_and_the_unknown() -> None:
    estate = Estate()
    assert not estate.refit("A1r", 2, APRIL, Sex.WOMEN).refusal
    assert estate.claim("A1r1", APRIL, MAY, sex=Sex.MEN).refusal == Refusal.SEX_DIFFERS
    assert estate.claim("A1r1", APRIL, MAY, sex=Sex.ANY).refusal == Refusal.SEX_DIFFERS
    assert estate.claim("A1r1", APRIL, MAY, sex=Sex.WOMEN).refusal == Refusal.ACCEPTED
    assert estate.claim("A1r2", APRIL, MAY, Purpose.ROUND).refusal == Refusal.ACCEPTED


@pytest.mark.parametrize(
    ("beds", "sex", "start", "refusal"),
    [
        (1, Sex.ANY, MAY, Refusal.LET_BEYOND),  # takes the second bed away
        (1, Sex.ANY, JUNE, Refusal.ACCEPTED),
        (2, Sex.MEN, MAY, Refusal.SEX_DIFFERS),
        (2, Sex.WOMEN, MAY, Refusal.ACCEPTED),
        (3, Sex.ANY, MAY, Refusal.TOO_MANY_HEADS),  # no third place
        (2, Sex.ANY, MAY, Refusal.NOTHING_CHANGES),
        (1, Sex.ANY, date(2026, 2, 1), Refusal.CHANGE_DECIDED),
    ],
)
def test_a_room_is_set_up_anew(beds: int, sex: Sex, start: date, refusal: Refusal) -> None:
    estate = Estate()
    estate.claim("A1r2", APRIL, JUNE, sex=Sex.WOMEN)
    assert estate.refit("A1r", beds, start, sex).refusal == refusal


def test_the_law_limits_beds() -> None:
    assert Estate().refit("A1r", 2, MAY, most_beds=1).refusal == Refusal.TOO_MANY_HEADS


def test_holding_over_meets_the_next_let() -> None:
    estate = Estate()
    first = estate.claim("A1r1", APRIL, MAY)
    following = estate.claim("A1r1", JUNE, JULY)
    assert not extend_claim(estate.occupancy, first.claim, JUNE).refusal
    blocked = extend_claim(estate.occupancy, first.claim, date(2026, 6, 2))
    assert (blocked.refusal, blocked.blocked_by) == (Refusal.PLACE_TAKEN, following.claim)
    assert not end_claim(estate.occupancy, following.claim, JUNE).refusal  # withdrawn
    assert not extend_claim(estate.occupancy, first.claim, None).refusal
    assert end_claim(estate.occupancy, following.claim, JUNE).refusal == Refusal.NOT_CLAIMED


def test_a_move_is_both_or_neither() -> None:
    estate = Estate()
    first = estate.claim("A1r1", APRIL, JULY)
    estate.claim("A1s1", JUNE, JULY)
    o, other, free = estate.occupancy, estate.row("A1s1"), estate.row("A1r2")
    refused = move_claim(o, first.claim, other, MAY, JULY, Purpose.LET, 7)
    assert refused.refusal == Refusal.PLACE_TAKEN
    assert estate.claim("A1r1", JUNE, JULY).refusal == Refusal.PLACE_TAKEN  # still there
    assert not move_claim(o, first.claim, free, MAY, JULY, Purpose.LET, 7).refusal
    assert estate.claim("A1r1", MAY, JULY).refusal == Refusal.ACCEPTED


def test_free_places_over_a_period() -> None:
    estate = Estate()
    estate.claim("A1r1", APRIL, MAY)
    estate.claim("A1s", MAY, JUNE, Purpose.HELD, HoldReason.REPAIR)

    def free(level: Level, start: date, end: date) -> list[str]:
        codes = estate.occupancy.tree.codes
        return [codes[row] for row in free_places(estate.occupancy, level, start, end)]

    assert free(Level.BED, APRIL, MAY) == ["A1r2", "A1s1"]
    assert free(Level.BED, APRIL, JUNE) == ["A1r2"]
    assert free(Level.BED, JUNE, JULY) == ["A1r1", "A1r2", "A1s1"]
    assert free(Level.WHOLE, APRIL, JULY) == ["B1"]
    assert free(Level.ROOM, APRIL, JULY) == []


def test_many_claims_at_once_are_the_same_as_one_by_one() -> None:
    estate = Estate()
    wanted = np.array(
        [
            [estate.row(place), MAY.toordinal(), JUNE.toordinal(), Purpose.LET, owner, Sex.ANY]
            for place, owner in (("A1r1", 1), ("A1r1", 2), ("A1s1", 3), ("B1", 4), ("A1", 5))
        ]
    )
    taken, other = Refusal.PLACE_TAKEN, Refusal.LEVEL_DIFFERS
    assert claim_many(estate.occupancy, wanted).tolist() == [0, taken, 0, 0, other]
    assert estate.occupancy.claim_count == 3 + 3 + 1


def test_supply_reconciles_by_reason() -> None:
    estate = Estate()
    estate.claim("A1r1", APRIL, MAY)
    estate.claim("A1r2", APRIL, MAY, Purpose.ROUND, owner=2026)
    estate.claim("A1s", APRIL, MAY, Purpose.HELD, HoldReason.REPAIR)
    found = {row.level: row for row in reconcile(estate.occupancy, APRIL)}
    bed, flat = found["bed"], found["whole"]
    assert (bed.units, bed.let, bed.in_round, bed.held, bed.unaccounted) == (3, 1, 1, 1, 0)
    assert (flat.units, flat.unaccounted) == (1, 1)  # the other flat is let by the bed
    assert found["room"].units == 0
    assert unaccounted_places(estate.occupancy, APRIL) == ["B1"]
    assert held_reasons(estate.occupancy, APRIL) == {"repair": 1}
    assert unaccounted_places(estate.occupancy, MAY) == ["B1", "A1r1", "A1r2", "A1s1"]


def test_one_bed_held_holds_its_flat_when_let_whole() -> None:
    estate = Estate()
    estate.claim("B1r1", APRIL, MAY, Purpose.HELD, HoldReason.SAFETY)
    found = {row.level: row for row in reconcile(estate.occupancy, APRIL)}
    assert (found["whole"].units, found["whole"].held) == (1, 1)
