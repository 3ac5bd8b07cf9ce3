"""Keys of positions and rows of the tables of margins and fees, for numbers and for columns."""

import numpy as np
import pytest

from huiguan.exchange.day.image import FEE_CLASSES, HEDGE_FLAGS
from huiguan.exchange.day.keys import fee_row, margin_row, position_key, split_key
from huiguan.exchange.messages import Hedge, Side
from tests.images import small_image


def test_keys_are_counted_by_code_then_instrument_then_hedge_flag() -> None:
    keys = [position_key(c, i, h, 3) for c in range(2) for i in range(3) for h in range(4)]
    assert keys == list(range(24))  # 2 codes x 3 instruments x 4 flags, none twice
    assert [split_key(key, 3) for key in (0, 4, 12, 23)] == [
        (0, 0, 0),
        (0, 1, 0),
        (1, 0, 0),
        (1, 2, 3),
    ]


def test_columns_give_what_numbers_give() -> None:
    random = np.random.default_rng(5)
    codes, instruments = random.integers(0, 2**31, 50), random.integers(0, 300, 50)
    hedges = random.integers(0, HEDGE_FLAGS, 50)
    keys = position_key(codes, instruments, hedges, 300)
    rows = zip(codes.tolist(), instruments.tolist(), hedges.tolist(), strict=True)
    assert keys.tolist() == [position_key(*row, 300) for row in rows]
    for found, given in zip(split_key(keys, 300), (codes, instruments, hedges), strict=True):
        assert found.tolist() == given.tolist()


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("hedge", list(Hedge))
def test_rows_are_those_of_an_image(side: Side, hedge: Hedge) -> None:
    image = small_image(3)
    margin = image.margins[margin_row(2, int(side), int(hedge))]
    assert [margin[name] for name in ("instrument", "side", "hedge")] == [2, side, hedge]
    for fee_class in range(FEE_CLASSES):
        fee = image.fees[fee_row(2, int(hedge), fee_class)]
        assert [fee[name] for name in ("instrument", "hedge", "fee_class")] == [2, hedge, fee_class]
