"""The page of one contract: its figures, levels, last trades, chart and rules of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.market_data.records import Taker
from huiguan.exchange.reports.rule_table import contract_line, rule_lines
from huiguan.exchange.reports.words import yuan
from huiguan.exchange.rules.instruments import parse_contract
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.calendars import clock_text
from huiguan.foundation.faults import InputFault
from huiguan.office.display.boards import GUESSED, line_of
from huiguan.office.display.charts import Drawn, chart
from huiguan.office.display.figures import Cell, Figures, Level, grouped

if TYPE_CHECKING:
    from huiguan.exchange.reports.candles import PageWords
    from huiguan.exchange.reports.rule_table import ContractLine, RuleLine
    from huiguan.exchange.rules.rows import Books
    from huiguan.office.display.boards import Line
    from huiguan.office.feed.public_day import PublicDay

MINUTES = 5
TAKERS = {Taker.BUY: ("buy", "up"), Taker.SELL: ("sell", "down"), Taker.NOBODY: ("auction", "")}


class TradeLine(NamedTuple):
    """A trade as it is shown."""

    time: str
    price: Cell
    lots: str
    taker: str  # who came last: buy, sell, or an auction
    kind: str


class RuleOfDay(NamedTuple):
    """A rule in force, and whether it carries the mark."""

    line: RuleLine
    mark: bool


class Block(NamedTuple):
    """What is shown of one contract, beside the board and on its own page."""

    line: Line
    cells: dict[str, Cell]  # by name, as the page's elements name them
    levels: list[Level]
    trades: list[TradeLine]  # the newest first
    withheld: bool


def block_of(day: PublicDay, books: Books, contract: int) -> Block:
    """Return what is shown of a contract; call it with the lock held."""
    line = line_of(day, books, contract)
    figures = line.figures
    levels = figures.levels()
    cells = {
        **line.row.cells,
        "previous": Cell(figures.plain(figures.previous)),
        "upper": Cell(figures.plain(figures.upper)),
        "lower": Cell(figures.plain(figures.lower)),
        "average": figures.average(),
        "turnover": Cell(grouped(yuan(figures.volume("turnover_fen")))),
    }
    for level in levels:
        cells[level.name], cells[f"{level.name} lots"] = Cell(level.price), Cell(level.lots)
    return Block(
        line=line,
        cells=cells,
        levels=levels,
        trades=trade_lines(day, contract, figures),
        withheld=bool(day.books.states["withheld"][contract]),
    )


def trade_lines(day: PublicDay, contract: int, figures: Figures) -> list[TradeLine]:
    """Return the last trades, the newest first."""
    return [
        TradeLine(
            clock_text(trade.time_ns)[11:19],
            figures.price(trade.price_ticks),
            f"{trade.lots:,}",
            *TAKERS[trade.taker],
        )
        for trade in reversed(day.trades[contract])
    ]


def chart_of(day: PublicDay, contract: int, words: PageWords) -> str:
    """Return the chart of a contract, or nothing where no trade was heard of."""
    bars = day.bars.of(contract, MINUTES)
    if not len(bars):
        return ""
    figures = Figures(day, contract)
    drawn = Drawn(
        contract=day.names.contracts[contract],
        minutes=MINUTES,
        bars=bars,
        previous=figures.previous,
        upper=figures.upper,
        lower=figures.lower,
        price=figures.plain,
    )
    return chart(drawn, words)


def heard_from(day: PublicDay) -> str:
    """Return since when trades of the day are known here: ``21:00:03`` by the exchange's clock."""
    return clock_text(day.heard_from_ns)[11:19] if day.heard_from_ns else ""


def terms_of(books: Books, code: str, trading_day: int) -> ContractLine | None:
    """Return limits, margins and fees of a contract; None where no book has it."""
    try:
        return contract_line(parameters(books, code, trading_day))
    except InputFault:
        return None


def rules_of(books: Books, code: str, trading_day: int) -> list[RuleOfDay]:
    """Return every rule in force for a contract, with its article and status."""
    try:
        product, _ = parse_contract(books, code)
        lines = rule_lines(books, product, trading_day, [code])
    except InputFault:
        return []
    return [RuleOfDay(line, line.status in GUESSED) for line in lines]
