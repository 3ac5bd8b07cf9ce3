"""EFP: two holders of opposite positions exchange them for goods at a price of their own (6.7).

The exchange closes both positions at the settlement price of the trading day before; warrants and
money change hands at the price agreed, on the next trading day. Without warrants the two settle the
goods themselves, and the exchange looks at their papers.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from huiguan.exchange.delivery.case import HOUSE, Move, payment_fen
from huiguan.exchange.delivery.warrants import Act, Cause, State, Step, Warrant
from huiguan.foundation.calendars import Day
from huiguan.foundation.cited import rule
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count
from huiguan.foundation.refusals import Refusal


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """What two holders apply for; ``carried`` are lots opened before the day of the application."""

    code: str
    day: int
    minute: int  # of the day
    buyer: str
    seller: str
    lots: int
    price: Decimal  # agreed, yuan a unit
    previous_settlement: Decimal
    buyer_carried: int
    seller_carried: int
    warrants: list[str] = []


class EfpTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What the books say about EFP of one contract."""

    opens: int
    closes: int
    applied_by: int  # minute of the day
    next_day: int  # papers and money
    lot_size: int
    unit_lots: int
    actual: bool  # the weighed quantity is paid


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """A deal that was done: positions closed, money, and what happens to its warrants."""

    deal: Deal
    closed_at: Decimal
    quantity: int  # whole units of goods, one-sided
    moves: list[Move]


@rule("EFP: within its window, by 14:00, of lots carried from earlier days", "secondary")
@checked
def efp_refusal(
    day: Day,
    minute: Count,
    opens: Day,
    closes: Day,
    applied_by: Count,
    lots: Count,
    carried_lots: Count,
) -> Refusal:
    """Return why an application is refused, or ``Refusal.ACCEPTED``.

    ni2609: from its listing on 2025-09-16 to 2026-09-11, by 14:00 (minute 840). ``carried_lots``
    is the smaller of both sides' lots from earlier days.
    """
    if not opens <= day <= closes:
        return Refusal.OUTSIDE_EFP_WINDOW
    if minute > applied_by:
        return Refusal.TOO_LATE
    if not lots or lots > carried_lots:
        return Refusal.NOT_ENOUGH_CARRIED
    return Refusal.ACCEPTED


def exchange(
    terms: EfpTerms, deal: Deal, warrants: Mapping[str, Warrant]
) -> tuple[Exchanged, list[Step]] | Refusal:
    """Return a deal as it is done and the steps of its warrants, or why it is refused.

    After window, time and positions: buyer and seller are two; there is a warrant for each unit, of
    this product, free, the seller's, and still deliverable on the day of the papers.
    """
    carried = min(deal.buyer_carried, deal.seller_carried)
    said = unchecked(efp_refusal)(
        deal.day, deal.minute, terms.opens, terms.closes, terms.applied_by, deal.lots, carried
    )
    if said != Refusal.ACCEPTED:
        return said
    if deal.buyer == deal.seller:
        return Refusal.WARRANT_TO_NOBODY
    if deal.warrants and len(set(deal.warrants)) * terms.unit_lots != deal.lots:
        return Refusal.WARRANTS_DO_NOT_FIT
    for name in deal.warrants:
        fault = unfit(warrants.get(name), deal, terms.next_day)
        if fault != Refusal.ACCEPTED:
            return fault
    moves, steps = [], []
    for name in deal.warrants:
        own = warrants[name]
        quantity = Decimal(own.actual if terms.actual else own.quantity).scaleb(-3)
        due = unchecked(payment_fen)(deal.price, 0, quantity)
        for payer, payee in ((deal.buyer, HOUSE), (HOUSE, deal.seller)):
            moves.append(Move(payer=payer, payee=payee, fen=due, what="EFP", reference=name))
        steps.append(Step(act=Act.FREEZE, warrant=name, day=deal.day, cause=Cause.EFP))
        steps.append(Step(act=Act.DELIVER, warrant=name, day=terms.next_day, to=deal.buyer))
    done = Exchanged(
        deal=deal,
        closed_at=deal.previous_settlement,
        quantity=deal.lots * terms.lot_size,
        moves=moves,
    )
    return done, steps


def unfit(warrant: Warrant | None, deal: Deal, papers: int) -> Refusal:
    """Return why a warrant cannot change hands in a deal, or ``ACCEPTED``."""
    if warrant is None or warrant.product != deal.code[:-4]:
        return Refusal.UNKNOWN_WARRANT
    if warrant.holder != deal.seller:
        return Refusal.WARRANT_OF_ANOTHER
    if warrant.state != State.ISSUED:
        return Refusal.WARRANT_STATE
    if 0 < warrant.deliverable_until < papers:
        return Refusal.GOODS_TOO_OLD
    return Refusal.ACCEPTED
