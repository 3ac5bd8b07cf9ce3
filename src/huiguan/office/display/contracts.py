"""The page of one contract: its figures, levels, last trades, chart and rules of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.market_data.records import Taker
from huiguan.exchange.messages import Side
from huiguan.exchange.reports.rule_table import contract_line, rule_lines
from huiguan.exchange.reports.words import yuan
from huiguan.exchange.rules.instruments import parse_contract
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.calendars import clock_text
from huiguan.foundation.faults import InputFault
from huiguan.office.display.boards import GUESSED, line_of
from huiguan.office.display.charts import Drawn, chart
from huiguan.office.display.depths import MOST_LEVELS, depth_chart
from huiguan.office.display.figures import Cell, Figures, Level, grouped

if TYPE_CHECKING:
    from huiguan.exchange.reports.candles import PageWords
    from huiguan.exchange.reports.rule_table import ContractLine, RuleLine
    from huiguan.exchange.rules.rows import Books
    from huiguan.office.display.boards import Line
    from huiguan.office.feed.public_day import PublicDay

MINUTES = 5
LENGTHS = (1, 5, 15, 60)  # minutes of a bar, as a reader may choose
MOST_BARS = 900  # for a chart that can be moved
CLOCK_SECONDS = 8 * 3600  # charts show a time as if it were UTC: it is the exchange's
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


def chart_of(day: PublicDay, contract: int, words: PageWords, minutes: int = MINUTES) -> str:
    """Return the chart of a contract, or nothing where no trade was heard of."""
    bars = day.bars.of(contract, minutes)
    if not len(bars):
        return ""
    figures = Figures(day, contract)
    drawn = Drawn(
        contract=day.names.contracts[contract],
        minutes=minutes,
        bars=bars,
        previous=figures.previous,
        upper=figures.upper,
        lower=figures.lower,
        price=figures.plain,
    )
    return chart(drawn, words)


def depth_of(day: PublicDay, contract: int, words: PageWords) -> str:
    """Return the drawing of depth, or nothing where none is shown."""
    if day.books.states["withheld"][contract]:
        return ""
    figures = Figures(day, contract)
    bids, asks = (figures.best(side, MOST_LEVELS) for side in (Side.BUY, Side.SELL))
    return depth_chart(bids, asks, figures.plain, words)


def bars_of(day: PublicDay, contract: int, words: PageWords, minutes: int) -> dict[str, object]:
    """Return the bars of a contract for a chart in the browser, prices in units of the quote."""
    figures, names = Figures(day, contract), day.names

    def price(ticks: int) -> float:
        return float(names.price(contract, int(ticks)))

    named = ("previous settlement", figures.previous), ("upper limit", figures.upper)
    tick = names.price(contract, 1)
    rows = day.bars.of(contract, minutes)[-MOST_BARS:]
    prices = ("open_ticks", "high_ticks", "low_ticks", "close_ticks")
    return {
        "decimals": len(tick.partition(".")[2]),
        "tick": float(tick),
        "lines": [
            (words.text(name), price(ticks))
            for name, ticks in (*named, ("lower limit", figures.lower))
        ],
        "bars": [
            (
                int(row["start_ns"]) // 10**9 + CLOCK_SECONDS,
                *(price(row[name]) for name in prices),
                int(row["volume_lots"]),
                int(row["open_interest_lots"]),
            )
            for row in rows
        ],
    }


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
