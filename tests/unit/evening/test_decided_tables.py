"""Every instruction changes the tables it declares, and no other."""

from decimal import Decimal

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage, MemberMode
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import KINDS, TYPES, AnyInstruction, of_stage
from huiguan.exchange.day.instructions.limits import (
    EndControlGroup,
    EndHolderLimit,
    EndQuota,
    SetControlGroup,
    SetHolderLimit,
    SetQuota,
)
from huiguan.exchange.day.instructions.money import (
    MoveClientMoney,
    MoveMemberMoney,
    SetCollateral,
)
from huiguan.exchange.day.instructions.people import (
    AdmitMember,
    AdmitTradingCode,
    ClosePool,
    EndMember,
    EndTradingCode,
    OpenPool,
    SetMemberMode,
    SetTradingRight,
)
from huiguan.exchange.day.instructions.prices import SetListingPrice
from huiguan.exchange.day.instructions.products import EndProduct, ListProduct, SetProductRight
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.decided.follow import FOLDS
from huiguan.exchange.messages import Right
from huiguan.foundation.tables import table_faults, tables_of
from tests.evenings import DEPOSIT_FEN, LONG, OTHER_OWN, SHORT_HOLDER, given, opened

GROUP = given(SetControlGroup, "0", group="twins", clients=("10000001", "10000003"))
IN_CU = {"holder": SHORT_HOLDER, "instrument": "cu2610"}
OWN_LIMIT = given(SetHolderLimit, "0", holder=SHORT_HOLDER, instrument="cu2611", position_lots=9)
OWN_QUOTA = given(
    SetQuota, "0", holder=SHORT_HOLDER, instrument="cu2611", long_lots=5, short_lots=5
)
PAID_OUT = given(MoveClientMoney, "0", trading_code=OTHER_OWN, amount_fen=-DEPOSIT_FEN)
FIRST_MEMBER = given(AdmitMember, "0", member="0003", mode=MemberMode.OFF)
A_POOL = given(OpenPool, "1", member="0003", house=True, futures_firm=False)
LISTED = given(ListProduct, "0", product="al", price=Decimal(20_500))
# one of each, last in its list; those before it make it possible
EXAMPLES: list[list[AnyInstruction]] = [
    [PAID_OUT],
    [given(MoveMemberMoney, member="0001", house=False, amount_fen=-(7 * 10**8))],
    [given(SetCollateral, member="0001", house=False, value_fen=5 * 10**7)],
    [given(AdmitMember, member="0003", mode=MemberMode.OFF)],
    [given(SetMemberMode, member="0002", mode=MemberMode.REFUSE)],
    [FIRST_MEMBER, given(EndMember, member="0003")],
    [FIRST_MEMBER, A_POOL],
    [FIRST_MEMBER, A_POOL, given(ClosePool, member="0003", house=True)],
    [given(AdmitTradingCode, trading_code="000110000009")],
    [given(SetTradingRight, trading_code=LONG, right=Right.FORBIDDEN)],
    [PAID_OUT, given(EndTradingCode, trading_code=OTHER_OWN)],
    [given(SetHolderLimit, position_lots=9, **IN_CU)],
    [OWN_LIMIT, given(EndHolderLimit, holder=SHORT_HOLDER, instrument="cu2611")],
    [given(SetQuota, long_lots=30, short_lots=30, **IN_CU)],
    [OWN_QUOTA, given(EndQuota, holder=SHORT_HOLDER, instrument="cu2611")],
    [GROUP],
    [GROUP, given(EndControlGroup, group="twins")],
    [LISTED, given(SetListingPrice, instrument="al2612", price=Decimal(21_000))],
    [given(ListProduct, product="al", price=Decimal(20_500))],
    [given(SetProductRight, product="cu", right=Right.CLOSE_ONLY)],
    [given(EndProduct, product="ag")],
]


IMAGE, RESULT = set(tables_of(DayImage)), set(tables_of(DayResult))


def changed(before: DayImage, after: DayImage) -> set[str]:
    """Return the tables (names as one of them) in which two images differ."""
    found = {
        name for name in IMAGE if not np.array_equal(getattr(before, name), getattr(after, name))
    }
    return found | ({"names"} if before.names != after.names else set())


@pytest.mark.parametrize("orders", EXAMPLES, ids=lambda orders: type(orders[-1]).__name__)
def test_an_instruction_changes_what_it_declares(orders: list[AnyInstruction]) -> None:
    after = opened(*orders).image
    assert not table_faults(after)
    found = changed(opened(*orders[:-1]).image, after)
    assert found
    assert found <= set(orders[-1].changes)


def test_every_instruction_of_the_opening_has_an_example_and_a_fold() -> None:
    shown = [type(orders[-1]) for orders in EXAMPLES]
    assert len(set(shown)) == len(shown)
    openings = {kind for kind in TYPES.values() if kind.stage is Stage.OPENING}
    assert openings == set(shown)
    products = {SetListingPrice, ListProduct, SetProductRight, EndProduct}
    assert openings - products == set(FOLDS)


def test_every_instruction_declares_stage_tables_and_how_it_is_written() -> None:
    for name, kind in TYPES.items():
        known = (
            {*tables_of(DayImage), *tables_of(DayResult)}
            if kind.stage is Stage.CLOSE
            else {*tables_of(DayImage), "names"}
        )
        assert set(kind.changes) <= known, name
        assert set(KINDS[name]) == set(kind.__struct_fields__), name
    both = [given(EndProduct, "1", product="ag"), PAID_OUT]
    assert of_stage(both, Stage.OPENING) == both
    assert not of_stage(both, Stage.CLOSE)
