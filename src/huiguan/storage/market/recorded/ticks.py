"""Ticks as others keep them, read by column name into one quote file.

Names are those of CTP, vn.py, tqsdk or plain CSV; letters' case and ``_`` do not matter. The quote
file (Parquet) has a row a tick, contracts mixed in order of time: ``contract``, ``time_ns`` (UTC),
``last_price``, ``traded_lots`` and ``traded_turnover`` since the contract's tick before, and
``bid_price_1``, ``bid_lots_1``, ``ask_price_1``, ``ask_lots_1`` and so on as far as recorded.
Prices and turnover are exact decimals as text in the unit of the quote; empty, there is none.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import polars as pl

from huiguan.foundation.calendars import EXCHANGE_OFFSET_NS, SECOND_NS
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import decimal, natural
from huiguan.storage.files import write_output
from huiguan.storage.market.recorded.orders import read_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
MOST_FAULTS = 12
MOST_LEVELS = 20
LARGE = re.compile(r"-?\d+(\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)  # as programs write doubles
MISSING = Decimal(10) ** 15  # CTP writes the largest double where there is no price
DAYTIME = range(6, 18)  # hours in which the trading day is the date
NEW_DAY_NS = 3600 * SECOND_NS  # counts that begin anew after so long are those of another day
LEVEL = re.compile(r"(?P<side>bid|ask)(?P<what>price|volume|lots|qty|q|)(?P<level>[0-9]{1,2})")
PREFIXED = re.compile(r"(?:[A-Z]+)\.(?P<contract>[A-Za-z]+[0-9]+)\.(?P<name>\w+)")
CONTRACT = ("contract", "instrumentid", "vtsymbol", "symbol", "code")
LAST = ("lastprice", "last")
COUNTED = {"lots": ("totalvolume", "volume"), "turnover": ("totalturnover", "turnover", "amount")}
SINCE = {"lots": "tradedlots", "turnover": "tradedturnover"}
TEXT, NUMBER = pl.String, pl.Int64


class Head(NamedTuple):
    """A column of the file: where it stands and what it is called there."""

    name: str
    values: list[str]


class TickFile:
    """A file of ticks: its columns by their plain names."""

    def __init__(self, path: Path) -> None:
        """Read all of it as text."""
        self.path, frame = path, read_texts(path)
        self.first_row = 1 if path.suffix == ".parquet" else 2  # the head of a CSV is line 1
        self.rows = len(frame)
        self.contract: str | None = None
        self.columns: dict[str, Head] = {}
        for name in frame.columns:
            prefixed = PREFIXED.fullmatch(name)
            if prefixed:
                self.contract = prefixed["contract"]
            plain = (prefixed["name"] if prefixed else name).lower().replace("_", "")
            values = frame[name].fill_null("").str.strip_chars().to_list()
            if plain in self.columns:
                raise InputFault(f"{path}: columns {self.columns[plain].name} and {name} are one")
            self.columns[plain] = Head(name, values)
        self.faults: list[str] = []

    def find(self, *names: str) -> Head | None:
        """Return the first column there is of ``names``."""
        return next((self.columns[name] for name in names if name in self.columns), None)

    def need(self, what: str, *names: str) -> Head:
        """Return the first column there is; without one the file is refused."""
        found = self.find(*names)
        if found is None:
            raise InputFault(
                f"{self.path} has no column of the {what}; it may be called {', '.join(names)},"
                f" and the columns are {', '.join(each.name for each in self.columns.values())}"
            )
        return found

    def wrong(self, row: int, column: str, what: object) -> None:
        """Remember a fault by row and column."""
        self.faults.append(f"row {row + self.first_row}, column {column}: {what}")

    def read(self, head: Head, value: Callable[[str], T], instead: T) -> list[T]:
        """Return every value of a column; ``instead`` of one that cannot be read."""
        kept, found = cache(value), []
        for row, text in enumerate(head.values):
            try:
                found.append(kept(text))
            except InputFault as fault:
                self.wrong(row, head.name, fault)
                found.append(instead)
        return found

    def refuse(self) -> None:
        """Raise ``InputFault`` with the faults that were found."""
        if self.faults:
            more = len(self.faults) - MOST_FAULTS
            told = [*self.faults[:MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])]
            raise InputFault(f"{self.path}: ticks that cannot be read: " + "; ".join(told))


def read_texts(path: Path) -> pl.DataFrame:
    """Return a CSV, plain or compressed, or a Parquet file as columns of texts."""
    if path.suffix != ".parquet":
        return read_csv(path)
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError, ValueError) as fault:
        raise InputFault(f"{path} can not be read as Parquet: {fault}") from None
    return frame.select(
        pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S%.9f")
        if kind.base_type() is pl.Datetime
        else pl.col(name).cast(pl.String)
        for name, kind in frame.schema.items()
    )


def price(text: str) -> str | None:
    """Return an exact decimal without zeros at its end; None where there is no price."""
    if text.lower() in {"", "nan", "none"}:
        return None
    value = Decimal(text) if LARGE.fullmatch(text) else decimal(text, "price")
    return None if abs(value) >= MISSING else f"{value.normalize():f}"


def lots(text: str) -> int:
    """Return a number of lots; 264.0 is 264."""
    if text.lower() in {"", "nan", "none"}:
        return 0
    whole, _, part = text.partition(".")
    return natural(text if part.strip("0") else whole, "lots")


def money(text: str) -> Decimal:
    """Return a turnover; the whole double of CTP is a decimal like any."""
    return decimal(text, "turnover") if text.lower() not in {"", "nan", "none"} else Decimal(0)


def clock_ns(date: str, time: str) -> int:
    """Return a moment of the exchange's clock in ns (UTC): 2026-08-20 and 21:00:00.5, say."""
    digits, text = date.replace("-", ""), time.removesuffix("Z")
    if text.isdecimal():  # 93000400 is 09:30:00.400
        text = f"{int(text):09d}"
        text = f"{text[:2]}:{text[2:4]}:{text[4:6]}.{text[6:]}"
    text, _, fraction = text.partition(".")
    try:
        moment = dt.datetime.strptime(f"{digits} {text}", "%Y%m%d %H:%M:%S").replace(tzinfo=dt.UTC)
        part = int(f"{fraction or '0':0<9}"[:9])
    except ValueError:
        raise InputFault(f"{date} {time} is no time; write it like 2026-08-20 21:00:00.5") from None
    return int(moment.timestamp()) * SECOND_NS + part - EXCHANGE_OFFSET_NS


