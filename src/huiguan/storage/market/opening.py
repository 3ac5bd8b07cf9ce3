"""``opening.json``: what the morning of a day was made from, and what is closed by force in it."""

from pathlib import Path

import msgspec

from huiguan.exchange.clearing.liquidation import ForceClose
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.foundation.faults import CheckFault, InputFault

OPENING_NAME = "opening.json"


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The result a morning follows from, every instruction of that close and of the opening."""

    source: str = msgspec.field(name="from")  # hash of the result
    instructions: list[AnyInstruction]
    forced_closes: list[ForceClose]


def opening_bytes(opening: Opening) -> bytes:
    """Return ``opening.json``."""
    return msgspec.json.format(msgspec.json.encode(opening)) + b"\n"


def read_opening(root: Path) -> Opening:
    """Return what ``opening.json`` of a day folder says; a missing one is an InputFault."""
    path = root / OPENING_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Opening)
    except OSError as fault:
        raise InputFault(
            f"{path} cannot be read ({fault.strerror}): nothing says what its morning was made from"
        ) from None
    except msgspec.MsgspecError as fault:
        raise CheckFault(f"{path} is damaged ({fault}); restore the folder") from fault
