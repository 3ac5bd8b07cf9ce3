"""Whole columns at once, exactly: products of amounts and rates, sums by group, sorted keys."""

from collections.abc import Sequence

import numpy as np

from huiguan.foundation.arithmetic import PPB

Ints = np.ndarray  # int64, one dimension


def times_rate_half_up(amounts: Ints, rates_ppb: Ints | int) -> Ints:
    """Return amounts x rates in parts per billion, half up; exact as ``multiply_rate`` is."""
    whole = amounts // PPB
    rest = amounts - whole * PPB
    result: Ints = whole * rates_ppb + (rest * rates_ppb + PPB // 2) // PPB
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
