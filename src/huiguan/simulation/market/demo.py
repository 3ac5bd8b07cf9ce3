"""The demonstration: one market day from one seed, run, cleared, run again, and looked at."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.run_again import announce_compiling, verify_day
from huiguan.exchange.messages import (
    LAYOUTS,
    CommandRefused,
    Event,
    OrderCancelled,
    OrderEntered,
    TimeInForce,
    TradeExecuted,
)
from huiguan.foundation.faults import InputFault
from huiguan.simulation.market.days import MarketDay, run_days
from huiguan.simulation.market.image import first_image
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.storage.journal.recovery import Frame

MARK = "made-by-huiguan-demo"  # a folder with this file may be replaced by the next demonstration


class OrderLife(NamedTuple):
    """One order from its entry to its last lot: rows of events, and when each happened."""

    entered: np.void
    trades: np.ndarray
    cancelled: np.void | None
    times: dict[int, int]  # sequence to time in ns


class MarketDemo(NamedTuple):
    """Everything the tables show."""

    folder: Path
    known_prices: int
    day: MarketDay
    verified: DayHashes
    refused: dict[int, int]
    life: OrderLife


def prepare(out: Path) -> None:
    """Make an empty folder; only what an earlier demonstration wrote is replaced."""
    if out.exists() and not out.is_dir():
        raise InputFault(f"{out} is a file; name a folder with --out")
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise InputFault(
                f"{out} holds something the demonstration did not write; name another folder with "
                "--out, so that nothing of yours is overwritten"
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("The next demonstration may replace this folder.\n", "utf-8")


def run_demo(
    out: Path,
    start: int,
    seed: int,
    say: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> MarketDemo:
    """Run, clear and verify one day of all listed products under ``out``."""
    prepare(out)
    say("reading the rulebooks")
    books = load_books()
    first = first_image(books, start, sorted(books.products), seed)
    say(
        f"{len(first.image.instruments)} contracts of {len(books.products)} products, "
        f"{len(first.image.trading_codes):,} trading codes"
    )
    announce_compiling(say)
    days = run_days(books, first.image, 1, seed, out, lambda _, done, all_: progress(done, all_))
    day = next(days)
    say("cleared; running the day again to compare every hash")
    pieces: list[np.ndarray] = []
    times: list[tuple[int, int]] = []

    def watch(frame: Frame, events: np.ndarray) -> None:
        pieces.append(events.copy())
        times.append((frame.last_sequence, frame.header.time_ns))

    verified = verify_day(day.run.folder, watch)
    events = np.concatenate(pieces)
    refused = _of(events, CommandRefused)["refusal"]
    numbers, counts = np.unique(refused, return_counts=True)
    return MarketDemo(
        folder=day.run.folder,
        known_prices=first.known_prices,
        day=day,
        verified=verified,
        refused=dict(zip(numbers.tolist(), counts.tolist(), strict=True)),
        life=order_life(events, times),
    )


def _of(events: np.ndarray, kind: type[Event]) -> np.ndarray:
    rows = events.view(LAYOUTS[kind.KIND])
    found: np.ndarray = rows[rows["kind"] == kind.KIND]
    return found


def order_life(events: np.ndarray, frames: list[tuple[int, int]]) -> OrderLife:
    """Return the life of one order that waited, traded in several trades, and was filled whole."""
    entered, trades = _of(events, OrderEntered), _of(events, TradeExecuted)
    ids = np.concatenate([trades["buy_order_id"], trades["sell_order_id"]])
    lots = np.concatenate([trades["lots"], trades["lots"]])
    later = np.concatenate([trades["sequence"], trades["sequence"]])
    order = np.argsort(ids, kind="stable")
    unique, starts, count = np.unique(ids[order], return_index=True, return_counts=True)
    filled = np.add.reduceat(lots[order], starts)
    begun = np.minimum.reduceat(later[order], starts)
    place = np.searchsorted(entered["order_id"], unique)
    row = entered[place]
    good = (filled == row["lots"]) & (count >= 3) & (begun > row["sequence"])
    good &= (row["time_in_force"] == TimeInForce.DAY) & (row["order_id"] == unique)
    chosen = row[np.flatnonzero(good)[len(np.flatnonzero(good)) // 2]] if good.any() else row[0]
    own = (trades["buy_order_id"] == chosen["order_id"]) | (
        trades["sell_order_id"] == chosen["order_id"]
    )
    cancels = _of(events, OrderCancelled)
    gone = cancels[cancels["order_id"] == chosen["order_id"]]
    last = np.array([sequence for sequence, _ in frames])
    wanted = [int(chosen["sequence"]), *trades[own]["sequence"].tolist()]
    moments = {s: frames[int(np.searchsorted(last, s))][1] for s in wanted}
    return OrderLife(chosen, trades[own], gone[0] if len(gone) else None, moments)
