"""Storage by day and place, split between seller and buyer at the fixed day (rulebook 6.2)."""

from pathlib import Path

import pytest

import huiguan.rulebooks
from huiguan.exchange.delivery.register import Title
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.delivery.storage_fees import bills, rates, spans, storage_fen
from huiguan.exchange.delivery.warrants import Step
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.market.rulebooks.load import rulebook_files
from tests.unit.delivery.test_warrants import ISSUED, register, steps


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


def test_what_a_day_costs() -> None:
    """Nickel and gold of the circulars, bitumen at a factory: 10 t x 1.2 x 3 days = 36.00 yuan."""
    assert storage_fen(6, "1.25", 1, 10) == 7_500
    assert storage_fen(3_000, "1.8", 1_000, 5) == 2_700
    assert storage_fen(10, "1.2", 1, 3) == 3_600
    assert storage_fen("0.001", "1.25", 1, 4) == 1  # half a fen: half up


def test_who_pays_which_day() -> None:
    """Stored on the 5th; title on the 17th, the seller pays through the 21st; sold on the 25th."""
    titles = [
        Title(holder="A", since=20260801, pays_after=20260801),
        Title(holder="B", since=20260917, pays_after=20260921),
        Title(holder="C", since=20260925, pays_after=20260925),
    ]
    assert spans(titles, 20260905, 20260930) == [
        ("A", 20260905, 20260921),
        ("B", 20260922, 20260925),
        ("C", 20260926, 20260930),
    ]
    assert spans(titles, 20260905, 20260910) == [("A", 20260905, 20260910)]


def taken(text: str) -> object:
    found = register()
    for step in steps(text):
        dated = {name: getattr(step, name) for name in Step.__struct_fields__}
        dated["day"] = 20260900 + step.day
        assert found.take(Step(**dated)) == Refusal.ACCEPTED
    return found


def test_a_warrant_of_nickel_from_store_to_door(books: DeliveryBooks) -> None:
    """6 t at 1.25 yuan: 7.50 a day. A pays 16 days to the 17th, 120.00; B three, 22.50."""
    found = taken(ISSUED + "10 freeze N1 cause=delivery\n16 deliver N1 to=B paid_through=20260917\n"
                  "20 withdraw N1 by=B quantity=6009")  # fmt: skip
    warrant = found.warrants["N1"]  # type: ignore[attr-defined]
    every = bills(books, found, warrant, 20261231)  # type: ignore[arg-type]
    assert [(b.payer, b.first, b.last, b.days, b.fee_fen) for b in every] == [
        ("A", 20260902, 20260917, 16, 12_000),
        ("B", 20260918, 20260920, 3, 2_250),
    ]
    assert {(b.article, b.status) for b in every} == {
        ("circular on storage and handling", "confirmed")
    }
    assert bills(books, found, warrant, 20260901) == []  # type: ignore[arg-type]


def test_a_new_rate_begins_on_its_day(tmp_path: Path) -> None:
    """Crude oil, 1,000 bbl: 0.2 a day to 2021-02-28, 0.3 from 2021-03-01 (INE, 2020-11-06)."""
    books = load_delivery_books()
    found = rates(books, "sc", "bonded", 20210226, 20210302)
    assert [(str(row.amount), first, last) for row, first, last in found] == [
        ("0.2", 20210226, 20210228),
        ("0.3", 20210301, 20210302),
    ]
    own = tmp_path / "shfe" / "delivery"
    own.mkdir(parents=True)
    (own / "sp.toml").write_text(
        '[[storage]]\neffective = 2020-09-09\nplace = "any"\namount = "0.5"\nunits = 1\n'
        'article = "a circular of ours"\nsource = "RB"\nstatus = "unconfirmed"\n'
    )
    laid = load_delivery_books(tmp_path)
    assert [str(row.amount) for row, *_ in rates(laid, "sp", "factory", 20260101, 20260102)] == [
        "0.5"
    ]


def test_books_of_delivery_are_checked_and_hide_no_product(tmp_path: Path) -> None:
    """A fault in them is named by file and row; ``rules template au`` still begins from au."""
    assert not [place for place in rulebook_files([Path(huiguan.rulebooks.__path__[0])])
                if "delivery/" in place]  # fmt: skip
    own = tmp_path / "shfe" / "delivery"
    own.mkdir(parents=True)
    (own / "sp.toml").write_text('[[storage]]\neffective = 2020-09-09\nplace = "roof"\n')
    with pytest.raises(InputFault, match=r"sp\.toml, \[\[storage\]\] row 1"):
        load_delivery_books(tmp_path)
