"""Closed days of a hall, as the exchange publishes them: the express and the rankings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.cleared import is_closed
from huiguan.exchange.evening.day_figures import contract_figures
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.reports.reports_of_day import ranks_of_day
from huiguan.foundation.faults import InputFault
from huiguan.office.display.boards import group_place
from huiguan.office.display.figures import Cell, direction, grouped, signed
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from pathlib import Path

    from huiguan.exchange.evening.day_figures import ContractFigures, Rank
    from huiguan.exchange.rules.rows import Books

KEPT_DAYS = 4
KINDS = ("volume_lots", "long_lots", "short_lots")


class Published(NamedTuple):
    """A closed day: its figures by contract, and the ranks of its members."""

    figures: list[ContractFigures]
    ranks: dict[str, list[Rank]]  # by contract, of those that pass the threshold


class ExpressLine(NamedTuple):
    """A contract of the express, or the sum of a product."""

    contract: str
    cells: list[Cell]


SETTLEMENT = 5  # its place among the cells


class ExpressGroup(NamedTuple):
    """A product of the express."""

    product: str
    english: str
    chinese: str
    lines: list[ExpressLine]
    sums: list[Cell]


class RankLine(NamedTuple):
    """A place of the three rankings of a contract, side by side: member, lots, change."""

    rank: int
    cells: list[str]


def closed_days(days: Path) -> list[int]:
    """Return the days of a hall that are closed, the newest first."""
    return sorted((int(p.name) for p in days.glob("[0-9]" * 8) if is_closed(p)), reverse=True)


def published(days: Path, trading_day: int, books: Books) -> Published:
    """Return a closed day; it is read once until it is corrected."""
    root = days / str(trading_day)
    written = (DayFolder(root).result / "result.json").stat().st_mtime_ns
    return _read(root, written, books.digest, KeptBooks(books))


class KeptBooks(NamedTuple):
    """Books beside their digest, which says whether they are the same."""

    books: Books

    def __hash__(self) -> int:
        return hash(self.books.digest)


@lru_cache(KEPT_DAYS)
def _read(root: Path, written: int, digest: str, kept: KeptBooks) -> Published:
    del written, digest  # they say when to read again
    folder, books = DayFolder(root), kept.books
    image, result = read_image(folder.image), read_result(folder.result).result
    figures = contract_figures(image, result)
    ranks: dict[str, list[Rank]] = {}
    try:
        rules = rules_of_day(books, image.names.instruments, result.settings.trading_day)
    except InputFault:  # contracts of no book: nothing says from where on they are ranked
        return Published(figures, ranks)
    for rank in ranks_of_day(image, result, rules, figures):
        ranks.setdefault(rank.instrument, []).append(rank)
    return Published(figures, ranks)


def price(value: Decimal | None) -> Cell:
    """Return a price."""
    return Cell("—" if value is None else grouped(f"{value:f}"))


def change(value: Decimal | None) -> Cell:
    """Return a change with its sign."""
    if value is None:
        return Cell("—")
    kind = direction((value > 0) - (value < 0))
    return Cell(f"+{grouped(f'{value:f}')}" if value > 0 else grouped(f"{value:f}"), kind)


def express(day: Published, books: Books) -> list[ExpressGroup]:
    """Return the express, product by product, as the exchanges present them."""
    of_product: dict[str, list[ContractFigures]] = {}
    for row in day.figures:
        of_product.setdefault(row.product, []).append(row)
    found = []
    for code in sorted(of_product, key=group_place):
        product, rows = books.products.get(code), of_product[code]
        found.append(
            ExpressGroup(
                product=code,
                english=product.name if product else code,
                chinese=product.chinese if product else code,
                lines=[ExpressLine(row.instrument, express_cells(row)) for row in rows],
                sums=sum_cells(rows),
            )
        )
    return found


def express_cells(row: ContractFigures) -> list[Cell]:
    """Return the figures of a contract in the order of the express."""
    prices = (row.previous_settlement, row.open, row.high, row.low, row.close, row.settlement)
    return [
        *map(price, prices),
        change(row.change_close),
        change(row.change_settlement),
        *lots_cells([row]),
    ]


def lots_cells(rows: Iterable[ContractFigures]) -> list[Cell]:
    """Return volume, open interest, its change, and turnover in 10,000 yuan, of one or many."""
    rows = list(rows)
    turnover = sum(row.turnover_fen for row in rows)
    return [
        Cell(f"{sum(row.volume_lots for row in rows):,}"),
        Cell(f"{sum(row.open_interest_lots for row in rows):,}"),
        Cell(signed(sum(row.open_interest_change for row in rows))),
        Cell(f"{turnover // 1_000_000:,}.{turnover // 10_000 % 100:02d}"),
    ]


def sum_cells(rows: list[ContractFigures]) -> list[Cell]:
    """Return the sum of a product under the columns of the express."""
    return [*[Cell("")] * 8, *lots_cells(rows)]


def rank_lines(ranks: list[Rank]) -> list[RankLine]:
    """Return the three rankings of a contract side by side: by volume, long and short."""
    places = {(rank.rank, rank.kind): rank for rank in ranks}
    lines = []
    for number in sorted({rank.rank for rank in ranks}):
        cells: list[str] = []
        for kind in KINDS:
            rank = places.get((number, kind))
            if rank is None:
                cells += ["", "", ""]
                continue
            moved = "—" if rank.change is None else signed(rank.change)
            cells += [rank.member, f"{rank.lots:,}", moved]
        lines.append(RankLine(number, cells))
    return lines
