"""``huiguan stress`` as a person calls it, on a day in which code 0 bought 3 lots of cu2610."""

import json
from pathlib import Path

import pytest

from huiguan.exchange.messages import Side
from huiguan.storage.market.day_image import read_image
from tests.markets import market_image
from tests.trading_days import order, run_day
from tests.unit.cli.test_closed_day import Shown, call

RICH = '[exchange]\nrisk_reserve = "20000.00"\nown_funds = "5000.00"\n'
OWN = """
[scenario]
title = "copper rises ninefold"
fail = 1

[[move]]
products = ["cu"]
change = "900%"
"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("market") / "20260821"
    image = market_image(deposit_fen=100_000_000)  # a million yuan a code
    run_day(root, image, [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 3)])
    with pytest.MonkeyPatch.context() as patch:
        assert call(patch, "day", "close", str(root)) == 0
        assert call(patch, "day", "open", str(root)) == 0
    return root


def test_every_shipped_scenario_has_its_row(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert call(monkeypatch, "stress", str(closed)) == 0
    shown = capsys.readouterr().out
    for name in ("all-down", "all-up", "one-day-down", "nickel-2022", "rubber-2008"):
        assert name in shown
    assert "its layers count as empty" in shown
    assert "the smallest move of all prices that exhausts each layer, 2 members failing" in shown


def test_a_scenario_of_ones_own_with_what_the_exchange_has(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    """Ninefold more is 961,740 yuan: 3 lots of 5 t lose 14,426,100.00; a code has a million."""
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "ninefold.toml").write_text(OWN)
    (tmp_path / "rich").write_text(RICH)
    words = ("--scenarios", str(tmp_path / "ninefold.toml"), "--scenario", "ninefold")
    rich = ("--resources", str(tmp_path / "rich"))
    assert call(monkeypatch, "stress", str(closed), *words, *rich) == 0
    shown = capsys.readouterr().out
    assert "copper rises ninefold" in shown
    assert "left unpaid" in shown
    assert call(monkeypatch, "stress", str(closed), *words, *rich, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["scenarios"]
    (loss,) = found["losses"]
    paid = {row["layer"]: row["used_fen"] for row in found["paid"]}
    assert paid == {"risk_reserve": 2_000_000, "own_funds": 500_000}
    assert found["failing"] == [loss["member"]]
    assert found["left_fen"] == loss["beyond_fen"] - 2_500_000
    owed = loss["house_fen"] + loss["clients_fen"]
    assert 1_442_610_000 - 100_000_001 < owed < 1_442_610_000  # fees took some of its money


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("[scenario]\n", "there is no key 'title'"),
        (OWN + "[extra]\n", "unknown table 'extra'; there are scenario, move"),
        (OWN.replace('"cu"', '"xx"'), "'xx' is no product of the rulebooks"),
        (OWN.replace("900%", "-101%"), "must lie between -100% and 1000%"),
        (OWN.replace('"900%"', "9"), "must be in quotes, so that it is exact"),
        (OWN + "limits = 4\n", "Expected `int` <= 3"),
    ],
)
def test_a_scenario_with_a_fault_is_refused_by_its_place(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown, file: str,
    says: str,
) -> None:  # fmt: skip
    (tmp_path / "own.toml").write_text(file)
    assert call(monkeypatch, "stress", str(closed), "--scenarios", str(tmp_path / "own.toml")) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "own.toml" in said


def test_a_name_that_no_scenario_has(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "stress", str(closed), "--scenario", "flood") == 2
    assert "there is no scenario 'flood'; there are all-down, all-up" in capsys.readouterr().err


def test_margins_are_looked_back_on_over_days(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run_day(closed.parent / "later", read_image(closed.parent / "20260824" / "image"), [])
    assert call(monkeypatch, "day", "close", str(closed.parent / "later")) == 0
    capsys.readouterr()
    assert call(monkeypatch, "stress", str(closed), str(closed.parent / "later")) == 0
    shown = capsys.readouterr().out
    (row,) = [line.split() for line in shown.splitlines() if line.startswith("cu ")]
    assert row == ["cu", "2", "0", "100%"]
    assert call(monkeypatch, "stress", str(closed), str(closed)) == 2
    assert "give days that follow one another" in capsys.readouterr().err
