"""Double entry: one debit account, one credit account, one amount, in one book.

A book is a legal entity or a supervised account. Every posting names both sides, so a book sums to
zero by construction; ``balances`` shows it. A correction is a new posting, never an edit.
"""

from collections.abc import Iterable

import msgspec


class Posting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``amount_fen`` (positive) moves from ``credit`` to ``debit`` within ``book``."""

    book: str
    debit: str
    credit: str
    amount_fen: int
    reference: str  # what caused it; with book, debit and credit unique under one day or month
    text: str = ""

    def __post_init__(self) -> None:
        assert self.amount_fen > 0, self
        assert self.debit != self.credit, self


def post(book: str, debit: str, credit: str, amount_fen: int, reference: str) -> list[Posting]:
    """Return the posting that moves a signed amount: nothing for zero, swapped sides for a loss."""
    if amount_fen == 0:
        return []
    if amount_fen < 0:
        debit, credit, amount_fen = credit, debit, -amount_fen
    return [
        Posting(book=book, debit=debit, credit=credit, amount_fen=amount_fen, reference=reference)
    ]


def balances(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """Return the balance (debits less credits, fen) of every (book, account)."""
    result: dict[tuple[str, str], int] = {}
    for posting in postings:
        debit = (posting.book, posting.debit)
        credit = (posting.book, posting.credit)
        result[debit] = result.get(debit, 0) + posting.amount_fen
        result[credit] = result.get(credit, 0) - posting.amount_fen
    return result
