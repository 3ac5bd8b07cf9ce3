"""A member clerk's pages: the member's codes, what they hold, its orders, keys for its programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.display.records.days import closed_days
from huiguan.office.members import door, keys, selectors
from huiguan.office.members.models import CODE_LENGTH
from huiguan.office.members.pages.forms import KeyForm
from huiguan.office.members.pages.gate import for_bound, user_of
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk, see_other
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.members.models import Binding

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
PAGE = 25  # codes on a page
MOST = 25  # positions or orders on the page of a member
sees = for_bound(Action.SEE_MEMBER, Right.SEE, by_code=False)
keeps = for_bound(Action.KEEP_KEYS, Right.DO, by_code=False)


@sees
def overview(request: Request, binding: Binding) -> Answer:
    """Show a member's codes with their money, what they hold, and its orders in the book."""
    token = keys.member_key(binding.member)
    rows = door.ask(token, "/v1/funds")["funds"]
    wanted = request.GET.get("code", "").strip()
    if any(row["trading_code"] == wanted for row in rows):
        return see_other(f"/member/{wanted}")
    asked = request.GET.get("from", "0")
    first = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    here = rows[first : first + PAGE]
    held, live = selectors.held_rows(token), selectors.live_orders(token)
    closed = closed_days(shown().follower.places.days)
    return desk(
        request, "member.html", member=binding.member, count=len(rows), money=selectors.HEADS,
        funds=[selectors.funds_of(row) for row in here], sums=selectors.total(rows),
        before=max(0, first - PAGE) if first else None,
        behind=first + PAGE if first + PAGE < len(rows) else None,
        unknown=wanted[:CODE_LENGTH], evening=closed[0] if closed else 0,
        places=place_of(first, len(here), len(rows)),
        positions=[selectors.position(row) for row in held[:MOST]], held=len(held),
        orders=live[:MOST], live=len(live), most=MOST,
    )  # fmt: skip


def place_of(first: int, shown_here: int, count: int) -> str:
    """Return which codes of all a page shows: ``26-50 / 172``."""
    return f"{first + 1:,}-{first + shown_here:,} / {count:,}" if shown_here else ""


@sees
def code_page(request: Request, binding: Binding, code: str) -> Answer:
    """Show one code of the member: its money, positions, orders and trades of today."""
    if not code.startswith(binding.member):
        raise Http404
    token = keys.member_key(binding.member)
    closed = closed_days(shown().follower.places.days)
    return desk(
        request, "member_code.html", code=code, money=selectors.HEADS,
        evening=closed[0] if closed else 0,
        funds=selectors.funds(token, code), positions=selectors.positions(token, code),
        orders=selectors.day_orders(token, code), trades=selectors.day_trades(token, code),
    )  # fmt: skip


@keeps
def all_keys(request: Request, binding: Binding) -> Answer:
    """Show the keys of a member's programs; make one, which is shown once; withdraw one."""
    doing, token = request.POST.get("do", ""), ""
    form = KeyForm(request.words.text, request.POST if doing == "make" else None)
    if doing == "withdraw":
        return withdrawn(request, binding)
    if doing == "make" and form.is_valid():
        given = form.cleaned_data
        try:
            token = keys.make_key(
                clerk=user_of(request),
                member=binding.member,
                name=given["name"],
                codes=given["codes"].replace(",", " ").split(),
                may_trade=given["rights"] == "trade",
            )
            form = KeyForm(request.words.text)
        except InputFault as fault:
            form.refuse(fault)
    is_told = keys.tell_floor()
    return desk(
        request, "keys.html", REFUSED if form.errors else 200, member=binding.member,
        keys=selectors.keys_of(binding.member), form=form, token=token, is_told=is_told,
        elsewhere=selectors.keys_elsewhere(binding.member),
    )  # fmt: skip


def withdrawn(request: Request, binding: Binding) -> Answer:
    """Withdraw a key of the member, and no other."""
    number = request.POST.get("key", "")
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    try:
        keys.withdraw_key(clerk=user_of(request), member=binding.member, number=int(number))
    except InputFault:
        raise Http404 from None
    keys.tell_floor()
    return see_other("/keys")
