"""A day that is over, run again and cleared: what closing it writes, and verifying it compares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.run_again import run_day_again
from huiguan.exchange.day.instructions.every import check_instructions
from huiguan.exchange.evening.day_end import CorePositions, close_day
from huiguan.exchange.evening.rules_of_day import DayRules, rules_of_day
from huiguan.exchange.events import DayEvents, EventCollector
from huiguan.exchange.messages import Phase
from huiguan.exchange.reports.reports_of_day import reports_of_day
from huiguan.exchange.trading.state.rows import FIRST_KEY
from huiguan.foundation.faults import InputFault
from huiguan.storage.change import finish_change
from huiguan.storage.market.daily_files import report_files
from huiguan.storage.market.day_folder import DayFolder, refuse_unbegun
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import WrittenResult, read_result, result_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.correction import Correction
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.rules.rows import Books
    from huiguan.exchange.trading.core import TradingCore
    from huiguan.storage.files import Bytes
    from huiguan.storage.journal.recovery import Frame

    Watch = Callable[[Frame, np.ndarray], None]

FIVE_MINUTES_NS = 300_000_000_000


class RunDay(NamedTuple):
    """A day that was run again: its hashes, its events, and what the core holds at the end."""

    hashes: DayHashes
    image: DayImage
    events: DayEvents
    core: CorePositions


class ClosedDay(NamedTuple):
    """A day that was closed: what it began with, what came out, and the rules it was cleared by."""

    image: DayImage
    result: DayResult
    rules: DayRules


def quiet(_: str) -> None:
    """Report to nobody."""


def run_for_clearing(root: Path, watch: Watch | None = None) -> RunDay:
    """Run a day again and collect its events; ``watch`` is given every frame and its events."""
    image = read_image(DayFolder(root).image)
    closes = image.phases["time_ns"][image.phases["phase"] == Phase.CLOSED]
    if not len(closes):
        raise InputFault(f"the schedule of {root} has no close, so the day cannot be cleared")
    collector = EventCollector(int(closes.max()) - FIVE_MINUTES_NS)

    def take(frame: Frame, events: np.ndarray) -> None:
        collector.add(frame.header.time_ns, events)
        if watch:
            watch(frame, events)

    core, hashes = run_day_again(root, take)
    if (core.state.group_phase != Phase.CLOSED).any():
        raise InputFault(f"the trading day in {root} is not over; close it after its last phase")
    return RunDay(hashes, image, collector.finish(), core_positions(core))


def core_positions(core: TradingCore) -> CorePositions:
    """Return what the core holds, to be compared with what the trades give."""
    rows = core.state.positions[core.state.positions["key"] != 0]
    return CorePositions(
        key=rows["key"] - FIRST_KEY,
        long_lots=rows["long_history"].astype(np.int64) + rows["long_today"],
        short_lots=rows["short_history"].astype(np.int64) + rows["short_today"],
        fees_fen=core.state.accounts["fees_fen"].copy(),
    )


def clear(
    run: RunDay,
    books: Books,
    instructions: Sequence[AnyInstruction] = (),
    report: Callable[[str], None] = quiet,
) -> ClosedDay:
    """Clear a day that was run again; raises ``CheckFault`` when anything does not add up."""
    check_instructions(instructions)
    report("rules of the day")
    rules = rules_of_day(books, run.image.names.instruments, run.image.settings.trading_day)
    result = close_day(run.image, run.events, rules, instructions, run.core, report)
    return ClosedDay(run.image, result, rules)


def closed_files(
    closed: ClosedDay,
    instructions: Sequence[AnyInstruction] = (),
    correction: Correction | None = None,
    rows: list[object] | None = None,
) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield every file of ``result/`` with its parts: tables, ``result.json``, daily files.

    ``rows`` are the same instructions as an earlier version of this code kept them.
    """
    written = WrittenResult(closed.result, list(instructions), correction, rows)
    yield from result_files(written)
    for name, parts in report_files(reports_of_day(*closed)):
        yield f"reports/{name}", parts


def is_closed(root: Path) -> bool:
    """Return whether a day has a result."""
    return (DayFolder(root).result / "result.json").exists()


def read_closed(root: Path | str) -> tuple[DayImage, DayResult, list[AnyInstruction]]:
    """Return image, result and instructions of a closed day; an InputFault when it is open.

    Of a corrected day they are the newest version's. An interrupted change is finished first.
    """
    root = Path(root)
    finish_change(root)
    folder = DayFolder(root)
    if not is_closed(root):
        refuse_unbegun(root)
        raise InputFault(f"{root} is not closed yet; run `huiguan day close {root}` first")
    written = read_result(folder.result)
    return read_image(folder.image), written.result, written.instructions
