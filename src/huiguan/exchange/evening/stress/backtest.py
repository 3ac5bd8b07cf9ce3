"""Looking back on margins: whether an evening's margin was enough for the move of the next day."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.messages import Hedge
from huiguan.foundation.columns import sums, times_rate_half_up
from huiguan.foundation.faults import InputFault


class Coverage(NamedTuple):
    """Positions of a product over an evening and the next day: how many, how many not covered."""

    product: str
    positions: int
    breaches: int


class Breach(NamedTuple):
    """A position that lost more in a day than was charged for it (fen)."""

    trading_day: int  # on which the loss was
    trading_code: str
    instrument: str
    margin_fen: int
    loss_fen: int


class LookedBack(NamedTuple):
    """What an evening's margins were worth on the next day."""

    coverage: list[Coverage]
    breaches: list[Breach]


def look_back(
    image: DayImage, result: DayResult, next_image: DayImage, next_result: DayResult
) -> LookedBack:
    """Return how the margins of an evening covered the move to the settlement of the next day.

    A position is a trading code in a contract with its hedge flag: charged for its larger side at
    the rate of that evening, losing on its longs less its shorts. Contracts that expired are gone.
    """
    day, following = result.settings.next_trading_day, next_image.settings.trading_day
    if day != following:
        raise InputFault(
            f"after trading day {image.settings.trading_day} comes {day}, not {following}; give "
            "days that follow one another"
        )
    rows = result.positions
    instrument = rows["instrument"].astype(np.int64)
    contracts, terms = result.contracts, image.instruments
    later = {name: index for index, name in enumerate(next_image.names.instruments)}
    place = np.array([later.get(name, -1) for name in image.names.instruments], np.int64)
    held = (rows["long_lots"] > 0) | (rows["short_lots"] > 0)
    kept = held & (contracts["expired"][instrument] == 0) & (place[instrument] >= 0)
    rows, instrument = rows[kept], instrument[kept]
    unit_value = (terms["tick_value_fen"] // terms["tick_units"])[instrument]
    before = contracts["settlement_units"][instrument].astype(np.int64)
    after = next_result.contracts["settlement_units"][place[instrument]].astype(np.int64)
    longs, shorts = rows["long_lots"].astype(np.int64), rows["short_lots"].astype(np.int64)
    hedge = rows["hedge"] == Hedge.HEDGE
    rate = np.where(hedge, contracts["hedge_ppb"][instrument], contracts["general_ppb"][instrument])
    margin = times_rate_half_up(np.maximum(longs, shorts) * before * unit_value, rate)
    loss = (shorts - longs) * (after - before) * unit_value
    over = loss > margin
    product = terms["product"][instrument].astype(np.int64)
    names = image.names.products
    counted = sums(product, np.ones(len(rows), np.int64), len(names))
    broken = sums(product, over.astype(np.int64), len(names))
    coverage = [
        Coverage(name, int(counted[number]), int(broken[number]))
        for number, name in enumerate(names)
        if counted[number]
    ]
    return LookedBack(
        coverage, list(breaches_of(image, following, rows[over], margin[over], loss[over]))
    )


def breaches_of(
    image: DayImage, day: int, rows: np.ndarray, margin: np.ndarray, loss: np.ndarray
) -> Iterator[Breach]:
    """Yield the positions that were not covered, the largest gap first."""
    for at in np.argsort(margin - loss, kind="stable").tolist():
        yield Breach(
            day,
            image.names.trading_codes[int(rows["trading_code"][at])],
            image.names.instruments[int(rows["instrument"][at])],
            int(margin[at]),
            int(loss[at]),
        )
