"""Contract months and their dates on the reference day and around it."""

import pytest

from huiguan.exchange.rules.instruments import contract, listed_contracts
from huiguan.exchange.rules.rows import Books
from huiguan.exchange.rules.values import parse_month
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books

MONTHLY = "2609 2610 2611 2612 2701 2702 2703 2704 2705 2706 2707 2708"
PLAIN = "cu al zn pb ni sn ao ad ss ag rb wr hc sp br op fu lu nr bc"
LISTED = {  # on 2026-08-21
    **dict.fromkeys(PLAIN.split(), MONTHLY),
    "au": "2609 2610 2611 2612 2702 2704 2706 2708",
    "ru": "2609 2610 2611 2701 2703 2704 2705 2706 2707 2708",
    "bu": f"{MONTHLY} 2709 2712 2803 2806",
    "sc": f"{MONTHLY} 2709 2712 2803 2806 2809 2812 2903 2906",
    "ec": "2608 2609 2610 2612 2702 2703 2704 2706",
}


@pytest.fixture(scope="module")
def books() -> Books:
    return load_books()


def test_listed_months_of_the_reference_day(books: Books) -> None:
    found: dict[str, list[str]] = {}
    for row in listed_contracts(books, 20260821):
        found.setdefault(row.product, []).append(row.code[-4:])
    assert {product: " ".join(months) for product, months in found.items()} == LISTED


@pytest.mark.parametrize(
    ("code", "listed", "last_day", "delivery"),
    [
        ("cu2110", 20201016, 20211015, (20211018, 20211019, 20211020)),  # three days from 2009 on
        ("cu2005", 20190516, 20200515, (20200518, 20200519, 20200520, 20200521, 20200522)),
        ("cu2608", 20250818, 20260817, (20260818, 20260819)),  # the 15th is a Saturday
        ("fu2609", 20250901, 20260831, (20260901, 20260902)),
        ("sc2609", 20230901, 20260831, (20260901, 20260902, 20260903, 20260904, 20260907)),
        ("lu2101", 20200622, 20201224, (20201225, 20201228, 20201229, 20201230, 20201231)),
        ("sc2302", 20220124, 20230116, (20230117, 20230118, 20230119, 20230120, 20230130)),
        ("ec2602", 20250225, 20260209, ()),  # the last two Mondays of February are holidays
        ("ec2605", 20260210, 20260525, ()),
        ("bu2809", 20260916, 20280915, (20280918, 20280919)),
    ],
)
def test_dates_of_a_contract(
    books: Books, code: str, listed: int, last_day: int, delivery: tuple[int, ...]
) -> None:
    found = contract(books, code)
    assert (found.listed, found.last_day, found.delivery_days) == (listed, last_day, delivery)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("xx2609", "no rulebook has a product 'xx'"),
        ("cu2613", "is not a contract month"),
        ("ru2702", "was never listed"),
        ("fu1401", "was never listed"),
        ("sc1601", "was never listed"),
        ("cu4512", "calendar china knows trading days"),
        ("cu2１09", "is not a contract month"),
        ("cu", "no rulebook has a product"),
    ],
)
def test_an_unknown_contract_is_one_sentence(books: Books, code: str, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        contract(books, code)


def test_a_closed_day_lists_nothing(books: Books) -> None:
    with pytest.raises(InputFault, match="is not a trading day"):
        listed_contracts(books, 20260822)


def test_two_digit_years() -> None:
    assert (parse_month("9907"), parse_month("2609")) == (199907, 202609)
