"""Users, proposals and the record: the desks of administrator, supervisor and auditor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.office.people import proposals, record, selectors
from huiguan.office.people.pages import forms
from huiguan.office.people.pages.account import REFUSED, archive_of
from huiguan.office.people.pages.gate import desk, open_to, reader, see_other
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.people.deeds import Subject
    from huiguan.office.people.models import Proposal

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
ASKED = {  # what is asked for on the page of a user, and the form that asks
    Action.CHANGE_ROLES: forms.Roles,
    Action.LOCK_USER: forms.Why,
    Action.UNLOCK_USER: forms.Why,
    Action.RESET_PASSWORD: forms.Why,
    Action.ERASE_PERSON: forms.Why,
}


@open_to(Action.SEE_USERS, Right.SEE)
def users(request: Request) -> Answer:
    """Show every user, or those of whom exactly something is kept; no address ever holds it."""
    can_make = reader(request).may(Action.MAKE_USER, Right.MAKE)
    form = forms.Find(request.POST or None)
    is_asked = request.method == "POST" and form.is_valid()
    found = selectors.found_by(form.cleaned_data["text"]) if is_asked else selectors.users()
    status = REFUSED if form.errors else 200
    return desk(
        request, "users.html", status, users=found, can_make=can_make, form=form, is_asked=is_asked
    )


@open_to(Action.MAKE_USER, Right.MAKE)
def new_user(request: Request) -> Answer:
    """Propose a user."""
    form = forms.NewUser(request.POST or None)
    made = form.is_valid() and proposed(request, Action.MAKE_USER, None, form)
    return made or desk(request, "new_user.html", REFUSED if form.errors else 200, form=form)


@open_to(Action.SEE_USERS, Right.SEE)
def user(request: Request, number: str) -> Answer:
    """Show a user, and propose a change."""
    found = selectors.user_by_number(int(number))
    if found is None:
        raise Http404
    can_export = reader(request).may(Action.EXPORT_PERSON, Right.DO) and not found.is_erased
    if can_export and request.POST.get("do") == "export":
        return archive_of(request, found)
    asked = {}
    for action, kind in ({} if found.is_erased else ASKED).items():
        pointless = Action.LOCK_USER if found.is_locked else Action.UNLOCK_USER
        if action is pointless or not reader(request).may(action, Right.MAKE):
            continue
        given = request.POST if request.POST.get("do") == action else None
        form = kind(given, initial={"roles": found.roles}, prefix=action.replace(" ", "-"))
        if form.is_valid() and (made := proposed(request, action, found, form)):
            return made
        asked[str(action)] = form
    status = REFUSED if any(form.errors for form in asked.values()) else 200
    return desk(
        request, "user.html", status, user=found, asked=asked.items(), can_export=can_export
    )


def proposed(request: Request, action: Action, subject: Subject, form: Any) -> Answer:  # noqa: ANN401  a form that a service may refuse
    """Return the way to a proposal of what a good form says, or None: the form says why not."""
    maker = reader(request).user
    assert maker is not None, "the gate lets nobody else in"
    given = form.cleaned_data
    try:
        made = proposals.propose(
            maker=maker, action=action, subject=subject, after=given, why=given["why"]
        )
    except InputFault as fault:
        form.refuse(fault)
        return None
    return see_other(f"/proposals/{made.pk}")


@open_to(Action.SEE_OWN_PROPOSALS, Right.SEE)
def all_proposals(request: Request) -> Answer:
    """Show what waits, and what was decided."""
    person = reader(request)
    return desk(
        request, "proposals.html", waiting=selectors.proposals_waiting(person),
        past=selectors.proposals_past(person),
    )  # fmt: skip


@open_to(Action.SEE_OWN_PROPOSALS, Right.SEE)
def proposal(request: Request, number: str) -> Answer:
    """Show a proposal, and decide on it."""
    found = selectors.proposal(reader(request), int(number))
    if found is None:
        raise Http404
    doing, said, done = request.POST.get("do", ""), "", None
    checker = reader(request).user
    assert checker is not None, "the gate lets nobody else in"
    form = forms.Decline(request.POST if doing == "decline" else None)
    try:
        if doing == "approve":
            done = proposals.approve(checker=checker, number=found.pk)
        elif doing == "decline" and form.is_valid():
            why = form.cleaned_data["why"]
            proposals.decline(checker=checker, number=found.pk, why=why)
    except InputFault as fault:
        said = str(fault)
    shown = selectors.proposal(reader(request), int(number)) if doing else found
    assert shown is not None, "a proposal is never removed"
    return desk(
        request, "proposal.html", REFUSED if said or form.errors else 200, one=shown, done=done,
        said=said, form=form, may=what_may(request, shown),
        before=selectors.facts_of(shown.before), after=selectors.facts_of(shown.after),
        became=proposals.became(shown),
    )  # fmt: skip


def what_may(request: Request, found: Proposal) -> str:
    """Return what the reader may do about a proposal: decide, or why not."""
    person = reader(request)
    assert person.user is not None, "the gate lets nobody else in"
    if not selectors.is_open(found, timezone.now()):
        return "nothing"
    if not person.may(Action(found.action), Right.CHECK):
        return "see"
    if person.user.pk == found.maker_id:
        return "made it"
    if person.user.pk == found.subject_id:
        return "is it"
    return "decide"


@open_to(Action.SEE_RECORD, Right.SEE)
def whole_record(request: Request) -> Answer:
    """Show the record from its end, and prove it where that is asked."""
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    lines = selectors.lines_before(before)
    counted, proved, said = 0, "", ""
    if "check" in request.GET:
        try:
            counted, proved = record.check()
        except CheckFault as fault:
            said = str(fault)
    further = lines[-1].number if lines and lines[-1].number > 1 else 0
    return desk(
        request, "record.html", lines=lines, further=further, counted=counted, proved=proved,
        said=said,
    )  # fmt: skip
