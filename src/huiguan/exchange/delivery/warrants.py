"""The life of a standard warrant as one table: which step leads from which state to which (6.8).

A warrant is one delivery unit of goods at one place. A step changes it or is refused by a number;
checks run in a fixed order, and the first fault is the answer.
"""

from enum import IntEnum

import msgspec

from huiguan.foundation.refusals import Refusal


class State(IntEnum):
    """Where a warrant stands."""

    APPLIED = 1
    APPROVED = 2
    STORED = 3
    INSPECTED = 4
    ISSUED = 5  # valid and free: its holder may deliver, pledge, transfer or withdraw it
    FROZEN = 6  # by a cause
    PLEDGED = 7
    EXPIRED = 8  # may no longer be delivered; its goods are there
    WITHDRAWN = 9  # the goods were taken out
    REFUSED = 10  # never issued


class Cause(IntEnum):
    """Why a warrant is frozen."""

    NONE = 0
    DELIVERY = 1
    EFP = 2
    MARGIN = 3  # lodged against shorts or as collateral
    ORDER = 4  # of a court or of the exchange
    DISPUTE = 5


class Act(IntEnum):
    """A step in the life of a warrant."""

    APPLY = 1
    APPROVE = 2
    REFUSE = 3
    STORE = 4
    INSPECT = 5
    ISSUE = 6
    FREEZE = 7
    RELEASE = 8
    PLEDGE = 9
    REDEEM = 10
    TRANSFER = 11
    DELIVER = 12  # a frozen warrant goes to the buyer: payment against title
    WITHDRAW = 13
    EXPIRE = 14


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.APPLIED, Act.APPROVE): State.APPROVED,
    (State.APPLIED, Act.REFUSE): State.REFUSED,
    (State.APPROVED, Act.STORE): State.STORED,
    (State.APPROVED, Act.REFUSE): State.REFUSED,
    (State.STORED, Act.INSPECT): State.INSPECTED,
    (State.STORED, Act.REFUSE): State.REFUSED,
    (State.INSPECTED, Act.ISSUE): State.ISSUED,
    (State.INSPECTED, Act.REFUSE): State.REFUSED,
    (State.ISSUED, Act.FREEZE): State.FROZEN,
    (State.ISSUED, Act.PLEDGE): State.PLEDGED,
    (State.ISSUED, Act.TRANSFER): State.ISSUED,
    (State.ISSUED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ISSUED, Act.EXPIRE): State.EXPIRED,
    (State.FROZEN, Act.RELEASE): State.ISSUED,
    (State.FROZEN, Act.DELIVER): State.ISSUED,
    (State.PLEDGED, Act.REDEEM): State.ISSUED,
    (State.EXPIRED, Act.TRANSFER): State.EXPIRED,
    (State.EXPIRED, Act.WITHDRAW): State.WITHDRAWN,
}
OF_HOLDER = (Act.APPLY, Act.PLEDGE, Act.TRANSFER, Act.WITHDRAW)  # the exchange or place does others
MOVES_TITLE = (Act.TRANSFER, Act.DELIVER)
AT_THE_PLACE = (
    *(State.APPROVED, State.STORED, State.INSPECTED),
    *(State.ISSUED, State.FROZEN, State.PLEDGED, State.EXPIRED),
)
WAS_ISSUED = (State.ISSUED, State.FROZEN, State.PLEDGED, State.EXPIRED, State.WITHDRAWN)
NO_CAUSE_TO_DELIVER = (Cause.ORDER, Cause.DISPUTE, Cause.MARGIN)


class Warrant(msgspec.Struct, frozen=True, kw_only=True):
    """One warrant: goods, place, holder, state; quantities are thousandths of the unit."""

    id: str
    product: str
    facility: str
    holder: str
    state: State
    quantity: int  # nominal: one delivery unit
    actual: int = 0  # weighed at the inspection
    brand: str = ""
    grade: str = ""
    produced: int = 0  # yyyymmdd, 0 where it does not matter
    stored: int = 0  # first day in storage
    issued: int = 0
    deliverable_until: int = 0  # 0: no limit
    pledgee: str = ""
    cause: Cause = Cause.NONE
    ended: int = 0  # day it was withdrawn
    loaded: int = 0  # weighed at the withdrawal


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: what is done with which warrant, by whom, on which day; the rest as it needs."""

    act: Act
    warrant: str
    day: int
    by: str = ""  # the holder, where the step is the holder's
    to: str = ""  # new holder, pledgee
    product: str = ""
    facility: str = ""
    brand: str = ""
    grade: str = ""
    quantity: int = 0
    produced: int = 0
    cause: Cause = Cause.NONE
    deliverable_until: int = 0
    paid_through: int = 0  # until when who hands over pays storage; 0: that day


def after(warrant: Warrant, step: Step) -> Warrant | Refusal:
    """Return the warrant after a step, or why there is none.

    In this order: the state allows the step; the holder asks; title goes to somebody else; a cause
    is named, and only the frozen cause of a delivery or an EFP hands over.
    """
    to = TRANSITIONS.get((warrant.state, step.act))
    if to is None:
        return Refusal.WARRANT_STATE
    if step.act in OF_HOLDER and step.by != warrant.holder:
        return Refusal.WARRANT_OF_ANOTHER
    if (step.act in MOVES_TITLE or step.act == Act.PLEDGE) and step.to in ("", warrant.holder):
        return Refusal.WARRANT_TO_NOBODY
    if step.act == Act.FREEZE and step.cause == Cause.NONE:
        return Refusal.WARRANT_WITHOUT_CAUSE
    if step.act == Act.RELEASE and step.cause != warrant.cause:
        return Refusal.WARRANT_WITHOUT_CAUSE
    if step.act == Act.DELIVER and warrant.cause in NO_CAUSE_TO_DELIVER:
        return Refusal.WARRANT_WITHOUT_CAUSE
    return _changed(warrant, step, to)


def _changed(warrant: Warrant, step: Step, to: State) -> Warrant:
    """Return the warrant with what a step of the table changes."""
    change: dict[str, object] = {"state": to}
    if step.act in MOVES_TITLE:
        change["holder"] = step.to
    if step.act == Act.STORE:
        change["stored"] = step.day
    elif step.act == Act.INSPECT:
        change["actual"] = step.quantity
        change |= {"grade": step.grade} if step.grade else {}
        change |= {"brand": step.brand} if step.brand else {}
    elif step.act == Act.ISSUE:
        change |= {"issued": step.day, "deliverable_until": step.deliverable_until}
    elif step.act == Act.PLEDGE:
        change["pledgee"] = step.to
    elif step.act == Act.FREEZE:
        change["cause"] = step.cause
    elif step.act == Act.WITHDRAW:
        change |= {"ended": step.day, "loaded": step.quantity}
    if warrant.state == State.FROZEN:
        change["cause"] = Cause.NONE
    if warrant.state == State.PLEDGED:
        change["pledgee"] = ""
    return msgspec.structs.replace(warrant, **change)
