"""Every instruction there is, and what must be right of each before anything is followed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import get_args, get_type_hints

from huiguan.exchange.day.instructions.base import FieldKind, Instruction, Stage, near
from huiguan.exchange.day.instructions.limits import (
    EndControlGroup,
    EndHolderLimit,
    EndQuota,
    SetControlGroup,
    SetHolderLimit,
    SetQuota,
)
from huiguan.exchange.day.instructions.money import (
    LodgeWarrants,
    MoveClientMoney,
    MoveMemberMoney,
    SetCollateral,
)
from huiguan.exchange.day.instructions.people import (
    AdmitMember,
    AdmitTradingCode,
    ClosePool,
    EndMember,
    EndTradingCode,
    OpenPool,
    SetMemberMode,
    SetTradingRight,
)
from huiguan.exchange.day.instructions.prices import (
    DecideParameters,
    DecideSettlement,
    RaiseMargin,
    ReducePositions,
    SetListingPrice,
)
from huiguan.exchange.day.instructions.products import EndProduct, ListProduct, SetProductRight
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import person_name

AnyInstruction = (
    DecideSettlement
    | DecideParameters
    | RaiseMargin
    | ReducePositions
    | LodgeWarrants
    | SetListingPrice
    | MoveClientMoney
    | MoveMemberMoney
    | SetCollateral
    | AdmitMember
    | SetMemberMode
    | EndMember
    | OpenPool
    | ClosePool
    | AdmitTradingCode
    | SetTradingRight
    | EndTradingCode
    | SetHolderLimit
    | EndHolderLimit
    | SetQuota
    | EndQuota
    | SetControlGroup
    | EndControlGroup
    | ListProduct
    | SetProductRight
    | EndProduct
)
TYPES: dict[str, type[Instruction]] = {kind.__name__: kind for kind in get_args(AnyInstruction)}


def _kinds_of(kind: type[Instruction]) -> dict[str, FieldKind]:
    """Return how each field of an instruction is written, by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: next(part for part in get_args(hints[name]) if isinstance(part, FieldKind))
        for name in kind.__struct_fields__
    }


KINDS = MappingProxyType({name: _kinds_of(kind) for name, kind in TYPES.items()})
LARGEST_FEN = 10**16  # a hundred million million yuan: more than all money there is
MOST_LOTS = 2**31 - 1
LARGEST, DECIMALS = 10**18, 9
CHECK_CODE = "check the contract's code"
BETWEEN = "above zero and below one, like 7% or 0.07"


def of_stage(rows: Iterable[AnyInstruction], stage: Stage) -> list[AnyInstruction]:
    """Return the instructions that a step follows, in their order."""
    return [row for row in rows if row.stage is stage]


def check_instructions(rows: Sequence[AnyInstruction]) -> None:
    """Refuse an instruction without two persons, two with one reference, a figure that cannot be.

    Raises ``InputFault`` naming the reference.
    """
    seen: set[str] = set()
    for row in rows:
        if not row.maker or not row.checker or same_person(row.maker, row.checker):
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


def same_person(maker: str, checker: str) -> bool:
    """Return whether two names are one person, however they are typed."""
    return person_name(maker, "maker") == person_name(checker, "checker")


def check_figures(row: AnyInstruction) -> None:
    """Refuse a figure that is none, too fine, or beyond all money and goods there can be."""
    for name, kind in KINDS[type(row).__name__].items():
        value = getattr(row, name)
        for figure in value if kind is FieldKind.RATES else (value,):
            wrong = _wrong(kind, figure)
            if wrong:
                raise InputFault(
                    f"instruction {row.reference!r}: {name.removesuffix('_fen')} {figure} cannot be"
                    f" used; give {wrong}"
                )
    if isinstance(row, (MoveClientMoney, MoveMemberMoney)) and row.amount_fen == 0:
        raise InputFault(
            f"instruction {row.reference!r}: an amount of 0.00 moves nothing; give what is paid in,"
            " or with a minus what is paid out"
        )
    if isinstance(row, SetCollateral) and row.value_fen < 0:
        raise InputFault(
            f"instruction {row.reference!r}: collateral is worth nothing or something, not less"
            " than nothing; give a value that is not negative"
        )


def _wrong(kind: FieldKind, figure: object) -> str:
    """Return what to give instead of a figure that cannot be; nothing for one that can."""
    if figure is None:
        return ""
    if isinstance(figure, Decimal):
        fits = figure.is_finite() and abs(figure) <= LARGEST and figure == round(figure, DECIMALS)
        if not fits:
            return f"a number with at most {DECIMALS} decimals and no larger than 10^18"
        if kind in (FieldKind.RATE, FieldKind.RATES) and not 0 < figure < 1:
            return f"a rate {BETWEEN}"
    if isinstance(figure, int) and kind is FieldKind.MONEY and abs(figure) > LARGEST_FEN:
        return "an amount of at most 100,000,000,000,000.00 yuan"
    if isinstance(figure, int) and kind is FieldKind.LOTS and not 0 <= figure <= MOST_LOTS:
        return f"lots from 0 to {MOST_LOTS:,}"
    return ""


def check_instruments(rows: Sequence[AnyInstruction], instruments: Sequence[str]) -> None:
    """Refuse a decision of the close about a contract that does not trade on the day."""
    for row in of_stage(rows, Stage.CLOSE):
        name = getattr(row, "instrument", None)
        if name is not None and name not in instruments:
            raise InputFault(
                f"instruction {row.reference!r}: {name!r} does not trade on this day, so nothing"
                f" can be decided for it; {near(name, instruments) or CHECK_CODE}"
            )


def check_for_opening(rows: Sequence[AnyInstruction], kept: Sequence[AnyInstruction]) -> None:
    """Refuse an instruction of the close that the close did not follow: it came too late."""
    for row in of_stage(rows, Stage.CLOSE):
        if row not in kept:
            raise InputFault(
                f"instruction {row.reference!r}: {type(row).__name__} belongs to the close, which"
                " did not follow it; give it to `huiguan day close`, then open the next day"
            )


def index_of(names: Iterable[str], name: str, what: str) -> int:
    """Return the row of a name; an unknown one is an InputFault."""
    for index, known in enumerate(names):
        if known == name:
            return index
    raise InputFault(f"{what} {name!r} is not in the image; check the instruction's spelling")
