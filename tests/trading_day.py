"""A trading day for tests: send commands to the real core, read back what it told."""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    EVENTS,
    LAYOUTS,
    MESSAGE_BYTES,
    CancelOrder,
    ChangePhase,
    Command,
    CommandRefused,
    EnterOrder,
    Event,
    Hedge,
    LogOn,
    Offset,
    OrderEntered,
    Phase,
    PriceType,
    Side,
    TimeInForce,
    TradeExecuted,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.refusals import BY_NUMBER, Refusal

SMALL = {
    "order_capacity": 64,
    "position_capacity": 256,
    "holding_capacity": 256,
    "session_capacity": 8,
    "outcome_window": 8,
    "transfer_capacity": 16,
}


class Told(NamedTuple):
    """One event with the header that says which command it answers."""

    sequence: int
    session: int
    client_sequence: int
    event: Event


def read_events(buffer: np.ndarray) -> list[Told]:
    """Return the events of a buffer of the core as messages of plain integers."""
    rows = buffer.reshape(-1, MESSAGE_BYTES)
    if not len(rows):
        return []
    heads = np.ascontiguousarray(rows).reshape(-1).view(EVENT_HEADER_ROW)
    told: list[Told | None] = [None] * len(rows)
    for kind in np.unique(heads["kind"]).tolist():
        places = np.flatnonzero(heads["kind"] == kind)
        table = np.ascontiguousarray(rows[places]).reshape(-1).view(LAYOUTS[kind])
        record = EVENTS[kind]
        names = record.__struct_fields__
        columns = [table[name].tolist() for name in names]
        header = [table[name].tolist() for name in ("sequence", "session", "client_sequence")]
        for place, head, values in zip(
            places.tolist(), zip(*header, strict=True), zip(*columns, strict=True), strict=True
        ):
            told[place] = Told(*head, record(**dict(zip(names, values, strict=True))))
    assert all(one is not None for one in told)
    return told  # type: ignore[return-value]


class Day:
    """A core, and sessions that count for themselves; every call is one frame of one command."""

    def __init__(self, image: DayImage, *, phase: Phase | None = Phase.CONTINUOUS) -> None:
        """Open the day; log session i + 1 on for member i; put every group into ``phase``."""
        self.image = image
        self.core = TradingCore(image)
        self.counted: dict[int, int] = {}
        self.time_ns = 0
        for member in range(len(image.members)):
            self.log_on(member + 1, member)
        if phase is not None:
            for group in range(len(self.core.state.group_phase)):
                self.house(ChangePhase(group=group, phase=phase))

    def run(
        self,
        command: Command,
        session: int = 0,
        client_sequence: int = 0,
        time_ns: int | None = None,
    ) -> list[Told]:
        """Run one command as a frame of its own and return its events with their headers."""
        self.time_ns = self.time_ns + 1 if time_ns is None else time_ns
        return read_events(
            self.core.run_frame(self.time_ns, encode(command, session, client_sequence))
        )

    def house(self, command: Command, time_ns: int | None = None) -> list[Event]:
        """Run a command of the house."""
        return [told.event for told in self.run(command, time_ns=time_ns)]

    def send(self, session: int, command: Command, time_ns: int | None = None) -> list[Event]:
        """Run a command of a session under its next client sequence."""
        self.counted[session] = self.counted.get(session, 0) + 1
        told = self.run(command, session, self.counted[session], time_ns)
        return [one.event for one in told]

    def log_on(self, session: int, member: int, **fields: int) -> list[Event]:
        """Log a session on in a new epoch."""
        self.counted[session] = 0
        epoch = int(self.core.state.sessions[session]["epoch"]) + 1
        chosen = {"grace_ns": 0, "cancel_on_disconnect": 0, "epoch": epoch, **fields}
        return self.house(LogOn(target=session, member=member, **chosen))

    def enter(self, code: int, side: Side, price: int, lots: int, **fields: int) -> list[Event]:
        """Enter an order for a trading code through its member's session (member i: i + 1)."""
        session = int(self.image.trading_codes["member"][code]) + 1
        return self.send(session, order(code, side, price, lots, **fields))

    def buy(self, code: int, price: int, lots: int, **fields: int) -> list[Event]:
        """Enter a buy order."""
        return self.enter(code, Side.BUY, price, lots, **fields)

    def sell(self, code: int, price: int, lots: int, **fields: int) -> list[Event]:
        """Enter a sell order."""
        return self.enter(code, Side.SELL, price, lots, **fields)

    def cancel(self, session: int, order_id: int = 0, own: int = 0) -> list[Event]:
        """Cancel an order by the exchange's id or the session's own."""
        return self.send(session, CancelOrder(order_id=order_id, client_order_id=own))

    def account(self, code: int) -> np.void:
        """Return the money of a trading code."""
        row: np.void = self.core.state.accounts[code]
        return row

    def available(self, code: int) -> int:
        """Return the free money of a trading code (decisions, Money)."""
        row = self.account(code)
        used = sum(int(row[f"{name}_fen"]) for name in ("margin", "frozen_fee", "fees"))
        equity = int(row["deposit_fen"]) + int(row["realised_fen"])
        return equity - int(row["floating_loss_fen"]) - used

    def position(self, code: int, instrument: int = 0, hedge: int = 0) -> dict[str, int]:
        """Return the lots of a position that are not zero, by name."""
        key = (code * len(self.image.instruments) + instrument) * 4 + hedge + 1
        rows = self.core.state.positions
        found = rows[rows["key"] == key]
        if not len(found):
            return {}
        names = [name for name in found.dtype.names if name not in ("key", "holding")]
        return {name: int(found[0][name]) for name in names if found[0][name]}


def order(code: int, side: Side, price: int, lots: int, **fields: int) -> EnterOrder:
    """Return a plain limit order to open; ``fields`` change what is named."""
    chosen = {
        "client_order_id": 0,
        "minimum_lots": 0,
        "instrument": 0,
        "offset": Offset.OPEN,
        "hedge": Hedge.SPECULATION,
        "time_in_force": TimeInForce.DAY,
        "price_type": PriceType.LIMIT,
        **fields,
    }
    return EnterOrder(trading_code=code, side=side, price_ticks=price, lots=lots, **chosen)


def refusal(events: list[Event]) -> Refusal:
    """Return the refusal of the last command, or ``ACCEPTED``."""
    refused = [event for event in events if isinstance(event, CommandRefused)]
    return BY_NUMBER[refused[0].refusal] if refused else Refusal.ACCEPTED


def figures(events: list[Event]) -> tuple[int, int]:
    """Return the two figures of the refusal among the events."""
    (refused,) = [event for event in events if isinstance(event, CommandRefused)]
    return refused.first_figure, refused.second_figure


def trades(events: list[Event]) -> list[tuple[int, int]]:
    """Return (price, lots) of the trades among the events."""
    return [(e.price_ticks, e.lots) for e in events if isinstance(e, TradeExecuted)]


def fills(events: list[Event]) -> list[tuple[int, int, int, int]]:
    """Return (buy order, sell order, price, lots) of the trades among the events."""
    return [
        (e.buy_order_id, e.sell_order_id, e.price_ticks, e.lots)
        for e in events
        if isinstance(e, TradeExecuted)
    ]


def order_id(events: list[Event]) -> int:
    """Return the exchange's id of the order that was entered."""
    (entered,) = [event for event in events if isinstance(event, OrderEntered)]
    return entered.order_id
