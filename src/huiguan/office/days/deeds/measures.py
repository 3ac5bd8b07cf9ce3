"""Measures of a live day under four eyes: halts, kill switches, trading rights, the turn by hand.

What is, is asked of the market; what is wanted becomes an errand to it. A measure is for the day it
was proposed on: rows and halts are those of one day, and the next morning begins without them
(rulebook 2.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.exchange.messages import Right, Scope, SetHalt, SetKillSwitch, SetRight
from huiguan.foundation.faults import InputFault
from huiguan.office.days import floor
from huiguan.office.days.errands import became, write_errand
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.roles import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.exchange.day.image import DayImage
    from huiguan.office.days.floor import Switches
    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal

SCOPES = {
    "product": Scope.PRODUCT,
    "contract": Scope.INSTRUMENT,
    "member": Scope.MEMBER,
    "code": Scope.TRADING_CODE,
}
HALTED, SWITCHED, BOUNDED = ("product", "contract"), ("member", "code"), ("contract", "code")
RIGHTS = {right.name.lower().replace("_", " "): right for right in Right}
WAITING_STEPS = ("waiting", "failed")


class Target(NamedTuple):
    """What a measure is about: a product, a contract, a member or a trading code, by its name."""

    kind: str
    name: str

    @property
    def words(self) -> str:
        """How a proposal names it."""
        return f"{self.kind} {self.name}"


def target_of(subject: Subject, kinds: tuple[str, ...]) -> Target:
    """Return what a proposal is about; ``InputFault`` where a measure is not for that."""
    kind, _, name = subject.partition(" ") if isinstance(subject, str) else ("", "", "")
    if kind not in kinds:
        raise InputFault(f"this is about a {' or a '.join(kinds)}, by its name")
    return Target(kind, name)


def names_of(image: DayImage, kind: str) -> list[str]:
    """Return the names of a kind on a day, in the order of their rows."""
    names = image.names
    return {
        "product": names.products,
        "contract": names.instruments,
        "member": names.members,
        "code": names.trading_codes,
    }[kind]


def row_of(image: DayImage, target: Target) -> int:
    """Return the row of what a measure is about; ``InputFault`` where the day has none."""
    try:
        return names_of(image, target.kind).index(target.name)
    except ValueError:
        day = image.settings.trading_day
        raise InputFault(f"trading day {day} has no {target.kind} {target.name!r}") from None


def contracts_of(image: DayImage, target: Target) -> list[str]:
    """Return the contracts that a halt is about."""
    row = row_of(image, target)
    if target.kind == "contract":
        return [target.name]
    rows = image.instruments["product"] == row
    return [name for name, own in zip(image.names.instruments, rows, strict=True) if own]


def of_day(found: Switches) -> Facts:
    """Return the day that what is was read on: a proposal of another day is made anew."""
    return {"trading day": found.trading_day}


def halts(subject: Subject) -> Facts:
    """Return which contracts are halted, of those that a halt is about."""
    target, found = target_of(subject, HALTED), floor.switches()
    image = floor.image_of(found.trading_day)
    halted = set(found.halted)
    return {
        **of_day(found),
        "halted": [name for name in contracts_of(image, target) if name in halted],
    }


def want_halt(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that there is something to halt."""
    target, found = target_of(subject, HALTED), halts(subject)
    contracts = contracts_of(floor.image_of(found["trading day"]), target)
    if found["halted"] == contracts:
        raise InputFault("this is halted already")
    return {"halted": contracts}


