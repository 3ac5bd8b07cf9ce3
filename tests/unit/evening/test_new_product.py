"""A product whose first trading day falls inside a running chain: op on 2025-09-10."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.prices import SetListingPrice
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.reports.differences import reconcile
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.faults import InputFault
from tests.markets import Market, books, market_image

EVE = 20250909
PRICE = SetListingPrice(
    maker="a", checker="b", reference="op", instrument="op2601", price=Decimal(4_218)
)


def eve(rulebooks: Books) -> tuple[DayImage, DayResult]:
    image = market_image(codes=2, prices={"cu2511": 80_000}, day=EVE, rulebooks=rulebooks)
    rules = rules_of_day(rulebooks, ["cu2511"], EVE)
    return image, close_day(image, Market(image, None).events(), rules)  # type: ignore[arg-type]


def test_a_price_lists_every_first_contract() -> None:
    image, result = eve(books())
    tomorrow = next_image(image, result, books(), [PRICE])
    first = [name for name in tomorrow.names.instruments if name.startswith("op")]
    assert first[0] == "op2601"
    assert len(first) > 1
    row = tomorrow.instruments[tomorrow.names.instruments.index(first[1])]
    assert int(row["previous_settlement_ticks"]) * int(row["tick_units"]) == 4_218
    assert row["first_day"] == 1
    assert reconcile(image, result, books(), [PRICE], tomorrow) == []
    rules = rules_of_day(books(), tomorrow.names.instruments, 20250910)
    second = close_day(tomorrow, Market(tomorrow, None).events(), rules)  # type: ignore[arg-type]
    assert next_image(tomorrow, second, books()).names.products == ["cu", "op"]


def test_a_market_of_the_whole_venue_asks_for_the_price() -> None:
    only = replace(books(), products={name: books().products[name] for name in ("cu", "op")})
    image, result = eve(only)
    with pytest.raises(InputFault, match="op2601 is listed without a benchmark price"):
        next_image(image, result, only)
    assert "op2601" in next_image(image, result, only, [PRICE]).names.instruments


def test_a_market_of_chosen_products_keeps_its_choice() -> None:
    image, result = eve(books())
    assert next_image(image, result, books()).names.products == ["cu"]
