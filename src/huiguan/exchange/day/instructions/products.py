"""Which products of the rulebooks a market trades."""

from typing import Annotated

from huiguan.exchange.day.instructions.base import FieldKind, Instruction, Name, Price, Stage
from huiguan.exchange.messages import Right

CONTRACT_TABLES = ("names", "instruments", "margins", "fees", "phases", "contract_states")
BY_INSTRUMENT = (  # their rows take the new numbers of instruments and products
    "holder_limits",
    "positions",
    "lots",
    "warrants",
    "unfilled_closes",
    "past_settlements",
    "member_volumes",
)


class ListProduct(Instruction, frozen=True):
    """A product of the rulebooks that this market trades from the next trading day on.

    ``price`` is the benchmark price of its nearest month, and of the others where no
    ``SetListingPrice`` gives them one.
    """

    stage = Stage.OPENING
    changes = CONTRACT_TABLES + BY_INSTRUMENT

    product: Name
    price: Price


class SetProductRight(Instruction, frozen=True):
    """What everybody may do in all contracts of a product; ``forbidden`` holds for one day."""

    stage = Stage.OPENING
    changes = ("instruments",)

    product: Name
    right: Annotated[Right, FieldKind.WORD]


class EndProduct(Instruction, frozen=True):
    """The market trades a product no longer; refused while positions or warrants are left."""

    stage = Stage.OPENING
    changes = CONTRACT_TABLES + BY_INSTRUMENT

    product: Name
