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
from huiguan.foundation.faults import Fault, InputFault
from huiguan.simulation.market.days import MarketDay, run_days
from huiguan.simulation.market.image import first_image
from huiguan.simulation.market.scenario import USUAL, Scenario, check_scenario
from huiguan.storage.change import is_content
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold
from huiguan.storage.manifest import sha256_of
from huiguan.storage.market.day_folder import MANIFEST, verify_manifest
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.rules.rows import Books
    from huiguan.simulation.market.image import FirstImage
    from huiguan.storage.journal.recovery import Frame

MARK = "made-by-huiguan-demo"  # lists the days that the next demonstration may replace
UNFINISHED = "unfinished"


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


def prepare(out: Path, day: int, say: Callable[[str], None]) -> None:
    """Make room in ``out`` for the day: only what a demonstration made, and nobody changed, goes.

    Everything else stays, and is named. The caller holds ``out``.
    """
    others = sorted(path.name for path in out.iterdir() if is_content(path.name))
    if others and MARK not in others:
        raise InputFault(
            f"{out} holds something the demonstration did not write; name another folder with "
            "--out, so that nothing of yours is overwritten"
        )
    made, target = read_mark(out), out / str(day)
    if target.exists():
        if not is_as_made(target, made.get(target.name)):
            raise InputFault(
                f"{target} is not as the demonstration made it; name another folder with --out, or "
                "remove it yourself, so that nothing of yours is overwritten"
            )
        say(f"{target}, which an earlier demonstration made, is replaced")
    stays = [name for name in others if name not in (MARK, target.name)]
    if stays:
        say(f"what else is in {out} stays as it is: {', '.join(stays)}")
    write_mark(out, made | {target.name: UNFINISHED})
    if target.exists():
        shutil.rmtree(target)


def is_as_made(target: Path, noted: str | None) -> bool:
    """Return whether a day is the one a demonstration made, or one that it did not finish."""
    if noted in (None, UNFINISHED):
        return noted is not None
    try:
        verify_manifest(target)
    except Fault:
        return False
    return sha256_of(target / MANIFEST) == noted


def read_mark(out: Path) -> dict[str, str]:
    """Return the days that demonstrations made in ``out``, with the SHA-256 of their manifests."""
    path = out / MARK
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    words = [line.split() for line in lines if not line.startswith("#")]
    return {found[0]: found[1] for found in words if len(found) == 2}


def write_mark(out: Path, made: Mapping[str, str]) -> None:
    """Note what demonstrations made."""
    text = "# Made by `huiguan demo`; the next one may replace them, while nobody changed them.\n"
    text += "".join(f"{name} {sha256}\n" for name, sha256 in sorted(made.items()))
    write_file(out / MARK, [text.encode()], Files())


def run_demo(
    out: Path,
    start: int,
    seed: int,
    say: Callable[[str], None],
    progress: Callable[[int, int], None],
    scenario: Scenario = USUAL,
) -> MarketDemo:
    """Run, clear and verify one day of all listed products under ``out``, which it holds."""
    if out.exists() and not out.is_dir():
        raise InputFault(f"{out} is a file; name a folder with --out")
    say("reading the rulebooks")
    books = load_books()
    first = first_image(books, start, sorted(books.products), seed)
    check_scenario(scenario, first.image, [start])
    with hold(out, "demo"):
        prepare(out, start, say)
        found = make_demo(out, books, first, seed, say, progress, scenario)
        write_mark(out, read_mark(out) | {found.folder.name: sha256_of(found.folder / MANIFEST)})
    return found


def make_demo(
    out: Path,
    books: Books,
    first: FirstImage,
    seed: int,
    say: Callable[[str], None],
    progress: Callable[[int, int], None],
    scenario: Scenario = USUAL,
) -> MarketDemo:
    """Run, clear and verify one day of all listed products in a folder of ``out``."""
    say(
        f"{len(first.image.instruments)} contracts of {len(books.products)} products, "
        f"{len(first.image.trading_codes):,} trading codes"
    )
    announce_compiling(say)

    def tell(_: int, done: int, total: int) -> None:
        progress(done, total)

    days = run_days(books, first.image, 1, seed, out, tell, scenario=scenario)
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
