"""Who takes part: members, their pools of money, trading codes.

A trading code is a member (four digits) and a client of it (eight digits); a client has the same
number at every member (rulebook 3.2).
"""

from typing import Annotated

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.day.instructions.base import FieldKind, Flag, Instruction, Name, Stage
from huiguan.exchange.messages import Right


class AdmitMember(Instruction, frozen=True):
    """A member from the next trading day on; its pools are opened by instructions of their own."""

    stage = Stage.OPENING
    changes = ("names", "members")

    member: Name
    mode: Annotated[MemberMode, FieldKind.WORD]


class SetMemberMode(Instruction, frozen=True):
    """What happens when the clients of a member need more than the member's deposit."""

    stage = Stage.OPENING
    changes = ("members",)

    member: Name
    mode: Annotated[MemberMode, FieldKind.WORD]


class EndMember(Instruction, frozen=True):
    """The end of a membership; refused while the member has trading codes or pools."""

    stage = Stage.OPENING
    changes = ("names", "members", "trading_codes", "pools", "member_volumes")  # rows move up

    member: Name


class OpenPool(Instruction, frozen=True):
    """A pool of money of a member: its own (``house``), or its clients'.

    Only a futures firm acts for clients; its least clearing deposit is another one.
    """

    stage = Stage.OPENING
    changes = ("pools",)

    member: Name
    house: Flag
    futures_firm: Flag


class ClosePool(Instruction, frozen=True):
    """The end of a pool; refused while trading codes are cleared in it or anything is left."""

    stage = Stage.OPENING
    changes = ("pools",)

    member: Name
    house: Flag


class AdmitTradingCode(Instruction, frozen=True):
    """A trading code from the next trading day on, without money.

    ``house``: it is the member's own account. A client with codes at other members is one holder.
    """

    stage = Stage.OPENING
    changes = ("names", "trading_codes")

    trading_code: Name
    house: Flag = False
    right: Annotated[Right, FieldKind.WORD] = Right.ALLOW


class SetTradingRight(Instruction, frozen=True):
    """What a trading code may do from the next trading day on."""

    stage = Stage.OPENING
    changes = ("trading_codes",)

    trading_code: Name
    right: Annotated[Right, FieldKind.WORD]


class EndTradingCode(Instruction, frozen=True):
    """The end of a trading code; refused while it has positions, money or warrants."""

    stage = Stage.OPENING
    changes = (  # rows move up
        "names",
        "trading_codes",
        "holder_limits",
        "positions",
        "lots",
        "warrants",
        "unfilled_closes",
    )

    trading_code: Name
