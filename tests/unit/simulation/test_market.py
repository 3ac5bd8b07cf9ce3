"""A simulated market: one seed, one day; what must hold at its close."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from huiguan.days.run_again import frame_commands, verify_day
from huiguan.exchange.day.image import DayImage, image_digest
from huiguan.exchange.messages import (
    CommandRefused,
    CommandRepeated,
    MarginCalled,
    OrderCancelled,
    OrderEntered,
    TradeExecuted,
    TransferBooked,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.refusals import Refusal
from huiguan.simulation.market.image import first_image
from huiguan.simulation.market.run import run_day
from huiguan.simulation.market.view import rows_of
from huiguan.storage.journal.recovery import read
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.rulebooks.load import load_books

DAY, PRODUCTS, SEED = 20260821, ["cu", "ec"], 7


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture(scope="module")
def image() -> DayImage:
    return first_image(load_books(), DAY, PRODUCTS, SEED).image


@pytest.fixture(scope="module")
def market_day(
    image: DayImage, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, np.ndarray, str]:
    """One day with night and day sessions (cu) and without a night (ec): folder, events, hash."""
    folder = tmp_path_factory.mktemp("market") / str(DAY)
    pieces: list[np.ndarray] = []
    found = run_day(image, folder, SEED, quiet, lambda _, events: pieces.append(events.copy()))
    return folder, np.concatenate(pieces), found.hashes.day.hex()


def test_everybody_who_trades_keeps_the_least_clearing_deposit(image: DayImage) -> None:
    """2,000,000 CNY a futures firm at each of the two venues of cu and ec (rulebook 4.5)."""
    free = image.pools["cash_fen"] - image.pools["margin_fen"] + image.pools["usable_fen"]
    assert int(free.min()) == 2 * 200_000_000


def test_first_image_holds_as_many_longs_as_shorts(image: DayImage) -> None:
    held = image.positions
    count = len(image.instruments)
    longs = np.bincount(held["instrument"], held["long_lots"], count)
    shorts = np.bincount(held["instrument"], held["short_lots"], count)
    assert np.array_equal(longs, shorts)
    assert np.array_equal(longs, image.instruments["last_open_interest_lots"])
    assert np.bincount(image.lots["instrument"], image.lots["lots"], count).sum() == 2 * longs.sum()
    assert image.settings.status == "invented"


def test_first_image_takes_the_prices_of_the_reference_day(image: DayImage) -> None:
    """cu2610 settled at 106,860 on 2026-08-20; tick 10."""
    row = image.instruments[image.names.instruments.index("cu2610")]
    assert row["previous_settlement_ticks"] == 10_686
    assert (row["lower_limit_ticks"], row["upper_limit_ticks"]) == (9_724, 11_647)


def test_first_image_of_another_day_is_invented() -> None:
    made = first_image(load_books(), 20260105, PRODUCTS, SEED)
    assert made.known_prices == 0
    assert made.image.names.instruments[0] == "cu2601"


def test_opening_positions_keep_to_their_limits(image: DayImage) -> None:
    held = image.positions[image.positions["hedge"] != 2]
    owner = image.trading_codes["holder"][held["trading_code"]].astype(np.int64)
    place = owner * len(image.instruments) + held["instrument"]
    for side in ("long_lots", "short_lots"):
        lots = np.bincount(place, held[side])
        most = image.instruments["position_limit_lots"][
            np.arange(len(lots)) % len(image.instruments)
        ]
        assert (lots[most > 0] <= most[most > 0]).all()


def test_the_day_verifies(market_day: tuple[Path, np.ndarray, str]) -> None:
    folder, _, day_hash = market_day
    assert verify_day(folder).day.hex() == day_hash


def test_books_are_empty_and_longs_are_shorts_at_the_close(
    image: DayImage, market_day: tuple[Path, np.ndarray, str]
) -> None:
    _, events, _ = market_day
    entered = rows_of(events, OrderEntered)
    trades, gone = rows_of(events, TradeExecuted), rows_of(events, OrderCancelled)
    left = dict(zip(entered["order_id"].tolist(), entered["lots"].tolist(), strict=True))
    for name in ("buy_order_id", "sell_order_id"):
        for order, lots in zip(trades[name].tolist(), trades["lots"].tolist(), strict=True):
            left[order] -= lots
    for order, lots in zip(gone["order_id"].tolist(), gone["lots"].tolist(), strict=True):
        left[order] -= lots
    assert set(left.values()) == {0}
    longs = np.where(trades["buy_offset"] == 0, trades["lots"], 0)
    longs -= np.where(trades["sell_offset"] == 0, 0, trades["lots"])
    shorts = np.where(trades["sell_offset"] == 0, trades["lots"], 0)
    shorts -= np.where(trades["buy_offset"] == 0, 0, trades["lots"])
    assert longs.sum() == shorts.sum()
    assert image.settings.trading_day == DAY


def test_a_day_has_everything_that_happens(market_day: tuple[Path, np.ndarray, str]) -> None:
    _, events, _ = market_day
    refused = {Refusal(number).name for number in rows_of(events, CommandRefused)["refusal"]}
    assert refused >= {
        "NOT_ENOUGH_MONEY", "OPENING_LIMIT", "HEDGE_QUOTA", "HALTED", "KILLED", "NOT_TRADING",
        "PRICE_ABOVE_LIMIT", "PRICE_BELOW_LIMIT", "TOO_MANY_LOTS", "UNKNOWN_INSTRUMENT",
        "NOT_ENOUGH_TODAY", "SEQUENCE_GAP", "UNKNOWN_SESSION", "ORDER_NOT_FOUND",
    }  # fmt: skip
    assert set(rows_of(events, OrderCancelled)["reason"]) >= {1, 2, 3, 5, 6}
    assert set(rows_of(events, TransferBooked)["stage"]) == {1, 2, 3, 4}
    assert len(rows_of(events, CommandRepeated))
    assert len(rows_of(events, MarginCalled))
    trades = rows_of(events, TradeExecuted)
    assert (trades["buy_code"] == trades["sell_code"]).any(), "the self-trader met itself"
    assert {0, 1, 3, 4} <= set(trades["buy_offset"]) | set(trades["sell_offset"])


def test_explained_checks_are_those_of_the_core(
    market_day: tuple[Path, np.ndarray, str],
) -> None:
    """Five refused commands of each number, and some others: first failed check and its figures."""
    folder, events, _ = market_day
    refused = rows_of(events, CommandRefused)
    chosen = {
        int(sequence)
        for number in np.unique(refused["refusal"])
        for sequence in refused["sequence"][refused["refusal"] == number][:5]
    }
    core, met = TradingCore(read_image(folder / "image")), set()
    for frame in read(folder / "journal"):
        rows, first = frame_commands(frame), frame.header.first_sequence
        some = sorted({n - first for n in chosen if first <= n <= frame.last_sequence} | {0, 97})
        start = 0
        for place in some:
            if place >= len(rows) // 64:
                continue
            if place > start:
                core.run_frame(frame.header.time_ns, rows[64 * start : 64 * place])
            core.run_due(frame.header.time_ns)
            row, start = rows[64 * place : 64 * (place + 1)], place + 1
            events, lines = core.run_traced(frame.header.time_ns, row)
            told = rows_of(events, CommandRefused)
            failed = [line[:3] for line in lines if not line.passed]
            figures = ("refusal", "first_figure", "second_figure")
            assert failed == [tuple(int(event[f]) for f in figures) for event in told]
            met |= set(told["refusal"])
        if start < len(rows) // 64:
            core.run_frame(frame.header.time_ns, rows[64 * start :])
    assert len(met) >= 14


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["1", "4711"])
def test_the_same_seed_gives_the_same_day_under_any_hash_seed(
    image: DayImage, market_day: tuple[Path, np.ndarray, str], tmp_path: Path, hash_seed: str
) -> None:
    program = (
        "import sys, pathlib\n"
        "from huiguan.exchange.day.image import image_digest\n"
        "from huiguan.simulation.market.run import run_day\n"
        "from huiguan.simulation.market.image import first_image\n"
        "from huiguan.storage.market.rulebooks.load import load_books\n"
        f"image = first_image(load_books(), {DAY}, {PRODUCTS}, {SEED}).image\n"
        "folder, quiet = pathlib.Path(sys.argv[1]), lambda a, b: None\n"
        f"found = run_day(image, folder, {SEED}, quiet)\n"
        "print(image_digest(image).hex(), found.hashes.day.hex())\n"
    )
    settings = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "America/New_York"}
    call = [sys.executable, "-c", program, str(tmp_path / "day")]
    shown = subprocess.run(call, env=settings, capture_output=True, check=True, text=True).stdout
    assert shown.split() == [image_digest(image).hex(), market_day[2]]


def test_another_seed_gives_another_day(
    image: DayImage, market_day: tuple[Path, np.ndarray, str], tmp_path: Path
) -> None:
    found = run_day(image, tmp_path / "day", SEED + 1, quiet)
    assert found.hashes.day.hex() != market_day[2]
