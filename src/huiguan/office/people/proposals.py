"""Four eyes: one person proposes a change with a reason, another one decides, and it runs once.

The decision, the change and its line in the record are one transaction. Whoever decides is neither
the maker nor the person it is about; the database refuses both too. What changed since the proposal
was made is not overwritten: it has to be proposed again.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.office.people import record
from huiguan.office.people.deeds import DEEDS
from huiguan.office.people.models import Proposal, State, User
from huiguan.office.people.roles import Action, Right, may
from huiguan.office.people.selectors import told_of
from huiguan.office.persons.exports import archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from huiguan.office.people.deeds import Done, Subject

GOOD_FOR = dt.timedelta(days=7)
LONGEST_WORDS = 500


def checked_words(words: str) -> str:
    """Return a reason on one line, or raise ``InputFault``."""
    found = " ".join(words.split())
    if not found:
        raise InputFault("say why; the other person and the auditor read it")
    if len(found) > LONGEST_WORDS:
        raise InputFault(f"the words are too long: {len(found)} letters of at most 500")
    return found


def check_right(user: User, action: Action, right: Right) -> None:
    """Refuse somebody whose roles do not give a right, or who is locked."""
    if user.is_locked or not may(user.roles, action, right):
        if right is Right.MAKE:
            raise InputFault("your roles do not let you propose this")
        raise InputFault("your roles do not let you decide on this")


@transaction.atomic
def propose(
    *, maker: User, action: Action, subject: Subject, after: Mapping[str, Any], why: str
) -> Proposal:
    """Ask for a change of a person or of another thing by its name; nothing is changed yet.

    Raises ``InputFault`` for somebody without the right, without a reason, or where the change
    makes no sense now.
    """
    if action not in DEEDS:
        raise InputFault("this is done by one person; nothing is proposed")
    check_right(maker, action, Right.MAKE)
    deed, now = DEEDS[action], timezone.now()
    deed.for_maker(maker, subject)
    proposal = Proposal(
        action=action,
        subject=subject if isinstance(subject, User) else None,
        about=subject if isinstance(subject, str) else "",
        before=deed.before(subject),
        after=deed.wanted(subject, after),
        why=checked_words(why),
        maker=maker,
        made_at=now,
        ends_at=now + GOOD_FOR,
        salt=secrets.token_hex(16),
    )
    proposal.save(force_insert=True)
    tell(maker, proposal, {})
    return proposal


def approve(*, checker: User, number: int) -> Done:
    """Approve a proposal and run it, once; return what was done.

    Raises ``InputFault`` where the person may not decide on it, where it was decided or is too old,
    and where what it changes is no longer what it was.
    """
    with transaction.atomic():
        proposal = decided(checker, number, State.APPROVED, "")
        if proposal.ends_at < proposal.decided_at:
            raise InputFault(f"proposal {number} is too old to be approved; make it again")
        deed = DEEDS[Action(proposal.action)]
        if deed.before(proposal.subject or proposal.about or None) != proposal.before:
            raise InputFault(
                f"what proposal {number} changes was changed meanwhile; decline it, and make it "
                "again"
            )
        done = deed.run(proposal)
        tell(checker, proposal, done.facts)
    return done


@transaction.atomic
def export(*, user: User, of: User, words: Callable[[str], str]) -> bytes:
    """Return all that is kept of a person as an archive, and record that it was taken.

    Everybody may have what is kept of themselves; of others, who has the right.
    """
    if user != of:
        check_right(user, Action.EXPORT_PERSON, Right.DO)
    if of.is_erased:
        raise InputFault("this person is erased; there is nothing to export")
    record.write(actor=user, action=Action.EXPORT_PERSON, subject=f"user {of.pk}", facts={})
    return archive(told_of(of), words)


def became(proposal: Proposal) -> str:
    """Return what became of an approved proposal outside of the office, in words; or nothing."""
    if proposal.state != State.APPROVED:
        return ""
    return DEEDS[Action(proposal.action)].became(proposal)


@transaction.atomic
def decline(*, checker: User, number: int, why: str) -> Proposal:
    """Decline a proposal, with a reason; it never runs."""
    proposal = decided(checker, number, State.DECLINED, checked_words(why))
    tell(checker, proposal, {})
    return proposal


def decided(checker: User, number: int, state: State, said: str) -> Proposal:
    """Return a proposal with its decision written, by a person who may decide on it."""
    record.one_at_a_time()  # what is decided sees all that was decided before
    proposal = Proposal.objects.select_for_update().filter(pk=number).first()
    if proposal is None:
        raise InputFault(f"there is no proposal {number}")
    check_right(checker, Action(proposal.action), Right.CHECK)
    if checker.pk == proposal.maker_id:
        raise InputFault("nobody decides on a proposal of their own; another person has to")
    if checker.pk == proposal.subject_id:
        raise InputFault("nobody decides on a proposal about themselves; another person has to")
    if proposal.state != State.WAITING:
        if proposal.state == State.APPROVED:
            raise InputFault(f"proposal {number} was approved already")
        raise InputFault(f"proposal {number} was declined already")
    proposal.state, proposal.checker = state, checker
    proposal.decided_at, proposal.said = timezone.now(), said
    proposal.save(update_fields=["state", "checker", "decided_at", "said"])
    return proposal


def tell(actor: User, proposal: Proposal, facts: Mapping[str, Any]) -> None:
    """Write the line of a proposal: made, approved with what it did, or declined."""
    told = {"proposal": proposal.pk, "digest": record.digest_of(proposal), "state": proposal.state}
    record.write(
        actor=actor,
        action=proposal.action,
        subject=f"proposal {proposal.pk}",
        facts={**facts, **told},
    )
