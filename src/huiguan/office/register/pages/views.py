"""The register: all of it for those who watch over the market, a member's part for its own clerk.

Whose part a clerk sees says the binding of the session, and no address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from huiguan.exchange.register.lists import OF_MEMBERS, TABLES, Listed
from huiguan.foundation.faults import InputFault
from huiguan.office.members.pages.gate import for_bound, user_of
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk, open_to, reader, see_other
from huiguan.office.people.roles import Action, Right
from huiguan.office.register import changing, mornings, selectors
from huiguan.office.register.pages.forms import FileForm, RowForm
from huiguan.office.register.sheets import Read, read_rows, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.register.lists import Rows
    from huiguan.office.members.models import Binding

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
PAGE = 200  # rows of a page
FILE_ID = "file_%s"  # of fields, beside those of the form of a row
HEADINGS = {
    Listed.MEMBERS: "Members",
    Listed.SEATS: "Seats",
    Listed.CODES: "Trading codes",
    Listed.GROUPS: "Control groups",
    Listed.PROGRAMMES: "Programme trading",
    Listed.QUOTAS: "Hedging quotas",
}
owns = for_bound(Action.SEE_MEMBER, Right.SEE, by_code=False)
sees = open_to(Action.SEE_REGISTER, Right.SEE)


@sees
def whole(request: Request, name: str = "members", csv: str = "") -> Answer:
    """Show a list of the register; propose rows of it, by a form or by a file."""
    return answered(request, Listed(name), "", csv=bool(csv))


@owns
def own(request: Request, binding: Binding, name: str = "codes", csv: str = "") -> Answer:
    """Show what a clerk's own member has in a list, and propose rows of it."""
    listed = Listed(name)
    if listed not in OF_MEMBERS and listed is not Listed.SEATS:
        raise Http404
    return answered(request, listed, binding.member, csv=bool(csv))


def answered(request: Request, listed: Listed, member: str, *, csv: bool) -> Answer:
    """Return a list as a page or as a file, or the way to the proposal of what was given."""
    rows = selectors.rows_of(listed, member)
    if csv:
        answer = HttpResponse(
            written(listed, rows.values()), content_type="text/csv; charset=utf-8"
        )
        answer.headers["Content-Disposition"] = f'attachment; filename="{listed}.csv"'
        return answer
    may_make = reader(request).may(changing.ACTIONS[listed], Right.MAKE)
    doing = request.POST.get("do", "") if may_make else ""
    picked = rows.get(request.GET.get("row", "")) if may_make else None
    spoken = request.words.head
    form = RowForm(listed, spoken, request.POST if doing == "row" else None,
                   initial=picked or {"member": member})  # fmt: skip
    sheet = (
        FileForm(request.POST, request.FILES, auto_id=FILE_ID)
        if doing == "file"
        else FileForm(auto_id=FILE_ID)
    )
    made, dry = None, None
    if doing == "row" and form.is_valid():
        made = proposed(request, listed, [Read(1, form.row)], member, form)
    elif doing == "file" and sheet.is_valid():
        made, dry = of_file(request, listed, member, sheet)
    if made:
        return made
    status = 403 if request.method == "POST" and not may_make else 200
    status = REFUSED if form.errors or sheet.errors or (dry and dry["faults"]) else status
    return shown(request, listed, member, rows, status, form=form, sheet=sheet, dry=dry,
                 may_make=may_make, picked=picked)  # fmt: skip


def shown(
    request: Request,
    listed: Listed,
    member: str,
    rows: Rows,
    status: int,
    **given: Any,  # noqa: ANN401  as templates take it
) -> Answer:
    """Return the page of a list."""
    asked = request.GET.get("from", "0")
    first = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    waits, columns = mornings.waits_of(listed), TABLES[listed].columns
    lines = [
        selectors.Line(
            key, [(row[one.name], bool(one.words)) for one in columns], waits.get(key, "")
        )
        for key, row in list(rows.items())[first : first + PAGE]
    ]
    place = "/own-register" if member else "/register"
    tabs = [
        (one, HEADINGS[one])
        for one in Listed
        if not member or one in OF_MEMBERS or one is Listed.SEATS
    ]
    return desk(
        request, "register.html", status, listed=str(listed), heading=HEADINGS[listed],
        heads=[one.name.replace("_", " ") for one in columns], lines=lines, place=place, tabs=tabs,
        member=member, count=len(rows), table=TABLES[listed],
        before=max(0, first - PAGE) if first else None,
        behind=first + PAGE if first + PAGE < len(rows) else None, **given,
    )  # fmt: skip


def proposed(
    request: Request,
    listed: Listed,
    rows: Sequence[Read],
    member: str,
    form: Any,  # noqa: ANN401  a form that a service may refuse
) -> Answer:
    """Return the way to the proposal of some rows, or None: the form says why not."""
    try:
        made = changing.propose(
            maker=user_of(request), listed=listed, rows=rows, member=member,
            why=form.cleaned_data["why"],
        )  # fmt: skip
    except InputFault as fault:
        form.refuse(fault)
        return None
    return see_other(f"/proposals/{made.pk}")


def of_file(request: Request, listed: Listed, member: str, form: FileForm) -> tuple[Answer, Any]:
    """Return the way to the proposal of a file, or what a dry run of it found."""
    given = form.cleaned_data["file"]
    try:
        rows = read_rows(listed, given.read(), "the file")
        found = changing.misplaced(listed, rows, member)
        cells = changing.changes(listed, [one.row for one in rows]) if not found else []
    except InputFault as fault:
        form.refuse(fault)
        return None, None
    if found or "dry" in request.POST:
        return None, {"faults": found, "changes": cells, "count": len(rows)}
    return proposed(request, listed, rows, member, form), None
