"""Money and what stands for it: paid in or out, collateral, warrants."""

from huiguan.exchange.day.instructions.base import Fen, Flag, Instruction, Name, Quantity, Stage


class MoveClientMoney(Instruction, frozen=True):
    """Money a client pays in after the close; negative: is paid out."""

    stage = Stage.OPENING
    changes = ("trading_codes",)

    trading_code: Name
    amount_fen: Fen


class MoveMemberMoney(Instruction, frozen=True):
    """Money a member pays in for one of its pools after the close; negative: is paid out."""

    stage = Stage.OPENING
    changes = ("pools", "members", "trading_codes")  # a call answered gives rights back

    member: Name
    house: Flag
    amount_fen: Fen


class SetCollateral(Instruction, frozen=True):
    """The benchmark value of what a member has lodged for one of its pools."""

    stage = Stage.OPENING
    changes = ("pools", "members", "trading_codes")

    member: Name
    house: Flag
    value_fen: Fen


class LodgeWarrants(Instruction, frozen=True):
    """The quantity of standard warrants a code has lodged against its shorts in a product.

    In the product's unit (t, kg, g, barrels); it holds until it is changed, and 0 ends it.
    """

    stage = Stage.CLOSE
    changes = ("freed_shorts", "warrants")

    trading_code: Name
    product: Name
    quantity: Quantity
