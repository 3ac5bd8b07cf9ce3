"""A day as surveillance reads it: every order with its fate, every trade with its two holders."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.events import DayEvents, times_of
from huiguan.exchange.messages import CancelReason, Hedge
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.foundation.columns import sums
from huiguan.foundation.faults import CheckFault

EXEMPT = (Hedge.HEDGE, Hedge.MARKET_MAKER)
OWN_CANCELS = (CancelReason.OWNER, CancelReason.MASS_CANCEL)
ORDER = np.dtype(
    [
        ("order_id", "<i8"),
        ("sequence", "<i8"),
        ("time_ns", "<i8"),
        ("gone_sequence", "<i8"),  # of its cancel; 0: none before the end of the day
        ("gone_time_ns", "<i8"),
        ("first_trade", "<i8"),  # sequence; 0: none
        ("lots", "<i4"),
        ("traded_lots", "<i4"),
        ("gone_lots", "<i4"),
        ("price_ticks", "<i4"),
        ("instrument", "<i4"),
        ("trading_code", "<i4"),
        ("holder", "<i4"),
        ("side", "<i1"),
        ("offset", "<i1"),
        ("hedge", "<i1"),
        ("time_in_force", "<i1"),
        ("gone_reason", "<i1"),
    ],
    align=True,
)
SIDE_OF_TRADE = np.dtype(
    [
        ("sequence", "<i8"),
        ("time_ns", "<i8"),
        ("order_id", "<i8"),
        ("price_ticks", "<i4"),
        ("lots", "<i4"),
        ("instrument", "<i4"),
        ("holder", "<i4"),
        ("other_holder", "<i4"),
        ("direction", "<i1"),  # 1 bought, -1 sold
        ("offset", "<i1"),
        ("hedge", "<i1"),
        ("came", "<i1"),  # 1: this order came and took what stood
    ],
    align=True,
)

MESSAGE = np.dtype(
    [
        ("sequence", "<i8"),
        ("time_ns", "<i8"),
        ("instrument", "<i4"),
        ("holder", "<i4"),
        ("entry", "<i1"),
        ("traded", "<i1"),  # an entry that had any execution
    ],
    align=True,
)


class Watched(NamedTuple):
    """What the detectors read.

    ``orders`` (``ORDER``) by order id; ``sides`` (``SIDE_OF_TRADE``) each trade twice, the buyers'
    rows first, in the order of the trades; ``messages`` (``MESSAGE``) entries and cancels by
    owners, as they came; ``rules`` what holds today by instrument.
    """

    image: DayImage
    events: DayEvents
    rules: Sequence[ContractParameters]
    holder_of: np.ndarray  # of each trading code
    orders: np.ndarray
    sides: np.ndarray
    messages: np.ndarray

    @property
    def bought(self) -> np.ndarray:
        """The buyers' rows of ``sides``, a trade each."""
        rows: np.ndarray = self.sides[: len(self.events.trades)]
        return rows

    @property
    def sold(self) -> np.ndarray:
        """The sellers' rows of ``sides``, of the same trades."""
        rows: np.ndarray = self.sides[len(self.events.trades) :]
        return rows

    def cells(self, rows: np.ndarray) -> np.ndarray:
        """Return holder and contract of each row as one number."""
        cells: np.ndarray = rows["holder"].astype(np.int64) * len(self.rules) + rows["instrument"]
        return cells


def _where(ids: np.ndarray, named: np.ndarray) -> np.ndarray:
    """Return the row of each named order; one that was never entered is a CheckFault."""
    where = np.minimum(np.searchsorted(ids, named), max(len(ids) - 1, 0))
    if len(named) and (not len(ids) or (ids[where] != named).any()):
        raise CheckFault("a trade or cancel names an order that was never entered; events are lost")
    return where


