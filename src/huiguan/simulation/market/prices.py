"""The price everybody has an opinion about: one wandering number per contract.

It counts thousandths of a tick. Months of a product move together; the day's range scales with the
product's price limit.
"""

import math

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.foundation.arithmetic import PPB
from huiguan.simulation.chance import SCALE, bell, one_in, stream
from huiguan.simulation.market.scenario import USUAL, Scenario, shocks_of_day

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

    def __init__(
        self,
        image: DayImage,
        steps: int,
        quotes_a_step: int,
        seed: int,
        scenario: Scenario = USUAL,
    ) -> None:
        """Begin at the previous settlement; ``steps`` make the day."""
        rows = image.instruments
        day = image.settings.trading_day
        self._chance = stream(seed, "prices", day)
        self._product = rows["product"].astype(np.int64)
        self._low = rows["lower_limit_ticks"].astype(np.int64) * MILLI
        self._high = rows["upper_limit_ticks"].astype(np.int64) * MILLI
        self._milli = rows["previous_settlement_ticks"].astype(np.int64) * MILLI
        self._settled = self._milli.copy()
        self._shocks = shocks_of_day(image, scenario)
        root = max(math.isqrt(steps), 1)
        half_band = (self._high - self._low) // 2
        usual = half_band * DAILY_PERCENT // 100 // root
        self._step = usual * scenario.volatility_milli // 1_000
        busy = np.sqrt(rows["last_open_interest_lots"] + REFERENCE_LOTS).astype(np.int64)
        storm = stream(seed, "storm", day)
        busy[quiet_contracts(image, storm)] = 0
        self.weights = busy
        share = np.maximum(quotes_a_step * busy * SCALE // busy.sum(), 1)  # slots renewed a step
        wait = np.sqrt(np.maximum(12 * SCALE // share, 1)).astype(np.int64)
        self.half_spread = np.maximum(1, self._step * (1 + wait) // (2 * MILLI))
        self._drift = np.zeros(len(rows), np.int64)
        if one_in(storm, 1, STORM_ODDS)[0]:
            product = int(storm.integers(0, len(image.names.products)))
            direction = 1 - 2 * int(storm.integers(0, 2))
            own = self._product == product
            self._drift[own] = direction * half_band[own] * 2 // steps
        self.ticks = self._milli // MILLI

    @property
    def shock_times(self) -> list[int]:
        """When the shocks of the day hit (ns), in order."""
        return [shock.time_ns for shock in self._shocks]

    def step(self, time_ns: int) -> None:
        """Go on by one step, to ``time_ns``; a shock hits with the first step from its time on."""
        products = bell(self._chance, int(self._product.max()) + 1)[self._product]
        own = bell(self._chance, len(self._product))
        shock = (products * 9 + own * 3) // 10
        self._milli += self._step * shock // SCALE + self._drift
        while self._shocks and self._shocks[0].time_ns <= time_ns:
            hit = self._shocks.pop(0)
            self._milli += hit.instruments * (self._settled * hit.move_ppb // PPB)
        beyond = (self._high - self._low) // 8  # a locked price wants to go on
        self._milli = np.clip(self._milli, self._low - beyond, self._high + beyond)
        self.ticks = self._milli // MILLI
