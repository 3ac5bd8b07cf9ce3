"""Recorded order-by-order days: a CSV of what a matching engine was given, read by column name.

Columns: ``action`` (PHASE_CALL_AUCTION, PHASE_CONTINUOUS, UNCROSS, SESSION, NEW, CANCEL),
``order_no`` (any 64-bit integer), ``side`` (B or S), ``limit_price`` or ``limit_price_cents``,
``qty``; optional ``seq`` (the name of the line, else its number), ``kind`` (DAY, IOC, FOK) and
``time_hhmmsscc``. Other columns are ignored.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from huiguan.foundation.faults import InputFault
from huiguan.storage.files import write_output

if TYPE_CHECKING:
    from pathlib import Path

ACTIONS = ("PHASE_CALL_AUCTION", "PHASE_CONTINUOUS", "UNCROSS", "SESSION", "NEW", "CANCEL")
INTEGER = r"^-?[0-9]+$"
PRICE = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")  # no digits of other scripts, no "1_00"
KINDS = {"": 0, "DAY": 0, "IOC": 1, "FAK": 1, "FOK": 2}
SIDES = {"B": 0, "BUY": 0, "S": 1, "SELL": 1}
PRICE_COLUMNS = ("limit_price", "limit_price_cents")
MOST_TICKS = 2_000_000
LARGEST = 2**31 - 1
TWICE = "_duplicated_0"  # what the reader makes of a second column of one name
LARGEST_PRICE = 10**15  # with nine decimals still exact


class Recording(NamedTuple):
    """One row a line of the file; prices in ticks, texts as they came in."""

    seq: np.ndarray  # int64
    action: np.ndarray  # index into ACTIONS
    order: np.ndarray  # int64: dense number of the order, from 1; 0 where the action has none
    order_no: np.ndarray  # int64: the file's number of dense number i; row 0 is unused
    side: np.ndarray
    price_ticks: np.ndarray
    lots: np.ndarray
    kind: np.ndarray  # 0 day, 1 fill and kill, 2 fill or kill
    time_hhmmsscc: np.ndarray  # int64; 0 where the file has no time
    price_texts: dict[int, str]  # ticks to the text of the file
    tick: Decimal  # size of a tick in the file's unit
    lowest_ticks: int
    highest_ticks: int
    unit_fen: int = 100  # of the file's unit of price: yuan, or cents


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        known = ", ".join(map(ascii, frame.columns)) or "none"
        raise InputFault(f"the file has no column {name}; its columns are {known}")
    return frame[name].fill_null("").str.strip_chars()


def _line(row: int) -> str:
    return f"line {row + 2}"  # the header is line 1


def _coded(values: pl.Series, codes: dict[str, int], where: np.ndarray, what: str) -> np.ndarray:
    """Return the code of each text where ``where``; an unknown one is refused with its line."""
    upper = values.str.to_uppercase()
    found = upper.replace_strict(codes, default=-1, return_dtype=pl.Int64).to_numpy()
    bad = np.flatnonzero(where & (found < 0))
    if len(bad):
        row = int(bad[0])
        raise InputFault(
            f"{_line(row)}: {what} {values[row]!r} is none of {', '.join(k for k in codes if k)}",
        )
    return np.where(where, found, 0)


def _integers(values: pl.Series, where: np.ndarray, what: str) -> np.ndarray:
    """Return 64-bit integers where ``where``, zero elsewhere."""
    found = values.cast(pl.Int64, strict=False)
    plain = values.str.contains(INTEGER).to_numpy()
    bad = np.flatnonzero(where & (found.is_null().to_numpy() | ~plain))
    if len(bad):
        row = int(bad[0])
        raise InputFault(f"{_line(row)}: {what} {values[row]!r} is not a 64-bit integer")
    return np.where(where, found.fill_null(0).to_numpy(), 0)


def _prices(texts: pl.Series, where: np.ndarray) -> tuple[np.ndarray, dict[int, str], Decimal]:
    """Return prices in ticks, the text of each tick, and the size of a tick (greatest divisor)."""
    unique = texts.filter(pl.Series(where)).unique(maintain_order=True).to_list()
    exact: dict[str, Decimal] = {}
    for text in unique:
        try:
            exact[text] = Decimal(text if PRICE.fullmatch(text) else "NaN")
        except InvalidOperation:
            exact[text] = Decimal("NaN")
        if not exact[text].is_finite():
            row = int(np.flatnonzero(where & (texts == text).to_numpy())[0])
            raise InputFault(f"{_line(row)}: price {text!r} is not a number")
        if abs(exact[text]) >= LARGEST_PRICE:
            raise InputFault(f"price {text!r} is not below {LARGEST_PRICE:,}")
    decimals = max((-int(value.as_tuple().exponent) for value in exact.values()), default=0)
    decimals = max(decimals, 0)
    if decimals > 9:
        raise InputFault(f"prices have {decimals} decimals; at most 9 can be kept exactly")
    scaled = {text: int(value.scaleb(decimals)) for text, value in exact.items()}
    divisor = int(np.gcd.reduce([abs(value) for value in scaled.values()] or [1])) or 1
    ticks = {text: value // divisor for text, value in scaled.items()}
    low, high = min(ticks.values(), default=0), max(ticks.values(), default=0)
    if high - low + 1 > MOST_TICKS:
        raise InputFault(
            f"prices from {low * divisor} to {high * divisor} span {high - low + 1:,} ticks of "
            f"{divisor} (in units of 10^-{decimals}), more than {MOST_TICKS:,}; split the file or "
            "drop the outliers",
        )
    if max(abs(low), abs(high)) > LARGEST:
        raise InputFault(f"prices reach {max(abs(low), abs(high)):,} ticks, more than 2^31")
    rows = texts.replace_strict(ticks, default=0, return_dtype=pl.Int64).to_numpy()
    by_tick: dict[int, str] = {}
    for text, tick in ticks.items():
        by_tick.setdefault(tick, text)
    return np.where(where, rows, 0), by_tick, Decimal(divisor).scaleb(-decimals)


def _times(frame: pl.DataFrame) -> np.ndarray:
    """Return the times of the lines as hhmmsscc; 0 where the file has none."""
    if "time_hhmmsscc" not in frame.columns:
        return np.zeros(len(frame), np.int64)
    column = _column(frame, "time_hhmmsscc")
    times = _integers(column, (column != "").to_numpy(), "time_hhmmsscc")
    hours, minutes, seconds = times // 1_000_000, times // 10_000 % 100, times // 100 % 100
    bad = np.flatnonzero((times < 0) | (hours > 23) | (minutes > 59) | (seconds > 59))
    if len(bad):
        row = int(bad[0])
        raise InputFault(
            f"{_line(row)}: time_hhmmsscc {column[row]!r} is no time of day; 9300025 is 09:30:00.25"
        )
    return times


def read_csv(path: Path) -> pl.DataFrame:
    """Return a CSV, plain or compressed, as columns of texts; a fault is told in one sentence."""
    if path.is_dir():
        raise InputFault(f"{path} is a folder; name a CSV file of recorded orders")
    try:
        frame = pl.read_csv(path, infer_schema_length=0, truncate_ragged_lines=False)
    except FileNotFoundError:
        raise InputFault(f"{path} does not exist") from None
    except (pl.exceptions.PolarsError, OSError, ValueError) as fault:
        first = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise InputFault(f"{path} can not be read as CSV: {first}") from None
    for name in frame.columns:
        if name.endswith(TWICE):
            raise InputFault(f"{path} has two columns {name.removesuffix(TWICE)}; keep one")
    return frame


def read_recording(path: Path) -> Recording:
    """Return the recording of a ``.csv`` or ``.csv.gz`` file; a bad line is named."""
    frame = read_csv(path)
    filled = ~frame.select(pl.all_horizontal(pl.all().fill_null("") == "")).to_series().to_numpy()
    codes = {name: place for place, name in enumerate(ACTIONS)}
    action = _coded(_column(frame, "action"), codes, filled, "action")
    new, cancel = (filled & (action == codes[name]) for name in ("NEW", "CANCEL"))
    if not new.any():
        raise InputFault(f"{path} holds no NEW order, so there is nothing to replay")
    price_column = next((name for name in PRICE_COLUMNS if name in frame.columns), "limit_price")
    numbers = _integers(_column(frame, "order_no"), new | cancel, "order_no")
    order_no, order = np.unique(numbers[new | cancel], return_inverse=True)
    dense = np.zeros(len(frame), np.int64)
    dense[new | cancel] = order + 1
    side = _coded(_column(frame, "side"), SIDES, new, "side")
    lots = _integers(_column(frame, "qty"), new, "qty")
    bad = np.flatnonzero(new & ((lots < 1) | (lots > LARGEST)))
    if len(bad):
        row = int(bad[0])
        raise InputFault(f"{_line(row)}: qty {int(lots[row])} is not from 1 to {LARGEST:,}")
    ticks, texts, tick = _prices(_column(frame, price_column), new)
    kind = np.zeros(len(frame), np.int64)
    if "kind" in frame.columns:
        kind = _coded(_column(frame, "kind"), KINDS, new, "kind")
    seq = np.cumsum(filled)
    if "seq" in frame.columns:
        seq = _integers(_column(frame, "seq"), filled, "seq")
    return Recording(
        seq=seq[filled],
        action=action[filled],
        order=dense[filled],
        order_no=np.concatenate([[0], order_no]),
        side=side[filled],
        price_ticks=ticks[filled],
        lots=lots[filled],
        kind=kind[filled],
        time_hhmmsscc=_times(frame)[filled],
        price_texts=texts,
        tick=tick,
        lowest_ticks=int(ticks[new].min()),
        highest_ticks=int(ticks[new].max()),
        unit_fen=1 if price_column == "limit_price_cents" else 100,
    )


def write_trades(path: Path, rows: list[tuple[int, int, int, str, int]]) -> None:
    """Write ``input_seq,bid_no,ask_no,price,qty`` of every trade, in order."""
    lines = ["input_seq,bid_no,ask_no,price,qty\n"]
    lines += [f"{seq},{bid},{ask},{price},{qty}\n" for seq, bid, ask, price, qty in rows]
    write_output(path, "".join(lines).encode())
