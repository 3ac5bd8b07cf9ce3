"""Arguments that cannot be right are one sentence, never a wrong number."""

from collections.abc import Callable
from datetime import date

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.reserves import (
    SlotRule,
    fill_overlapping,
    fill_slots,
    reserved_units,
    slot_seats,
)
from huiguan.housing.allocation.trading import (
    top_trading_cycles,
    top_trading_cycles_with_priorities,
    you_request_my_house,
)
from huiguan.housing.audits.buckets import bucket_allocation, two_quota_order
from huiguan.housing.audits.rfc3797 import rfc3797_key, rfc3797_select
from huiguan.housing.dates import age_on
from huiguan.housing.round.draw import check_character
from huiguan.housing.supply.places import heads_allowed
from huiguan.housing.tenancy.deposits import deposit_limit, settle_deposit
from huiguan.housing.tenancy.rent import (
    increase_limb,
    market_share_limb,
    period_rent,
    prorate,
    rent_ceiling,
    within_wage_share,
)

CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: rent_ceiling(400_000, 90), "90 is no share of a rent"),
    (lambda: rent_ceiling(400_000, "150%"), "'150%' is no share"),
    (lambda: market_share_limb(-1, "90%"), "market rent: -1"),
    (lambda: increase_limb(350_000, 5), "5 is no share"),
    (lambda: within_wage_share(1, -1, "15%"), "wage: -1"),
    (lambda: prorate(-100, 1, 30), "rent: -100"),
    (lambda: prorate(100, 31, 30), "31 days do not fit"),
    (lambda: period_rent(100, date(2026, 2, 1), date(2026, 1, 1)), "before it starts"),
    (lambda: settle_deposit(-5, [], []), "deposit: -5"),
    (lambda: deposit_limit(360_000, -1), "months: -1"),
    (lambda: age_on(date(2027, 1, 1), date(2026, 1, 1)), "no age"),
    (lambda: heads_allowed("10", "0", 2), "least area a head: 0"),
    (lambda: check_character("12a"), "not only digits"),
    (lambda: fill_slots(["a", "a"], {}, 2, []), "order: 'a' is named twice"),
    (lambda: fill_slots(["a"], {}, 2, [("", -1)]), "seats: -1"),
    (lambda: fill_overlapping(["a"], {}, -1, {}), "seats: -1"),
    (lambda: reserved_units(-1, "5%"), "units: -1"),
    (lambda: slot_seats([SlotRule("a", seats=5, share="20%")], 10, 0), "in two ways"),
    (lambda: bucket_allocation(["a", "a"], {}, 2, {}), "lottery: 'a' is named twice"),
    (lambda: bucket_allocation(["a"], {}, -2, {}), "units: -2"),
    (lambda: two_quota_order(["a"], [], [], "150%", "0%"), "between 0% and 100%"),
    (lambda: rfc3797_select("k", 5, 6), "cannot select 6 of 5"),
    (lambda: rfc3797_key([1.5]), "as Decimal or text"),  # type: ignore[list-item]
    (lambda: top_trading_cycles({"a": ["x"]}, {"x": "a", "y": "a"}), "exactly one home"),
    (lambda: you_request_my_house({"a": ["x", "x"]}, ["a"], {}), "the list of a names 'x' twice"),
    (
        lambda: top_trading_cycles_with_priorities({"a": ["P"]}, {"P": ["a"]}, {}),
        "has no capacity",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), CASES)
def test_one_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        call()


def test_rates_as_text_and_as_parts_per_billion_agree() -> None:
    # 90 % of 4,000.00 is 3,600.00; 3,500.00 and 5 % are 3,675.00
    assert rent_ceiling(400_000, "90%", 350_000, "5%") == rent_ceiling(
        400_000, 900_000_000, 350_000, 50_000_000
    )
    assert within_wage_share(90_000, 600_000, "15%")
