"""A member's default, worked out by hand (rulebook 7), in yuan; a lot of ni2204 is one tonne.

Settled at 267,700, margin 19 %: 50,863.00 a lot. Member 0007 owes at the evening:

  its own account: short 10 lots, equity -1,500,000; 500,000 of its own beside it: pool -1,000,000
  client A: long 10, equity 800,000, margin 508,630: solvent
  client B: short 3, equity 100,000, margin 152,589: below its margin, so nobody takes it over
  client C: short 5, equity -400,000: it owes
  its own money among its clients' 300,000: pool 800,000 + 100,000 - 400,000 + 300,000 = 800,000

isolate: -1,000,000 + 300,000 to the default, and C's 400,000 out of it: -1,100,000. The clients'
  pool holds 900,000, which are A's 800,000 and B's 100,000.
port: A goes to 0001 with 10 lots and 800,000.
auction: 18 lots short. 0002 bids for 12 at 270,000, 0003 for 20 at 272,700: 12 and 6 lots.
  12 x 2,300 + 6 x 5,000 = 57,600, 3,200 a lot: the house 32,000, B 9,600, C 16,000
pay out: B gets 100,000 - 9,600 = 90,400.
loss: the house owes 1,032,000, C 416,000: 1,448,000. Its own money pays 300,000 of it.
  Under the books of SHFE: risk reserve 500,000, own funds 648,000.
"""

import msgspec
import pytest

from huiguan.exchange.clearing.default.auction import auction, cost_shares
from huiguan.exchange.clearing.default.estate import Account, Bid, Estate, Holding, Receiver, Terms
from huiguan.exchange.clearing.default.outcome import Handled
from huiguan.exchange.clearing.default.porting import port_to
from huiguan.exchange.clearing.default.steps import handle_default, money_of
from huiguan.exchange.clearing.default.waterfall import (
    LayerMoney,
    Resources,
    allocate_loss,
    default_waterfall,
)
from huiguan.exchange.rules.failing import LAYERS, DefaultWaterfall, Layer
from huiguan.exchange.rules.parameters import parameters
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books

YUAN = 100
HOUSE, A, B, C = "000710000001", "000710000002", "000710000003", "000710000004"
BOOKS = load_books()
SHFE = parameters(BOOKS, "ni2204", 20220310).default_waterfall


def short(lots: int) -> tuple[Holding, ...]:
    return (Holding(instrument="ni2204", side="short", lots=lots),)


def account(code: str, equity: int, margin: int, held: tuple[Holding, ...]) -> Account:
    return Account(
        code=code,
        house=code == HOUSE,
        equity_fen=equity * YUAN,
        margin_fen=margin * YUAN,
        held=held,
    )


def bid(member: str, lots: int, price: int) -> Bid:
    return Bid(
        member=member,
        code=f"{member}10000099",
        instrument="ni2204",
        side="short",
        lots=lots,
        lot_fen=price * YUAN,
    )


ESTATE = Estate(
    member="0007",
    house_fen=-1_000_000 * YUAN,
    clients_fen=800_000 * YUAN,
    collateral_fen=0,
    accounts=(
        account(HOUSE, -1_500_000, 508_630, short(10)),
        account(A, 800_000, 508_630, (Holding(instrument="ni2204", side="long", lots=10),)),
        account(B, 100_000, 152_589, short(3)),
        account(C, -400_000, 254_315, short(5)),
    ),
)
FUND = {"0001": 200_000 * YUAN, "0002": 100_000 * YUAN, "0007": 200_000 * YUAN}
RESOURCES = Resources(fund_fen={}, risk_reserve_fen=500_000 * YUAN, own_funds_fen=10**9)
TERMS = Terms(
    lot_fen={"ni2204": 267_700 * YUAN},
    receivers=[Receiver("0001", 10**9)],
    bids=[bid("0002", 12, 270_000), bid("0003", 20, 272_700)],
    waterfall=SHFE,
    resources=RESOURCES,
    pools_fen={f"{member}/{pool}": 10**9 for member in ("0001", "0002", "0003")
               for pool in ("house", "clients")},
)  # fmt: skip


def order_of(*layers: Layer, share: int = 0) -> DefaultWaterfall:
    return msgspec.structs.replace(SHFE, layers=layers, assessment_share_ppb=share)


