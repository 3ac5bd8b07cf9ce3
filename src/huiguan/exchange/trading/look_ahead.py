"""Ask the memory for the rows of commands that come next (docs/reference/performance.md).

One miss costs as much as a whole match, and an order touches six rows of large tables. Three hints
a command overlap those misses: far ahead for what the command itself names, nearer for what those
rows name, last for what these name. Nothing here changes an outcome: a hint at a row that does not
exist asks for nothing.

Entries and cancels come in no order a processor could guess, so both are read, and what does not
apply is replaced by row 0, which costs less than a wrong guess.
"""

import numpy as np

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    ORDER_ROW_MASK,
    CancelOrder,
    EnterOrder,
)
from huiguan.exchange.trading.book import level_of
from huiguan.exchange.trading.funds import relief_row
from huiguan.exchange.trading.positions import holding_key, own_key
from huiguan.exchange.trading.state.rows import State
from huiguan.exchange.trading.state.table import found_soon, home_of, own_name_tag, tag_of
from huiguan.foundation.compiler import prefetch, rows
from huiguan.foundation.kernel import inner

ENTER_ROW = LAYOUTS[EnterOrder.KIND]
CANCEL, CANCEL_ROW = CancelOrder.KIND, LAYOUTS[CancelOrder.KIND]
FAR, NEAR, LAST = 12, 6, 3


@inner
def choose(condition: bool, one: int, other: int) -> int:
    """Return one of two numbers that are both at hand: no branch to guess."""
    return one if condition else other


@inner
def row_or_first(row: int, count: int) -> int:
    """Return a row number that surely exists."""
    return choose((row >= 0) & (row < count), row, 0)


@inner
def known_instrument(state: State, entry: np.void) -> int:
    """Return the row of an entry's instrument, row 0 where it does not exist."""
    return row_or_first(entry["instrument"], len(state.instruments))


@inner
def level_ahead(state: State, entry: np.void) -> int:
    """Return the level an entry would wait at, row 0 for a price outside the band."""
    instrument = known_instrument(state, entry)
    side = state.sides[instrument * 2 + (entry["side"] & 1)]
    depth = row_or_first(level_of(side, entry["price_ticks"], False), side["size"])
    return side["first"] + depth


@inner
def hint_far(state: State, commands: np.ndarray, row: int) -> None:
    """Hint at what a command names itself: the order of a cancel, the account of an entry."""
    is_cancel = rows(commands, COMMAND_HEADER)[row]["kind"] == CANCEL
    order_id = rows(commands, CANCEL_ROW)[row]["order_id"]
    entry = rows(commands, ENTER_ROW)[row]
    prefetch(state.orders, choose(is_cancel, order_id & ORDER_ROW_MASK, 0))
    code = row_or_first(choose(is_cancel, 0, entry["trading_code"]), len(state.accounts))
    prefetch(state.accounts, code)
    key = own_key(state, code, known_instrument(state, entry), entry["hedge"])
    prefetch(state.position_places, home_of(tag_of(key), len(state.position_places)))


@inner
def hint_near(state: State, commands: np.ndarray, row: int) -> None:
    """Hint at what the rows of ``hint_far`` name: position, holding, relief group, neighbours."""
    head, entry = rows(commands, COMMAND_HEADER)[row], rows(commands, ENTER_ROW)[row]
    is_cancel = head["kind"] == CANCEL
    place = rows(commands, CANCEL_ROW)[row]["order_id"] & ORDER_ROW_MASK
    order = state.orders[row_or_first(choose(is_cancel, place, 0), len(state.orders))]

    entering = row_or_first(choose(is_cancel, 0, entry["trading_code"]), len(state.accounts))
    instrument = known_instrument(state, entry)
    key = own_key(state, entering, instrument, entry["hedge"])
    position = found_soon(state.position_places, key)
    closed = choose(order["closing_lots"] > 0, order["position"], 0)
    prefetch(state.positions, choose(is_cancel, closed, max(position, 0)))
    key = holding_key(state, state.accounts[entering]["holder"], instrument)
    asked = choose(position < 0, home_of(tag_of(key), len(state.holding_places)), 0)
    prefetch(state.holding_places, asked)  # a known position knows its holding
    prefetch(state.holdings, choose(is_cancel, order["holding"], 0))

    code = choose(is_cancel, order["trading_code"], entering)
    instrument = choose(is_cancel, order["instrument"], instrument)
    side = choose(is_cancel, order["side"], entry["side"])
    prefetch(state.accounts, code)
    prefetch(state.reliefs, relief_row(state, code, instrument, side))
    session = choose(is_cancel, order["session"], head["session"])
    own = choose(is_cancel, order["client_order_id"], entry["client_order_id"])
    prefetch(state.own_names, own_name_tag(session, own) & (len(state.own_names) - 1))

    tail = state.levels[choose(is_cancel, 0, level_ahead(state, entry))]["tail"]
    prefetch(state.levels, choose(is_cancel, order["level"], 0))
    prefetch(state.orders, choose(is_cancel, order["ahead"], tail))
    prefetch(state.orders, choose(is_cancel, order["behind"], 0))


@inner
def hint_last(state: State, commands: np.ndarray, row: int) -> None:
    """Hint at the holding that the position of an entry names."""
    entry = rows(commands, ENTER_ROW)[row]
    code = row_or_first(entry["trading_code"], len(state.accounts))
    key = own_key(state, code, known_instrument(state, entry), entry["hedge"])
    position = found_soon(state.position_places, key)
    prefetch(state.holdings, state.positions[max(position, 0)]["holding"])


@inner
def look_ahead(state: State, commands: np.ndarray, row: int, count: int) -> None:
    """Hint at the rows of the commands ``FAR``, ``NEAR`` and ``LAST`` places ahead of ``row``."""
    if row + FAR < count:
        hint_far(state, commands, row + FAR)
    if row + NEAR < count:
        hint_near(state, commands, row + NEAR)
    if row + LAST < count:
        hint_last(state, commands, row + LAST)