def orders_of_day(events: DayEvents, holders: np.ndarray) -> np.ndarray:
    """Return every order of the day with its fate (``ORDER``), by order id."""
    entered = events.entered[np.argsort(events.entered["order_id"], kind="stable")]
    orders = np.zeros(len(entered), ORDER)
    for name in set(ORDER.names or ()) & set(entered.dtype.names or ()):
        orders[name] = entered[name]
    orders["holder"] = holders[entered["trading_code"]]
    orders["time_ns"] = times_of(events, orders["sequence"])
    ids = np.ascontiguousarray(orders["order_id"])
    first = np.full(len(orders), np.iinfo(np.int64).max)
    for side in ("buy", "sell"):
        where = _where(ids, events.trade_orders[f"{side}_order_id"])
        orders["traded_lots"] += sums(where, events.trades["lots"], len(orders)).astype(np.int32)
        np.minimum.at(first, where, events.trade_orders["sequence"])
    orders["first_trade"] = np.where(orders["traded_lots"] > 0, first, 0)
    gone = events.cancelled[events.cancelled["reason"] != CancelReason.END_OF_DAY]
    where = _where(ids, gone["order_id"])
    orders["gone_sequence"][where] = gone["sequence"]
    orders["gone_time_ns"][where] = times_of(events, gone["sequence"])
    orders["gone_lots"][where] = gone["lots"]
    orders["gone_reason"][where] = gone["reason"]
    return orders


def sides_of_trades(events: DayEvents, holders: np.ndarray) -> np.ndarray:
    """Return each trade from both sides (``SIDE_OF_TRADE``), the buyers' first."""
    trades, named = events.trades, events.trade_orders
    both = np.zeros(2 * len(trades), SIDE_OF_TRADE)
    halves = {"buy": both[: len(trades)], "sell": both[len(trades) :]}
    times = times_of(events, named["sequence"])
    for side, other, direction in (("buy", "sell", 1), ("sell", "buy", -1)):
        rows = halves[side]
        for name in ("price_ticks", "lots", "instrument"):
            rows[name] = trades[name]
        rows["sequence"], rows["time_ns"] = named["sequence"], times
        rows["order_id"] = named[f"{side}_order_id"]
        rows["holder"] = holders[trades[f"{side}_code"]]
        rows["other_holder"] = holders[trades[f"{other}_code"]]
        rows["direction"] = direction
        rows["offset"], rows["hedge"] = trades[f"{side}_offset"], trades[f"{side}_hedge"]
        rows["came"] = named[f"{side}_order_id"] > named[f"{other}_order_id"]
    return both


def messages_of(orders: np.ndarray) -> np.ndarray:
    """Return entries and cancels by the owner (``MESSAGE``) as they came, without the exempt."""
    orders = orders[~np.isin(orders["hedge"], EXEMPT)]
    gone = orders[np.isin(orders["gone_reason"], OWN_CANCELS)]
    rows = np.zeros(len(orders) + len(gone), MESSAGE)
    for part, source, prefix in (
        (rows[: len(orders)], orders, ""),
        (rows[len(orders) :], gone, "gone_"),
    ):
        part["sequence"], part["time_ns"] = source[f"{prefix}sequence"], source[f"{prefix}time_ns"]
        part["instrument"], part["holder"] = source["instrument"], source["holder"]
    rows["entry"][: len(orders)] = 1
    rows["traded"][: len(orders)] = orders["traded_lots"] > 0
    return rows[np.argsort(rows["sequence"], kind="stable")]


def watched(
    image: DayImage,
    events: DayEvents,
    rules: Sequence[ContractParameters],
    holders: np.ndarray | None = None,
) -> Watched:
    """Return a day for the detectors; ``holders`` (per trading code) stand for the image's."""
    if holders is None:
        holders = image.trading_codes["holder"]
    orders, sides = orders_of_day(events, holders), sides_of_trades(events, holders)
    return Watched(image, events, rules, holders, orders, sides, messages_of(orders))
