"""The public page of circulars, and the desk that drafts and proposes them."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from huiguan.foundation.faults import InputFault
from huiguan.office.circulars import selectors
from huiguan.office.circulars.drafting import draft_circular
from huiguan.office.circulars.models import CircularState
from huiguan.office.circulars.pages import forms
from huiguan.office.display.views import page
from huiguan.office.people import proposals
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.forms import Why
from huiguan.office.people.pages.gate import desk, open_to, reader, see_other
from huiguan.office.people.roles import Action, Right

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
AGAIN_SECONDS = 5


def public(request: Request) -> Answer:
    """Show every circular that was issued, the newest first."""
    return page(request, "circulars.html", circulars=selectors.published())


@open_to(Action.SEE_DAYS, Right.SEE)
def rule_desk(request: Request) -> Answer:
    """Show drafts and circulars, and draft one: the form of one kind at a time."""
    person, asked = reader(request), []
    drafts = forms.DRAFTS if person.may(Action.ISSUE_CIRCULAR, Right.MAKE) else ()
    chosen = request.POST.get("form", request.GET.get("kind", ""))
    for number, kind in enumerate(drafts):
        if str(number) != chosen:
            continue
        given = request.POST if request.method == "POST" else None
        form = kind(given, prefix=f"c{number}")
        if given is not None and form.is_valid():
            assert person.user is not None, "the gate lets nobody else in"
            try:
                made = draft_circular(user=person.user, table=kind.table, given=form.cleaned_data)
            except InputFault as fault:
                form.refuse(fault)
            else:
                return see_other(f"/rule-desk/{made.pk}")
        asked.append((str(number), form))
    status = REFUSED if any(form.errors for _, form in asked) else 200
    kinds = [(str(number), kind.heading) for number, kind in enumerate(drafts)]
    return desk(
        request, "rule_desk.html", status, circulars=selectors.every(), asked=asked, kinds=kinds,
        kind=chosen,
    )  # fmt: skip


@open_to(Action.SEE_DAYS, Right.SEE)
def draft(request: Request, number: str) -> Answer:
    """Show a draft with its effect, and propose to issue it."""
    found = selectors.by_key(int(number))
    if found is None:
        raise Http404
    person = reader(request)
    may = person.may(Action.ISSUE_CIRCULAR, Right.MAKE)
    waits = found.state == CircularState.DRAFT and may and found.shadowed_at is not None
    form = Why(request.POST or None) if waits else None
    if form is not None and request.method == "POST" and form.is_valid():
        assert person.user is not None, "the gate lets nobody else in"
        try:
            made = proposals.propose(
                maker=person.user, action=Action.ISSUE_CIRCULAR, subject=f"circular {found.pk}",
                after={}, why=form.cleaned_data["why"],
            )  # fmt: skip
        except InputFault as fault:
            form.refuse(fault)
        else:
            return see_other(f"/proposals/{made.pk}")
    status = REFUSED if form is not None and form.errors else 200
    answer = desk(request, "draft.html", status, one=found, form=form)
    if found.shadowed_at is None and request.method != "POST":
        answer.headers["Refresh"] = str(AGAIN_SECONDS)
    return answer
