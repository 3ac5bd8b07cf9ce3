"""Corrections: what takes the place of an earlier version, why, and who decided it.

Nothing is replaced in silence: the version before is kept whole, and a reference names one decision
for good.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.foundation.faults import InputFault


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Said in the version that takes the place of the one before it."""

    version: int  # the first one, 1, corrects nothing
    reason: str
    decided_by: str
    replaces: str  # hash of what it takes the place of


class Decision(msgspec.Struct, frozen=True):
    """Why something is to be corrected, and who decided it."""

    reason: str
    decided_by: str

    def __post_init__(self) -> None:
        """Refuse a decision without a reason, or of nobody."""
        if not self.reason.strip() or not self.decided_by.strip():
            raise InputFault(
                "a correction needs a reason and who decided it; both are kept with it, for whoever"
                " asks later"
            )

    def corrects(self, version: int, replaced: bytes) -> Correction:
        """Return the correction of ``version``, of which ``replaced`` is the hash."""
        return Correction(
            version=version + 1,
            reason=self.reason,
            decided_by=self.decided_by,
            replaces=replaced.hex(),
        )


class Given(NamedTuple):
    """Where an instruction was given before, in words, and what it said."""

    where: str
    instruction: AnyInstruction
    followed: bool = False  # on an earlier day, so that it cannot be followed again


def check_references(rows: Sequence[AnyInstruction], before: Iterable[Given]) -> None:
    """Refuse a reference that was given before to anything else: it names one decision.

    So is a decision that an earlier day followed: its money would move a second time.
    """
    rows_by_reference = {row.reference: row for row in rows}
    for where, earlier, followed in before if rows else ():
        row = rows_by_reference.get(earlier.reference)
        if row is None:
            continue
        if row == earlier and followed:
            raise InputFault(
                f"instruction {row.reference!r} was followed before, in {where}; a reference names"
                " one decision, which is not followed twice. Take it out, or give what is decided"
                " anew a reference of its own"
            )
        if row != earlier:
            raise InputFault(
                f"instruction {row.reference!r} was given before, in {where}, and said something"
                " else there; a reference names one decision, so give the new one its own"
            )
