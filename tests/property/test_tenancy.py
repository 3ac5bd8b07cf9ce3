"""Tenancy arithmetic for any dates and amounts: shares add up, limits are tight."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.postings import balances
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import add_months, age_on, days_in_month, months_and_days
from huiguan.housing.people.eligibility import area_below_line
from huiguan.housing.tenancy.deposits import (
    Deduction,
    post_deposit_received,
    post_deposit_settled,
    settle_deposit,
)
from huiguan.housing.tenancy.leases import check_total, holdover_periods, latest_end, merge_periods
from huiguan.housing.tenancy.rent import Share, check_shares, period_rent, rent_ceiling, split_rent

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
FEN = st.integers(0, 2_000_000)


@settings(deadline=None)
@given(DAYS, st.integers(0, 120), st.integers(0, 120))
def test_more_months_never_end_earlier(start: date, months: int, more: int) -> None:
    assert add_months(start, months) <= add_months(start, months + more)


@settings(deadline=None)
@given(DAYS, st.integers(0, 4_000))
def test_months_and_days_lead_back_to_the_end(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    months, rest = months_and_days(start, end)
    assert add_months(start, months) + timedelta(days=rest) == end
    assert add_months(start, months + 1) > end


@settings(deadline=None)
@given(DAYS, st.integers(0, 30_000))
def test_an_age_rises_by_one_a_year(birth: date, days: int) -> None:
    on = birth + timedelta(days=days % 25_000)
    assert age_on(birth, add_months(on, 12)) - age_on(birth, on) in (0, 1, 2)
    assert add_months(birth, 12 * age_on(birth, on)) <= on
    assert add_months(birth, 12 * (age_on(birth, on) + 1)) > on


@settings(deadline=None)
@given(FEN, st.lists(st.tuples(FEN, st.booleans()), max_size=4), st.data())
def test_shares_add_up_to_the_charge(
    rent: int, others: list[tuple[int, bool]], data: st.DataObject
) -> None:
    shares = [Share(payer="rest")]
    for number, (size, as_rate) in enumerate(others):
        if as_rate:
            shares.append(Share(payer=str(number), rate_ppb=size * 400))
        else:
            shares.append(Share(payer=str(number), amount_fen=size))
    length = data.draw(st.integers(28, 31))
    days = data.draw(st.integers(0, length))
    if check_shares(rent, shares):
        return
    parts = split_rent(rent, shares, days, length)
    exact = Fraction(rent * days, length)
    assert min(parts.values()) >= 0
    assert abs(sum(parts.values()) - exact) <= Fraction(1, 2)


@settings(deadline=None)
@given(FEN, DAYS, st.integers(0, 900))
def test_a_period_is_its_months_each_to_the_fen(rent: int, start: date, days: int) -> None:
    """A part that touches an end of its month is within half a fen, one inside within a fen."""
    end = start + timedelta(days=days)
    rows = period_rent(rent, start, end)
    whole = [charge for month, charge in rows if month >= start and add_months(month, 1) <= end]
    assert whole == [rent] * len(whole)
    for month, charge in rows:
        assert 0 <= charge <= rent
        day = max(month, start)
        here = (min(end, add_months(month, 1)) - day).days
        inside = start > month and end < add_months(month, 1)
        off = abs(charge - Fraction(rent * here, days_in_month(month)))
        assert off < 1 if inside else off <= Fraction(1, 2)


@settings(deadline=None)
@given(st.integers(1, 10**7), st.integers(1, 10**7), st.integers(1, 10**7))
def test_a_ceiling_is_the_largest_fen_within_every_limb(market: int, old: int, before: int) -> None:
    found = rent_ceiling(market, PPB * 9 // 10, old, PPB // 20, before)
    limbs = (Fraction(market * 9, 10), Fraction(old * 21, 20), Fraction(old * market, before))
    assert all(found.ceiling_fen <= limb for limb in limbs)
    assert any(found.ceiling_fen + 1 > limb for limb in limbs)


PERIODS = st.lists(st.tuples(DAYS, st.integers(0, 500)), max_size=4)


@settings(deadline=None)
@given(PERIODS, st.integers(0, 400), st.integers(12, 96))
def test_the_latest_end_is_the_last_that_is_allowed(
    rows: list[tuple[date, int]], gap: int, limit: int
) -> None:
    earlier = [(start, start + timedelta(days=days)) for start, days in rows]
    start = max((end for _, end in earlier), default=date(2036, 1, 1)) + timedelta(days=gap)
    latest = latest_end(earlier, start, limit)
    assert check_total(earlier, start, latest, limit) == Refusal.ACCEPTED
    assert check_total(earlier, start, latest + timedelta(days=1), limit) == Refusal.TOTAL_TERM_USED
    assert latest_end(merge_periods(earlier), start, limit) == latest
    assert latest <= add_months(start, limit)


@settings(deadline=None)
@given(DAYS, st.integers(-30, 400), st.integers(0, 6))
def test_days_held_over_are_split_without_a_gap(end: date, days: int, months: int) -> None:
    left = end + timedelta(days=days)
    within, beyond = holdover_periods(end, left, months)
    assert within[0] == end
    assert within[1] == beyond[0]
    assert beyond[1] == max(end, left)
    assert within[1] <= add_months(end, months)


@settings(deadline=None)
@given(FEN, st.lists(st.integers(1, 900_000), max_size=4))
def test_a_settled_deposit_leaves_nothing_and_loses_nothing(deposit: int, costs: list[int]) -> None:
    deductions = [Deduction("damage", cost, f"bill {number}") for number, cost in enumerate(costs)]
    result = settle_deposit(deposit, deductions, ["damage"])
    assert result.returned_fen + sum(entry.amount_fen for entry in result.kept) == deposit
    assert sum(costs) - result.still_owed_fen == deposit - result.returned_fen
    rows = post_deposit_received("op", "L1", deposit)
    rows += post_deposit_settled("op", "L1", "ann", result)
    after = balances(rows)
    assert after.get(("op", "deposit owed:L1"), 0) == 0
    assert sum(after.values()) == 0


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(0, 30_000))
def test_an_area_is_below_the_line_exactly(heads: int, total_dm2: int) -> None:
    total = f"{total_dm2 // 100}.{total_dm2 % 100:02d}"
    assert area_below_line(total, heads, "15") == (Fraction(total_dm2, 100 * heads) < 15)
