"""The price everybody has an opinion about: one wandering number per contract.

It counts thousandths of a tick. Months of a product move together; the day's range scales with the
product's price limit.
"""

import math

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.simulation.chance import SCALE, bell, one_in, stream

MILLI = 1_000
DAILY_PERCENT = 14  # standard deviation of the day, in percent of the limit
STORM_ODDS = 3  # on one day in three one product runs into its limit
REFERENCE_LOTS = 400  # what a contract without open interest counts as


def quiet_contracts(image: DayImage, chance: np.random.Generator) -> np.ndarray:
    """Return which contracts nobody looks at today: half of those without open interest.

    A product of which nothing is held yet begins with all its months.
    """
    held = image.instruments["last_open_interest_lots"]
    product = image.instruments["product"]
    known = np.isin(product, product[held > 0])
    quiet: np.ndarray = known & (held == 0) & one_in(chance, len(held), 2)
    return quiet


class Prices:
    """The wandering prices of one day, how busy each contract is, how wide its quotes are."""

    def __init__(self, image: DayImage, frames: int, quotes_a_frame: int, seed: int) -> None:
        """Begin at the previous settlement; ``frames`` steps make the day."""
        rows = image.instruments
        day = image.settings.trading_day
        self._chance = stream(seed, "prices", day)
        self._product = rows["product"].astype(np.int64)
        self._low = rows["lower_limit_ticks"].astype(np.int64) * MILLI
        self._high = rows["upper_limit_ticks"].astype(np.int64) * MILLI
        self._milli = rows["previous_settlement_ticks"].astype(np.int64) * MILLI
        root = max(math.isqrt(frames), 1)
        half_band = (self._high - self._low) // 2
        self._step = half_band * DAILY_PERCENT // 100 // root
        busy = np.sqrt(rows["last_open_interest_lots"] + REFERENCE_LOTS).astype(np.int64)
        storm = stream(seed, "storm", day)
        busy[quiet_contracts(image, storm)] = 0
        self.weights = busy
        share = np.maximum(quotes_a_frame * busy * SCALE // busy.sum(), 1)  # slots renewed a frame
        wait = np.sqrt(np.maximum(12 * SCALE // share, 1)).astype(np.int64)
        self.half_spread = np.maximum(1, self._step * (1 + wait) // (2 * MILLI))
        self._drift = np.zeros(len(rows), np.int64)
        if one_in(storm, 1, STORM_ODDS)[0]:
            product = int(storm.integers(0, len(image.names.products)))
            direction = 1 - 2 * int(storm.integers(0, 2))
            own = self._product == product
            self._drift[own] = direction * half_band[own] * 2 // frames
        self.ticks = self._milli // MILLI

    def step(self) -> None:
        """Go on by one frame."""
        products = bell(self._chance, int(self._product.max()) + 1)[self._product]
        own = bell(self._chance, len(self._product))
        shock = (products * 9 + own * 3) // 10
        self._milli += self._step * shock // SCALE + self._drift
        beyond = (self._high - self._low) // 8  # a locked price wants to go on
        self._milli = np.clip(self._milli, self._low - beyond, self._high + beyond)
        self.ticks = self._milli // MILLI
