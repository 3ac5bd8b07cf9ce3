"""The close of a month: columns equal the worked functions; resuming charges nothing twice."""

import itertools
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
from huiguan.housing.tenancy.month_close import (
    BY_LEASE_MONTH,
    BY_THIRTY,
    COUNT,
    EVEN,
    LEASE,
    PART,
    REST,
    close_month,
    post_charges,
)
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


def test_leases_that_meet_inside_a_month_are_charged_its_rent_together() -> None:
    """1,000.01: 15 of 30 days are 500.005, half up 500.01; the other lease costs 500.00."""
    meeting = leases((100_001, "2025-04-16", "2026-04-16"), (100_001, "2026-04-16", "2027-04-16"))
    alone = parts((1, 0, REST, REST, 0), (2, 0, REST, REST, 1))
    assert close_month(meeting, alone, date(2026, 4, 1))["amount_fen"].tolist() == [50_001, 50_000]


@pytest.mark.parametrize("seed", range(3))
def test_however_a_month_is_cut_nobody_pays_more_than_its_rent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(300):
        month = date(2026, int(rng.integers(1, 13)), 1)
        length, rent = days_in_month(month), int(rng.integers(1, 200_000))
        cuts = [0, *sorted(rng.integers(0, length + 1, 3).tolist()), length]
        days = [month.toordinal() + cut for cut in cuts]
        rows = [(rent, *period) for period in itertools.pairwise(days)]
        amount = int(rng.integers(0, rent + 1))
        shared = [(2 * at + 1, 0, REST, REST, at) for at in range(4)]
        shared += [(2 * at + 2, 1, amount, REST, at) for at in range(4)]
        charges = close_month(np.array(rows, LEASE), np.array(shared, PART), month)
        assert charges["amount_fen"].sum() == rent
        assert charges["amount_fen"][charges["payer"] == 1].sum() <= amount


def test_another_rent_from_a_day_of_the_month_costs_no_more_than_the_higher() -> None:
    rng = np.random.default_rng(11)
    for _ in range(2_000):
        month = date(2026, int(rng.integers(1, 13)), 1)
        turn = month.toordinal() + int(rng.integers(0, days_in_month(month) + 1))
        first, second = (int(rent) for rent in rng.integers(1, 5_000, 2))
        rows = [(first, month.toordinal() - 40, turn), (second, turn, turn + 60)]
        alone = parts((1, 0, REST, REST, 0), (2, 0, REST, REST, 1))
        charges = close_month(np.array(rows, LEASE), alone, month)
        assert min(first, second) <= charges["amount_fen"].sum() <= max(first, second)


def test_the_rows_of_one_lease_are_charged_as_in_the_whole_estate() -> None:
    """A database closes lease by lease, with the rows it has read: the decision is the same."""
    both = leases((55_000, "2026-06-17", "2027-06-17"), (90_000, "2026-01-01", "2026-06-11"))
    three = parts((1, 0, REST, REST, 0), (2, 1, 30_000, REST, 0), (3, 2, REST, REST, 1))
    whole = close_month(both, three, JUNE)
    alone = close_month(both[1:], parts((3, 2, REST, REST, 0)), JUNE)
    assert [*close_month(BED, SHARED, JUNE), *alone] == list(whole)


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
        (parts((1, 0, REST, REST, 7)), "a lease row that is not there"),
        (parts((1, 0, REST, REST, 0), (2, 1, 60_000, REST, 0)), "above the rent"),
    ],
)
def test_parts_that_do_not_split_a_rent(rows: np.ndarray, words: str) -> None:
    with pytest.raises(InputFault, match=words):
        close_month(BED, rows, JUNE)


def test_leases_that_cannot_be() -> None:
    alone = parts((1, 0, REST, REST, 0))
    for row in ((55_000, "2026-06-17", "2026-06-16"), (-1, "2026-06-17", "2027-06-17")):
        with pytest.raises(InputFault, match="ends before it starts, or its rent is not from 0"):
            close_month(leases(row), alone, JUNE)
    with pytest.raises(InputFault, match="tables of LEASE and PART"):
        close_month(np.zeros(1), alone, JUNE)
    with pytest.raises(InputFault, match="month: '2026-6-1' is not a date"):
        close_month(BED, SHARED, "2026-6-1")  # type: ignore[arg-type]


def test_a_bill_counts_once_in_what_is_owed() -> None:
    rows = post_charge("op", "ann", 100, "rent/2026-06/1")
    for function in (arrears, trial_balance):
        with pytest.raises(InputFault, match="posting rent/2026-06/1 of op is given twice"):
            function(rows * 2)


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
        before = max(0, (start - month).days) if days else 0
        split = split_rent(rent, shares, days, length, before)
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


