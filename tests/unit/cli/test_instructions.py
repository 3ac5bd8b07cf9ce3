"""Every example of the guide to instructions, as written, on a real small day."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from huiguan.cli import main
from huiguan.exchange.day.image import DayImage, HeldLot, HeldPosition
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import TYPES
from huiguan.exchange.messages import Right, Side
from huiguan.exchange.reports.instruction_words import TYPE_WORDS
from huiguan.foundation.columns import stacked
from huiguan.foundation.tables import in_key_order
from tests.evenings import people_image
from tests.trading_days import run_day

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "instructions.md"
BLOCKS = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
EXAMPLES = [json.loads(block) for block in BLOCKS]


def small_day() -> DayImage:
    """Return the page's day: cu2610 has moved far; cu2611 is on D4, halted, after a lock down.

    The long of cu2611 (5 lots from 130,000) waits at 106,650, the short has won 23,350 a tonne.
    """
    image = people_image()
    names = image.names.instruments
    cu, halted = names.index("cu2610"), names.index("cu2611")
    more = image.lots.copy()
    more["instrument"], more["lots"], more["open_price_units"] = halted, 5, 130_000
    more["hedge"] = 0
    lots = in_key_order(stacked([image.lots, more]), HeldLot)
    held = image.positions.copy()
    held["instrument"], held["hedge"] = halted, 0
    held["long_lots"], held["short_lots"] = [5, 0], [0, 5]
    past = np.zeros(3, image.past_settlements.dtype)
    past["instrument"], past["trading_day"] = cu, [20260818, 20260819, 20260820]
    past["settlement_units"] = [99_000, 101_000, 106_860]
    waiting = np.zeros(1, image.unfilled_closes.dtype)
    waiting[0] = (106_650, 2, halted, 5, int(Side.SELL), 0)
    states, terms = image.contract_states.copy(), image.instruments.copy()
    states["lock_day"][halted], states["lock_side"][halted] = 3, -1
    terms["right"][halted] = Right.FORBIDDEN
    return image._replace(
        lots=lots,
        positions=in_key_order(stacked([image.positions, held]), HeldPosition),
        past_settlements=past,
        unfilled_closes=waiting,
        contract_states=states,
        instruments=terms,
    )


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["huiguan", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("market") / "20260821"
    run_day(root, small_day(), [])
    return root


@pytest.fixture(scope="module")
def closed(traded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("closed") / "20260821"
    shutil.copytree(traded, root)
    with pytest.MonkeyPatch.context() as patch:
        assert call(patch, "day", "close", root) == 0
    return root


Shown = pytest.CaptureFixture[str]


def test_every_type_has_an_example_and_words() -> None:
    assert {row["type"] for rows in EXAMPLES for row in rows} == set(TYPES)
    assert set(TYPE_WORDS) == set(TYPES)
    text = PAGE.read_text("utf-8")
    assert all(f"**{name}** ({TYPE_WORDS[name][0]})" in text for name in TYPES)


def test_one_file_for_both_steps(
    traded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    root, orders = tmp_path / "20260821", tmp_path / "orders.json"
    shutil.copytree(traded, root)
    orders.write_text(BLOCKS[0], "utf-8")
    assert call(monkeypatch, "day", "close", root, "--instructions", orders) == 0
    text = capsys.readouterr().out
    assert " ".join(text.split()).count("ag2610 settlement price 16110 16150") == 1
    assert "left for the opening: 2026-2" in text
    assert text.endswith(f"next: huiguan day open {root} --instructions {orders}\n")
    assert call(monkeypatch, "day", "open", root, "--instructions", orders) == 0
    text = capsys.readouterr().out
    assert "0001/clients cash, CNY 10,000,000.00 13,616,800.00" in " ".join(text.split())
    following = tmp_path / "20260824"
    assert text.endswith(f"next: huiguan day reconcile {root} {following}\n")
    assert call(monkeypatch, "day", "reconcile", root, following) == 0
    kept = json.loads((root / "result" / "result.json").read_text("utf-8"))
    assert [row["reference"] for row in kept["settings"]["instructions"]] == ["2026-1"]


def test_the_opening_refuses_what_the_close_did_not_follow(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    orders = tmp_path / "orders.json"
    orders.write_text(BLOCKS[0], "utf-8")
    words = ("day", "open", closed, "--instructions", orders, "--out", tmp_path / "next")
    assert call(monkeypatch, *words) == 2
    assert "DecideSettlement belongs to the close, which did not follow it" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_an_example_runs_as_written(
    number: int,
    traded: Path,
    closed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Shown,
) -> None:
    orders = tmp_path / "orders.json"
    orders.write_text(BLOCKS[number], "utf-8")
    stages = {TYPES[row["type"]].stage for row in EXAMPLES[number]}
    assert len(stages) == 1
    if stages == {Stage.CLOSE}:
        root = tmp_path / "20260821"
        shutil.copytree(traded, root)
        assert call(monkeypatch, "day", "close", root, "--instructions", orders) == 0
    else:
        following = tmp_path / "20260824"
        words = ("--instructions", orders, "--out", following)
        assert call(monkeypatch, "day", "open", closed, *words) == 0
        assert call(monkeypatch, "day", "reconcile", closed, following) == 0
    text = capsys.readouterr().out
    assert f"Instructions that were followed: {len(EXAMPLES[number])}\n" in text
    assert all(row["reference"] in text for row in EXAMPLES[number])
