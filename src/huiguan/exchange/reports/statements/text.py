"""The client's daily settlement statement: the text people know, and a short table.

The text has the sections, columns and alignment of a CTP counter's statement, both languages side
by side. Figures come from ``clearing.client_day``; nothing is worked out here.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache

import msgspec

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientFunds,
    ContractFacts,
    SummaryLine,
)
from huiguan.exchange.clearing.other_views import month_funds
from huiguan.exchange.messages import Hedge, Side
from huiguan.exchange.reports.statements.heads import (
    CLOSED_COLUMNS,
    EXCHANGE_KEY,
    HEDGE_KEY,
    OFFSET_KEY,
    POSITION_COLUMNS,
    PROFITS,
    SIDE_KEY,
    SUMMARY_COLUMNS,
    TITLES,
    TRADE_COLUMNS,
    View,
)
from huiguan.exchange.reports.words import (
    EXCHANGES,
    HEDGES,
    OFFSETS,
    REDUCED,
    SIDES,
    centre,
    left,
    price,
    right,
    width,
    yuan,
)
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who the statement is for, and who makes it."""

    client_id: str
    client_name: str
    account_id: str
    trading_code: str
    title: str
    created: str  # yyyymmdd
    currency: str = "CNY"
    currency_chinese: str = "人民币"


LINE = 100
ZERO = "0.00"
# what changes from row to row, between cells that repeat; %-formats take half the time of f-strings
TRADE_FIGURES = "%s%10s|%6d|%12s|%-18s|%10s|%12s|%21s|%-18d%s"
CLOSED_FIGURES = "%s%-9d%s%10d|%15s%s%12s|%12s%s"
POSITION_FIGURES = "%s%9d%s%7d|%15s%s%12s|%11s|%11s%s"


