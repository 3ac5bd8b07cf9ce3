"""What a hall has before it keeps a register: taken over from its morning, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from huiguan.exchange.messages import Right
from huiguan.exchange.register.lists import (
    ACTIVE,
    FROZEN,
    NO,
    OPEN,
    YES,
    Listed,
    MemberKind,
    Row,
    client_of,
)
from huiguan.exchange.register.morning import groups_of, holders_now
from huiguan.office.people import record
from huiguan.office.register.changing import ACTIONS, write
from huiguan.office.register.models import Entry
from huiguan.office.register.sheets import line_of

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage

AT_ONCE = 2_000  # rows that a line of the record tells


def rows_of_morning(image: DayImage) -> dict[Listed, list[Row]]:
    """Return the members, trading codes and control groups of a morning as rows of lists."""
    names = image.names
    firms = set(image.pools["member"][image.pools["futures_firm"] == 1].tolist())
    members: list[Row] = [
        {
            "member": member,
            "kind": MemberKind.FUTURES_FIRM if row in firms else MemberKind.TRADING,
            "clears_through": "",
            "state": ACTIVE,
        }
        for row, member in enumerate(names.members)
    ]
    codes: list[Row] = []
    groups: dict[str, Row] = {}
    several = groups_of(holders_now(image))
    for code, held in zip(names.trading_codes, image.trading_codes, strict=True):
        frozen = held["own_right"] == Right.FORBIDDEN
        codes.append(
            {
                "trading_code": code,
                "own_account": YES if held["house"] else NO,
                "behalf": "",
                "state": FROZEN if frozen else OPEN,
            }
        )
        holder, client = names.holders[held["holder"]], client_of(code)
        if holder in several:
            groups[client] = {"client": client, "member": code[:4], "group": holder}
    return {
        Listed.MEMBERS: members,
        Listed.CODES: codes,
        Listed.GROUPS: [groups[client] for client in sorted(groups)],
    }


@transaction.atomic
def adopt(image: DayImage) -> int:
    """Take over what a morning has, where the register is empty; return how many rows came."""
    record.one_at_a_time()
    if Entry.objects.exists():
        return 0
    count = 0
    for listed, rows in rows_of_morning(image).items():
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            write(listed, part, 0, 0)
            lines = [line_of(listed, row) for row in part]
            record.write(
                actor=None,
                action=ACTIONS[listed],
                subject=f"register {listed}",
                facts={"listed": str(listed), "lines": lines},
            )
            count += len(part)
    return count
