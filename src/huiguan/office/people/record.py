"""The record of the office: one line for each thing done, each with the hash of the one before.

It is the same promise as the journal's: nothing can be changed, dropped or put in between without
the next check saying where. Lines hold numbers and coded facts, no name and no address.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.hashing import ZERO_HASH, digest
from huiguan.office.people.models import Holding, Proposal, RecordLine, State, User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOMAIN = b"huiguan office record 1"
FIRST = ZERO_HASH.hex()
HALL = 0  # the actor of what nobody did: a first start
ADVISORY_LOCK = 0x6875_6967  # of PostgreSQL: one writer of the record at a time
TAKEN_ON = 2_000  # lines read at once


def canonical(facts: Mapping[str, Any]) -> str:
    """Return facts as the one text that is hashed."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def hash_of(line: RecordLine) -> str:
    """Return the hash of a line and, through the one before, of all lines before it."""
    fields = (line.number, line.at, line.actor, line.action, line.subject, line.facts)
    return digest(DOMAIN, bytes.fromhex(line.before), canonical({"line": fields}).encode()).hex()


def one_at_a_time() -> None:
    """Wait until no other transaction writes; SQLite's are so from their beginning (IMMEDIATE)."""
    assert connection.in_atomic_block, "what is recorded and its line are one transaction"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


def write(*, actor: User | None, action: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Add a line in the transaction of what it tells; both are there, or neither."""
    one_at_a_time()
    last = RecordLine.objects.order_by("-number").first()
    line = RecordLine(
        number=last.number + 1 if last else 1,
        at=timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        actor=actor.pk if actor else HALL,
        action=action,
        subject=subject,
        facts=canonical(facts),
        before=last.hash if last else FIRST,
    )
    line.hash = hash_of(line)
    line.save(force_insert=True)


def digest_of(proposal: Proposal) -> str:
    """Return what the record keeps of a proposal's words: that they stay the same, not what."""
    told = [
        *(proposal.action, proposal.subject_id, proposal.about, proposal.why),
        *(proposal.before, proposal.after),
        proposal.maker_id,
        proposal.said,
    ]
    salted = bytes.fromhex(proposal.salt) + canonical({"proposal": told}).encode()
    return hashlib.blake2b(salted, digest_size=32).hexdigest()


def checked() -> Iterator[RecordLine]:
    """Yield every line, proved against the one before; a CheckFault names the first bad one."""
    before = FIRST
    lines = RecordLine.objects.order_by("number").iterator(TAKEN_ON)
    for number, line in enumerate(lines, 1):
        if line.number != number:
            raise CheckFault(f"the record is broken at line {number}: it is missing")
        if line.before != before:
            raise CheckFault(
                f"the record is broken at line {number}: it does not follow the line before it"
            )
        if hash_of(line) != line.hash:
            raise CheckFault(f"the record is broken at line {number}: it was changed")
        before = line.hash
        yield line


def check() -> tuple[int, str]:
    """Prove the record, and that users and proposals stand as it tells.

    Returns how many lines there are and the last hash, which kept elsewhere proves them all.
    Raises ``CheckFault`` naming the first line that is not as written, else who differs.
    """
    number, last = 0, FIRST
    roles: dict[int, list[str]] = {}
    locked: dict[int, bool] = {}
    proposals: dict[int, tuple[str, str, int | None]] = {}
    for line in checked():
        number, last = line.number, line.hash
        facts = json.loads(line.facts)
        if (user := facts.get("user")) is not None:
            roles[user] = facts.get("roles", roles.get(user, []))
            locked[user] = facts.get("locked", locked.get(user, False))
        if (proposal := facts.get("proposal")) is not None:
            checker = None if facts["state"] == State.WAITING else line.actor
            proposals[proposal] = (facts["digest"], facts["state"], checker)
    check_users(roles, locked)
    check_proposals(proposals)
    return number, last


def check_users(roles: Mapping[int, list[str]], locked: Mapping[int, bool]) -> None:
    """Refuse users whose roles or locks are not those the record tells."""
    held: dict[int, list[str]] = {}
    for user, role in Holding.objects.order_by("role").values_list("user_id", "role"):
        held.setdefault(user, []).append(role)
    found = dict(User.objects.values_list("pk", "is_locked"))
    for user in sorted(found.keys() | roles.keys()):
        if held.get(user, []) != roles.get(user) or found.get(user) != locked.get(user):
            raise CheckFault(
                f"user {user} is not as the record tells: roles or lock were changed past it"
            )


def check_proposals(told: Mapping[int, tuple[str, str, int | None]]) -> None:
    """Refuse proposals whose words or decision are not those the record tells."""
    found = {
        row.pk: (digest_of(row), row.state, row.checker_id)
        for row in Proposal.objects.iterator(TAKEN_ON)
    }
    for number in sorted(found.keys() | told.keys()):
        if found.get(number) != told.get(number):
            raise CheckFault(f"proposal {number} is not as the record tells")
