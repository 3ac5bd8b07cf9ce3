"""The events of a day as columns: what clearing reads, frame by frame, and nothing else.

Events are derived from image and journal; clearing recomputes positions, lots and fees from them.
"""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.result import TradeRow
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    CancelReason,
    OrderCancelled,
    OrderEntered,
    Side,
    TradeExecuted,
    TransferBooked,
)
from huiguan.foundation.columns import stacked
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.records import table_layout

ENTERED = np.dtype(
    [
        ("sequence", "<i8"),
        ("order_id", "<i8"),
        ("price_ticks", "<i4"),
        ("lots", "<i4"),
        ("instrument", "<i4"),
        ("trading_code", "<i4"),
        ("side", "<i1"),
        ("offset", "<i1"),
        ("hedge", "<i1"),
        ("time_in_force", "<i1"),
        ("other_lots", "<i4"),
    ]
)
CANCELLED = np.dtype(
    [
        ("sequence", "<i8"),
        ("order_id", "<i8"),
        ("lots", "<i4"),
        ("instrument", "<i4"),
        ("trading_code", "<i4"),
        ("reason", "<i1"),
    ],
    align=True,
)
ORDERS = np.dtype([("sequence", "<i8"), ("buy_order_id", "<i8"), ("sell_order_id", "<i8")])
TRANSFER = np.dtype(
    [("amount_fen", "<i8"), ("target", "<i4"), ("scope", "<i1"), ("stage", "<i1")], align=True
)


FRAME = np.dtype([("sequence", "<i8"), ("time_ns", "<i8")])


class DayEvents(NamedTuple):
    """Columns of the day; ``late_from`` is the first sequence of the last five minutes."""

    trades: np.ndarray  # TradeRow, in order
    trade_orders: np.ndarray  # ORDERS, same rows
    entered: np.ndarray  # ENTERED
    cancelled: np.ndarray  # CANCELLED
    transfers: np.ndarray  # TRANSFER
    frames: np.ndarray  # FRAME: first sequence of each frame that had events, and its time
    late_from: int


def copy_fields(source: np.ndarray, dtype: np.dtype[np.void]) -> np.ndarray:
    """Return the named fields of rows as rows of ``dtype``."""
    rows = np.empty(len(source), dtype)
    for name in dtype.names or ():
        rows[name] = source[name]
    return rows


class EventCollector:
    """Takes the events of frames in order and gives the columns of the day."""

    def __init__(self, last_minutes_ns: int) -> None:
        """``last_minutes_ns`` is when the last five minutes before the close begin."""
        self._late_ns = last_minutes_ns
        self._late_from = np.iinfo(np.int64).max
        self._parts: dict[str, list[np.ndarray]] = {name: [] for name in DayEvents._fields[:-1]}

    def add(self, time_ns: int, events: np.ndarray) -> None:
        """Take the events (``uint8``, 64 a row) of one frame."""
        flat = events.reshape(-1)
        if not len(flat):
            return
        heads = flat.view(EVENT_HEADER_ROW)
        if time_ns >= self._late_ns:
            self._late_from = min(self._late_from, int(heads["sequence"][0]))
        self._parts["frames"].append(np.array([(heads["sequence"][0], time_ns)], FRAME))
        kinds = heads["kind"]
        trades = flat.view(LAYOUTS[TradeExecuted.KIND])[kinds == TradeExecuted.KIND]
        self._parts["trades"].append(copy_fields(trades, table_layout(TradeRow)))
        self._parts["trade_orders"].append(copy_fields(trades, ORDERS))
        for name, record, dtype in (
            ("entered", OrderEntered, ENTERED),
            ("cancelled", OrderCancelled, CANCELLED),
            ("transfers", TransferBooked, TRANSFER),
        ):
            rows = flat.view(LAYOUTS[record.KIND])[kinds == record.KIND]
            self._parts[name].append(copy_fields(rows, dtype))

    def finish(self) -> DayEvents:
        """Return the columns of everything taken."""
        return DayEvents(
            trades=self._column("trades", table_layout(TradeRow)),
            trade_orders=self._column("trade_orders", ORDERS),
            entered=self._column("entered", ENTERED),
            cancelled=self._column("cancelled", CANCELLED),
            transfers=self._column("transfers", TRANSFER),
            frames=self._column("frames", FRAME),
            late_from=self._late_from,
        )

    def _column(self, name: str, dtype: np.dtype[np.void]) -> np.ndarray:
        """Return all rows of one kind."""
        return stacked([np.empty(0, dtype), *self._parts[name]])


def times_of(events: DayEvents, sequences: np.ndarray) -> np.ndarray:
    """Return the time (ns, UTC) of each sequence: that of its frame."""
    frame = np.searchsorted(events.frames["sequence"], sequences, side="right") - 1
    times: np.ndarray = events.frames["time_ns"][frame]
    return times


def running_totals(
    events: DayEvents, instrument: int, tick_value_fen: int
) -> list[tuple[int, int, int]]:
    """Return (time in ms, volume, turnover in fen since the open) after each frame with a trade."""
    traded = events.trades["instrument"] == instrument
    rows = events.trades[traded]
    lots = rows["lots"].astype(np.int64)
    frame = np.searchsorted(
        events.frames["sequence"], events.trade_orders["sequence"][traded], side="right"
    )
    last = np.append(frame[1:] != frame[:-1], True)[: len(frame)]
    times = events.frames["time_ns"][frame[last] - 1] // 1_000_000
    volume = np.cumsum(lots)[last]
    turnover = np.cumsum(rows["price_ticks"] * lots)[last] * tick_value_fen
    return list(zip(times.tolist(), volume.tolist(), turnover.tolist(), strict=True))


