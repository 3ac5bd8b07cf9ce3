"""Every report of a closed day: which there are, their rows, their columns, which are figures."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from huiguan.exchange.evening.day_figures import (
    contract_figures,
    cumulative_changes,
    is_first,
    member_figures,
    morning_figures,
    rankings,
)
from huiguan.exchange.reports.daily import (
    Row,
    argument_rows,
    base_rows,
    express_rows,
    move_rows,
    ranking_rows,
    settlement_rows,
)
from huiguan.exchange.reports.posting_table import postings_frame
from huiguan.foundation.readers.signatures import unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.evening.day_figures import ContractFigures, Rank
    from huiguan.exchange.evening.rules_of_day import DayRules

FIGURES = (
    *("PRESETTLEMENTPRICE", "OPENPRICE", "HIGHESTPRICE", "LOWESTPRICE", "CLOSEPRICE"),
    *("SETTLEMENTPRICE", "ZD1_CHG", "ZD2_CHG", "TURNOVER"),
    *("CHANGE3", "CHANGE4", "CHANGE5"),
)
FIGURE_ENDINGS = ("MARGINRATIO", "FEERATION", "FEERATIO", "FEEUNIT", "_VALUE")


class Report(NamedTuple):
    """One report: its table with decimals as text, and the columns that are decimals."""

    name: str
    table: pl.DataFrame
    figures: tuple[str, ...] = ()

    @property
    def numbers(self) -> pl.DataFrame:
        """The table with its decimals as floats, as notebooks want them."""
        return self.table.with_columns(pl.col(name).cast(pl.Float64) for name in self.figures)


def reports_of_day(image: DayImage, result: DayResult, rules: DayRules) -> Iterator[Report]:
    """Yield the reports: express, parameters, rankings, accounts, pools, fees, postings."""
    for name, rows in _official_rows(image, result, rules):
        table = rows_frame(rows)
        found = [c for c in table.columns if c in FIGURES or c.endswith(FIGURE_ENDINGS)]
        yield Report(name, table, tuple(found))
    codes = {"trading_code": image.names.trading_codes, "member": image.names.members}
    names = {**codes, "instrument": image.names.instruments}
    yield Report("accounts", accounts_frame(image, result))
    yield Report("pools", table_frame(result.pools, codes))
    yield Report("order_fees", table_frame(result.order_fees, names))
    yield Report("postings", postings_frame(image, result))
    yield Report("freed_shorts", table_frame(result.freed_shorts, names))
    yield Report("forced_reduction", reduction_frame(image, result))


def _official_rows(
    image: DayImage, result: DayResult, rules: DayRules
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the rows of the reports that have official field names."""
    day, figures = result.settings.trading_day, contract_figures(image, result)
    states = image.contract_states[["limit_ppb", "general_ppb", "hedge_ppb"]].tolist()
    yield "express", express_rows(figures)
    yield "settlement", settlement_rows(figures, [row.charged for row in rules.contracts], day)
    yield "trading_arguments", argument_rows(image.names.instruments, states, day)
    yield "contracts", base_rows((row.today for row in rules.contracts), day)
    yield "rankings", ranking_rows(ranks_of_day(image, result, rules, figures))
    yield "moves", move_rows(image.names.instruments, cumulative_changes(image, result))


def ranks_of_day(
    image: DayImage, result: DayResult, rules: DayRules, figures: Sequence[ContractFigures]
) -> list[Rank]:
    """Return the ranks of members in the contracts whose open interest passes the threshold."""
    passed = [
        row.instrument
        for row, rule in zip(figures, rules.contracts, strict=True)
        if row.open_interest_lots >= (rule.today.ranking.open_interest_lots or 0)
    ]
    before, first = morning_figures(image), is_first(image)
    return unchecked(rankings)(member_figures(image, result), before, passed, first_day=first)


def accounts_frame(image: DayImage, result: DayResult) -> pl.DataFrame:
    """Return the proof sheet: every trading code with what it had, what moved, what it has."""
    table = table_frame(result.accounts, {})
    return table.insert_column(0, pl.Series("trading_code", list(image.names.trading_codes)))


def reduction_frame(image: DayImage, result: DayResult) -> pl.DataFrame:
    """Return the trades of forced reductions with tier, in the words of the image."""
    trades = result.trades[result.reductions["trade"] - 1]
    names = {"instrument": image.names.instruments} | dict.fromkeys(
        ("buy_code", "sell_code"), image.names.trading_codes
    )
    wanted = trades[["instrument", "buy_code", "sell_code", "price_ticks", "lots"]]
    both = (result.reductions, np.array(wanted.tolist(), [(n, "<i4") for n in wanted.dtype.names]))
    first, second = (table_frame(rows, names) for rows in both)
    return first.hstack(second)


def rows_frame(rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a table; decimals become text, without exponent, and stay exact."""
    names = list(rows[0]) if rows else []
    return pl.DataFrame({name: [_plain(row[name]) for row in rows] for name in names}, strict=False)


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value


def table_frame(rows: np.ndarray, names: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return a table of the result; row numbers in columns of ``names`` become those names."""
    columns = {}
    for field in rows.dtype.names or ():
        column = pl.Series(field, rows[field].copy())
        if field in names:
            column = pl.Series(field, list(names[field]), dtype=pl.String).gather(column)
        columns[field] = column
    return pl.DataFrame(columns)
