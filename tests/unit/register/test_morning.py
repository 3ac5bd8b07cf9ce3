"""What the next morning needs: followed once, and then it needs nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from huiguan.exchange.day.instructions.written import read_rows
from huiguan.exchange.evening.decided.effects import NotFollowed
from huiguan.exchange.messages import Right
from huiguan.exchange.register.lists import Listed, key_of
from huiguan.exchange.register.morning import Need, Tomorrow, needs
from huiguan.exchange.register.quotas import Month
from tests.evenings import LONG, OTHER_OWN, OWN, SHORT, evening, opened
from tests.unit.register.test_checks import code, member, row

if TYPE_CHECKING:
    from huiguan.exchange.day.instructions.every import AnyInstruction

NEXT = Tomorrow(20260824, {"cu2610": Month("cu", 202610), "cu2609": Month("cu", 202609)})


def register(**lists: list[dict[str, str]]) -> Any:
    """Return a register of some rows."""
    return {
        listed: {key_of(listed, one): one for one in lists.get(listed, [])} for listed in Listed
    }


def orders(found: list[Need]) -> list[AnyInstruction]:
    """Return needs as instructions of two persons."""
    signed = {"maker": "user 3", "checker": "user 5"}
    return read_rows(
        {"type": need.type, **need.fields, **signed, "reference": f"R{number}"}
        for number, need in enumerate(found)
    )


def followed(wanted: Any) -> tuple[list[str], Any]:
    """Return the types of what is needed, and the morning after it; nothing is needed then."""
    found = needs(wanted, evening()[0], NEXT)
    image = opened(*orders(found)).image
    assert needs(wanted, image, NEXT) == []
    return [need.type for need in found], image


def test_what_the_register_does_not_know_stays() -> None:
    assert needs(register(), evening()[0], NEXT) == []


def test_a_futures_firm_opens_a_code_at_once() -> None:
    kinds, image = followed(
        register(members=[member("0007", "futures firm")], codes=[code("000700000009")])
    )
    assert kinds == ["AdmitMember", "OpenPool", "OpenPool", "AdmitTradingCode"]
    assert "000700000009" in image.names.trading_codes
    assert image.pools["futures_firm"][image.pools["member"] == 2].tolist() == [1, 1]


def test_a_trading_member_has_its_own_pool_alone_and_an_overseas_one_none() -> None:
    kinds, image = followed(
        register(
            members=[member("0007", "trading"), member("0008", "overseas participant", "0001")],
            codes=[code("000700000009", own="yes")],
        )
    )
    assert kinds == ["AdmitMember", "OpenPool", "AdmitTradingCode"]
    assert "0008" not in image.names.members


def test_a_code_is_frozen_and_goes_on() -> None:
    kinds, image = followed(register(codes=[code(LONG, "frozen"), code(SHORT, "open")]))
    assert kinds == ["SetTradingRight"]
    rights = dict(zip(image.names.trading_codes, image.trading_codes["own_right"], strict=True))
    assert rights[LONG] == Right.FORBIDDEN
    (again,) = needs(register(codes=[code(LONG)]), image, NEXT)
    assert again.fields["right"] == "allow"


def test_a_code_with_positions_does_not_end() -> None:
    """The morning refuses it; the need stays, so it is tried on every morning."""
    wanted = register(codes=[code(LONG, "closed")])
    found = needs(wanted, evening()[0], NEXT)
    assert [need.type for need in found] == ["EndTradingCode"]
    with pytest.raises(NotFollowed, match="still has 10 lots long in cu2610"):
        opened(*orders(found))


def test_a_group_of_two_is_one_holder_and_of_one_none() -> None:
    north = [
        row(Listed.GROUPS, client=name[4:], member=name[:4], group="north") for name in (OWN, LONG)
    ]
    assert needs(register(groups=north[:1]), evening()[0], NEXT) == []
    kinds, image = followed(register(groups=north))
    assert kinds == ["SetControlGroup"]
    holders = [image.names.holders[one] for one in image.trading_codes["holder"].tolist()]
    assert holders[0] == holders[2] == "north"
    left = [north[0], north[1] | {"group": ""}]
    (end,) = needs(register(groups=left), image, NEXT)
    assert end.type == "EndControlGroup"


def test_who_goes_to_another_group_leaves_the_first_one_first() -> None:
    """Of three in ``b`` two go to ``a``: the one who stays is no group any more."""
    rows = [
        row(Listed.GROUPS, client=name[4:], member=name[:4], group="b")
        for name in (OWN, LONG, OTHER_OWN)
    ]
    kinds, image = followed(register(groups=rows))
    assert kinds == ["SetControlGroup"]
    moved = [one | {"group": "a"} for one in rows[:2]] + rows[2:]
    found = needs(register(groups=moved), image, NEXT)
    assert [(need.type, need.fields["group"]) for need in found] == [
        ("EndControlGroup", "b"),
        ("SetControlGroup", "a"),
    ]


def test_quotas_follow_the_stage_of_each_contract() -> None:
    """cu2609 is in the month before delivery, cu2610 is not; only what was granted is set."""
    general = row(Listed.QUOTAS, client=LONG[4:], member="0001", of="cu", long_lots="40")
    kinds, image = followed(register(quotas=[general]))
    assert kinds == ["SetQuota"]
    limit = image.holder_limits[image.holder_limits["long_quota_lots"] == 40]
    assert [image.names.instruments[one] for one in limit["instrument"]] == ["cu2610"]
    near = row(
        Listed.QUOTAS, client=LONG[4:], member="0001", stage="near", of="cu2609", short_lots="3",
        long_lots="0",
    )  # fmt: skip
    (found,) = needs(register(quotas=[general, near]), image, NEXT)
    assert (found.fields["instrument"], found.fields["short_lots"]) == ("cu2609", 3)
    (end,) = needs(register(quotas=[general | {"state": "ended"}]), image, NEXT)
    assert end.type == "EndQuota"


def test_a_group_has_the_sum_of_its_clients_quotas() -> None:
    quotas = [
        row(Listed.QUOTAS, client=name[4:], member=name[:4], of="cu", long_lots=lots)
        for name, lots in ((OWN, "5"), (LONG, "6"))
    ]
    groups = [
        row(Listed.GROUPS, client=name[4:], member=name[:4], group="north") for name in (OWN, LONG)
    ]
    kinds, image = followed(register(quotas=quotas, groups=groups))
    assert kinds == ["SetControlGroup", "SetQuota"]
    assert 11 in image.holder_limits["long_quota_lots"]
