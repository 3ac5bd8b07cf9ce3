"""Limits of holders, hedging quotas, control groups, and which products a market trades."""

from decimal import Decimal

import pytest

from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.limits import (
    EndControlGroup,
    EndHolderLimit,
    EndQuota,
    SetControlGroup,
    SetHolderLimit,
    SetQuota,
)
from huiguan.exchange.day.instructions.money import LodgeWarrants, MoveClientMoney
from huiguan.exchange.day.instructions.people import AdmitTradingCode, EndTradingCode
from huiguan.exchange.day.instructions.prices import SetListingPrice
from huiguan.exchange.day.instructions.products import EndProduct, ListProduct, SetProductRight
from huiguan.exchange.evening.next_day import NextMorning, next_image
from huiguan.exchange.messages import Right
from huiguan.foundation.faults import InputFault
from tests.evenings import (
    DEPOSIT_FEN,
    LONG,
    OWN,
    SHORT_HOLDER,
    cleared,
    given,
    opened,
    people_image,
    shown,
)
from tests.markets import books

IN_CU = {"holder": SHORT_HOLDER, "instrument": "cu2610"}
OWN_IN_CU = {"holder": "client 10000001", "instrument": "cu2610"}


def limits(morning: NextMorning) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return holder, contract and figures of every row."""
    names = morning.image.names
    return [
        (names.holders[row[0]], names.instruments[row[1]], tuple(row[2:]))
        for row in morning.image.holder_limits.tolist()
    ]


def own_limits(morning: NextMorning, instrument: str = "cu2610") -> tuple[int, int]:
    row = morning.image.instruments[morning.image.names.instruments.index(instrument)]
    return int(row["position_limit_lots"]), int(row["opening_limit_lots"])


def test_a_quota_leaves_the_contracts_limits() -> None:
    morning = opened(given(SetQuota, long_lots=5, short_lots=50, **OWN_IN_CU))
    own = own_limits(morning)
    assert limits(morning)[0] == ("client 10000001", "cu2610", (*own, 5, 50, 0))
    assert shown(morning) == [("client 10000001 cu2610", "quota", "-", "5 long, 50 short")]


def test_limits_of_a_holder_by_its_eight_digits() -> None:
    order = given(
        SetHolderLimit,
        holder="10000004",
        instrument="cu2610",
        position_lots=300,
        right=Right.CLOSE_ONLY,
    )
    morning = opened(order)
    opening = own_limits(morning)[1]
    assert limits(morning) == [(SHORT_HOLDER, "cu2610", (300, opening, 20, 20, 1))]
    ended = opened(order, given(EndHolderLimit, "2", **IN_CU))
    assert limits(ended) == [(SHORT_HOLDER, "cu2610", (*own_limits(ended), 20, 20, 0))]


def test_a_limit_that_is_the_contracts_own_follows_it() -> None:
    """The general limit of today becomes tomorrow's of the month before delivery, say."""
    image = people_image()
    image.instruments["position_limit_lots"] = 12_345
    image.holder_limits["position_limit_lots"] = 12_345
    tomorrow = next_image(image, cleared(image), books())
    own = tomorrow.instruments["position_limit_lots"][tomorrow.names.instruments.index("cu2610")]
    assert own != 12_345
    assert tomorrow.holder_limits["position_limit_lots"].tolist() == [own]
    image.holder_limits["position_limit_lots"] = 99  # its own
    assert next_image(image, cleared(image), books()).holder_limits[
        "position_limit_lots"
    ].tolist() == [99]


def test_what_is_nobodys_own_is_no_row() -> None:
    quota = given(SetQuota, "1", long_lots=5, short_lots=0, **OWN_IN_CU)
    ended = opened(quota, given(EndQuota, "2", **OWN_IN_CU))
    assert len(ended.image.holder_limits) == 1


def test_a_group_is_one_holder_and_its_clients_leave_it() -> None:
    group = given(SetControlGroup, "1", group="twins", clients=("10000001", "10000003"))
    morning = opened(group)
    names, rows = morning.image.names, morning.image.trading_codes
    assert names.holders == ["client 10000002", "client 10000004", "twins"]
    assert [names.holders[row] for row in rows["holder"]] == [
        "twins",
        "client 10000002",
        "twins",
        "client 10000004",
    ]
    assert shown(morning) == [("twins", "clients", "-", "10000001, 10000003")]
    other = given(SetControlGroup, "2", group="twins", clients=("10000003", "10000002"))
    changed = opened(group, other).image
    assert [changed.names.holders[row] for row in changed.trading_codes["holder"]] == [
        "client 10000001",
        "twins",
        "twins",
        "client 10000004",
    ]
    ended = opened(group, other, given(EndControlGroup, "3", group="twins")).image
    assert sorted(ended.names.holders) == [f"client 1000000{n}" for n in (1, 2, 3, 4)]
    assert ended.trading_codes["holder"].max() == 3


def test_a_new_code_of_a_grouped_client_belongs_to_the_group() -> None:
    group = given(SetControlGroup, "1", group="twins", clients=("10000001", "10000003"))
    code = given(AdmitTradingCode, "2", trading_code="000210000003")
    image = opened(group, code).image
    assert image.names.holders[image.trading_codes["holder"][4]] == "twins"


