"""Close a day folder and open the next: run the day again, clear it, write what came out.

Everything is worked out before the first byte is written, and written under names that are whole or
absent, the manifest last: killed at any point and run again, the folder comes to the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from huiguan.days.run_again import run_day_again
from huiguan.exchange.day.instructions import check_for_opening, check_instructions
from huiguan.exchange.day.result import result_digest
from huiguan.exchange.evening.day_end import CorePositions, close_day
from huiguan.exchange.evening.day_figures import (
    contract_figures,
    cumulative_changes,
    is_first,
    member_figures,
    morning_figures,
    rankings,
)
from huiguan.exchange.evening.next_day import forced_closes, next_image, reconcile
from huiguan.exchange.evening.rules_of_day import DayRules, rules_of_day
from huiguan.exchange.events import EventCollector
from huiguan.exchange.messages import Phase
from huiguan.exchange.reports.daily import (
    argument_rows,
    base_rows,
    express_rows,
    move_rows,
    ranking_rows,
    settlement_rows,
)
from huiguan.exchange.reports.posting_table import postings_frame
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.daily_files import rows_frame, table_frame, write_report
from huiguan.storage.market.day_folder import MANIFEST, DayFolder, verify_manifest, write_manifest
from huiguan.storage.market.day_image import read_image, write_image
from huiguan.storage.market.day_result import convert_instructions, read_result, write_result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

    from huiguan.exchange.clearing.liquidation import ForceClose
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions import AnyInstruction
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.rules.rows import Books
    from huiguan.exchange.trading.core import TradingCore
    from huiguan.storage.journal.recovery import Frame

FIVE_MINUTES_NS = 300_000_000_000
OPENING_NAME = "opening.json"
RESULT = "result/"
PRICES = ("PRESETTLEMENTPRICE", "OPENPRICE", "HIGHESTPRICE", "LOWESTPRICE", "CLOSEPRICE")
MOVES = ("CHANGE3", "CHANGE4", "CHANGE5")
EXPRESS_FIGURES = (*PRICES, "SETTLEMENTPRICE", "ZD1_CHG", "ZD2_CHG", "TURNOVER")


class ClosedDay(NamedTuple):
    """A day that was closed: what it began with, what came out, and the rules it was cleared by."""

    image: DayImage
    result: DayResult
    rules: DayRules


class RunDay(NamedTuple):
    """A day that was run again: its events as columns, and what the core holds at the end."""

    image: DayImage
    collector: EventCollector
    core: CorePositions


def quiet(_: str) -> None:
    """Report to nobody."""


def run_for_clearing(root: Path, watch: Callable[[int], None] | None = None) -> RunDay:
    """Run a day again and collect its events; ``watch`` is told the last sequence of each frame."""
    if (root / MANIFEST).exists():
        verify_manifest(root, but=RESULT)
    image = read_image(DayFolder(root).image)
    closes = image.phases["time_ns"][image.phases["phase"] == Phase.CLOSED]
    if not len(closes):
        raise InputFault(f"the schedule of {root} has no close, so the day cannot be cleared")
    collector = EventCollector(int(closes.max()) - FIVE_MINUTES_NS)

    def take(frame: Frame, events: np.ndarray) -> None:
        collector.add(frame.header.time_ns, events)
        if watch:
            watch(frame.last_sequence)

    core, _ = run_day_again(root, take)
    if (core.state.group_phase != Phase.CLOSED).any():
        raise InputFault(f"the trading day in {root} is not over; close it after its last phase")
    return RunDay(image, collector, core_positions(core))


def core_positions(core: TradingCore) -> CorePositions:
    """Return what the core holds, to be compared with what the trades give."""
    rows = core.state.positions[core.state.positions["key"] != 0]
    return CorePositions(
        key=rows["key"] - 1,
        long_lots=rows["long_history"].astype(np.int64) + rows["long_today"],
        short_lots=rows["short_history"].astype(np.int64) + rows["short_today"],
        fees_fen=core.state.accounts["fees_fen"].copy(),
    )


def close_folder(
    root: Path,
    books: Books,
    instructions: Sequence[AnyInstruction] = (),
    report: Callable[[str], None] = quiet,
    watch: Callable[[int], None] | None = None,
    files: Files | None = None,
) -> ClosedDay:
    """Close the day in ``root``: result tables, daily files and manifest are written.

    Raises ``CheckFault`` when anything does not add up; then nothing is written.
    """
    check_instructions(instructions)
    report("the day is run again")
    run = run_for_clearing(root, watch)
    image = run.image
    report("rules of the day")
    rules = rules_of_day(books, image.names.instruments, image.settings.trading_day)
    events = run.collector.finish()
    result = close_day(image, events, rules, instructions, run.core, report)
    report("files")
    closed = ClosedDay(image, result, rules)
    write_closed(root, closed, instructions, files)
    return closed


def write_closed(
    root: Path,
    closed: ClosedDay,
    instructions: Sequence[AnyInstruction] = (),
    files: Files | None = None,
) -> None:
    """Write the result and the daily files of a day, then the manifest of the whole folder."""
    files = files or Files()
    folder = DayFolder(root).result
    write_result(folder, closed.result, instructions, files)
    write_reports(folder / "reports", closed, files)
    write_manifest(root, files)


def write_reports(folder: Path, closed: ClosedDay, files: Files) -> None:
    """Write the daily files: express, parameters, rankings, accounts, pools, postings."""
    image, result, rules = closed
    files.make_folder(folder)
    day, figures = result.settings.trading_day, contract_figures(image, result)
    charged = [row.charged for row in rules.contracts]
    states = image.contract_states[["limit_ppb", "general_ppb", "hedge_ppb"]].tolist()
    passed = [
        row.instrument
        for row, rule in zip(figures, rules.contracts, strict=True)
        if row.open_interest_lots >= (rule.today.ranking.open_interest_lots or 0)
    ]
    before = morning_figures(image)
    ranks = rankings(member_figures(image, result), before, passed, first_day=is_first(image))
    rates = ("MARGINRATIO", "FEERATION", "FEERATIO", "FEEUNIT", "_VALUE", "SETTLEMENTPRICE", *MOVES)
    for name, rows in (
        ("express", express_rows(figures)),
        ("settlement", settlement_rows(figures, charged, day)),
        ("trading_arguments", argument_rows(image.names.instruments, states, day)),
        ("contracts", base_rows((row.today for row in rules.contracts), day)),
        ("rankings", ranking_rows(ranks)),
        ("moves", move_rows(image.names.instruments, cumulative_changes(image, result))),
    ):
        frame = rows_frame(rows)
        wanted = [c for c in frame.columns if c in EXPRESS_FIGURES or c.endswith(rates)]
        write_report(folder, name, frame, wanted, files)
    codes = {"trading_code": image.names.trading_codes, "member": image.names.members}
    accounts = table_frame(result.accounts, codes)
    accounts.insert_column(0, table_frame(named_rows(len(result.accounts)), codes)["trading_code"])
    write_report(folder, "accounts", accounts, (), files)
    write_report(folder, "pools", table_frame(result.pools, codes), (), files)
    names = {**codes, "instrument": image.names.instruments}
    write_report(folder, "order_fees", table_frame(result.order_fees, names), (), files)
    write_report(folder, "postings", postings_frame(image, result), (), files)
    write_report(folder, "freed_shorts", table_frame(result.freed_shorts, names), (), files)
    write_report(folder, "forced_reduction", reduction_frame(image, result), (), files)


def reduction_frame(image: DayImage, result: DayResult) -> pl.DataFrame:
    """Return the trades of forced reductions with tier, in the words of the image."""
    trades = result.trades[result.reductions["trade"] - 1]
    names = {"instrument": image.names.instruments} | dict.fromkeys(
        ("buy_code", "sell_code"), image.names.trading_codes
    )
    wanted = trades[["instrument", "buy_code", "sell_code", "price_ticks", "lots"]]
    both = (result.reductions, np.array(wanted.tolist(), [(n, "<i4") for n in wanted.dtype.names]))
    first, second = (table_frame(rows, names) for rows in both)
    return first.hstack(second)


def named_rows(count: int) -> np.ndarray:
    """Return the row numbers of trading codes as a table, to be shown by name."""
    rows = np.zeros(count, [("trading_code", "<i4")])
    rows["trading_code"] = np.arange(count)
    return rows


class OpenedDay(NamedTuple):
    """The next day's folder, its image, and what is closed by force in its first session."""

    root: Path
    image: DayImage
    forced: list[ForceClose]


