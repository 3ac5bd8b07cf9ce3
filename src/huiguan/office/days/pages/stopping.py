"""Stops in an emergency on the page of a live day: the form of one person, that of the second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.foundation.faults import InputFault
from huiguan.office.days.deeds import emergencies
from huiguan.office.days.models import EmergencyEnd
from huiguan.office.days.pages import forms
from huiguan.office.people.pages.gate import reader, see_other
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.days.models import Emergency

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


class ShownStop(NamedTuple):
    """A stop as the page has it: what it is about, and the form of who may decide on it."""

    found: Emergency
    what: str
    name: str
    became: str
    form: forms.EndStop | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided on it yet."""
        return self.found.end == EmergencyEnd.OPEN


def stops(request: Request) -> tuple[Answer | None, forms.Stop | None, list[ShownStop]]:
    """Return the answer to a form that was sent well, or what the page shows of stops."""
    person, sent = reader(request), request.POST.get("form", "")
    form = None
    if person.may(Action.STOP_IN_EMERGENCY, Right.DO):
        form = forms.Stop(request.POST if sent == "stop" else None, prefix="stop")
        if form.is_valid() and stopped(request, form):
            return see_other(request.path), None, []
    shown = []
    for found in emergencies.latest():
        own = found.made_by_id == (person.user.pk if person.user else 0)
        may = person.may(Action.STOP_IN_EMERGENCY, Right.CHECK) and not own
        ending = None
        if may and found.end == EmergencyEnd.OPEN:
            prefix = f"stop{found.pk}"
            ending = forms.EndStop(request.POST if sent == prefix else None, prefix=prefix)
            if ending.is_valid() and ended(request, found, ending):
                return see_other(request.path), None, []
        what, _, name = found.about.partition(" ")
        shown.append(ShownStop(found, what, name, emergencies.became(found), ending))
    return None, form, shown


def stopped(request: Request, form: forms.Stop) -> bool:
    """Stop what a good form says; False: the form says why not."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    try:
        emergencies.stop(user=user, about=form.about, why=form.cleaned_data["why"])
    except InputFault as fault:
        form.refuse(fault)
        return False
    return True


def ended(request: Request, found: Emergency, form: forms.EndStop) -> bool:
    """Decide on a stop as a good form says; False: the form says why not."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    given = form.cleaned_data
    lift = given["do"] == "lift"
    try:
        emergencies.decide(user=user, number=found.pk, lift=lift, why=given["why"])
    except InputFault as fault:
        form.refuse(fault)
        return False
    return True
