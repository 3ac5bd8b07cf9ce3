"""The tree of places and the law's limits on space."""

from decimal import Decimal

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.places import (
    Kind,
    Sex,
    build_tree,
    check_heads,
    check_living_space,
    check_sexes,
    heads_allowed,
    is_concentrated,
    parse_area,
)
from tests.unit.housing.estates import tree


def test_every_place_knows_its_flat_its_room_and_its_order() -> None:
    estate = tree()
    row = estate.rows[estate.index("A1r2")]
    assert estate.codes[row["flat"]] == "A1"
    assert estate.codes[row["room"]] == "A1r"
    assert row["order"] == 1
    assert estate.rows["beds"][estate.index("A1r")] == 2
    assert estate.rows["flat"][estate.index("A")] == -1


def test_approval_for_beds_holds_for_all_inside() -> None:
    estate = tree()
    assert estate.rows["dormitory"][estate.index("A1r")] == 1
    assert estate.rows["dormitory"][estate.index("B1r")] == 0


@pytest.mark.parametrize(
    ("parents", "kinds"),
    [
        ([-1, 0], [Kind.COMMUNITY, Kind.FLAT]),  # no building between
        ([-1, 2, 0], [Kind.COMMUNITY, Kind.FLAT, Kind.BUILDING]),  # parent below its child
        ([0], [Kind.COMMUNITY]),  # its own parent
        ([-1], [Kind.BUILDING]),
        ([-1], [Kind.SHARED]),
    ],
)
def test_a_place_stands_inside_the_next_larger_one(parents: list[int], kinds: list[Kind]) -> None:
    zeros = np.zeros(len(kinds), np.int32)
    columns = [np.array(x, np.int32) for x in (parents, kinds)]
    with pytest.raises(InputFault, match="must stand directly inside"):
        build_tree([f"p{i}" for i in range(len(kinds))], *columns, zeros, zeros, zeros)


@pytest.mark.parametrize(
    ("area", "least", "most", "heads"),
    [("10.00", "5", 2, 2), ("9.99", "5", 2, 1), ("30", "5", 2, 2), ("4.99", "5", 2, 0)],
)
def test_heads_by_area(area: str, least: str, most: int, heads: int) -> None:
    assert heads_allowed(area, least, most) == heads
    assert heads_allowed(Decimal(area), Decimal(least), most) == heads


@pytest.mark.parametrize(
    ("area", "heads", "family", "refusal"),
    [
        ("10.00", 2, False, Refusal.ACCEPTED),
        ("9.99", 2, False, Refusal.ROOM_TOO_SMALL),
        ("20", 3, False, Refusal.TOO_MANY_HEADS),
        ("20", 3, True, Refusal.ACCEPTED),
        ("14.99", 3, True, Refusal.ROOM_TOO_SMALL),
    ],
)
def test_five_square_metres_and_two_heads(
    area: str, heads: int, family: bool, refusal: Refusal
) -> None:
    assert check_heads(area, heads, "5", 2, family) == refusal


def test_areas_are_exact() -> None:
    assert parse_area("15.00") == parse_area(15) == parse_area(Decimal(15)) == 1_500
    with pytest.raises(InputFault, match="finer than"):
        parse_area("15.001")
    with pytest.raises(InputFault, match="binary and not exact"):
        parse_area(15.1)  # type: ignore[arg-type]


def test_both_sexes_share_a_room_only_as_a_family() -> None:
    assert check_sexes([Sex.WOMEN, Sex.MEN]) == Refusal.SEXES_MIXED
    assert check_sexes([Sex.WOMEN, Sex.MEN], family=True) == Refusal.ACCEPTED
    assert check_sexes([Sex.MEN, Sex.MEN]) == Refusal.ACCEPTED


def test_kitchens_are_not_let_to_sleep_in() -> None:
    banned = ("kitchen", "bath", "balcony")
    assert check_living_space("kitchen", banned) == Refusal.NOT_LIVING_SPACE
    assert check_living_space("bedroom", banned) == Refusal.ACCEPTED


@pytest.mark.parametrize(
    ("rooms", "residents", "answer"), [(10, 3, True), (9, 15, True), (9, 14, False)]
)
def test_concentrated_letting_starts_at_either_line(
    rooms: int, residents: int, answer: bool
) -> None:
    assert is_concentrated(rooms, residents, 10, 15) is answer
