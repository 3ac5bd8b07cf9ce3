"""A scenario of a stress test, and the prices it makes of a day's settlement prices."""

from fractions import Fraction
from typing import Annotated

import msgspec
import numpy as np

from huiguan.exchange.clearing.parameters import LockState, limit_after_lock
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.rules_of_day import decimal_rate
from huiguan.exchange.quotes import to_tick
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.exchange.rules.price_limits import Lock, price_limits
from huiguan.foundation.arithmetic import PPB, Rounding, parse_rate
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.readers.written import Written, quoted

MOST_LIMITS = 3  # locked days in a row; what comes after them the exchange decides
LARGEST_CHANGE = 10 * PPB

Change = Annotated[
    int,
    msgspec.Meta(ge=-PPB, le=LARGEST_CHANGE),
    Written(
        'change in quotes: "-12.5%"',
        quoted(parse_rate),
        unit="_ppb",
        limits="must lie between -100% and 1000%",
    ),
]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """How the prices of some products move: by a change, or through limit-locked days.

    ``products`` without a name are all that no other move of the scenario names. ``limits`` counts
    days locked one after the other, up or (below zero) down, each with the limit of its day.
    """

    products: tuple[str, ...] = ()
    change_ppb: Change = 0
    limits: Annotated[int, msgspec.Meta(ge=-MOST_LIMITS, le=MOST_LIMITS)] = 0


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """Something that could happen, and how many of the members it hits hardest fail with it.

    A ``source`` says where a move was read; without one the scenario is assumed.
    """

    name: str
    title: str
    fail: Annotated[int, msgspec.Meta(ge=1, le=100)] = 2
    moves: tuple[Move, ...]
    source: str = ""


def check_scenario(scenario: Scenario, known: set[str]) -> None:
    """Refuse a scenario that moves nothing, moves a product twice or names one nobody knows."""
    named: list[str] = []
    for move in scenario.moves:
        if bool(move.change_ppb) == bool(move.limits):
            raise InputFault(
                f"scenario {scenario.name}: a move has either a change or a number of limits"
            )
        named += move.products or [""]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice or not named:
        what = f"{twice[0] or 'every other product'} moves twice" if twice else "nothing moves"
        raise InputFault(f"scenario {scenario.name}: {what}")
    unknown = sorted(set(named) - known - {""})
    if unknown:
        raise InputFault(f"scenario {scenario.name}: {unknown[0]!r} is no product of the rulebooks")


def stressed_units(
    image: DayImage, result: DayResult, rules: list[ContractParameters], scenario: Scenario
) -> np.ndarray:
    """Return the price of each contract in units of its quote after a scenario.

    It begins at the settlement prices of the day. Contracts that expired, and products that no move
    means, keep theirs.
    """
    moves = {name: move for move in scenario.moves for name in move.products or ("",)}
    found = result.contracts["settlement_units"].astype(np.int64)
    for index in np.flatnonzero(result.contracts["expired"] == 0).tolist():
        product = image.names.products[int(image.instruments["product"][index])]
        move = moves.get(product, moves.get(""))
        if move is None:
            continue
        tick = int(image.instruments["tick_units"][index])
        units = int(found[index])
        if move.limits:
            first = int(result.contracts["limit_ppb"][index])
            found[index] = after_limits(units, tick, first, move.limits, rules[index])
        else:
            found[index] = after_change(units, tick, move.change_ppb)
    return found


def after_change(units: int, tick: int, change_ppb: int) -> int:
    """Return a price after a change, at the tick below, at least one tick.

    106,860 in ticks of 10, -8 %: 98,311.2 is 98,310.
    """
    exact = units * (1 + Fraction(change_ppb, PPB))
    return max(tick, int(to_tick(exact, tick, Rounding.DOWN)))


def after_limits(
    units: int, tick: int, first_ppb: int, days: int, rules: ContractParameters
) -> int:
    """Return a price after days locked at the limit, one after the other.

    The first has the limit in force for the next day, each further one what the rules add after a
    locked day. 100,000 in ticks of 10, up, 12 %, then 15 %, then 17 %: 112,000, 128,800, 150,690.
    """
    lock, side = rules.limit_lock, Lock.UP if days > 0 else Lock.DOWN
    first = decimal_rate(first_ppb)
    points = (decimal_rate(lock.second_day_ppb), decimal_rate(lock.third_day_ppb))
    for day in range(abs(days)):
        state = LockState(day=day, side=side if day else Lock.NONE, first_limit=first)
        rate = unchecked(limit_after_lock)(state, first, points, lock.with_circular)
        limits = unchecked(price_limits)(units, rate, tick, rules.limit_rounding)
        units = int(limits.upper if days > 0 else limits.lower)
    return units
