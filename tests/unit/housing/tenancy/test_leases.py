"""Leases: terms, totals, notice, swaps, holding over."""

from datetime import date

import msgspec
import pytest

from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.places import Sex
from huiguan.housing.tenancy.leases import (
    Lease,
    Stay,
    check_exit,
    check_renewal,
    check_swap,
    check_term,
    check_total,
    holdover_days,
    holdover_periods,
    holdover_rent,
    latest_end,
    lives_there,
    merge_periods,
    notice_end,
    swap_occupant,
)
from huiguan.housing.tenancy.rent import Share

D = date.fromisoformat


def periods(*days: str) -> list[tuple[date, date]]:
    found = [D(day) for day in days]
    return list(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize(
    ("start", "end", "refusal"),
    [
        ("2026-07-01", "2027-07-01", Refusal.ACCEPTED),
        ("2026-07-01", "2027-06-30", Refusal.TERM_TOO_SHORT),
        ("2026-07-01", "2029-07-01", Refusal.ACCEPTED),
        ("2026-07-01", "2029-07-02", Refusal.TERM_TOO_LONG),
        ("2024-02-29", "2025-02-28", Refusal.ACCEPTED),  # leap day to the month's last day
        ("2024-02-29", "2027-03-01", Refusal.TERM_TOO_LONG),
    ],
)
def test_one_to_three_years(start: str, end: str, refusal: Refusal) -> None:
    assert check_term(D(start), D(end), 12, 36) == refusal


@pytest.mark.parametrize(
    ("earlier", "start", "latest"),
    [
        ([], "2026-01-31", "2032-01-31"),
        (["2020-01-01", "2023-01-01", "2023-01-01", "2026-01-01"], "2026-01-01", "2026-01-01"),
        # 14 months and 15 days used; 58 months from 1 May 2022 is 1 March 2027, less 15 days
        (["2020-01-01", "2021-03-16"], "2022-05-01", "2027-02-14"),
        # follows on: one period from 31 January 2024, six years to the day
        (["2024-01-31", "2025-01-31"], "2025-01-31", "2030-01-31"),
        # overlapping records count once
        (["2020-01-01", "2022-01-01", "2021-06-01", "2022-01-01"], "2023-01-01", "2027-01-01"),
    ],
)
def test_six_years_in_total(earlier: list[str], start: str, latest: str) -> None:
    known = periods(*earlier)
    assert latest_end(known, D(start), 72) == D(latest)
    assert latest_end(known[::-1], D(start), 72) == D(latest)


def test_the_total_limit_itself_is_allowed() -> None:
    earlier = periods("2020-01-01", "2023-01-01")
    start = D("2023-01-01")
    assert check_total(earlier, start, D("2026-01-01"), 72) == Refusal.ACCEPTED
    assert check_total(earlier, start, D("2026-01-02"), 72) == Refusal.TOTAL_TERM_USED


def test_periods_that_meet_become_one() -> None:
    assert merge_periods(
        periods("2026-03-01", "2026-04-01", "2026-01-01", "2026-03-01", "2027-01-01", "2027-01-01")
    ) == periods("2026-01-01", "2026-04-01")


@pytest.mark.parametrize(
    ("eligible", "end", "refusal"),
    [
        (None, "2027-01-01", Refusal.ELIGIBILITY_UNKNOWN),
        (False, "2027-01-01", Refusal.NOT_ELIGIBLE),
        (True, "2029-01-02", Refusal.TOTAL_TERM_USED),  # before the term is looked at
        (True, "2026-12-31", Refusal.TERM_TOO_SHORT),
        (True, "2027-01-01", Refusal.ACCEPTED),
    ],
)
def test_renewal_checks_in_order(eligible: bool | None, end: str, refusal: Refusal) -> None:
    earlier = periods("2023-01-01", "2026-01-01")
    assert check_renewal(eligible, earlier, D("2026-01-01"), D(end), 12, 36, 72) == refusal


def test_notice_of_30_days_given_on_1_july_ends_on_1_august() -> None:
    assert notice_end(D("2026-07-01"), 30) == D("2026-08-01")
    assert check_exit(D("2026-07-01"), D("2026-08-01"), 30) == Refusal.ACCEPTED
    assert check_exit(D("2026-07-01"), D("2026-07-31"), 30) == Refusal.NOTICE_TOO_SHORT


@pytest.mark.parametrize(
    ("left", "days"), [("2026-06-30", 0), ("2026-07-01", 0), ("2026-07-02", 1), ("2026-07-04", 3)]
)
def test_days_held_over(left: str, days: int) -> None:
    assert holdover_days(D("2026-07-01"), D(left)) == days


def test_the_transition_comes_first() -> None:
    end = D("2026-07-01")
    assert holdover_periods(end, D("2026-10-10"), 2) == (
        (end, D("2026-09-01")),
        (D("2026-09-01"), D("2026-10-10")),
    )
    assert holdover_periods(end, D("2026-06-01"), 2) == ((end, end), (end, end))


def test_days_held_over_are_charged_old_rent_then_market_rent() -> None:
    # no transition: June 15/30 of 4,000, July 5/31 of 4,000 = 645.16
    june, july, august = D("2026-06-01"), D("2026-07-01"), D("2026-08-01")
    assert holdover_rent(300_000, 400_000, D("2026-06-16"), D("2026-07-06"), 0) == [
        (june, 200_000),
        (july, 64_516),
    ]
    # one month of transition: to 16 July at the old rent, then at the market rent
    assert holdover_rent(300_000, 400_000, D("2026-06-16"), D("2026-08-01"), 1) == [
        (june, 150_000),  # 15/30
        (july, 145_161),  # 15/31 of 3,000
        (july, 206_452),  # 16/31 of 4,000
    ]
    assert august not in dict(holdover_rent(300_000, 400_000, june, august, 0))


LEASE = Lease(
    number="L1",
    place="B1",
    scheme="bed",
    lessee="E1",
    by_employer=True,
    shares=(Share(payer="E1"),),
    start=D("2026-07-01"),
    end=D("2027-07-01"),
    rent_fen=50_000,
    deposit_fen=0,
)
STAYS = [
    Stay(lease="L1", person="ann", start=D("2026-07-01")),
    Stay(lease="L2", person="bob", start=D("2026-07-01"), end=D("2026-09-01")),
]


@pytest.mark.parametrize(
    ("leaving", "arriving", "on", "refusal"),
    [
        ("ann", "cat", "2026-08-01", Refusal.ACCEPTED),
        ("ann", "bob", "2026-08-01", Refusal.HOUSED_ELSEWHERE),
        ("ann", "bob", "2026-09-01", Refusal.ACCEPTED),  # the other stay ends that day
        ("bob", "cat", "2026-08-01", Refusal.NOT_AN_OCCUPANT),
        ("ann", "dan", "2026-08-01", Refusal.NOT_ON_ROSTER),
        ("ann", "cat", "2027-07-01", Refusal.LEASE_NOT_RUNNING),
    ],
)
def test_an_employer_swaps_occupants(
    leaving: str, arriving: str, on: str, refusal: Refusal
) -> None:
    assert check_swap(LEASE, STAYS, leaving, arriving, D(on), {"ann", "bob", "cat"}) == refusal


def test_a_womens_room_takes_women() -> None:
    words = (LEASE, STAYS, "ann", "cat", D("2026-08-01"), {"cat"})
    assert check_swap(*words, Sex.WOMEN, Sex.WOMEN) == Refusal.ACCEPTED
    assert check_swap(*words, Sex.WOMEN, Sex.MEN) == Refusal.SEX_DIFFERS
    assert check_swap(*words, Sex.WOMEN) == Refusal.SEX_DIFFERS  # not said
    assert check_swap(*words, Sex.ANY, Sex.MEN) == Refusal.ACCEPTED


def test_a_swap_changes_stays_and_no_lease() -> None:
    on = D("2026-08-01")
    after = swap_occupant(STAYS, "L1", "ann", "cat", on)
    assert [s.person for s in after if s.lease == "L1" and lives_there(s, on)] == ["cat"]
    assert [s.person for s in after if s.lease == "L1" and lives_there(s, D("2026-07-31"))] == [
        "ann"
    ]
    assert after[-1] == STAYS[1]


def test_only_an_employer_swaps() -> None:
    own = msgspec.structs.replace(LEASE, by_employer=False)
    assert (
        check_swap(own, STAYS, "ann", "cat", D("2026-08-01"), {"cat"})
        == Refusal.LESSEE_NOT_EMPLOYER
    )
