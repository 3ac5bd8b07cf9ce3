"""The rows of a file of an exchange's book: each of its kind, dated and cited."""

from pathlib import Path
from typing import Any

from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.rows import KINDS, DeliveryFee, FeeRow
from huiguan.foundation.calendars import Calendar, is_trading_day, to_date, trading_day_after
from huiguan.foundation.cited import Source
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.written import read_day
from huiguan.storage.toml import check_citation, convert, named_rows

FEES = (FeeRow, DeliveryFee)


def read_row(
    where: str, table: dict[str, Any], kind: type[MarketRow], calendar: Calendar
) -> MarketRow:
    """Return one row; ``effective`` becomes the trading day after ``clearing``."""
    table = dict(table)
    if ("effective" in table) == ("clearing" in table):
        raise InputFault(f"{where}: give either effective (first trading day) or clearing")
    if kind in FEES and ("rate" in table) == ("per_lot" in table or "per_unit" in table):
        raise InputFault(f"{where}: give a rate or an amount, never both and never neither")
    if "clearing" in table:
        try:
            clearing = read_day(table["clearing"])
        except InputFault as fault:
            raise InputFault(f"{where}: clearing: {fault}") from None
        if not is_trading_day(calendar, clearing):
            raise InputFault(f"{where}: clearing {table['clearing']} is not a trading day")
        table["effective"] = to_date(trading_day_after(calendar, clearing))
    return convert(where, table, kind)


def read_rows(
    path: Path, content: dict[str, Any], calendar: Calendar, sources: dict[str, Source]
) -> dict[str, tuple[MarketRow, ...]]:
    """Return the rows of a file by kind, oldest first."""
    result: dict[str, list[MarketRow]] = {name: [] for name in content}
    for name, where, table in named_rows(path, content, KINDS):
        row = read_row(where, table, KINDS[name], calendar)
        check_citation(where, row, sources)
        result[name].append(row)
    for rows in result.values():
        rows.sort(key=lambda row: row.effective)
    return {name: tuple(rows) for name, rows in result.items()}
