"""The money of a delivery to the fen, worked out by hand (rulebook 6.4, 6.6)."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from huiguan.exchange.amounts import whole_shares
from huiguan.exchange.delivery.allocation import Intention, Offered, allocate
from huiguan.exchange.delivery.case import (
    EXCHANGE,
    HOUSE,
    Given,
    Goods,
    Terms,
    balances,
    deliver,
    payment_fen,
    tax_fen,
)
from huiguan.exchange.delivery.explained import explain
from huiguan.exchange.delivery.positions import Position, end_positions
from huiguan.exchange.delivery.register import Holder
from huiguan.foundation.faults import InputFault

NICKEL = Terms(
    code="ni2609", lot_size=1, unit_lots=6, final_price=Decimal(128_780), breach_ppb=200_000_000,
    both_ppb=200_000_000, undeliverable_ppb=200_000_000, fee_ppb=0, fee_per_unit_fen=0,
    tax_ppb=130_000_000, by_share=True, pay_day=20260917, paid_through=20260917,
)  # fmt: skip
UNIT_FINE = 15_453_600  # 6 t x 128,780 = 772,680.00 yuan, 20 % of it 154,536.00


def goods(name: str, seller: str, quantity: int = 6_000, premium: int = 0, **more: Any) -> Goods:
    offered = Offered(id=name, seller=seller, facility="W1", handed_in=int(name[1:]), **more)
    return Goods(offered=offered, quantity=quantity, premium=Decimal(premium))


def case(longs: dict[str, int], shorts: dict[str, int], papers: list[Goods], **more: Any) -> Given:
    every = {**longs, **shorts}
    return Given(
        positions=[
            *(Position(holder=name, long=lots, short=0) for name, lots in longs.items()),
            *(Position(holder=name, long=0, short=lots) for name, lots in shorts.items()),
        ],
        holders={name: Holder(code=name, member=name) for name in every} | more.pop("holders", {}),
        goods=papers,
        intentions=more.pop("intentions", []),
        **more,
    )


def test_price_premium_weight_and_tax() -> None:
    """(128,780 + 110) x 6.01 = 774,628.90; of it tax 774,628.90 - 774,628.90 / 1.13 = 89,116.60."""
    assert payment_fen(128_780, 110, "6.01") == 77_462_890
    assert payment_fen(128_780, -40, 6) == 77_244_000
    assert tax_fen(11_300_000, "13%") == 1_300_000
    assert tax_fen(77_462_890, "13%") == 77_462_890 - 68_551_230
    assert tax_fen(100, "0%") == 0
    with pytest.raises(InputFault, match="more than the price"):
        payment_fen(100, -101, 1)


def test_a_plain_delivery() -> None:
    """Two warrants, one 110 above and 6.01 t: 774,628.90, the other 772,680.00; fee 2 a ton."""
    terms = msgspec.structs.replace(NICKEL, fee_per_unit_fen=200)
    given = case({"B": 12}, {"S": 12}, [goods("N1", "S", 6_010, 110), goods("N2", "S")])
    found = deliver(terms, given)
    assert found.defaults == found.ended.undelivered == []
    assert [row.due_fen for row in found.settled] == [77_462_890, 77_268_000]
    fees = 1_202 + 1_200  # 6.01 t x 2.00 = 12.02 and 6 t x 2.00 = 12.00, of each side
    due = 77_462_890 + 77_268_000
    assert balances(found.moves) == {
        "B": -due - fees,
        HOUSE: 0,
        "S": due - fees,
        EXCHANGE: 2 * fees,
    }


def test_a_seller_without_warrants() -> None:
    """12 lots short, one warrant: B2, who declared later, gets none and 20 % of 772,680.00."""
    given = case(
        {"B1": 6, "B2": 6},
        {"S": 12},
        [goods("N1", "S")],
        intentions=[
            Intention(buyer="B2", units=0, declared=2),
            Intention(buyer="B1", units=0, declared=1),
        ],
    )
    found = deliver(NICKEL, given)
    assert [(row.assignment.buyer, row.paid) for row in found.settled] == [("B1", True)]
    (default,) = found.defaults
    assert (default.by, default.seller, default.buyer) == ("seller", "S", "B2")
    assert balances(found.moves)["B2"] == UNIT_FINE
    lines = explain(NICKEL, given, found, [], "B2")
    assert "default of S: 772,680.00 x 20% = 154,536.00 paid by it" in lines
    assert lines[-1] == "paid 0.00, received 154,536.00"


def test_a_buyer_who_pays_for_one_of_two() -> None:
    """772,680.00 paid of 1,545,360.00: the first goes over, the second back."""
    given = case({"B": 12}, {"S": 12}, [goods("N1", "S"), goods("N2", "S")], paid={"B": 77_268_000})
    found = deliver(NICKEL, given)
    assert [row.paid for row in found.settled] == [True, False]
    (default,) = found.defaults
    assert (default.by, default.warrant, default.fen) == ("buyer", "N2", UNIT_FINE)
    assert balances(found.moves) == {
        "B": -77_268_000 - UNIT_FINE, HOUSE: 0, "S": 77_268_000 + UNIT_FINE,
    }  # fmt: skip


def test_both_in_default() -> None:
    """No warrant and no money: each pays the exchange 154,536.00, nothing is exchanged."""
    found = deliver(NICKEL, case({"B": 6}, {"S": 6}, [], paid={"B": 0}))
    assert [row.by for row in found.defaults] == ["both"]
    assert balances(found.moves) == {
        "S": -UNIT_FINE, "B": -UNIT_FINE, EXCHANGE: 2 * UNIT_FINE,
    }  # fmt: skip


def test_positions_that_cannot_be_delivered() -> None:
    """6.6: N, a person, 12 lots long: 12 x 128,780.00 x 20 % = 309,072.00 to the exchange.

    So 2 units short have no buyer: over 4 and 2 units, exact 1.33 and 0.67, one of each is closed,
    and the exchange pays 6 x 128,780.00 x 20 % = 154,536.00 for it.
    """
    holders = {"N": Holder(code="N", member="N", natural_person=True)}
    given = case({"B": 24, "N": 12}, {"S1": 24, "S2": 12}, [], holders=holders)
    ended = end_positions(given.positions, given.holders, 6, 12_878_000, 200_000_000)
    assert [(r.holder, r.side, r.lots, r.fen) for r in ended.undelivered] == [
        ("N", "long", 12, 30_907_200),  # 12 x 128,780.00 x 20 %
        ("S1", "short", 6, -15_453_600),  # 2 units over 4 and 2: exact 1.33 and 0.67
        ("S2", "short", 6, -15_453_600),
    ]
    assert ended.buyers == {"B": 24}
    assert ended.sellers == {"S1": 18, "S2": 6}


def test_no_whole_unit_on_both_sides() -> None:
    """7 and 5 lots in units of 6 against 12: 1 lot and 5 lots left, one unit too many."""
    given = case({"B1": 7, "B2": 5}, {"S": 12}, [])
    ended = end_positions(given.positions, given.holders, 6, 12_878_000, 200_000_000)
    assert [(r.holder, r.lots, r.reason) for r in ended.undelivered] == [
        ("B1", 1, "not whole units of 6 lots"),
        ("B2", 5, "not whole units of 6 lots"),
        ("S", 6, "the other side cannot deliver"),
    ]
    assert (ended.buyers, ended.sellers) == ({"B1": 6}, {"S": 6})


def test_long_and_short_must_be_equal() -> None:
    with pytest.raises(InputFault, match="differ by 6 lots"):
        deliver(NICKEL, case({"B": 12}, {"S": 6}, []))


def test_each_rule_of_the_allocation() -> None:
    """B1 first in time: RED at W1, then its group at W1's region; B2 the same wish, too late."""
    offered = [
        Offered(id="N1", seller="S", facility="W1", region="north", brand="RED", group="A"),
        Offered(id="N2", seller="S", facility="W2", region="north", brand="GREEN", group="B"),
        Offered(id="N3", seller="S", facility="W3", region="south", brand="BLUE", group="A"),
        Offered(id="N4", seller="S", facility="W3", region="south", brand="GREY", group="C"),
        Offered(id="N5", seller="S", facility="W3", region="south", brand="GREY", expiring=True),
    ]
    wish = {"facility": "W1", "brand": "RED"}
    found = allocate(
        offered,
        [
            Intention(buyer="B2", units=2, declared=2, **wish),
            Intention(buyer="B1", units=3, declared=1, **wish),
        ],
    )
    assert [(row.warrant, row.buyer, row.rule) for row in found] == [
        ("N5", "B1", "expiring by share"),  # 1 over 3 and 2: 0.6 and 0.4
        ("N1", "B1", "as asked"),
        ("N2", "B1", "nearest"),  # the region of W1
        ("N3", "B2", "nearest"),  # the group of RED
        ("N4", "B2", "arranged"),
    ]


def test_shares_of_the_docstring() -> None:
    assert whole_shares(5, {"A": 6, "B": 3, "C": 1}) == {"A": 3, "B": 2, "C": 0}
    assert whole_shares(50, {"A": 6, "B": 3}) == {"A": 6, "B": 3}
    assert whole_shares(3, {}) == {}
