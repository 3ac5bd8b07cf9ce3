"""Where a row stands: keys of positions, rows of the tables of margins and fees.

Written once for kernels, single numbers and columns; columns are int64, for a key of narrower ones
would wrap.
"""

from typing import TypeVar

from huiguan.exchange.day.image import FEE_CLASSES, HEDGE_FLAGS
from huiguan.foundation.columns import Ints
from huiguan.foundation.kernel import formula

Number = TypeVar("Number", int, Ints)


@formula
def position_key(code: Number | int, instrument: Number, hedge: Number, instruments: int) -> Number:
    """Return the key of a position: trading code, instrument of ``instruments``, hedge flag.

    Keys are ordered as these three are. Code 2, instrument 1 of 10, flag 3: (2 x 10 + 1) x 4 + 3.
    """
    key: Number = (code * instruments + instrument) * HEDGE_FLAGS + hedge
    return key


@formula
def split_key(key: Number, instruments: int) -> tuple[Number, Number, Number]:
    """Return trading code, instrument and hedge flag of a key; 87 of 10 instruments: 2, 1, 3."""
    place = key // HEDGE_FLAGS
    return place // instruments, place % instruments, key % HEDGE_FLAGS


@formula
def margin_row(instrument: Number, side: Number | int, hedge: Number) -> Number:
    """Return the row of an image's margins: by instrument, side, hedge flag."""
    row: Number = (instrument * 2 + side) * HEDGE_FLAGS + hedge
    return row


@formula
def fee_row(instrument: Number, hedge: Number, fee_class: Number) -> Number:
    """Return the row of an image's fees: by instrument, hedge flag, class."""
    row: Number = (instrument * HEDGE_FLAGS + hedge) * FEE_CLASSES + fee_class
    return row
