"""Deposits are the tenant's money: a liability from receipt to return, never income.

A deduction needs a cause named in the contract; what causes cost beyond the deposit stays owed.
"""

from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting, post
from huiguan.foundation.readers.values import natural
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import answer_by


class Deduction(msgspec.Struct, frozen=True):
    """An amount kept for a cause of the contract, with its proof (a bill, a photo's number)."""

    cause: str
    amount_fen: int
    proof: str


class DepositSettlement(msgspec.Struct, frozen=True):
    """How a deposit ends: what is kept for which cause, returned, and still owed beyond it."""

    deposit_fen: int
    kept: tuple[Deduction, ...]
    returned_fen: int
    still_owed_fen: int


@rule("R14 Shanghai: at most one month of rent", "unconfirmed")
def deposit_limit(rent_fen: int, months: int) -> int:
    """Return the largest deposit for a month's rent.

    Example: ``deposit_limit(360_000, 1)`` is ``360_000``.
    """
    return natural(rent_fen, "rent") * natural(months, "months")


@rule("R14 Shanghai: at most one month of rent", "unconfirmed")
def check_deposit(deposit_fen: int, rent_fen: int, months: int) -> Refusal:
    """Return whether a deposit keeps its limit; exactly the limit does.

    Example: ``check_deposit(360_001, 360_000, 1)`` is ``Refusal.DEPOSIT_TOO_LARGE``.
    """
    if deposit_fen > deposit_limit(rent_fen, months):
        return Refusal.DEPOSIT_TOO_LARGE
    return Refusal.ACCEPTED


@rule("R14 Shanghai: supervised account above one month or three months prepaid", "confirmed")
def needs_supervised_account(
    deposit_fen: int,
    rent_fen: int,
    prepaid_months: int,
    deposit_months: int = 1,
    most_prepaid_months: int = 3,
) -> bool:
    """Return whether a sub-letting firm must put the money into a supervised account.

    Over one month's deposit or over three months prepaid. Example:
    ``needs_supervised_account(360_000, 360_000, 3)`` is ``False``;
    ``needs_supervised_account(360_001, 360_000, 3)`` is ``True``;
    ``needs_supervised_account(360_000, 360_000, 4)`` is ``True``.
    """
    return deposit_fen > rent_fen * deposit_months or prepaid_months > most_prepaid_months


@rule("National letting regulation 2025: no deduction without cause", "confirmed")
def check_deduction(deduction: Deduction, causes: Collection[str]) -> Refusal:
    """Return why an amount may not be kept, or ``ACCEPTED``; ``causes`` are the contract's."""
    if deduction.cause not in causes:
        return Refusal.DEDUCTION_WITHOUT_CAUSE
    if not deduction.proof.strip() or deduction.amount_fen <= 0:
        return Refusal.DEDUCTION_WITHOUT_PROOF
    return Refusal.ACCEPTED


@rule("National letting regulation 2025: no deduction without cause", "confirmed")
def settle_deposit(
    deposit_fen: int, deductions: Sequence[Deduction], causes: Collection[str]
) -> DepositSettlement:
    """Return how a deposit is settled; deductions are served in the order given.

    Deductions beyond the deposit are kept up to it; the rest is owed, never returned negative.
    Example: 3,600.00 less 1,200.00 of unpaid rent:
    ``settle_deposit(360_000, [Deduction(cause="unpaid rent", amount_fen=120_000, proof="bill 7")],
    ["unpaid rent"]).returned_fen`` is ``240_000``. With 4,000.00 unpaid nothing is returned and
    400.00 stay owed:
    ``settle_deposit(360_000, [Deduction(cause="unpaid rent", amount_fen=400_000, proof="bill 7")],
    ["unpaid rent"]).still_owed_fen`` is ``40_000``.
    """
    left, owed = natural(deposit_fen, "deposit"), 0
    kept = []
    for entry in deductions:
        refusal = check_deduction(entry, causes)
        if refusal:
            raise InputFault(f"{entry.cause!r} cannot be kept: {refusal.english}")
        part = min(left, entry.amount_fen)
        left -= part
        owed += entry.amount_fen - part
        if part:
            kept.append(msgspec.structs.replace(entry, amount_fen=part))
    return DepositSettlement(
        deposit_fen=deposit_fen, kept=tuple(kept), returned_fen=left, still_owed_fen=owed
    )


@rule("National letting regulation 2025: return date in the contract", "confirmed")
def return_by(left_on: date, days: int) -> date:
    """Return the last day to give the deposit back, ``days`` (the contract's) after moving out.

    Example: ``return_by(date(2026, 7, 1), 7)`` is ``date(2026, 7, 8)``.
    """
    return answer_by(left_on, days)


@rule("double entry: a deposit is a liability", "confirmed")
def post_deposit_received(book: str, lease: str, deposit_fen: int) -> list[Posting]:
    """Return the posting of a deposit received: bank against what is owed back to the tenant."""
    return post(book, "deposit bank", f"deposit owed:{lease}", deposit_fen, f"deposit/{lease}")


@rule("double entry: a deposit is a liability", "confirmed")
def post_deposit_settled(
    book: str, lease: str, payer: str, settlement: DepositSettlement
) -> list[Posting]:
    """Return the postings that bring the liability to exactly zero.

    Each deduction settles what the payer owes for its cause (charged before) and moves that money
    from the deposit bank to the running bank; the rest goes back to the tenant.
    """
    owed, rows = f"deposit owed:{lease}", []
    for number, entry in enumerate(settlement.kept, 1):
        reference = f"deposit/{lease}/kept/{number}"
        rows += post(book, owed, f"receivable:{payer}", entry.amount_fen, reference)
        rows += post(book, "bank", "deposit bank", entry.amount_fen, reference)
    reference = f"deposit/{lease}/returned"
    return rows + post(book, owed, "deposit bank", settlement.returned_fen, reference)
