"""A statement as a page or a sheet shows it: figures under our words, tables with heads.

Words are English here; whoever shows them says them in a reader's language.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientFunds,
    ClosedLine,
    PositionLine,
    SummaryLine,
    TradeLine,
)
from huiguan.exchange.clearing.other_views import month_funds
from huiguan.exchange.reports.command_words import HEDGES, OFFSETS, SIDES
from huiguan.exchange.reports.statements.heads import View
from huiguan.exchange.reports.statements.text import carried_fen, percent
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day


class PageCell(NamedTuple):
    """A cell of a table."""

    text: str
    is_word: bool = False  # said in the reader's language
    why: str = ""  # what explains it: "settlement", of the contract of its row


class PageFigure(NamedTuple):
    """A figure of the account."""

    label: str
    text: str
    why: str = ""  # what explains it: "fees" or "margin", of the code


class PageTable(NamedTuple):
    """A table; a row begins with its contract."""

    name: str
    heads: tuple[str, ...]
    rows: list[list[PageCell]]
    none: str  # what is said instead of it


class StatementPage(NamedTuple):
    """A statement as it is shown."""

    view: View
    date: str  # 2026-08-21, or 2026-08 of a month
    last_day: int
    account: list[PageFigure]
    tables: list[PageTable]


def statement_page(days: Sequence[ClientDay], view: View) -> StatementPage:
    """Return a statement: of one day by day or by trade, or of the days of a month."""
    last = days[-1]
    funds = month_funds(days) if view == View.MONTH else last.funds
    date = show_day(last.trading_day)
    return StatementPage(
        view=view,
        date=date[:7] if view == View.MONTH else date,
        last_day=last.trading_day,
        account=account_figures(funds, view),
        tables=[
            trades_table(days),
            closed_table(days),
            held_table(last, view),
            summary_table(last, view),
        ],
    )


def account_figures(funds: ClientFunds, view: View) -> list[PageFigure]:
    """Return the account; what explains a figure of a day does not explain one of a month."""
    of_day = view != View.MONTH
    profit = "floating profit" if view == View.TRADE else "profit of positions"
    figures = [
        ("balance brought forward", funds.previous_balance_fen, ""),
        ("deposits", funds.deposits_fen, ""),
        ("withdrawals", funds.withdrawals_fen, ""),
        ("profit of closes", funds.close_profit_fen, ""),
        *([] if view == View.TRADE else [(profit, funds.mark_profit_fen, "")]),
        ("fees", funds.fees_fen, "fees"),
        *([("delivery fees", funds.delivery_fees_fen, "")] if funds.delivery_fees_fen else []),
        ("balance carried forward", carried_fen(funds, view), ""),
        *([(profit, funds.mark_profit_fen, "")] if view == View.TRADE else []),
        ("equity", funds.equity_fen, ""),
        ("margin", funds.margin_fen, "margin"),
        ("delivery margin", funds.delivery_margin_fen, ""),
        ("collateral", funds.collateral_fen, ""),
        ("available", funds.available_fen, ""),
        ("margin call", funds.margin_call_fen, ""),
    ]
    told = [
        PageFigure(label, show_fen(amount), why if of_day else "") for label, amount, why in figures
    ]
    return [*told, PageFigure("risk degree", percent(funds.risk_degree_percent))]


def price(value: Decimal) -> str:
    """Return a price with thousands, without zeros that say nothing: 4,927 and 413.1."""
    return f"{value.normalize():,f}"


def word(text: str) -> PageCell:
    """Return a cell that is said in the reader's language."""
    return PageCell(text, is_word=True)


def plain(texts: Iterable[str]) -> list[PageCell]:
    """Return cells of figures."""
    return [PageCell(text) for text in texts]


def trades_table(days: Sequence[ClientDay]) -> PageTable:
    """Return the trades, with what each paid and earned."""

    def row(day: ClientDay, line: TradeLine) -> list[PageCell]:
        trade = line.trade
        offset = "forced reduction" if trade.reduced else OFFSETS[trade.offset][0]
        words = (SIDES[trade.side][0], offset, HEDGES[trade.hedge][0])
        amounts = (line.turnover_fen, line.fee_fen, line.close_profit_fen)
        return [
            PageCell(trade.instrument),
            PageCell(show_day(day.trading_day)),
            *map(word, words),
            *plain((price(trade.price), f"{trade.lots:,}", *map(show_fen, amounts))),
            PageCell(str(trade.trade_id)),
        ]

    heads = (
        *("contract", "trading day", "side", "offset", "hedge", "price", "lots"),
        *("turnover, yuan", "fees, yuan", "profit of closes, yuan", "trade number"),
    )
    rows = [row(day, line) for day in days for line in day.trades]
    return PageTable("Trades", heads, rows, "No trades.")


def closed_table(days: Sequence[ClientDay]) -> PageTable:
    """Return the lots that were closed, opening by opening."""

    def row(day: ClientDay, line: ClosedLine) -> list[PageCell]:
        prices = (line.open_price, day.contracts[line.instrument].previous_settlement)
        return [
            PageCell(line.instrument),
            PageCell(show_day(line.open_date)),
            word(SIDES[line.side][0]),
            word(HEDGES[line.hedge][0]),
            PageCell(f"{line.lots:,}"),
            *plain(map(price, (*prices, line.close_price))),
            PageCell(show_fen(line.close_profit_fen)),
        ]

    heads = (
        *("contract", "opened", "side", "hedge", "lots", "open price", "previous settlement"),
        *("price", "profit of closes, yuan"),
    )
    rows = [row(day, line) for day in days for line in day.closed]
    return PageTable("Closed lots", heads, rows, "Nothing was closed.")


def held_table(day: ClientDay, view: View) -> PageTable:
    """Return the lots held, opening by opening."""

    def row(line: PositionLine) -> list[PageCell]:
        facts = day.contracts[line.instrument]
        return [
            PageCell(line.instrument),
            PageCell(show_day(line.open_date)),
            word(SIDES[line.side][0]),
            word(HEDGES[line.hedge][0]),
            PageCell(f"{line.lots:,}"),
            *plain((price(line.open_price), price(facts.previous_settlement))),
            PageCell(price(facts.settlement), why="settlement"),
            *plain((show_fen(line.mark_profit_fen), show_fen(line.margin_fen))),
        ]

    heads = (
        *("contract", "opened", "side", "hedge", "lots", "open price", "previous settlement"),
        *("settlement price", profit_head(view), "margin, yuan"),
    )
    return PageTable("Positions", heads, [row(line) for line in day.positions], "Nothing is held.")


def profit_head(view: View) -> str:
    """Return the head over the profit of lots held."""
    return "floating profit, yuan" if view == View.TRADE else "marked profit, yuan"


def summary_table(day: ClientDay, view: View) -> PageTable:
    """Return both sides of each contract, with the margin that is charged."""

    def row(line: SummaryLine) -> list[PageCell]:
        facts = day.contracts[line.instrument]
        return [
            PageCell(line.instrument),
            word(HEDGES[line.hedge][0]),
            *plain((f"{line.long_lots:,}", price(line.average_buy_price))),
            *plain((f"{line.short_lots:,}", price(line.average_sell_price))),
            PageCell(price(facts.settlement), why="settlement"),
            *plain((show_fen(line.mark_profit_fen), show_fen(line.margin_fen))),
        ]

    heads = (
        *("contract", "hedge", "long lots", "average buy price", "short lots"),
        *("average sell price", "settlement price", profit_head(view), "margin charged, yuan"),
    )
    rows = [row(line) for line in day.summary]
    return PageTable("Positions by contract", heads, rows, "Nothing is held.")
