"""What an instruction did, to be shown back: whom it concerns, before and after."""

from collections.abc import Iterable
from typing import NamedTuple

from huiguan.exchange.day.instructions.base import Instruction, near
from huiguan.foundation.faults import InputFault

NOTHING = "-"


class Effect(NamedTuple):
    """One figure or word that an instruction changed; reports have words for ``what``.

    Money is in yuan with two decimals, a rate a percentage; NOTHING stands for what is not there.
    """

    reference: str
    kind: str  # the type of the instruction
    subject: str
    what: str
    before: str
    after: str


def effect(order: Instruction, subject: str, what: str, before: object, after: object) -> Effect:
    """Return a change of an instruction; figures and words are shown as text."""
    return Effect(order.reference, type(order).__name__, subject, what, str(before), str(after))


class NotFollowed(InputFault):
    """An instruction that cannot be followed on this evening, by its reference."""

    def __init__(self, order: Instruction, why: str) -> None:
        """Name the instruction, and say why."""
        super().__init__(f"instruction {order.reference!r} ({type(order).__name__}): {why}")
        self.reference, self.why = order.reference, why


def refused(order: Instruction, why: str) -> NotFollowed:
    """Return the fault of an instruction that cannot be followed."""
    return NotFollowed(order, why)


def unknown(order: Instruction, what: str, name: str, names: Iterable[str]) -> InputFault:
    """Return the fault of a name that nobody has, with the nearest that somebody has."""
    meant = near(name, names) or "check its spelling"
    return refused(order, f"{what} {name!r} is not in the image; {meant}")


def no_product(order: Instruction, name: str, products: Iterable[str]) -> InputFault:
    """Return the fault of a product that no rulebook knows, with the nearest that one does."""
    meant = near(name, products) or f"there are {', '.join(sorted(products))}"
    return refused(order, f"no rulebook has a product {name!r}; {meant}")
