"""Rows by group against NumPy's own sorts: stable, with empty, short and long groups."""

import numpy as np
import pytest

from huiguan.foundation.columns import SHORT, by_group, by_two


@pytest.mark.parametrize("seed", range(6))
def test_like_numpy(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(0, 2_000))
    high = chance.integers(0, 60, count).astype(np.int32)
    high[chance.random(count) < 0.3] = 7  # one long group
    low = chance.integers(0, 5, count).astype(np.int32)
    bounds, rows = by_group(high, 61)
    assert rows.tolist() == np.argsort(high, kind="stable").tolist()
    assert np.diff(bounds).tolist() == np.bincount(high, minlength=61).tolist()
    keys, rows = by_two(high, 61, low, 5)
    assert rows.tolist() == np.lexsort([low, high]).tolist()
    assert keys.tolist() == (high.astype(np.int64) * 5 + low)[rows].tolist()


def test_a_long_group_is_met() -> None:
    count = 3 * SHORT
    low = np.arange(count, dtype=np.int32)[::-1].copy()
    keys, rows = by_two(np.zeros(count, np.int32), 1, low, count)
    assert keys.tolist() == list(range(count))
    assert rows.tolist() == low.tolist()
