"""Whole columns at once, exactly: products of amounts and rates, sums by group, rows by group.

Rows go to groups of small whole numbers by counting: where each group begins follows from how many
rows each has; then every row goes to the next free place of its group, so rows of one group keep
their order.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.kernel import kernel

Ints = np.ndarray  # int64, one dimension
SHORT = 48  # rows that insertion sorts faster than anything else
Whole = TypeVar("Whole", int, Ints)


def times_rate_half_up(amounts: Whole, rates_ppb: Whole) -> Whole:
    """Return amounts x rates in parts per billion, half up; exact as ``multiply_rate`` is."""
    whole = amounts // PPB
    rest = amounts - whole * PPB
    result: Whole = whole * rates_ppb + (rest * rates_ppb + PPB // 2) // PPB
    return result


def sums(groups: Ints, amounts: Ints, size: int) -> Ints:
    """Return the int64 sum of ``amounts`` in each of ``size`` groups."""
    result = np.zeros(size, np.int64)
    np.add.at(result, whole(groups), whole(amounts))
    return result


def whole(column: np.ndarray) -> Ints:
    """Return a column as plain int64, the form in which NumPy scatters ten times faster."""
    return np.ascontiguousarray(column, np.int64)


def bits(largest: int) -> int:
    """Return how many bits the numbers from 0 to ``largest`` need."""
    return max(1, int(largest).bit_length())


def starts_of_groups(sorted_keys: Ints) -> Ints:
    """Return the first row of every run of equal keys."""
    if len(sorted_keys) == 0:
        return np.zeros(0, np.int64)
    return np.concatenate([[0], np.flatnonzero(sorted_keys[1:] != sorted_keys[:-1]) + 1])


def before_in_group(amounts: Ints, starts: Ints) -> Ints:
    """Return, for each row, the sum of the rows before it in its group."""
    total = np.cumsum(amounts) - amounts
    lengths = np.diff(np.append(starts, len(amounts)))
    result: Ints = total - np.repeat(total[starts], lengths)
    return result


def stacked(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return tables of one layout one after the other; the layout is kept, padding is zero."""
    result = np.zeros(sum(len(part) for part in parts), parts[0].dtype)
    start = 0
    for part in parts:
        result[start : start + len(part)] = part
        start += len(part)
    return result


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
