"""What every instruction says: who asked, who approved, which step reads it, what it changes."""

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, ClassVar

import msgspec


class Stage(Enum):
    """The step that follows an instruction: the close of a day, or the opening of the next."""

    CLOSE = "close"
    OPENING = "opening"


class FieldKind(Enum):
    """How a field is written by people."""

    NAME = "a name"
    NAMES = "a list of names"
    FLAG = "true or false"
    LOTS = "whole lots"
    MONEY = 'yuan, like "1,000,000.00"'  # a field in ``_fen`` is written without the ending
    PRICE = "a price in the unit of the quote"
    QUANTITY = "a quantity in the product's unit"
    RATE = 'a rate, like "7%"'
    RATES = "three rates"
    WORD = "one of a few words"


Fen = Annotated[int, FieldKind.MONEY]
Flag = Annotated[bool, FieldKind.FLAG]
Lots = Annotated[int, FieldKind.LOTS]
Name = Annotated[str, FieldKind.NAME]
Price = Annotated[Decimal, FieldKind.PRICE]
Quantity = Annotated[Decimal, FieldKind.QUANTITY]
Rate = Annotated[Decimal, FieldKind.RATE]


class Instruction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag=True):
    """Who asked, who approved, and the name it can be found under.

    ``changes`` are the tables it writes: of the result at the close, of the image at the opening
    with what follows there from them.
    """

    stage: ClassVar[Stage]
    changes: ClassVar[tuple[str, ...]]

    maker: Name
    checker: Name
    reference: Name


def near(name: str, names: Iterable[str]) -> str:
    """Return the question after the name that is nearest to ``name``; nothing without one."""
    spelled = {known.casefold(): known for known in names}
    nearest = get_close_matches(name.casefold(), spelled, 1)
    return f"did you mean {spelled[nearest[0]]!r}?" if nearest else ""