class ContractOrders(NamedTuple):
    """The orders of one contract: entries, trades and cancels before the end of the day."""

    entered: np.ndarray
    cancelled: np.ndarray
    orders: np.ndarray
    lots: np.ndarray  # of the trades


def orders_of(events: DayEvents, instrument: int) -> ContractOrders:
    """Return the orders of one contract, entries sorted by order id."""
    entered = events.entered[events.entered["instrument"] == instrument]
    gone = events.cancelled[events.cancelled["instrument"] == instrument]
    traded = events.trades["instrument"] == instrument
    rows = ContractOrders(
        entered=entered[np.argsort(entered["order_id"], kind="stable")],
        cancelled=gone[gone["reason"] != CancelReason.END_OF_DAY],
        orders=events.trade_orders[traded],
        lots=events.trades["lots"][traded].astype(np.int64),
    )
    named = [rows.orders["buy_order_id"], rows.orders["sell_order_id"], rows.cancelled["order_id"]]
    if not np.isin(np.concatenate(named), rows.entered["order_id"]).all():
        raise CheckFault("a trade or cancel names an order that was never entered; events are lost")
    return rows


def resting(rows: ContractOrders) -> np.ndarray:
    """Return the lots of each entered order that rest in the book at the close."""
    ids = rows.entered["order_id"]
    left = rows.entered["lots"].astype(np.int64)
    for orders, lots in (
        (rows.orders["buy_order_id"], rows.lots),
        (rows.orders["sell_order_id"], rows.lots),
        (rows.cancelled["order_id"], rows.cancelled["lots"].astype(np.int64)),
    ):
        np.subtract.at(left, np.searchsorted(ids, orders), lots)
    return left


class ClosingQuotes(NamedTuple):
    """Best prices of the book at the close, in ticks; 0 is an empty side."""

    bid_ticks: int
    ask_ticks: int


def closing_quotes(events: DayEvents, instrument: int) -> ClosingQuotes:
    """Return the best bid and ask that rest at the close."""
    rows = orders_of(events, instrument)
    alive = rows.entered[resting(rows) > 0]
    bids = alive["price_ticks"][alive["side"] == Side.BUY]
    asks = alive["price_ticks"][alive["side"] == Side.SELL]
    return ClosingQuotes(int(bids.max()) if len(bids) else 0, int(asks.min()) if len(asks) else 0)


def locked_at(events: DayEvents, instrument: int, limit_ticks: int, side: Side) -> bool:
    """Return whether a contract is locked at a limit through its last five minutes.

    ``side`` is the side that waits: BUY at the upper limit. After every command from five minutes
    before the close on there are orders of that side at the limit and none of the other side; a
    seller that is filled as soon as it comes leaves nothing behind. Trades off the limit break it.
    """
    rows = orders_of(events, instrument)
    traded = events.trades["instrument"] == instrument
    late = events.trade_orders["sequence"][traded] >= events.late_from
    if (events.trades["price_ticks"][traded][late] != limit_ticks).any():
        return False
    own = _changes(rows, side, limit_ticks)
    other = _changes(rows, Side(1 - side), None)
    sequences = np.concatenate([own[0], other[0]])
    deltas = np.concatenate(
        [np.stack([own[1], np.zeros_like(own[1])]), np.stack([np.zeros_like(other[1]), other[1]])],
        axis=1,
    )
    if len(sequences) == 0:
        return False
    order = np.argsort(sequences, kind="stable")
    sequences, totals = sequences[order], np.cumsum(deltas[:, order], axis=1)
    last_of_command = np.append(sequences[1:] != sequences[:-1], True)
    sequences, totals = sequences[last_of_command], totals[:, last_of_command]
    first = int(np.searchsorted(sequences, events.late_from))
    states = totals[:, max(0, first - 1) :]
    if first == 0 or states.shape[1] == 0:
        return False
    return bool((states[0] > 0).all() and (states[1] == 0).all())


def _changes(
    rows: ContractOrders, side: Side, price_ticks: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return (sequence, change of waiting lots) of one side, at one price or at all."""
    ids = rows.entered["order_id"]
    wanted = rows.entered["side"] == side
    if price_ticks is not None:
        wanted &= rows.entered["price_ticks"] == price_ticks
    name = "buy_order_id" if side == Side.BUY else "sell_order_id"
    filled = wanted[np.searchsorted(ids, rows.orders[name])]
    gone = wanted[np.searchsorted(ids, rows.cancelled["order_id"])]
    sequences = [
        rows.entered["sequence"][wanted],
        rows.orders["sequence"][filled],
        rows.cancelled["sequence"][gone],
    ]
    changes = [
        rows.entered["lots"][wanted].astype(np.int64),
        -rows.lots[filled],
        -rows.cancelled["lots"][gone].astype(np.int64),
    ]
    return np.concatenate(sequences), np.concatenate(changes)
