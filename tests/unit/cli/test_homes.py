"""``huiguan homes``: rules of a day, supply of an estate folder, faults in one sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.estate
from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.occupancy import convert
from huiguan.housing.supply.places import Level
from huiguan.housing.supply.reconcile import uncounted
from huiguan.housing.supply.tables import Occupancy
from huiguan.storage.homes.estate import write_estate
from tests.unit.housing.estates import APRIL, JULY, MARCH, Estate, tree

assert huiguan.cli.homes.estate.homes


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["homes", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_rules_of_a_day_name_their_status_and_source() -> None:
    rows = json.loads(run("rules", "--on", "2026-07-01", "--scheme", "arh", "--json"))
    by_table = {row["table"]: row for row in rows}
    assert by_table["rent_share"]["says"] == "90%"
    assert by_table["rent_share"]["status"] == "confirmed"
    assert by_table["rent_share"]["source"].startswith("https://")
    assert by_table["deposit"]["status"] == "unconfirmed"
    assert "rent_growth" not in by_table  # switched off
    assert "least months 12" in run("rules", "--on", "2026-07-01", "--scheme", "arh")


def test_supply_of_a_folder_is_wrong_while_a_unit_is_unaccounted(tmp_path: Path) -> None:
    estate = Estate()
    for place in ("A1r1", "A1r2", "B1"):
        estate.claim(place, APRIL, None)
    write_estate(tmp_path, estate.occupancy)
    with pytest.raises(CheckFault, match=r"1 units are neither let, in a round nor held .*: A1s1;"):
        run("supply", str(tmp_path), "--on", "2026-04-01")
    estate.claim("A1s1", APRIL, None, Purpose.HELD, HoldReason.REPAIR)
    write_estate(tmp_path, estate.occupancy)
    rows = json.loads(run("supply", str(tmp_path), "--on", "2026-04-01", "--json"))
    assert {row["level"]: row["units"] for row in rows} == {"whole": 1, "room": 0, "bed": 3}
    assert "held, repair: 1" in run("supply", str(tmp_path), "--on", "2026-04-01")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rules", "--on", "1 July"), "day: '1 July' is not a date; write it like 2026-07-01"),
        (("rules", "--on", "2026-07-01", "--city", "x"), "there is no housing rulebook for 'x'"),
    ],
)
def test_a_wrong_call_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        CliRunner().invoke(app, ["homes", *words], catch_exceptions=False)


def test_the_demo_does_not_write_over_a_round(tmp_path: Path) -> None:
    (tmp_path / "round").mkdir()
    with pytest.raises(InputFault, match="holds a round already"):
        CliRunner().invoke(app, ["homes", "demo", "--out", str(tmp_path)], catch_exceptions=False)


def test_a_day_before_any_level_says_why_nothing_is_counted(tmp_path: Path) -> None:
    occupancy = Estate().occupancy  # two flats, let from 1 March 2026
    write_estate(tmp_path, occupancy)
    text = run("supply", str(tmp_path), "--on", "2020-01-01")
    assert "2 of 2 flats are not counted: they are let at no level on 2020-01-01" in text
    assert "the first level after it starts: 2026-03-01" in text
    convert(occupancy, occupancy.tree.index("B1"), Level.ROOM, JULY)
    assert uncounted(occupancy, JULY) == []


def test_rooms_without_beds_are_said() -> None:
    occupancy = Occupancy(tree())
    convert(occupancy, occupancy.tree.index("A1"), Level.BED, MARCH)
    said = uncounted(occupancy, MARCH)
    assert len(said) == 2  # B1 has no level, and the two rooms of A1 have no beds
    assert said[0].startswith("1 of 2 flats are not counted")
    assert said[1].startswith("2 rooms of flats let by the bed are not counted")


@pytest.mark.parametrize("seed", ["-1", "-9223372036854775808"])
def test_a_seed_is_not_negative(tmp_path: Path, seed: str) -> None:
    with pytest.raises(InputFault, match=f"seed: {seed} is below 0"):
        run("demo", "--seed", seed, "--out", str(tmp_path / "homes"))
