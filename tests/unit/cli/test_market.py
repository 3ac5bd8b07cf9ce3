"""``market``, ``orders``, ``export``: a recorded day as a person and a notebook read it."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from huiguan.cli import main
from huiguan.exchange.market_data.tables import FIELDS
from huiguan.exchange.messages import Side
from tests.markets import market_image
from tests.trading_days import order, run_day

BUYER, SELLER = "000000000000", "000000000001"


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three lots of cu2610 at 106,860 are asked for, two are sold; a fourth order is refused."""
    root = tmp_path_factory.mktemp("market") / "2026-08-21"
    orders = [
        order(0, 1, Side.BUY, 10_686, 3),
        order(1, 1, Side.SELL, 10_686, 2),
        order(1, 1, Side.SELL, 20_000, 1),  # above the upper limit of 116,470
    ]
    run_day(root, market_image(), orders)
    return root


Shown = pytest.CaptureFixture[str]


def test_a_session_shows_its_bars_and_candles(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown, tmp_path: Path
) -> None:
    page = tmp_path / "cu2610.html"
    assert call(monkeypatch, "market", str(day), "cu2610", "--html", str(page)) == 0
    shown = capsys.readouterr().out
    assert "cu2610, trading day 2026-08-21, bars of 15 min" in shown
    assert "2026-08-21 13:30  106860       2" in shown
    assert not any(line != line.rstrip() for line in shown.splitlines())
    html = page.read_text("utf-8")
    assert html.count("<svg") == 1
    assert "<td>106860</td>" in html
    assert "<script" not in html


def test_orders_of_a_code_show_what_became_of_them(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert call(monkeypatch, "orders", str(day), SELLER) == 0
    shown = capsys.readouterr().out
    assert "Orders of 000000000001 (2)" in shown
    assert "refused 3001: above the upper limit" in shown
    assert "traded" in shown
    assert f"next: huiguan explain {day} --command" in shown
    assert call(monkeypatch, "orders", str(day), BUYER, "--contract", "cu2610") == 0
    assert "cancelled: end of day" in capsys.readouterr().out


def test_files_of_a_day_are_in_words_and_decimals(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown, tmp_path: Path
) -> None:
    assert call(monkeypatch, "export", str(day), str(tmp_path)) == 0
    ticks = pl.read_parquet(tmp_path / "ticks.parquet")
    assert ticks.columns == list(FIELDS)
    assert ticks["LastPrice"][-1] == 106_860
    assert "1 trades" in capsys.readouterr().out
    (trade,) = pl.read_csv(tmp_path / "trades.csv", infer_schema=False).rows(named=True)
    assert {name: trade[name] for name in ("contract", "price", "lots", "buyer", "seller")} == {
        "contract": "cu2610",
        "price": "106860",
        "lots": "2",
        "buyer": BUYER,
        "seller": SELLER,
    }
    assert trade["time"].startswith("2026-08-21 13:30:")
    assert (trade["buyer_offset"], trade["buyer_hedge"]) == ("open", "speculation")
    orders = pl.read_parquet(tmp_path / "orders.parquet")
    assert orders["traded_lots"].to_list() == [2, 2, 0]
    assert orders["price"].to_list() == [106_860.0, 106_860.0, 200_000.0]
    (bar,) = pl.read_parquet(tmp_path / "bars.parquet").rows(named=True)
    # turnover: 106,860 CNY/t x 5 t x 2 lots = 1,068,600.00
    assert (bar["volume"], bar["turnover_fen"]) == (2, 106_860_000)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("market", "DAY", "cu9999"), "of this product do: "),
        (("market", "DAY", "--html", "x.html"), "--html draws one contract"),
        (("market", "DAY", "cu2610", "--minutes", "7"), "bars of 7 minutes are not kept"),
        (("market", "DAY", "cu2609"), "did not trade on this day"),
        (("orders", "DAY", "1"), "is no trading code of this day"),
        (("export", "DAY", "OUT", "--minutes", "0"), "bars of 0 minutes are not kept"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown, words: tuple[str, ...], sentence: str
) -> None:
    assert call(monkeypatch, *(str(day) if word == "DAY" else word for word in words)) == 2
    assert sentence in capsys.readouterr().err


def test_the_journal_is_shown_in_words(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "journal", "show", str(day), "--code", SELLER) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":", 3)[-1] for line in lines if line.startswith("  ")] == [
        " sell 2 cu2610 at 106860, open, speculation, day, for trading code 000000000001",
        " sell 1 cu2610 at 200000, open, speculation, day, for trading code 000000000001",
    ]
    assert "2026-08-21 13:30:" in lines[1]


def test_the_journal_ends_where_it_is_asked_to(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    assert call(monkeypatch, "journal", "show", str(day), "--to", "1", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    (command,) = json.loads(line)["commands"]
    assert command["words"].startswith("log on: ")
    for words, sentence in (
        (("--from", "2", "--to", "1"), "--to 1 lies before --from 2"),
        (("--contract", "cu9999"), "'cu9999' is not in this day's image"),
    ):
        assert call(monkeypatch, "journal", "show", str(day), *words) == 2
        assert sentence in capsys.readouterr().err
