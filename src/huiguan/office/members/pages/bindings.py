"""Who is bound to what: seen by those who watch over people, changed by two of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from huiguan.office.members import bindings, selectors
from huiguan.office.members.pages.forms import BindingForm
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk, open_to, reader
from huiguan.office.people.pages.people import proposed
from huiguan.office.people.roles import Action, Right
from huiguan.office.people.selectors import user_by_number

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


@open_to(Action.SEE_BINDINGS, Right.SEE)
def all_bindings(request: Request) -> Answer:
    """Show every trader and member clerk, and what each is bound to."""
    return desk(request, "bindings.html", people=selectors.people_with_bindings())


@open_to(Action.SEE_BINDINGS, Right.SEE)
def binding(request: Request, number: str) -> Answer:
    """Show what a user is bound to, and propose another binding."""
    found = user_by_number(int(number))
    if found is None:
        raise Http404
    now = bindings.facts_of(found)
    may_make = reader(request).may(Action.BIND_USER, Right.MAKE)
    initial = {"member": now["member"], "codes": " ".join(now["codes"])}
    form = BindingForm(request.POST or None, initial=initial)
    good = request.method == "POST" and may_make and form.is_valid()
    if good and (made := proposed(request, Action.BIND_USER, found, form)):
        return made
    status = 403 if request.method == "POST" and not may_make else REFUSED if form.errors else 200
    return desk(request, "binding.html", status, one=found, now=now, form=form, may_make=may_make)
