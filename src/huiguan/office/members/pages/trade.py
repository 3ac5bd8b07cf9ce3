"""A trader's pages: own money, positions and orders, the entry form, what became of an order."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404

from huiguan.exchange.amounts import contract_value
from huiguan.exchange.day.keys import margin_row
from huiguan.exchange.messages import Hedge, Side
from huiguan.exchange.reports.words import yuan
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.office.display.figures import Figures, grouped
from huiguan.office.display.here import shown
from huiguan.office.members import door, keys, orders, selectors
from huiguan.office.members.models import Fate
from huiguan.office.members.pages.forms import OrderForm
from huiguan.office.members.pages.gate import for_bound, own_code, user_of
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.gate import desk, see_other
from huiguan.office.people.roles import Action, Right
from huiguan.web.operator import NotReady

if TYPE_CHECKING:
    from huiguan.office.feed.public_day import PublicDay
    from huiguan.office.members.models import Binding, SentOrder

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
TYPED = ("trading_code", "contract", "side", "offset", "price", "lots")
NOT_THERE = (Refusal.ORDER_NOT_FOUND, Refusal.NOT_YOUR_ORDER)
trades = for_bound(Action.TRADE, Right.DO, by_code=True)


class Checked(NamedTuple):
    """An order that was typed, in figures, before it is sent."""

    order: orders.Order
    fields: list[tuple[str, str]]  # of the form that sends it
    address: str  # of a form to change it
    offset: str
    form: str  # its number: one form sends one order
    value: str
    margin: str  # of an opening order
    market: list[tuple[str, str]]  # what one looks at before sending: label, figure


@trades
def desk_page(request: Request, binding: Binding) -> Answer:
    """Show own money, positions and live orders; check an order, then send it."""
    if request.method == "POST":
        return entry(request, binding)
    given = {name: request.GET[name] for name in TYPED if name in request.GET}
    own_code(binding, given.get("trading_code", ""))
    return trading(request, binding, OrderForm(binding.codes, request.words.text, initial=given))


def entry(request: Request, binding: Binding) -> Answer:
    """Check the order of a form, or send it; what a page shows is never more than it checked."""
    own_code(binding, request.POST.get("trading_code", ""))
    form = OrderForm(binding.codes, request.words.text, request.POST)
    day = shown().follower.day
    if day is None:
        raise NotReady
    if not form.is_valid():
        return trading(request, binding, form)
    order = orders.Order(day.trading_day, **{name: form.cleaned_data[name] for name in TYPED})
    try:
        if request.POST.get("do") == "place":
            number = request.POST.get("form", "")
            row = orders.enter(user=user_of(request), form=number, order=order)
            return see_other(f"/trade/orders/{row.pk}")
        return trading(request, binding, form, checked(day, order))
    except InputFault as fault:
        form.refuse(fault)
        return trading(request, binding, form)


def checked(day: PublicDay, order: orders.Order) -> Checked:
    """Return an order in figures; ``InputFault`` where a message could not say it."""
    row = day.names.contract_rows.get(order.contract)
    if row is None:
        raise InputFault(f"{order.contract!r} is not listed today")
    ticks, instrument = day.names.ticks(row, order.price), day.image.instruments[row]
    value = contract_value(ticks, int(instrument["tick_value_fen"]), order.lots)
    side = Side[order.side.upper()]
    needed = day.image.margins["margin_fen"][margin_row(row, side, Hedge.SPECULATION)]
    margin = int(needed) * order.lots if order.offset == "open" else 0
    fields = typed_of(order)
    return Checked(
        order,
        fields,
        urlencode(fields),
        selectors.words(order.offset),
        secrets.token_hex(16),
        grouped(yuan(value)),
        grouped(yuan(margin)),
        market_of(day, row),
    )


def market_of(day: PublicDay, row: int) -> list[tuple[str, str]]:
    """Return how a contract stands, of one moment."""
    with shown().follower.lock:
        figures = Figures(day, row)
        cells = figures.row().cells
        found = [(name, cells[name].text) for name in ("last", "bid", "ask")]
        limits = (("lower limit", figures.lower), ("upper limit", figures.upper))
        return found + [(name, figures.plain(ticks)) for name, ticks in limits]


def typed_of(order: orders.Order | SentOrder) -> list[tuple[str, str]]:
    """Return an order as its form has it."""
    return [(name, str(getattr(order, name))) for name in TYPED]


def trading(
    request: Request,
    binding: Binding,
    form: OrderForm,
    found: Checked | None = None,
    said: selectors.Refused | None = None,
) -> Answer:
    """Return the trading page with a form as it stands."""
    token, day = keys.trader_key(binding), shown().follower.day
    status = REFUSED if form.errors or said else 200
    if said and said.number in NOT_THERE:
        status = 404
    return desk(
        request, "trade.html", status, form=form, checked=found, said=said,
        funds=selectors.funds(token), money=selectors.HEADS,
        positions=selectors.positions(token), orders=selectors.live_orders(token),
        contracts=day.names.contracts if day else [],
    )  # fmt: skip


@trades
def today(request: Request, binding: Binding) -> Answer:
    """Show all orders and trades of today, and what forms of this reader sent."""
    token = keys.trader_key(binding)
    return desk(
        request, "trade_today.html", orders=selectors.day_orders(token),
        trades=selectors.day_trades(token), sent=selectors.sent_orders(user_of(request)),
    )  # fmt: skip


@trades
def sent(request: Request, binding: Binding, number: str) -> Answer:
    """Show what became of an order of a form of one's own."""
    row = selectors.sent_order(user_of(request), int(number))
    if row is None:
        raise Http404
    row = orders.looked_up(row, binding)
    refused = selectors.refused(row, request.words) if row.fate == Fate.REFUSED else None
    checks, now = [], None
    if "why" in request.GET and row.sequence:
        checks = selectors.explained(keys.trader_key(binding), row, request.words)
    if row.fate == Fate.ENTERED:
        now = state_of(keys.trader_key(binding), row)
    again = urlencode(typed_of(row))
    return desk(
        request, "sent.html", one=row, refused=refused, checks=checks, now=now, again=again,
        offset=selectors.words(row.offset), day_shown=show_day(row.trading_day),
    )  # fmt: skip


def state_of(token: str, row: SentOrder) -> selectors.OrderLine | None:
    """Return how an order stands now; None where its day is over or the market does not answer."""
    try:
        lines = selectors.day_orders(token, row.trading_code)
    except (NotReady, InputFault):
        return None
    return next((line for line in lines if line.order_id == row.order_id), None)


@trades
def cancel(request: Request, binding: Binding) -> Answer:
    """Cancel an order of one's own."""
    asked = request.POST.get("order_id", "")
    if not asked.isdecimal() or not 0 < int(asked[:20]) < 2**63:
        raise Http404
    try:
        answer = orders.cancel(user=user_of(request), order_id=int(asked))
    except door.Unheard:
        raise NotReady from None
    if answer.status == orders.GOOD:
        return see_other("/trade")
    found = answer.found
    if answer.status != orders.REFUSED:
        raise NotReady
    figures = (found["first_figure"], found["second_figure"])
    said = selectors.refusal_words(found["refusal"], figures, "", request.words)
    return trading(request, binding, OrderForm(binding.codes, request.words.text), said=said)
