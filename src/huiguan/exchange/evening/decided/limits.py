"""The folds of holders: limits of their own, hedging quotas, control groups (3.3, 5.6, 8.3)."""

import re

from msgspec.structs import replace

from huiguan.exchange.day.instructions.base import Instruction
from huiguan.exchange.day.instructions.limits import (
    EndControlGroup,
    EndHolderLimit,
    EndQuota,
    SetControlGroup,
    SetHolderLimit,
    SetQuota,
)
from huiguan.exchange.evening.decided.effects import NOTHING, Effect, effect, refused, unknown
from huiguan.exchange.evening.decided.morning import Limit, LimitKey, Morning, client_of
from huiguan.exchange.evening.decided.people import own_holder, several, word
from huiguan.exchange.messages import Hedge, Right

CLIENT = re.compile(r"(client )?[0-9]{8}")
LEAST_CLIENTS = 2
OWN = "as the contract"


def set_holder_limit(morning: Morning, order: SetHolderLimit) -> Effect:
    """Give a holder limits of its own in a contract."""
    key, limit = limit_of(morning, order, order.holder, order.instrument)
    after = replace(
        limit,
        position_lots=order.position_lots,
        opening_lots=order.opening_lots,
        right=int(order.right),
    )
    put(morning, key, after)
    return effect(order, subject(key), "limits", limits_words(limit), limits_words(after))


def end_holder_limit(morning: Morning, order: EndHolderLimit) -> Effect:
    """Let the contract's own limits hold for a holder again."""
    key, limit = limit_of(morning, order, order.holder, order.instrument)
    after = replace(limit, position_lots=None, opening_lots=None, right=Right.ALLOW)
    if after == limit:
        raise refused(order, f"{subject(key)}: the contract's own limits hold for it already")
    put(morning, key, after)
    return effect(order, subject(key), "limits", limits_words(limit), limits_words(after))


def set_quota(morning: Morning, order: SetQuota) -> Effect:
    """Give a holder a hedging quota in a contract; one below its positions lets it close only."""
    key, limit = limit_of(morning, order, order.holder, order.instrument)
    if not order.long_lots and not order.short_lots:
        raise refused(order, "a quota of no lots is none; EndQuota ends a quota")
    after = replace(limit, long_quota_lots=order.long_lots, short_quota_lots=order.short_lots)
    put(morning, key, after)
    return effect(order, subject(key), "quota", quota_words(limit), quota_words(after))


def end_quota(morning: Morning, order: EndQuota) -> Effect:
    """Take a quota back on which no hedging position stands."""
    key, limit = limit_of(morning, order, order.holder, order.instrument)
    if not limit.long_quota_lots and not limit.short_quota_lots:
        raise refused(order, f"{subject(key)} has no quota that could end")
    held = hedged(morning, key)
    if held:
        raise refused(order, f"{subject(key)}: on the quota stand {held}; these are closed first")
    after = replace(limit, long_quota_lots=0, short_quota_lots=0)
    put(morning, key, after)
    return effect(order, subject(key), "quota", quota_words(limit), NOTHING)


def limit_of(
    morning: Morning, order: Instruction, holder: str, instrument: str
) -> tuple[LimitKey, Limit]:
    """Return the key and limits of a holder in a contract that trades tomorrow.

    A client may be named by its eight digits alone.
    """
    if holder not in morning.holders and own_holder(holder) in morning.holders:
        holder = own_holder(holder)
    if holder not in morning.holders:
        raise unknown(order, "holder", holder, morning.holders)
    if instrument not in morning.instruments:
        raise refused(order, f"{instrument!r} does not trade tomorrow; check the contract's code")
    key = (holder, instrument)
    return key, morning.limits.get(key, Limit())


def put(morning: Morning, key: LimitKey, limit: Limit) -> None:
    """Keep the limits of a holder; where nothing is its own, there is no row."""
    morning.limits[key] = limit
    if limit == Limit():
        del morning.limits[key]


