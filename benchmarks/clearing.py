"""Closing a day: 1,000,000 positions of 200,000 trading codes, 5,000,000 trades, all files written.

Contracts and rules are the real ones of 2026-08-21 (all listed months); people, positions and
trades are invented: codes trade the contracts they hold, and every close fits. Measured from events
in memory: clearing itself by step, then result tables, daily files and manifest on disk. Left out:
reading the journal and running the core again. Beside it the bare arithmetic of the same day in
NumPy, the yardstick. Then 10,000 statements as text.
"""

import resource
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from huiguan.days.cleared import ClosedDay
from huiguan.days.close import write_closed
from huiguan.exchange.day.contract_tables import ContractTables, ListedContract, contract_tables
from huiguan.exchange.day.image import DayImage, Names, Settings
from huiguan.exchange.day.result import DayResult, TradeRow
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.events import (
    CANCELLED,
    ENTERED,
    FRAME,
    ORDERS,
    TRANSFER,
    DayEvents,
)
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.reports.statements.text import Holder, statement_text
from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.records import table_layout
from huiguan.foundation.tables import empty_tables
from huiguan.storage.market.day_image import write_image
from huiguan.storage.market.rulebooks.load import load_books

DAY = 20260821
CODES, MEMBERS, PAIRS = 200_000, 200, 500_000  # a pair is a long and a short of one past trade
OPENED, CLOSED_TODAY, CLOSED_HISTORY = 2_800_000, 1_700_000, 500_000
STATEMENTS = 10_000
RUNS = 3


def contracts(books: Books) -> ContractTables:
    """Return every listed contract at 1,000 ticks."""
    rows = []
    for found in listed_contracts(books, DAY):
        product = books.products[found.product]
        tick = product.rows["terms"][-1].tick  # type: ignore[attr-defined]
        units = int(1_000 * tick * 10**product.price_decimals)
        rows.append(ListedContract(code=found.code, settlement_units=units))
    return contract_tables(books, DAY, rows)


def morning(books: Books, chance: np.random.Generator) -> DayImage:
    """Return the image: pairs of lots, the positions they add up to, money enough."""
    made = contracts(books)
    tables = empty_tables(DayImage)
    lots = np.zeros(2 * PAIRS, tables["lots"].dtype)
    index = chance.integers(0, len(made.instruments), PAIRS)
    for side in Side:
        half = lots[int(side) * PAIRS : (int(side) + 1) * PAIRS]
        half["instrument"], half["side"] = index, side
        half["trading_code"] = chance.integers(0, CODES, PAIRS)
        half["open_price_units"] = 1_000 * made.instruments["tick_units"][index]
        half["trade"], half["open_day"] = np.arange(1, PAIRS + 1), DAY - 1
        half["lots"] = 5
    lots = np.sort(lots, order=["trading_code", "instrument", "hedge", "side", "open_day", "trade"])
    keys, where = np.unique(
        lots["trading_code"].astype(np.int64) * len(made.instruments) + lots["instrument"],
        return_inverse=True,
    )
    positions = np.zeros(len(keys), tables["positions"].dtype)
    positions["trading_code"], positions["instrument"] = np.divmod(keys, len(made.instruments))
    for side, name in ((Side.BUY, "long_lots"), (Side.SELL, "short_lots")):
        own = lots["side"] == side
        np.add.at(positions[name], where[own], lots["lots"][own])
    codes = np.zeros(CODES, tables["trading_codes"].dtype)
    codes["deposit_fen"], codes["member"] = 10**10, np.arange(CODES) % MEMBERS
    codes["holder"] = np.arange(CODES)
    pools = np.zeros(MEMBERS, tables["pools"].dtype)
    pools["member"], pools["futures_firm"] = np.arange(MEMBERS), 1
    pools["cash_fen"] = 10**10 * CODES // MEMBERS
    members = np.zeros(MEMBERS, tables["members"].dtype)
    members["deposit_fen"] = pools["cash_fen"]
    tables.update(
        instruments=made.instruments,
        margins=made.margins,
        fees=made.fees,
        phases=made.phases,
        contract_states=made.contract_states,
        lots=lots,
        positions=positions,
        trading_codes=codes,
        members=members,
        pools=pools,
    )
    names = Names(
        instruments=made.instrument_names,
        products=made.product_names,
        phase_groups=made.phase_group_names,
        trading_codes=[f"{i:012d}" for i in range(CODES)],
        members=[f"{i:04d}" for i in range(MEMBERS)],
        holders=[f"{i:08d}" for i in range(CODES)],
    )
    return DayImage(settings=Settings(trading_day=DAY), names=names, **tables)


