"""Changing a list under four eyes: by a form, a file or a command, all rows of it or none.

A member's clerk proposes for their own member alone. What is proposed stands in full in the
proposal; when it is approved it is checked once more against the register of that moment.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from huiguan.exchange.register.checks import Fault, faults
from huiguan.exchange.register.lists import (
    CLOSED,
    TABLES,
    Listed,
    Register,
    Row,
    key_of,
    member_of,
)
from huiguan.foundation.faults import InputFault
from huiguan.office.members import door, keys
from huiguan.office.members.models import Binding
from huiguan.office.members.selectors import HELD
from huiguan.office.people import proposals, record
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.roles import Action, Right, Role, may
from huiguan.office.register import selectors
from huiguan.office.register.models import Entry
from huiguan.office.register.mornings import NAMES, keep_morning
from huiguan.office.register.sheets import Read, line_of, row_of
from huiguan.web.operator import NotReady

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal, User

ACTIONS = {
    Listed.MEMBERS: Action.CHANGE_MEMBERS,
    Listed.SEATS: Action.CHANGE_SEATS,
    Listed.CODES: Action.CHANGE_CODES,
    Listed.GROUPS: Action.CHANGE_GROUPS,
    Listed.PROGRAMMES: Action.CHANGE_PROGRAMMES,
    Listed.QUOTAS: Action.CHANGE_QUOTAS,
}
OF = " of "
NOTHING = "-"
MOST_SAID = 20  # faults that one answer tells


class Misplaced(NamedTuple):
    """What is wrong, by the line of a file and the column."""

    line: int
    column: str
    said: str


class Change(NamedTuple):
    """A cell that would be another: of which row, which column, what it was, what it would be."""

    key: str
    column: str
    before: str
    after: str


def subject_of(listed: Listed, member: str = "") -> str:
    """Return how a proposal names a list, or a member's part of it."""
    return f"{listed}{OF}{member}" if member else str(listed)


def told_by(subject: Subject) -> tuple[Listed, str]:
    """Return the list and the member that a proposal names."""
    name, _, member = subject.partition(OF) if isinstance(subject, str) else ("", "", "")
    if name not in tuple(Listed):
        raise InputFault("the register has no such list")
    return Listed(name), member


def for_maker(maker: User, subject: Subject) -> None:
    """Refuse who proposes for a member that is not theirs; staff of the exchange may for all."""
    _, member = told_by(subject)
    if may(
        [role for role in maker.roles if role != Role.MEMBER_CLERK], Action.SEE_REGISTER, Right.SEE
    ):
        return
    if not member or not Binding.objects.filter(user=maker, member=member).exists():
        raise InputFault("you are not bound to this member")


def before(subject: Subject) -> Facts:
    """Return what a list is, as one hash: who changes it meanwhile makes a proposal too old."""
    listed, member = told_by(subject)
    rows = selectors.rows_of(listed, member)
    text = "\n".join(line_of(listed, row) for row in rows.values())
    return {"rows": len(rows), "digest": hashlib.sha256(text.encode()).hexdigest()}


def changes(listed: Listed, rows: Sequence[Row]) -> list[Change]:
    """Return every cell that rows would change."""
    now, found = selectors.rows_of(listed), []
    for row in rows:
        key = key_of(listed, row)
        was = now.get(key)
        found += [
            Change(key, head, was[head] if was else NOTHING, row[head])
            for head in TABLES[listed].heads
            if (was[head] if was else None) != row[head]
        ]
    return found


def misplaced(listed: Listed, rows: Sequence[Read], member: str = "") -> list[Misplaced]:
    """Return every fault of rows by line and column, as the register would be with all of them."""
    found = twice(listed, rows)
    now = selectors.register()
    wanted = {key_of(listed, one.row): one.row for one in rows}
    after: Register = {**now, listed: {**now[listed], **wanted}}
    own = {key: row for key, row in wanted.items() if not member or member_of(row) == member}
    known = selectors.known_of(selectors.image_today(), held_of(listed, own, now))
    for one in rows:
        key = key_of(listed, one.row)
        wrong: list[Fault] = [(TABLES[listed].heads[0], f"this is not of member {member}")]
        if key in own:  # of another's row nothing more is said
            wrong = faults(listed, one.row, now[listed].get(key), after, known)
        found += [Misplaced(one.line, column, said) for column, said in wrong]
    return sorted(found)


