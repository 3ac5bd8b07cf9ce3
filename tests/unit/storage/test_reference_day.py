"""The reference day: what was recorded, what is invented, and how."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.reference_day import REFERENCE_DAY, ReferencePrice, load_reference_day
from huiguan.storage.market.rulebooks.load import load_books


@pytest.fixture(scope="module")
def books() -> Books:
    return load_books()


@pytest.fixture(scope="module")
def prices(books: Books) -> dict[str, ReferencePrice]:
    return load_reference_day(books)


def test_every_listed_contract_has_a_price(books: Books, prices: dict[str, ReferencePrice]) -> None:
    listed = [item.code for item in listed_contracts(books, REFERENCE_DAY)]
    assert sorted(prices) == sorted(listed)
    assert all(row.volume_lots is not None for row in prices.values())


def test_recorded_rows(prices: dict[str, ReferencePrice]) -> None:
    copper = prices["cu2610"]
    assert (copper.previous_settlement, copper.settlement) == (Decimal(106860), Decimal(107010))
    assert (copper.volume_lots, copper.open_interest_lots) == (66_412, 176_877)
    assert (copper.status, copper.trading_status) == ("secondary", None)
    assert prices["cu2703"].settlement == Decimal(105790)


def test_what_is_missing_is_invented_and_says_how(prices: dict[str, ReferencePrice]) -> None:
    row = prices["cu2702"]  # between 2701 and 2703: the nearer month, of equals the earlier
    assert (row.settlement, row.status) == (Decimal(106440), "invented")
    assert row.note.startswith("prices of cu2701, the nearest known month")
    front = prices["cu2609"]  # settlement recorded, volume halved once from cu2610
    assert (front.settlement, front.status) == (Decimal(107290), "secondary")
    assert (front.volume_lots, front.trading_status) == (33_206, "invented")
    assert {prices[code].status for code in ("wr2610", "ad2609", "bc2701", "ec2610")} == {
        "invented"
    }


def test_prices_are_on_the_tick_and_inside_the_limits(
    books: Books, prices: dict[str, ReferencePrice]
) -> None:
    for code, row in prices.items():
        found = parameters(books, code, REFERENCE_DAY)
        rate = Fraction(found.limit_ppb, PPB)
        lower, upper = price_limits(
            row.previous_settlement, rate, found.terms.tick, found.limit_rounding
        )
        for price in (row.open, row.high, row.low, row.close, row.settlement):
            if price is not None:
                assert lower <= price <= upper, code
                assert price % found.terms.tick == 0, code


def test_another_day_is_one_sentence(books: Books, tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="there are: 2026-08-21"):
        load_reference_day(books, 20260822)
    (tmp_path / "2026-08-21.toml").write_text(
        "[day]\ntrading_day = 2026-08-21\nprevious_day = 2026-08-20\n"
        '[[price]]\ncontract = "cu2610"\nprevious_settlement = 106860.5\n',
        "utf-8",
    )
    with pytest.raises(InputFault, match=r"row 1 \(cu2610\): previous_settlement: .* not exact"):
        load_reference_day(books, folder=tmp_path)
