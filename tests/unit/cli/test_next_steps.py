"""The last line of each command of a day is the next one, and it can be typed as it stands."""

import shlex
import sys
from pathlib import Path

import pytest

from huiguan.cli import main
from huiguan.exchange.messages import Side
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from tests.markets import market_image
from tests.trading_days import order, run_day

Shown = pytest.CaptureFixture[str]


def last_line(monkeypatch: pytest.MonkeyPatch, capsys: Shown, words: list[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    return capsys.readouterr().out.splitlines()[-1]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed day with one trade of cu2610, the first contract."""
    root = tmp_path_factory.mktemp("market") / "20260821"
    orders = [order(0, 0, Side.BUY, 10_686, 3), order(1, 0, Side.SELL, 10_686, 3)]
    run_day(root, market_image(prices={"cu2610": 106_860}), orders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["huiguan", "day", "close", str(root)])
        with pytest.raises(SystemExit) as end:
            main()
    assert end.value.code == 0
    return root


FIRST_STEPS = [
    ("journal check DIR", "day verify DIR"),
    ("journal show DIR --to 3", "explain DIR --command 3"),
    ("explain DIR --command 3", "orders DIR 000000000000"),
    ("orders DIR 000000000000", "explain DIR --command 3"),
    ("market DIR", "market DIR cu2610"),
    ("market DIR cu2610", "explain DIR --settlement cu2610"),
    ("explain DIR --settlement cu2610", "explain DIR --limit cu2610"),
    ("explain DIR --limit cu2610", "market DIR cu2610"),
    ("explain DIR --margin 000000000000", "explain DIR --fees 000000000000"),
    ("explain DIR --fees 000000000000", "statement DIR 000000000000"),
    ("statement DIR 000000000000 --format table", "explain DIR --fees 000000000000"),
    ("statement DIR 0000 --format table", "explain DIR --call 0000"),
    ("explain DIR --call 0000", "statement DIR 0000"),
    ("export DIR OUT", "market DIR"),
    ("rules show cu --on 2026-08-21", "instruments --on 2026-08-21 --product cu"),
    ("instruments --on 2026-08-21 --product cu", "rules show cu2609 --on 2026-08-21"),
]


@pytest.mark.parametrize(("words", "following"), FIRST_STEPS, ids=lambda words: words)
def test_a_command_leads_to_the_next_one_that_runs(
    words: str,
    following: str,
    closed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Shown,
) -> None:
    def written(text: str) -> list[str]:
        named = text.replace("DIR", str(closed)).replace("OUT", str(tmp_path / "out"))
        return shlex.split(named)

    line = last_line(monkeypatch, capsys, written(words))
    assert line == f"next: {shlex.join(['huiguan', *written(following)])}"
    last_line(monkeypatch, capsys, shlex.split(line)[2:])


def test_what_is_a_file_for_somebody_else_stays_alone(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    for words in (
        ["statement", str(closed), "000000000000"],
        ["rules", "template", "xx", "--like", "cu", "--listed", "2026-08-24"],
    ):
        monkeypatch.setattr(sys, "argv", ["huiguan", *words])
        with pytest.raises(SystemExit):
            main()
        told = capsys.readouterr()
        assert "next:" not in told.out
        assert told.err.splitlines()[-1].startswith("next: huiguan ")


def test_books_laid_over_go_along(monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    books = Path(__file__).parents[2] / "rulebooks" / "cffex"
    line = last_line(monkeypatch, capsys, ["rules", "check", "--rulebook", str(books)])
    assert shlex.split(line)[-2:] == ["--rulebook", str(books)]
    line = last_line(monkeypatch, capsys, shlex.split(line)[2:])
    assert shlex.split(line)[2:4] == ["rules", "show"]
    last_line(monkeypatch, capsys, shlex.split(line)[2:])


def test_a_day_leads_from_step_to_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    monkeypatch.chdir(tmp_path)
    root = Path("my market/20260821")  # a blank, as people have it; every step names it as given
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


@pytest.mark.parametrize(
    "words",
    [
        ["day", "close"],
        ["day", "open"],
        ["market"],
        ["journal", "show"],
        ["journal", "check"],
        ["explain", "--command", "1"],
    ],
)
def test_a_day_that_has_not_run_leads_to_its_run(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    root = tmp_path / "20260821"
    write_image(DayFolder(root).image, market_image())
    monkeypatch.setattr(sys, "argv", ["huiguan", *words, str(root)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert f"run it with `huiguan day run {root} --orders FILE.csv`" in capsys.readouterr().err