def want_no_halt(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that there is a halt to end."""
    if not halts(subject)["halted"]:
        raise InputFault("this is not halted")
    return {"halted": []}


def kill_switch(subject: Subject) -> Facts:
    """Return whether a kill switch is engaged."""
    target = target_of(subject, SWITCHED)
    found = floor.switches(target.name) if target.kind == "code" else floor.switches()
    row_of(floor.image_of(found.trading_day), target)
    killed = found.killed_codes if target.kind == "code" else found.killed_members
    return {**of_day(found), "engaged": target.name in killed}


def want_kill(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that there is something to stop."""
    if kill_switch(subject)["engaged"]:
        raise InputFault("this kill switch is engaged already")
    return {"engaged": True}


def want_no_kill(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that there is a kill switch to lift."""
    if not kill_switch(subject)["engaged"]:
        raise InputFault("this kill switch is not engaged")
    return {"engaged": False}


def right_now(subject: Subject) -> Facts:
    """Return the trading right of a code, or of everybody in a contract."""
    target = target_of(subject, BOUNDED)
    found = floor.switches(target.name) if target.kind == "code" else floor.switches()
    row_of(floor.image_of(found.trading_day), target)
    rights = found.code_rights if target.kind == "code" else found.contract_rights
    return {**of_day(found), "right": rights.get(target.name, "allow")}


def want_right(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check a wanted trading right."""
    right = str(given.get("right", ""))
    if right not in RIGHTS:
        raise InputFault(f"a trading right is one of {', '.join(RIGHTS)}")
    if right == right_now(subject)["right"]:
        raise InputFault("this is the trading right already")
    return {"right": right}


def turn_now(subject: Subject) -> Facts:
    """Return where the turn of days stands, at the day that a proposal names."""
    found = floor.stands()
    day = subject.removeprefix("day ") if isinstance(subject, str) else ""
    if found.step not in WAITING_STEPS or day != str(found.turning):
        raise InputFault(f"no day {day} waits to be turned; the hall is at: {found.doing}")
    return {"trading day": found.turning, "step": found.step}


def want_turn(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that a day waits: to be opened, or to be tried again."""
    again = turn_now(subject)["step"] == "failed"
    return {"step": "once more" if again else "open the next day"}


def command(proposal: Proposal, kind: type, kinds: tuple[str, ...], value: Facts) -> Done:
    """Write the errand of a measure: a command of the house for the day of the proposal."""
    target, day = target_of(proposal.about, kinds), proposal.before["trading day"]
    row = row_of(floor.image_of(day), target)
    given = {
        "kind": str(kind.__struct_config__.tag),  # type: ignore[attr-defined]
        "trading_day": day,
        "target": row,
        "scope": int(SCOPES[target.kind]),
        **value,
    }
    write_errand(proposal=proposal, do="command", given=given)
    return Done({"measure": target.words, "trading day": day, **proposal.after})


def run_halt(proposal: Proposal) -> Done:
    """Send a halt, or the end of one."""
    halt = proposal.action == Action.HALT_TRADING
    return command(proposal, SetHalt, HALTED, {"engaged": int(halt)})


def run_kill(proposal: Proposal) -> Done:
    """Send a kill switch, or the end of one."""
    engaged = bool(proposal.after["engaged"])
    return command(proposal, SetKillSwitch, SWITCHED, {"engaged": int(engaged)})


def run_right(proposal: Proposal) -> Done:
    """Send a trading right."""
    right = RIGHTS[proposal.after["right"]]
    return command(proposal, SetRight, BOUNDED, {"right": int(right)})


def run_turn(proposal: Proposal) -> Done:
    """Send the turn of a day."""
    day = proposal.before["trading day"]
    write_errand(proposal=proposal, do="turn", given={"day": day})
    return Done({"measure": "turn", "trading day": day, **proposal.after})


DEEDS = {
    Action.HALT_TRADING: Deed(halts, want_halt, run_halt, became),
    Action.RESUME_TRADING: Deed(halts, want_no_halt, run_halt, became),
    Action.ENGAGE_KILL_SWITCH: Deed(kill_switch, want_kill, run_kill, became),
    Action.LIFT_KILL_SWITCH: Deed(kill_switch, want_no_kill, run_kill, became),
    Action.CHANGE_TRADING_RIGHT: Deed(right_now, want_right, run_right, became),
    Action.TURN_DAY: Deed(turn_now, want_turn, run_turn, became),
}
