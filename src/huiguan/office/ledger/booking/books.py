"""The books of a hall and their accounts, as a day's image names them; what they open with.

The exchange's book has a clearing deposit and a margin account for each pool of a member; a pool's
book has an account for each trading code (``exchange.evening.day_postings`` has the same names).
Money on the way, and what the bank has not told us enough of, are accounts of the pool's book.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from huiguan.exchange.evening.day_money import pool_of_code
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.office.ledger.booking.transfers import AT_ONCE, Wanted
from huiguan.office.ledger.models import (
    AccountKind,
    AccountSide,
    BankAccount,
    Below,
    Cause,
    LedgerAccount,
    LedgerBook,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huiguan.exchange.day.image import DayImage

EXCHANGE = "exchange"
DEBIT, CREDIT = AccountSide.DEBIT, AccountSide.CREDIT
ONE_OF_A_BOOK = {  # accounts that a book has once, under the name of their kind
    EXCHANGE: (
        (AccountKind.BANK, DEBIT, Below.NEVER),
        (AccountKind.MARKING, CREDIT, Below.FREE),  # zero after each evening
        (AccountKind.FEES, CREDIT, Below.FREE),
        (AccountKind.RESERVE, CREDIT, Below.NEVER),
    ),
    "": (
        (AccountKind.EXCHANGE, DEBIT, Below.FREE),
        (AccountKind.BANK, DEBIT, Below.NEVER),
        (AccountKind.RECEIPTS, CREDIT, Below.NEVER),
        (AccountKind.PAYMENTS, DEBIT, Below.NEVER),
        (AccountKind.WAY_IN, CREDIT, Below.NEVER),
        (AccountKind.WAY_OUT, CREDIT, Below.NEVER),
        (AccountKind.DUE, CREDIT, Below.NEVER),
    ),
}


class Named(NamedTuple):
    """An account that is to be."""

    book: str
    name: str
    kind: AccountKind
    side: AccountSide
    below: Below


def accounts_of(image: DayImage) -> Iterator[Named]:
    """Yield every account that the money of a day needs."""
    for kind, side, below in ONE_OF_A_BOOK[EXCHANGE]:
        yield Named(EXCHANGE, kind, kind, side, below)
    for pool in range(len(image.pools)):
        name = pool_name(image, pool)
        deposit, margin = AccountKind.DEPOSIT, AccountKind.MARGIN
        yield Named(EXCHANGE, f"{name}:{deposit}", deposit, CREDIT, Below.LOSSES)
        yield Named(EXCHANGE, f"{name}:{margin}", margin, CREDIT, Below.LOSSES)
        for kind, side, below in ONE_OF_A_BOOK[""]:
            yield Named(name, kind, kind, side, below)
    for code, pool in zip(image.names.trading_codes, pool_of_code(image).tolist(), strict=True):
        yield Named(pool_name(image, pool), code, AccountKind.CODE, CREDIT, Below.LOSSES)


@transaction.atomic
def make_accounts(*, image: DayImage) -> dict[tuple[str, str], LedgerAccount]:
    """Make the books and accounts that are missing; return all, by book and name.

    They hold nothing yet; the line of the record is that of what is booked on them.
    """
    wanted = {(named.book, named.name): named for named in accounts_of(image)}
    books = {book.name: book for book in LedgerBook.objects.all()}
    fresh = sorted({book for book, _ in wanted} - books.keys())
    LedgerBook.objects.bulk_create([LedgerBook(name=name) for name in fresh])
    if fresh:
        books = {book.name: book for book in LedgerBook.objects.all()}
    found = all_accounts()
    LedgerAccount.objects.bulk_create(
        [
            LedgerAccount(
                book=books[named.book],
                name=named.name,
                kind=named.kind,
                side=named.side,
                below=named.below,
            )
            for key, named in wanted.items()
            if key not in found
        ],
        AT_ONCE,
    )
    BankAccount.objects.bulk_create(
        [BankAccount(book=books[name], number=invented_number(name)) for name in fresh
         if name != EXCHANGE]
    )  # fmt: skip
    return all_accounts()


def invented_number(book: str) -> str:
    """Return the number of a book's bank account until two persons set the one it has."""
    return f"HG-{book.upper().replace('/', '-')}"


def all_accounts() -> dict[tuple[str, str], LedgerAccount]:
    """Return every account by the names of its book and its own."""
    rows = LedgerAccount.objects.select_related("book").order_by("pk")
    return {(row.book.name, row.name): row for row in rows.iterator(AT_ONCE)}


def openings(image: DayImage, accounts: dict[tuple[str, str], LedgerAccount]) -> Iterator[Wanted]:
    """Yield what a ledger begins with: the money that the image of a morning holds.

    A pool's cash stands in the exchange's book against the bank, what is charged of it on the
    margin account; in the pool's book each trading code has its own against ``exchange``.
    """
    day = image.settings.trading_day

    def moved(book: str, debit: str, credit: str, amount_fen: int, what: str) -> Iterator[Wanted]:
        if amount_fen:
            sides = (debit, credit) if amount_fen > 0 else (credit, debit)
            first, second = (accounts[book, name] for name in sides)
            reference = f"opening {day} {what}"
            yield Wanted(first, second, abs(amount_fen), reference, Cause.OPENING, day)

    for index, pool in enumerate(image.pools):
        name, bank = pool_name(image, index), AccountKind.BANK
        deposit, margin = f"{name}:{AccountKind.DEPOSIT}", f"{name}:{AccountKind.MARGIN}"
        yield from moved(EXCHANGE, bank, deposit, int(pool["cash_fen"]), f"{name} cash")
        yield from moved(EXCHANGE, deposit, margin, int(pool["margin_fen"]), f"{name} margin")
    codes = zip(image.names.trading_codes, image.trading_codes, strict=True)
    for (code, row), pool in zip(codes, pool_of_code(image).tolist(), strict=True):
        amount = int(row["deposit_fen"])
        yield from moved(pool_name(image, pool), EXCHANGE, code, amount, f"code {code}")
