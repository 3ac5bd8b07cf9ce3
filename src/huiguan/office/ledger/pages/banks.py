"""Statements of banks, lines that wait, payments: the desk of the clearing clerk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from huiguan.foundation.faults import InputFault
from huiguan.office.ledger import selectors
from huiguan.office.ledger.bank import payments, receipts
from huiguan.office.ledger.pages import forms
from huiguan.office.ledger.pages.views import asked, status_of
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk, open_to, reader, see_other
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.people.models import User

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
TYPES = {"xml": "application/xml", "csv": "text/csv; charset=utf-8"}
MOST_SHOWN = 500


def clerk(request: Request) -> User:
    """Return who reads; the gate lets nobody else in."""
    found = reader(request).user
    assert found is not None, "the gate lets nobody else in"
    return found


@open_to(Action.SEE_LEDGER, Right.SEE)
def statements(request: Request) -> Answer:
    """Show what waits and the files there were; take a file in to look at."""
    form = None
    if reader(request).may(Action.LOAD_BANK_FILE, Right.DO):
        is_sent = request.method == "POST"
        form = forms.Statement(request.POST if is_sent else None, request.FILES or None)
        if is_sent and form.is_valid():
            given = form.cleaned_data["file"]
            try:
                made = receipts.look(user=clerk(request), name=given.name, data=given.read())
            except InputFault as fault:
                form.refuse(fault)
            else:
                return see_other(f"/ledger/bank/{made.pk}")
    return desk(
        request, "statements.html", status_of(form), form=form, files=selectors.bank_files(),
        waiting=selectors.lines_waiting(),
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def statement(request: Request, number: str) -> Answer:
    """Show what would become of the lines of a file, or what became of them; load it."""
    found = selectors.bank_file(int(number))
    if found is None:
        raise Http404
    said, planned = "", []
    may_load = reader(request).may(Action.LOAD_BANK_FILE, Right.DO)
    if request.method == "POST" and may_load:
        try:
            receipts.load(user=clerk(request), number=found.pk)
        except InputFault as fault:
            said = str(fault)
        else:
            return see_other(request.path)
    if found.loaded_at is None:
        try:
            planned = receipts.plan(receipts.read(bytes(found.content)))
        except InputFault as fault:
            said = said or str(fault)
    return desk(
        request, "statement_of_bank.html", REFUSED if said else 200, one=found, said=said,
        may_load=may_load, counted=len(planned), known=sum(one.is_known for one in planned),
        matched=sum(one.code is not None or one.payment is not None for one in planned),
        planned=planned[:MOST_SHOWN], lines=selectors.lines_of(found)[:MOST_SHOWN],
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def line(request: Request, number: str) -> Answer:
    """Show a line of a bank; take it on oneself, or propose whom it is for."""
    found = selectors.bank_line(int(number))
    if found is None:
        raise Http404
    said, form, made = "", None, None
    waits = receipts.waits(found)
    may_take = waits and reader(request).may(Action.LOAD_BANK_FILE, Right.DO)
    if request.POST.get("do") == "take" and may_take:
        try:
            receipts.take_line(user=clerk(request), number=found.pk)
        except InputFault as fault:
            said = str(fault)
        else:
            return see_other(request.path)
    if waits:
        form, made = asked(request, Action.ASSIGN_BANK_LINE, f"bank line {number}", forms.Assign)
    return made or desk(
        request, "bank_line.html", status_of(form), one=found, waits=waits, form=form, said=said,
        may_take=may_take and found.owner_id != clerk(request).pk,
        transfer=selectors.transfer_under(receipts.reference_of(found.key)),
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def all_payments(request: Request) -> Answer:
    """Show what is due by book and the files that were made; make one."""
    said = ""
    may_make = reader(request).may(Action.MAKE_PAYMENT_FILE, Right.DO)
    if request.method == "POST" and may_make:
        book = request.POST.get("book", "")[:64]
        try:
            payments.make_payment_file(user=clerk(request), book=book)
        except InputFault as fault:
            said = str(fault)
        else:
            return see_other(request.path)
    return desk(
        request, "payments.html", REFUSED if said else 200, said=said, may_make=may_make,
        due=selectors.payments_due(), files=selectors.payment_files(),
        forms=payments.FORMS,
    )  # fmt: skip


@open_to(Action.MAKE_PAYMENT_FILE, Right.DO)
def payment_file(request: Request, number: str, form: str) -> Answer:
    """Return a file of payments for the bank."""
    del request
    found = selectors.payment_file(int(number))
    if found is None:
        raise Http404
    answer = HttpResponse(payments.content_of(found, form), content_type=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="payments-{found.pk}.{form}"'
    return answer
