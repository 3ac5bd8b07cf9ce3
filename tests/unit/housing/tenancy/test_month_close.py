"""The close of a month: columns equal the worked functions; resuming charges nothing twice."""

from datetime import date, timedelta

import numpy as np
import pytest

from huiguan.foundation.arithmetic import parse_rate
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import balances
from huiguan.housing.dates import days_in_month, days_within_month
from huiguan.housing.tenancy.ledger import (
    arrears,
    post_charge,
    post_payment,
    post_write_off,
    reverse,
    trial_balance,
)
from huiguan.housing.tenancy.month_close import LEASE, PART, REST, close_month, post_charges
from huiguan.housing.tenancy.rent import Share, check_shares, split_rent

JUNE = date(2026, 6, 1)
NAMES = ["employer", "worker"]


def leases(*rows: tuple[int, str, str]) -> np.ndarray:
    days = [
        (rent, date.fromisoformat(a).toordinal(), date.fromisoformat(b).toordinal())
        for rent, a, b in rows
    ]
    return np.array(days, LEASE)


def parts(*rows: tuple[int, int, int, int, int]) -> np.ndarray:
    return np.array(list(rows), PART)


BED = leases((55_000, "2026-06-17", "2027-06-17"))
SHARED = parts((1, 0, REST, REST, 0), (2, 1, 30_000, REST, 0))


def test_a_bed_from_17_june_is_charged_14_days_to_two_payers() -> None:
    # 550 x 14/30 = 256.67; the worker 300 x 14/30 = 140.00; the employer the rest
    charges = close_month(BED, SHARED, JUNE)
    assert charges[["part", "payer", "amount_fen"]].tolist() == [(1, 0, 11_667), (2, 1, 14_000)]
    postings = list(post_charges("op", JUNE, charges, NAMES))
    assert [posting.reference for posting in postings] == ["rent/2026-06/1", "rent/2026-06/2"]
    assert balances(postings)["op", "rent income"] == -25_667


def test_a_close_that_was_broken_off_is_resumed() -> None:
    whole = close_month(BED, SHARED, JUNE)
    for done in range(3):
        rest = close_month(BED, SHARED, JUNE, whole["part"][:done])
        assert rest.tolist() == whole[done:].tolist()


@pytest.mark.parametrize("month", [date(2026, 5, 1), date(2027, 7, 1)])
def test_months_outside_the_lease_are_not_charged(month: date) -> None:
    assert len(close_month(BED, SHARED, month)) == 0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (parts((1, 0, 10, REST, 0)), "exactly one payer must take the rest"),
        (parts((1, 0, REST, REST, 0), (2, 1, REST, REST, 0)), "exactly one payer"),
        (parts((1, 0, REST, REST, 0), (2, 1, 5, 5, 0)), "both an amount and a rate"),
        (parts((1, 0, REST, REST, 0), (1, 1, 5, REST, 0)), "stands twice"),
        (parts((1, 0, REST, REST, 0), (2, 1, 60_000, REST, 0)), "above the rent"),
    ],
)
def test_parts_that_do_not_split_a_rent(rows: np.ndarray, words: str) -> None:
    with pytest.raises(InputFault, match=words):
        close_month(BED, rows, JUNE)


def test_columns_equal_the_worked_function_on_random_leases() -> None:
    rng = np.random.default_rng(7)
    lease_rows, part_rows, expected = [], [], []
    month = date(2028, 2, 1)
    for number in range(2_000):
        rent = int(rng.integers(1, 1_000_000))
        start = month + timedelta(days=int(rng.integers(-60, 40)))
        end = start + timedelta(days=int(rng.integers(0, 90)))
        shares = [Share(payer="0")]
        if rng.integers(0, 2):
            shares.append(Share(payer="1", amount_fen=int(rng.integers(0, rent + 1))))
        if rng.integers(0, 2):
            shares.append(Share(payer="2", rate_ppb=int(rng.integers(0, parse_rate("60%")))))
        shares = [shares[i] for i in rng.permutation(len(shares))]
        if check_shares(rent, shares):
            continue
        row = len(lease_rows)
        lease_rows.append((rent, start.toordinal(), end.toordinal()))
        days, length = days_within_month(start, end, month), days_in_month(month)
        split = split_rent(rent, shares, days, length)
        for at, share in enumerate(shares):
            amount = REST if share.amount_fen is None else share.amount_fen
            rate = REST if share.rate_ppb is None else share.rate_ppb
            part_rows.append((number * 10 + at, int(share.payer), amount, rate, row))
            if split[share.payer]:
                expected.append((number * 10 + at, int(share.payer), split[share.payer]))
    charges = close_month(np.array(lease_rows, LEASE), np.array(part_rows, PART), month)
    assert len(expected) > 1_000
    assert charges.tolist() == expected


def test_a_ledger_corrects_by_reversal_and_sums_to_zero() -> None:
    wrong = post_charge("op", "ann", 10_000, "rent/2026-06/1")
    rows = [*wrong, reverse(wrong[0], "rent/2026-06/1/reversed")]
    rows += post_charge("op", "ann", 9_000, "rent/2026-06/1b")
    rows += post_payment("op", "ann", 5_000, "payment/1")
    assert arrears(rows) == {("op", "ann"): 4_000}
    rows += post_write_off("op", "ann", 4_000, "write-off/1")
    rows += post_charge("other", "ben", 1, "x")
    assert arrears(rows) == {("other", "ben"): 1}
    assert trial_balance(rows) == {"op": 0, "other": 0}
    assert balances(rows)["op", "rent income"] == -9_000
