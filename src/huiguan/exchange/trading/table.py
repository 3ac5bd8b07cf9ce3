"""Open addressing: a key finds its row in a table; keys are never removed.

The one table that forgets, a session's own order names, stores a tag beside the row, so that
closing the gap after a removal needs no look at the orders themselves.
"""

import numpy as np

from huiguan.exchange.trading.state import NO_ROW
from huiguan.foundation.kernel import inner

ODD, OTHER_ODD = 0x1E3779B97F4A7C15, 0x2545F4914F6CDD1D
TAG_SHIFT = 32
ROW_MASK = (1 << TAG_SHIFT) - 1


@inner
def scramble(key: int) -> int:
    """Return 32 well mixed bits of ``key`` >= 0: the middle of a product.

    They are the same whether the product wraps at 64 bits (compiled) or not (plain Python).
    """
    return (((int(key) ^ (int(key) >> 32)) * ODD) >> 32) & ROW_MASK


@inner
def home_of(key: int, rows: int) -> int:
    """Return the row where ``key`` stands when nobody was there before it, of fewer than 2^31."""
    return (scramble(key) * rows) >> 32


@inner
def find(keys: np.ndarray, key: int) -> int:
    """Return the row of ``key``, or ``-1 - row`` of the free row where it would stand.

    ``keys`` is the key column of a table; a full table without the key gives ``-1 - rows``.
    """
    row = home_of(key, len(keys))
    for _ in range(len(keys)):
        if keys[row] == key:
            return row
        if keys[row] == 0:
            return -1 - row
        row += 1
        if row == len(keys):
            row = 0
    return -1 - len(keys)


@inner
def own_name_tag(session: int, client_order_id: int) -> int:
    """Return the tag of a session's own order name, 31 bits; neighbours have neighbouring tags.

    Eight names in a row share a line of memory: owners count their orders, so the line of the
    next name is at hand.
    """
    block = int(client_order_id) >> 3
    mixed = ((block ^ (block >> 32)) * ODD + int(session) * OTHER_ODD) >> 32
    return ((mixed << 3) & (ROW_MASK >> 1)) | (int(client_order_id) & 7)


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
    names[place] = (tag << TAG_SHIFT) | (int(row) + 1)


@inner
def drop_own_name(names: np.ndarray, session: int, client_order_id: int, row: int) -> None:
    """Forget the name of the order in ``row`` and move later entries up, so no probe breaks."""
    mask = len(names) - 1
    tag = own_name_tag(session, client_order_id)
    entry = (tag << TAG_SHIFT) | (int(row) + 1)
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
