"""Daily files of a closed day as CSV and Parquet; the same reports give the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from huiguan.exchange.reports.reports_of_day import Report
    from huiguan.storage.files import Bytes


def report_files(reports: Iterable[Report]) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield ``NAME.csv`` (decimals as written) and ``NAME.parquet`` (as floats) of each report."""
    for report in reports:
        text, table = io.BytesIO(), io.BytesIO()
        report.table.write_csv(text)
        yield f"{report.name}.csv", [text.getbuffer()]
        report.numbers.write_parquet(table, statistics=False)
        yield f"{report.name}.parquet", [table.getbuffer()]


def write_report(folder: Path, report: Report) -> None:
    """Write both files of a report into a folder."""
    for name, parts in report_files([report]):
        write_file(folder / name, parts, Files())
