"""The client's daily settlement statement: the text people know, and a short table.

The text has the sections, columns and alignment of a CTP counter's statement, both languages side
by side. Figures come from ``clearing.client_day``; nothing is worked out here.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache

import msgspec

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ContractFacts,
    SummaryLine,
)
from huiguan.exchange.messages import Hedge, Side
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
EXCHANGE_KEY = (
    "能源中心---INE  上期所---SHFE   中金所---CFFEX  大商所---DCE   郑商所---CZCE   广期所---GFEX"
)
SIDE_KEY = "买---Buy   卖---Sell"
HEDGE_KEY = (
    "投机---Speculation  套保---Hedge  套利---Arbitrage  "
    "一般---General  交易---Trade  做市商---Market Maker"
)
OFFSET_KEY = (
    "开---Open 平---Close 平今---Close Today 强平---Forced Liquidation "
    "平昨---Close Prev. 强减---Forced Reduction 本地强平---Local Forced Liquidation "
)
TRADE_COLUMNS = [  # Chinese and English heads of columns, as wide as the column
    ("成交日期", "  Date  "),
    (" 投资单元 ", "InvestUnit"),
    (" 交易所 ", "Exchange"),
    (" 交易编码  ", "tradingcode"),
    ("       品种       ", "     Product      "),
    ("      合约      ", "   Instrument   "),
    ("买/卖", " B/S "),
    ("   投/保    ", "    S/H     "),
    ("  成交价  ", "   Price  "),
    (" 手数 ", " Lots "),
    ("   成交额   ", "  Turnover  "),
    ("       开平       ", "       O/C        "),
    ("  手续费  ", "   Fee    "),
    ("  平仓盈亏  ", "Realized P/L"),
    ("     权利金收支      ", "Premium Received/Paid"),
    ("     成交序号     ", "     Trans.No.    "),
    ("   资金账号   ", "   AccountID  "),
]
CLOSED_COLUMNS = [
    (" 平仓日期 ", "Close Date"),
    (" 投资单元 ", "InvestUnit"),
    (" 交易所 ", "Exchange"),
    (" 交易编码  ", "tradingcode"),
    ("       品种       ", "      Product     "),
    ("      合约      ", "   Instrument   "),
    ("开仓日期 ", "Open Date"),
    ("投/保", " S/H "),
    ("买/卖", " B/S "),
    ("   手数   ", "   Lots   "),
    ("     开仓价    ", "Pos. Open Price"),
    ("     昨结算     ", "   Prev. Sttl   "),
    ("   成交价   ", "Trans. Price"),
    ("  平仓盈亏  ", "Realized P/L"),
    ("     权利金收支      ", "Premium Received/Paid"),
    ("   资金账号   ", "   AccountID  "),
]
POSITION_COLUMNS = [
    (" 投资单元 ", "InvestUnit"),
    (" 交易所 ", "Exchange"),
    (" 交易编码  ", "tradingcode"),
    ("       品种       ", "     Product      "),
    ("      合约      ", "   Instrument   "),
    ("开仓日期 ", "Open Date"),
    ("   投/保    ", "    S/H     "),
    ("买/卖", " B/S "),
    ("持仓量 ", "Positon"),
    ("    开仓价     ", "Pos. Open Price"),
    ("     昨结算     ", "   Prev. Sttl   "),
    ("     结算价     ", "Settlement Price"),
    ("  浮动盈亏  ", " Accum. P/L "),
    ("  盯市盈亏 ", "  MTM P/L  "),
    ("  保证金   ", "  Margin   "),
    ("       期权市值       ", " Market Value(Options)"),
    ("   资金账号   ", "   AccountID  "),
]
SUMMARY_COLUMNS = [
    (" 投资单元 ", "InvestUnit"),
    (" 交易编码  ", "tradingcode"),
    ("       品种       ", "      Product     "),
    ("      合约      ", "   Instrument   "),
    ("    买持     ", "  Long Pos.  "),
    ("    买均价   ", "Avg Buy Price"),
    ("     卖持     ", "  Short Pos.  "),
    ("    卖均价    ", "Avg Sell Price"),
    ("  昨结算  ", "Prev. Sttl"),
    ("  今结算  ", "Sttl Today"),
    ("持仓盯市盈亏", "  MTM P/L   "),
    ("  保证金占用   ", "Margin Occupied"),
    ("  投/保     ", "    S/H     "),
    ("   多头期权市值   ", "Market Value(Long)"),
    ("   空头期权市值    ", "Market Value(Short)"),
    ("   资金账号   ", "   AccountID  "),
]

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


def trade_section(holder: Holder, day: ClientDay) -> list[str]:
    """Return the trades of the day."""
    blank = [" " * n for n in (10, 8, 11, 18, 22, 12, 10)]
    total = [
        f"共{len(day.trades):4d}条",
        *blank,
        f"{sum(line.trade.lots for line in day.trades):6d}",
        f"{yuan(sum(line.turnover_fen for line in day.trades)):>12}",
        " " * 18,
        f"{yuan(day.funds.fees_fen):>10}",
        f"{yuan(day.funds.close_profit_fen):>12}",
        f"{ZERO:>21}",
        " " * 18,
        " " * 14,
    ]
    rows = list(trade_rows(holder, day))
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


def closed_section(holder: Holder, day: ClientDay) -> list[str]:
    """Return what was closed."""
    blank = [" " * n for n in (10, 8, 11, 18, 16, 9, 5, 5)]
    total = [
        f"共{len(day.closed):6d}条",
        *blank,
        f"{sum(line.lots for line in day.closed):10d}",
        " " * 15,
        " " * 16,
        " " * 12,
        f"{yuan(day.funds.close_profit_fen):>12}",
        f"{ZERO:>22}",
        " " * 14,
    ]
    rows = list(closed_rows(holder, day))
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


def account_section(holder: Holder, day: ClientDay) -> list[str]:
    """Return who, when, and the account summary in two columns."""
    funds = day.funds
    zero, money, equity = "0.00", yuan, yuan(funds.equity_fen)
    rows = [
        ("期初结存 Balance b/f：", money(funds.previous_balance_fen)),
        ("基础保证金 Initial Margin：", zero),
        ("出 入 金 Deposit/Withdrawal：", money(funds.deposits_fen - funds.withdrawals_fen)),
        ("期末结存 Balance c/f：", equity),
        ("平仓盈亏 Realized P/L：", money(funds.close_profit_fen)),
        ("质 押 金 Pledge Amount：", money(funds.collateral_fen)),
        ("持仓盯市盈亏 MTM P/L：", money(funds.mark_profit_fen)),
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
        centre("交易结算单(盯市) Settlement Statement(MTM)", LINE),
        who,
        f"日期 Date：{day.trading_day}",
        "",
        f"        {chinese}  {english}    ",
        line,
        *pairs,
    ]


def statement_text(holder: Holder, day: ClientDay) -> str:
    """Return the statement as text, lines ended by CR LF as counters write them."""
    parts: list[list[str]] = [account_section(holder, day)]
    sections: list[tuple[object, Callable[[Holder, ClientDay], list[str]]]] = [
        (day.trades, trade_section),
        (day.closed, closed_section),
        (day.positions, position_section),
        (day.summary, summary_section),
    ]
    parts += [section(holder, day) for rows, section in sections if rows]
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
