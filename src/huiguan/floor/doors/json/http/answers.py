"""What the queries answer. Prices are decimals of the quote, money is CNY with two decimals.

``trading_day`` is yyyymmdd, ``time`` is that of the exchange, ``sequence`` is the last command that
was applied when the answer was true.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Side = Literal["buy", "sell"]


class Fault(msgspec.Struct, frozen=True):
    """Why there is no answer, in a sentence."""

    fault: str


class Refused(msgspec.Struct, frozen=True):
    """The exchange said no; the figures are what was asked and what is allowed."""

    fault: str
    refusal: int
    first_figure: int
    second_figure: int
    replies: list[dict[str, Any]]


class DoorPlace(msgspec.Struct, frozen=True):
    """Where a door that speaks bytes listens."""

    host: str
    port: int
    tls: bool


class Versions(msgspec.Struct, frozen=True):
    """What speaks here; ``schema`` is the number that a log-on at the binary door names."""

    huiguan: str
    schema: int
    api: str


class Hall(msgspec.Struct, frozen=True):
    """How the market stands."""

    trading_day: int
    sequence: int
    clock: str
    phases: dict[str, str]  # by phase group
    live_orders: int
    trades: int
    binary: DoorPlace
    feed: DoorPlace
    versions: Versions


class Margin(msgspec.Struct, frozen=True):
    """What a lot needs."""

    side: Side
    hedge: str
    margin: str


class Fee(msgspec.Struct, frozen=True):
    """What a trade costs: a rate on its turnover, or an amount a lot."""

    hedge: str
    of: Literal["open", "close_history", "close_today"]
    rate: str
    per_lot: str


class Contract(msgspec.Struct, frozen=True):
    """A contract with its rules of the day; ``row`` is what binary messages call it."""

    code: str
    row: int
    product: str
    phase_group: str
    tick: str
    multiplier: str  # units of the quote's quantity in a lot
    lower_limit: str
    upper_limit: str
    previous_settlement: str
    minimum_lots: int
    maximum_lots: int  # of a limit order; 0: no cap
    maximum_market_lots: int  # 0: no market orders
    lots_multiple: int
    position_limit_lots: int  # of a holder and side; 0: none known
    opening_limit_lots: int
    last_trading_day: int
    right: str
    margins: list[Margin]
    fees: list[Fee]
    rules: str  # where the articles stand


class Contracts(msgspec.Struct, frozen=True):
    """Every contract of the day."""

    trading_day: int
    contracts: list[Contract]


class Rules(msgspec.Struct, frozen=True):
    """The rules behind a contract on a day: value, article, source, since when, how sure."""

    contract: str
    trading_day: int
    digest: str
    in_force: dict[str, Any]
    rules: list[dict[str, Any]]


class Code(msgspec.Struct, frozen=True):
    """A trading code; ``row`` is what binary messages call it."""

    code: str
    row: int


class Account(msgspec.Struct, frozen=True):
    """What the key is for."""

    name: str
    member: str
    session: int
    rights: list[str]
    rate: int  # commands a second
    codes: list[Code]


class LiveOrder(msgspec.Struct, frozen=True):
    """An order in the book; ``other_lots`` of it close the other kind after that of ``offset``."""

    order_id: int
    client_order_id: int
    session: int
    contract: str
    trading_code: str
    side: Side
    offset: str
    hedge: str
    price: str
    remaining_lots: int
    other_lots: int


class LiveOrders(msgspec.Struct, frozen=True):
    """One's own orders in the book, in the order they came."""

    trading_day: int
    sequence: int
    time: str
    orders: list[LiveOrder]


class DayOrder(msgspec.Struct, frozen=True):
    """An order of today, whatever became of it.

    ``other_lots`` of a plain close that takes both kinds close the other one, after ``offset``'s.
    """

    order_id: int
    client_order_id: int
    session: int
    time: str
    contract: str
    trading_code: str
    side: Side
    offset: str
    hedge: str
    time_in_force: str
    price: str
    lots: int
    other_lots: int
    filled_lots: int
    cancelled_lots: int
    state: Literal["live", "filled", "cancelled"]


class DayOrders(msgspec.Struct, frozen=True):
    """One's own orders of today, in the order they came."""

    trading_day: int
    sequence: int
    time: str
    orders: list[DayOrder]


class Trade(msgspec.Struct, frozen=True):
    """One's own side of a trade."""

    sequence: int
    time: str
    order_id: int
    contract: str
    trading_code: str
    side: Side
    offset: str
    hedge: str
    price: str
    lots: int


class Trades(msgspec.Struct, frozen=True):
    """One's own trades of today, in order."""

    trading_day: int
    sequence: int
    time: str
    trades: list[Trade]


class Position(msgspec.Struct, frozen=True):
    """Lots held; the frozen ones wait to be closed by orders in the book."""

    contract: str
    trading_code: str
    hedge: str
    long_history: int
    long_today: int
    short_history: int
    short_today: int
    long_history_frozen: int
    long_today_frozen: int
    short_history_frozen: int
    short_today_frozen: int


class Positions(msgspec.Struct, frozen=True):
    """One's own positions."""

    trading_day: int
    sequence: int
    time: str
    positions: list[Position]


class CodeFunds(msgspec.Struct, frozen=True):
    """Money of a trading code: available is deposit and realised, less everything else."""

    trading_code: str
    deposit: str
    realised: str
    floating_loss: str
    margin: str
    frozen_fees: str
    fees: str
    available: str


class Funds(msgspec.Struct, frozen=True):
    """One's own money, in CNY."""

    trading_day: int
    sequence: int
    time: str
    funds: list[CodeFunds]


class Statement(msgspec.Struct, frozen=True):
    """The settlement statement of a trading code of a closed day."""

    trading_day: int
    trading_code: str
    text: str  # as a counter prints it
    values: dict[str, Any]  # under CTP field names


class Check(msgspec.Struct, frozen=True):
    """A check that a command met."""

    refusal: int
    words: str
    chinese: str
    rule: str
    asked: str
    allowed: str
    passed: bool


class Explained(msgspec.Struct, frozen=True):
    """Why a command had its outcome."""

    trading_day: int
    sequence: int
    time: str
    session: int
    client_sequence: int
    words: str
    chinese: str
    checks: list[Check]
    refusal: int  # 0: it was accepted
    outcome: list[dict[str, Any]]  # one's own side of what happened


class DayLine(msgspec.Struct, frozen=True):
    """A trading day of this hall."""

    trading_day: int
    state: Literal["running", "over", "closed"]


class Days(msgspec.Struct, frozen=True):
    """Every trading day of this hall, in order."""

    days: list[DayLine]


class Health(msgspec.Struct, frozen=True):
    """Whether the door and the floor behind it answer."""

    door: Literal["up"]
    floor: Literal["up", "down"]
    words: str
    trading_day: int
    sequence: int


class Outcome(msgspec.Struct, frozen=True):
    """What became of a one-off order: replies as the session's WebSocket says them."""

    replies: list[dict[str, Any]]
