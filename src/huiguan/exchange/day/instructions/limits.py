"""What a holder may hold: limits of its own, hedging quotas, control groups.

A holder is a client over all its members, or a control group, whose clients count as one.
"""

from typing import Annotated

from huiguan.exchange.day.instructions.base import FieldKind, Instruction, Lots, Name, Stage
from huiguan.exchange.messages import Right


class SetHolderLimit(Instruction, frozen=True):
    """Limits of a holder in a contract instead of the contract's own; none: the contract's own."""

    stage = Stage.OPENING
    changes = ("holder_limits",)

    holder: Name
    instrument: Name
    position_lots: Annotated[int | None, FieldKind.LOTS] = None
    opening_lots: Annotated[int | None, FieldKind.LOTS] = None
    right: Annotated[Right, FieldKind.WORD] = Right.ALLOW


class EndHolderLimit(Instruction, frozen=True):
    """The contract's own limits hold for the holder again; a quota stays."""

    stage = Stage.OPENING
    changes = ("holder_limits",)

    holder: Name
    instrument: Name


class SetQuota(Instruction, frozen=True):
    """The hedging lots a holder may hold in a contract, on each side."""

    stage = Stage.OPENING
    changes = ("holder_limits",)

    holder: Name
    instrument: Name
    long_lots: Lots
    short_lots: Lots


class EndQuota(Instruction, frozen=True):
    """The end of a hedging quota; refused while hedging positions stand on it."""

    stage = Stage.OPENING
    changes = ("holder_limits",)

    holder: Name
    instrument: Name


class SetControlGroup(Instruction, frozen=True):
    """The clients (eight digits) that count as one holder from the next trading day on.

    Those of an existing group that are not named stand by themselves again.
    """

    stage = Stage.OPENING
    changes = ("names", "trading_codes", "holder_limits")

    group: Name
    clients: Annotated[tuple[str, ...], FieldKind.NAMES]


class EndControlGroup(Instruction, frozen=True):
    """The end of a control group: its clients stand by themselves again."""

    stage = Stage.OPENING
    changes = ("names", "trading_codes", "holder_limits")

    group: Name
