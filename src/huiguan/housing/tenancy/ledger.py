"""Postings of the homes: rent due, payments, write-offs, reversals; each book sums to zero.

Accounts: ``receivable:<payer>`` what a payer owes, ``rent income``, ``bank``, ``deposit bank``,
``deposit owed:<lease>`` (a liability), ``written off``, and the income accounts of other charges.
"""

from collections.abc import Iterable

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting, balances, post
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Fen


@rule("double entry: a charge is owed and earned", "confirmed")
@checked
def post_charge(
    book: Name, payer: Name, amount_fen: Fen, reference: Name, income: Name = "rent income"
) -> list[Posting]:
    """Return the posting of something due: the payer owes it, the book has earned it."""
    return post(book, f"receivable:{payer}", income, amount_fen, reference)


@rule("double entry: a payment settles what is owed", "confirmed")
@checked
def post_payment(book: Name, payer: Name, amount_fen: Fen, reference: Name) -> list[Posting]:
    """Return the posting of money received from a payer; paid in advance leaves a credit."""
    return post(book, "bank", f"receivable:{payer}", amount_fen, reference)


@rule("double entry: a write-off is a loss, never an edit", "confirmed")
@checked
def post_write_off(book: Name, payer: Name, amount_fen: Fen, reference: Name) -> list[Posting]:
    """Return the posting that gives up what a payer owes."""
    return post(book, "written off", f"receivable:{payer}", amount_fen, reference)


@rule("double entry: correction by reversal", "confirmed")
@checked
def reverse(posting: Posting, reference: Name) -> Posting:
    """Return the posting that undoes another: both stay in the book."""
    return msgspec.structs.replace(
        posting,
        debit=posting.credit,
        credit=posting.debit,
        reference=reference,
        text=f"reverses {posting.reference}",
    )


def posted_once(postings: Iterable[Posting]) -> None:
    """Refuse a posting given twice: the same accounts of a book under the same reference."""
    seen = set()
    for row in postings:
        key = (row.book, row.debit, row.credit, row.reference)
        if key in seen:
            raise InputFault(f"posting {row.reference} of {row.book} is given twice; give it once")
        seen.add(key)


@rule("double entry: what payers owe", "confirmed")
@checked
def arrears(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """Return (book, payer): fen owed, for every payer who owes something."""
    posted_once(postings)
    return {
        (book, account.removeprefix("receivable:")): amount
        for (book, account), amount in balances(postings).items()
        if account.startswith("receivable:") and amount > 0
    }


@rule("double entry: trial balance", "confirmed")
@checked
def trial_balance(postings: Iterable[Posting]) -> dict[str, int]:
    """Return for each book the sum of all its balances: zero, always."""
    posted_once(postings)
    sums: dict[str, int] = {}
    for (book, _), amount in balances(postings).items():
        sums[book] = sums.get(book, 0) + amount
    return sums
