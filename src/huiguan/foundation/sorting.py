"""Rows in order of small whole numbers, by counting: every row is moved to its group at once.

Where each group begins follows from how many rows each has; then every row goes to the next free
place of its group, so rows of one group keep their order.
"""

from typing import NamedTuple

import numpy as np

from huiguan.foundation.columns import bits
from huiguan.foundation.kernel import kernel

SHORT = 48  # rows that insertion sorts faster than anything else


class Grouped(NamedTuple):
    """Rows by group: those of group g are ``rows[bounds[g] : bounds[g + 1]]``."""

    bounds: np.ndarray
    rows: np.ndarray


@kernel
def place_rows(groups: np.ndarray, next_place: np.ndarray, rows: np.ndarray) -> None:
    """Fill ``rows`` with the row numbers by group; ``next_place`` begins where each group does."""
    for row in range(len(groups)):
        group = groups[row]
        rows[next_place[group]] = row
        next_place[group] += 1


@kernel
def place_packed(
    groups: np.ndarray, low: np.ndarray, row_bits: int, next_place: np.ndarray, packed: np.ndarray
) -> None:
    """Fill ``packed`` by group with low and row in one number: low x 2^row_bits + row."""
    for row in range(len(groups)):
        group = groups[row]
        packed[next_place[group]] = (np.int64(low[row]) << row_bits) + row
        next_place[group] += 1


@kernel
def sort_groups(
    bounds: np.ndarray,
    lows: int,
    row_bits: int,
    packed: np.ndarray,
    keys: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Sort each group of ``packed`` and take it apart: keys are group x lows + low, and rows."""
    mask = (1 << row_bits) - 1
    for group in range(len(bounds) - 1):
        start, end = bounds[group], bounds[group + 1]
        if end - start > SHORT:
            packed[start:end].sort()
        else:
            for place in range(start + 1, end):
                value, hole = packed[place], place
                while hole > start and packed[hole - 1] > value:
                    packed[hole] = packed[hole - 1]
                    hole -= 1
                packed[hole] = value
        for place in range(start, end):
            keys[place] = group * lows + (packed[place] >> row_bits)
            rows[place] = packed[place] & mask


def bounds_of(groups: np.ndarray, count: int) -> np.ndarray:
    """Return where each of ``count`` groups begins, and the number of rows at the end."""
    result = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(groups, minlength=count), out=result[1:])
    return result


def by_group(groups: np.ndarray, count: int) -> Grouped:
    """Return the rows of each of ``count`` groups, in their order."""
    bounds = bounds_of(groups, count)
    rows = np.empty(len(groups), np.int64)
    place_rows(groups, bounds[:-1].copy(), rows)
    return Grouped(bounds, rows)


def by_two(
    high: np.ndarray, highs: int, low: np.ndarray, lows: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted keys high x ``lows`` + low and the rows they came from, stable.

    ``high`` is below ``highs`` and ``low`` below ``lows``; both are zero or more. Groups of one
    ``high`` are short as a rule and sorted in the cache.
    """
    row_bits, bounds = bits(len(low)), bounds_of(high, highs)
    packed, keys, rows = (np.empty(len(low), np.int64) for _ in range(3))
    place_packed(high, low, row_bits, bounds[:-1].copy(), packed)
    sort_groups(bounds, lows, row_bits, packed, keys, rows)
    return keys, rows