def day_of_trades(image: DayImage, chance: np.random.Generator) -> DayEvents:
    """Return the trades: openings, closes of some of them later in the day, closes of history."""
    total = OPENED + CLOSED_TODAY + CLOSED_HISTORY
    trades = np.zeros(total, table_layout(TradeRow))
    opened, today = trades[:OPENED], trades[OPENED : OPENED + CLOSED_TODAY]
    history = trades[OPENED + CLOSED_TODAY :]
    by_contract = np.argsort(image.lots["instrument"], kind="stable")
    holders, index = image.lots["trading_code"][by_contract], image.lots["instrument"][by_contract]
    opened["instrument"] = chance.choice(image.lots["instrument"], OPENED)
    first = np.searchsorted(index, opened["instrument"])
    count = np.searchsorted(index, opened["instrument"], side="right") - first
    for name in ("buy_code", "sell_code"):
        opened[name] = holders[first + (chance.random(OPENED) * count).astype(np.int64)]
    opened["lots"] = chance.integers(1, 6, OPENED)
    closing = chance.permutation(OPENED)[:CLOSED_TODAY]
    for name in ("instrument", "lots"):
        today[name] = opened[name][closing]
    today["buy_code"], today["sell_code"] = (
        opened["sell_code"][closing],
        opened["buy_code"][closing],
    )
    today["buy_offset"] = today["sell_offset"] = Offset.CLOSE_TODAY
    longs = image.lots[image.lots["side"] == Side.BUY]
    shorts = image.lots[image.lots["side"] == Side.SELL]
    longs, shorts = np.sort(longs, order="trade"), np.sort(shorts, order="trade")
    history["instrument"], history["lots"] = longs["instrument"], 3
    history["buy_code"], history["sell_code"] = shorts["trading_code"], longs["trading_code"]
    history["buy_offset"] = history["sell_offset"] = Offset.CLOSE
    trades["price_ticks"] = chance.integers(960, 1_041, total)  # inside every limit
    time_of = chance.random(total)
    time_of[:OPENED] *= 0.6
    time_of[OPENED : OPENED + CLOSED_TODAY] = time_of[closing] + 0.4 * chance.random(CLOSED_TODAY)
    order = np.argsort(time_of, kind="stable")
    trades = trades[order]
    orders = np.zeros(total, ORDERS)
    orders["sequence"] = np.arange(1, total + 1)
    return DayEvents(
        trades=trades,
        trade_orders=orders,
        entered=np.empty(0, ENTERED),
        cancelled=np.empty(0, CANCELLED),
        transfers=np.empty(0, TRANSFER),
        frames=np.empty(0, FRAME),
        late_from=total + 1,
    )


def bare(image: DayImage, events: DayEvents) -> float:
    """Return the seconds of marking every trade and position and summing by code, and no more."""
    trades, value = events.trades, image.instruments["tick_value_fen"]
    start = time.perf_counter()
    total = np.zeros(CODES, np.int64)
    gain = (1_000 - trades["price_ticks"]) * trades["lots"] * value[trades["instrument"]]
    np.add.at(total, trades["buy_code"], gain)
    np.subtract.at(total, trades["sell_code"], gain)
    turnover = trades["price_ticks"].astype(np.int64) * trades["lots"] * value[trades["instrument"]]
    for side in ("buy_code", "sell_code"):
        np.subtract.at(total, trades[side], (turnover * 50_000 + 500_000_000) // 1_000_000_000)
    rows = image.positions
    held = (rows["long_lots"] - rows["short_lots"]) * value[rows["instrument"]]
    np.add.at(total, rows["trading_code"], held)
    return time.perf_counter() - start


class Steps:
    """Notes when each step began."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._start = "", time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = now - self._start
        self._name, self._start = name, now


def statements(image: DayImage, result: DayResult, names: dict[str, tuple[str, str]]) -> None:
    """Print how long 10,000 statements take, and how many trades they show."""
    start, used = time.perf_counter(), time.process_time()
    found = Statements(image, result, names)
    prepared = time.perf_counter()
    shown = 0
    for code in image.names.trading_codes[:STATEMENTS]:
        day = found.statement(code)
        holder = Holder(
            client_id=code[-8:],
            client_name=code,
            account_id=code,
            trading_code=code,
            title="Huiguan",
            created=str(DAY),
        )
        statement_text(holder, day)
        shown += len(day.trades)
    end, used = time.perf_counter(), time.process_time() - used
    print(
        f"{STATEMENTS:,} statements as text    {end - start:6.2f} s, processor {used:.2f}"
        f" (sorting {prepared - start:.2f}; {shown:,} trades shown)"
    )


def main() -> None:
    """Measure and print everything."""
    books, chance = load_books(), np.random.default_rng(1)
    image = morning(books, chance)
    events = day_of_trades(image, chance)
    print(
        f"{len(image.positions):,} positions, {len(image.lots):,} lots, {CODES:,} codes,"
        f" {len(image.instruments)} contracts, {len(events.trades):,} trades"
    )
    yardstick = min(bare(image, events) for _ in range(RUNS))
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = []
    for _ in range(RUNS):
        folder = Path(tempfile.mkdtemp(prefix="clearing-", dir="."))
        try:
            write_image(folder / "image", image)
            steps = Steps()
            start, used = time.perf_counter(), time.process_time()
            rules = rules_of_day(books, image.names.instruments, DAY)
            ruled = time.perf_counter()
            result = close_day(image, events, rules, report=steps)
            steps("files")
            cleared = time.perf_counter()
            write_closed(folder, ClosedDay(image, result, rules))
            end, used = time.perf_counter(), time.process_time() - used
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        finally:
            shutil.rmtree(folder)
        figures.append((end - start, ruled - start, cleared - ruled, end - cleared, used))
    median = sorted(figures)[RUNS // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"bare arithmetic in NumPy    {yardstick:6.2f} s")
    print(
        f"day closed, files written   {median[0]:6.2f} s  (best {min(figures)[0]:.2f}, worst"
        f" {max(figures)[0]:.2f})  rules {median[1]:.2f}, clearing {median[2]:.2f}"
        f" (ratio {median[2] / yardstick:.1f}), files {median[3]:.2f} ({size >> 20} MiB);"
        f" processor {median[4]:.2f}"
    )
    print(f"peak memory {peak:,} MiB, of it before closing {begun:,} MiB")
    print("by step: " + ", ".join(f"{name} {s:.2f}" for name, s in steps.seconds.items()))
    names = {code: (row.chinese, row.venue) for code, row in books.products.items()}
    statements(image, result, names)
