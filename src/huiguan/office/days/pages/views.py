"""The desks of days: the live day, and the days there were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.office.days import floor, proving, selectors
from huiguan.office.days.pages import forms, live, stopping
from huiguan.office.days.pages.evening import AGAIN_SECONDS
from huiguan.office.display.here import shown
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk, open_to, reader, see_other
from huiguan.office.people.pages.people import proposed
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.days.floor import Switches

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


def switches_now() -> Switches | None:
    """Return what is stopped in the market, or None while it does not answer."""
    try:
        return floor.switches()
    except InputFault:
        return None


@open_to(Action.SEE_LIVE_DAY, Right.SEE)
def live_day(request: Request) -> Answer:
    """Show every product as it stands, propose a measure, or stop something at once."""
    done, stop, stops = stopping.stops(request)
    if done:
        return done
    person, asked = reader(request), []
    for number, kind in enumerate(forms.MEASURES):
        if not person.may(Action.HALT_TRADING, Right.MAKE):
            break
        name = str(number)
        given = request.POST if request.POST.get("form") == name else None
        form = kind(given, prefix=f"m{name}")
        if given is not None and form.is_valid():
            made = proposed(request, form.action, form.subject, form)
            if made:
                return made
        asked.append((name, form))
    switches = switches_now()
    halted = set(switches.halted) if switches else set()
    here = shown()
    with here.follower.lock:
        day = here.follower.day
        lines = live.product_lines(day, here.books, halted) if day and day.reads else []
    forms_sent = [form for _, form in asked] + [stop, *(one.form for one in stops)]
    status = REFUSED if any(form.errors for form in forms_sent if form) else 200
    return desk(
        request, "live_day.html", status, lines=lines, switches=switches, asked=asked, stop=stop,
        stops=stops, stands=here.follower.stands,
    )  # fmt: skip


@open_to(Action.SEE_DAYS, Right.SEE)
def all_days(request: Request) -> Answer:
    """Show every day that was recorded, the newest first."""
    return desk(request, "days.html", days=selectors.recorded_days())


@open_to(Action.SEE_DAYS, Right.SEE)
def one_day(request: Request, day: str) -> Answer:
    """Show a recorded day: its hashes, its members, its products; prove it where that is asked."""
    found = selectors.versions_of(int(day))
    if not found:
        raise Http404
    person = reader(request)
    may_prove, said = person.may(Action.VERIFY_DAY, Right.DO), ""
    if request.method == "POST" and may_prove:
        assert person.user is not None, "the gate lets nobody else in"
        try:
            proving.ask_proof(user=person.user, trading_day=int(day))
        except InputFault as fault:
            said = str(fault)
        else:
            return see_other(request.path)
    newest = found[0]
    proofs = selectors.proofs_of(int(day))
    answer = desk(
        request, "day.html", REFUSED if said else 200, one=newest, versions=found[1:],
        pools=selectors.pools_of(newest), products=selectors.products_of(int(day)),
        forced=selectors.forced_after(newest), proofs=proofs, may_prove=may_prove, said=said,
        told=show_day(int(day)),
    )  # fmt: skip
    if any(proof.ended_at is None for proof in proofs):
        answer.headers["Refresh"] = str(AGAIN_SECONDS)
    return answer
