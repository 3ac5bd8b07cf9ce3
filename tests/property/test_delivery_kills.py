"""Random steps, EFP and deliveries of a warehouse folder, killed between any two writes.

What stands in the folder is what stood before or what the whole act makes: payment and
title move both or neither. 25 histories in a normal run, 10,000 by ``--torture``.
"""

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from huiguan.exchange.delivery.register import counts
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.foundation.faults import InputFault
from huiguan.storage.change import finish_change
from huiguan.storage.files import Files
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.deliveries import read_record, run_delivery, write_delivery_template
from huiguan.storage.warehouse.efp import RECORD, read_exchanged, run_efp
from huiguan.storage.warehouse.example import CONTRACT, WARRANTS, example_delivery, example_rows
from huiguan.storage.warehouse.folder import add_steps, read_warehouse, write_template
from tests.dying_files import FilesThatDie, Killed

CALLS = 24  # more than any act makes, so that some end
PEOPLE = ["00010001", "00020001", "00030001", "00040001", "00050001", "00060001"]
FILES = ["steps.csv", RECORD, f"delivered_{CONTRACT}.json"]
EFP_HEADS = (
    "day,clock,contract,buyer,seller,lots,price,previous_settlement,buyer_carried,seller_carried,"
    "warrants"
)
Act = Callable[[Path, Files], object]


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


def random_house(chance: np.random.Generator, folder: Path) -> None:
    """Begin the example with other warrants handed in, and buyers who pay what they like."""
    write_template(folder, example_rows())
    rows = example_delivery()
    handed = rows["handed_in.csv"]
    rows["handed_in.csv"] = [row for row in handed if chance.random() < 0.7]
    paid = [name for name in ("00030001", "00040001", "00060001") if chance.random() < 0.4]
    rows["payments.csv"] = [[name, str(chance.integers(0, 2_500_000))] for name in paid]
    write_delivery_template(folder, CONTRACT, rows)


def random_act(chance: np.random.Generator, books: DeliveryBooks, day: int, table: Path) -> Act:
    """Return something to do; much of it is refused."""
    warrant, *_ = WARRANTS[int(chance.integers(len(WARRANTS)))]
    one, other = chance.permutation(PEOPLE)[:2]
    kind = chance.random()
    if kind < 0.4:
        step = chance.choice(["transfer", "pledge", "freeze"])
        cells = f"2026-08-{day:02},{step},{warrant},{one},{other},order"
        table.write_text(f"day,step,warrant,by,to,cause\n{cells}\n")
        return lambda folder, files: add_steps(folder, books, table, dry_run=False, files=files)
    if kind < 0.7:
        cells = f"2026-08-{day:02},10:00,{CONTRACT},{one},{other},6,128500,128900,6,6,{warrant}"
        table.write_text(f"{EFP_HEADS}\n{cells}\n")
        return lambda folder, files: run_efp(folder, books, table, dry_run=False, files=files)
    price = Decimal(10 * int(chance.integers(12_000, 13_000)))
    return lambda folder, files: run_delivery(
        folder, books, CONTRACT, price, dry_run=False, files=files
    )


def stands(folder: Path) -> list[bytes]:
    """Return what the folder says: steps, exchanges, the delivery."""
    return [(folder / n).read_bytes() if (folder / n).exists() else b"" for n in FILES]


def check_titles(folder: Path, books: DeliveryBooks) -> None:
    """Nothing is lost, and a title of a delivery or an EFP has its payment."""
    found = read_warehouse(folder, books)
    assert all(c.balanced for c in counts(found.register.warrants.values()).values())
    moved = {(step.warrant, step.to) for step in found.steps if step.act.name == "DELIVER"}
    paid = {(m.reference, m.payer) for row in read_exchanged(folder) for m in row.moves[::2]}
    if (folder / FILES[2]).exists():
        outcome = read_record(folder, CONTRACT).outcome
        paid |= {(m.reference, m.payer) for m in outcome.moves if m.what == "payment"}
        paid = {pair for pair in paid if pair[1] in PEOPLE}  # the other half is the house's
    assert moved == paid


def live(seed: int, books: DeliveryBooks, root: Path) -> set[str]:
    """Run one history; return what was seen."""
    chance, seen = np.random.default_rng(seed), set()
    folder, whole = root / "w", root / "whole"
    random_house(chance, folder)
    for day in range(11, 11 + int(chance.integers(2, 6))):
        act = random_act(chance, books, day, root / "table.csv")
        before = stands(folder)
        shutil.copytree(folder, whole)
        try:
            act(whole, Files())
        except InputFault:
            seen.add("refused")
        after = stands(whole)
        shutil.rmtree(whole)
        try:
            act(folder, FilesThatDie(int(chance.integers(CALLS))))
        except InputFault:
            assert before == after, seed
        except Killed:
            finish_change(folder)
            seen.add("killed before" if stands(folder) == before else "killed after")
        else:
            assert stands(folder) == after, seed
        assert stands(folder) in (before, after), seed
        check_titles(folder, books)
    shutil.rmtree(folder)
    return seen


def test_killed_anywhere_an_act_is_whole_or_nothing(
    pytestconfig: pytest.Config, books: DeliveryBooks, tmp_path: Path
) -> None:
    seen: set[str] = set()
    for seed in range(10_000 if pytestconfig.getoption("--torture") else 25):
        seen |= live(seed, books, tmp_path)
    assert seen == {"refused", "killed before", "killed after"}
