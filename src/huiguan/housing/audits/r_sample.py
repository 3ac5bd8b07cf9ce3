"""R 4's ``set.seed``, ``runif`` and ``sample``, with and without ``prob``, bit for bit.

Sources: R's own definitions of its default generator (Mersenne Twister, seeded by a linear
congruence), of ``revsort`` and of sampling without replacement with unequal probabilities. San
Diego drew its 2022 short-term-rental licences with them.
"""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.readers.names import Name, once, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, whole_number

WORD = 0xFFFFFFFF
LENGTH, MIDDLE = 624, 397
TWIST = (0, 0x9908B0DF)
LARGEST_POOL = 10_000_000  # up to it R shuffles the whole list
SMALLEST = 2.328306437080797e-10  # what R returns instead of 0


def how_many(value: object, what: str) -> int:
    """Return how many numbers are drawn."""
    return whole_number(value, what, 0, LARGEST_POOL)


Numbers = Annotated[int, how_many]


class Twister:
    """R's uniform numbers after ``set.seed(seed)``.

    Example: after ``Twister(42)`` the first number is 0.914806043496355.
    """

    def __init__(self, seed: int) -> None:
        if not -(2**31) < seed < 2**31:
            raise InputFault(
                f"seed {seed} is no R integer; give one between -2^31 + 1 and 2^31 - 1"
            )
        word = seed & WORD
        words = []
        for _ in range(50 + 1 + LENGTH):  # 50 rounds of scrambling; one word R overwrites
            word = (69069 * word + 1) & WORD
            words.append(word)
        self.state = words[51:]
        self.next = LENGTH

    def _turn(self) -> None:
        state = self.state
        for i in range(LENGTH):
            mixed = (state[i] & 0x80000000) | (state[(i + 1) % LENGTH] & 0x7FFFFFFF)
            state[i] = state[(i + MIDDLE) % LENGTH] ^ (mixed >> 1) ^ TWIST[mixed & 1]
        self.next = 0

    def uniform(self) -> float:
        """Return the next number, strictly between 0 and 1."""
        if self.next == LENGTH:
            self._turn()
        word = self.state[self.next]
        self.next += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9D2C5680
        word ^= (word << 15) & 0xEFC60000
        word ^= word >> 18
        value = word * 2.3283064365386963e-10
        return min(max(value, SMALLEST), 1.0 - SMALLEST)


@rule("R 4, set.seed and runif (Mersenne Twister)", "confirmed")
@checked
def r_uniform(seed: int, count: Numbers) -> list[float]:
    """Return ``set.seed(seed); runif(count)`` of R 4.

    Example: ``r_uniform(42, 3)`` is 0.9148060, 0.9370754, 0.2861395 to seven places.
    """
    twister = Twister(seed)
    return [twister.uniform() for _ in range(count)]


@kernel
def sort_descending(keys: np.ndarray, names: np.ndarray) -> None:
    """Sort ``keys`` (float64) downwards and ``names`` beside them, with equals as ``revsort`` does.

    R's heap sort is not stable, so the order of equal keys is part of a draw. The keys sink into a
    heap whose smallest key is on top; each step then moves the top behind the shrinking heap.
    """
    count = keys.size
    if count < 2:
        return
    top = count // 2  # rows top.. are heaps already; a row counts from 1 here, as in a heap
    last = count
    while True:
        if top > 0:
            key, name = keys[top - 1], names[top - 1]
            hole = top
            top -= 1
        else:
            key, name = keys[last - 1], names[last - 1]
            keys[last - 1], names[last - 1] = keys[0], names[0]
            last -= 1
            hole = 1
            if last == 1:
                keys[0], names[0] = key, name
                return
        child = 2 * hole
        while child <= last:
            if child < last and keys[child - 1] > keys[child]:
                child += 1
            if not key > keys[child - 1]:
                break
            keys[hole - 1], names[hole - 1] = keys[child - 1], names[child - 1]
            hole = child
            child = 2 * hole
        keys[hole - 1], names[hole - 1] = key, name


