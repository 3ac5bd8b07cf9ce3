"""Words for one command: who asked what, which checks it met, what came of it; zh and en."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
    from huiguan.exchange.messages import Message

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


def pair(words: dict[Any, tuple[str, str]], value: int) -> tuple[str, str]:
    """Return the words of a value, or the number of one that has none."""
    return words.get(value, (str(value), str(value)))


def name_of(names: list[str], row: int) -> str:
    """Return the name of a row of the image, or the number of one it does not have."""
    return names[row] if 0 <= row < len(names) else f"number {row}"


def show_figure(image: DayImage, instrument: int, value: int, unit: str) -> str:
    """Return a figure of a check as a person reads it."""
    if unit == "fen":
        return f"{show_fen(value)} CNY"
    if unit == "ticks":
        return show_price(image, instrument, value)
    named = {
        "instrument": image.names.instruments,
        "code": image.names.trading_codes,
        "member": image.names.members,
    }
    if unit in named:
        return name_of(named[unit], value)
    worded: dict[str, dict[Any, tuple[str, str]]] = {
        "phase": PHASES,
        "right": RIGHTS,
        "force": FORCES,
    }
    if unit in worded:
        return "/".join(pair(worded[unit], value))
    return f"{value:,}"


def order_words(image: DayImage, order: dict[str, int]) -> tuple[str, str]:
    """Return the fields of an ``EnterOrder`` in one English and one Chinese line."""
    instrument = order["instrument"]
    contract = name_of(image.names.instruments, instrument)
    code = name_of(image.names.trading_codes, order["trading_code"])
    known = 0 <= instrument < len(image.instruments)
    ticks = order["price_ticks"]
    price = show_price(image, instrument, ticks) if known else f"{ticks} ticks"
    market = order["price_type"] == PriceType.MARKET
    kind = ("market, protected at", "市价，保护价") if market else ("at", "限价")
    sides, offsets = pair(SIDES, order["side"]), pair(OFFSETS, order["offset"])
    hedges, forces = pair(HEDGES, order["hedge"]), pair(FORCES, order["time_in_force"])
    lots = order["lots"]
    english = (
        f"{sides[0]} {lots} {contract} {kind[0]} {price}, {offsets[0]}, {hedges[0]}, {forces[0]}, "
        f"for trading code {code}"
    )
    chinese = (
        f"交易编码 {code} {sides[1]}{offsets[1]} {contract} {lots} 手，{kind[1]} {price}，"
        f"{hedges[1]}，{forces[1]}"
    )
    return english, chinese


def field_words(image: DayImage, name: str, value: int, instrument: int) -> str:
    """Return one field of a message with its value, rows of the image by their names."""
    label = name.removesuffix("_fen").replace("_", " ")
    if name == "instrument":
        return f"{label} {name_of(image.names.instruments, value)}"
    if name in {"trading_code", "buy_code", "sell_code"}:
        return f"{label} {name_of(image.names.trading_codes, value)}"
    if name == "price_ticks" and 0 <= instrument < len(image.instruments):
        return f"price {show_price(image, instrument, value)}"
    if name.endswith("_fen"):
        return f"{label} {show_fen(value)} CNY"
    return f"{label} {value:,}"


def fields_words(image: DayImage, name: str, fields: dict[str, int]) -> str:
    """Return a command as its name and its fields."""
    instrument = fields.get("instrument", -1)
    words = [field_words(image, key, value, instrument) for key, value in fields.items()]
    return ": ".join(filter(None, [name.replace("_", " "), ", ".join(words)]))


def message_words(image: DayImage, message: Message) -> str:
    """Return an event as its name and its fields."""
    instrument = getattr(message, "instrument", -1)
    words = []
    for name in message.__struct_fields__:
        value = getattr(message, name)
        if hasattr(value, "name"):
            words.append(f"{name} {value.name}".lower().replace("_", " "))
        else:
            words.append(field_words(image, name, value, instrument))
    return f"{str(message.__struct_config__.tag).replace('_', ' ')}: " + ", ".join(words)
