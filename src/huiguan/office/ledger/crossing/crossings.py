"""Money that crosses between ledger and floor: every step is written down before it is taken.

In: reserve in the ledger, credit on the floor, settle. Out: reserve in the ledger, reserve on the
floor, confirm there, settle. The floor is asked under an id that it books once a day, by a command
that is for one trading day; so who heard no answer asks again, or reads it in the journal of that
day when it is over (``courier``). Each step here is one transaction with its transfer and its line
of the record, and the database refuses a step that was taken already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.booking.transfers import Wanted, post
from huiguan.office.ledger.models import (
    WORDS_LENGTH,
    AccountKind,
    Cause,
    Crossing,
    CrossingStage,
    Direction,
    LedgerAccount,
)
from huiguan.office.people import record

if TYPE_CHECKING:
    from huiguan.office.people.models import User

CROSS = "cross"  # what the record calls the steps of a crossing
OPEN = (CrossingStage.RESERVED, CrossingStage.ASKED, CrossingStage.HELD)
PLACES = {  # from where the money comes, over which account, and where it ends
    Direction.IN: (AccountKind.RECEIPTS, AccountKind.WAY_IN, AccountKind.CODE),
    Direction.OUT: (AccountKind.CODE, AccountKind.WAY_OUT, AccountKind.DUE),
}


def account_at(crossing: Crossing, kind: AccountKind) -> LedgerAccount:
    """Return an account on the path of a crossing."""
    if kind is AccountKind.CODE:
        return crossing.code
    return LedgerAccount.objects.get(book_id=crossing.code.book_id, name=kind)


def moved(crossing: Crossing, step: str, *, day: int = 0) -> Wanted:
    """Return the transfer of a step: from its source to the way, or from the way to an end."""
    source, way, end = PLACES[Direction(crossing.direction)]
    pairs = {"reserve": (source, way), "settle": (way, end), "release": (way, source)}
    out_of, into = pairs[step]
    return Wanted(
        debit=account_at(crossing, out_of),
        credit=account_at(crossing, into),
        amount_fen=crossing.amount_fen,
        reference=f"crossing {crossing.pk} {step}",
        cause=Cause.CROSSING,
        trading_day=day,
    )


def code_account(name: str) -> LedgerAccount:
    """Return the account of a trading code, or raise ``InputFault``."""
    found = LedgerAccount.objects.filter(kind=AccountKind.CODE, name=name).first()
    if found is None:
        raise InputFault(f"there is no trading code {name!r} in the ledger")
    return found


@transaction.atomic
def begin(
    *, actor: User | None, code: LedgerAccount, direction: Direction, amount_fen: int,
    reference: str,
) -> Crossing:  # fmt: skip
    """Reserve money that is to cross; the same reference again is the same crossing.

    Raises ``InputFault`` where the money is not there.
    """
    record.one_at_a_time()
    found = Crossing.objects.select_related("code").filter(reference=reference).first()
    if found is not None:
        if (found.code_id, found.direction, found.amount_fen) != (code.pk, direction, amount_fen):
            raise InputFault(f"{reference!r} is of another crossing already; nothing was reserved")
        return found
    if amount_fen <= 0:
        raise InputFault(f"{show_fen(amount_fen)} yuan is no amount that can cross")
    made = Crossing(
        code=code,
        direction=direction,
        amount_fen=amount_fen,
        reference=reference,
        asked_by=actor,
        made_at=timezone.now(),
    )
    made.save(force_insert=True)
    take(made, "reserve", actor=actor)
    return made


def take(crossing: Crossing, step: str, *, actor: User | None = None, day: int = 0) -> None:
    """Book the transfer of a step."""
    post(
        actor=actor,
        action=CROSS,
        subject=f"crossing {crossing.pk}",
        wanted=[moved(crossing, step, day=day)],
        facts={"crossing": crossing.pk, "step": step},
    )


def locked(number: int, *stages: CrossingStage) -> Crossing:
    """Return a crossing that nobody else changes now; it has to stand in one of the stages."""
    record.one_at_a_time()
    found = Crossing.objects.select_related("code").select_for_update(of=("self",)).get(pk=number)
    if found.stage not in stages:
        raise InputFault(f"crossing {number}: {found.stage_words} already")
    return found


@transaction.atomic
def note_asked(*, number: int, trading_day: int) -> Crossing:
    """Note, before the floor is asked, on which trading day it is."""
    found = locked(number, CrossingStage.RESERVED)
    found.stage, found.trading_day, found.said = CrossingStage.ASKED, trading_day, ""
    found.save(update_fields=["stage", "trading_day", "said"])
    tell(found)
    return found


@transaction.atomic
def note_held(*, number: int, sequence: int) -> Crossing:
    """Note that the floor has set the money of a withdrawal aside."""
    found = locked(number, CrossingStage.ASKED)
    found.stage, found.sequence = CrossingStage.HELD, sequence
    found.save(update_fields=["stage", "sequence"])
    tell(found)
    return found


@transaction.atomic
def settle(*, number: int, sequence: int = 0) -> Crossing:
    """End it where the floor has booked it; ``sequence`` is that of the command, if it is new."""
    found = locked(number, CrossingStage.ASKED, CrossingStage.HELD)
    found.sequence = sequence or found.sequence
    assert found.sequence, "what is settled has its command"
    take(found, "settle", day=found.trading_day)
    return ended(found, CrossingStage.SETTLED, "")


@transaction.atomic
def release(*, number: int, why: str) -> Crossing:
    """End it where the floor has refused it: the money goes back to where it came from."""
    found = locked(number, *OPEN)
    found.sequence = 0
    take(found, "release")
    return ended(found, CrossingStage.RELEASED, why)


def ended(found: Crossing, stage: CrossingStage, said: str) -> Crossing:
    """Write down the end of a crossing."""
    found.stage, found.said, found.ended_at = stage, said[:WORDS_LENGTH], timezone.now()
    found.save(update_fields=["stage", "sequence", "said", "ended_at"])
    return found


@transaction.atomic
def wait_again(*, number: int, why: str) -> Crossing:
    """Let it be asked for on the next day: this one passed without it."""
    found = locked(number, CrossingStage.ASKED, CrossingStage.HELD)
    found.stage, found.said, found.sequence = CrossingStage.RESERVED, why[:WORDS_LENGTH], 0
    found.save(update_fields=["stage", "said", "sequence"])
    tell(found)
    return found


@transaction.atomic
def note_waiting(*, number: int, why: str) -> None:
    """Say why the floor is not asked yet; said once."""
    found = locked(number, CrossingStage.RESERVED)
    if found.said != why[:WORDS_LENGTH]:
        found.said = why[:WORDS_LENGTH]
        found.save(update_fields=["said"])
        tell(found)


def tell(found: Crossing) -> None:
    """Write the line of a step that books nothing."""
    facts = {"crossing": found.pk, "step": found.stage, "trading day": found.trading_day}
    record.write(actor=None, action=CROSS, subject=f"crossing {found.pk}", facts=facts)
