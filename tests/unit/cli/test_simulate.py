"""``huiguan simulate`` as a person calls it; faults are one sentence and exit code 2."""

import sys
from pathlib import Path

import pytest

import huiguan.cli
from huiguan.cli import main
from huiguan.cli.market.simulate import reservations
from huiguan.days.run_again import verify_day
from huiguan.storage.market.rulebooks.load import load_books


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


def test_two_days_follow_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """2026-08-21 is a Friday: the next trading day is Monday."""
    out = tmp_path / "market"
    words = ("simulate", "--days", "2", "--seed", "3", "--products", "wr", "--out", str(out))
    assert call(monkeypatch, *words) == 0
    assert sorted(path.name for path in out.iterdir()) == ["20260821", "20260824"]
    shown = capsys.readouterr()
    assert "2026-08-24" in shown.out
    assert "invented" in shown.err
    for folder in out.iterdir():
        verify_day(folder)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "2026-02-30"), "is not a date"),
        (("--from", "2026-08-22"), "is not a trading day"),
        (("--products", "cu,xx"), "no rulebook has a product 'xx'"),
        (("--products", ","), "names no product"),
        (("--products", "op", "--from", "2020-01-06"), "is listed on"),
        (("--rulebook", "nowhere"), "is not a folder"),
    ],
)
def test_faults_are_one_sentence(
    words: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(monkeypatch, "simulate", "--out", str(tmp_path / "new"), *words) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("huiguan: ")
    assert sentence in last
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    assert call(monkeypatch, "simulate", "--out", str(tmp_path)) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_noun_is_registered() -> None:
    assert "market.simulate" in huiguan.cli.NOUNS


def test_what_is_left_out_or_provisional_is_said() -> None:
    books = load_books()
    assert reservations(books, 20260821, ["cu", "sc"], ["cu", "sc"]) == []
    assert reservations(books, 20120106, ["cu", "sc"], ["cu"]) == [
        "not listed on 2012-01-06 and left out: sc"
    ]
    (line,) = reservations(books, 20350104, ["cu"], ["cu"])
    assert "not published" in line
