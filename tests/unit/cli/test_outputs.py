"""``replay`` and ``day verify`` write depth at chosen moments, bars and quotes."""

import csv
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from huiguan.cli import whole_app
from huiguan.exchange.market_data.tables import FIELDS
from huiguan.exchange.messages import Side
from huiguan.foundation.faults import InputFault
from tests.markets import market_image
from tests.trading_days import order, run_day

HEADER = "seq,action,order_no,side,limit_price,qty,time_hhmmsscc\n"
LINES = (  # a buy waits at 10.01, two sells at 10.03; the first is taken in part, then gone
    "10,NEW,1,B,10.01,5,09300000\n"
    "20,NEW,2,S,10.03,4,09300025\n"
    "30,NEW,3,S,10.03,3,09300050\n"
    "40,NEW,4,B,10.03,1,09310000\n"
    "50,CANCEL,2,,,,09320000\n"
)


def call(*words: str) -> str:
    result = CliRunner().invoke(whole_app(), list(words))
    if result.exception:
        raise result.exception
    return result.stdout


def replay(tmp_path: Path, points: str, *options: str, lines: str = HEADER + LINES) -> str:
    inputs, at = tmp_path / "in.csv", tmp_path / "at.csv"
    inputs.write_text(lines, "utf-8")
    at.write_text(points, "utf-8")
    return call("replay", str(inputs), "--date", "2026-08-21", *options)


def depth(tmp_path: Path, points: str, *options: str, lines: str = HEADER + LINES) -> list[str]:
    """Return the book at points as texts like ``10.01x5(1) | 10.03x7(2)``."""
    out = tmp_path / "depth.csv"
    replay(
        tmp_path,
        points,
        "--depth",
        str(out),
        "--at",
        str(tmp_path / "at.csv"),
        *options,
        lines=lines,
    )
    return [" | ".join(side_text(row, side) for side in ("bid", "ask")) for row in read(out)]


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def side_text(row: dict[str, str], side: str) -> str:
    return " ".join(
        f"{row[f'{side}_price_{n}']}x{row[f'{side}_qty_{n}']}({row[f'{side}_orders_{n}']})"
        for n in range(1, 11)
        if row.get(f"{side}_price_{n}")
    )


def test_the_book_after_inputs(tmp_path: Path) -> None:
    assert depth(tmp_path, "seq\n10\n30\n40\n50\n20\n") == [
        "10.01x5(1) | ",
        "10.01x5(1) | 10.03x7(2)",
        "10.01x5(1) | 10.03x6(2)",
        "10.01x5(1) | 10.03x3(1)",
        "10.01x5(1) | 10.03x4(1)",
    ]
    assert depth(tmp_path, "seq\n29\n") == ["10.01x5(1) | 10.03x4(1)"]  # between two lines


def test_the_book_at_times(tmp_path: Path) -> None:
    """Everything up to a time and at it; before the first order the book is empty."""
    points = "time\n09:00:00\n09:30:00.25\n09:30:00.49\n2026-08-21 09:31:00\n16:00\n"
    assert depth(tmp_path, points) == [
        " | ",
        "10.01x5(1) | 10.03x4(1)",
        "10.01x5(1) | 10.03x4(1)",
        "10.01x5(1) | 10.03x6(2)",
        "10.01x5(1) | 10.03x3(1)",
    ]


def test_one_level_a_side(tmp_path: Path) -> None:
    lines = HEADER + "1,NEW,1,B,10,5,\n2,NEW,2,B,9,5,\n"
    assert depth(tmp_path, "seq\n2\n", "--levels", "1", lines=lines) == ["10x5(1) | "]


def test_an_auction_shows_what_waits_and_what_is_left(tmp_path: Path) -> None:
    """Buy 10 at 102 and sell 4 at 100 wait together; UNCROSS leaves 6 to buy."""
    lines = (
        HEADER + "1,PHASE_CALL_AUCTION,,,,,\n2,NEW,1,B,102,10,\n3,NEW,2,S,100,4,\n4,UNCROSS,,,,,\n"
    )
    assert depth(tmp_path, "seq\n3\n4\n", lines=lines) == [
        "102x10(1) | 100x4(1)",
        "102x6(1) | ",
    ]


