"""Chance from one seed: the only place of the house that owns it, and it deals in integers.

A stream is named by numbers (seed, day, purpose), so a day does not depend on how many days were
drawn before it, nor a purpose on another one. No float decides anything: the same seed gives the
same bytes on every machine.
"""

import zlib

import numpy as np

SCALE = 1_000  # bell numbers have this standard deviation


def stream(seed: int, purpose: str, trading_day: int = 0) -> np.random.Generator:
    """Return the stream of chance of one purpose on one day."""
    name = zlib.crc32(purpose.encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, trading_day, name])))


def bell(chance: np.random.Generator, count: int) -> np.ndarray:
    """Return integers that are nearly normal: mean 0, standard deviation ``SCALE``.

    The sum of twelve even draws of -500 to 500, whose variance is 12 x 1,000 x 1,002 / 12.
    """
    total: np.ndarray = chance.integers(-500, 501, (12, count)).sum(axis=0)
    return total


def one_in(chance: np.random.Generator, count: int, odds: int) -> np.ndarray:
    """Return ``count`` answers that are yes once in ``odds``."""
    answers: np.ndarray = chance.integers(0, odds, count) == 0
    return answers


class Lottery:
    """Draws numbers 0, 1, 2 ... with given weights (integers, not all zero)."""

    def __init__(self, weights: np.ndarray) -> None:
        self._edges = np.cumsum(weights)

    def draw(self, chance: np.random.Generator, count: int) -> np.ndarray:
        """Return ``count`` numbers."""
        tickets = chance.integers(0, int(self._edges[-1]), count)
        return np.searchsorted(self._edges, tickets, side="right")