def moment_ns(text: str) -> int:
    """Return a moment in one column: ns since 1970, or date and time in one text."""
    if text.isdecimal() and len(text) >= 18:
        return int(text)
    date, _, time = text.replace("T", " ").partition(" ")
    return clock_ns(date, re.sub(r"\+08:?00$", "", time))


def day_session_of(trading_day: str, clock: str) -> str:
    """Return the date of a clock time without one: the trading day, but not at night."""
    if not clock[:2].isdecimal() or int(clock[:2]) not in DAYTIME:
        raise InputFault("the date is empty, and at night the trading day is not the date")
    return trading_day


def times(file: TickFile) -> list[int]:
    """Return the time of each tick in ns (UTC), however the file says it."""
    whole = file.find("timens", "datetimenano", "datetime", "exchangetime")
    if whole is not None:
        return file.read(whole, moment_ns, 0)
    clock = file.need("time", "updatetime", "actiontimems", "time")
    date = file.find("actionday", "actiondate", "date", "tradingday", "tradingdate")
    if date is None:
        return file.read(clock, moment_ns, 0)
    trading = file.find("tradingday", "tradingdate")
    part = file.find("updatemillisec")
    found = []
    for row, text in enumerate(clock.values):
        day = date.values[row]
        try:
            if not day and trading is not None:  # some venues leave the action day empty
                day = day_session_of(trading.values[row], text)
            more = f".{int(part.values[row] or 0):03d}" if part is not None else ""
            found.append(clock_ns(day, text + more))
        except (InputFault, ValueError) as fault:
            file.wrong(row, date.name if not date.values[row] else clock.name, fault)
            found.append(0)
    return found


