"""Tables begin on a cache line, hold zeros, and their pages are there."""

import numpy as np
import pytest

from huiguan.foundation.memory import LINE_BYTES, touched

ROW = np.dtype([("a", "<i8"), ("b", "<i4"), ("c", "<i4")], align=True)


@pytest.mark.parametrize("rows", [0, 1, 1000, 300_000])
def test_rows_are_zero_aligned_and_writable(rows: int) -> None:
    table = touched(rows, ROW)
    assert len(table) == rows
    assert not rows or table.ctypes.data % LINE_BYTES == 0
    assert not table.view(np.uint8).any()
    table["b"] = 7
    assert (table["b"] == 7).all()
    assert not table["c"].any()
