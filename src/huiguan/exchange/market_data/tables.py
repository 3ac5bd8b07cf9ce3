"""Public data of a day as tables for people and notebooks: depth, and the 44 fields of CTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import polars as pl

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.day.result import TradeRow
from huiguan.exchange.events import copy_fields
from huiguan.exchange.market_data.bars import BAR, bars
from huiguan.exchange.market_data.snapshots import DEPTH
from huiguan.exchange.messages import LAYOUTS, TradeExecuted
from huiguan.foundation.calendars import clock_words
from huiguan.foundation.columns import stacked
from huiguan.foundation.records import table_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.market_data.points import BookAt, Point

NO_VALUE = float(np.finfo(np.float64).max)  # what CTP writes where there is no value (DBL_MAX)
PRICES = {
    "LastPrice": "last_ticks",
    "OpenPrice": "open_ticks",
    "HighestPrice": "high_ticks",
    "LowestPrice": "low_ticks",
    "ClosePrice": "close_ticks",
    "SettlementPrice": "settlement_ticks",
}
LIMITS = {
    "PreSettlementPrice": "previous_settlement_ticks",
    "UpperLimitPrice": "upper_limit_ticks",
    "LowerLimitPrice": "lower_limit_ticks",
}
FIELDS = (
    *("TradingDay", "InstrumentID", "ExchangeID", "ExchangeInstID", "LastPrice"),
    *("PreSettlementPrice", "PreClosePrice", "PreOpenInterest", "OpenPrice", "HighestPrice"),
    *("LowestPrice", "Volume", "Turnover", "OpenInterest", "ClosePrice", "SettlementPrice"),
    *("UpperLimitPrice", "LowerLimitPrice", "PreDelta", "CurrDelta", "UpdateTime"),
    "UpdateMillisec",
    *(
        f"{side}{what}{level}"
        for level in range(1, DEPTH + 1)
        for side in ("Bid", "Ask")
        for what in ("Price", "Volume")
    ),
    *("AveragePrice", "ActionDay"),
)  # in the order of rulebook 9.1


Price: TypeAlias = "Callable[[int, int], str]"  # writes a price (instrument, ticks)


class Market(NamedTuple):
    """What the tables need of a day beside its figures: the image, and the size of a tick."""

    image: DayImage
    ticks: Sequence[Decimal]  # of each instrument, in the unit of its quote

    def floats(self, instruments: np.ndarray, prices: np.ndarray) -> np.ndarray:
        """Return prices in ticks as the nearest double, ``NO_VALUE`` where there is none."""
        ratios = [tick.as_integer_ratio() for tick in self.ticks]
        over, under = (
            np.array(part, np.float64)[instruments] for part in zip(*ratios, strict=True)
        )
        exact: np.ndarray = prices.astype(np.int64) * over / under
        return np.where(prices == NO_PRICE, NO_VALUE, exact)


class TradesOfDay:
    """Hears the frames of a day in order and keeps its trades with their times."""

    def __init__(self) -> None:
        """Begin empty."""
        self._rows = [np.zeros(0, table_layout(TradeRow))]
        self._times = [np.zeros(0, np.int64)]

    def hear(
        self, time_ns: int, first_sequence: int, commands: np.ndarray, events: np.ndarray
    ) -> None:
        """Take one frame (``uint8``, 64 a row)."""
        del first_sequence, commands  # a trade is in the events alone
        rows = events.reshape(-1).view(LAYOUTS[TradeExecuted.KIND])
        rows = rows[rows["kind"] == TradeExecuted.KIND]
        if len(rows):
            self._rows.append(copy_fields(rows, table_layout(TradeRow)))
            self._times.append(np.full(len(rows), time_ns))

    def finish(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the trades (``TradeRow``) and their times (ns, UTC)."""
        return stacked(self._rows), np.concatenate(self._times)


