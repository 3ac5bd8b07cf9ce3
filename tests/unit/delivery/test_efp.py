"""EFP: window, time, positions, warrants; positions close at one price, goods at another (6.7)."""

from decimal import Decimal
from pathlib import Path

import pytest

from huiguan.exchange.delivery.case import balances
from huiguan.exchange.delivery.efp import efp_refusal
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.storage.change import finish_change
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.efp import read_exchanged, run_efp
from huiguan.storage.warehouse.example import example_rows
from huiguan.storage.warehouse.folder import read_warehouse, write_template
from huiguan.storage.warehouse.reports import folder_month
from huiguan.storage.warehouse.tables import EFP
from tests.dying_files import FilesThatDie, Killed

GOOD = ["2026-09-07", "10:00", "ni2609", "00030001", "00010001", "6", "128500", "128900"]
GOOD += ["18", "24", "NI0003"]


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    write_template(tmp_path / "w", example_rows())
    return tmp_path / "w"


def table(house: Path, **change: str) -> Path:
    cells = dict(zip(EFP.heads, GOOD, strict=True)) | change
    path = house.parent / "applications.csv"
    path.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n")
    return path


def test_goods_at_the_price_agreed(house: Path, books: DeliveryBooks) -> None:
    """6 t at 128,500 = 771,000.00 on the next trading day; positions close at 128,900.

    NI0003 weighs 6.01 t, and its nominal 6 t are paid.
    """
    (done,) = run_efp(house, books, table(house), dry_run=False)
    assert done.closed_at == Decimal(128_900)
    assert balances(done.moves) == {
        "00030001": -77_100_000, "clearing house": 0, "00010001": 77_100_000,
    }  # fmt: skip
    found = read_warehouse(house, books)
    assert found.register.warrants["NI0003"].holder == "00030001"
    assert found.register.titles["NI0003"][-1].since == 20260908
    assert folder_month(house, books, 202609).table.rows() == [("2026-09-07", "ni2609", 0, 6)]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"day": "2026-09-14"}, 6301),  # the day before the last one
        ({"day": "2025-09-15"}, 6301),  # the day before its listing
        ({"clock": "14:01"}, 6201),
        ({"lots": "24"}, 6302),  # the buyer carried 18
        ({"lots": "0"}, 6302),
        ({"lots": "12"}, 6303),  # two units, one warrant
        ({"warrants": "NI0005"}, 6003),
        ({"warrants": "NI0007", "seller": "00020001"}, 6002),  # pledged
        ({"warrants": "NI0099"}, 6001),
        ({"buyer": "00010001"}, 6004),
    ],
)
def test_each_refusal(
    house: Path, books: DeliveryBooks, change: dict[str, str], number: int
) -> None:
    before = (house / "steps.csv").read_bytes()
    with pytest.raises(InputFault, match=f"refused: {number} "):
        run_efp(house, books, table(house, **change), dry_run=False)
    assert (house / "steps.csv").read_bytes() == before
    assert read_exchanged(house) == []


def test_without_warrants_no_money_passes(house: Path, books: DeliveryBooks) -> None:
    (done,) = run_efp(house, books, table(house, warrants="", lots="5"), dry_run=False)
    assert (done.moves, done.quantity) == ([], 5)


def test_an_index_has_none(house: Path, books: DeliveryBooks) -> None:
    with pytest.raises(InputFault, match="has no EFP"):
        run_efp(house, books, table(house, contract="ec2610"), dry_run=False)


def test_killed_anywhere_money_and_title_move_both_or_neither(
    house: Path, books: DeliveryBooks
) -> None:
    applied, seen = table(house), set()
    for call in range(60):
        try:
            run_efp(house, books, applied, dry_run=False, files=FilesThatDie(call))
        except Killed:
            finish_change(house)
        moved = read_warehouse(house, books).register.warrants["NI0003"].holder == "00030001"
        assert moved == bool(read_exchanged(house))
        seen.add(moved)
        if moved:
            break
    assert seen == {True, False}


def test_the_order_of_refusals() -> None:
    """The window first, then the hour, then the lots."""
    window = (20250916, 20260911, 840)
    assert efp_refusal(20260914, 900, *window, 9, 6) == Refusal.OUTSIDE_EFP_WINDOW
    assert efp_refusal(20260911, 841, *window, 9, 6) == Refusal.TOO_LATE
    assert efp_refusal(20260911, 840, *window, 9, 6) == Refusal.NOT_ENOUGH_CARRIED
    assert efp_refusal(20260911, 840, *window, 6, 6) == Refusal.ACCEPTED
