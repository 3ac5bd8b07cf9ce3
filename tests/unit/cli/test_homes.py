"""``huiguan homes``: rules of a day, supply of an estate folder, faults in one sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.estate
from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.storage.homes.estate import write_estate
from tests.unit.housing.estates import APRIL, Estate

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
        (("rules", "--on", "1 July"), "'1 July' is not a day; write it like 2026-07-01"),
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
