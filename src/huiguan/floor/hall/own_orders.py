"""What a key may send: everything else is refused by the core.

A command that reaches for somebody else's code or order is changed to name nobody's, and the offset
flag of an order that a key may not enter to one that means nothing: the core refuses it with its
number, and the session's sequence stays whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    ORDER_ROW_MASK,
    CancelOrder,
    CancelOrders,
    EnterOrder,
    Offset,
    Scope,
)
from huiguan.floor.hall.keys import KeyRight

if TYPE_CHECKING:
    from huiguan.exchange.trading.state.rows import State
    from huiguan.floor.hall.keys import Key

NOBODY = NOTHING = -1


def not_among(asked: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return which of ``asked`` are none of ``codes`` (``int64``, ascending, at least one)."""
    places = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
    strange: np.ndarray = codes[places] != asked
    return strange


def only_own(state: State, codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return commands (``uint8``, 64 a row, changed in place) that reach only for ``codes``.

    ``codes`` are rows (``int64``), ascending.
    """
    kinds = rows.view(COMMAND_HEADER)["kind"]
    entries = rows.view(LAYOUTS[EnterOrder.KIND])
    strange = not_among(entries["trading_code"], codes)
    entries["trading_code"][(kinds == EnterOrder.KIND) & strange] = NOBODY
    cancels = rows.view(LAYOUTS[CancelOrder.KIND])
    ids = cancels["order_id"]
    places = (ids & ORDER_ROW_MASK) % len(state.orders)
    owner = state.orders["trading_code"][places]
    strange = (ids != 0) & not_among(owner, codes)
    cancels["order_id"][(kinds == CancelOrder.KIND) & strange] = NOBODY
    many = rows.view(LAYOUTS[CancelOrders.KIND])
    strange = (many["scope"] != Scope.TRADING_CODE) | not_among(many["target"], codes)
    targets = (kinds == CancelOrders.KIND) & strange
    many["scope"][targets], many["target"][targets] = Scope.TRADING_CODE, NOBODY
    return rows


def only_may(key: Key, rows: np.ndarray) -> np.ndarray:
    """Return commands (``uint8``, 64 a row, changed in place) of kinds of orders that a key may.

    A key without the right closes nothing by force (rulebook 5.9: the exchange does); one with that
    right alone does nothing else to a position.
    """
    if key.forces and key.may(KeyRight.TRADE):
        return rows
    entering = rows.view(COMMAND_HEADER)["kind"] == EnterOrder.KIND
    offsets = rows.view(LAYOUTS[EnterOrder.KIND])["offset"]
    forced = offsets == Offset.FORCE_CLOSE
    if not key.forces:
        offsets[entering & forced] = NOTHING
    if not key.may(KeyRight.TRADE):
        offsets[entering & ~forced] = NOTHING
    return rows
