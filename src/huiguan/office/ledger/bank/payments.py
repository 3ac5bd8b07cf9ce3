"""Payments out: files for banks of the withdrawals that the floor has confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.bank.pain import PaymentOrder, PaymentOut, pain_of, yuan
from huiguan.office.ledger.bank.sheet import PAYMENT_HEADS, write_sheet
from huiguan.office.ledger.models import CrossingStage, LedgerBook, Payment, PaymentFile
from huiguan.office.people import record
from huiguan.office.people.proposals import check_right
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from huiguan.office.people.models import User

FORMS = (("xml", "pain.001"), ("csv", "CSV"))


@transaction.atomic
def make_payment_file(*, user: User, book: str) -> PaymentFile:
    """Put every payment of a book that is due and in no file yet into a new one."""
    check_right(user, Action.MAKE_PAYMENT_FILE, Right.DO)
    record.one_at_a_time()
    found = LedgerBook.objects.filter(name=book).first()
    due = Payment.objects.filter(
        crossing__code__book=found, crossing__stage=CrossingStage.SETTLED, file=None
    )
    if found is None or not due.exists():
        raise InputFault(f"no payment of {book} is due that is in no file yet")
    made = PaymentFile(book=found, made_at=timezone.now(), made_by=user)
    made.save(force_insert=True)
    counted = due.update(file=made)
    facts = {"file": made.pk, "payments": counted}
    subject = f"payment file {made.pk}"
    record.write(actor=user, action=Action.MAKE_PAYMENT_FILE, subject=subject, facts=facts)
    return made


def content_of(file: PaymentFile, form: str) -> bytes:
    """Return a file of payments as pain.001 or CSV; the same bytes whenever it is asked for."""
    rows = file.payments.select_related("crossing__code").order_by("pk")
    paid = [
        PaymentOut(
            row.reference,
            to.payee,
            to.number,
            row.crossing.amount_fen,
            row.crossing.code.name,
        )
        for row, to in ((row, row.paid_to) for row in rows)
    ]
    if form == "csv":
        return write_sheet(
            PAYMENT_HEADS,
            [(p.reference, p.payee, p.account, yuan(p.amount_fen), "CNY", p.words) for p in paid],
        )
    at = timezone.localtime(file.made_at)
    return pain_of(
        PaymentOrder(
            name=f"HG-PAY-{file.pk}",
            at=at.strftime("%Y-%m-%dT%H:%M:%S"),
            day=at.strftime("%Y-%m-%d"),
            payer=file.book.name,
            account=file.book.at_bank.number,
            payments=paid,
        )
    )