def twice(listed: Listed, rows: Sequence[Read]) -> list[Misplaced]:
    """Return the rows whose key stands in an earlier line already."""
    seen: dict[str, int] = {}
    found = []
    for one in rows:
        key = key_of(listed, one.row)
        if key in seen:
            said = f"line {seen[key]} is about the same; give one of the two"
            found.append(Misplaced(one.line, TABLES[listed].heads[0], said))
        seen.setdefault(key, one.line)
    return found


def held_of(listed: Listed, wanted: Mapping[str, Row], now: Register) -> dict[str, list[str]]:
    """Return what codes that are to be closed still have, as the market says."""
    if listed is not Listed.CODES:
        return {}
    today = set(selectors.image_today().names.trading_codes)
    closing = [
        code
        for code, row in wanted.items()
        if row["state"] == CLOSED and code in today
        and now[listed].get(code, row)["state"] != CLOSED
    ]  # fmt: skip
    return {code: held_by(code) for code in closing}


def held_by(code: str) -> list[str]:
    """Return the positions and the money of a code in words; nothing where there is none."""
    try:
        token = keys.member_key(code[:4])
        positions = door.ask(token, "/v1/positions", code=code)["positions"]
        funds = door.ask(token, "/v1/funds", code=code)["funds"]
    except NotReady:
        raise InputFault(
            "the market does not answer now, so what the code holds is not known"
        ) from None
    held = [row["contract"] for row in positions if any(row[name] for name in HELD)]
    money = [f"{row['deposit']} yuan" for row in funds if Decimal(row["deposit"])]
    return [*(f"a position in {contract}" for contract in held), *money]


def refuse(found: Sequence[Misplaced]) -> None:
    """Raise what is wrong as one sentence a fault, by line and column."""
    if found:
        told = [f"line {one.line}, {one.column}: {one.said}" for one in found[:MOST_SAID]]
        raise InputFault("; ".join(told))


def propose(
    *, maker: User, listed: Listed, rows: Sequence[Read], why: str, member: str = ""
) -> Proposal:
    """Propose rows of a list: all of them or none.

    Raises ``InputFault`` naming line and column, and where nothing would change.
    """
    return proposals.propose(
        maker=maker, action=ACTIONS[listed], subject=subject_of(listed, member),
        after={"read": rows}, why=why,
    )  # fmt: skip


def wanted(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check rows; return them as lines of a file, and each cell that would be another."""
    listed, member = told_by(subject)
    rows: Sequence[Read] = given.get("read", ())
    refuse(misplaced(listed, rows, member))
    found = changes(listed, [one.row for one in rows])
    if not found:
        raise InputFault("nothing would change")
    told = [f"{one.key} {one.column}: {one.before} → {one.after}" for one in found]
    touched = {one.key for one in found}
    lines = [line_of(listed, one.row) for one in rows if key_of(listed, one.row) in touched]
    return {"changes": told, "rows": lines}


def run(proposal: Proposal) -> Done:
    """Write the rows of an approved proposal; the market has them from its next morning on."""
    listed, member = told_by(proposal.about)
    rows = [
        Read(number, row_of(listed, line)) for number, line in enumerate(proposal.after["rows"], 2)
    ]
    refuse(misplaced(listed, rows, member))
    assert proposal.checker_id is not None, "an approved proposal has a checker"
    write(listed, [one.row for one in rows], proposal.maker_id, proposal.checker_id)
    transaction.on_commit(keep_morning, robust=True)
    return Done({"listed": str(listed), "lines": proposal.after["rows"]})


def write(listed: Listed, rows: Sequence[Row], maker: int, checker: int) -> None:
    """Write rows in the transaction of whoever tells the record of them."""
    record.one_at_a_time()
    Entry.objects.bulk_create(
        [
            Entry(
                listed=listed,
                key=key_of(listed, row),
                member=member_of(row),
                cells=dict(row),
                maker=maker,
                checker=checker,
                changed_at=timezone.now(),
            )
            for row in rows
        ],
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["listed", "key"],
        update_fields=["cells", "maker", "checker", "changed_at"],
    )


def became(proposal: Proposal) -> str:
    """Say from when on the market has what was approved."""
    listed, _ = told_by(proposal.about)
    if listed in NAMES:
        return (
            "approved; the market has it from its next morning on, and the register says where not"
        )
    return "approved; it stands in the register"


DEEDS = {action: Deed(before, wanted, run, became, for_maker) for action in ACTIONS.values()}
