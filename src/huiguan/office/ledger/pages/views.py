"""Books, accounts and transfers, the proof of a day: the desk of the clearing clerk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from huiguan.foundation.faults import Fault
from huiguan.office.display.here import shown
from huiguan.office.ledger import proof, selectors
from huiguan.office.ledger.models import AccountKind, Cause
from huiguan.office.ledger.pages import forms
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.forms import Why
from huiguan.office.people.pages.gate import desk, open_to, reader
from huiguan.office.people.pages.people import proposed
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from django import forms as django_forms

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


def asked(
    request: Request, action: Action, subject: str, kind: type[django_forms.Form]
) -> tuple[Any, Answer]:
    """Return the form of a proposal, or None without the right; and the way to one just made."""
    maker = reader(request)
    if not maker.may(action, Right.MAKE):
        return None, None
    form = kind(request.POST if request.POST.get("do") == action else None)
    if not form.is_bound or not form.is_valid():
        return form, None
    return form, proposed(request, action, subject, form)


def status_of(*given: Any) -> int:  # noqa: ANN401  forms, or None
    """Return the status of a page with forms: whether one of them was refused."""
    return REFUSED if any(form is not None and form.errors for form in given) else 200


@open_to(Action.SEE_LEDGER, Right.SEE)
def books(request: Request) -> Answer:
    """Show every book with its sums, and what crosses to the floor."""
    return desk(
        request, "ledger.html", books=selectors.sums_of_books(),
        crossings=selectors.crossings_newest(), days=selectors.days_met(),
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def book(request: Request, number: str) -> Answer:
    """Show the trial balance of a book."""
    found = selectors.sum_of_book(int(number))
    if found is None:
        raise Http404
    bank = selectors.bank_account_of(found.book)
    form, made = None, None
    if bank:
        form, made = asked(request, Action.SET_BANK_ACCOUNT, found.book.name, forms.Number)
    if made:
        return made
    name = request.GET.get("account", "")[:64]
    return desk(
        request, "book.html", status_of(form), one=found, bank=bank, form=form, name=name,
        accounts=selectors.accounts_of(found.book, name), most=selectors.MOST_ACCOUNTS,
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def account(request: Request, number: str) -> Answer:
    """Show an account and its transfers; propose a withdrawal of a trading code."""
    found = selectors.account(int(number))
    if found is None:
        raise Http404
    form, made = None, None
    if found.kind == AccountKind.CODE:
        form, made = asked(request, Action.WITHDRAW_MONEY, found.name, forms.Withdraw)
    if made:
        return made
    before = request.GET.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 19 else None
    transfers = selectors.transfers_of(found, place)
    further = transfers[-1].number if len(transfers) == selectors.PAGE else 0
    return desk(
        request, "account_of_book.html", status_of(form), one=found, transfers=transfers,
        further=further, form=form, crossings=selectors.crossings_of(found),
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def transfer(request: Request, number: str) -> Answer:
    """Show a transfer; propose its reversal where there can be one."""
    found = selectors.transfer(int(number))
    if found is None:
        raise Http404
    form, made = None, None
    if found.cause == Cause.BANK and not selectors.is_reversed(found):
        form, made = asked(request, Action.REVERSE_TRANSFER, f"transfer {number}", Why)
    return made or desk(
        request, "transfer.html", status_of(form), one=found, form=form,
        reversal=selectors.reversal_of(found),
    )  # fmt: skip


@open_to(Action.SEE_LEDGER, Right.SEE)
def proof_sheet(request: Request) -> Answer:
    """Show image + commands = ledger, at a sequence of a day; and the ledger's proof of itself."""
    days = selectors.days_met()
    day, sequence = request.GET.get("day", ""), request.GET.get("sequence", "")
    said, found, proved = "", None, None
    try:
        if "self" in request.GET:
            proved = proof.check()
        elif day.isdecimal() and len(day) == 8:
            at = int(sequence) if sequence.isdecimal() and len(sequence) < 19 else None
            found = proof.sheet(shown().follower.places.days, int(day), at)
    except Fault as fault:
        said = str(fault)
    return desk(
        request, "proof.html", 200, days=days, day=day, sequence=sequence, found=found,
        proved=proved, said=said, lines=found.lines[: selectors.MOST_ACCOUNTS] if found else [],
    )  # fmt: skip