def hedged(morning: Morning, key: LimitKey) -> str:
    """Return in words the hedging lots a holder has in a contract; nothing without any."""
    codes = {code.row for code in morning.codes.values() if code.holder == key[0]}
    names, total = morning.image.names.instruments, {"long": 0, "short": 0}
    for row in morning.result.positions[morning.result.positions["hedge"] == Hedge.HEDGE]:
        if int(row["trading_code"]) in codes and names[row["instrument"]] == key[1]:
            for side in total:
                total[side] += int(row[f"{side}_lots"])
    return " and ".join(f"{lots:,} lots {side}" for side, lots in total.items() if lots)


def set_control_group(morning: Morning, order: SetControlGroup) -> Effect:
    """Let clients count as one holder; those who are named no longer stand by themselves."""
    group, before = order.group, clients_of(morning, order.group)
    if CLIENT.fullmatch(group) or not group.strip():
        raise refused(order, f"{group!r} names a client or nobody; give the group another name")
    if len(set(order.clients)) < LEAST_CLIENTS:
        raise refused(order, "a control group has two clients at least; EndControlGroup ends one")
    for client in order.clients:
        check_client(morning, order, client)
    morning.holders.setdefault(group)
    for client in sorted({*before, *order.clients}):
        move(morning, client, group if client in order.clients else own_holder(client))
    after = clients_of(morning, group)
    return effect(order, group, "clients", ", ".join(before) or NOTHING, ", ".join(after))


def check_client(morning: Morning, order: SetControlGroup, client: str) -> None:
    """Refuse a client without codes, of another group, or with limits of its own."""
    holders = {code.holder for name, code in morning.codes.items() if client_of(name) == client}
    if not holders:
        raise unknown(order, "client", client, map(client_of, morning.codes))
    for holder in holders - {order.group}:
        if not CLIENT.fullmatch(holder):
            raise refused(
                order, f"client {client} is in the group {holder!r}; it leaves that first"
            )
        limits = [instrument for owner, instrument in morning.limits if owner == holder]
        if limits:
            raise refused(
                order,
                f"client {client} has limits of its own in {several(limits)}; end these first, then"
                " give the group its limits",
            )


def end_control_group(morning: Morning, order: EndControlGroup) -> Effect:
    """Let every client of a group stand by itself again."""
    if order.group not in morning.holders or CLIENT.fullmatch(order.group):
        raise unknown(order, "control group", order.group, morning.holders)
    before = clients_of(morning, order.group)
    limits = [instrument for owner, instrument in morning.limits if owner == order.group]
    if limits:
        raise refused(
            order, f"{order.group!r} has limits of its own in {several(limits)}; end these first"
        )
    for client in before:
        move(morning, client, own_holder(client))
    return effect(order, order.group, "clients", ", ".join(before), NOTHING)


def clients_of(morning: Morning, group: str) -> list[str]:
    """Return the clients of a group in order of their numbers."""
    return sorted({client_of(name) for name, code in morning.codes.items() if code.holder == group})


def move(morning: Morning, client: str, holder: str) -> None:
    """Give every code of a client to a holder; one without any code left is no holder."""
    morning.holders.setdefault(holder)
    left = set()
    for name, code in list(morning.codes.items()):
        if client_of(name) == client and code.holder != holder:
            morning.codes[name] = replace(code, holder=holder)
            left.add(code.holder)
    for empty in left - {code.holder for code in morning.codes.values()}:
        del morning.holders[empty]


def subject(key: LimitKey) -> str:
    """Return a holder and a contract as they are shown."""
    return f"{key[0]} {key[1]}"


def limits_words(limit: Limit) -> str:
    """Return the limits of a holder in words."""
    lots = [
        OWN if lots is None else f"{lots:,}" for lots in (limit.position_lots, limit.opening_lots)
    ]
    return f"{lots[0]} / {lots[1]}, {word(Right(limit.right))}"


def quota_words(limit: Limit) -> str:
    """Return a quota in words."""
    if not limit.long_quota_lots and not limit.short_quota_lots:
        return NOTHING
    return f"{limit.long_quota_lots:,} long, {limit.short_quota_lots:,} short"
