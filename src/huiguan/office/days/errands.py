"""Errands: what the market is to do for an approved proposal, asked until it answers, done once.

The errand is written in the transaction that approves. It is sent when that is over, and by the
office's process again and again as long as no answer came: in order, each under a name that the
market knows for as long as it runs. A market that fell in the midst is asked again when it stands;
what an errand sets is a state (halted, or not), so to set it again changes nothing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.office.days import floor
from huiguan.office.days.models import Errand, ErrandState
from huiguan.office.people import record

if TYPE_CHECKING:
    from huiguan.office.people.models import Proposal

LONGEST = 500
NAME_BYTES = 16


def write_errand(*, proposal: Proposal, do: str, given: dict[str, Any]) -> Errand:
    """Write down what the market is to do, in the transaction that approves; it is sent after."""
    record.one_at_a_time()
    errand = Errand(
        proposal=proposal,
        request=f"office {secrets.token_hex(NAME_BYTES)}",
        do=do,
        given=given,
        made_at=timezone.now(),
    )
    errand.save(force_insert=True)
    transaction.on_commit(send_waiting, robust=True)
    return errand


def send_waiting() -> int:
    """Ask the market for every errand that waits, in order; return how many it answered."""
    answered = 0
    for errand in Errand.objects.filter(state=ErrandState.WAITING).order_by("pk"):
        try:
            answer = floor.ask(errand.do, errand.given, errand.request)
        except floor.FloorAway:
            break
        except InputFault as fault:
            end_errand(errand=errand, said=str(fault))
        else:
            end_errand(errand=errand, answer=answer)
        answered += 1
    return answered


@transaction.atomic
def end_errand(*, errand: Errand, answer: object = None, said: str = "") -> None:
    """Write down what the market answered, once: two who asked for the same hear the same."""
    record.one_at_a_time()
    found = Errand.objects.select_for_update().get(pk=errand.pk)
    if found.state != ErrandState.WAITING:
        return
    outcome = answer if isinstance(answer, dict) else {}
    if refusal := outcome.get("refusal", 0):
        said = refusal_words(refusal)
    found.state = ErrandState.REFUSED if said else ErrandState.DONE
    found.count = 0 if said else outcome.get("first_figure", 0)
    found.said, found.answered_at = said[:LONGEST], timezone.now()
    found.save(update_fields=["state", "count", "said", "answered_at"])
    record.write(
        actor=None,
        action=found.proposal.action,
        subject=f"proposal {found.proposal_id}",
        facts={"market": found.state, "count": found.count},
    )


def refusal_words(number: int) -> str:
    """Return why the market refused, by the number of the refusal."""
    known = {int(refusal): refusal for refusal in Refusal}
    return known[number].english if number in known else f"number {number}"


def became(proposal: Proposal) -> str:
    """Return how far the errand of an approved proposal is, in words."""
    errand = Errand.objects.get(proposal=proposal)
    if errand.state == ErrandState.WAITING:
        return "approved; the market does not answer now and is asked until it does"
    if errand.state == ErrandState.REFUSED:
        return f"approved, and refused by the market: {errand.said}"
    return f"approved, and done by the market; touched: {errand.count}"
