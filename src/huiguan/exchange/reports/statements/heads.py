"""The heads of a CTP counter's statement, as wide as its columns, and the titles of its views."""

from enum import StrEnum


class View(StrEnum):
    """How a statement looks at profit, and over how long."""

    DAY = "day"  # marked to market
    TRADE = "trade"  # from the opening price
    MONTH = "month"  # the days of a month as one, marked to market


TITLES = {
    View.DAY: "交易结算单(盯市) Settlement Statement(MTM)",
    View.TRADE: "交易结算单(逐笔) Settlement Statement(By Trade)",
    View.MONTH: "交易结算单月报(盯市) Monthly Settlement Statement(MTM)",
}
PROFITS = {  # what stands beside the lots held
    View.DAY: "持仓盯市盈亏 MTM P/L：",
    View.TRADE: "浮动盈亏 Accum. P/L：",
    View.MONTH: "持仓盯市盈亏 MTM P/L：",
}
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
