"""The folds of members, pools and trading codes: who is admitted, who changes, who ends.

What still has positions, money or anything else does not end: the sentence says what is left.
"""

import re

from msgspec.structs import replace

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.day.instructions.base import Instruction
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
from huiguan.exchange.evening.decided.effects import NOTHING, Effect, effect, refused, unknown
from huiguan.exchange.evening.decided.money import code_of, margin_fen, pool_of
from huiguan.exchange.evening.decided.morning import (
    NEW,
    Code,
    Morning,
    PoolMoney,
    client_of,
    pool_words,
)
from huiguan.exchange.messages import Right
from huiguan.exchange.rules.instruments import contract_code
from huiguan.foundation.arithmetic import show_fen

MEMBER = re.compile(r"[0-9]{4}")
TRADING_CODE = re.compile(r"[0-9]{12}")
SHOWN = 3  # of what is left; of the rest the number


def word(value: MemberMode | Right | int) -> str:
    """Return a right or a mode as instructions write it."""
    return value.name.lower() if isinstance(value, (MemberMode, Right)) else str(value)


def admit_member(morning: Morning, order: AdmitMember) -> Effect:
    """Add a member without money, pools or trading codes."""
    if not MEMBER.fullmatch(order.member):
        raise refused(order, f"{order.member!r} is no member's number; give four digits, like 0007")
    if order.member in morning.members:
        raise refused(order, f"{order.member} is a member already; SetMemberMode changes it")
    morning.members[order.member] = int(order.mode)
    return effect(order, order.member, "member", NOTHING, word(order.mode))


def set_member_mode(morning: Morning, order: SetMemberMode) -> Effect:
    """Change what happens when the clients of a member need more than its deposit."""
    before = MemberMode(_mode_of(morning, order, order.member))
    morning.members[order.member] = int(order.mode)
    return effect(order, order.member, "mode", word(before), word(order.mode))


def end_member(morning: Morning, order: EndMember) -> Effect:
    """Take a member out that has neither trading codes nor pools."""
    before = MemberMode(_mode_of(morning, order, order.member))
    codes = [name for name, code in morning.codes.items() if code.member == order.member]
    pools = [pool_words(key) for key in morning.pools if key[0] == order.member]
    left = [f"trading code {name}" for name in codes] + [f"pool {name}" for name in pools]
    if left:
        raise refused(order, f"member {order.member} still has {several(left)}; end these first")
    del morning.members[order.member]
    return effect(order, order.member, "member", word(before), NOTHING)


def _mode_of(morning: Morning, order: Instruction, member: str) -> int:
    if member not in morning.members:
        raise unknown(order, "member", member, morning.members)
    return morning.members[member]


def open_pool(morning: Morning, order: OpenPool) -> Effect:
    """Add a pool without money to a member; all pools of a member are of one kind."""
    _mode_of(morning, order, order.member)
    key = (order.member, order.house)
    if key in morning.pools:
        raise refused(order, f"{pool_words(key)} is open already; MoveMemberMoney pays money in")
    if not order.house and not order.futures_firm:
        raise refused(order, "only a futures firm acts for clients; give futures_firm true")
    other = morning.pools.get((order.member, not order.house))
    if other is not None and other.futures_firm != order.futures_firm:
        kind = "a" if other.futures_firm else "no"
        raise refused(order, f"member {order.member} is {kind} futures firm by its other pool")
    minimum = morning.of_new_pools.minimum_fen(futures_firm=order.futures_firm)
    morning.pools[key] = PoolMoney(futures_firm=order.futures_firm, minimum_fen=minimum)
    return effect(order, pool_words(key), "cash", NOTHING, show_fen(0))


def close_pool(morning: Morning, order: ClosePool) -> Effect:
    """Take a pool out in which nothing is left and nobody is cleared."""
    key, pool = pool_of(morning, order, order.member, house=order.house)
    left = [
        f"trading code {name}"
        for name, code in morning.codes.items()
        if (code.member, code.house) == key
    ]
    left += [
        f"{show_fen(fen)} yuan of {what}"
        for fen, what in (
            (pool.cash_fen, "cash"),
            (pool.collateral_fen, "collateral"),
            (pool.margin_fen, "margin"),
        )
        if fen
    ]
    if left:
        raise refused(order, f"in {pool_words(key)} there is still {several(left)}; end that first")
    del morning.pools[key]
    return effect(order, pool_words(key), "cash", show_fen(0), NOTHING)