@pytest.mark.parametrize(
    ("points", "lines", "sentence"),
    [
        ("seq\n9\n", HEADER + LINES, "no line of the recording has the number 9"),
        ("seq\n51\n", HEADER + LINES, "no line of the recording has the number 51"),
        (
            "seq\n3\n",
            "seq,action,order_no,side,limit_price,qty\n2,NEW,1,B,9,1\n1,NEW,2,B,9,1\n4,NEW,3,B,9,1\n",
            "no line of the recording has the number 3",
        ),
        ("time\n09:30\n", HEADER + "1,NEW,1,B,10,5,\n", "has no times"),
        ("time\nnoon\n", HEADER + LINES, "at.csv, line 2: time 'noon' is none"),
        ("moment\n1\n", HEADER + LINES, "has no column input_seq"),
    ],
)
def test_moments_that_say_nothing(tmp_path: Path, points: str, lines: str, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        depth(tmp_path, points, lines=lines)


def test_options_that_belong_together(tmp_path: Path) -> None:
    at, inputs = str(tmp_path / "at.csv"), str(tmp_path / "in.csv")
    with pytest.raises(InputFault, match="belong together"):
        replay(tmp_path, "seq\n10\n", "--depth", str(tmp_path / "out.csv"))
    with pytest.raises(InputFault, match="belong together"):
        replay(tmp_path, "seq\n10\n", "--at", at, "--trades", str(tmp_path / "t.csv"))
    with pytest.raises(InputFault, match="nothing is to be written"):
        replay(tmp_path, "seq\n10\n")
    with pytest.raises(InputFault, match="is the input and would be lost"):
        replay(tmp_path, "seq\n10\n", "--bars", inputs)


def test_bars_and_quotes_of_a_recording(tmp_path: Path) -> None:
    """One lot of 10.03 yuan at 09:31: turnover 1,003 fen; a quote after each change, at 500 ms."""
    bars, ticks = tmp_path / "bars.csv", tmp_path / "ticks.parquet"
    out = replay(tmp_path, "seq\n", "--bars", str(bars), "--minutes", "5", "--ticks", str(ticks))
    assert f"bars       1 rows -> {bars}" in out
    assert bars.read_text().splitlines() == [
        "contract,start,minutes,open,high,low,close,volume,turnover_fen,open_interest",
        "recorded,2026-08-21 09:30:00.000,5,10.03,10.03,10.03,10.03,1,1003,0",
    ]
    found = pl.read_parquet(ticks)
    assert found.columns == list(FIELDS)
    wanted = ["UpdateTime", "UpdateMillisec", "BidVolume1", "AskPrice1", "AskVolume1", "Turnover"]
    assert found.select(wanted).rows() == [
        ("09:30:00", 500, 5, 10.03, 4, 0.0),
        ("09:30:01", 0, 5, 10.03, 7, 0.0),
        ("09:31:00", 500, 5, 10.03, 6, 10.03),
        ("09:32:00", 500, 5, 10.03, 3, 10.03),
    ]
    assert found["ActionDay"].to_list() == ["20260821"] * 4


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three lots of cu2610 at 106,860 are asked for, two are sold."""
    root = tmp_path_factory.mktemp("outputs") / "2026-08-21"
    orders = [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 2)]
    run_day(root, market_image(), orders)
    return root


def test_a_day_of_ones_own(day: Path, tmp_path: Path) -> None:
    """One lot to buy is left until the close at 15:00 clears the book."""
    at, out, bars = (tmp_path / name for name in ("at.csv", "depth.csv", "bars.csv"))
    at.write_text("time\n14:59\n09:00\n")
    shown = call(
        *("day", "verify", str(day), "--depth", str(out), "--at", str(at), "--levels", "2"),
        *("--bars", str(bars), "--minutes", "day", "--ticks", str(tmp_path / "ticks.csv")),
    )
    assert "depth      1 rows" in shown
    (row,) = read(out)
    assert (row["at"], row["contract"]) == ("14:59", "cu2610")
    assert side_text(row, "bid") == "106860x1(1)"
    assert side_text(row, "ask") == ""
    (bar,) = read(bars)
    assert (bar["contract"], bar["minutes"], bar["close"], bar["volume"]) == (
        *("cu2610", "", "106860", "2"),
    )
    ticks = read(tmp_path / "ticks.csv")
    assert (ticks[-1]["LastPrice"], ticks[-1]["ClosePrice"]) == ("106860.0", "106860.0")
    assert ticks[0]["BidPrice1"] == "106860.0"
