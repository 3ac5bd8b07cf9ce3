"""Daily files of a closed day as CSV and Parquet; the same reports give the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
