"""Words for one command: who asked what, which checks it met, what came of it; zh and en."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from huiguan.exchange.messages import (
    COMMANDS,
    CancelReason,
    Closing,
    Hedge,
    Offset,
    Phase,
    PriceType,
    Right,
    Scope,
    SelfTrade,
    Side,
    TimeInForce,
    TransferStage,
)
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import SECOND_NS, clock_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import IntEnum

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.messages import Message
    from huiguan.foundation.refusals import Refusal

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
ARTICLES = {
    "Messages": ("messages", "报文"),
    "Sessions": ("sessions", "会话"),
    "Capacity": ("capacity of the day", "当日容量"),
    "TR 2.1": ("Trading Rules: phases of the day", "交易规则：交易时段"),
    "TR 2.2": ("Trading Rules: call auction", "交易规则：集合竞价"),
    "TR 2.5": ("Trading Rules: orders", "交易规则：指令"),
    "TR 2.7": ("Trading Rules: halts, emergency measures", "交易规则：暂停交易与紧急措施"),
    "TR 2.8": ("Trading Rules: names of orders", "交易规则：报单引用"),
    "TR 3.1": ("Trading Rules: open and close", "交易规则：开仓与平仓"),
    "TR 3.2": ("Trading Rules: trading codes", "交易规则：交易编码"),
    "RM 2.6": ("Risk Management Rules: price limits", "风险控制管理办法：涨跌停板"),
    "RM 3.3": ("Hedging Rules: quotas", "套期保值管理办法：额度"),
    "RM 3.5": ("Risk Management Rules: daily opening limits", "风险控制管理办法：交易限额"),
    "RM 5.6": ("Risk Management Rules: position limits", "风险控制管理办法：限仓"),
    "RM 5.9": ("Risk Management Rules: trading rights", "风险控制管理办法：限制开仓"),
    "CR 4.5": ("Clearing Rules: clearing deposit", "结算细则：结算准备金"),
}
CHOICES: dict[str, type[IntEnum]] = {
    "side": Side,
    "offset": Offset,
    "hedge": Hedge,
    "buy_offset": Offset,
    "sell_offset": Offset,
    "buy_hedge": Hedge,
    "sell_hedge": Hedge,
    "time_in_force": TimeInForce,
    "price_type": PriceType,
    "phase": Phase,
    "right": Right,
    "stage": TransferStage,
    "reason": CancelReason,
    "self_trade": SelfTrade,
    "closing": Closing,
}
YES_OR_NO = {"engaged", "cancel_on_disconnect"}
SAID_WHERE_CHOSEN = {"closing", "other_lots"}  # 0 says nothing
RIGHTS = {
    Right.ALLOW: ("allow", "允许"),
    Right.CLOSE_ONLY: ("close only", "只能平仓"),
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


def article_words(refusal: Refusal) -> str:
    """Return the rule behind a refusal, in English and Chinese."""
    return " / ".join(ARTICLES[refusal.article])


def show_figures(
    image: DayImage, instrument: int, figures: tuple[int, int], unit: str
) -> tuple[str, str]:
    """Return what was asked and what is allowed as a person reads it.

    ``unit`` is that of both, or of each: ``"code/right"``; an empty one shows nothing.
    """
    first, several, second = unit.partition("/")
    units = first, second if several else first
    asked, allowed = (
        show_figure(image, instrument, value, each)
        for value, each in zip(figures, units, strict=True)
    )
    return asked, allowed


def show_figure(image: DayImage, instrument: int, value: int, unit: str) -> str:
    """Return a figure of a check as a person reads it."""
    if not unit:
        return ""
    if unit == "id":
        return str(value)
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
        return " / ".join(pair(worded[unit], value))
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


def target_words(image: DayImage, fields: dict[str, int]) -> str:
    """Return the name of what a command of the house speaks of."""
    names = image.names
    tables = {
        Scope.TRADING_CODE: ("trading code", names.trading_codes),
        Scope.MEMBER: ("member", names.members),
        Scope.PRODUCT: ("product", names.products),
        Scope.INSTRUMENT: ("instrument", names.instruments),
    }
    scope = fields.get("scope")
    if scope is None:
        return f"session {fields['target']}"
    if scope == Scope.ALL:
        return "all"
    if scope not in tables:
        return f"number {fields['target']} of scope {scope}"
    label, rows = tables[Scope(scope)]
    return f"{label} {name_of(rows, fields['target'])}"


def time_words(time_ns: int) -> str:
    """Return a time of the journal by the exchange's clock, to the second."""
    return clock_text(time_ns).partition(".")[0]


def names_of_fields(image: DayImage) -> dict[str, list[str]]:
    """Return the names of the rows that a field of a message counts."""
    names = image.names
    return {
        "instrument": names.instruments,
        "trading_code": names.trading_codes,
        "buy_code": names.trading_codes,
        "sell_code": names.trading_codes,
        "member": names.members,
        "group": names.phase_groups,
    }


def named_fields(image: DayImage, fields: Mapping[str, int]) -> dict[str, str]:
    """Return what a program reads beside the numbers of a message: names of rows, the price.

    A row is under its field's name and ``_name``; the price is a decimal in the unit of the quote.
    """
    found = {
        f"{field}_name": name_of(names, fields[field])
        for field, names in names_of_fields(image).items()
        if field in fields
    }
    instrument = fields.get("instrument", -1)
    if "price_ticks" in fields and 0 <= instrument < len(image.instruments):
        found["price"] = show_price(image, instrument, fields["price_ticks"])
    return found


def field_words(image: DayImage, name: str, fields: dict[str, int]) -> str:
    """Return one field of a message with its value, rows of the image by their names."""
    value, instrument = fields[name], fields.get("instrument", -1)
    label = name.removesuffix("_fen").removesuffix("_ns").replace("_", " ")
    rows = names_of_fields(image)
    if name in rows:
        return f"{label} {name_of(rows[name], value)}"
    if name in CHOICES and value in [choice.value for choice in CHOICES[name]]:
        return f"{label} {CHOICES[name](value).name.lower().replace('_', ' ')}"
    if name in YES_OR_NO and value in {0, 1}:
        return f"{label} {'yes' if value else 'no'}"
    if name == "command" and value in COMMANDS:
        return str(COMMANDS[value].__struct_config__.tag).replace("_", " ")
    if name == "due_ns":
        return f"due {time_words(value)}" if value else "set by hand"
    if name == "grace_ns":
        return f"grace {Decimal(value) / SECOND_NS:f} s"
    if name == "price_ticks" and 0 <= instrument < len(image.instruments):
        return f"price {show_price(image, instrument, value)}"
    if name.endswith("_fen"):
        return f"{label} {show_fen(value)} CNY"
    return f"{label} {value}" if name.endswith("_id") else f"{label} {value:,}"


def fields_words(image: DayImage, name: str, fields: dict[str, int]) -> str:
    """Return a message as its name and its fields."""
    if name == "cancel_orders" and fields["scope"] == Scope.MEMBER:
        return "cancel orders: all of the session's member"
    words = [
        target_words(image, fields) if key == "target" else field_words(image, key, fields)
        for key in fields
        if key != "scope" and (fields[key] or key not in SAID_WHERE_CHOSEN)
    ]
    return ": ".join(filter(None, [name.replace("_", " "), ", ".join(words)]))


def message_words(image: DayImage, message: Message) -> str:
    """Return an event as its name and its fields."""
    fields = {name: int(getattr(message, name)) for name in message.__struct_fields__}
    return fields_words(image, str(message.__struct_config__.tag), fields)
