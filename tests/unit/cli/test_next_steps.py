"""The last line of each command of a day is the next one, and it can be typed as it stands."""

import shlex
import sys
from pathlib import Path

import pytest

from huiguan.cli import main
from tests.markets import market_image
from tests.trading_days import run_day

Shown = pytest.CaptureFixture[str]


def last_line(monkeypatch: pytest.MonkeyPatch, capsys: Shown, words: list[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    return capsys.readouterr().out.splitlines()[-1]


def test_a_day_leads_from_step_to_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    root = tmp_path / "my market" / "20260821"  # a blank, as people have it
    run_day(root, market_image(prices={"cu2610": 106_860}), [])
    line = last_line(monkeypatch, capsys, ["day", "verify", str(root)])
    said = []
    while line.startswith("next: huiguan ") and "FILE" not in line:
        said.append(" ".join(shlex.split(line)[2:4]))
        line = last_line(monkeypatch, capsys, shlex.split(line)[2:])
    assert said == ["day close", "day open", "day reconcile"]
    following = root.parent / "20260824"
    assert shlex.split(line)[1:] == [
        "huiguan",
        "day",
        "run",
        str(following),
        "--orders",
        "FILE.csv",
    ]
    assert last_line(monkeypatch, capsys, ["day", "verify", str(following)]) == line
    end = last_line(monkeypatch, capsys, ["day", "verify", str(root)])
    assert not end.startswith("next:")
