"""Issuing a circular under four eyes: approved, then written into the hall's own books, once.

The approval is a row; the books are written when its transaction is over, and by the office's
process as long as they are not. Who is killed in between finds the folder of that circular there,
or writes it: a folder is named by the circular that made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.office.circulars.drafting import check_in_time, circular_of
from huiguan.office.circulars.models import CircularState, HallCircular
from huiguan.office.days import floor
from huiguan.office.display.here import shown
from huiguan.office.people import record
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.roles import Action
from huiguan.storage.market.rulebooks.circulars import issue, issued, read_circular

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal

LONGEST = 500


def draft_of(subject: Subject) -> HallCircular:
    """Return the circular that a proposal is about."""
    number = subject.removeprefix("circular ") if isinstance(subject, str) else ""
    found = HallCircular.objects.filter(pk=int(number) if number.isdecimal() else 0).first()
    if found is None:
        raise InputFault("there is no such circular")
    return found


def state_of(subject: Subject) -> Facts:
    """Return how far a circular is."""
    return {"state": draft_of(subject).state}


def want_issue(subject: Subject, _: Mapping[str, Any]) -> Facts:
    """Check that a draft may be issued: its effect was shown, and it is in time."""
    draft = draft_of(subject)
    if draft.state != CircularState.DRAFT:
        raise InputFault(f"this circular is {draft.state} already")
    if draft.shadowed_at is None:
        raise InputFault("its shadow run is not over; propose it when its effect is shown")
    if "fault" in draft.shadow:
        raise InputFault("its shadow run failed; draft it anew")
    check_in_time(draft.takes_effect)
    values = [f"{name} {value}" for name, value in draft.row.items()]
    first = show_day(draft.takes_effect)
    return {"product": draft.product, "table": draft.table, "row": values, "first day": first}


def run_issue(proposal: Proposal) -> Done:
    """Approve a circular; its books are written after."""
    draft = draft_of(proposal.about)
    check_in_time(draft.takes_effect)
    draft.state, draft.decided_at = CircularState.APPROVED, timezone.now()
    draft.save(update_fields=["state", "decided_at"])
    transaction.on_commit(issue_approved, robust=True)
    return Done({"circular": draft.pk})


def became(proposal: Proposal) -> str:
    """Return how far an approved circular is, in words."""
    draft = draft_of(proposal.about)
    if draft.state == CircularState.ISSUED:
        first = show_day(draft.takes_effect)
        return f"approved; circular {draft.number} is issued and holds from {first} on"
    if draft.state == CircularState.FAILED:
        return f"approved, and not issued: {draft.said}"
    return "approved; the books are being written"


def issue_approved() -> int:
    """Write the books of every approved circular, in order; return how many were found.

    Who approves and the office's process may do so at once: one waits for the other.
    """
    approved = HallCircular.objects.filter(state=CircularState.APPROVED)
    found = list(approved.order_by("decided_at", "pk"))
    for draft in found:
        try:
            settle(draft)
        except floor.FloorAway:
            break
    return len(found)


@transaction.atomic
def settle(draft: HallCircular) -> None:
    """Write the books of an approved circular, and that they are written, while nobody else does.

    What a kill leaves behind is either no folder, or one that is found by the next who looks.
    """
    record.one_at_a_time()
    kept = HallCircular.objects.select_for_update().get(pk=draft.pk)
    if kept.state != CircularState.APPROVED:
        return
    try:
        number = number_there(kept) or write_it(kept)
    except floor.FloorAway:
        raise
    except InputFault as fault:
        end_issue(draft=kept, said=str(fault)[:LONGEST])
    else:
        end_issue(draft=kept, number=number)


def number_there(draft: HallCircular) -> int:
    """Return the number under which a circular is in force already, or 0."""
    for number, path in enumerate(issued(floor.hall()), 1):
        if read_circular(path).key == draft.key:
            return number
    return 0


def write_it(draft: HallCircular) -> int:
    """Put a circular in force, if it still is in time; return its number."""
    check_in_time(draft.takes_effect)
    return issue(floor.hall(), shown().own_folders, circular_of(draft))


def end_issue(*, draft: HallCircular, number: int | None = None, said: str = "") -> None:
    """Write down that a circular is issued, or why it is not, in the transaction of ``settle``."""
    draft.state = CircularState.FAILED if said else CircularState.ISSUED
    draft.number, draft.said = number, said
    draft.save(update_fields=["state", "number", "said"])
    record.write(
        actor=None,
        action=Action.ISSUE_CIRCULAR,
        subject=f"circular {draft.pk}",
        facts={"state": draft.state, "number": number or 0},
    )


DEEDS = {Action.ISSUE_CIRCULAR: Deed(state_of, want_issue, run_issue, became)}
