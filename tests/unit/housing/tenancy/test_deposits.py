"""Deposits: a liability that ends at zero, deductions with cause and proof."""

from datetime import date

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import balances
from huiguan.foundation.refusals import Refusal
from huiguan.housing.tenancy.deposits import (
    Deduction,
    check_deposit,
    needs_supervised_account,
    post_deposit_received,
    post_deposit_settled,
    return_by,
    settle_deposit,
)

CAUSES = ("unpaid rent", "damage")


def kept(cause: str, amount_fen: int, proof: str = "bill 7") -> Deduction:
    return Deduction(cause=cause, amount_fen=amount_fen, proof=proof)


def test_at_most_one_month() -> None:
    assert check_deposit(360_000, 360_000, 1) == Refusal.ACCEPTED
    assert check_deposit(360_001, 360_000, 1) == Refusal.DEPOSIT_TOO_LARGE


@pytest.mark.parametrize(
    ("deposit", "prepaid", "supervised"),
    [(360_000, 3, False), (360_001, 3, True), (360_000, 4, True), (0, 1, False)],
)
def test_money_that_needs_a_supervised_account(
    deposit: int, prepaid: int, supervised: bool
) -> None:
    assert needs_supervised_account(deposit, 360_000, prepaid) is supervised


def test_what_is_not_kept_goes_back() -> None:
    result = settle_deposit(360_000, [kept("unpaid rent", 120_000), kept("damage", 30_000)], CAUSES)
    assert (result.returned_fen, result.still_owed_fen) == (210_000, 0)


def test_costs_beyond_the_deposit_stay_owed() -> None:
    result = settle_deposit(
        360_000, [kept("unpaid rent", 300_000), kept("damage", 100_000)], CAUSES
    )
    assert [entry.amount_fen for entry in result.kept] == [300_000, 60_000]
    assert (result.returned_fen, result.still_owed_fen) == (0, 40_000)


@pytest.mark.parametrize(
    ("deduction", "words"),
    [
        (kept("wear", 100), "names no such cause"),
        (kept("damage", 100, " "), "needs an amount and its proof"),
        (kept("damage", 0), "needs an amount and its proof"),
    ],
)
def test_no_deduction_without_cause_and_proof(deduction: Deduction, words: str) -> None:
    with pytest.raises(InputFault, match=words):
        settle_deposit(360_000, [deduction], CAUSES)


@pytest.mark.parametrize("costs", [0, 120_000, 360_000, 500_000])
def test_the_liability_ends_at_zero(costs: int) -> None:
    deductions = [kept("damage", costs)] if costs else []
    settlement = settle_deposit(360_000, deductions, CAUSES)
    rows = post_deposit_received("op", "L1", 360_000)
    rows += post_deposit_settled("op", "L1", "ann", settlement)
    after = balances(rows)
    assert after["op", "deposit owed:L1"] == 0
    assert after["op", "deposit bank"] == 0
    assert after.get(("op", "bank"), 0) == min(costs, 360_000)
    assert sum(after.values()) == 0


def test_return_date_counts_from_the_day_after_leaving() -> None:
    assert return_by(date(2026, 7, 1), 7) == date(2026, 7, 8)
