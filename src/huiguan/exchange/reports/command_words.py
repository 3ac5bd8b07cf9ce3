"""Words for one command: who asked what, which checks it met, what came of it; zh and en."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from huiguan.exchange.messages import (
    Hedge,
    Offset,
    Phase,
    PriceType,
    Right,
    Side,
    TimeInForce,
)
from huiguan.foundation.arithmetic import show_fen

if TYPE_CHECKING:
    from huiguan.exchange.day import DayImage
    from huiguan.exchange.messages import EnterOrder, Message

SIDES = {Side.BUY: ("buy", "买"), Side.SELL: ("sell", "卖")}
OFFSETS = {
    Offset.OPEN: ("open", "开仓"),
    Offset.CLOSE: ("close", "平仓"),
    Offset.FORCE_CLOSE: ("force close", "强平"),
    Offset.CLOSE_TODAY: ("close today", "平今"),
    Offset.CLOSE_YESTERDAY: ("close yesterday", "平昨"),
}
HEDGES = {
    Hedge.SPECULATION: ("speculation", "投机"),
    Hedge.ARBITRAGE: ("arbitrage", "套利"),
    Hedge.HEDGE: ("hedge", "套保"),
    Hedge.MARKET_MAKER: ("market maker", "做市商"),
}
FORCES = {
    TimeInForce.DAY: ("day", "当日有效"),
    TimeInForce.FAK: ("fill and kill", "部成即撤"),
    TimeInForce.FOK: ("fill or kill", "全成全撤"),
}
PHASES = {
    Phase.BEFORE_TRADING: ("before trading", "开盘前"),
    Phase.NO_TRADING: ("no trading", "非交易"),
    Phase.CONTINUOUS: ("continuous", "连续交易"),
    Phase.AUCTION_ORDERING: ("auction ordering", "集合竞价报单"),
    Phase.AUCTION_BALANCE: ("auction balance", "集合竞价平衡"),
    Phase.AUCTION_MATCH: ("auction match", "集合竞价撮合"),
    Phase.CLOSED: ("closed", "收盘"),
}
RIGHTS = {
    Right.ALLOW: ("allow", "允许"),
    Right.CLOSE_ONLY: ("close only", "只可平仓"),
    Right.FORBIDDEN: ("forbidden", "禁止"),
}


def show_price(image: DayImage, instrument: int, ticks: int) -> str:
    """Return a price of an instrument in the unit of its quote."""
    row = image.instruments[instrument]
    return f"{Decimal(ticks * int(row['tick_units'])).scaleb(-int(row['unit_decimals'])):f}"


def show_figure(image: DayImage, instrument: int, value: int, unit: str) -> str:
    """Return a figure of a check as a person reads it."""
    if unit == "fen":
        return f"{show_fen(value)} CNY"
    if unit == "ticks":
        return show_price(image, instrument, value)
    if unit == "phase":
        return "/".join(PHASES[Phase(value)])
    if unit == "right":
        return "/".join(RIGHTS[Right(value)])
    return f"{value:,}"


def order_words(image: DayImage, order: EnterOrder) -> tuple[str, str]:
    """Return an order in one English and one Chinese line."""
    contract = image.names.instruments[order.instrument]
    code = image.names.trading_codes[order.trading_code]
    price = show_price(image, order.instrument, order.price_ticks)
    kind = ("market at", "市价，保护价") if order.price_type == PriceType.MARKET else ("at", "限价")
    english = (
        f"{SIDES[order.side][0]} {order.lots} {contract} {kind[0]} {price}, "
        f"{OFFSETS[order.offset][0]}, {HEDGES[order.hedge][0]}, {FORCES[order.time_in_force][0]}, "
        f"for trading code {code}"
    )
    chinese = (
        f"交易编码 {code} {SIDES[order.side][1]}{OFFSETS[order.offset][1]} {contract} "
        f"{order.lots} 手，{kind[1]} {price}，{HEDGES[order.hedge][1]}，"
        f"{FORCES[order.time_in_force][1]}"
    )
    return english, chinese


def message_words(image: DayImage, message: Message) -> str:
    """Return any command or event as its name and its fields, rows of the image by their names."""
    tag = str(message.__struct_config__.tag)
    words = []
    instrument = getattr(message, "instrument", None)
    for name in message.__struct_fields__:
        value = getattr(message, name)
        if name == "instrument":
            text = image.names.instruments[value] if 0 <= value < len(image.instruments) else value
        elif name in {"trading_code", "buy_code", "sell_code"}:
            codes = image.names.trading_codes
            text = codes[value] if 0 <= value < len(codes) else value
        elif name == "price_ticks" and instrument is not None and instrument >= 0:
            name, text = "price", show_price(image, instrument, value)  # noqa: PLW2901
        elif name.endswith("_fen"):
            text = show_fen(value)
        elif hasattr(value, "name"):
            text = value.name.lower().replace("_", " ")
        else:
            text = f"{value:,}"
        words.append(f"{name.removesuffix('_fen').replace('_', ' ')} {text}")
    return f"{tag.replace('_', ' ')}: " + ", ".join(words)
