"""Words and figures of reports: Chinese terms, CTP codes, columns aligned by display width."""

from decimal import Decimal
from functools import lru_cache
from unicodedata import east_asian_width

from huiguan.exchange.messages import Hedge, Offset, Side

EXCHANGES = {
    "SHFE": "上期所",
    "INE": "能源中心",
    "CFFEX": "中金所",
    "DCE": "大商所",
    "CZCE": "郑商所",
    "GFEX": "广期所",
}
SIDES = {Side.BUY: "买", Side.SELL: "卖"}
HEDGES = {
    Hedge.SPECULATION: "投机",
    Hedge.ARBITRAGE: "套利",
    Hedge.HEDGE: "套保",
    Hedge.MARKET_MAKER: "做市商",
}
OFFSETS = {
    Offset.OPEN: "开",
    Offset.CLOSE: "平",
    Offset.FORCE_CLOSE: "强平",
    Offset.CLOSE_TODAY: "平今",
    Offset.CLOSE_YESTERDAY: "平昨",
}
REDUCED = "强减"  # whatever the flag: the exchange made the trade
CTP_REDUCED = "5"
CTP_HEDGES = {
    Hedge.SPECULATION: "1",
    Hedge.ARBITRAGE: "2",
    Hedge.HEDGE: "3",
    Hedge.MARKET_MAKER: "5",
}


TWO_DECIMALS = "%.2f"  # twice as fast as an f-string, and a statement has hundreds
EXACT_FEN = 1 << 49  # below it a double is finer than a hundredth of a yuan by far


@lru_cache(1 << 14)
def width(text: str) -> int:
    """Return how many columns of a terminal the text takes; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


@lru_cache(1 << 14)
def left(text: str, columns: int) -> str:
    """Return the text padded on the right."""
    return text + " " * (columns - width(text))


def right(text: str, columns: int) -> str:
    """Return the text padded on the left."""
    return " " * (columns - width(text)) + text


@lru_cache(1 << 14)
def centre(text: str, columns: int) -> str:
    """Return the text in the middle; an odd blank goes to the right."""
    before = max(0, columns - width(text)) // 2
    return left(" " * before + text, columns)


def yuan(amount_fen: int) -> str:
    """Return yuan with two decimals and no thousands: -137000 is ``-1370.00``."""
    if -EXACT_FEN < amount_fen < EXACT_FEN:
        return TWO_DECIMALS % (amount_fen / 100)
    return f"{Decimal(amount_fen).scaleb(-2):.2f}"


@lru_cache(1 << 16)  # all prices of a day
def price(value: Decimal) -> str:
    """Return a price with three decimals."""
    return f"{value:.3f}"
