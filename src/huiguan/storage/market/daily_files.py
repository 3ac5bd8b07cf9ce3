"""Daily files of a closed day as CSV and Parquet, each whole or not there; same day, same bytes."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np


def rows_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows of a report; decimals become text for CSV and stay exact."""
    names = list(rows[0]) if rows else []
    return pl.DataFrame({name: [plain(row[name]) for row in rows] for name in names}, strict=False)


def plain(value: object) -> object:
    """Return a value as CSV shows it: decimals without exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def numbers(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the frame with text columns of figures as floats, as notebooks want them."""
    return frame.with_columns(pl.col(name).cast(pl.Float64) for name in names)


def table_frame(rows: np.ndarray, names: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return a table of the result; row numbers in columns of ``names`` become those names."""
    columns = {}
    for field in rows.dtype.names or ():
        column = pl.Series(field, rows[field].copy())
        if field in names:
            column = pl.Series(field, list(names[field]), dtype=pl.String).gather(column)
        columns[field] = column
    return pl.DataFrame(columns)


def write_report(
    folder: Path,
    name: str,
    frame: pl.DataFrame,
    figures: Sequence[str] = (),
    files: Files | None = None,
) -> None:
    """Write ``name.csv`` and ``name.parquet``; ``figures`` are text columns that are numbers."""
    files = files or Files()
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    write_file(folder / f"{name}.csv", [buffer.getbuffer()], files)
    buffer = io.BytesIO()
    numbers(frame, figures).write_parquet(buffer, statistics=False)
    write_file(folder / f"{name}.parquet", [buffer.getbuffer()], files)
