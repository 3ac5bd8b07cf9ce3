"""Orders of a trader: one form sends one order, whatever is pressed, resent or cut off.

The form and the order are one row, unique in the database, written with its line of the record
before anything is sent; who comes second finds the row and sends nothing. The number of the row is
the order's own number at the exchange (``client_order_id``), by which it is found again where no
answer came.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from huiguan.exchange.messages import ORDER_ROW_BITS
from huiguan.foundation.faults import InputFault
from huiguan.office.members import door, keys
from huiguan.office.members.models import OFFSETS, SIDES, Binding, Fate, SentOrder
from huiguan.office.people import record
from huiguan.office.people.roles import Action, Right, may
from huiguan.web.operator import NotReady

if TYPE_CHECKING:
    from huiguan.office.people.models import User

FORM = re.compile(r"[0-9a-f]{32}")
CANCEL = "cancel order"
LARGEST = 2**31 - 1
STILL_ON_ITS_WAY = dt.timedelta(seconds=60)  # the door answers or gives up long before
GOOD, UNKNOWN_KEY, REFUSED, NOT_NOW, NOT_ANSWERED = 200, 401, 422, 503, 504


class Order(NamedTuple):
    """What a trader wants; names and decimals as typed."""

    trading_day: int
    trading_code: str
    contract: str
    side: str
    offset: str
    price: str
    lots: int


def bound(user: User) -> Binding:
    """Return the binding of somebody who may trade, or raise ``InputFault``."""
    if user.is_locked or not may(user.roles, Action.TRADE, Right.DO):
        raise InputFault("your roles do not let you trade")
    found = Binding.objects.prefetch_related("held").filter(user=user).first()
    if found is None or not found.codes:
        raise InputFault("you are bound to no trading code; an administrator proposes a binding")
    return found


def check_own(binding: Binding, code: str) -> None:
    """Refuse a trading code that a user is not bound to."""
    if code not in binding.codes:
        raise InputFault(f"trading code {code!r} is not yours")


def enter(*, user: User, form: str, order: Order) -> SentOrder:
    """Send the order of a form, or find what became of it where it was sent already.

    Raises ``InputFault`` for somebody who may not, and for what is no order.
    """
    binding = bound(user)
    check_own(binding, order.trading_code)
    check_form(form, order)
    try:
        row, is_new = written(user, form, order)
    except IntegrityError:  # the same form came twice at the same moment
        row, is_new = SentOrder.objects.get(user=user, form=form), False
    if not is_new:
        return looked_up(row, binding)
    try:
        answer = door.send(keys.trader_key(binding), "POST", "/v1/orders", message(row))
    except NotReady:
        return settle(row, Fate.NOT_PLACED, said="the market is not ready")
    except InputFault as fault:  # of the floor, to the key
        return settle(row, Fate.NOT_PLACED, said=str(fault))
    except door.Unheard:
        return row
    return take(row, binding, answer)


def check_form(form: str, order: Order) -> None:
    """Refuse what no page of ours sends."""
    if not FORM.fullmatch(form):
        raise InputFault("the form is of no page of this office; open it again")
    if order.side not in SIDES or order.offset not in OFFSETS:
        raise InputFault("an order buys or sells, and opens or closes")
    if not 0 < order.lots <= LARGEST:
        raise InputFault("an order is for at least one lot")


@transaction.atomic
def written(user: User, form: str, order: Order) -> tuple[SentOrder, bool]:
    """Return the row of a form and whether it is new; a new one has its line of the record."""
    record.one_at_a_time()
    row, is_new = SentOrder.objects.get_or_create(
        user=user, form=form, defaults={**order._asdict(), "sent_at": timezone.now()}
    )
    if is_new:
        facts = {"day": order.trading_day, "code": order.trading_code}
        record.write(actor=user, action=Action.TRADE, subject=f"order {row.pk}", facts=facts)
    return row, is_new


def message(row: SentOrder) -> dict[str, Any]:
    """Return an order as the door reads it."""
    return {
        "type": "enter_order",
        "client_order_id": row.pk,
        "contract": row.contract,
        "trading_code": row.trading_code,
        "side": row.side,
        "offset": row.offset,
        "price": row.price,
        "lots": row.lots,
    }


def take(row: SentOrder, binding: Binding, answer: door.Answered) -> SentOrder:
    """Write down what the door answered to an order."""
    found = answer.found
    if answer.status == GOOD:
        entered = next(one for one in found["replies"] if one["type"] == "order_entered")
        return settle(row, Fate.ENTERED, order_id=entered["order_id"], sequence=entered["sequence"])
    if answer.status == REFUSED:
        refused = next(one for one in found["replies"] if one.get("refusal"))
        return settle(
            row,
            Fate.REFUSED,
            sequence=refused["sequence"],
            refusal=found["refusal"],
            first_figure=found["first_figure"],
            second_figure=found["second_figure"],
        )
    if answer.status in (NOT_NOW, NOT_ANSWERED):  # the line may have been cut behind the order
        return looked_up(row, binding, is_over=True)
    if answer.status == UNKNOWN_KEY:
        keys.doubt()
    return settle(row, Fate.NOT_PLACED, said=str(found["fault"]))


def looked_up(row: SentOrder, binding: Binding, *, is_over: bool = False) -> SentOrder:
    """Return an order of which nothing is known with what the market knows of it.

    ``is_over``: the door has done with it, so what it does not know of was never placed.
    """
    if row.fate != Fate.SENT:
        return row
    try:
        token = keys.trader_key(binding)
        session = door.ask(token, "/v1/account")["session"]
        today = door.ask(token, "/v1/orders", all="1", code=row.trading_code)
    except (NotReady, InputFault):
        return row
    for order in today["orders"]:
        if (order["session"], order["client_order_id"]) == (session, row.pk):
            number = order["order_id"]
            return settle(row, Fate.ENTERED, order_id=number, sequence=number >> ORDER_ROW_BITS)
    over = is_over or timezone.now() - row.sent_at > STILL_ON_ITS_WAY
    if over and today["trading_day"] == row.trading_day:
        return settle(row, Fate.NOT_PLACED, said="the market did not take it")
    return row


@transaction.atomic
def settle(row: SentOrder, fate: Fate, **known: Any) -> SentOrder:  # noqa: ANN401  columns
    """Write down what became of an order, once; what is known already stays."""
    known["said"] = known.get("said", "")[:300]
    SentOrder.objects.filter(pk=row.pk, fate=Fate.SENT).update(fate=fate, **known)
    row.refresh_from_db()
    return row


def cancel(*, user: User, order_id: int) -> door.Answered:
    """Ask the market to cancel an order of one's own; a second time it says that it is gone.

    Raises ``NotReady`` and ``Unheard`` as the line does; the floor refuses others' orders.
    """
    binding = bound(user)
    token = keys.trader_key(binding)
    with transaction.atomic():
        record.write(actor=user, action=CANCEL, subject=f"market order {order_id}", facts={})
    return door.send(token, "DELETE", f"/v1/orders/{order_id}")
