"""Instructions: what people decide between and at the close of days; maker and checker differ.

An instruction is data with a reference. Those for the close (prices, parameters) are read by
``close_day``, those for the opening by ``next_image``.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from huiguan.exchange.messages import Right
from huiguan.foundation.faults import InputFault

LARGEST, DECIMALS = 10**18, 9


class Instruction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag=True):
    """Who asked, who approved, and the name it can be found under."""

    maker: str
    checker: str
    reference: str


class DecideSettlement(Instruction, frozen=True):
    """The settlement price the exchange decides, or a final price from an index."""

    instrument: str
    price: Decimal


class DecideParameters(Instruction, frozen=True):
    """Limit and margins of a contract on the next trading day, instead of circular and lock."""

    instrument: str
    limit: Decimal
    general: Decimal
    hedging: Decimal
    halted: bool = False


class SetListingPrice(Instruction, frozen=True):
    """The benchmark price of a contract that is listed on the next trading day."""

    instrument: str
    price: Decimal


class MoveClientMoney(Instruction, frozen=True):
    """Money a client pays in after the close; negative: is paid out."""

    trading_code: str
    amount_fen: int


class MoveMemberMoney(Instruction, frozen=True):
    """Money a member pays in for one of its pools after the close; negative: is paid out."""

    member: str
    house: bool
    amount_fen: int


class SetCollateral(Instruction, frozen=True):
    """The benchmark value of what a member has lodged for one of its pools."""

    member: str
    house: bool
    value_fen: int


class SetTradingRight(Instruction, frozen=True):
    """What a trading code may do from the next trading day on."""

    trading_code: str
    right: Right


class LodgeWarrants(Instruction, frozen=True):
    """The quantity of standard warrants a code has lodged against its shorts in a product.

    In the product's unit (t, kg, g, barrels); it holds until it is changed, and 0 ends it.
    """

    trading_code: str
    product: str
    quantity: Decimal


class RaiseMargin(Instruction, frozen=True):
    """Points added to both margins of a contract for one day, because its price has moved far.

    ``thresholds`` are the moves over three, four and five days that allow it (5.1).
    """

    instrument: str
    points: Decimal
    thresholds: tuple[Decimal, Decimal, Decimal]


class ReducePositions(Instruction, frozen=True):
    """Forced reduction of a contract at the clearing of the day without trading after D3 (5.5).

    Its thresholds are the rulebook's (``forced_reduction``). Equal fractions are drawn with the
    reference as seed.
    """

    instrument: str


AnyInstruction = (
    DecideSettlement
    | DecideParameters
    | LodgeWarrants
    | RaiseMargin
    | ReducePositions
    | SetListingPrice
    | MoveClientMoney
    | MoveMemberMoney
    | SetCollateral
    | SetTradingRight
)


AT_CLOSE = (DecideSettlement, DecideParameters, RaiseMargin, ReducePositions)


def check_for_opening(rows: Sequence[AnyInstruction]) -> None:
    """Refuse an instruction that only a close reads: at an opening it would change nothing."""
    for row in rows:
        if isinstance(row, AT_CLOSE):
            raise InputFault(
                f"instruction {row.reference!r}: {type(row).__name__} belongs to the close; give it"
                " to `huiguan day close`, then open the next day"
            )


def check_instruments(rows: Sequence[AnyInstruction], instruments: Sequence[str]) -> None:
    """Refuse a decision of the close about a contract that does not trade on the day."""
    for row in rows:
        if isinstance(row, AT_CLOSE) and row.instrument not in instruments:
            raise InputFault(
                f"instruction {row.reference!r}: {row.instrument!r} does not trade on this day, so"
                " nothing can be decided for it; check the contract's code"
            )


def check_instructions(rows: Sequence[AnyInstruction]) -> None:
    """Refuse an instruction without two persons, or two with one reference."""
    seen: set[str] = set()
    for row in rows:
        if not row.maker or not row.checker or row.maker == row.checker:
            raise InputFault(
                f"instruction {row.reference!r}: maker and checker must be two persons; money and"
                " prices are moved by two only"
            )
        check_figures(row)
        if row.reference in seen:
            raise InputFault(
                f"instruction {row.reference!r} stands twice; each needs a reference of its own"
            )
        seen.add(row.reference)


def check_figures(row: AnyInstruction) -> None:
    """Refuse a figure that is none, too fine or beyond all money and goods there can be."""
    for name in row.__struct_fields__:
        value = getattr(row, name)
        for figure in value if isinstance(value, tuple) else (value,):
            if not isinstance(figure, (int, Decimal)):
                continue
            number = Decimal(figure)
            if not number.is_finite() or abs(number) > LARGEST or number != round(number, DECIMALS):
                raise InputFault(
                    f"instruction {row.reference!r}: {name} {figure} cannot be used; give a number"
                    f" with at most {DECIMALS} decimals and no larger than 10^18"
                )


def index_of(names: Iterable[str], name: str, what: str) -> int:
    """Return the row of a name; an unknown one is an InputFault."""
    for index, known in enumerate(names):
        if known == name:
            return index
    raise InputFault(f"{what} {name!r} is not in the image; check the instruction's spelling")
