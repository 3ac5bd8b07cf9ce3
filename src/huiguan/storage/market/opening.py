"""``opening.json``: what the morning of a day was made from, and what is closed by force in it."""

from pathlib import Path

import msgspec

from huiguan.exchange.clearing.liquidation import ForceClose
from huiguan.exchange.day.correction import Correction
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.written import written_row
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.instruction_files import kept_instructions

OPENING_NAME = "opening.json"


class LeftOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An instruction that waited for a morning and could not be followed, and why."""

    reference: str
    why: str


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The result a morning follows from, every instruction of that close and of the opening."""

    source: str  # hash of the result
    instructions: list[AnyInstruction]
    forced_closes: list[ForceClose]
    correction: Correction | msgspec.UnsetType = msgspec.UNSET  # of an earlier morning
    left_out: list[LeftOut] | msgspec.UnsetType = msgspec.UNSET  # of what waited; unsaid: nothing


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the file."""

    source: str = msgspec.field(name="from")
    instructions: list[object]
    forced_closes: list[ForceClose]
    correction: Correction | msgspec.UnsetType = msgspec.UNSET
    left_out: list[LeftOut] | msgspec.UnsetType = msgspec.UNSET


def opening_bytes(opening: Opening) -> bytes:
    """Return ``opening.json``."""
    content = Content(
        source=opening.source,
        instructions=[written_row(order) for order in opening.instructions],
        forced_closes=opening.forced_closes,
        correction=opening.correction,
        left_out=opening.left_out,
    )
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"


def read_opening(root: Path) -> Opening:
    """Return what ``opening.json`` in a folder says; a missing one is an InputFault."""
    path = root / OPENING_NAME
    try:
        content = msgspec.json.decode(path.read_bytes(), type=Content)
        return Opening(
            source=content.source,
            instructions=kept_instructions(content.instructions),
            forced_closes=content.forced_closes,
            correction=content.correction,
            left_out=content.left_out,
        )
    except OSError as fault:
        raise InputFault(
            f"{path} cannot be read ({fault.strerror}): nothing says what its morning was made from"
        ) from None
    except (InputFault, msgspec.MsgspecError) as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from fault
