"""What the next morning needs so that it is as the register says: instructions, compared each day.

What the register does not know stays as it is. An instruction that a morning left out is wanted
again on the next one, for as long as the two differ: a code that still holds money is closed on the
first morning on which it holds none.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.exchange.messages import Right
from huiguan.exchange.register.lists import (
    ACTIVE,
    CARRIES,
    CLOSED,
    FROZEN,
    OVERSEAS,
    YES,
    Listed,
    Register,
    Row,
    client_of,
)
from huiguan.exchange.register.quotas import Month, lots_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from huiguan.exchange.day.image import DayImage

LEAST_CLIENTS = 2
NOTHING = (0, 0)


class Need(NamedTuple):
    """An instruction that a row of the register asks for."""

    listed: Listed
    key: str  # of the row whose two persons answer for it
    type: str
    fields: dict[str, Any]


class Tomorrow(NamedTuple):
    """The next trading day and what trades on it."""

    trading_day: int
    contracts: Mapping[str, Month]


def needs(register: Register, image: DayImage, tomorrow: Tomorrow) -> list[Need]:
    """Return what is asked of the next morning, in the order in which it is followed."""
    groups = list(group_needs(register, image))
    taken, granted = quota_needs(register, image, tomorrow)
    return [
        *member_needs(register, image),
        *code_needs(register, image),
        *taken,
        *groups,
        *granted,
        *ending_needs(register, image),
    ]


def member_needs(register: Register, image: DayImage) -> Iterator[Need]:
    """Yield the admission of members that clear with the exchange, and of their pools."""
    pools = {(image.names.members[row["member"]], bool(row["house"])) for row in image.pools}
    for member, row in register[Listed.MEMBERS].items():
        if row["state"] != ACTIVE or row["kind"] in OVERSEAS:
            continue
        carries = row["kind"] in CARRIES
        if member not in image.names.members:
            mode = {"member": member, "mode": "refuse"}
            yield Need(Listed.MEMBERS, member, "AdmitMember", mode)
        for house in (True, False) if carries else (True,):
            if (member, house) not in pools:
                fields = {"member": member, "house": house, "futures_firm": carries}
                yield Need(Listed.MEMBERS, member, "OpenPool", fields)


def code_needs(register: Register, image: DayImage) -> Iterator[Need]:
    """Yield the admission of trading codes, and what they may do."""
    rights = dict(
        zip(image.names.trading_codes, image.trading_codes["own_right"].tolist(), strict=True)
    )
    for code, row in register[Listed.CODES].items():
        if row["state"] == CLOSED:
            continue
        right = Right.FORBIDDEN if row["state"] == FROZEN else Right.ALLOW
        fields = {"trading_code": code, "right": right.name.lower()}
        if code not in rights:
            own = {**fields, "house": row["own_account"] == YES}
            yield Need(Listed.CODES, code, "AdmitTradingCode", own)
        elif (rights[code] == Right.FORBIDDEN) != (right is Right.FORBIDDEN):
            yield Need(Listed.CODES, code, "SetTradingRight", fields)


def ending_needs(register: Register, image: DayImage) -> Iterator[Need]:
    """Yield the end of trading codes, then of members with their pools."""
    codes = set(image.names.trading_codes)
    for code, row in register[Listed.CODES].items():
        if row["state"] == CLOSED and code in codes:
            yield Need(Listed.CODES, code, "EndTradingCode", {"trading_code": code})
    names = image.names.members
    for member, row in register[Listed.MEMBERS].items():
        if row["state"] == ACTIVE or member not in names:
            continue
        for pool in image.pools[image.pools["member"] == names.index(member)]:
            fields = {"member": member, "house": bool(pool["house"])}
            yield Need(Listed.MEMBERS, member, "ClosePool", fields)
        yield Need(Listed.MEMBERS, member, "EndMember", {"member": member})


def holders_now(image: DayImage) -> dict[str, str]:
    """Return the holder that each client is: a group, or the client by itself."""
    names = image.names
    rows = zip(names.trading_codes, image.trading_codes["holder"].tolist(), strict=True)
    return {client_of(code): names.holders[holder] for code, holder in rows}


def groups_of(holders: Mapping[str, str]) -> set[str]:
    """Return the holders that are several clients."""
    counts = Counter(holders.values())
    return {holder for holder, count in counts.items() if count >= LEAST_CLIENTS}


def holders_wanted(register: Register, image: DayImage) -> dict[str, str]:
    """Return the holder that each client is to be; a group of one client is none yet."""
    now = holders_now(image)
    groups = groups_of(now)
    alone = {client: holder for client, holder in now.items() if holder not in groups}
    wanted = dict(now)
    for code, row in register[Listed.CODES].items():
        if row["state"] != CLOSED:
            wanted.setdefault(client_of(code), f"client {client_of(code)}")
    for client, row in register[Listed.GROUPS].items():
        if client in wanted:
            wanted[client] = row["group"] or alone.get(client, f"client {client}")
    kept = groups_of(wanted)
    return {
        client: holder if holder in kept else alone.get(client, f"client {client}")
        for client, holder in wanted.items()
    }


def group_needs(register: Register, image: DayImage) -> Iterator[Need]:
    """Yield control groups that differ; those that somebody leaves come first."""
    now, wanted = holders_now(image), holders_wanted(register, image)
    names = groups_of(now) | groups_of(wanted)
    keys = {row["group"]: client for client, row in sorted(register[Listed.GROUPS].items())}
    keys |= {now[client]: client for client in sorted(register[Listed.GROUPS]) if client in now}
    ordered = []
    for name in sorted(names):
        before = {client for client, holder in now.items() if holder == name}
        after = {client for client, holder in wanted.items() if holder == name}
        if before == after or name not in keys:
            continue
        fields: dict[str, Any] = {"group": name}
        if after:
            fields["clients"] = sorted(after)
        kind = "SetControlGroup" if after else "EndControlGroup"
        ordered.append((not before - after, Need(Listed.GROUPS, keys[name], kind, fields)))
    yield from (need for _, need in sorted(ordered, key=lambda found: found[0]))


def quota_needs(
    register: Register, image: DayImage, tomorrow: Tomorrow
) -> tuple[list[Need], list[Need]]:
    """Return the hedging quotas that are taken back, and those that are set.

    A holder's quota is the sum of its clients'; only what the register has a row for is compared.
    """
    held = {
        (image.names.holders[row["holder"]], image.names.instruments[row["instrument"]]): (
            int(row["long_quota_lots"]),
            int(row["short_quota_lots"]),
        )
        for row in image.holder_limits
    }
    now, wanted = holders_now(image), holders_wanted(register, image)
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    keys: dict[tuple[str, str], str] = {}
    by_client: dict[str, dict[str, Row]] = {}
    for key, row in register[Listed.QUOTAS].items():
        by_client.setdefault(row["client"], {})[key] = row
    for client, rows in sorted(by_client.items()):
        if client not in wanted:
            continue
        for code, contract in tomorrow.contracts.items():
            related = [key for key, row in rows.items() if row["of"] in (code, contract.product)]
            if not related:
                continue
            lots = lots_of(rows.values(), code, contract, tomorrow.trading_day)
            for holder in {wanted[client], now.get(client, wanted[client])}:
                sums.setdefault((holder, code), NOTHING)
                keys.setdefault((holder, code), related[-1])
            have = sums[wanted[client], code]
            sums[wanted[client], code] = (have[0] + lots[0], have[1] + lots[1])
    taken, granted = [], []
    for (holder, code), lots in sorted(sums.items()):
        was, key = held.get((holder, code), NOTHING), keys[holder, code]
        fields: dict[str, Any] = {"holder": holder, "instrument": code}
        if lots == NOTHING != was:
            taken.append(Need(Listed.QUOTAS, key, "EndQuota", fields))
        elif lots != was:
            fields |= {"long_lots": lots[0], "short_lots": lots[1]}
            granted.append(Need(Listed.QUOTAS, key, "SetQuota", fields))
    return taken, granted
