"""A small city lives through its round and its year; a seed is a city, to the byte."""

from collections import Counter
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from huiguan.foundation.postings import balances
from huiguan.housing.supply.places import Kind
from huiguan.housing.supply.reconcile import reconcile
from huiguan.simulation.city.demo import CHANGE, TODAY, CityDemo, block_flats, run_demo
from huiguan.simulation.city.reception import build_city

APPLICANTS, EMPLOYERS = 2_400, 6


def lived(folder: Path, seed: int) -> CityDemo:
    return run_demo(folder, lambda _: None, seed, APPLICANTS, EMPLOYERS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[CityDemo, Path]:
    folder = tmp_path_factory.mktemp("demo")
    return lived(folder, 1), folder


def test_the_estate_is_138_flats_or_440_beds_and_2_475_rooms_and_flats() -> None:
    city = build_city(3, TODAY, CHANGE, 300, 3)
    rows = city.occupancy.tree.rows
    assert len(block_flats(city)) == 138
    assert int((rows["kind"] == Kind.BED).sum()) == 440
    units = {row.level: row.units for row in reconcile(city.occupancy, TODAY)}
    assert units["whole"] + units["room"] == 2_475 + 138


def test_the_block_is_converted_on_its_day_and_not_before(demo: tuple[CityDemo, Path]) -> None:
    asked, changed = demo[0].conversions
    assert asked.refused > 0
    assert asked.converted + asked.refused == 138
    assert "let or promised beyond the change" in asked.example
    assert (changed.converted, changed.refused) == (138, 0)
    units = {row.level: row for row in demo[0].supply}
    assert units["bed"].units == 440
    assert sum(row.unaccounted for row in demo[0].supply) == 0


def test_every_month_every_unit_is_let_in_a_round_or_held(demo: tuple[CityDemo, Path]) -> None:
    assert len(demo[0].months) == 12
    for row in demo[0].months:
        assert row.units == 2_475 + 440
        assert row.let + row.in_round + row.held == row.units


def test_a_year_has_renewals_holdovers_swaps_and_lower_rents(demo: tuple[CityDemo, Path]) -> None:
    counts = demo[0].counts
    for what in ("signed", "renewed", "left", "held over", "put off", "swapped", "rent lowered"):
        assert counts[what] > 0, what


def test_the_books_balance_and_deposits_are_owed_to_the_fen(demo: tuple[CityDemo, Path]) -> None:
    assert demo[0].trial == {"operator MQ": 0}
    totals: Counter[str] = Counter()
    for (_, account), amount in balances(demo[0].postings).items():
        totals[account.split(":")[0]] += amount
    assert totals["deposit bank"] == -totals["deposit owed"] > 0
    references = [(p.reference, p.debit, p.credit) for p in demo[0].postings]
    assert len(references) == len(set(references))


def test_nobody_lives_in_two_places(demo: tuple[CityDemo, Path]) -> None:
    homes: dict[str, list[tuple[date, date]]] = {}
    for stay in demo[0].stays:
        homes.setdefault(stay.person, []).append((stay.start, stay.end or date.max))
    assert len(homes) > 2_000
    for person, periods in homes.items():
        for before, after in pairwise(sorted(periods)):
            assert before[1] <= after[0], (person, before, after)


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(files)
    }


@pytest.mark.slow
def test_a_seed_is_a_city_to_the_byte(demo: tuple[CityDemo, Path], tmp_path: Path) -> None:
    again = lived(tmp_path, 1)
    assert again.months == demo[0].months
    assert digests(tmp_path) == digests(demo[1])
    assert date(2026, 8, 1) == again.months[0].month


def test_lots_are_held_before_the_draw_and_crews_stay_together(demo: tuple[CityDemo, Path]) -> None:
    lots = demo[0].outcome.lots
    rooms = sum(len(lot.rooms) for lot in lots)
    assert rooms == min(24, sum(lot.asked for lot in lots)) > 0
    for lot in lots:
        assert len(lot.rooms) <= lot.asked
    beds = {row.level: row for row in demo[0].supply}["bed"]
    assert (beds.in_round, beds.held) == (440 - rooms * 4, rooms * 4)
    assert demo[0].together["in one room"] > 0


def test_the_story_of_a_second_choice_is_told_in_both_languages(
    demo: tuple[CityDemo, Path],
) -> None:
    english, chinese = demo[0].story["en"], demo[0].story["zh"]
    assert any(line.startswith("  1. ") and "not got" in line for line in english)
    assert any(line.startswith("  2. ") and "got it" in line for line in english)
    assert len(english) == len(chinese)