def bar(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return "|" + "|".join(cells) + "|"


def side_cell(side: Side) -> str:
    """Return buy at the left and sell at the right, as the statement does."""
    return left(SIDES[side], 5) if side == Side.BUY else right(SIDES[side], 5)


def table(
    columns: list[tuple[str, str]], rows: list[str], total: list[str], rule: int
) -> list[str]:
    """Return heads, rows and the total between rules of ``rule`` dashes."""
    line = "-" * rule
    heads = [bar(zh for zh, _ in columns), bar(en for _, en in columns)]
    return [line, *heads, line, *rows, line, bar(total), line]


def who_cells(holder: Holder) -> tuple[str, str]:
    """Return the cells of the client: its number and its trading code."""
    return left(holder.client_id, 10), left(holder.trading_code[-11:], 11)


def exchange_cell(facts: ContractFacts) -> str:
    """Return the cell of a contract's exchange."""
    return left(EXCHANGES.get(facts.exchange, facts.exchange), 8)


def trade_rows(holder: Holder, day: ClientDay) -> Iterator[str]:
    """Yield the trades; the offset is padded to 18 letters, not columns, as counters do.

    What stands before the price repeats from row to row and is made once.
    """
    client, code = who_cells(holder)

    @cache
    def head(instrument: str, side: Side, hedge: Hedge) -> str:
        facts = day.contracts[instrument]
        return (
            f"|{day.trading_day}|{client}|{exchange_cell(facts)}|{code}"
            f"|{left(facts.product_name, 18)}|{centre(instrument, 16)}"
            f"|{side_cell(side)}|{left(HEDGES[hedge], 12)}|"
        )

    end = f"|{left(holder.account_id, 14)}|"
    for line in day.trades:
        trade = line.trade
        yield TRADE_FIGURES % (
            head(trade.instrument, trade.side, trade.hedge),
            price(trade.price),
            trade.lots,
            yuan(line.turnover_fen),
            REDUCED if trade.reduced else OFFSETS[trade.offset],
            yuan(line.fee_fen),
            yuan(line.close_profit_fen),
            ZERO,
            trade.trade_id,
            end,
        )


def trade_section(holder: Holder, days: Sequence[ClientDay], funds: ClientFunds) -> list[str]:
    """Return the trades of a day or of many."""
    lines = [line for day in days for line in day.trades]
    blank = [" " * n for n in (10, 8, 11, 18, 22, 12, 10)]
    total = [
        f"共{len(lines):4d}条",
        *blank,
        f"{sum(line.trade.lots for line in lines):6d}",
        f"{yuan(sum(line.turnover_fen for line in lines)):>12}",
        " " * 18,
        f"{yuan(funds.fees_fen):>10}",
        f"{yuan(funds.close_profit_fen):>12}",
        f"{ZERO:>21}",
        " " * 18,
        " " * 14,
    ]
    rows = [row for day in days for row in trade_rows(holder, day)]
    return [
        " " * 65 + "成交记录 Transaction Record ",
        *table(TRADE_COLUMNS, rows, total, 227),
        EXCHANGE_KEY,
        SIDE_KEY,
        HEDGE_KEY,
        OFFSET_KEY,
    ]


def closed_rows(holder: Holder, day: ClientDay) -> Iterator[str]:
    """Yield the lots closed, trade by trade."""
    client, code = who_cells(holder)

    @cache
    def head(instrument: str) -> str:
        facts = day.contracts[instrument]
        return (
            f"|{day.trading_day:<10d}|{client}|{exchange_cell(facts)}|{code}"
            f"|{left(facts.product_name, 18)}|{left(instrument, 16)}|"
        )

    @cache
    def kind(hedge: Hedge, side: Side) -> str:
        return bar([left(HEDGES[hedge], 5), side_cell(side)])

    @cache
    def previous(instrument: str) -> str:
        return bar([f"{price(day.contracts[instrument].previous_settlement):>16}"])

    end = bar([f"{ZERO}0".rjust(21), left(holder.account_id, 14)])
    for line in day.closed:
        yield CLOSED_FIGURES % (
            head(line.instrument),
            line.open_date,
            kind(line.hedge, line.side),
            line.lots,
            price(line.open_price),
            previous(line.instrument),
            price(line.close_price),
            yuan(line.close_profit_fen),
            end,
        )


def closed_section(holder: Holder, days: Sequence[ClientDay], funds: ClientFunds) -> list[str]:
    """Return what was closed."""
    lines = [line for day in days for line in day.closed]
    blank = [" " * n for n in (10, 8, 11, 18, 16, 9, 5, 5)]
    total = [
        f"共{len(lines):6d}条",
        *blank,
        f"{sum(line.lots for line in lines):10d}",
        " " * 15,
        " " * 16,
        " " * 12,
        f"{yuan(funds.close_profit_fen):>12}",
        f"{ZERO:>22}",
        " " * 14,
    ]
    rows = [row for day in days for row in closed_rows(holder, day)]
    return [
        " " * 57 + "平仓明细 Position Closed ",
        *table(CLOSED_COLUMNS, rows, total, 210),
        EXCHANGE_KEY + "  ",
        SIDE_KEY + " ",
        HEDGE_KEY,
    ]


def position_rows(holder: Holder, day: ClientDay) -> Iterator[str]:
    """Yield the lots held, opening by opening."""
    client, code = who_cells(holder)

    @cache
    def head(instrument: str) -> str:
        facts = day.contracts[instrument]
        return (
            f"|{client}|{exchange_cell(facts)}|{code}"
            f"|{centre(facts.product_name, 18)}|{centre(instrument, 16)}|"
        )

    @cache
    def kind(hedge: Hedge, side: Side) -> str:
        return bar([left(HEDGES[hedge], 12), side_cell(side)])

    @cache
    def settled(instrument: str) -> str:
        facts = day.contracts[instrument]
        return bar([f"{price(p):>16}" for p in (facts.previous_settlement, facts.settlement)])

    end = bar([f"{ZERO:>22}", left(holder.account_id, 14)])
    for line in day.positions:
        yield POSITION_FIGURES % (
            head(line.instrument),
            line.open_date,
            kind(line.hedge, line.side),
            line.lots,
            price(line.open_price),
            settled(line.instrument),
            yuan(line.floating_profit_fen),
            yuan(line.mark_profit_fen),
            yuan(line.margin_fen),
            end,
        )


def position_section(holder: Holder, day: ClientDay) -> list[str]:
    """Return what is held, opening by opening; margins before relief."""
    lines = day.positions
    blank = [" " * n for n in (8, 11, 18, 16, 9, 12, 5)]
    total = [
        f"共{len(lines):6d}条",
        *blank,
        f"{sum(line.lots for line in lines):7d}",
        " " * 15,
        " " * 16,
        " " * 16,
        f"{yuan(sum(line.floating_profit_fen for line in lines)):>12}",
        f"{yuan(day.funds.mark_profit_fen):>11}",
        f"{yuan(sum(line.margin_fen for line in lines)):>11}",
        f"{ZERO:>22}",
        " " * 14,
    ]
    rows = list(position_rows(holder, day))
    return [
        " " * 57 + "持仓明细 Positions Detail",
        *table(POSITION_COLUMNS, rows, total, 231),
        EXCHANGE_KEY,
        SIDE_KEY + "  ",
        HEDGE_KEY,
    ]


def summary_row(holder: Holder, day: ClientDay, line: SummaryLine) -> str:
    """Return both sides of a contract, with the margin charged."""
    facts = day.contracts[line.instrument]
    return bar(
        [
            left(holder.client_id, 10),
            left(holder.trading_code[-11:], 11),
            centre(facts.product_name, 18),
            centre(line.instrument, 16),
            f"{line.long_lots:13d}",
            f"{price(line.average_buy_price):>13}",
            f"{line.short_lots:14d}",
            f"{price(line.average_sell_price):>14}",
            f"{price(facts.previous_settlement):>10}",
            f"{price(facts.settlement):>10}",
            f"{yuan(line.mark_profit_fen):>12}",
            f"{yuan(line.margin_fen):>15}",
            left(HEDGES[line.hedge], 12),
            f"{ZERO:>18}",
            f"{ZERO:>19}",
            left(holder.account_id, 14),
        ]
    )


def summary_section(holder: Holder, day: ClientDay) -> list[str]:
    """Return positions by contract."""
    lines = day.summary
    total = [
        f"共{len(lines):6d}条",
        *(" " * n for n in (11, 18, 16)),
        f"{sum(line.long_lots for line in lines):13d}",
        " " * 13,
        f"{sum(line.short_lots for line in lines):14d}",
        *(" " * n for n in (14, 10, 10)),
        f"{yuan(day.funds.mark_profit_fen):>12}",
        f"{yuan(day.funds.margin_fen):>15}",
        " " * 12,
        f"{ZERO:>18}",
        f"{ZERO:>19}",
        " " * 14,
    ]
    rows = [summary_row(holder, day, line) for line in lines]
    return [
        " " * 63 + "持仓汇总 Positions",
        *table(SUMMARY_COLUMNS, rows, total, 236),
    ]


def percent(value: Decimal | None) -> str:
    """Return a percentage with two decimals, or a dash where there is no equity."""
    return "-" if value is None else f"{value:.2f}%"


def carried_fen(funds: ClientFunds, view: View) -> int:
    """Return the balance carried forward: by trade it is without the floating profit."""
    return funds.equity_fen - (funds.mark_profit_fen if view == View.TRADE else 0)


def account_section(holder: Holder, funds: ClientFunds, date: str, view: View) -> list[str]:
    """Return who, when, and the account summary in two columns."""
    zero, money, equity = "0.00", yuan, yuan(funds.equity_fen)
    rows = [
        ("期初结存 Balance b/f：", money(funds.previous_balance_fen)),
        ("基础保证金 Initial Margin：", zero),
        ("出 入 金 Deposit/Withdrawal：", money(funds.deposits_fen - funds.withdrawals_fen)),
        ("期末结存 Balance c/f：", money(carried_fen(funds, view))),
        ("平仓盈亏 Realized P/L：", money(funds.close_profit_fen)),
        ("质 押 金 Pledge Amount：", money(funds.collateral_fen)),
        (PROFITS[view], money(funds.mark_profit_fen)),
        ("客户权益 Client Equity：", equity),
        ("期权执行盈亏 Exercise P/L：", zero),
        ("货币质押保证金占用 FX Pledge Occ.：", zero),
        ("手 续 费 Commission：", money(funds.fees_fen)),
        ("保证金占用 Margin Occupied：", money(funds.margin_fen)),
        ("行权手续费 Exercise Fee：", zero),
        ("交割保证金 Delivery Margin：", money(funds.delivery_margin_fen)),
        ("交割手续费 Delivery Fee：", money(funds.delivery_fees_fen)),
        ("多头期权市值 Market value(long)：", zero),
        ("货币质入 New FX Pledge：", zero),
        ("空头期权市值 Market value(short)：", zero),
        ("货币质出 FX Redemption：", zero),
        ("市值权益 Market value(equity)：", equity),
        ("质押变化金额 Chg in Pledge Amt：", zero),
        ("可用资金 Fund Avail.：", money(funds.available_fen)),
        ("权利金收入 Premium received：", zero),
        ("风 险 度 Risk Degree：", percent(funds.risk_degree_percent)),
        ("权利金支出 Premium paid：", zero),
        ("应追加资金 Margin Call：", money(funds.margin_call_fen)),
        ("交割盈亏 Delivery P/L：", money(funds.delivery_profit_fen)),
        ("货币质押变化金额 Chg in FX Pledge:", zero),
    ]
    lefts = [label + figure.rjust(50 - width(label)) for label, figure in rows[::2]]
    rights = [label + figure.rjust(48 - width(label)) for label, figure in rows[1::2]]
    pairs = [f"{a}  {b}" for a, b in zip(lefts, rights, strict=True)]
    who = f"客户号 Client ID：  {left(holder.client_id, 16)}"
    who += f"客户名称 Client Name：{holder.client_name}"
    chinese = f"资金状况   资金账号：{holder.account_id}  币种：{holder.currency_chinese}"
    english = f"Account Summary AccountID：{holder.account_id} Currency：{holder.currency}"
    line = "-" * LINE
    return [
        centre(holder.title, LINE),
        right(f"制表时间 Creation Date：{holder.created}", LINE),
        line,
        centre(TITLES[view], LINE),
        who,
        f"日期 Date：{date}",
        "",
        f"        {chinese}  {english}    ",
        line,
        *pairs,
    ]


def statement_text(holder: Holder, day: ClientDay, view: View = View.DAY) -> str:
    """Return the statement of a day as text, lines ended by CR LF as counters write them.

    By trade the day is one of ``other_views.by_trade``.
    """
    return _text(holder, [day], day.funds, str(day.trading_day), view)


def month_text(holder: Holder, days: Sequence[ClientDay]) -> str:
    """Return the statement of a month: its trades and closes by day, and what is held at its end.

    At least one day; the account is that of all, the tables of positions are the last one's.
    """
    month = str(days[-1].trading_day)[:6]
    return _text(holder, days, month_funds(days), month, View.MONTH)


def _text(
    holder: Holder, days: Sequence[ClientDay], funds: ClientFunds, date: str, view: View
) -> str:
    last = days[-1]
    parts = [account_section(holder, funds, date, view)]
    if any(day.trades for day in days):
        parts.append(trade_section(holder, days, funds))
    if any(day.closed for day in days):
        parts.append(closed_section(holder, days, funds))
    if last.positions:
        parts.append(position_section(holder, last))
    if last.summary:
        parts.append(summary_section(holder, last))
    lines = [line for part in parts for line in [*part, ""]]
    return "\r\n".join([*lines, "", ""])


def statement_table(holder: Holder, day: ClientDay) -> list[tuple[str, str]]:
    """Return the account in short: label and figure."""
    funds = day.funds
    return [
        ("trading code 交易编码", holder.trading_code),
        ("trading day 交易日", show_day(day.trading_day)),
        ("balance brought forward 期初结存", show_fen(funds.previous_balance_fen)),
        ("deposits less withdrawals 出入金", show_fen(funds.deposits_fen - funds.withdrawals_fen)),
        ("close profit 平仓盈亏", show_fen(funds.close_profit_fen)),
        ("mark-to-market profit 持仓盯市盈亏", show_fen(funds.mark_profit_fen)),
        ("fees 手续费", show_fen(funds.fees_fen)),
        ("equity 客户权益", show_fen(funds.equity_fen)),
        ("margin 保证金占用", show_fen(funds.margin_fen)),
        ("available 可用资金", show_fen(funds.available_fen)),
        ("risk degree 风险度", percent(funds.risk_degree_percent)),
        ("margin call 应追加资金", show_fen(funds.margin_call_fen)),
    ]