def yuan(found: Handled) -> list[tuple[str, str, int]]:
    return [(row.layer, row.payer, row.amount_fen // YUAN) for row in found.payments]


def standing(found: Handled, step: str) -> dict[tuple[str, str], int]:
    """Return what stands to the credit of the accounts after a step, in yuan; zeros left out."""
    names = [row.name for row in found.steps]
    rows = [p for row in found.steps[: names.index(step) + 1] for p in row.postings]
    return {key: fen // YUAN for key, fen in money_of(rows).items() if fen}


def test_step_by_step() -> None:
    found = handle_default(ESTATE, TERMS)
    assert [row.name for row in found.steps] == [
        "declare",
        "isolate",
        "port",
        "auction",
        "pay out",
        "waterfall",
    ]
    isolated = standing(found, "isolate")
    assert isolated["exchange", "default 0007"] == -1_100_000
    assert isolated["exchange", "0007/clients"] == 900_000
    assert ("exchange", "0007/house") not in isolated
    ported = standing(found, "port")
    assert ported["exchange", "0007/clients"] == 100_000
    assert ported["exchange", "0001/clients"] == 10**9 // YUAN + 800_000
    assert ported["0001/clients", "000110000002"] == 800_000
    assert ("0007/clients", A) not in ported
    auctioned = standing(found, "auction")
    assert auctioned["exchange", "default 0007"] == -1_100_000 - 32_000 - 16_000
    assert auctioned["exchange", "0002/house"] == 10**9 // YUAN + 12 * 2_300
    assert auctioned["exchange", "0003/house"] == 10**9 // YUAN + 6 * 5_000
    assert auctioned["exchange", "0007/clients"] == 90_400
    end = standing(found, "waterfall")
    gone = {"0007/house", "0007/clients", "default 0007", "marking"}
    assert not {name for book, name in end if book == "exchange"} & gone
    assert ("exchange", "risk reserve") not in end
    assert end["exchange", "own funds"] == 10**9 // YUAN - 648_000


def test_rows() -> None:
    found = handle_default(ESTATE, TERMS)
    assert [(row.account.code, row.member, row.code) for row in found.ported] == [
        (A, "0001", "000110000002")
    ]
    assert [(row.bid.member, row.lots) for row in found.awards] == [("0002", 12), ("0003", 6)]
    assert [(row.code, row.lots, row.cost_fen // YUAN) for row in found.costs] == [
        (HOUSE, 10, 32_000),
        (B, 3, 9_600),
        (C, 5, 16_000),
    ]
    assert [(row.step, row.amount_fen // YUAN) for row in found.deficits] == [
        ("isolate", 400_000),
        ("auction", 16_000),
    ]
    assert [(row.code, row.amount_fen // YUAN) for row in found.paid_out] == [(B, 90_400)]
    assert (found.loss.total_fen, found.loss.member_fen) == (1_448_000 * YUAN, 300_000 * YUAN)
    moved = {(m.step, m.code, m.side): m.lots for m in found.moved}
    assert moved["port", A, "long"] == -10
    assert moved["port", "000110000002", "long"] == 10
    assert moved["auction", "000210000099", "short"] == 12


def test_the_statutory_order() -> None:
    """SHFE clears all members: no fund stands before the reserve."""
    assert SHFE.layers == ("margin", "risk_reserve", "own_funds")
    assert yuan(handle_default(ESTATE, TERMS)) == [
        ("margin", "0007", 300_000),
        ("risk_reserve", "exchange", 500_000),
        ("own_funds", "exchange", 648_000),
    ]


def test_a_fund_and_assessments() -> None:
    """1,448,000: 300,000, own part 200,000, own funds 400,000, others 2 : 1 of 300,000; half anew.

    248,000 are left: 0001 pays half of 200,000, 0002 half of 100,000; nobody pays 98,000.
    """
    layers: tuple[Layer, ...] = ("margin", "fund_share", "own_funds", "others_fund", "assessments")
    resources = Resources(fund_fen=FUND, risk_reserve_fen=0, own_funds_fen=400_000 * YUAN)
    terms = msgspec.structs.replace(
        TERMS, waterfall=order_of(*layers, share=500_000_000), resources=resources
    )
    found = handle_default(ESTATE, terms)
    assert yuan(found) == [
        ("margin", "0007", 300_000),
        ("fund_share", "0007", 200_000),
        ("own_funds", "exchange", 400_000),
        ("others_fund", "0001", 200_000),
        ("others_fund", "0002", 100_000),
        ("assessments", "0001", 100_000),
        ("assessments", "0002", 50_000),
    ]
    assert found.left_fen == 98_000 * YUAN
    assert standing(found, "waterfall")["exchange", "uncovered loss"] == -98_000


def test_collateral_is_sold_as_far_as_it_is_needed() -> None:
    estate = msgspec.structs.replace(ESTATE, collateral_fen=2_000_000 * YUAN)
    found = handle_default(estate, TERMS)
    assert yuan(found) == [("margin", "0007", 1_448_000)]
    end = standing(found, "waterfall")
    assert end["exchange", "risk reserve"] == 500_000
    assert ("exchange", "estate 0007") not in end  # what is not sold stays its own


def test_what_is_over_is_the_estates() -> None:
    """A pool of 2,000,000 owes nothing: 1,968,000 + 300,000 - C's 416,000 = 1,852,000 are over."""
    found = handle_default(msgspec.structs.replace(ESTATE, house_fen=2_000_000 * YUAN), TERMS)
    assert yuan(found) == [("margin", "0007", 416_000)]
    assert found.surplus_fen == 1_852_000 * YUAN
    assert standing(found, "waterfall")["exchange", "estate 0007"] == 1_852_000


def test_money_of_clients_that_is_not_there_is_part_of_the_loss() -> None:
    """The clients' pool holds 100,000 where 500,000 less C's debt should be: 400,000 missing."""
    found = handle_default(msgspec.structs.replace(ESTATE, clients_fen=100_000 * YUAN), TERMS)
    assert found.loss.missing_fen == 400_000 * YUAN
    assert found.loss.cash_fen == 0
    assert [row.amount_fen for row in found.paid_out] == [90_400 * YUAN]  # B loses nothing by it
    assert found.ported[0].account.equity_fen == 800_000 * YUAN


def test_clients_go_where_there_is_room() -> None:
    clients = [account(code, 100, margin, ()) for code, margin in ((A, 50), (B, 80), (C, 40))]
    rooms = [Receiver("0001", 100 * YUAN), Receiver("0002", 90 * YUAN)]
    assert port_to(clients, rooms) == {A: "0001", B: "0002", C: "0001"}
    assert port_to(clients, []) == {}
    assert port_to([account(HOUSE, 100, 0, ())], rooms) == {}  # the member's own stays
    assert port_to([account(A, 49, 50, ())], rooms) == {}


def test_bids_in_order_of_price() -> None:
    bids = [bid("0001", 4, 101), bid("0002", 6, 102), bid("0003", 3, 102)]
    awards, left = auction(10, "short", bids)
    assert [(row.bid.member, row.lots) for row in awards] == [("0001", 4), ("0002", 4), ("0003", 2)]
    assert left == 0
    awards, left = auction(20, "short", bids)
    assert (sum(row.lots for row in awards), left) == (13, 7)
    longs = [msgspec.structs.replace(row, side="long") for row in bids]
    assert [row.bid.member for row in auction(3, "long", longs)[0]] == ["0002", "0003"]


def test_a_cost_is_shared_to_the_fen() -> None:
    assert cost_shares(100, {A: 2, B: 1}) == {A: 67, B: 33}
    assert cost_shares(-100, {A: 2, B: 1}) == {A: -67, B: -33}
    assert cost_shares(5, {A: 1, B: 1}) == {A: 3, B: 2}  # a tie: the smaller code


def test_waterfall_in_order() -> None:
    layers = [LayerMoney("margin", 60), LayerMoney("reserve", 30), LayerMoney("own funds", 50)]
    used, left = default_waterfall(100, layers)
    assert [layer.amount_fen for layer in used] == [60, 30, 10]
    assert left == 0
    assert default_waterfall(200, layers)[1] == 60


def test_a_loss_of_nothing_asks_nobody() -> None:
    assert allocate_loss(0, LAYERS, "0007", 60, RESOURCES, "0%") == ([], 0)


def test_no_waterfall_before_all_is_closed() -> None:
    terms = msgspec.structs.replace(TERMS, bids=TERMS.bids[:1])
    with pytest.raises(InputFault, match="6 of 18 lots short in ni2204 found no bid"):
        handle_default(ESTATE, terms)


def test_bids_of_two_sides_are_two_auctions() -> None:
    other = msgspec.structs.replace(bid("0002", 1, 1), side="long")
    with pytest.raises(InputFault, match="one side of one contract"):
        auction(1, "short", [bid("0001", 1, 1), other])
