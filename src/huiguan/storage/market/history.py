"""Events as Parquet: one file a kind, one column a field; tables as CSV or Parquet by name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from huiguan.exchange.messages import COMMAND_HEADER, EVENTS, LAYOUTS
from huiguan.storage.files import write_output

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

LEFT_OUT = {"kind", "version"}


def events_table(events: np.ndarray, kind: int) -> pl.DataFrame:
    """Return all events of one kind (``uint8``, 64 a row) as a table, in order."""
    rows = events.view(LAYOUTS[kind])
    rows = rows[rows["kind"] == kind]
    names = [name for name in rows.dtype.names or () if name not in LEFT_OUT]
    return pl.DataFrame({name: rows[name] for name in names})


def write_events(folder: Path, events: np.ndarray) -> list[Path]:
    """Write ``folder/KIND.parquet`` of every kind that occurs; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    present = set(events.view(COMMAND_HEADER)["kind"].tolist())
    paths = []
    for kind in sorted(present):
        tag = EVENTS[kind].__struct_config__.tag
        path = folder / f"{tag}.parquet"
        events_table(events, kind).write_parquet(path)
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
