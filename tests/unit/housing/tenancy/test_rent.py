"""Rent: ceilings, proration, shares. Figures in fen; the arithmetic stands beside each."""

from datetime import date

import pytest

from huiguan.foundation.arithmetic import parse_money, parse_rate
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.housing.tenancy.rent import (
    Assessment,
    Share,
    assessment_on,
    check_prepaid,
    check_rent,
    check_shares,
    may_rise_on,
    month_rent,
    period_rent,
    prorate,
    rent_ceiling,
    split_evenly,
    split_rent,
    within_wage_share,
)

D = date.fromisoformat
SHARE, INCREASE = parse_rate("90%"), parse_rate("5%")


@pytest.mark.parametrize(
    ("market", "old", "before", "ceiling", "limb"),
    [
        # first letting: 4,000 x 0.9
        ("4000", None, None, "3600", "market share"),
        # 4,200 x 0.9 = 3,780; 3,500 x 1.05 = 3,675
        ("4200", "3500", None, "3675", "yearly increase"),
        # 4,200 x 0.9 = 3,780; 3,675; 3,500 x 4,200 / 4,000 = 3,675: equal limbs, the first decides
        ("4200", "3500", "4000", "3675", "yearly increase"),
        # growth of 2 %: 3,500 x 4,080 / 4,000 = 3,570 is under 3,672 and 3,675
        ("4080", "3500", "4000", "3570", "market growth"),
        # the market falls 8.9 %: 3,644 x 0.9 = 3,279.60 = 3,600 x 3,644 / 4,000
        ("3644", "3600", "4000", "3279.60", "market share"),
        # the same fall on a low old rent: 2,000 x 0.911 = 1,822
        ("3644", "2000", "4000", "1822", "market growth"),
        # whole fen, down: 1,111.11 x 0.9 = 999.999
        ("1111.11", None, None, "999.99", "market share"),
        # 333.33 x 1.05 = 349.9965
        ("10000", "333.33", None, "349.99", "yearly increase"),
    ],
)
def test_the_ceiling_is_the_lowest_limb(
    market: str, old: str | None, before: str | None, ceiling: str, limb: str
) -> None:
    result = rent_ceiling(
        parse_money(market),
        SHARE,
        None if old is None else parse_money(old),
        INCREASE,
        None if before is None else parse_money(before),
    )
    assert (result.ceiling_fen, result.limb) == (parse_money(ceiling), limb)


def test_a_rent_at_the_ceiling_keeps_it() -> None:
    assert check_rent(360_000, 360_000) == Refusal.ACCEPTED
    assert check_rent(360_001, 360_000) == Refusal.RENT_ABOVE_CEILING


def test_one_increase_a_year() -> None:
    assert may_rise_on(D("2024-02-29")) == D("2025-02-28")


def test_the_newest_assessment_counts_and_doubt_lowers_the_rent() -> None:
    rows = [
        Assessment(assessed_on=D(day), market_fen=fen, source="appraiser")
        for day, fen in (
            ("2026-01-01", 400_000),
            ("2025-01-01", 420_000),
            ("2026-01-01", 399_000),
            ("2026-09-01", 300_000),
        )
    ]
    assert assessment_on(rows, D("2026-06-30")).market_fen == 399_000
    assert assessment_on(rows[::-1], D("2026-06-30")).market_fen == 399_000
    with pytest.raises(InputFault, match="no market rent was assessed by 2024-12-31"):
        assessment_on(rows, D("2024-12-31"))


@pytest.mark.parametrize(
    ("rent", "days", "of", "charge"),
    [
        ("500", 14, 30, "233.33"),  # 233.333
        ("500", 15, 30, "250"),
        ("500", 1, 31, "16.13"),  # 16.129
        ("550", 14, 30, "256.67"),  # 256.666
        ("0.01", 15, 30, "0.01"),  # 0.005 rounds half up
        ("900", 29, 29, "900"),
        ("900", 0, 29, "0"),
    ],
)
def test_a_part_of_a_month_by_its_days(rent: str, days: int, of: int, charge: str) -> None:
    assert prorate(parse_money(rent), days, of) == parse_money(charge)


def test_a_period_is_charged_month_by_month() -> None:
    # June 14/30 of 3,000; July whole; August 10/31 = 967.7419
    assert period_rent(300_000, D("2026-06-17"), D("2026-08-11")) == [
        (D("2026-06-01"), 140_000),
        (D("2026-07-01"), 300_000),
        (D("2026-08-01"), 96_774),
    ]
    assert (
        month_rent(300_000, D("2028-02-01"), D("2028-02-29"), D("2028-02-01")) == 289_655
    )  # 28/29


EMPLOYER_REST = [Share(payer="worker", amount_fen=30_000), Share(payer="employer")]


def test_the_worker_pays_a_fixed_part_and_the_employer_the_rest() -> None:
    assert split_rent(55_000, EMPLOYER_REST) == {"worker": 30_000, "employer": 25_000}
    # 14 of 30 days: charge 256.67, worker 300 x 14/30 = 140.00
    assert split_rent(55_000, EMPLOYER_REST, 14, 30) == {"worker": 14_000, "employer": 11_667}


def test_rates_round_down_and_one_takes_the_rest() -> None:
    third = parse_rate("33%")
    friends = [Share(payer="a", rate_ppb=third), Share(payer="b", rate_ppb=third), Share(payer="c")]
    assert split_rent(100_000, friends) == {"a": 33_000, "b": 33_000, "c": 34_000}
    half = [Share(payer="a", rate_ppb=parse_rate("50%")), Share(payer="b")]
    assert split_rent(100_001, half) == {"a": 50_000, "b": 50_001}


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ([Share(payer="a", amount_fen=1)], Refusal.NOT_ONE_REMAINDER),
        ([Share(payer="a"), Share(payer="b")], Refusal.NOT_ONE_REMAINDER),
        ([Share(payer="a"), Share(payer="a", amount_fen=1)], Refusal.PAYER_TWICE),
        ([Share(payer="a"), Share(payer="b", amount_fen=1, rate_ppb=1)], Refusal.SHARE_UNCLEAR),
        ([Share(payer="a"), Share(payer="b", amount_fen=-1)], Refusal.SHARE_UNCLEAR),
        ([Share(payer="a"), Share(payer="b", amount_fen=55_001)], Refusal.SHARES_ABOVE_RENT),
        ([Share(payer="a"), Share(payer="b", amount_fen=55_000)], Refusal.ACCEPTED),
        ([Share(payer="a")], Refusal.ACCEPTED),
    ],
)
def test_shares_that_cannot_split_a_rent(shares: list[Share], refusal: Refusal) -> None:
    assert check_shares(55_000, shares) == refusal
    if refusal:
        with pytest.raises(InputFault, match=refusal.english):
            split_rent(55_000, shares)


def test_an_even_split_leaves_the_odd_fen_to_the_first() -> None:
    assert split_evenly(10_000, ["a", "b", "c"]) == {"a": 3_334, "b": 3_333, "c": 3_333}


def test_limits_at_the_edge() -> None:
    assert check_prepaid(3, 3) == Refusal.ACCEPTED
    assert check_prepaid(4, 3) == Refusal.PREPAID_TOO_FAR
    assert within_wage_share(90_000, 600_000, parse_rate("15%"))
    assert not within_wage_share(90_001, 600_000, parse_rate("15%"))