def counted(days: int, anchor: str) -> np.ndarray:
    return np.array([(date.fromisoformat(anchor).toordinal(), days)], COUNT)


ALONE = parts((1, 0, REST, REST, 0))


@pytest.mark.parametrize(
    ("start", "end", "month", "charge"),
    [
        ("2026-06-17", "2027-06-17", "2026-06-01", 140_000),  # the 17th to the 30th: 14 of 30
        ("2026-07-17", "2027-06-17", "2026-07-01", 140_000),  # 14 of 30; the 31st is no day more
        ("2026-07-31", "2027-06-17", "2026-07-01", 0),
        ("2026-01-15", "2026-07-31", "2026-07-01", 300_000),  # 30 days are the whole month
        ("2027-02-15", "2028-02-15", "2027-02-01", 160_000),  # after 14 days 16 of 30 are left
        ("2026-02-15", "2027-02-28", "2027-02-01", 270_000),  # 27 of 30
        ("2026-02-15", "2027-03-01", "2027-02-01", 300_000),
    ],
)
def test_a_month_of_thirty_days(start: str, end: str, month: str, charge: int) -> None:
    """A rent of 3,000.00: a day costs 100.00, a whole month 3,000.00 however long it is."""
    rows, how = leases((300_000, start, end)), counted(BY_THIRTY, start)
    charges = close_month(rows, ALONE, date.fromisoformat(month), counts=how)
    assert charges["amount_fen"].tolist() == [charge] * (charge > 0)


@pytest.mark.parametrize(
    ("start", "end", "month", "charge"),
    [
        ("2026-06-17", "2027-06-17", "2026-06-01", 300_000),  # [17 June, 17 July), whole
        ("2026-06-17", "2027-06-17", "2026-05-01", 0),
        ("2026-06-17", "2027-06-17", "2027-06-01", 0),  # the month from 17 June is not let
        ("2026-06-17", "2027-06-01", "2027-05-01", 145_161),  # 15 of 31 days from 17 May
        ("2026-01-31", "2027-01-31", "2026-02-01", 300_000),  # [28 February, 31 March)
        ("2026-01-31", "2026-03-10", "2026-02-01", 96_774),  # 10 of its 31 days
        ("2026-01-31", "2026-03-10", "2026-03-01", 0),
    ],
)
def test_a_lease_counts_its_own_months(start: str, end: str, month: str, charge: int) -> None:
    """A rent of 3,000.00: each month of the lease whole, in the calendar month it begins in."""
    rows, how = leases((300_000, start, end)), counted(BY_LEASE_MONTH, start)
    charges = close_month(rows, ALONE, date.fromisoformat(month), counts=how)
    assert charges["amount_fen"].tolist() == [charge] * (charge > 0)


def test_the_odd_fen_goes_to_one_after_the_other() -> None:
    """1,000.01 among three: 333.34, 333.34 and 333.33, and each has the lower part in its turn."""
    flat = leases((100_001, "2026-06-01", "2027-06-01"))
    three = parts((1, 0, EVEN, EVEN, 0), (2, 1, EVEN, EVEN, 0), (3, 2, EVEN, EVEN, 0))
    found = [
        close_month(flat, three, date(2026, month, 1))["amount_fen"].tolist()
        for month in (6, 7, 8, 9)
    ]
    assert found == [
        [33_334, 33_334, 33_333],
        [33_333, 33_334, 33_334],
        [33_334, 33_333, 33_334],
        [33_334, 33_334, 33_333],
    ]


def test_who_shares_evenly_shares_what_fixed_parts_leave() -> None:
    # 550.00 less 40 %, 220.00, less 30.01: 299.99 for two
    four = parts(
        (1, 0, EVEN, EVEN, 0), (2, 1, REST, 400_000_000, 0), (3, 2, EVEN, EVEN, 0),
        (4, 3, 3_001, REST, 0),
    )  # fmt: skip
    charges = close_month(leases((55_000, "2026-06-01", "2027-06-01")), four, JUNE)
    assert charges["amount_fen"].tolist() == [15_000, 22_000, 14_999, 3_001]


def test_one_payer_does_not_share_evenly_with_nobody() -> None:
    beside = parts((1, 0, EVEN, EVEN, 0), (2, 1, EVEN, EVEN, 0), (3, 2, REST, REST, 0))
    for rows in (beside[:1], beside):
        with pytest.raises(InputFault, match="exactly one payer must take the rest, or several"):
            close_month(BED, rows, JUNE)
