"""Errands: what the market is to do for an approved proposal, asked until it answers, done once.

The errand is written in the transaction that approves. It is sent when that is over, and by the
office's process again and again as long as no answer came: in order, each under a name that the
market knows for as long as it runs. A market that fell in the midst is asked again when it stands,
unless what the errand sets is so already.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from huiguan.exchange.messages import Scope
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.office.days import floor
from huiguan.office.days.models import EmergencyErrand, Errand, ErrandState
from huiguan.office.people import record

if TYPE_CHECKING:
    from huiguan.office.people.models import Proposal

    AnyErrand = Errand | EmergencyErrand

LONGEST = 500
DONE_BEFORE: dict[str, int] = {}  # the answer to what is so already
NAME_BYTES = 16


def write_errand(*, proposal: Proposal, do: str, given: dict[str, Any]) -> Errand:
    """Write down what the market is to do, in the transaction that approves; it is sent after."""
    return sent_after(Errand(proposal=proposal, do=do, given=given))


def sent_after(errand: AnyErrand) -> AnyErrand:
    """Save an errand in this transaction and have it sent when that is over."""
    record.one_at_a_time()
    errand.request, errand.made_at = f"office {secrets.token_hex(NAME_BYTES)}", timezone.now()
    errand.save(force_insert=True)
    transaction.on_commit(send_waiting, robust=True)
    return errand


def send_waiting() -> int:
    """Ask the market for every errand that waits, in order; return how many it answered.

    Emergencies come first.
    """
    answered = 0
    for kind in (EmergencyErrand, Errand):
        for errand in kind.objects.filter(state=ErrandState.WAITING).order_by("pk"):
            try:
                answer = DONE_BEFORE if is_so(errand) else ask(errand)
            except floor.FloorAway:
                return answered
            except InputFault as fault:
                end_errand(errand=errand, said=str(fault))
            else:
                end_errand(errand=errand, answer=answer)
            answered += 1
    return answered


def ask(errand: AnyErrand) -> object:
    """Return the answer of the market to an errand."""
    return floor.ask(errand.do, errand.given, errand.request)


def is_so(errand: AnyErrand) -> bool:
    """Return whether what a halt or a kill switch sets is so in the market already.

    A market that did it and fell before its answer was heard is then not told a second time, so
    its journal holds the command once.
    """
    given = errand.given
    kind, scope = given.get("kind", ""), given.get("scope", -1)
    if kind not in ("set_halt", "set_kill_switch"):
        return False
    if given["trading_day"] != floor.stands().trading_day:
        return False  # the market refuses what is for another day
    image = floor.image_of(given["trading_day"])
    if kind == "set_halt":
        found = floor.switches()
        product = scope == Scope.PRODUCT
        names = image.names.instruments
        rows = (
            np.flatnonzero(image.instruments["product"] == given["target"]).tolist()
            if product
            else [given["target"]]
        )
        about, set_now = {names[row] for row in rows if row < len(names)}, set(found.halted)
    else:
        by_member = scope == Scope.MEMBER
        names = image.names.members if by_member else image.names.trading_codes
        about = {names[given["target"]]}
        found = floor.switches(*(() if by_member else about))
        set_now = set(found.killed_members if by_member else found.killed_codes)
    if found.trading_day != given["trading_day"] or not about:
        return False
    return about <= set_now if given["engaged"] else not about & set_now


@transaction.atomic
def end_errand(*, errand: AnyErrand, answer: object = None, said: str = "") -> None:
    """Write down what the market answered, once: two who asked for the same hear the same."""
    record.one_at_a_time()
    found = type(errand).objects.select_for_update().get(pk=errand.pk)
    if found.state != ErrandState.WAITING:
        return
    outcome = answer if isinstance(answer, dict) else {}
    if refusal := outcome.get("refusal", 0):
        said = refusal_words(refusal)
    found.state = ErrandState.REFUSED if said else ErrandState.DONE
    found.count = 0 if said else outcome.get("first_figure", 0)
    found.said, found.answered_at = said[:LONGEST], timezone.now()
    found.save(update_fields=["state", "count", "said", "answered_at"])
    action, subject = found.told_as
    record.write(
        actor=None,
        action=action,
        subject=subject,
        facts={"market": found.state, "count": found.count},
    )


def refusal_words(number: int) -> str:
    """Return why the market refused, by the number of the refusal."""
    known = {int(refusal): refusal for refusal in Refusal}
    return known[number].english if number in known else f"number {number}"


def became(proposal: Proposal) -> str:
    """Return how far the errand of an approved proposal is, in words."""
    return answered_words(Errand.objects.get(proposal=proposal))


def answered_words(errand: AnyErrand) -> str:
    """Return how far an errand is, in words."""
    if errand.state == ErrandState.WAITING:
        return "approved; the market does not answer now and is asked until it does"
    if errand.state == ErrandState.REFUSED:
        return f"approved, and refused by the market: {errand.said}"
    return f"approved, and done by the market; touched: {errand.count}"