def test_a_product_is_listed_with_all_its_months() -> None:
    morning = opened(given(ListProduct, product="al", price=Decimal(20_500)))
    image = morning.image
    assert image.names.products == ["ag", "al", "cu"]
    first = image.names.instruments.index("al2609")
    assert image.instruments["previous_settlement_ticks"][first] == 4_100  # a tick is 5
    assert image.instruments["first_day"][first] == 1
    assert sum(name.startswith("al") for name in image.names.instruments) == 12
    assert [image.names.instruments[row] for row in image.positions["instrument"]] == [
        "cu2610",
        "cu2610",
    ]
    assert limits(morning)[0][:2] == (SHORT_HOLDER, "cu2610")
    assert shown(morning) == [("al", "benchmark", "-", "20500")]
    dearer = given(SetListingPrice, "2", instrument="al2701", price=Decimal(21_000))
    image = opened(given(ListProduct, "1", product="al", price=Decimal(20_500)), dearer).image
    prices = image.instruments["previous_settlement_ticks"]
    assert prices[image.names.instruments.index("al2612")] == 4_100
    assert prices[image.names.instruments.index("al2702")] == 4_200  # as the month before it


def test_a_product_without_positions_ends() -> None:
    image = opened(given(EndProduct, product="ag")).image
    assert image.names.products == ["cu"]
    assert image.instruments["product"].tolist() == [0, 0]
    assert [image.names.instruments[row] for row in image.lots["instrument"]] == ["cu2610"] * 2


def test_what_everybody_may_do_in_a_product() -> None:
    morning = opened(given(SetProductRight, product="cu", right=Right.CLOSE_ONLY))
    assert morning.image.instruments["right"].tolist() == [0, 1, 1]
    assert shown(morning) == [("cu", "right", "allow", "close_only")]


GROUP = {"group": "twins", "clients": ("10000001", "10000003")}
REFUSED: list[tuple[list[AnyInstruction], str]] = [
    ([given(SetQuota, long_lots=0, short_lots=0, **OWN_IN_CU)], "EndQuota ends a quota"),
    ([given(SetQuota, long_lots=-1, short_lots=0, **OWN_IN_CU)], "lots from 0 to"),
    ([given(EndQuota, **OWN_IN_CU)], "has no quota"),
    ([given(EndQuota, **IN_CU)], "on the quota stand 10 lots short; these are closed first"),
    ([given(EndHolderLimit, **IN_CU)], "own limits hold for it already"),
    (
        [given(SetHolderLimit, holder="client 1000000", instrument="cu2610", position_lots=1)],
        "did you mean 'client 1000000",
    ),
    (
        [given(SetHolderLimit, holder=SHORT_HOLDER, instrument="cu2601", position_lots=1)],
        "'cu2601' does not trade tomorrow",
    ),
    ([given(SetControlGroup, group="client 10000001", clients=("10000001", "10000003"))], "names"),
    ([given(SetControlGroup, group="g", clients=("10000001", "10000001"))], "two clients at least"),
    ([given(SetControlGroup, group="g", clients=("10000001", "10000009"))], "not in the image"),
    (
        [given(SetControlGroup, group="g", clients=("10000001", "10000004"))],
        "client 10000004 has limits of its own in cu2610",
    ),
    (
        [
            given(SetControlGroup, "1", **GROUP),
            given(SetControlGroup, group="g", clients=("10000002", "10000003")),
        ],
        "client 10000003 is in the group 'twins'",
    ),
    ([given(EndControlGroup, group="twins")], "'twins' is not in the image"),
    ([given(EndControlGroup, group=SHORT_HOLDER)], "is not in the image"),
    (
        [
            given(SetControlGroup, "1", **GROUP),
            given(SetQuota, "2", holder="twins", instrument="cu2610", long_lots=1, short_lots=1),
            given(EndControlGroup, group="twins"),
        ],
        "'twins' has limits of its own in cu2610",
    ),
    ([given(ListProduct, product="cu", price=Decimal(1))], "cu trades already"),
    ([given(ListProduct, product="gold", price=Decimal(1))], "no rulebook has a product 'gold'"),
    ([given(EndProduct, product="cu")], "in cu there are still 10 lots of cu2610"),
    ([given(EndProduct, product="al")], "not in the image"),
    (
        [
            given(LodgeWarrants, "1", trading_code=LONG, product="ag", quantity=Decimal(30)),
            given(EndProduct, product="ag"),
        ],
        f"in ag there are still warrants of {LONG}",
    ),
    ([given(SetProductRight, product="al", right=Right.ALLOW)], "not in the image"),
    ([given(ListProduct, product="al", price=Decimal(20_502))], "multiple of the tick 5"),
    ([given(ListProduct, product="al", price=Decimal(-5))], "a price above zero"),
    (
        [given(SetListingPrice, instrument="cu2610", price=Decimal(1))],
        "listing price of cu2610",
    ),
]


@pytest.mark.parametrize(("orders", "sentence"), REFUSED)
def test_refused(orders: list[AnyInstruction], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        opened(*orders)


def test_the_last_product_does_not_end() -> None:
    ended = given(EndProduct, "1", product="ag")
    image = people_image()
    image = image._replace(positions=image.positions[:0], lots=image.lots[:0])
    with pytest.raises(InputFault, match="cu is the last product"):
        next_image(image, cleared(image), books(), [ended, given(EndProduct, product="cu")])


def test_limits_keep_the_last_code_of_a_holder() -> None:
    orders = [
        given(SetQuota, "1", long_lots=5, short_lots=0, **OWN_IN_CU),
        given(MoveClientMoney, "2", trading_code=OWN, amount_fen=-DEPOSIT_FEN),
        given(EndTradingCode, "4", trading_code=OWN),
    ]
    with pytest.raises(
        InputFault, match="'client 10000001', which has limits of its own in cu2610"
    ):
        opened(*orders)
    orders.insert(2, given(EndQuota, "3", **OWN_IN_CU))
    assert limits(opened(*orders)) == limits(opened())
