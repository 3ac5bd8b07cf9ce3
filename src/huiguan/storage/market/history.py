"""Events as Parquet, one file a kind; tables as CSV or Parquet by name.

Of events a column a field, in numbers as the event has them; first the time by the exchange's
clock, and beside the numbers names, words and prices as people read them.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl

from huiguan.exchange.market_data.tables import clock_texts
from huiguan.exchange.messages import COMMAND_HEADER, COMMANDS, EVENTS, LAYOUTS, Scope
from huiguan.exchange.reports.command_words import (
    CHOICES,
    FORCES,
    HEDGES,
    OFFSETS,
    PHASES,
    RIGHTS,
    SIDES,
    target_words,
)
from huiguan.exchange.reports.market_frames import named, price_texts, texts, worded
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.storage.files import write_output

if TYPE_CHECKING:
    from enum import IntEnum
    from pathlib import Path

    import numpy as np

    from huiguan.exchange.day.image import DayImage

LEFT_OUT = {"kind", "version"}
PARTIES = ("buy_", "sell_")


def spoken(choices: type[IntEnum]) -> dict[Any, tuple[str, str]]:
    """Return the words of an enumeration that has none of its own: its names."""
    words = {choice: choice.name.lower().replace("_", " ") for choice in choices}
    return {choice: (word, word) for choice, word in words.items()}


WORDS: dict[str, dict[Any, tuple[str, str]]] = {
    **{name: spoken(choices) for name, choices in CHOICES.items()},
    "side": SIDES,
    "offset": OFFSETS,
    "hedge": HEDGES,
    "time_in_force": FORCES,
    "phase": PHASES,
    "right": RIGHTS,
    "scope": spoken(Scope),
    "refusal": {number: (found.english, found.chinese) for number, found in BY_NUMBER.items()},
    "command": {
        kind: (str(record.__struct_config__.tag).replace("_", " "),) * 2
        for kind, record in COMMANDS.items()
    },
}
NAMES = {
    "instrument": ("contract", "instruments"),
    "trading_code": ("code", "trading_codes"),
    "buy_code": ("buyer", "trading_codes"),
    "sell_code": ("seller", "trading_codes"),
    "member": ("member_name", "members"),
    "group": ("group_name", "phase_groups"),
}


def beside(image: DayImage, rows: np.ndarray, field: str) -> dict[str, pl.Series]:
    """Return the columns of names, words or prices that stand beside a field, most have one."""
    values = rows[field].copy()
    if field in NAMES:
        name, table = NAMES[field]
        return {name: named(getattr(image.names, table), values)}
    if field.endswith("_ticks"):
        return {field.removesuffix("_ticks"): price_texts(image, rows["instrument"], values)}
    if field == "target":
        pairs = zip(values.tolist(), rows["scope"].tolist(), strict=True)
        told = [target_words(image, {"target": row, "scope": scope}) for row, scope in pairs]
        return {"target_name": texts(told)}
    words = WORDS.get(field.removeprefix(PARTIES[0]).removeprefix(PARTIES[1]))
    return {f"{field}_words": worded(words, values)} if words else {}


def events_table(
    image: DayImage, events: np.ndarray, times_ns: np.ndarray, kind: int
) -> pl.DataFrame:
    """Return all events of one kind as a table, in order.

    ``events`` are ``uint8``, 64 a row; ``times_ns`` holds the time (ns, UTC) of each one's frame.
    """
    rows = events.view(LAYOUTS[kind])
    own = rows["kind"] == kind
    rows, times = rows[own], times_ns[own]
    columns: dict[str, Any] = {"time": clock_texts(times), "time_ns": times}
    for field in rows.dtype.names or ():
        if field not in LEFT_OUT:
            columns |= {field: rows[field].copy(), **beside(image, rows, field)}
    return pl.DataFrame(columns)


def write_events(
    folder: Path, image: DayImage, events: np.ndarray, times_ns: np.ndarray
) -> list[Path]:
    """Write ``folder/KIND.parquet`` of every kind that occurs; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in sorted(set(events.view(COMMAND_HEADER)["kind"].tolist())):
        path = folder / f"{EVENTS[kind].__struct_config__.tag}.parquet"
        events_table(image, events, times_ns, kind).write_parquet(path)
        paths.append(path)
    return paths


def write_table(path: Path, table: pl.DataFrame) -> None:
    """Write a table whole or not at all: Parquet where the name ends so, else CSV."""
    data = io.BytesIO()
    if path.suffix == ".parquet":
        table.write_parquet(data, statistics=False)
    else:
        table.write_csv(data)
    write_output(path, data.getvalue())
