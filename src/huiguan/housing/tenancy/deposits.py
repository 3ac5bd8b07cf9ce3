"""Deposits are the tenant's money: a liability from receipt to return, never income.

A deduction needs a cause named in the contract; what causes cost beyond the deposit stays owed.
``decide_deposit`` decides, the postings follow from its settlement.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting, post
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, Fen, SignedFen, fen
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import answer_by


class Deduction(msgspec.Struct, frozen=True):
    """An amount kept for a cause of the contract, with its proof (a bill, a photo's number)."""

    cause: Name
    amount_fen: SignedFen
    proof: str


class DepositSettlement(msgspec.Struct, frozen=True):
    """How a deposit ends: what is kept for which cause, returned, and still owed beyond it."""

    deposit_fen: Fen
    kept: tuple[Deduction, ...]
    returned_fen: Fen
    still_owed_fen: Fen


class DepositDecision(NamedTuple):
    """How a deposit is settled, or why not and which deduction is at fault."""

    refusal: Refusal
    settlement: DepositSettlement | None = None
    at_fault: Deduction | None = None


@rule("R14 Shanghai: at most one month of rent", "unconfirmed")
@checked
def deposit_limit(rent_fen: Fen, months: Count) -> int:
    """Return the largest deposit for a month's rent.

    Example: ``deposit_limit(360_000, 1)`` is ``360_000``.
    """
    return fen(rent_fen * months, "deposit limit")


@rule("R14 Shanghai: at most one month of rent", "unconfirmed")
@checked
def check_deposit(deposit_fen: Fen, rent_fen: Fen, months: Count) -> Refusal:
    """Return whether a deposit keeps its limit; exactly the limit does.

    Example: ``check_deposit(360_001, 360_000, 1)`` is ``Refusal.DEPOSIT_TOO_LARGE``.
    """
    if deposit_fen > unchecked(deposit_limit)(rent_fen, months):
        return Refusal.DEPOSIT_TOO_LARGE
    return Refusal.ACCEPTED


@rule("R14 Shanghai: supervised account above one month or three months prepaid", "confirmed")
@checked
def needs_supervised_account(
    deposit_fen: Fen,
    rent_fen: Fen,
    prepaid_months: Count,
    deposit_months: Count = 1,
    most_prepaid_months: Count = 3,
) -> bool:
    """Return whether a sub-letting firm must put the money into a supervised account.

    Over one month's deposit or over three months prepaid. Example:
    ``needs_supervised_account(360_000, 360_000, 3)`` is ``False``;
    ``needs_supervised_account(360_001, 360_000, 3)`` is ``True``;
    ``needs_supervised_account(360_000, 360_000, 4)`` is ``True``.
    """
    return deposit_fen > rent_fen * deposit_months or prepaid_months > most_prepaid_months


@rule("National letting regulation 2025: no deduction without cause", "confirmed")
@checked
def check_deduction(deduction: Deduction, causes: Collection[Name]) -> Refusal:
    """Return why an amount may not be kept, or ``ACCEPTED``; ``causes`` are the contract's."""
    if deduction.cause not in causes:
        return Refusal.DEDUCTION_WITHOUT_CAUSE
    if not deduction.proof.strip() or deduction.amount_fen <= 0:
        return Refusal.DEDUCTION_WITHOUT_PROOF
    return Refusal.ACCEPTED


@rule("National letting regulation 2025: no deduction without cause", "confirmed")
@checked
def decide_deposit(
    deposit_fen: Fen, deductions: Sequence[Deduction], causes: Collection[Name]
) -> DepositDecision:
    """Return how a deposit is settled, or the first deduction that may not be kept, and why.

    Deductions are served in the order given; a bill counts once. Example: no contract names paint:
    ``decide_deposit(360_000, [Deduction(cause="paint", amount_fen=1, proof="bill 7")],
    ["damage"]).refusal`` is ``Refusal.DEDUCTION_WITHOUT_CAUSE``.
    """
    left, owed = deposit_fen, 0
    kept = []
    for at, entry in enumerate(deductions):
        refusal = unchecked(check_deduction)(entry, causes)
        if refusal:
            return DepositDecision(refusal, at_fault=entry)
        if entry in deductions[:at]:
            raise InputFault(f"{entry.cause} by {entry.proof} is given twice; a bill counts once")
        part = min(left, entry.amount_fen)
        left -= part
        owed += entry.amount_fen - part
        if part:
            kept.append(msgspec.structs.replace(entry, amount_fen=part))
    return DepositDecision(
        Refusal.ACCEPTED, DepositSettlement(deposit_fen, tuple(kept), left, owed)
    )


@rule("National letting regulation 2025: no deduction without cause", "confirmed")
@checked
def settle_deposit(
    deposit_fen: Fen, deductions: Sequence[Deduction], causes: Collection[Name]
) -> DepositSettlement:
    """Return how a deposit is settled (``decide_deposit``); a deduction without cause is a fault.

    Deductions beyond the deposit are kept up to it; the rest is owed, never returned negative.
    Example: 3,600.00 less 1,200.00 of unpaid rent:
    ``settle_deposit(360_000, [Deduction(cause="unpaid rent", amount_fen=120_000, proof="bill 7")],
    ["unpaid rent"]).returned_fen`` is ``240_000``. With 4,000.00 unpaid nothing is returned and
    400.00 stay owed:
    ``settle_deposit(360_000, [Deduction(cause="unpaid rent", amount_fen=400_000, proof="bill 7")],
    ["unpaid rent"]).still_owed_fen`` is ``40_000``.
    """
    decision = unchecked(decide_deposit)(deposit_fen, deductions, causes)
    if decision.at_fault is not None:
        raise InputFault(f"{decision.at_fault.cause!r} cannot be kept: {decision.refusal.english}")
    assert decision.settlement is not None
    return decision.settlement


@rule("National letting regulation 2025: return date in the contract", "confirmed")
@checked
def return_by(left_on: date, days: Count) -> date:
    """Return the last day to give the deposit back, ``days`` (the contract's) after moving out.

    Example: ``return_by(date(2026, 7, 1), 7)`` is ``date(2026, 7, 8)``.
    """
    return unchecked(answer_by)(left_on, days)


@rule("double entry: a deposit is a liability", "confirmed")
@checked
def post_deposit_received(book: Name, lease: Name, deposit_fen: Fen) -> list[Posting]:
    """Return the posting of a deposit received: bank against what is owed back to the tenant."""
    return post(book, "deposit bank", f"deposit owed:{lease}", deposit_fen, f"deposit/{lease}")


@rule("double entry: a deposit is a liability", "confirmed")
@checked
def post_deposit_settled(
    book: Name, lease: Name, payer: Name, settlement: DepositSettlement
) -> list[Posting]:
    """Return the postings that bring the liability to exactly zero.

    Each deduction settles what the payer owes for its cause (charged before) and moves that money
    from the deposit bank to the running bank; the rest goes back to the tenant.
    """
    parts = sum(entry.amount_fen for entry in settlement.kept) + settlement.returned_fen
    if parts != settlement.deposit_fen:
        raise InputFault(
            f"settlement: {parts} fen are kept and returned of a deposit of"
            f" {settlement.deposit_fen}; make it by settle_deposit"
        )
    owed, rows = f"deposit owed:{lease}", []
    for number, entry in enumerate(settlement.kept, 1):
        reference = f"deposit/{lease}/kept/{number}"
        rows += post(book, owed, f"receivable:{payer}", entry.amount_fen, reference)
        rows += post(book, "bank", "deposit bank", entry.amount_fen, reference)
    reference = f"deposit/{lease}/returned"
    return rows + post(book, owed, "deposit bank", settlement.returned_fen, reference)
