"""Bindings and keys stand as the record tells; what another program changed is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from huiguan.foundation.faults import CheckFault

if TYPE_CHECKING:
    from tests.office.peopled import Office

pytestmark = pytest.mark.slow


def test_bindings_and_keys_are_proved(office: Office) -> None:
    from huiguan.office.members import proof
    from huiguan.office.members.models import DoorKey
    from huiguan.office.people import record

    assert proof.check() == (2, 0)
    office.browser("trader").get("/trade")
    office.browser("member-clerk").post("/keys", {"do": "make", "name": "x", "rights": "read"})
    address = f"/bindings/{office['trader'].pk}"
    given = {"member": "", "codes": "", "why": "leaves"}
    made = office.browser("administrator").post(address, given)
    assert proof.check() == (2, 2)
    office.browser("supervisor").post(made.headers["Location"], {"do": "approve"})
    assert proof.check() == (2, 2)
    assert DoorKey.objects.exclude(withdrawn_at=None).count() == 1
    record.check()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE members_binding SET member = '0002'", "the binding of user"),
        ("DELETE FROM members_boundcode", "the binding of user"),
        ("UPDATE members_doorkey SET codes = '000190000002'", "key 1 is not as the record tells"),
        ("UPDATE members_doorkey SET withdrawn_at = made_at", "key 1 is not as the record tells"),
        ("DELETE FROM members_doorkey", "key 1 is not as the record tells"),
    ],
)
def test_what_was_changed_past_the_services_is_found(
    office: Office, change: str, said: str
) -> None:
    from huiguan.office.members import proof

    office.browser("trader").get("/trade")
    office.write_past(change)
    with pytest.raises(CheckFault, match=said):
        proof.check()
