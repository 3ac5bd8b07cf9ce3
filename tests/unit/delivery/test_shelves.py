"""The invented register of a new hall: it reads, nothing of it is lost, whatever the market."""

from pathlib import Path

import pytest

from huiguan.exchange.delivery.register import counts
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.delivery.warrants import State
from huiguan.simulation.market.image import first_image
from huiguan.simulation.market.people import size_of
from huiguan.simulation.market.shelves import write_shelves
from huiguan.simulation.market.visitors import with_visitors
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.deliveries import read_record
from huiguan.storage.warehouse.folder import read_warehouse
from huiguan.storage.warehouse.reports import delivered_codes


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


@pytest.mark.parametrize(
    ("day", "products", "delivered"),
    [
        (20260821, "cu", "cu2608"),  # ends on 17 August, paid on the 19th
        (20260821, "cu,au", "au2608"),
        (20260818, "cu", "cu2607"),  # that of August is not paid for yet
        (20260821, "ru", "ru2608"),
        (20270104, "sc", "sc2612"),  # sc2701 ended on 31 December and is not paid for
        (20260821, "ec", ""),  # settled in money: no goods
        (20260821, "", "ad2608"),
    ],
)
def test_a_new_hall_has_warrants(
    tmp_path: Path, books: DeliveryBooks, day: int, products: str, delivered: str
) -> None:
    chosen = sorted(products.split(",") if products else books.books.products)
    image = first_image(books.books, day, chosen, 1, size_of(len(chosen))).image
    image = with_visitors(image, 1)
    count = write_shelves(tmp_path / "w", books, image, 1)
    register = read_warehouse(tmp_path / "w", books).register
    assert len(register.warrants) == count
    assert bool(count) == (products != "ec")
    assert register.day <= day
    assert all(one.balanced for one in counts(register.warrants.values()).values())
    assert {one.holder for one in register.warrants.values()} <= set(image.names.trading_codes)
    assert delivered_codes(tmp_path / "w") == [delivered] * bool(delivered)
    for code in delivered_codes(tmp_path / "w"):
        paid = [row.paid for row in read_record(tmp_path / "w", code).outcome.settled]
        assert paid == [True] * 3
    if not products:
        assert {one.state for one in register.warrants.values()} >= {
            *(State.APPLIED, State.APPROVED, State.STORED, State.INSPECTED, State.ISSUED),
            *(State.FROZEN, State.PLEDGED, State.WITHDRAWN),
        }
