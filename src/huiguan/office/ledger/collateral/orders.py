"""Instructions of the ledger for the next opening, taken to the hall until a morning has them.

Each is written down in the transaction that decides it. The hall keeps an instruction once; when
its evening is over, the next day's ``opening.json`` says whether it was followed, and what was not
is asked for on the next evening. A crash anywhere in between is ended by the ordinary round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from huiguan.exchange.day.instructions.money import MoveMemberMoney, SetCollateral
from huiguan.exchange.day.instructions.written import written_row
from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.booking.evenings import days_opened
from huiguan.office.ledger.models import (
    ORDERS_OPEN,
    WORDS_LENGTH,
    OpeningOrder,
    OrderKind,
    OrderStage,
)
from huiguan.office.people import record
from huiguan.storage.market.opening import OPENING_NAME, read_opening

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.office.ledger.crossing.floor_line import FloorLine
    from huiguan.office.ledger.models import LedgerBook
    from huiguan.office.people.models import Proposal

ORDER = "order of the ledger"  # as the record calls it
REFERENCE_LETTERS = 8  # of a salt that nobody guesses: days are published
NOT_FOLLOWED = "the opening did not have it; it is asked for on the next evening"


@transaction.atomic
def order(
    *, proposal: Proposal, book: LedgerBook, kind: OrderKind, amount_fen: int, reason: str
) -> OpeningOrder:
    """Write an instruction down that two persons stand behind."""
    record.one_at_a_time()
    made = OpeningOrder(
        book=book,
        kind=kind,
        amount_fen=amount_fen,
        reason=reason[:WORDS_LENGTH],
        proposal=proposal,
        made_at=timezone.now(),
    )
    made.save(force_insert=True)
    facts = {"order": made.pk, "kind": kind, "amount": amount_fen, "decided by": proposal.pk}
    record.write(actor=None, action=ORDER, subject=book.name, facts=facts)
    return made


def reference_of(made: OpeningOrder) -> str:
    """Return the reference of an order in the day folders."""
    return f"ledger {made.pk} {made.proposal.salt[:REFERENCE_LETTERS]}"


def instruction_of(made: OpeningOrder) -> AnyInstruction:
    """Return an order as days have it; people stand in it as numbers."""
    member, _, kind = made.book.name.partition("/")
    common: dict[str, Any] = {
        "maker": f"user {made.proposal.maker_id}",
        "checker": f"user {made.proposal.checker_id}",
        "reference": reference_of(made),
        "member": member,
        "house": kind == "house",
    }
    if made.kind == OrderKind.COLLATERAL:
        return SetCollateral(**common, value_fen=made.amount_fen)
    return MoveMemberMoney(**common, amount_fen=made.amount_fen)


def goes(made: OpeningOrder, stage: OrderStage, day: int, said: str = "") -> None:
    """Write down how far an order is."""
    with transaction.atomic():
        record.one_at_a_time()
        if (made.stage, made.trading_day, made.said) == (stage, day, said[:WORDS_LENGTH]):
            return
        made.stage, made.trading_day, made.said = stage, day, said[:WORDS_LENGTH]
        made.save(update_fields=["stage", "trading_day", "said"])
        facts = {"order": made.pk, "stage": stage, "trading day": day}
        record.write(actor=None, action=ORDER, subject=made.book.name, facts=facts)


class Messenger:
    """Takes orders to the hall; it keeps nothing in memory."""

    def __init__(self, days: Path, floor: FloorLine) -> None:
        """Know the folder of a hall's days, and its floor."""
        self._days, self._floor = days, floor

    def go(self) -> int:
        """Take every order as far as it goes now; return how many moved.

        Raises ``NotReady`` where the floor does not answer: later again.
        """
        rows = OpeningOrder.objects.filter(stage__in=ORDERS_OPEN).order_by("pk")
        found = list(rows.select_related("book", "proposal"))
        if not found:
            return 0
        today = self._floor.trading_day()
        return sum([self._step(one, today) for one in found])

    def _step(self, one: OpeningOrder, today: int) -> bool:
        """Take an order on; return whether it moved."""
        if one.trading_day and one.trading_day != today:
            if self._was_followed(one):
                goes(one, OrderStage.FOLLOWED, one.trading_day)
                return True
            goes(one, OrderStage.WAITING, 0, NOT_FOLLOWED)
        if one.stage == OrderStage.KEPT:
            return False
        goes(one, OrderStage.ASKED, today, one.said)
        try:
            self._floor.instruct(today, written_row(instruction_of(one)))
        except InputFault as fault:  # it has kept nothing: asked again, said once
            goes(one, OrderStage.ASKED, today, str(fault))
            return False
        goes(one, OrderStage.KEPT, today)
        return True

    def _was_followed(self, one: OpeningOrder) -> bool:
        """Return whether the morning after the day of an order has it."""
        later = [day for day in days_opened(self._days) if day > one.trading_day]
        if not later:
            return False
        root, own = self._days / str(later[0]), reference_of(one)
        if not (root / OPENING_NAME).exists():
            return False
        return any(row.reference == own for row in read_opening(root).instructions)