def since(
    file: TickFile, what: str, contracts: list[str], at: list[int], value: Callable[[str], Decimal]
) -> list[Decimal] | None:
    """Return lots or turnover since the contract's tick before; None where the file has neither.

    A first tick has nothing: what traded before it began is no part of the recording.
    """
    each = file.find(SINCE[what])
    if each is not None:
        return file.read(each, value, Decimal(0))
    counted = file.find(*COUNTED[what])
    if counted is None:
        return None
    before: dict[str, tuple[int, Decimal]] = {}
    found = []
    for row, total in enumerate(file.read(counted, value, Decimal(0))):
        time_ns, had = before.get(contracts[row], (at[row], total))
        if total < had and at[row] - time_ns < NEW_DAY_NS:
            file.wrong(row, counted.name, f"falls from {had} to {total} within a day")
        found.append(max(total - had, Decimal(0)))
        before[contracts[row]] = at[row], total
    return found


def read_ticks(path: Path, contract: str | None = None) -> pl.DataFrame:
    """Return a file of ticks as the rows of a quote file; faults are named by row and column.

    ``contract`` names the contract of a file that does not. A quote file reads as itself.
    """
    file = TickFile(path)
    named = contract or file.contract
    heads = [] if named else file.need("contract", *CONTRACT).values
    codes = [named] * file.rows if named else [text.partition(".")[0] for text in heads]
    at = times(file)
    check_order(file, codes, at)
    found: dict[str, object] = {"contract": codes, "time_ns": at}
    last = file.find(*LAST)
    found["last_price"] = file.read(last, price, None) if last else [None] * file.rows
    sold = since(file, "lots", codes, at, lambda text: Decimal(lots(text)))
    found["traded_lots"] = [int(each) for each in sold] if sold else [0] * file.rows
    turnover = since(file, "turnover", codes, at, money)
    found["traded_turnover"] = (
        [f"{each.normalize():f}" for each in turnover] if turnover else [None] * file.rows
    )
    found |= levels(file)
    file.refuse()
    kinds = {name: NUMBER if name == "time_ns" or "lots" in name else TEXT for name in found}
    return pl.DataFrame(found, schema=kinds).sort("time_ns", maintain_order=True)


def check_order(file: TickFile, codes: list[str], at: list[int]) -> None:
    """Remember where the time of a contract runs back."""
    newest: dict[str, int] = {}
    for row, (code, time_ns) in enumerate(zip(codes, at, strict=True)):
        if time_ns and time_ns < newest.get(code, 0):
            file.wrong(row, "time", f"it runs back, for {code}")
        newest[code] = max(time_ns, newest.get(code, 0))
        if not code:
            file.wrong(row, "contract", "it is empty")


def levels(file: TickFile) -> dict[str, object]:
    """Return the columns of prices and lots, level by level, as far as they are recorded."""
    heads: dict[tuple[str, str, int], Head] = {}
    for plain, head in file.columns.items():
        parts = LEVEL.fullmatch(plain)
        if parts and 1 <= int(parts["level"]) <= MOST_LEVELS:
            what = "price" if parts["what"] in {"", "price"} else "lots"
            heads[parts["side"], what, int(parts["level"])] = head
    found: dict[str, object] = {}
    for level in range(1, MOST_LEVELS + 1):
        wanted = [(side, what, level) for side in ("bid", "ask") for what in ("price", "lots")]
        there = [place in heads for place in wanted]
        if not all(there):
            if level == 1 or any(there):
                names = ", ".join(f"{side}_{what}_{n}" for side, what, n in wanted)
                raise InputFault(f"{file.path} needs all of the columns {names}")
            break
        for side in ("bid", "ask"):
            prices = file.read(heads[side, "price", level], price, None)
            sizes = file.read(heads[side, "lots", level], lots, 0)
            keep = [text if size else None for text, size in zip(prices, sizes, strict=True)]
            found[f"{side}_price_{level}"] = keep
            found[f"{side}_lots_{level}"] = [
                size if text is not None else 0 for text, size in zip(keep, sizes, strict=True)
            ]
    return found


def write_quotes(path: Path, quotes: pl.DataFrame) -> None:
    """Write a quote file."""
    buffer = io.BytesIO()
    quotes.write_parquet(buffer)
    write_output(path, buffer.getvalue())


def depth_of(quotes: pl.DataFrame) -> int:
    """Return how many levels a side a quote file has."""
    return sum(name.startswith("bid_price_") for name in quotes.columns)


def span_of(quotes: pl.DataFrame) -> tuple[int, int]:
    """Return the first and the last moment of a quote file in ns (UTC)."""
    at = quotes["time_ns"].to_numpy()
    return int(np.min(at)), int(np.max(at))