@kernel
def walk(shares: np.ndarray, names: np.ndarray, uniforms: np.ndarray, chosen: np.ndarray) -> None:
    """Fill ``chosen``: each uniform number walks the remaining shares from the largest down."""
    total = 1.0
    last = shares.size - 1  # the last one is never tested: it takes what rounding leaves
    for draw in range(chosen.size):
        reach = total * uniforms[draw]
        mass = 0.0
        at = 0
        while at < last:
            mass += shares[at]
            if reach <= mass:
                break
            at += 1
        chosen[draw] = names[at]
        total -= shares[at]
        for i in range(at, last):
            shares[i] = shares[i + 1]
            names[i] = names[i + 1]
        last -= 1


@rule("R 4, sample(n, size, replace = FALSE, prob = weights)", "confirmed")
@checked
def r_sample(seed: int, weights: Sequence[float], size: Numbers) -> list[int]:
    """Return ``set.seed(seed); sample(length(weights), size, prob = weights)``: rows from 1.

    Example: ``r_sample(1, [0.1, 0.2, 0.3, 0.2, 0.2], 5)`` is [3, 4, 5, 1, 2].
    """
    if not 0 <= size <= sum(weight > 0 for weight in weights) or min(weights, default=0) < 0:
        raise InputFault(
            f"cannot draw {size} of {len(weights)} rows: weights must not be negative and at least "
            "as many must be positive as are drawn"
        )
    total = 0.0
    for weight in weights:  # one by one, as R adds
        total += weight
    if total == float("inf"):
        raise InputFault("weights: their sum is beyond every number; write smaller ones")
    shares = np.array([weight / total for weight in weights], dtype=np.float64)
    names = np.arange(1, len(weights) + 1, dtype=np.int64)
    sort_descending(shares, names)
    chosen = np.zeros(size, dtype=np.int64)
    walk(shares, names, np.array(unchecked(r_uniform)(seed, size), dtype=np.float64), chosen)
    return [int(row) for row in chosen]


@rule("R 4, sample(n, size): equal chances, by rejection (R since 3.6.0)", "confirmed")
@checked
def r_sample_equal(seed: int, count: int, size: int) -> list[int]:
    """Return ``set.seed(seed); sample(count, size)`` of R 4: numbers of 1..count, no repeats.

    Each number takes random bits, 16 at a time, until they fall below what is left.
    Example: ``r_sample_equal(42, 10, 10)`` is [1, 5, 10, 8, 2, 4, 6, 9, 7, 3].
    """
    if not 0 <= size <= count <= LARGEST_POOL:
        raise InputFault(
            f"cannot draw {size} of {count} numbers: at most all of them, and above {LARGEST_POOL}"
            " R draws in another way"
        )
    twister = Twister(seed)
    left = list(range(1, count + 1))
    drawn = []
    for _ in range(size):
        at = below(twister, len(left))
        drawn.append(left[at])
        left[at] = left[-1]
        left.pop()
    return drawn


def below(twister: Twister, end: int) -> int:
    """Return R's next whole number of 0..end - 1, each as likely as the others."""
    bits = (end - 1).bit_length()
    while True:
        value = 0
        for _ in range(0, bits + 1, 16):
            value = 65536 * value + int(twister.uniform() * 65536)
        value &= (1 << bits) - 1
        if value < end:
            return value


@rule("City of San Diego, short-term-rental lottery, tier 4, 2022-12-16", "confirmed")
@checked
def weighted_licence_draw(
    seed: int, applicants: Sequence[tuple[Name, Count]], places: Numbers
) -> tuple[list[str], list[str]]:
    """Return winners in order of drawing, and the waiting list, of ``(name, weight)`` rows.

    Winners: ``sample`` with probability weight + 1. Waiting list: the seed is set again and each
    loser, in file order, draws one uniform number; ascending.
    Example: ``weighted_licence_draw(1, [("A", 0), ("B", 1), ("C", 2)], 1)`` is (["C"], ["A", "B"]).
    """
    listed = [name for name, _ in applicants]
    once(listed, "applicants")
    one_spelling(listed, "applicants")
    rows = unchecked(r_sample)(seed, [weight + 1 for _, weight in applicants], places)
    won = set(rows)
    losers = [name for row, (name, _) in enumerate(applicants, start=1) if row not in won]
    queue = sorted(
        zip(unchecked(r_uniform)(seed, len(losers)), range(len(losers)), losers, strict=True)
    )
    return [applicants[row - 1][0] for row in rows], [name for _, _, name in queue]
