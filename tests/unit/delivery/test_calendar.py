"""Days of real contracts come out of the books: five, three, two, one delivery days."""

import pytest

from huiguan.exchange.delivery.calendar import points, statistics_month
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.storage.market.rulebooks.delivery import load_delivery_books


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


def days(books: DeliveryBooks, code: str) -> dict[str, int]:
    return {point.what: point.day for point in points(books, code)}


@pytest.mark.parametrize(
    ("code", "allocation", "payment"),
    [
        ("cu2008", 20200819, 20200820),  # LTD 08-17 (the 15th a Saturday): day 2 and 3 of five
        ("cu2101", 20210118, 20210119),  # three days since 2020-09: LTD 01-15, a Friday
        ("cu2102", 20210208, 20210209),  # LTD 2021-02-05 by No. 66 of 2020
        ("cu2609", 20260916, 20260917),  # two days since 2304
        ("au2612", 20261216, 20261216),  # gold: one day
        ("sc2609", 20260902, 20260903),  # INE: LTD 08-31, five days
        ("lu2101", 20201228, 20201229),  # LTD 2020-12-24, days 12-25 and 12-28 to 31
    ],
)
def test_allocation_and_payment_of_real_contracts(
    books: DeliveryBooks, code: str, allocation: int, payment: int
) -> None:
    found = days(books, code)
    assert (found["allocation"], found["buyers pay"]) == (allocation, payment)


def test_what_comes_before_the_last_day(books: DeliveryBooks) -> None:
    """cu2609: listed 2025-09-16, natural persons out by the 5th day before 09-15."""
    found = days(books, "cu2609")
    assert found["natural persons hold nothing after the close"] == 20260908
    assert found["positions are whole units of 5 lots"] == 20260901
    assert (found["first day of EFP"], found["last day of EFP"]) == (20250916, 20260911)
    assert found["last day for the seller's invoice"] == 20260922  # five working days
    assert not [what for what in days(books, "sc2609") if "whole units" in what]


def test_an_index_ends_in_money(books: DeliveryBooks) -> None:
    """ec2608: settled on its last trading day, Monday 2026-08-31; no EFP, no invoice."""
    (only,) = points(books, "ec2608")
    assert (only.day, only.what, only.status) == (20260831, "cash settlement", "confirmed")


def test_rebar_is_disputed_a_month_longer(books: DeliveryBooks) -> None:
    """rb, wr, hc: by the 15th of the month after (a draft): rb2609 to 2026-10-15."""
    assert days(books, "rb2609")["last day to dispute the quality"] == 20261015


def test_statistics_run_from_the_16th_to_the_15th(books: DeliveryBooks) -> None:
    assert statistics_month(books, "ni", 20260915) == 202609
    assert statistics_month(books, "ni", 20260916) == 202610
    assert statistics_month(books, "sc", 20261216) == 202701


def test_every_product_has_a_cycle_for_every_listed_contract(books: DeliveryBooks) -> None:
    """No contract of 2026-08-21 meets a number of delivery days that the books do not know."""
    for found in listed_contracts(books.books, 20260821):
        assert points(books, found.code), found.code
