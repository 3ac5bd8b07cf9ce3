"""The client's daily settlement statement as plain values under CTP field names."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from huiguan.exchange.clearing.client_day import ClientDay, PositionLine, SummaryLine, TradeLine
from huiguan.exchange.clearing.other_views import month_funds
from huiguan.exchange.reports.command_words import HEDGES, OFFSETS, SIDES
from huiguan.exchange.reports.statements.text import Holder, percent
from huiguan.exchange.reports.words import CTP_HEDGES, CTP_REDUCED
from huiguan.foundation.calendars import show_day

Json = dict[str, Any]


def statement_json(holder: Holder, day: ClientDay) -> Json:
    """Return the statement as plain values under CTP field names."""
    funds = day.funds
    return {
        "ClientID": holder.trading_code,
        "Date": str(day.trading_day),
        "SettlementStatement": {
            "PreBalance": figure(funds.previous_balance_fen),
            "Deposit": figure(funds.deposits_fen),
            "Withdraw": figure(funds.withdrawals_fen),
            "CloseProfit": figure(funds.close_profit_fen),
            "PositionProfit": figure(funds.mark_profit_fen),
            "Commission": figure(funds.fees_fen),
            "DeliveryMargin": figure(funds.delivery_margin_fen),
            "Mortgage": figure(funds.collateral_fen),
            "Balance": figure(funds.equity_fen),
            "CurrMargin": figure(funds.margin_fen),
            "Available": figure(funds.available_fen),
            "RiskDegree": percent(funds.risk_degree_percent),
            "MarginCall": figure(funds.margin_call_fen),
            "CurrencyID": holder.currency,
        },
        "UserID": holder.client_id,
        "Transactions": [trade_json(holder, day, line) for line in day.trades],
        "PositionsDetail": [position_json(holder, day, line) for line in day.positions],
        "Positions": [summary_json(holder, day, line) for line in day.summary],
    }


def statement_page(holder: Holder, day: ClientDay) -> Json:
    """Return the statement for a program of today: dates are ISO, and words stand beside codes.

    What a counter writes is kept under its names; ``Side``, ``Offset`` and ``Hedge`` are added.
    """
    page = statement_json(holder, day)
    page["Date"] = show_day(day.trading_day)
    for row, line in zip(page["Transactions"], day.trades, strict=True):
        trade = line.trade
        offset = "forced reduction" if trade.reduced else OFFSETS[trade.offset][0]
        row |= {"TradeDate": page["Date"], "Side": SIDES[trade.side][0], "Offset": offset}
        row["Hedge"] = HEDGES[trade.hedge][0]
    for row, held in zip(page["PositionsDetail"], day.positions, strict=True):
        row |= {"OpenDate": show_day(held.open_date), "Side": SIDES[held.side][0]}
        row["Hedge"] = HEDGES[held.hedge][0]
    for row, summed in zip(page["Positions"], day.summary, strict=True):
        row["Hedge"] = HEDGES[summed.hedge][0]
    return page


def figure(amount_fen: int) -> float:
    """Return yuan as JSON shows them; exact to the fen below 90 trillion."""
    return amount_fen / 100


def trade_json(holder: Holder, day: ClientDay, line: TradeLine) -> Json:
    """Return one trade."""
    trade = line.trade
    return {
        "TradeDate": str(day.trading_day),
        "InvestUnitID": holder.client_id,
        "ExchangeID": day.contracts[trade.instrument].exchange,
        "ClientID": holder.trading_code,
        "InstrumentID": trade.instrument,
        "Direction": str(int(trade.side)),
        "HedgeFlag": CTP_HEDGES[trade.hedge],
        "Price": float(trade.price),
        "Volume": trade.lots,
        "Turnover": figure(line.turnover_fen),
        "OffsetFlag": CTP_REDUCED if trade.reduced else str(int(trade.offset)),
        "TradeID": str(trade.trade_id),
        "AccountID": holder.account_id,
    }


def position_json(holder: Holder, day: ClientDay, line: PositionLine) -> Json:
    """Return lots held from one opening."""
    facts = day.contracts[line.instrument]
    return {
        "InvestUnitID": holder.client_id,
        "ExchangeID": facts.exchange,
        "InstrumentID": line.instrument,
        "OpenDate": str(line.open_date),
        "HedgeFlag": CTP_HEDGES[line.hedge],
        "Direction": str(int(line.side)),
        "Volume": line.lots,
        "OpenPrice": float(line.open_price),
        "LastSettlementPrice": float(facts.previous_settlement),
        "SettlementPrice": float(facts.settlement),
        "Margin": figure(line.margin_fen),
        "AccountID": holder.account_id,
    }


def summary_json(holder: Holder, day: ClientDay, line: SummaryLine) -> Json:
    """Return both sides of a contract; long and short lots stand where counters write them."""
    facts = day.contracts[line.instrument]
    net = line.long_lots - line.short_lots
    return {
        "InvestUnitID": holder.client_id,
        "InstrumentID": line.instrument,
        "LongFrozen": line.long_lots,
        "AvgBuyPrice": float(line.average_buy_price),
        "ShortFrozen": line.short_lots,
        "AvgSellPrice": float(line.average_sell_price),
        "PreSettlementPrice": float(facts.previous_settlement),
        "SettlementPrice": float(facts.settlement),
        "UseMargin": figure(line.margin_fen),
        "HedgeFlag": CTP_HEDGES[line.hedge],
        "AccountID": holder.account_id,
        "PosiDirection": "2" if net >= 0 else "3",
        "Position": abs(net),
    }


def month_values(holder: Holder, days: Sequence[ClientDay]) -> Json:
    """Return the days of a month as one: the account of all, every trade, what the last one holds.

    ``Date`` is its month, 2026-08.
    """
    pages = [statement_page(holder, day) for day in days]
    summed = replace(days[-1], funds=month_funds(days))
    found = statement_page(holder, summed)
    found["Date"] = found["Date"][:7]
    found["Transactions"] = [row for page in pages for row in page["Transactions"]]
    return found
