"""What participants know: their own orders and positions, from the events they are sent.

Nothing here looks into the core: order returns, trade returns and cancels are enough.
"""

import numpy as np

from huiguan.exchange.day.image import HEDGE_FLAGS, DayImage
from huiguan.exchange.day.keys import position_key, split_key
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    ORDER_ROW_MASK,
    Event,
    Hedge,
    Offset,
    OrderCancelled,
    OrderEntered,
    TradeExecuted,
)
from huiguan.exchange.replies import NO_CODE
from huiguan.simulation.market.people import Role, roles_in

LONG_HISTORY, SHORT_HISTORY, LONG_TODAY, SHORT_TODAY = range(4)
REMEMBERED = 1 << 14  # positions that closers think of


def rows_of(events: np.ndarray, kind: type[Event]) -> np.ndarray:
    """Return the events of one kind as rows of their layout."""
    rows = events.reshape(-1).view(LAYOUTS[kind.KIND])
    found: np.ndarray = rows[events.reshape(-1).view(EVENT_HEADER_ROW)["kind"] == kind.KIND]
    return found


class View:
    """Live orders by row of the order table, lots held by key, and who holds something."""

    def __init__(self, image: DayImage) -> None:
        """Begin with the positions of the morning."""
        self.instruments = len(image.instruments)
        capacity = image.settings.order_capacity
        self.order_id = np.zeros(capacity, np.int64)
        self.left = np.zeros(capacity, np.int64)
        self.session = np.zeros(capacity, np.int64)
        self.instrument = np.zeros(capacity, np.int64)
        self.making = np.zeros(capacity, bool)
        self.keys = len(image.trading_codes) * self.instruments * HEDGE_FLAGS
        self.held = np.zeros((4, self.keys), np.int32)
        held = image.positions
        held = held[roles_in(image)[held["trading_code"]] != Role.VISITOR]
        morning = self.key(held["trading_code"], held["instrument"], held["hedge"])
        self.held[LONG_HISTORY, morning] = held["long_lots"]
        self.held[SHORT_HISTORY, morning] = held["short_lots"]
        self.remembered = np.resize(morning, REMEMBERED) if len(morning) else np.zeros(1, np.int64)
        self._next = 0
        self.trades = 0

    def key(self, code: np.ndarray, instrument: np.ndarray, hedge: np.ndarray) -> np.ndarray:
        """Return the keys of positions."""
        return position_key(code.astype(np.int64), instrument, hedge, self.instruments)

    def forget(self, codes: np.ndarray) -> None:
        """Let closers think of nothing that some trading codes (bool each) hold."""
        code = split_key(self.remembered, self.instruments)[0]
        kept = self.remembered[~codes[code]]
        self.remembered = np.resize(kept, REMEMBERED) if len(kept) else np.zeros(1, np.int64)

    def learn(self, events: np.ndarray) -> np.ndarray:
        """Take the events of one moment; return the orders that entered.

        A trade may tell one side only (the other's code is ``NO_CODE``), as doors have it.
        """
        entered, gone = rows_of(events, OrderEntered), rows_of(events, OrderCancelled)
        trades = rows_of(events, TradeExecuted)
        self._learn_orders(entered, trades, gone)
        for side in ("buy", "sell"):
            self._learn_positions(trades, side)
        self.trades += len(trades)
        return entered

    def _learn_orders(self, entered: np.ndarray, trades: np.ndarray, gone: np.ndarray) -> None:
        parts = [entered["order_id"], trades["buy_order_id"], trades["sell_order_id"]]
        lots = [entered["lots"], -trades["lots"], -trades["lots"], -gone["lots"]]
        ids, where = np.unique(np.concatenate([*parts, gone["order_id"]]), return_inverse=True)
        change = np.zeros(len(ids), np.int64)
        np.add.at(change, where, np.concatenate(lots))
        rows = ids & ORDER_ROW_MASK
        known = self.order_id[rows] == ids
        left = np.where(known, self.left[rows], 0) + change
        self.order_id[rows[known & (left == 0)]] = 0
        alive = left > 0
        self.order_id[rows[alive]], self.left[rows[alive]] = ids[alive], left[alive]
        fresh = entered["order_id"] & ORDER_ROW_MASK
        mine = self.order_id[fresh] == entered["order_id"]
        for field in ("session", "instrument"):
            getattr(self, field)[fresh[mine]] = entered[field][mine]
        self.making[fresh[mine]] = entered["hedge"][mine] == Hedge.MARKET_MAKER

    def _learn_positions(self, trades: np.ndarray, side: str) -> None:
        trades = trades[trades[f"{side}_code"] != NO_CODE]
        offset, buying = trades[f"{side}_offset"], side == "buy"
        key = self.key(trades[f"{side}_code"], trades["instrument"], trades[f"{side}_hedge"])
        opened, today = offset == Offset.OPEN, offset == Offset.CLOSE_TODAY
        own, other = (0, 1) if buying else (1, 0)
        kind = np.where(opened, LONG_TODAY + own, np.where(today, LONG_TODAY + other, other))
        lots = np.where(opened, trades["lots"], -trades["lots"])
        np.add.at(self.held.reshape(-1), kind * self.keys + key, lots)
        fresh = key[opened & (trades[f"{side}_hedge"] != Hedge.MARKET_MAKER)]
        places = (self._next + np.arange(len(fresh))) % len(self.remembered)
        self.remembered[places] = fresh
        self._next += len(fresh)

    def live_rows(self, instruments: np.ndarray) -> np.ndarray:
        """Return rows of live orders in some instruments (bool each), market makers' aside."""
        return np.flatnonzero((self.order_id != 0) & ~self.making & instruments[self.instrument])
