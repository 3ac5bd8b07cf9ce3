"""What an explanation is made of: rules cited, and steps; reports have a sentence for each key.

An explanation is true, or it says that it cannot be: other books than those of the close are
refused, and so is a figure that the rules and decisions at hand do not come to.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.base import Instruction
from huiguan.exchange.day.instructions.prices import (
    DecideParameters,
    DecideSettlement,
    RaiseMargin,
)
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.rules_of_day import DayRules
from huiguan.exchange.rules.dated import MarketRow
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import CheckFault, InputFault

D = TypeVar("D", DecideSettlement, DecideParameters, RaiseMargin)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an explanation: the key of its sentence, and the figures in it."""

    key: str
    values: Mapping[str, str] = {}


class CitedStep(msgspec.Struct, frozen=True):
    """A rule an explanation stands on, and the products it is used for (none: it speaks of one)."""

    row: MarketRow
    products: tuple[str, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What is explained, the rules it stands on, and the steps in order."""

    key: str
    subject: str
    trading_day: int
    rules: list[CitedStep]
    steps: list[Step]


def step(key: str, **values: object) -> Step:
    """Return a step; every figure is shown as text."""
    return Step(key=key, values={name: str(value) for name, value in values.items()})


def contract_index(image: DayImage, name: str) -> int:
    """Return the row of a contract; one that does not trade on the day is an InputFault."""
    if name not in image.names.instruments:
        raise InputFault(f"{name!r} does not trade on this day; give a contract like cu2610")
    return image.names.instruments.index(name)


def check_books(result: DayResult, rules: DayRules) -> None:
    """Refuse to explain a day by other books than those it was cleared by."""
    if rules.rulebook_digest != result.settings.rulebook_digest:
        raise InputFault(
            f"trading day {show_day(result.settings.trading_day)} was cleared by other books than"
            " these, so these cannot say why; lay over the books of its close (--rulebook DIR), or"
            " let `huiguan shadow` show what these would have given"
        )


def decision_on(instructions: Iterable[Instruction], kind: type[D], instrument: str) -> D | None:
    """Return the decision of a kind about a contract that the close followed: the last, or None."""
    found = None
    for order in instructions:
        if isinstance(order, kind) and order.instrument == instrument:
            found = order
    return found


def persons(order: Instruction) -> dict[str, str]:
    """Return by whom and under what reference something was decided."""
    return {"reference": order.reference, "maker": order.maker, "checker": order.checker}


def cannot_be(name: str, figure: str, reckoned: str, kept: str) -> CheckFault:
    """Return the fault of a figure that the rules and decisions at hand do not come to."""
    return CheckFault(
        f"{figure} of {name}: rules and instructions come to {reckoned}, the result says {kept}, so"
        " there is no true explanation; verify the day, and keep its folder as it is"
    )


def unique(rows: list[tuple[str, MarketRow]]) -> list[CitedStep]:
    """Return each rule once, in order, with the products it is used for."""
    found: dict[tuple[str, str, str, int], tuple[MarketRow, dict[str, None]]] = {}
    for product, row in rows:
        key = (type(row).__name__, row.article, row.source, row.effective)
        found.setdefault(key, (row, {}))[1][product] = None
    return [CitedStep(row, tuple(products)) for row, products in found.values()]
