"""The register of warrants: every step in order, one holder at a time, nothing lost (6.8).

Issued is at every step what is held free, pledged, frozen, expired and withdrawn together; a place
never holds more of a product than it is approved for. The register is the fold of its steps: the
same steps give the same register.
"""

from collections.abc import Iterable
from fractions import Fraction

import msgspec

from huiguan.exchange.delivery.tally import Tally
from huiguan.exchange.delivery.warrants import (
    AT_THE_PLACE,
    MOVES_TITLE,
    WAS_ISSUED,
    Act,
    State,
    Step,
    Warrant,
    after,
)
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.refusals import Refusal


class Facility(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery storage facility: where it is and what it may hold."""

    code: str
    name: str
    kind: str  # warehouse, factory, bonded
    region: str
    place: str = "any"  # indoors, outdoors: where storage differs by it
    capacity: dict[str, int]  # thousandths of the unit, by product


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A trading code as deliveries see it."""

    code: str
    member: str
    natural_person: bool = False
    warrant_account: bool = True
    invoice: bool = True


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a warrant of a product must be: its quantity, and what it may weigh."""

    quantity: int  # thousandths: lot size x delivery unit
    over_ppb: int
    short_ppb: int
    brands: frozenset[str] = frozenset()  # none: any


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """Who held a warrant from which day on, and from which day on he pays its storage."""

    holder: str
    since: int
    pays_after: int  # the day before his first one


class Register(msgspec.Struct, kw_only=True):
    """Warrants by id, and what follows from them; ``take`` is the only thing that changes it."""

    facilities: dict[str, Facility]
    holders: dict[str, Holder]
    forms: dict[str, Form]
    warrants: dict[str, Warrant] = {}
    titles: dict[str, list[Title]] = {}
    held_at: dict[tuple[str, str], int] = {}  # (facility, product): approved and not taken out
    tally: Tally = msgspec.field(default_factory=Tally)
    day: int = 0

    def copy(self) -> "Register":
        """Return a register that goes on by itself; this one is as it was."""
        return msgspec.structs.replace(
            self,
            warrants=dict(self.warrants),
            titles=dict(self.titles),
            held_at=dict(self.held_at),
            tally=self.tally.copy(),
        )

    def take(self, step: Step) -> Refusal:
        """Take one step, or change nothing and return why."""
        found = self.tried(step)
        if isinstance(found, Refusal):
            return found
        self.put(found, step)
        return Refusal.ACCEPTED

    def tried(self, step: Step) -> Warrant | Refusal:
        """Return the warrant as a step would leave it, or why the step is refused."""
        if step.day < self.day:
            return Refusal.STEP_OUT_OF_ORDER
        if step.act == Act.APPLY:
            return self._applied(step)
        warrant = self.warrants.get(step.warrant)
        if warrant is None:
            return Refusal.UNKNOWN_WARRANT
        if step.act in (*MOVES_TITLE, Act.PLEDGE) and step.to:
            receiver = self.holders.get(step.to)
            if receiver is None or not receiver.warrant_account:
                return Refusal.NO_WARRANT_ACCOUNT
        found = after(warrant, step)
        if isinstance(found, Refusal):
            return found
        if step.act == Act.APPROVE and self._room(found) < 0:
            return Refusal.FACILITY_FULL
        if step.act == Act.INSPECT:
            return self._weighed(found)
        if step.act == Act.ISSUE and found.deliverable_until and found.deliverable_until < step.day:
            return Refusal.GOODS_TOO_OLD
        return found

    def put(self, warrant: Warrant, step: Step) -> None:
        """Put a warrant that a step was tried on into the register."""
        before = self.warrants.get(warrant.id)
        self.day = step.day
        self.warrants[warrant.id] = warrant
        was = before is not None and before.state in AT_THE_PLACE
        now = warrant.state in AT_THE_PLACE
        if was != now:
            key = (warrant.facility, warrant.product)
            change = warrant.quantity if now else -warrant.quantity
            self.held_at[key] = self.held_at.get(key, 0) + change
        if before is None or before.holder != warrant.holder:
            paid = step.paid_through or step.day
            title = Title(holder=warrant.holder, since=step.day, pays_after=paid)
            self.titles[warrant.id] = [*self.titles.get(warrant.id, ()), title]
        self.tally.put(before, warrant, step.day)

    def _applied(self, step: Step) -> Warrant | Refusal:
        """Return the warrant of an application, or why there is none."""
        holder, facility = self.holders.get(step.by), self.facilities.get(step.facility)
        form = self.forms.get(step.product)
        if step.warrant in self.warrants:
            return Refusal.WARRANT_STATE
        if holder is None or not holder.warrant_account:
            return Refusal.NO_WARRANT_ACCOUNT
        if facility is None or form is None or not facility.capacity.get(step.product):
            return Refusal.FACILITY_NOT_APPROVED
        if form.brands and step.brand not in form.brands:
            return Refusal.BRAND_NOT_REGISTERED
        if step.quantity != form.quantity:
            return Refusal.NOT_ONE_WARRANT
        return Warrant(
            id=step.warrant,
            product=step.product,
            facility=step.facility,
            holder=step.by,
            state=State.APPLIED,
            quantity=step.quantity,
            brand=step.brand,
            grade=step.grade,
            produced=step.produced,
        )

    def _room(self, warrant: Warrant) -> int:
        """Return what room a place has left once it takes a warrant."""
        key = (warrant.facility, warrant.product)
        capacity = self.facilities[warrant.facility].capacity[warrant.product]
        return capacity - self.held_at.get(key, 0) - warrant.quantity

    def _weighed(self, warrant: Warrant) -> Warrant | Refusal:
        """Return the warrant if what was weighed lies within its form."""
        form = self.forms[warrant.product]
        over = Fraction(warrant.quantity * (PPB + form.over_ppb), PPB)
        short = Fraction(warrant.quantity * (PPB - form.short_ppb), PPB)
        return warrant if short <= warrant.actual <= over else Refusal.WEIGHT_OUTSIDE_FORM


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Warrants of one product by what they are doing, in thousandths of its unit."""

    issued: int = 0  # ever
    held: int = 0
    frozen: int = 0
    pledged: int = 0
    expired: int = 0
    withdrawn: int = 0
    on_the_way: int = 0  # applied for, not issued

    @property
    def balanced(self) -> bool:
        """Whether nothing that was issued is lost."""
        parts = self.held + self.frozen + self.pledged + self.expired + self.withdrawn
        return self.issued == parts


FIELDS = {
    State.ISSUED: "held",
    State.FROZEN: "frozen",
    State.PLEDGED: "pledged",
    State.EXPIRED: "expired",
    State.WITHDRAWN: "withdrawn",
}


def counts(warrants: Iterable[Warrant]) -> dict[str, Count]:
    """Return what the warrants of each product are doing."""
    sums: dict[str, dict[str, int]] = {}
    for warrant in warrants:
        if warrant.state == State.REFUSED:
            continue
        own = sums.setdefault(warrant.product, {})
        if warrant.issued:
            own["issued"] = own.get("issued", 0) + warrant.quantity
        name = FIELDS[warrant.state] if warrant.state in WAS_ISSUED else "on_the_way"
        own[name] = own.get(name, 0) + warrant.quantity
    return {product: Count(**own) for product, own in sorted(sums.items())}


def fold(register: Register, steps: Iterable[Step]) -> tuple[int, Refusal]:
    """Take steps one after the other; return how many were taken, and why the next was not."""
    taken = 0
    for step in steps:
        refusal = register.take(step)
        if refusal != Refusal.ACCEPTED:
            return taken, refusal
        taken += 1
    return taken, Refusal.ACCEPTED