def read_closed(root: Path) -> tuple[DayImage, DayResult, list[AnyInstruction]]:
    """Return image, result and instructions of a closed day; an InputFault when it is open."""
    folder = DayFolder(root)
    if not (folder.result / "result.json").exists():
        raise InputFault(f"{root} is not closed yet; run `huiguan day close {root}` first")
    result, instructions = read_result(folder.result)
    return read_image(folder.image), result, instructions


def next_root(root: Path, next_day: int) -> Path:
    """Return the folder of the next trading day beside ``root``, named as ``root`` is."""
    text = f"{next_day:08d}"
    dashed = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return root.resolve().parent / (dashed if "-" in root.resolve().name else text)


def open_next(
    root: Path,
    books: Books,
    instructions: Sequence[AnyInstruction] = (),
    into: Path | None = None,
    files: Files | None = None,
) -> OpenedDay:
    """Make the folder of the next trading day from a closed one and approved instructions.

    What is written is read back and reconciled; a difference is a CheckFault.
    """
    check_for_opening(instructions)
    image, result, given = read_closed(root)
    verify_manifest(root)
    orders = [*given, *instructions]
    tomorrow = next_image(image, result, books, orders)
    target = into or next_root(root, result.settings.next_trading_day)
    if DayFolder(target).journal.exists():
        raise InputFault(f"{target} has a journal already; its day has begun and stays as it is")
    files = files or Files()
    write_image(DayFolder(target).image, tomorrow, files)
    forced = forced_closes(image, result, tomorrow)
    content = {
        "from": result_digest(result).hex(),
        "instructions": msgspec.to_builtins(orders),
        "forced_closes": msgspec.to_builtins(forced),
    }
    text = msgspec.json.format(msgspec.json.encode(content)) + b"\n"
    write_file(target / OPENING_NAME, [text], files)
    write_manifest(target, files)
    differences = reconcile(image, result, books, orders, read_image(DayFolder(target).image))
    if differences:
        raise CheckFault(f"{target} does not follow from {root}: {differences[0]}")
    return OpenedDay(target, tomorrow, forced)


def reconcile_folders(root: Path, target: Path, books: Books) -> list[str]:
    """Return every difference between the image in ``target`` and what follows from ``root``."""
    image, result, _ = read_closed(root)
    try:
        content = msgspec.json.decode((target / OPENING_NAME).read_bytes())
        orders = convert_instructions(content["instructions"])
    except (OSError, KeyError, msgspec.MsgspecError) as fault:
        raise InputFault(f"{target / OPENING_NAME} cannot be read ({fault})") from None
    return reconcile(image, result, books, orders, read_image(DayFolder(target).image))
