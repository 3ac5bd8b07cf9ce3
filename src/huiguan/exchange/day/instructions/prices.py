"""Decisions about contracts: prices, parameters of the next day, forced reduction."""

from decimal import Decimal
from typing import Annotated

from huiguan.exchange.day.instructions.base import (
    FieldKind,
    Flag,
    Instruction,
    Name,
    Price,
    Rate,
    Stage,
)


class DecideSettlement(Instruction, frozen=True):
    """The settlement price the exchange decides, or a final price from an index."""

    stage = Stage.CLOSE
    changes = ("contracts",)

    instrument: Name
    price: Price


class DecideParameters(Instruction, frozen=True):
    """Limit and margins of a contract on the next trading day, instead of circular and lock."""

    stage = Stage.CLOSE
    changes = ("contracts",)

    instrument: Name
    limit: Rate
    general: Rate
    hedging: Rate
    halted: Flag = False


class RaiseMargin(Instruction, frozen=True):
    """Points added to both margins of a contract for one day, because its price has moved far.

    ``thresholds`` are the moves over three, four and five days that allow it (5.1).
    """

    stage = Stage.CLOSE
    changes = ("contracts",)

    instrument: Name
    points: Rate
    thresholds: Annotated[tuple[Decimal, Decimal, Decimal], FieldKind.RATES]


class ReducePositions(Instruction, frozen=True):
    """Forced reduction of a contract at the clearing of the day without trading after D3 (5.5).

    Its thresholds are the rulebook's (``forced_reduction``). Equal fractions are drawn with the
    reference as seed.
    """

    stage = Stage.CLOSE
    changes = ("trades", "positions", "lots", "reductions")

    instrument: Name


class SetListingPrice(Instruction, frozen=True):
    """The benchmark price of a contract that is listed on the next trading day."""

    stage = Stage.OPENING
    changes = ("instruments", "margins")

    instrument: Name
    price: Price
