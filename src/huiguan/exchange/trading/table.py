"""Open addressing: a key finds its row in a table of a power of two rows; keys are never removed.

The one table that forgets, a session's own order names, stores a tag beside the row, so that
closing the gap after a removal needs no look at the orders themselves.
"""

import numpy as np

from huiguan.exchange.trading.state import NO_ROW
from huiguan.foundation.kernel import inner

LOW_BITS = (1 << 30) - 1
TAG_SHIFT = 32
ROW_MASK = (1 << TAG_SHIFT) - 1


@inner
def scramble(key: int) -> int:
    """Return 32 well mixed bits of ``key`` (0 <= key < 2^60) without passing 2^63."""
    mixed = ((key & LOW_BITS) * 2654435761 + (key >> 30) * 1013904223) & ROW_MASK
    return mixed ^ (mixed >> 15)


@inner
def find(keys: np.ndarray, key: int) -> int:
    """Return the row of ``key``, or ``-1 - row`` of the free row where it would stand.

    ``keys`` is the key column of a table; a full table without the key gives ``-1 - rows``.
    """
    mask = len(keys) - 1
    row = scramble(key) & mask
    for _ in range(len(keys)):
        if keys[row] == key:
            return row
        if keys[row] == 0:
            return -1 - row
        row = (row + 1) & mask
    return -1 - len(keys)


@inner
def own_name_tag(session: int, client_order_id: int) -> int:
    """Return the tag of a session's own order name: 31 mixed bits."""
    low = client_order_id & ((1 << 58) - 1)
    return scramble(scramble(low) * 65537 + session) & (ROW_MASK >> 1)


@inner
def find_own_name(names: np.ndarray, orders: np.ndarray, session: int, client_order_id: int) -> int:
    """Return the order row that ``session`` calls ``client_order_id``, or ``NO_ROW``."""
    mask = len(names) - 1
    tag = own_name_tag(session, client_order_id)
    place = tag & mask
    while names[place] != 0:
        entry = names[place]
        if entry >> TAG_SHIFT == tag:
            row = (entry & ROW_MASK) - 1
            order = orders[row]
            if order["client_order_id"] == client_order_id and order["session"] == session:
                return row
        place = (place + 1) & mask
    return NO_ROW


@inner
def add_own_name(names: np.ndarray, session: int, client_order_id: int, row: int) -> None:
    """Remember that ``session`` calls the order in ``row`` ``client_order_id``."""
    mask = len(names) - 1
    tag = own_name_tag(session, client_order_id)
    place = tag & mask
    while names[place] != 0:
        place = (place + 1) & mask
    names[place] = (tag << TAG_SHIFT) | (row + 1)


@inner
def drop_own_name(names: np.ndarray, session: int, client_order_id: int, row: int) -> None:
    """Forget the name of the order in ``row`` and move later entries up, so no probe breaks."""
    mask = len(names) - 1
    tag = own_name_tag(session, client_order_id)
    entry = (tag << TAG_SHIFT) | (row + 1)
    place = tag & mask
    while names[place] != entry:
        place = (place + 1) & mask
    gap = place
    place = (place + 1) & mask
    while names[place] != 0:
        home = (names[place] >> TAG_SHIFT) & mask
        if ((place - home) & mask) >= ((place - gap) & mask):
            names[gap] = names[place]
            gap = place
        place = (place + 1) & mask
    names[gap] = 0
