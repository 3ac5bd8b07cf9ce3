"""Ask the memory for the rows of commands that come next (docs/reference/performance.md).

One miss costs as much as a whole match, and an order touches five rows of large tables. Two hints a
command overlap those misses: far ahead for what the command itself names, nearer for what the order
of a cancel names. Nothing here changes an outcome.
"""

import numpy as np

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    ORDER_ROW_MASK,
    CancelOrder,
    EnterOrder,
)
from huiguan.exchange.trading.funds import relief_row
from huiguan.exchange.trading.positions import holding_key, position_key
from huiguan.exchange.trading.state import NO_ROW, State
from huiguan.exchange.trading.table import own_name_tag, scramble
from huiguan.foundation.compiler import prefetch, rows
from huiguan.foundation.kernel import inner

ENTER, ENTER_ROW = EnterOrder.KIND, LAYOUTS[EnterOrder.KIND]
CANCEL, CANCEL_ROW = CancelOrder.KIND, LAYOUTS[CancelOrder.KIND]
FAR, NEAR = 12, 6


@inner
def hint_far(state: State, commands: np.ndarray, row: int) -> None:
    """Hint at what a command names itself."""
    kind = rows(commands, COMMAND_HEADER)[row]["kind"]
    if kind == CANCEL:
        order_id = rows(commands, CANCEL_ROW)[row]["order_id"]
        place = order_id & ORDER_ROW_MASK
        if order_id > 0 and place < len(state.orders):
            prefetch(state.orders, place)
    elif kind == ENTER:
        entry = rows(commands, ENTER_ROW)[row]
        code = entry["trading_code"]
        if 0 <= code < len(state.accounts):
            prefetch(state.accounts, code)


@inner
def hint_near(state: State, commands: np.ndarray, row: int) -> None:
    """Hint at position, holding, relief group and own name of an entry, or of a cancelled order."""
    kind = rows(commands, COMMAND_HEADER)[row]["kind"]
    if kind == CANCEL:
        order_id = rows(commands, CANCEL_ROW)[row]["order_id"]
        place = order_id & ORDER_ROW_MASK
        if order_id <= 0 or place >= len(state.orders):
            return
        order = state.orders[place]
        if order["order_id"] != order_id:
            return
        code = order["trading_code"]
        prefetch(state.accounts, code)
        prefetch(state.holdings, order["holding"])
        prefetch(state.positions, order["position"])
        prefetch(state.levels, order["level"])
        if order["ahead"] != NO_ROW:
            prefetch(state.orders, order["ahead"])
        if order["behind"] != NO_ROW:
            prefetch(state.orders, order["behind"])
        prefetch(state.reliefs, relief_row(state, code, order["instrument"], order["side"]))
        own = order["client_order_id"]
        if own != 0:
            tag = own_name_tag(order["session"], own)
            prefetch(state.own_names, tag & (len(state.own_names) - 1))
    elif kind == ENTER:
        entry = rows(commands, ENTER_ROW)[row]
        code, instrument = entry["trading_code"], entry["instrument"]
        if not 0 <= code < len(state.accounts) or not 0 <= instrument < len(state.instruments):
            return
        key = position_key(state, code, instrument, entry["hedge"])
        prefetch(state.positions, scramble(key) & (len(state.positions) - 1))
        held_by = holding_key(state, state.accounts[code]["holder"], instrument)
        prefetch(state.holdings, scramble(held_by) & (len(state.holdings) - 1))
        prefetch(state.reliefs, relief_row(state, code, instrument, entry["side"]))
        own = entry["client_order_id"]
        if own != 0:
            tag = own_name_tag(rows(commands, COMMAND_HEADER)[row]["session"], own)
            prefetch(state.own_names, tag & (len(state.own_names) - 1))


@inner
def look_ahead(state: State, commands: np.ndarray, row: int, count: int) -> None:
    """Hint at the rows of the commands ``FAR`` and ``NEAR`` places ahead of ``row``."""
    if row + FAR < count:
        hint_far(state, commands, row + FAR)
    if row + NEAR < count:
        hint_near(state, commands, row + NEAR)
