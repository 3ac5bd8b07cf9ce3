"""Open addressing: a key finds its row. Rows are taken in order, so that those in use lie together.

A place of an index keeps the row and 31 mixed bits of the key, its tag: most misses need no look at
a row. Keys are never removed; only a session's own order names are forgotten, and closing the gap
after a removal needs no look at the orders themselves.
"""

import numpy as np

from huiguan.exchange.trading.state.rows import NO_ROW
from huiguan.foundation.kernel import inner

ODD, OTHER_ODD = 0x1E3779B97F4A7C15, 0x2545F4914F6CDD1D
TAG_SHIFT, TAG_BITS = 32, 31
ROW_MASK, TAG_MASK = (1 << TAG_SHIFT) - 1, (1 << TAG_BITS) - 1


@inner
def tag_of(key: int) -> int:
    """Return 31 bits of ``key`` >= 0 that look like chance but for the last three.

    Eight keys at distance 4 (one hedge flag of a trading code in eight contract months, one month
    of eight codes) differ in those three alone: they share a line of the index. The middle of the
    product is the same whether it wraps at 64 bits (compiled) or not (plain Python).
    """
    block = ((int(key) >> 5) << 2) | (int(key) & 3)
    mixed = ((block ^ (block >> 32)) * ODD) >> 32
    return ((mixed << 3) & TAG_MASK) | ((int(key) >> 2) & 7)


@inner
def home_of(tag: int, places: int) -> int:
    """Return the place where a tag stands when nobody was there before it; 8 divides ``places``."""
    return (((tag >> 3) * (places >> 3)) >> (TAG_BITS - 3) << 3) | (tag & 7)


@inner
def find(places: np.ndarray, keys: np.ndarray, key: int) -> int:
    """Return the row of ``key``, or ``-1 - place`` of the free place where it would stand.

    ``keys`` is the key column of the rows; ``places`` always has free ones.
    """
    tag = tag_of(key)
    place = home_of(tag, len(places))
    while places[place] != 0:
        entry = places[place]
        if entry >> TAG_SHIFT == tag:
            row = (entry & ROW_MASK) - 1
            if keys[row] == key:
                return row
        place += 1
        if place == len(places):
            place = 0
    return -1 - place


@inner
def found_soon(places: np.ndarray, key: int) -> int:
    """Return the row that ``key`` has unless another is in its place; -1 when there is none."""
    return (places[home_of(tag_of(key), len(places))] & ROW_MASK) - 1


@inner
def take_place(places: np.ndarray, found: int, key: int, row: int) -> None:
    """Note ``row`` for ``key`` at the free place that ``find`` gave."""
    places[-1 - found] = (tag_of(key) << TAG_SHIFT) | (int(row) + 1)


@inner
def own_name_tag(session: int, client_order_id: int) -> int:
    """Return the tag of a session's own order name, 31 bits; neighbours have neighbouring tags.

    Eight names in a row share a line of memory: owners count their orders, so the line of the
    next name is at hand.
    """
    block = int(client_order_id) >> 3
    mixed = ((block ^ (block >> 32)) * ODD + int(session) * OTHER_ODD) >> 32
    return ((mixed << 3) & TAG_MASK) | (int(client_order_id) & 7)


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
