"""Who is bound to what: by two persons, checked against the day, held by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, transaction

from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow


def bound(office: Office, name: str) -> dict[str, Any]:
    from huiguan.office.members.bindings import facts_of

    return facts_of(office[name])


def test_two_persons_bind_a_trader_anew(office: Office, image: DayImage) -> None:
    """The pages trade for the new code at once; the key of the old binding is withdrawn."""
    from huiguan.office.members.models import DoorKey
    from huiguan.office.people import record

    codes = image.names.trading_codes
    old, new = codes[-1], codes[0]
    assert old in text(office.browser("trader").get("/trade"))
    address = f"/bindings/{office['trader'].pk}"
    given = {"member": new[:4], "codes": new, "why": "moves to another firm"}
    made = office.browser("administrator").post(address, given)
    assert made.status_code == 303
    assert bound(office, "trader") == {"member": old[:4], "codes": [old]}
    page = text(office.browser("supervisor").get(made.headers["Location"]))
    assert new in page
    assert old in page
    done = office.browser("supervisor").post(made.headers["Location"], {"do": "approve"})
    assert done.status_code == 200
    assert bound(office, "trader") == {"member": new[:4], "codes": [new]}
    page = text(office.browser("trader").get("/trade"))
    assert new in page
    assert old not in page
    first = DoorKey.objects.order_by("pk").first()
    assert first.withdrawn_at is not None
    assert new in text(office.browser("auditor").get("/bindings"))
    record.check()


def test_the_first_people_can_be_tried_at_once(office: Office, image: DayImage) -> None:
    code = image.names.trading_codes[-1]
    assert bound(office, "trader") == {"member": code[:4], "codes": [code]}
    assert bound(office, "member-clerk") == {"member": code[:4], "codes": []}


@pytest.mark.parametrize(
    ("who", "given", "said"),
    [
        ("trader", {"member": "9999"}, "is no member of today"),
        ("trader", {"codes": "000190000001"}, "name the member"),
        ("trader", {"member": "0001", "codes": "000299999999"}, "is no trading code of member"),
        ("trader", {"member": "0001", "codes": "000190000001"}, "this is the binding already"),
        ("tenant", {"member": "0001", "codes": ""}, "a binding is for a trader or a member clerk"),
        ("trader", {"member": "0001", "codes": "x"}, "is no trading code of member"),
    ],
)
def test_what_makes_no_sense_is_not_proposed(
    office: Office, who: str, given: dict[str, str], said: str
) -> None:
    from huiguan.office.people.models import Proposal

    address = f"/bindings/{office[who].pk}"
    answer = office.browser("administrator").post(address, {"member": "", "why": "x", **given})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Proposal.objects.exists()


def test_who_is_bound_to_nothing_reads_so(office: Office) -> None:
    from huiguan.office.members.bindings import bind

    bind(user=office["trader"], member="", codes=[])
    bind(user=office["member-clerk"], member="", codes=[])
    for who, paths in (
        ("trader", ("/trade", "/trade/orders", "/trade/statement", "/trade/orders/1")),
        ("member-clerk", ("/member", "/member/000190000001", "/keys")),
    ):
        for path in paths:
            answer = office.browser(who).get(path)
            assert (answer.status_code, "Bound to nothing" in text(answer)) == (403, True), path


def test_a_binding_waits_for_a_market_whose_day_is_known(office: Office) -> None:
    from huiguan.office.display.here import shown

    shown().follower.day = None
    address = f"/bindings/{office['trader'].pk}"
    given = {"member": "0002", "codes": "000200000001", "why": "x"}
    answer = office.browser("administrator").post(address, given)
    assert answer.status_code == 422
    assert "the market has not begun its day yet" in text(answer)


def test_the_database_binds_nobody_to_another_members_code(office: Office) -> None:
    from huiguan.office.members.models import Binding, BoundCode

    trader = Binding.objects.get(user=office["trader"])
    with pytest.raises(DatabaseError), transaction.atomic():
        BoundCode.objects.create(binding=trader, code="000290000001")
    with pytest.raises(DatabaseError), transaction.atomic():
        BoundCode.objects.filter(binding=trader).update(code="000190000002")
    with pytest.raises(DatabaseError), transaction.atomic():
        Binding.objects.filter(user=office["trader"]).update(member="0002")
    with pytest.raises(DatabaseError), transaction.atomic():
        BoundCode.objects.create(binding=trader, code=trader.codes[0])
