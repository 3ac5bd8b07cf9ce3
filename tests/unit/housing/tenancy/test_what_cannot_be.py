"""Rents, deposits, leases and books that cannot be: one sentence, never a fen too much."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.dates import (
    add_months,
    answer_by,
    days_within_month,
    from_column,
    last_day,
    overlap,
    to_column,
)
from huiguan.housing.tenancy.deposits import (
    Deduction,
    DepositSettlement,
    decide_deposit,
    deposit_limit,
    post_deposit_settled,
    settle_deposit,
)
from huiguan.housing.tenancy.leases import (
    Lease,
    Stay,
    check_renewal,
    check_swap,
    check_term,
    latest_end,
    merge_periods,
    swap_occupant,
)
from huiguan.housing.tenancy.ledger import post_charge, post_payment, post_write_off, trial_balance
from huiguan.housing.tenancy.rent import (
    Assessment,
    Share,
    assessment_on,
    check_shares,
    month_rent,
    period_rent,
    prorate,
    rent_ceiling,
    split_evenly,
    split_rent,
)

DAY, LATER, LAST = date(2026, 7, 1), date(2026, 7, 17), date(2027, 7, 1)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
BILL = Deduction("damage", 1_000, "bill 7")
LEASE = Lease("L1", "B1", "bed", "E1", True, (Share("E1"),), DAY, LAST, 55_000, 55_000)


def swap(stays: list[Stay], arriving: str, roster: Any) -> Callable[[], object]:
    return lambda: check_swap(LEASE, stays, "ann", arriving, LATER, roster)


CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: month_rent(100, LATER, DAY, DAY), "the period ends 2026-07-01 before it starts"),
    (lambda: month_rent(100.5, DAY, LATER, DAY), "rent: 100.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: month_rent(100, NOON, LATER, DAY), "start: .* has a time of day"),
    (lambda: month_rent(100, "2026-7-1", LATER, DAY), "start: '2026-7-1' is not a date"),  # type: ignore[arg-type]
    (lambda: month_rent(10**12, DAY, LATER, DAY), "rent: 1000000000000 is above 1000000000"),
    (lambda: period_rent(100, DAY, date.max), "lie outside the calendar"),
    (lambda: days_within_month(LATER, DAY, DAY), "ends 2026-07-01 before it starts"),
    (lambda: overlap(LATER, DAY, DAY, LATER), "before it starts"),
    (lambda: add_months(DAY, 10**6), "lie outside the calendar"),
    (lambda: add_months(DAY, 1.0), "months: 1.0 is no whole number"),  # type: ignore[arg-type]
    (lambda: answer_by(DAY, 10**10), "lie outside the calendar"),
    (lambda: answer_by(DAY, 3, ["2026-7-4"]), "days off: '2026-7-4' is not a date"),  # type: ignore[list-item]
    (lambda: last_day(date.min), "lie outside the calendar"),
    (lambda: to_column(NOON), "day: .* has a time of day"),
    (lambda: prorate(100, 1, 0), "1 days do not fit in a month of 0"),
    (lambda: prorate(100, 20, 30, 11), "20 days after 11 do not fit in a month of 30"),
    (lambda: prorate(100, 1.5, 30), "days: 1.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: rent_ceiling(120_000, 0.9), "share: 0.9 is no whole number"),  # type: ignore[arg-type]
    (lambda: rent_ceiling(120_000, "９0%"), "share: .* is not a decimal number"),
    (lambda: rent_ceiling(120_000, "90%", 1.5, "5%"), "old rent: 1.5"),  # type: ignore[arg-type]
    (lambda: assessment_on([Assessment(DAY, -1, "a")], DAY), "market rent: -1 is below 0"),
    (lambda: assessment_on([Assessment(LATER, 1, "a")], DAY), "no market rent was assessed by"),
    (lambda: split_evenly(3_000, ["a", "a"]), "payers: 'a' is named twice"),
    (lambda: split_evenly(3_000, ["a", "ａ"]), "payers: .* one name in two spellings"),
    (lambda: split_evenly(3_000, "abc"), "payers: the text 'abc' is one name; give a list"),
    (lambda: split_evenly(3_000, []), "a rent needs payers"),
    (lambda: split_evenly(-3_000, ["a"]), "rent: -3000 is below 0"),
    (lambda: check_shares(100, [Share("a"), Share("ａ", 5)]), "payers: .* two spellings"),
    (lambda: split_rent(100, [Share("a"), Share("b", 1.5)]), "amount: 1.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: post_payment("b", "ann", 100.5, "r"), "amount: 100.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: post_payment("b", "ann", Decimal("100.5"), "r"), "amount: .* is no whole number"),  # type: ignore[arg-type]
    (lambda: post_payment("b", "ann", -5, "r"), "amount: -5 is below 0"),
    (lambda: post_charge("b", "ann ", 5, "r"), "payer: 'ann ' would be a second spelling"),
    (lambda: post_write_off("b", "", 5, "r"), "payer: '' names nothing"),
    (lambda: trial_balance(post_payment("b", "ann", 5, "r") * 2), "r of b is given twice"),
    (lambda: deposit_limit(10**16, 1), "rent: .* is above"),
    (lambda: settle_deposit(5_000, [BILL, BILL], ["damage"]), "damage by bill 7 is given twice"),
    (lambda: settle_deposit(100.5, [], []), "deposit: 100.5 is no whole number"),  # type: ignore[arg-type]
    (lambda: decide_deposit(5_000, [], "damage"), "causes: 'damage' is no list"),
    (
        lambda: post_deposit_settled("b", "L1", "ann", DepositSettlement(5_000, (BILL,), 0, 0)),
        "1000 fen are kept and returned of a deposit of 5000",
    ),
    (lambda: check_term(DAY, LAST, 36, 12), "no term has at least 36 and at most 12"),
    (lambda: check_renewal("no", [], DAY, LAST, 12, 36), "eligible: 'no' is neither True nor"),  # type: ignore[arg-type]
    (lambda: latest_end([(LATER, DAY)], LAST, 72), "ends 2026-07-01 before it starts"),
    (lambda: merge_periods([(LATER, DAY)]), "before it starts"),
    (swap([Stay("L1", "ann", DAY), Stay("L2", "ｂen", DAY)], "ben", ["ben"]), "two spellings"),
    (swap([Stay("L1", "ann", DAY)], "ben", "ben"), "roster: 'ben' is no list"),
    (swap([Stay("L1", "ben", LATER, DAY), Stay("L1", "ann", DAY)], "ben", ["ben"]), "before it"),
    (lambda: swap_occupant([Stay("L1", "ann", DAY)], "L1", "eve", "ben", LATER), "eve has no one"),
]


@pytest.mark.parametrize(("call", "sentence"), CASES)
def test_one_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        call()


def test_leases_of_one_rent_that_meet_cost_it_together() -> None:
    """2,000.01 for June: 15 of 30 days are 1,000.005; half up twice would be a fen above it."""
    june, turn = date(2026, 6, 1), date(2026, 6, 16)
    assert month_rent(200_001, date(2025, 6, 16), turn, june) == 100_001
    assert month_rent(200_001, turn, date(2027, 6, 16), june) == 100_000


@pytest.mark.parametrize("seed", range(3))
def test_however_a_month_is_cut_the_parts_add_up(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(200):
        rent, month = int(rng.integers(0, 300_000)), date(2028, int(rng.integers(1, 13)), 1)
        end = add_months(month, 1)
        cuts = sorted(rng.integers(0, (end - month).days + 1, int(rng.integers(0, 5))).tolist())
        days = [month, *(from_column(to_column(month) + cut) or end for cut in cuts), end]
        pairs = itertools.pairwise(days)
        assert sum(month_rent(rent, start, stop, month) for start, stop in pairs) == rent


@pytest.mark.parametrize(("fen", "heads"), [(3_000, 7), (1, 3), (0, 2), (10_007, 12)])
def test_an_even_split_is_even_to_the_fen(fen: int, heads: int) -> None:
    # 3,000 = 7 x 428 + 4: four pay 429, three 428
    parts = split_evenly(fen, [f"payer {at}" for at in range(heads)])
    assert sum(parts.values()) == fen
    assert max(parts.values()) - min(parts.values()) <= 1
    assert list(parts.values()) == sorted(parts.values(), reverse=True)


def test_a_day_keeps_its_form_between_values_and_columns() -> None:
    assert from_column(to_column(DAY)) == DAY
    assert from_column(to_column(None)) is None
    assert to_column(date(1, 1, 1)) == 1
