"""What is read of the ledger: each page and the proof ask here."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, Sum, Value
from django.db.models.functions import Concat

from huiguan.office.ledger.bank.receipts import reference_of
from huiguan.office.ledger.crossing.crossings import OPEN
from huiguan.office.ledger.models import (
    AccountKind,
    AccountSide,
    BankAccount,
    BankFile,
    BankLine,
    CollateralMove,
    Crossing,
    CrossingStage,
    DatedFigure,
    InterestPaid,
    LedgerAccount,
    LedgerBook,
    LedgerTransfer,
    MetDay,
    OpeningOrder,
    Payment,
    PaymentFile,
)

PAGE = 50
MOST_ACCOUNTS = 500  # of a page


class BookSum(NamedTuple):
    """A book and what its accounts come to: as much on the one side as on the other."""

    book: LedgerBook
    accounts: int
    debit_fen: int
    credit_fen: int

    @property
    def differs_fen(self) -> int:
        """Return what is wrong with the book: zero."""
        return self.debit_fen - self.credit_fen


def crossings_open() -> list[int]:
    """Return the numbers of the crossings that have not ended, the oldest first."""
    found = Crossing.objects.filter(stage__in=OPEN).order_by("pk")
    return list(found.values_list("pk", flat=True))


def sums_of_books(only: int | None = None) -> list[BookSum]:
    """Return every book, or one, with the sums of its sides, by name: one pass over accounts."""
    books = LedgerBook.objects.order_by("name")
    accounts = LedgerAccount.objects.order_by()
    if only is not None:
        books, accounts = books.filter(pk=only), accounts.filter(book=only)
    sums: dict[tuple[int, str], tuple[int, int]] = {
        (book, side): (counted, int(fen))
        for book, side, counted, fen in accounts.values_list("book_id", "side").annotate(
            Count("pk"), Sum("balance_fen")
        )
    }
    found = []
    for book in books:
        debit, credit = (sums.get((book.pk, side), (0, 0)) for side in AccountSide)
        found.append(BookSum(book, debit[0] + credit[0], debit[1], credit[1]))
    return found


def accounts_of(book: LedgerBook, name: str = "") -> list[LedgerAccount]:
    """Return the accounts of a book that ever held something, its own before trading codes.

    With a ``name`` those whose names begin so; at most ``MOST_ACCOUNTS``.
    """
    found = LedgerAccount.objects.filter(book=book, last_transfer__gt=0)
    if name:
        found = found.filter(name__startswith=name)
    own = list(found.exclude(kind=AccountKind.CODE).order_by("name")[:MOST_ACCOUNTS])
    codes = found.filter(kind=AccountKind.CODE).order_by("name")
    return [*own, *codes[: MOST_ACCOUNTS - len(own)]]


def transfers_of(account: LedgerAccount, before: int | None = None) -> list[LedgerTransfer]:
    """Return a page of an account's transfers, the newest first, all below a number.

    Each side has an index of its own; a page of both is at most the newest page of either.
    """
    found = LedgerTransfer.objects.select_related("debit", "credit", "reversal")
    if before is not None:
        found = found.filter(number__lt=before)
    sides = (found.filter(debit=account), found.filter(credit=account))
    rows = [row for side in sides for row in side.order_by("-number")[:PAGE]]
    return sorted(rows, key=lambda row: -row.number)[:PAGE]


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


def crossings_newest() -> list[Crossing]:
    """Return the newest crossings, those that have not ended first."""
    rows = Crossing.objects.select_related("code")
    return [
        *rows.filter(stage__in=OPEN).order_by("-pk")[:PAGE],
        *rows.exclude(stage__in=OPEN).order_by("-pk")[:PAGE],
    ]


def crossings_of(account: LedgerAccount) -> list[Crossing]:
    """Return the newest crossings of a trading code."""
    return list(Crossing.objects.filter(code=account).order_by("-pk")[:PAGE])


def days_met() -> list[MetDay]:
    """Return the days the ledger has met, the newest first."""
    return list(MetDay.objects.order_by("-trading_day")[:PAGE])


def sum_of_book(number: int) -> BookSum | None:
    """Return a book with its sums, or None."""
    return next(iter(sums_of_books(number)), None)


def bank_account_of(book: LedgerBook) -> BankAccount | None:
    """Return the bank account of a book, or None."""
    return BankAccount.objects.filter(book=book).first()


def account(number: int) -> LedgerAccount | None:
    """Return an account, or None."""
    return LedgerAccount.objects.select_related("book").filter(pk=number).first()


def transfer(number: int) -> LedgerTransfer | None:
    """Return a transfer, or None."""
    rows = LedgerTransfer.objects.select_related("book", "debit", "credit", "reverses")
    return rows.filter(pk=number).first()


def transfer_under(reference: str) -> LedgerTransfer | None:
    """Return the transfer of a reference, or None."""
    return LedgerTransfer.objects.filter(reference=reference).first()


def reversal_of(found: LedgerTransfer) -> LedgerTransfer | None:
    """Return the transfer that reverses one, or None."""
    return LedgerTransfer.objects.filter(reverses=found).first()


def is_reversed(found: LedgerTransfer) -> bool:
    """Return whether a transfer was reversed."""
    return reversal_of(found) is not None


def bank_files() -> list[BankFile]:
    """Return the newest files of banks, without what they hold."""
    rows = BankFile.objects.select_related("came_by").defer("content")
    return list(rows.annotate(counted=Count("lines")).order_by("-pk")[:PAGE])


def bank_file(number: int) -> BankFile | None:
    """Return a file of a bank, or None."""
    return BankFile.objects.select_related("came_by").filter(pk=number).first()


def lines_of(file: BankFile) -> list[BankLine]:
    """Return the lines that a file was the first to tell of."""
    rows = BankLine.objects.select_related("book", "crossing__code", "payment__crossing")
    return list(rows.filter(file=file).order_by("pk"))


def bank_line(number: int) -> BankLine | None:
    """Return a line of a bank, or None."""
    rows = BankLine.objects.select_related(
        "book", "owner", "crossing__code", "payment__crossing", "sent_back__payment"
    )
    return rows.filter(pk=number).first()


def payments_due() -> list[Payment]:
    """Return the payments that are in no file yet, by book."""
    rows = Payment.objects.filter(file=None).exclude(crossing__stage=CrossingStage.RELEASED)
    rows = rows.select_related("crossing__code__book")
    return list(rows.order_by("crossing__code__book__name", "pk"))


def payment_files() -> list[PaymentFile]:
    """Return the newest files of payments, with how many and how much they are."""
    rows = PaymentFile.objects.select_related("book", "made_by")
    counted = rows.annotate(
        counted=Count("payments"),
        paid=Count("payments__line"),
        back=Count("payments__sent_back"),
        sum_fen=Sum("payments__crossing__amount_fen"),
    )
    return list(counted.order_by("-pk")[:PAGE])


def payment_file(number: int) -> PaymentFile | None:
    """Return a file of payments, or None."""
    rows = PaymentFile.objects.select_related("book__at_bank")
    return rows.filter(pk=number).first()


def books() -> list[LedgerBook]:
    """Return every book by name."""
    return list(LedgerBook.objects.order_by("name"))


def figures_newest() -> list[DatedFigure]:
    """Return the newest dated figures, the latest first."""
    rows = DatedFigure.objects.select_related("proposal__maker", "proposal__checker")
    return list(rows.order_by("-effective", "-pk")[:PAGE])


def orders_newest(book: LedgerBook | None = None) -> list[OpeningOrder]:
    """Return the newest orders for openings, of one book or of all."""
    rows = OpeningOrder.objects.select_related("book", "proposal")
    return list((rows.filter(book=book) if book else rows).order_by("-pk")[:PAGE])


def interest_newest() -> list[InterestPaid]:
    """Return the newest interest of pools."""
    rows = InterestPaid.objects.select_related("book", "figure", "order")
    return list(rows.order_by("-last_day", "book__name")[:PAGE])


def moves_of(book: LedgerBook) -> list[CollateralMove]:
    """Return the newest moves of a pool's collateral."""
    rows = CollateralMove.objects.filter(book=book).select_related("proposal")
    return list(rows.order_by("-pk")[:PAGE])