def admit_trading_code(morning: Morning, order: AdmitTradingCode) -> Effect:
    """Add a trading code without money; its client is one holder over all members (3.2)."""
    name = order.trading_code
    if not TRADING_CODE.fullmatch(name):
        raise refused(
            order,
            f"{name!r} is no trading code; give the member's four digits and the client's eight",
        )
    if name in morning.codes:
        raise refused(order, f"{name} has been admitted already; SetTradingRight changes it")
    member = name[:4]
    _mode_of(morning, order, member)
    pool_of(morning, order, member, house=order.house)
    holder = holder_of(morning, client_of(name))
    morning.holders.setdefault(holder)
    morning.codes[name] = Code(
        member=member, holder=holder, own_right=order.right, house=order.house
    )
    return effect(order, name, "right", NOTHING, word(order.right))


def set_trading_right(morning: Morning, order: SetTradingRight) -> Effect:
    """Change what a trading code may do."""
    code = code_of(morning, order, order.trading_code)
    morning.codes[order.trading_code] = replace(code, own_right=int(order.right))
    return effect(
        order, order.trading_code, "right", word(Right(code.own_right)), word(order.right)
    )


def end_trading_code(morning: Morning, order: EndTradingCode) -> Effect:
    """Take a trading code out that has neither positions, money nor warrants."""
    name = order.trading_code
    code = code_of(morning, order, name)
    left = what_is_left(morning, code)
    if left:
        raise refused(order, f"{name} still has {several(left)}; close and pay that out first")
    alone = all(row.holder != code.holder for key, row in morning.codes.items() if key != name)
    limits = [instrument for holder, instrument in morning.limits if holder == code.holder]
    if alone and limits:
        raise refused(
            order,
            f"{name} is the last code of {code.holder!r}, which has limits of its own in"
            f" {several(limits)}; end these first (EndHolderLimit, EndQuota)",
        )
    del morning.codes[name]
    if alone:
        del morning.holders[code.holder]
    return effect(order, name, "right", word(Right(code.own_right)), NOTHING)


def what_is_left(morning: Morning, code: Code) -> list[str]:
    """Return in words what a trading code still has: positions, money, delivery, warrants."""
    left = []
    if code.row != NEW:
        names = morning.image.names
        for row in morning.result.positions[morning.result.positions["trading_code"] == code.row]:
            for side in ("long", "short"):
                if row[f"{side}_lots"]:
                    instrument = names.instruments[row["instrument"]]
                    left.append(f"{row[f'{side}_lots']:,} lots {side} in {instrument}")
        lodged = morning.warrants[morning.warrants["trading_code"] == code.row]
        left += [f"warrants of {names.products[row['product']]}" for row in lodged]
        waiting = morning.result.undelivered
        waiting = waiting[waiting["trading_code"] == code.row]
        left += [
            f"a delivery of {contract_code(names.products[row['product']], int(row['month']))}"
            for row in waiting
        ]
    margin = margin_fen(morning, code)
    if margin:
        left.append(f"{show_fen(margin)} yuan of margin")
    if code.deposit_fen:
        left.append(f"{show_fen(code.deposit_fen)} yuan")
    return left


def holder_of(morning: Morning, client: str) -> str:
    """Return the holder a client is: that of its other codes, or its own name."""
    for name, code in morning.codes.items():
        if client_of(name) == client:
            return code.holder
    return own_holder(client)


def own_holder(client: str) -> str:
    """Return the holder's name of a client that is in no control group."""
    return f"client {client}"


def several(things: list[str]) -> str:
    """Return the first few of what is left, and how many more there are."""
    more = f" and {len(things) - SHOWN:,} more" if len(things) > SHOWN else ""
    return ", ".join(things[:SHOWN]) + more
