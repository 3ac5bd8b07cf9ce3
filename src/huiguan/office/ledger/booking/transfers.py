"""Transfers: written once under a reference, in one transaction with their line of the record.

The same reference again is the same transfer, or it is refused; nothing is changed or removed. A
reversal is a transfer of its own, of an amount that the floor does not know: what the floor knows
crosses to it (``crossings``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.foundation.hashing import digest
from huiguan.office.ledger.models import (
    LARGEST_FEN,
    AccountKind,
    AccountSide,
    Below,
    Cause,
    LedgerAccount,
    LedgerTransfer,
)
from huiguan.office.people import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from huiguan.office.people.models import User

DOMAIN = b"huiguan ledger transfers 1"
AT_ONCE = 500  # rows of one statement
MAY_LOSE = (Cause.OPENING, Cause.EVENING)
CROSSED = (AccountKind.CODE, AccountKind.WAY_IN, AccountKind.WAY_OUT)


class Wanted(NamedTuple):
    """A transfer that is to be: accounts of one book, an amount in fen, what it is of."""

    debit: LedgerAccount
    credit: LedgerAccount
    amount_fen: int
    reference: str
    cause: Cause
    trading_day: int = 0
    reverses: LedgerTransfer | None = None


def is_same(found: LedgerTransfer, wanted: Wanted) -> bool:
    """Return whether a transfer is the one that is wanted."""
    return (found.debit_id, found.credit_id, found.amount_fen, found.cause) == (
        *(wanted.debit.pk, wanted.credit.pk, wanted.amount_fen, wanted.cause),
    )


def known_of(wanted: Sequence[Wanted]) -> set[str]:
    """Return the references that stand already; another transfer under one is an InputFault."""
    by_reference = {one.reference: one for one in wanted}
    assert len(by_reference) == len(wanted), "a reference names one transfer"
    names, known = list(by_reference), set()
    for start in range(0, len(names), AT_ONCE):
        chunk = names[start : start + AT_ONCE]
        for found in LedgerTransfer.objects.filter(reference__in=chunk):
            if not is_same(found, by_reference[found.reference]):
                raise InputFault(
                    f"transfer {found.number} has the reference {found.reference!r} already, and is"
                    " another one; nothing was booked"
                )
            known.add(found.reference)
    return known


def check_covered(fresh: Sequence[Wanted]) -> None:
    """Refuse, with words, what the database would refuse: money that is not there."""
    touched = {one for wanted in fresh for one in (wanted.debit.pk, wanted.credit.pk)}
    balances: dict[int, int] = {}
    keys = sorted(touched)
    for start in range(0, len(keys), AT_ONCE):
        found = LedgerAccount.objects.filter(pk__in=keys[start : start + AT_ONCE])
        balances.update(found.values_list("pk", "balance_fen"))
    for one in fresh:
        if not 0 < one.amount_fen <= LARGEST_FEN:
            raise InputFault(f"{show_fen(one.amount_fen)} yuan is no amount that can be booked")
        assert one.debit.book_id == one.credit.book_id, "a transfer is in one book"
        for account, side in ((one.debit, AccountSide.DEBIT), (one.credit, AccountSide.CREDIT)):
            if account.side == side:
                balances[account.pk] += one.amount_fen
                continue
            left = balances[account.pk]
            balances[account.pk] -= one.amount_fen
            may_lose = account.below == Below.LOSSES and one.cause in MAY_LOSE
            if left < one.amount_fen and account.below != Below.FREE and not may_lose:
                raise InputFault(
                    f"the account {account.name} holds {show_fen(left)} yuan; "
                    f"{show_fen(one.amount_fen)} cannot be taken out of it"
                )


def digest_of(transfers: Iterable[LedgerTransfer]) -> str:
    """Return what the record keeps of transfers: that they stay the same."""
    told = [
        [row.number, row.debit_id, row.credit_id, row.amount_fen, row.reference, row.cause,
         row.trading_day, row.reverses_id]
        for row in transfers
    ]  # fmt: skip
    return digest(DOMAIN, record.canonical({"transfers": told}).encode()).hex()


@transaction.atomic
def post(
    *,
    actor: User | None,
    action: str,
    subject: str,
    wanted: Sequence[Wanted],
    facts: Mapping[str, Any] | None = None,
) -> list[LedgerTransfer]:
    """Book transfers, all or none, in their order, with one line of the record.

    What stands already under its reference is left as it is; nothing new, no line. Returns what was
    booked now. Raises ``InputFault`` where money is not there, or a reference is of another one.
    """
    record.one_at_a_time()
    known = known_of(wanted)
    fresh = [one for one in wanted if one.reference not in known]
    if not fresh:
        return []
    check_covered(fresh)
    last = LedgerTransfer.objects.order_by("-number").values_list("number", flat=True).first() or 0
    now = timezone.now()
    made = [
        LedgerTransfer(
            number=number,
            book_id=one.debit.book_id,
            debit=one.debit,
            credit=one.credit,
            amount_fen=one.amount_fen,
            reference=one.reference,
            cause=one.cause,
            trading_day=one.trading_day,
            reverses=one.reverses,
            at=now,
        )
        for number, one in enumerate(fresh, last + 1)
    ]
    LedgerTransfer.objects.bulk_create(made, AT_ONCE)
    told = {"transfers": [made[0].number, made[-1].number], "booked": digest_of(made)}
    record.write(actor=actor, action=action, subject=subject, facts={**(facts or {}), **told})
    return made


def check_reversible(found: LedgerTransfer) -> None:
    """Refuse to reverse what is no transfer of the office's own."""
    if found.reverses_id is not None:
        raise InputFault(f"transfer {found.number} is a reversal itself; book a new one")
    if LedgerTransfer.objects.filter(reverses=found).exists():
        raise InputFault(f"transfer {found.number} was reversed already")
    kinds = {found.debit.kind, found.credit.kind}
    if found.cause != Cause.BANK or kinds & set(CROSSED):
        raise InputFault(
            f"transfer {found.number} is not of the bank alone: the floor knows it, or a day's "
            "image; a deposit or a withdrawal puts it right"
        )


def reverse(*, actor: User, action: str, subject: str, number: int) -> LedgerTransfer:
    """Book the reversal of a transfer; each is reversed once."""
    with transaction.atomic():
        record.one_at_a_time()
        found = LedgerTransfer.objects.select_related("debit", "credit").filter(pk=number).first()
        if found is None:
            raise InputFault(f"there is no transfer {number}")
        check_reversible(found)
        wanted = Wanted(
            debit=found.credit,
            credit=found.debit,
            amount_fen=found.amount_fen,
            reference=f"reversal of {number}",
            cause=Cause.REVERSAL,
            reverses=found,
        )
        (made,) = post(actor=actor, action=action, subject=subject, wanted=[wanted])
    return made
