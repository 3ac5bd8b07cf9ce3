"""``day close``, ``day open``, ``statement``, ``explain``, ``shadow`` as a person calls them."""

import json
import os
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

import pytest

from huiguan.cli import main
from huiguan.exchange.messages import Side
from huiguan.storage.lock import hold
from tests.markets import market_image
from tests.trading_days import bytes_of, order, run_day

CODE = "000000000000"  # buys 3 lots of cu2610 at 106,860 from code 1


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("market") / "2026-08-21"
    image = market_image()
    orders = [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 3)]
    run_day(root, image, orders)
    return root


@pytest.fixture
def closed(day: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not (day / "result").exists():
        assert call(monkeypatch, "day", "close", str(day)) == 0
    return day


Shown = pytest.CaptureFixture[str]


def test_nothing_is_told_of_a_day_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    (tmp_path / "image").mkdir()
    for words in (("statement", str(tmp_path), CODE), ("explain", str(tmp_path), "--call", "0")):
        assert call(monkeypatch, *words) == 2
        assert "is not closed yet" in capsys.readouterr().err


def test_close_tells_prices_and_the_proof(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "day", "close", str(day)) == 0
    shown = capsys.readouterr()
    assert "settlement prices" in shown.err
    for text in ("cu2610", "106860", "Proof sheet of 8 trading codes", "closed: "):
        assert text in shown.out


def test_open_makes_the_next_day_beside_it(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "day", "open", str(closed)) == 0
    following = closed.parent / "2026-08-24"
    assert (following / "image" / "image.json").exists()
    assert call(monkeypatch, "day", "reconcile", str(closed), str(following)) == 0
    assert capsys.readouterr().out.count("and nothing else") == 2
    orders = closed.parent / "orders.json"
    orders.write_text('[{"type": "MoveClientMoney"}]')
    words = ("day", "open", str(closed), "--instructions", str(orders))
    assert call(monkeypatch, *words) == 2
    assert "instruction 1 (MoveClientMoney) lacks maker, checker, reference" in (
        capsys.readouterr().err
    )


def test_statement_in_three_forms(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    """3 x 5 t x 106,860 = 1,602,900.00; fee 0.5 bp = 80.145, half up 80.15."""
    assert call(monkeypatch, "statement", str(closed), CODE) == 0
    text = capsys.readouterr().out
    for part in ("成交记录 Transaction Record", "|铜                |", "1602900.00", "80.15"):
        assert part in text
    assert call(monkeypatch, "statement", str(closed), CODE, "--format", "json") == 0
    page = json.loads(capsys.readouterr().out)
    assert page["SettlementStatement"]["Commission"] == 80.15
    assert page["Transactions"][0]["Turnover"] == 1_602_900.0
    assert call(monkeypatch, "statement", str(closed), CODE, "--format", "table") == 0
    assert "手续费" in capsys.readouterr().out
    assert call(monkeypatch, "statement", str(closed), "0000") == 0
    shown = capsys.readouterr().out
    assert "结算准备金" in shown
    assert "cu2610" in shown
    assert call(monkeypatch, "statement", str(closed), "0000", "--format", "json") == 0
    page = json.loads(capsys.readouterr().out)
    assert page["Pools"][1]["fees_fen"] == 8_015
    assert page["Positions"][0]["Long"] == "3"
    assert call(monkeypatch, "statement", str(closed), "nobody") == 2
    assert "not in this day" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (
            ("--settlement", "cu2610"),
            ("1,602,900.00 / (volume 3 lots x lot size 5) = 106860", "舍去尾数", "secondary"),
        ),
        (("--settlement", "cu2609"), ("no trade", "无成交")),
        (
            ("--limit", "cu2610"),
            ("106860 x (1 + 9%) = 116477.4, to tick 10 down -> 116470", "SHFE No. 253"),
        ),
        (
            ("--margin", CODE),
            ("cu2610 long 3 (general): 106860 x 5 x 3 x 11% = 176,319.00", "单向大边"),
        ),
        (
            ("--fees", CODE),
            ("106860 x 5 x lots 3 = turnover 1,602,900.00; x 0.005% = 80.15", "手续费合计 80.15"),
        ),
        (("--call", "0000"), ("0000/house (1 trading codes)", "minimum 2,000,000.00", "无需追加")),
    ],
)
def test_explanations(
    words: tuple[str, ...],
    texts: tuple[str, ...],
    closed: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Shown,
) -> None:
    assert call(monkeypatch, "explain", str(closed), *words) == 0
    shown = capsys.readouterr().out
    for text in texts:
        assert text in shown


def test_explain_wants_a_question(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "explain", str(closed)) == 2
    assert "say what to explain" in capsys.readouterr().err
    assert call(monkeypatch, "explain", str(closed), "--settlement", "cu9912") == 2
    assert "does not trade on this day" in capsys.readouterr().err


