"""A delivery over files: the example of the guide, its refusals, and a process killed anywhere."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from huiguan.exchange.delivery.register import counts
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.change import finish_change
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.deliveries import (
    read_record,
    run_delivery,
    write_delivery_template,
)
from huiguan.storage.warehouse.example import CONTRACT, example_delivery, example_rows
from huiguan.storage.warehouse.folder import add_steps, read_warehouse, write_template
from tests.dying_files import FilesThatDie, Killed

PRICE = Decimal(128_780)


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    write_template(tmp_path / "w", example_rows())
    write_delivery_template(tmp_path / "w", CONTRACT, example_delivery())
    return tmp_path / "w"


def holders(folder: Path, books: DeliveryBooks) -> dict[str, str]:
    return {w.id: w.holder for w in read_warehouse(folder, books).register.warrants.values()}


def test_the_example_and_its_money(house: Path, books: DeliveryBooks) -> None:
    """Premiums 110, 0, -40 on 128,780, 6 t each; the seller without a warrant pays 154,536.00."""
    record = run_delivery(house, books, CONTRACT, PRICE, dry_run=True)
    assert read_warehouse(house, books).register.warrants["NI0001"].holder == "00010001"
    assert run_delivery(house, books, CONTRACT, PRICE, dry_run=False) == record
    assert read_record(house, CONTRACT) == record
    due = [(row.assignment.warrant, row.due_fen) for row in record.outcome.settled]
    assert sorted(due) == [
        ("NI0001", 77_334_000), ("NI0002", 77_334_000), ("NI0003", 77_268_000),
        ("NI0004", 77_268_000), ("NI0005", 77_334_000), ("NI0006", 77_244_000),
    ]  # fmt: skip
    assert [(row.who, row.what, row.number) for row in record.refused] == [
        ("00020001", "NI0007", 6002)  # pledged
    ]
    now = holders(house, books)
    assert [now[f"NI000{n}"] for n in range(1, 8)] == [
        *("00030001", "00030001", "00040001", "00040001", "00040001", "00030001", "00020001")
    ]
    back = {row.holder: (row.invoice, row.returned) for row in record.margins}
    assert back["00010001"] == (20260918, 20260918)  # 10:00: that day
    assert back["00020001"] == (20260921, 20260922)  # 15:30: at the next trading day
    assert back["00030001"] == (0, 20260917)  # a buyer, on the day he paid
    with pytest.raises(InputFault, match="was delivered"):
        run_delivery(house, books, CONTRACT, PRICE, dry_run=False)


def test_a_record_that_was_changed_is_found(house: Path, books: DeliveryBooks) -> None:
    run_delivery(house, books, CONTRACT, PRICE, dry_run=False)
    path = house / f"delivered_{CONTRACT}.json"
    path.write_text(path.read_text().replace('"due_fen": 77334000', '"due_fen": 77334001', 1))
    with pytest.raises(CheckFault, match="does not come from what was handed in"):
        read_record(house, CONTRACT)


def test_what_cannot_be_is_one_sentence(house: Path, books: DeliveryBooks) -> None:
    for code, price, words in (
        (CONTRACT, Decimal(128785), "its tick is 10"),
        ("ec2608", Decimal(3148), "settled in money"),
        ("ni2610", PRICE, "handed_in.csv"),
    ):
        with pytest.raises(InputFault, match=words):
            run_delivery(house, books, code, price, dry_run=False)
    positions = house / CONTRACT / "positions.csv"
    positions.write_text(positions.read_text() + "00060001,6,0,0\n")
    with pytest.raises(InputFault, match="stands twice"):
        run_delivery(house, books, CONTRACT, PRICE, dry_run=False)


def test_late_is_late(house: Path, books: DeliveryBooks) -> None:
    """After 15:00 of the first day an intention does not count, and a warrant is not handed in."""
    for name, old, new in (("intentions", "09:05", "15:01"), ("handed_in", "09:10", "15:01")):
        path = house / CONTRACT / f"{name}.csv"
        path.write_text(path.read_text().replace(old, new))
    record = run_delivery(house, books, CONTRACT, PRICE, dry_run=True)
    assert {(row.what, row.number) for row in record.refused} == {
        ("NI0001", 6201), ("intention", 6201), ("NI0007", 6002),
    }  # fmt: skip
    assert {row.seller for row in record.outcome.defaults} == {"00010001", "00050001"}


def test_killed_anywhere_payment_and_title_move_both_or_neither(
    house: Path, books: DeliveryBooks, tmp_path: Path
) -> None:
    before, ended = holders(house, books), False
    seen = set()
    for call in range(60):
        folder = tmp_path / f"k{call}"
        shutil.copytree(house, folder)
        try:
            run_delivery(folder, books, CONTRACT, PRICE, dry_run=False, files=FilesThatDie(call))
            ended = True
        except Killed:
            finish_change(folder)
        now, moved = holders(folder, books), (folder / f"delivered_{CONTRACT}.json").exists()
        assert (now != before) == moved
        assert all(c.balanced for c in counts(read_warehouse(folder, books).register.warrants
                                              .values()).values())  # fmt: skip
        if moved:
            assert len(read_record(folder, CONTRACT).outcome.settled) == 6
        seen.add(moved)
        shutil.rmtree(folder)
        if ended:
            break
    assert ended
    assert seen == {True, False}


def test_steps_go_in_whole_or_not_at_all(house: Path, books: DeliveryBooks) -> None:
    more = house.parent / "more.csv"
    more.write_text("day,step,warrant\n2026-08-11,redeem,NI0007\n2026-08-11,store,NI0001\n")
    before = (house / "steps.csv").read_bytes()
    with pytest.raises(InputFault, match=r"step 2 .* is refused: 6002"):
        add_steps(house, books, more, dry_run=False)
    assert (house / "steps.csv").read_bytes() == before
