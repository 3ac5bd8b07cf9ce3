"""A trader's statements by day, by trade and by month: page, text and PDF; a broker's beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from huiguan.days.statement import TITLES, pdf
from huiguan.exchange.reports.statements.heads import View
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.display.records.days import closed_days
from huiguan.office.display.records.why import why_page
from huiguan.office.members import statements
from huiguan.office.members.pages.forms import BrokerForm
from huiguan.office.members.pages.gate import for_bound, own_code
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.members.models import Binding

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
KINDS = {"txt": "text/plain; charset=utf-8", "pdf": "application/pdf"}
MOST_SAME = 200  # lines without a difference that a page shows
reads = for_bound(Action.TRADE, Right.DO, by_code=True)
sees = for_bound(Action.SEE_MEMBER, Right.SEE, by_code=False)


def view_asked(request: Request) -> View:
    """Return the view that an address names; by day without one."""
    try:
        return View(request.GET.get("by", View.DAY))
    except ValueError:
        raise Http404 from None


@reads
def statement(request: Request, binding: Binding, day: str = "", kind: str = "") -> Answer:
    """Show a statement, of the last closed day without an address; or hand out its text or PDF."""
    days = closed_days(shown().follower.places.days)
    if day and int(day) not in days:
        raise Http404
    code, view = own_code(binding, request.GET.get("code", "")), view_asked(request)
    chosen = int(day) if day else days[0] if days else 0
    one, said = None, ""
    if chosen:
        try:
            found = statements.statement(chosen, code, view)
            if kind:
                content = found.text if kind == "txt" else pdf(found, request.words)
                return handed_out(content, kind, f"statement-{view}-{chosen}-{code}")
            one = found.page
        except InputFault as fault:  # the code is younger than the day, or there is no PDF here
            said = str(fault)
    return desk(
        request, "statement.html", 409 if said and kind else 200, one=one, said=said,
        days=[(one, show_day(one)) for one in days], chosen_day=chosen, code=code,
        codes=binding.codes, view=view, views=[(one, TITLES[one]) for one in View],
    )  # fmt: skip


def handed_out(content: str | bytes, kind: str, name: str) -> Answer:
    """Return a file to be kept; its name holds no more than its address."""
    answer = HttpResponse(content, content_type=KINDS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


@reads
def why(request: Request, binding: Binding, day: str, what: str, code: str) -> Answer:
    """Say why fees or margin of an own code were what they were."""
    own_code(binding, code)
    return told_why(request, day, what, code, (f"/trade/statement/{day}?code={code}", "Statement"))


@sees
def member_why(request: Request, binding: Binding, day: str, what: str, code: str) -> Answer:
    """Say why the clearing deposit of a clerk's member was, or a figure of a code of it."""
    if code != binding.member and not (code.startswith(binding.member) and what != "call"):
        raise Http404
    return told_why(request, day, what, code, ("/member", "Member"))


def told_why(request: Request, day: str, what: str, code: str, back: tuple[str, str]) -> Answer:
    """Return the page of an explanation of a closed day."""
    if int(day) not in closed_days(shown().follower.places.days):
        raise Http404
    shows = why_page(request.words, int(day), what, code)
    return desk(
        request, "why.html", 200 if shows["one"] else 404, back=[back], subject=code, **shows
    )


@reads
def broker(request: Request, binding: Binding) -> Answer:
    """Read a broker's statement in and show it beside ours; nothing of it is kept."""
    found, form = None, BrokerForm(binding.codes, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        code = own_code(binding, form.cleaned_data["trading_code"])
        try:
            found = statements.beside(form.cleaned_data["file"].read(), code)
        except InputFault as fault:
            form.refuse(fault)
    lines = found.found.lines if found else []
    same = [line for line in lines if line.state == "same"]
    return desk(
        request, "broker.html", REFUSED if form.errors else 200, form=form, one=found,
        differing=[line for line in lines if line.state != "same"], same=same[:MOST_SAME],
        count=len(lines), alike=len(same),
    )  # fmt: skip
