"""Recorded ticks of CFFEX and CZCE stand in the real book, and a client waits as the record says.

What stands in the book is told from the events alone; when a client's order fills is told from the
recording alone, by the arithmetic of docs/explanation/recorded-liquidity.md.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    OrderCancelled,
    OrderEntered,
    Side,
    TradeExecuted,
)
from huiguan.floor.files.day_orders import run_day
from huiguan.floor.files.recorded import quoted_image
from huiguan.simulation.recorded.ghosts import (
    Ghosts,
    Place,
    Tick,
    best,
    better,
    recorded_trades,
    ticks_of,
)
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from huiguan.storage.market.recorded.ticks import read_ticks
from tests.recorded import recorded

FILES = [
    ("cffex_if_ticks_202101", "IF2101_20210104.csv.gz", {"IF2101": 6_000}),  # 0.2 x 300 CNY
    ("cffex_if_ticks_202101", "IF2101_20210105.csv.gz", {"IF2101": 6_000}),
    ("czce_rm705_ticks_20170320", "RM705_20170320.csv.gz", {"RM705": 1_000}),  # 1 CNY/t x 10 t
]
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
HOUSE, CLIENT = 1, 2
PART, EVERY = 1_000, 4_000  # ticks of a part in which a client waits, and from part to part


class Book:
    """Lots at each place, from the events; and when the client's orders traded first."""

    sessions = 0

    def __init__(self) -> None:
        self.orders: dict[int, tuple[int, Place, int]] = {}
        self.lots: Counter[Place] = Counter()
        self.filled: dict[int, int] = {}  # side to tick
        self.tick = -1

    def next_ns(self) -> int | None:
        return None

    def act(self) -> np.ndarray:
        raise AssertionError

    def hear(self, events: np.ndarray) -> None:
        rows = events.reshape(-1)
        for row, kind in enumerate(rows.view(EVENT_HEADER_ROW)["kind"].tolist()):
            if kind == OrderEntered.KIND:
                told = rows.view(LAYOUTS[kind])[row]
                place = Place(int(told["side"]), int(told["price_ticks"]))
                lots = int(told["lots"])
                self.orders[int(told["order_id"])] = int(told["trading_code"]), place, lots
                self.lots[place] += lots
            elif kind == TradeExecuted.KIND:
                told = rows.view(LAYOUTS[kind])[row]
                self.less(int(told["buy_order_id"]), int(told["lots"]))
                self.less(int(told["sell_order_id"]), int(told["lots"]))
            elif kind == OrderCancelled.KIND:
                told = rows.view(LAYOUTS[kind])[row]
                self.lots[self.orders.pop(int(told["order_id"]))[1]] -= int(told["lots"])

    def less(self, order: int, lots: int) -> None:
        code, place, left = self.orders.pop(order)
        self.lots[place] -= lots
        if left > lots:
            self.orders[order] = code, place, left - lots
        if code == CLIENT:
            self.filled.setdefault(place.side, self.tick)


class Told(Ghosts):
    """Ghosts that let a book know which tick they are at."""

    def watch(self, book: Book, ticks: Sequence[Tick]) -> "Told":
        self.book, self.recorded, self.steps, self.wrong = book, ticks, 0, 0
        return self

    def act(self) -> np.ndarray:
        if self.steps:
            self.compare()
        before = self.next_ns()
        rows = super().act()
        self.steps += 1
        self.book.tick = self._next if self._taken else self._next - 1
        assert before is not None
        return rows

    def compare(self) -> None:
        """Count where the book at the levels of the tick that was set is not what it says."""
        if self._taken or self._next < 1 or self.recorded[self._next - 1].crossed:
            return
        levels = self.recorded[self._next - 1].levels
        self.wrong += any(self.book.lots[place] != lots for place, lots in levels.items())
        for side in Side:
            shown = best({place: 1 for place, lots in self.book.lots.items() if lots}, side)
            self.wrong += shown != best(levels, side)


def quotes_of(folder: str, file: str) -> pl.DataFrame:
    return read_ticks(recorded(folder) / file)


def played(
    root: Path, quotes: pl.DataFrame, values: dict[str, int], rows: list[dict[str, str]]
) -> Told:
    made = quoted_image(quotes, values)
    write_image(DayFolder(root).image, made)
    ticks, book = ticks_of(made, quotes), Book()
    ghosts = Told(made, ticks, HOUSE, 1).watch(book, ticks)
    run_day(root, rows, [ghosts, book])
    assert not ghosts.refused
    return ghosts


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "file", "values"), FILES)
def test_the_book_is_the_record_after_every_tick(
    folder: str, file: str, values: dict[str, int], tmp_path: Path
) -> None:
    ghosts = played(tmp_path / "day", quotes_of(folder, file), values, [])
    assert len(ghosts.recorded) > 16_000
    assert ghosts.wrong == 0


def fill_of(ticks: Sequence[Tick], place: Place) -> int | None:
    """Return at which tick a lot at the best price of the first tick fills; None: never."""
    front, before = ticks[0].levels[place], ticks[0]
    for number, tick in enumerate(ticks[1:], 1):
        for taken in recorded_trades(before, tick):
            if taken.place.side == place.side and better(place, taken.place.price):
                return number  # a worse price traded: nobody stands in front any more
            if taken.place == place:
                if taken.lots > front:
                    return number
                front -= taken.lots
        if tick.crossed:
            continue
        before, shown = tick, best(tick.levels, place.side)
        against = best(tick.levels, 1 - place.side)
        if against is not None and (against - place.price) * (-1) ** place.side <= 0:
            return number  # the other side has come to its price
        if shown is None or better(place, shown):
            front = 0
        elif shown == place.price:
            front = min(front, tick.levels[place])
    return None


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "file", "values"), FILES)
def test_a_client_fills_when_what_stood_in_front_is_gone(
    folder: str, file: str, values: dict[str, int], tmp_path: Path
) -> None:
    quotes, filled = quotes_of(folder, file), 0
    for start in range(EVERY, len(quotes) - PART, EVERY):
        part = quotes.slice(start, PART)
        made = quoted_image(part, values)
        ticks = ticks_of(made, part)
        at = dt.datetime.fromtimestamp((ticks[0].time_ns + 100_000_000) / 1e9, SHANGHAI)
        rows = [
            {
                "time": f"{at:%H:%M:%S.%f}",
                "code": made.names.trading_codes[CLIENT],
                "contract": made.names.instruments[0],
                "side": name,
                "price": part[f"{level}_price_1"][0],
                "lots": "1",
            }
            for name, level in (("buy", "bid"), ("sell", "ask"))
        ]
        found = played(tmp_path / str(start), part, values, rows).book.filled
        expected = {place.side: fill_of(ticks, place) for place in ticks[0].levels}
        assert found == {side: tick for side, tick in expected.items() if tick is not None}, start
        filled += len(found)
    assert filled > 3
