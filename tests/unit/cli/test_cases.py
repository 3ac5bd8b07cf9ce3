"""``alerts`` and ``case``: what surveillance finds, and one finding as a page to print."""

import json
import sys
from pathlib import Path

import pytest

from huiguan.cli import main
from huiguan.exchange.messages import Side
from tests.markets import market_image
from tests.trading_days import order, run_day


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setenv("COLUMNS", "200")  # no column is left out
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code 1 stands with 20 lots at 106,860; code 0 takes three of them five times."""
    root = tmp_path_factory.mktemp("cases") / "2026-08-21"
    orders = [order(1, 1, Side.SELL, 10_686, 20)]
    orders += [order(0, 1, Side.BUY, 10_686, 3) for _ in range(5)]
    run_day(root, market_image(), orders)
    return root


Shown = pytest.CaptureFixture[str]
TOGETHER = ("--together", "000000000000,000000000001")


def test_a_case_shows_each_command_and_the_book_it_met(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown, tmp_path: Path
) -> None:
    page = tmp_path / "case.html"
    words = ("case", str(day), "--alert", "1", *TOGETHER, "--html", str(page))
    assert call(monkeypatch, *words) == 0
    shown = capsys.readouterr().out
    assert "5 trades with itself, 15 lots; abnormal from 5" in shown
    assert "The first 5 of 5 commands" in shown
    assert shown.count("buy 3 at 106860, open; trades 3 at 106860") == 5
    for left in (20, 17, 14, 11, 8):  # the book each of them came to, all of it their own
        assert f"106860 × {left} ({left})" in shown
    html = page.read_text("utf-8")
    assert "5 / 5 = 1.00" in html
    assert html.count("<svg") == 1
    assert "<b>106860 × 8 (8)</b>" in html
    assert "<script" not in html


def test_a_case_is_the_same_each_time_and_names_the_day_it_is_run_from(
    day: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pages = []
    for name in ("one.html", "two.html"):
        html = str(tmp_path / name)
        assert call(monkeypatch, "case", str(day), "--alert", "1", *TOGETHER, "--html", html) == 0
        pages.append(Path(html).read_bytes())
    assert pages[0] == pages[1]
    noted = json.loads((day / "day.json").read_text())
    assert all(noted[name] in pages[0].decode() for name in ("journal", "events", "day"))


def test_a_case_speaks_chinese(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown, tmp_path: Path
) -> None:
    page = tmp_path / "case.html"
    words = ("--lang", "zh", "case", str(day), "--alert", "1", *TOGETHER, "--html", str(page))
    assert call(monkeypatch, *words) == 0
    assert "买开仓 3 手，106860; 成交 3 手，106860" in capsys.readouterr().out
    html = page.read_text("utf-8")
    assert '<html lang="zh">' in html
    assert "自成交" in html


def test_fewer_commands_are_shown_and_said(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    words = ("case", str(day), "--alert", "1", "--commands", "2", *TOGETHER)
    assert call(monkeypatch, *words) == 0
    shown = capsys.readouterr().out
    assert "The first 2 of 5 commands" in shown
    assert shown.count("buy 3 at 106860") == 2


def test_an_alert_that_is_not_there(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "case", str(day), "--alert", "9") == 2
    assert "alert 9 is not there; this day has 0" in capsys.readouterr().err
