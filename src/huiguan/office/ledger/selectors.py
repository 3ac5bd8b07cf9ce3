"""What is read of the ledger: each page and the proof ask here."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Concat

from huiguan.office.ledger.bank.receipts import reference_of
from huiguan.office.ledger.crossing.crossings import OPEN
from huiguan.office.ledger.models import (
    AccountSide,
    BankLine,
    Crossing,
    CrossingStage,
    LedgerAccount,
    LedgerBook,
    LedgerTransfer,
)

PAGE = 50


class BookSum(NamedTuple):
    """A book and what its accounts come to: as much on the one side as on the other."""

    book: LedgerBook
    accounts: int
    debit_fen: int
    credit_fen: int


def crossings_open() -> list[int]:
    """Return the numbers of the crossings that have not ended, the oldest first."""
    found = Crossing.objects.filter(stage__in=OPEN).order_by("pk")
    return list(found.values_list("pk", flat=True))


def sums_of_books() -> list[BookSum]:
    """Return every book with the sums of its sides, by name."""

    def side(which: AccountSide) -> Sum:
        return Sum(Case(When(accounts__side=which, then=F("accounts__balance_fen")), default=0))

    found = LedgerBook.objects.annotate(
        debit_fen=side(AccountSide.DEBIT), credit_fen=side(AccountSide.CREDIT)
    ).order_by("name")
    rows = LedgerAccount.objects.order_by().values_list("book_id")
    counts = dict(rows.annotate(Count("pk")))
    return [
        BookSum(book, counts.get(book.pk, 0), int(book.debit_fen or 0), int(book.credit_fen or 0))
        for book in found
    ]


def accounts_of(book: LedgerBook) -> list[LedgerAccount]:
    """Return the accounts of a book that hold something or ever did, by name."""
    return list(LedgerAccount.objects.filter(book=book, last_transfer__gt=0).order_by("name"))


def transfers_of(account: LedgerAccount, before: int | None = None) -> list[LedgerTransfer]:
    """Return a page of an account's transfers, the newest first, all below a number."""
    found = LedgerTransfer.objects.select_related("debit", "credit", "reversal")
    either = found.filter(debit=account) | found.filter(credit=account)
    if before is not None:
        either = either.filter(number__lt=before)
    return list(either.order_by("-number")[:PAGE])


def lines_waiting() -> list[BankLine]:
    """Return the lines of banks of which nobody knows yet whom they are for, the oldest first."""
    came_back = Q(crossing=None) | Q(crossing__stage=CrossingStage.RELEASED)
    found = BankLine.objects.select_related("book", "owner", "crossing", "file").filter(
        Q(amount_fen__gt=0) & came_back | Q(amount_fen__lt=0, payment=None)
    )
    undone = LedgerTransfer.objects.filter(
        reverses__reference=Concat(Value(reference_of("")), OuterRef("key"))
    )
    return list(found.exclude(Exists(undone)).order_by("pk"))