def test_shadow_under_dearer_copper(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    """General margin 16 % instead of 11 %: 1,602,900 x 5 % = 80,145.00 more."""
    shipped = Path(sys.modules["huiguan"].__path__[0]) / "rulebooks" / "shfe" / "cu.toml"
    text = shipped.read_text("utf-8")
    row = text.rindex('general = "11%"')
    book = tmp_path / "shfe" / "cu.toml"
    book.parent.mkdir()
    book.write_text(text[:row] + 'general = "16%"' + text[row + 15 :], "utf-8")
    assert call(monkeypatch, "shadow", str(closed), "--rules", str(tmp_path)) == 0
    shown = capsys.readouterr().out
    assert "80,145.00" in shown
    assert "-80,145.00" in shown
    assert "2 of 8 trading codes differ" in " ".join(shown.split())
    assert "all 2 that differ" in shown
    assert "160,290.00" in shown  # both sides together


def test_shadow_under_the_same_book(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    shipped = Path(sys.modules["huiguan"].__path__[0]) / "rulebooks" / "shfe" / "cu.toml"
    book = tmp_path / "shfe" / "cu.toml"
    book.parent.mkdir()
    book.write_bytes(shipped.read_bytes())
    assert call(monkeypatch, "shadow", str(closed), "--rules", str(tmp_path)) == 0
    assert "nothing changes for any trading code" in capsys.readouterr().out


def test_other_books_explain_nothing(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    shipped = Path(sys.modules["huiguan"].__path__[0]) / "rulebooks" / "shfe" / "cu.toml"
    book = tmp_path / "shfe" / "cu.toml"
    book.parent.mkdir()
    book.write_text(
        shipped.read_text("utf-8").replace('general = "11%"', 'general = "12%"'), "utf-8"
    )
    for words in (("--margin", CODE), ("--settlement", "cu2610"), ("--call", "0000")):
        assert call(monkeypatch, "explain", str(closed), *words, "--rulebook", str(tmp_path)) == 2
        assert "was cleared by other books than these" in capsys.readouterr().err


def test_a_close_is_corrected_and_what_follows_says_so(
    day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    root = tmp_path / "2026-08-21"
    copytree(day, root, ignore=ignore_patterns("result", "MANIFEST"))
    assert call(monkeypatch, "day", "close", str(root)) == 0
    assert call(monkeypatch, "day", "close", str(root)) == 2
    assert "is closed already; nothing was changed. A close is never" in capsys.readouterr().err
    assert call(monkeypatch, "day", "open", str(root)) == 0
    assert call(monkeypatch, "day", "close", str(root)) == 2
    assert "is closed already, and 2026-08-24 is open" in capsys.readouterr().err
    orders = tmp_path / "orders.json"
    orders.write_text(
        '[{"type": "DecideSettlement", "maker": "A", "checker": "B", "reference": "2026-17",'
        ' "instrument": "cu2610", "price": "106900"}]'
    )
    words = ("day", "close", str(root), "--instructions", str(orders))
    assert call(monkeypatch, *words, "--by", "C") == 2
    assert "give --correct WHY with it" in capsys.readouterr().err
    assert call(monkeypatch, *words, "--correct", "a wrong index", "--by", "C") == 0
    shown = capsys.readouterr()
    assert "the version before is kept in" in shown.out
    assert shown.out.splitlines()[-1] == f"next: huiguan day open {root} --correct WHY"
    note = "2026-08-24 stands on version 1 of 2026-08-21, which version 2 has replaced (C: a wrong"
    assert note in shown.err
    following = str(tmp_path / "2026-08-24")
    assert call(monkeypatch, "day", "verify", following) == 0
    shown = capsys.readouterr()
    assert "morning    follows from version 1 of 2026-08-21 and its instructions" in shown.out
    assert note in shown.out
    assert call(monkeypatch, "day", "reconcile", str(root), following) == 1
    assert note in capsys.readouterr().err
    assert call(monkeypatch, "day", "verify", str(root)) == 0
    shown = capsys.readouterr()
    assert "result     version 1: cleared again, every file equal" in shown.out
    assert "version 2 (C: a wrong index): cleared again, every file equal" in shown.out
    assert call(monkeypatch, "day", "open", str(root), "--correct", "the same") == 0
    assert call(monkeypatch, "day", "verify", following) == 0
    shown = capsys.readouterr()
    assert "stands on" not in shown.out
    assert call(monkeypatch, "day", "open", str(root)) == 0
    assert "open already, the same: " in capsys.readouterr().out


def test_what_other_books_cannot_prove_is_named(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    shipped = Path(sys.modules["huiguan"].__path__[0]) / "rulebooks" / "shfe" / "cu.toml"
    book = tmp_path / "shfe" / "cu.toml"
    book.parent.mkdir()
    book.write_text(shipped.read_text("utf-8").replace('"11%"', '"16%"'), "utf-8")
    assert call(monkeypatch, "day", "verify", str(closed), "--rulebook", str(tmp_path)) == 2
    shown = capsys.readouterr()
    assert "good: " in shown.out
    assert "version 1: not proved: it was cleared with books of digest" in shown.out
    assert "its result is not proved, because it was cleared with books" in shown.err


def test_the_second_writer_is_told_who_writes(
    closed: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    before = bytes_of(closed)
    for words in (("close", str(closed)), ("open", str(closed))):
        with hold(closed, "day close"):
            assert call(monkeypatch, "day", *words) == 2
            assert f"process {os.getpid()}, huiguan day close, since" in capsys.readouterr().err
    assert bytes_of(closed) == before


def test_the_next_command_says_in_which_state_a_day_is(
    closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    root = tmp_path / "2026-08-21"
    copytree(closed, root)
    (root / "result.new").mkdir()
    (root / "result.new" / "lots.npy").write_bytes(b"half")
    assert call(monkeypatch, "statement", str(root), CODE) == 0
    assert "this is the old state (result.new: not used)" in capsys.readouterr().err
    rmtree(root / "result.new")
    (root / "result").rename(root / "result.new")
    (root / "CHANGE").write_text('{"new": ["result"], "kept": {}}')
    assert call(monkeypatch, "statement", str(root), CODE) == 0
    assert "this is the new state" in capsys.readouterr().err
    assert call(monkeypatch, "day", "verify", str(root)) == 0
    assert bytes_of(root) == bytes_of(closed)