def ctp_table(market: Market, rows: np.ndarray) -> pl.DataFrame:
    """Return quotes (``snapshots.QUOTE``) with the names, order and conventions of CTP."""
    image, instrument = market.image, rows["instrument"]
    names = np.array(image.names.instruments)[instrument].tolist()
    clock = clock_texts(rows["time_ns"]).to_list()
    source, volume = image.instruments[instrument], rows["volume_lots"]
    turnover = rows["turnover_fen"] / 100
    columns: dict[str, object] = {
        "TradingDay": [str(image.settings.trading_day)] * len(rows),
        "InstrumentID": names,
        "ExchangeID": [image.settings.venue] * len(rows),
        "ExchangeInstID": names,
        "PreOpenInterest": source["last_open_interest_lots"].astype(np.float64),
        "Volume": volume.copy(),
        "Turnover": turnover,
        "OpenInterest": rows["open_interest_lots"].astype(np.float64),
        "UpdateTime": [text[11:19] for text in clock],
        "UpdateMillisec": rows["time_ns"] // 1_000_000 % 1_000,
        "AveragePrice": np.divide(
            turnover, volume, out=np.full(len(rows), NO_VALUE), where=volume != 0
        ),
        "ActionDay": [text[:10].replace("-", "") for text in clock],
    }
    for name in ("PreClosePrice", "PreDelta", "CurrDelta"):  # no image carries them
        columns[name] = np.full(len(rows), NO_VALUE)
    for name, field in PRICES.items():
        columns[name] = market.floats(instrument, rows[field])
    for name, field in LIMITS.items():
        columns[name] = market.floats(instrument, source[field])
    for level in range(DEPTH):
        for side in ("bid", "ask"):
            prices = rows[f"{side}_ticks"][:, level]
            columns[f"{side.title()}Price{level + 1}"] = market.floats(instrument, prices)
            columns[f"{side.title()}Volume{level + 1}"] = rows[f"{side}_lots"][:, level].copy()
    return pl.DataFrame({name: columns[name] for name in FIELDS})


def depth_table(
    names: Sequence[str],
    points: Sequence[Point],
    books: Sequence[BookAt],
    levels: int,
    price: Price,
) -> pl.DataFrame:
    """Return books at points, one row a point and contract; a level that is not there is empty."""
    columns: dict[str, pl.Series] = {
        "at": pl.Series([points[book.point].label for book in books], dtype=pl.String),
        "sequence": pl.Series([book.sequence for book in books], dtype=pl.Int64),
        "contract": pl.Series([names[book.instrument] for book in books], dtype=pl.String),
    }
    for number in range(levels):
        for side, rows in (("bid", [b.bids for b in books]), ("ask", [b.asks for b in books])):
            found = [row[number] if number < len(row) else None for row in rows]
            prices = [
                None if level is None else price(book.instrument, level.price_ticks)
                for book, level in zip(books, found, strict=True)
            ]
            columns[f"{side}_price_{number + 1}"] = pl.Series(prices, dtype=pl.String)
            for field, name in (("lots", "qty"), ("orders", "orders")):
                counts = [None if level is None else getattr(level, field) for level in found]
                columns[f"{side}_{name}_{number + 1}"] = pl.Series(counts, dtype=pl.Int64)
    return pl.DataFrame(columns)


def clock_texts(times_ns: np.ndarray) -> pl.Series:
    """Return times by the exchange's clock, to the millisecond: ``2026-08-20 21:00:00.500``."""
    different, place = np.unique(times_ns, return_inverse=True)
    return pl.Series(clock_words(different), dtype=pl.String).gather(place)


def bars_table(
    image: DayImage, trades: np.ndarray, times_ns: np.ndarray, minutes: int | None, price: Price
) -> pl.DataFrame:
    """Return the bars of every contract that traded, contract by contract.

    ``trades`` (``TradeRow``) are those of the day, in order, with their times; ``minutes`` as in
    ``bars``: the bar of a whole day has none.
    """
    traded = np.unique(trades["instrument"])
    parts = [np.zeros(0, BAR)]
    for instrument in traded.tolist():
        own, row = trades["instrument"] == instrument, image.instruments[instrument]
        value, before = int(row["tick_value_fen"]), int(row["last_open_interest_lots"])
        parts.append(bars(trades[own], times_ns[own], minutes, value, before))
    rows = stacked(parts)
    if not image.settings.offset_flags:  # no event says there what opens and what closes
        counts = [len(part) for part in parts[1:]]
        rows["open_interest_lots"] = np.repeat(
            image.instruments["last_open_interest_lots"][traded], counts
        )
    instruments = np.repeat(traded, [len(part) for part in parts[1:]]).tolist()
    names = [image.names.instruments[instrument] for instrument in instruments]
    columns: dict[str, object] = {
        "contract": pl.Series(names, dtype=pl.String),
        "start": clock_texts(rows["start_ns"]),
        "minutes": pl.Series([minutes] * len(rows), dtype=pl.Int64),
    }
    for name in ("open", "high", "low", "close"):
        ticks = zip(instruments, rows[f"{name}_ticks"].tolist(), strict=True)
        columns[name] = pl.Series([price(*one) for one in ticks], dtype=pl.String)
    columns |= {
        "volume": rows["volume_lots"].copy(),
        "turnover_fen": rows["turnover_fen"].copy(),
        "open_interest": rows["open_interest_lots"].copy(),
    }
    return pl.DataFrame(columns)
