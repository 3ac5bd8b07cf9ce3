"""Replies: what each session may see of the events of a frame, split in one pass.

An order belongs to the session that entered it. A session gets the outcome of each of its commands
and everything that happens to its orders: trades, cancels, the end of the day. A cancel that
another session asked for (of the same code, by the exchange's id) is told to both. Of a trade it
sees its own side; the other's order id is 0, its code ``NO_CODE``, its words are zero. One row
tells both sides where both are its own. What the house asks for, and what everybody may see, is no
reply.

Rows keep the order of events within a session, so replies are numbered 1, 2, ... for each session
and trading day, and the same journal gives the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    ORDER_ROW_MASK,
    CancelReason,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    OrderCancelled,
    OrderEntered,
    TradeExecuted,
)
from huiguan.foundation.compiler import rows
from huiguan.foundation.kernel import inner, kernel

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage

NO_CODE = -1
BOTH = -1  # seller and buyer are one session
ENTERED, ENTERED_ROW = OrderEntered.KIND, LAYOUTS[OrderEntered.KIND]
TRADED, TRADED_ROW = TradeExecuted.KIND, LAYOUTS[TradeExecuted.KIND]
CANCELLED, CANCELLED_ROW = OrderCancelled.KIND, LAYOUTS[OrderCancelled.KIND]
BY_OWNER = CancelReason.OWNER
REFUSED, REPEATED, DONE = CommandRefused.KIND, CommandRepeated.KIND, CommandDone.KIND
WORD = np.dtype(np.int64)
WORDS = MESSAGE_BYTES // 8


class Replies(NamedTuple):
    """Rows of 64 bytes (``uint8``, flat), those of a session together.

    Session ``sessions[i]`` has the rows from ``starts[i]`` to before ``starts[i + 1]``.
    """

    rows: np.ndarray
    sessions: np.ndarray
    starts: np.ndarray

    def of_each(self) -> list[tuple[int, np.ndarray]]:
        """Return (session, its rows as ``uint8``) for every session that has any."""
        bounds = (self.starts * MESSAGE_BYTES).tolist()
        return [
            (session, self.rows[bounds[place] : bounds[place + 1]])
            for place, session in enumerate(self.sessions.tolist())
        ]


@kernel
def receivers(
    events: np.ndarray,
    owners: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Name the sessions each event is for (0: none), and count the rows of each session.

    Of a trade ``first`` is the buyer's, ``second`` the seller's, or ``BOTH`` where they are one; of
    a cancel ``second`` is who asked for it, where that is not the order's own session.
    ``owners`` is the session of every row of the order table; orders that enter are noted.
    """
    heads = rows(events, EVENT_HEADER_ROW)
    entered, trades = rows(events, ENTERED_ROW), rows(events, TRADED_ROW)
    cancelled = rows(events, CANCELLED_ROW)
    for row in range(len(events) // MESSAGE_BYTES):
        kind, one, two = heads[row]["kind"], 0, 0
        if kind == ENTERED:
            one = heads[row]["session"]
            owners[entered[row]["order_id"] & ORDER_ROW_MASK] = one
        elif kind == TRADED:
            one = owners[trades[row]["buy_order_id"] & ORDER_ROW_MASK]
            two = owners[trades[row]["sell_order_id"] & ORDER_ROW_MASK]
            if two == one:
                two = BOTH
        elif kind == CANCELLED:
            one = owners[cancelled[row]["order_id"] & ORDER_ROW_MASK]
            if cancelled[row]["reason"] == BY_OWNER and heads[row]["session"] != one:
                two = heads[row]["session"]
        elif kind in (REFUSED, REPEATED, DONE):
            one = heads[row]["session"]
        first[row], second[row] = one, two
        counts[one] += 1
        counts[max(two, 0)] += 1


@inner
def put(events: np.ndarray, row: int, out: np.ndarray, place: int, session: int) -> None:
    """Copy an event to a session's place and name the session in its header."""
    source, target = rows(events, WORD), rows(out, WORD)
    for word in range(WORDS):
        target[place * WORDS + word] = source[row * WORDS + word]
    rows(out, EVENT_HEADER_ROW)[place]["session"] = session


@kernel
def hand_out(
    events: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    places: np.ndarray,
    out: np.ndarray,
) -> None:
    """Copy every event to the places of its sessions; ``places`` is each session's next row."""
    heads, trades = rows(events, EVENT_HEADER_ROW), rows(out, TRADED_ROW)
    for row in range(len(events) // MESSAGE_BYTES):
        sender = heads[row]["session"]
        for side in range(2):
            session = second[row] if side else first[row]
            if session <= 0:
                continue
            place = places[session]
            places[session] += 1
            put(events, row, out, place, session)
            if sender != session:
                rows(out, EVENT_HEADER_ROW)[place]["client_sequence"] = 0
            if heads[row]["kind"] != TRADED or second[row] == BOTH:
                continue
            trade = trades[place]
            if side == 0:
                trade["sell_order_id"], trade["sell_code"] = 0, NO_CODE
                trade["sell_offset"], trade["sell_hedge"] = 0, 0
            else:
                trade["buy_order_id"], trade["buy_code"] = 0, NO_CODE
                trade["buy_offset"], trade["buy_hedge"] = 0, 0


@kernel
def lay_out(counts: np.ndarray, given: np.ndarray, sessions: np.ndarray, starts: np.ndarray) -> int:
    """Give each session that has rows its place among them; return how many sessions have any.

    ``counts`` (rows by session) becomes each session's first row; ``given`` grows by the rows.
    """
    used = 0
    starts[0] = 0
    for session in range(1, len(counts)):
        count = counts[session]
        if count:
            sessions[used], starts[used + 1] = session, starts[used] + count
            given[session] += count
            counts[session] = starts[used]
            used += 1
    return used


class Splitter:
    """Splits the events of a day's frames, one after the other."""

    def __init__(self, image: DayImage) -> None:
        """Begin before the first frame of a day."""
        self._owners = np.zeros(image.settings.order_capacity, np.int64)
        sessions = image.settings.session_capacity
        self._counts, self._sessions = np.zeros(sessions, np.int64), np.zeros(sessions, np.int64)
        self._starts = np.zeros(sessions + 1, np.int64)
        self.replies = np.zeros(sessions, np.int64)  # given so far
        self._first = self._second = np.zeros(0, np.int64)

    def restore(self, orders: np.ndarray, replies: np.ndarray) -> None:
        """Go on from the order table of the core and the number of replies of each session."""
        self._owners[: len(orders)] = np.where(orders["order_id"] != 0, orders["session"], 0)
        self.replies[:] = replies

    def split(self, events: np.ndarray) -> Replies:
        """Return the replies of a frame's events (``uint8``, 64 a row)."""
        flat = events.reshape(-1)
        count = len(flat) // MESSAGE_BYTES
        if len(self._first) < count:
            self._first, self._second = np.zeros(2 * count, np.int64), np.zeros(2 * count, np.int64)
        self._counts[:] = 0
        receivers(flat, self._owners, self._first, self._second, self._counts)
        used = lay_out(self._counts, self.replies, self._sessions, self._starts)
        sessions, starts = self._sessions[:used].copy(), self._starts[: used + 1].copy()
        out = np.empty(int(starts[-1]) * MESSAGE_BYTES, np.uint8)
        if used:
            hand_out(flat, self._first, self._second, self._counts, out)
        return Replies(out, sessions, starts)
