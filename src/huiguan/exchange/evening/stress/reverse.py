"""Reverse stress: the smallest move of all prices that takes each layer to its end."""

from collections.abc import Callable
from typing import NamedTuple

from huiguan.exchange.clearing.default.waterfall import Resources
from huiguan.exchange.evening.stress.losses import Exposure, Outcome, member_losses, outcome
from huiguan.exchange.rules.failing import DefaultWaterfall

BASIS_POINTS = 10_000
FARTHEST = {-1: 9_999, 1: 100_000}  # basis points: nearly everything is lost, prices are elevenfold


class Exhausted(NamedTuple):
    """Where a layer ends: after which move of all prices, in basis points; None: not within reach.

    ``layer`` is ``own money`` for the first member that cannot pay itself.
    """

    layer: str
    down: int | None
    up: int | None


def reverse_stress(
    seen: Exposure, fail: int, waterfall: DefaultWaterfall, resources: Resources
) -> list[Exhausted]:
    """Return the smallest move, down and up, after which each layer of the books is used up.

    All prices move by the same share, to the basis point. What members owe only grows with a move
    (each account gains in proportion to it, and who owes less than nothing owes nothing), so the
    smallest one is found by halving. Where the members have a fund it is a smallest one among
    those near it: who fails changes whose parts are there.
    """

    def after(move: int) -> Outcome:
        units = seen.settlement_units + (seen.settlement_units * move) // BASIS_POINTS
        return outcome(member_losses(seen, units), fail, waterfall, resources)

    layers = ["own money", *(layer for layer in waterfall.layers if layer != "margin")]
    return [
        Exhausted(layer, smallest(after, place, -1), smallest(after, place, 1))
        for place, layer in enumerate(layers)
    ]


def is_exhausted(found: Outcome, layers: int) -> bool:
    """Return whether something is still owed after the members' own money and so many layers."""
    return found.beyond_fen > sum(row.used_fen for row in found.paid[:layers])


def smallest(after: Callable[[int], Outcome], layers: int, side: int) -> int | None:
    """Return the smallest move to one side that exhausts so many layers, or None."""
    low, high = 0, FARTHEST[side]
    if not is_exhausted(after(side * high), layers):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if is_exhausted(after(side * middle), layers):
            high = middle
        else:
            low = middle
    return side * high
