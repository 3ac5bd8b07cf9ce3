"""A delivery takes its positions from the closed day; holders are warned before it (5.7, 6.6)."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from huiguan.exchange.delivery.positions import Position
from huiguan.exchange.delivery.register import Holder
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.delivery.warnings import Held, warnings
from huiguan.exchange.delivery.warrants import State
from huiguan.exchange.evening.next_day import next_image
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.simulation.market.goods import Delivered, Goods, prove_delivery
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.closed_days import end_of_contract, held_in, read_day
from huiguan.storage.warehouse.deliveries import (
    read_record,
    run_delivery,
    write_delivery_template,
)
from huiguan.storage.warehouse.example import step
from huiguan.storage.warehouse.folder import read_warehouse, write_template
from tests.unit.evening.test_undelivered import CODES, DAY, KEPT, LONG, closed, expiring

BUYER, SELLER = CODES


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


def test_what_the_last_trading_day_left_is_delivered(tmp_path: Path, books: DeliveryBooks) -> None:
    """Fu2609 ends on 2026-08-31: 20 lots of 10 t, at its final price x 10 t a warrant.

    The seller has 19 warrants, so 19 are paid for and one unit is in default: 20 % of its value.
    """
    image = expiring()
    result = closed(image)
    ended = end_of_contract(image, result, "fu2609", DAY)
    assert ended.positions == [
        Position(holder=BUYER, long=20, short=0, margin_fen=KEPT),
        Position(holder=SELLER, long=0, short=20, margin_fen=KEPT),
    ]
    folder, names = tmp_path / "w", [f"FU{number:02}" for number in range(19)]
    steps = [
        step("2026-08-20", act, name, **more)
        for act, more in (
            ("apply", {"by": SELLER, "product": "fu", "facility": "W1", "quantity": "10"}),
            ("approve", {}),
            ("store", {}),
            ("inspect", {"quantity": "10"}),
            ("issue", {}),
        )
        for name in names
    ]
    # another contract's goods come in while this delivery is under way: its steps follow them
    newer = {"by": BUYER, "product": "fu", "facility": "W1", "quantity": "10"}
    steps.append(step("2026-09-02", "apply", "FU90", **newer))
    rows = {
        "holders.csv": [[code, "0001", "no", "yes", "yes"] for code in CODES],
        "facilities.csv": [["W1", "Yangshan", "warehouse", "Shanghai", "any"]],
        "capacities.csv": [["W1", "fu", "1000"]],
        "steps.csv": steps,
    }
    write_template(folder, rows)
    handed = [[SELLER, name, "2026-09-01", "09:00"] for name in names]
    write_delivery_template(folder, "fu2609", {"handed_in.csv": handed})
    record = run_delivery(folder, books, "fu2609", ended.final_price, dry_run=False, ended=ended)
    assert read_record(folder, "fu2609").result_hash == ended.result_hash != ""
    assert ended.final_price == 4_000
    assert [row.due_fen for row in record.outcome.settled] == [4_000_000] * 19  # 4,000 x 10 t
    assert [(row.by, row.fen) for row in record.outcome.defaults] == [("seller", 800_000)]
    owners = {w.holder for w in read_warehouse(folder, books).register.warrants.values()}
    assert owners == {BUYER}


def test_simulated_days_deliver_what_expires(tmp_path: Path, books: DeliveryBooks) -> None:
    """Of 20 units the last is not brought: 19 x 4,000 x 10 t = 760,000.00 paid on 2026-09-02."""
    image, told = expiring(), {}
    goods = Goods(tmp_path / "w", books, image, seed=1)
    for _ in range(3):
        result = closed(image)
        told[image.settings.trading_day] = goods.evening(image, result)
        image = next_image(image, result, books.books)
    assert told == {
        20260831: [],
        20260901: [],
        20260902: [Delivered("fu2609", 19, 0, 1, 76_000_000)],
    }
    record = read_record(tmp_path / "w", "fu2609")
    prove_delivery(record)
    one_lot_lost = replace(record.given.positions[0], long=19)
    given = replace(record.given, positions=[one_lot_lost, record.given.positions[1]])
    with pytest.raises(CheckFault, match="19 lots long reached the end and 20 were"):
        prove_delivery(replace(record, given=given))


def test_who_holds_both_sides_keeps_his_title(tmp_path: Path, books: DeliveryBooks) -> None:
    """One code is 20 long and 20 short: he pays himself, and 19 warrants stay his."""
    image = expiring()
    image.positions["trading_code"] = image.lots["trading_code"] = LONG
    positions = image.positions[:1].copy()
    positions["long_lots"], positions["short_lots"] = 20, 20
    image = image._replace(positions=positions)
    goods = Goods(tmp_path / "w", books, image, seed=1)
    for _ in range(3):
        result = closed(image)
        goods.evening(image, result)
        image = next_image(image, result, books.books)
    register = read_warehouse(tmp_path / "w", books).register
    assert {(w.holder, w.state) for w in register.warrants.values()} == {(BUYER, State.ISSUED)}


def test_two_sources_of_positions_are_refused(tmp_path: Path, books: DeliveryBooks) -> None:
    image = expiring()
    ended = end_of_contract(image, closed(image), "fu2609", DAY)
    write_template(tmp_path / "w", {})
    own = {"positions.csv": [[BUYER, "1", "0", "0"]]}
    write_delivery_template(tmp_path / "w", "fu2609", own)
    with pytest.raises(InputFault, match="so has the closed day"):
        run_delivery(tmp_path / "w", books, "fu2609", Decimal(4_000), dry_run=True, ended=ended)


def test_a_day_that_does_not_end_the_contract(tmp_path: Path) -> None:
    image = expiring()
    with pytest.raises(
        InputFault, match="2026-08-31 does not end cu2610, which ends on 2026-10-15"
    ):
        end_of_contract(image, closed(image), "cu2610", 20261015)
    with pytest.raises(InputFault, match="is no closed day"):
        read_day(tmp_path)


def test_what_goes_on_is_held() -> None:
    """What expired is not held in the evening; what goes on is."""
    image = expiring()
    image.positions["instrument"] = image.lots["instrument"] = 0
    assert held_in(image, closed(image)) == [
        Held(code="cu2610", holder=BUYER, long=20, short=0),
        Held(code="cu2610", holder=SELLER, long=0, short=20),
    ]
    assert held_in(expiring(), closed(expiring())) == []


def test_warnings_come_from_the_month_before_on(books: DeliveryBooks) -> None:
    """Cu2609 ends on 2026-09-15; five trading days before it is 09-08; a unit is 5 lots.

    A natural person is out after 09-08; 7 lots of a company lose 2 by the evening of 08-31, the
    last before the delivery month; 10 lots are two units. In July nobody is told anything.
    """
    holders = {
        "person": Holder(code="person", member="1", natural_person=True),
        "firm": Holder(code="firm", member="1"),
        "even": Holder(code="even", member="1"),
    }
    held = [
        Held(code="cu2609", holder="even", long=10, short=5),
        Held(code="cu2609", holder="firm", long=0, short=7),
        Held(code="cu2609", holder="person", long=3, short=0),
        Held(code="ec2608", holder="person", long=3, short=0),  # settled in money
        Held(code="cu2612", holder="person", long=3, short=0),
    ]

    def told(day: int) -> list[tuple[str, str, int, int, bool]]:
        return [
            (row.holder, row.side, row.lots, row.by, row.late)
            for row in warnings(books, held, holders, day)
        ]

    assert told(20260731) == []
    assert told(20260803) == [
        ("firm", "short", 2, 20260831, False),
        ("person", "long", 3, 20260908, False),
    ]
    assert told(20260908) == [
        ("firm", "short", 2, 20260831, True),
        ("person", "long", 3, 20260908, True),
    ]


def test_a_contract_that_ends_before_its_month(books: DeliveryBooks) -> None:
    """Fu2609 ends on 2026-08-31, so August is warned; a stranger counts as one who cannot."""
    held = [Held(code="fu2609", holder="stranger", long=1, short=0)]
    (row,) = warnings(books, held, {}, 20260803)
    assert (row.lots, row.by, row.reason) == (1, 20260824, "not among the holders")
