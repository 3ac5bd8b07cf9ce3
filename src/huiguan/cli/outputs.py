"""Public data of a day that commands write: depth at chosen moments, bars, quotes.

``replay`` and ``day verify`` take the same options; a file that ends in ``.parquet`` is written as
Parquet, any other as CSV.
"""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    import numpy as np
    import polars as pl

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.market_data.points import DepthAtPoints, Point
    from huiguan.storage.market.points import Asked


class Length(enum.StrEnum):
    """Lengths of a bar in minutes, or the whole trading day."""

    one = "1"
    five = "5"
    fifteen = "15"
    sixty = "60"
    day = "day"


Depth = Annotated[
    Path | None,
    typer.Option(metavar="OUT.csv", help="Write the book here as it stood at --at."),
]
At = Annotated[
    Path | None,
    typer.Option(
        metavar="TIMES.csv", help="Times (column time) or numbers of inputs (column seq)."
    ),
]
Levels = Annotated[int, typer.Option(metavar="N", help="Prices a side of --depth.")]
Bars = Annotated[Path | None, typer.Option(metavar="OUT.csv", help="Write bars here.")]
Minutes = Annotated[Length, typer.Option(help="Length of --bars.")]
Ticks = Annotated[
    Path | None,
    typer.Option(metavar="OUT.csv", help="Write quotes each 500 ms here: CTP's 44 fields."),
]


class Wanted(NamedTuple):
    """What a command was asked to write."""

    depth: Path | None
    at: Path | None
    levels: int
    bars: Path | None
    minutes: Length
    ticks: Path | None

    def any(self) -> bool:
        """Return whether something of this was asked for."""
        return any(path is not None for path in (self.depth, self.at, self.bars, self.ticks))

    def points(self) -> list[Asked]:
        """Return the moments of ``--at``; one option without the other is an ``InputFault``."""
        from huiguan.storage.market.points import read_points

        if self.depth is None and self.at is None:
            return []
        if self.depth is None or self.at is None:
            raise InputFault("--depth OUT.csv and --at TIMES.csv belong together; give both")
        return read_points(self.at)

    def refuse(self, *given: Path) -> None:
        """Refuse outputs that would take the place of what is read."""
        from huiguan.storage.files import refuse_same_file

        for output in (self.depth, self.bars, self.ticks):
            for path in (*given, *([self.at] if self.at else [])):
                if output is not None:
                    refuse_same_file(output, path)


class Quoted(NamedTuple):
    """How prices of a day are written: as texts, and the size of a tick of each instrument."""

    price: Callable[[int, int], str]
    ticks: Sequence[Decimal]


class Outputs:
    """Hears the frames of a day and writes what is wanted of them."""

    def __init__(
        self,
        wanted: Wanted,
        image: DayImage,
        points: Sequence[Point],
        quoted: Quoted,
        auction_depth: np.ndarray | bool = False,
    ) -> None:
        """Begin the day of an image."""
        from huiguan.exchange.market_data.feed import Feed
        from huiguan.exchange.market_data.points import DepthAtPoints
        from huiguan.exchange.market_data.snapshots import QuotesOfDay
        from huiguan.exchange.market_data.tables import TradesOfDay

        self._wanted, self._image, self._points, self._quoted = wanted, image, points, quoted
        self._depth: DepthAtPoints | None = None
        if wanted.depth:
            self._depth = DepthAtPoints(image, points, wanted.levels)
        self._quotes = (
            QuotesOfDay(Feed(image, auction_depth=auction_depth)) if wanted.ticks else None
        )
        self._trades = TradesOfDay() if wanted.bars else None

    def hear(
        self, time_ns: int, first_sequence: int, commands: np.ndarray, events: np.ndarray
    ) -> None:
        """Take one frame."""
        for listener in (self._depth, self._quotes, self._trades):
            if listener is not None:
                listener.hear(time_ns, first_sequence, commands, events)

    def write(self) -> list[str]:
        """Write the files; return a line on each."""
        from huiguan.exchange.market_data.tables import Market, bars_table, ctp_table, depth_table
        from huiguan.storage.market.history import write_table

        wanted, image, quoted, lines = self._wanted, self._image, self._quoted, []

        def put(name: str, table: pl.DataFrame, path: Path) -> None:
            write_table(path, table)
            lines.append(f"{name:<10} {len(table):,} rows -> {path}")

        if self._depth and wanted.depth:
            books, names = self._depth.finish(), image.names.instruments
            table = depth_table(names, self._points, books, wanted.levels, quoted.price)
            put("depth", table, wanted.depth)
        if self._quotes and wanted.ticks:
            put(
                "ticks", ctp_table(Market(image, quoted.ticks), self._quotes.finish()), wanted.ticks
            )
        if self._trades and wanted.bars:
            minutes = None if wanted.minutes == Length.day else int(wanted.minutes)
            trades, times = self._trades.finish()
            put("bars", bars_table(image, trades, times, minutes, quoted.price), wanted.bars)
        return lines


def quoted_of(image: DayImage) -> Quoted:
    """Return how prices of an image are written: in the unit of the quote."""
    from decimal import Decimal
    from functools import partial

    from huiguan.exchange.reports.command_words import show_price

    rows = image.instruments[["tick_units", "unit_decimals"]].tolist()
    ticks = [Decimal(units).scaleb(-decimals) for units, decimals in rows]
    return Quoted(partial(show_price, image), ticks)


def points_of_day(image: DayImage, asked: Sequence[Asked]) -> list[Point]:
    """Return the moments asked for as those of a day.

    A time without a date: from 18:00 on of the evening the day begins with, before 06:00 of the
    night after it, else of the trading day itself. Numbers are those of commands.
    """
    from huiguan.exchange.market_data.points import Point, moment_of_day

    return [
        Point(one.label, moment_of_day(image, one.clock.date, one.clock.ns), None)
        if one.clock
        else Point(one.label, None, one.number)
        for one in asked
    ]
