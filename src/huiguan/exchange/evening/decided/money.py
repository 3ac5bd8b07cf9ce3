"""The fold of money: what clients and members pay in and take out, and collateral (4.5, 4.7).

What is taken out is asked of the rules: a client keeps its margin, a member its margin and the
least clearing deposit.
"""

from msgspec.structs import replace

from huiguan.exchange.clearing.deposit import COVERED, available_funds, withdrawable
from huiguan.exchange.day.instructions.base import Instruction, near
from huiguan.exchange.day.instructions.every import LARGEST_FEN
from huiguan.exchange.day.instructions.money import (
    MoveClientMoney,
    MoveMemberMoney,
    SetCollateral,
)
from huiguan.exchange.evening.decided.effects import Effect, effect, refused, unknown
from huiguan.exchange.evening.decided.morning import (
    NEW,
    Code,
    Morning,
    PoolKey,
    PoolMoney,
    pool_words,
    usable_fen,
)
from huiguan.foundation.arithmetic import show_fen


def move_client_money(morning: Morning, order: MoveClientMoney) -> Effect:
    """Pay money in for a trading code, or out of what its margin leaves free."""
    code = code_of(morning, order, order.trading_code)
    margin = margin_fen(morning, code)
    free = max(0, available_funds(code.deposit_fen, margin))
    if -order.amount_fen > free:
        raise refused(
            order,
            f"trading code {order.trading_code} can take out {show_fen(free)} yuan at most (equity"
            f" {show_fen(code.deposit_fen)} less margin {show_fen(margin)}), not"
            f" {show_fen(-order.amount_fen)}; give a smaller amount",
        )
    deposit = _bounded(order, code.deposit_fen + order.amount_fen)
    morning.codes[order.trading_code] = replace(code, deposit_fen=deposit)
    return effect(
        order, order.trading_code, "equity", show_fen(code.deposit_fen), show_fen(deposit)
    )


def move_member_money(morning: Morning, order: MoveMemberMoney) -> Effect:
    """Pay money in for a pool, or out of what the rules let the member withdraw.

    A pool that is closed by an instruction of the same opening keeps no minimum.
    """
    key, pool = pool_of(morning, order, order.member, house=order.house)
    minimum = 0 if key in morning.ending else pool.minimum_fen
    usable = usable_fen(morning, key)
    most = withdrawable(pool.cash_fen, pool.margin_fen, usable, minimum, COVERED)
    if -order.amount_fen > most:
        raise refused(
            order,
            f"{pool_words(key)} can take out {show_fen(most)} yuan at most (cash"
            f" {show_fen(pool.cash_fen)}, margin {show_fen(pool.margin_fen)}, usable collateral"
            f" {show_fen(usable)}, minimum {show_fen(minimum)}), not"
            f" {show_fen(-order.amount_fen)}; give a smaller amount",
        )
    cash = _bounded(order, pool.cash_fen + order.amount_fen)
    morning.pools[key] = replace(pool, cash_fen=cash)
    return effect(order, pool_words(key), "cash", show_fen(pool.cash_fen), show_fen(cash))


def set_collateral(morning: Morning, order: SetCollateral) -> Effect:
    """Take the benchmark value of what a member has lodged for a pool."""
    key, pool = pool_of(morning, order, order.member, house=order.house)
    morning.pools[key] = replace(pool, collateral_fen=order.value_fen)
    before, after = show_fen(pool.collateral_fen), show_fen(order.value_fen)
    return effect(order, pool_words(key), "collateral", before, after)


def code_of(morning: Morning, order: Instruction, name: str) -> Code:
    """Return a trading code; one that nobody has is an InputFault."""
    if name not in morning.codes:
        raise unknown(order, "trading code", name, morning.codes)
    return morning.codes[name]


def pool_of(
    morning: Morning, order: Instruction, member: str, *, house: bool
) -> tuple[PoolKey, PoolMoney]:
    """Return a pool and its key; a member without such a pool is an InputFault."""
    key = (member, house)
    if key not in morning.pools:
        own = [pool_words(known) for known in morning.pools if known[0] == member]
        what = f"it has {' and '.join(own)}" if own else near(member, morning.members)
        raise refused(
            order,
            f"member {member!r} has no such pool, {pool_words(key)}; {what or 'OpenPool opens it'}",
        )
    return key, morning.pools[key]


def margin_fen(morning: Morning, code: Code) -> int:
    """Return the margin a trading code keeps tonight, for positions and for delivery."""
    if code.row == NEW:
        return 0
    row = morning.result.accounts[code.row]
    return int(row["margin_fen"]) + int(row["delivery_margin_fen"])


def _bounded(order: Instruction, fen: int) -> int:
    """Return a sum of money that can be; beyond all money there is, it is an InputFault."""
    if abs(fen) > LARGEST_FEN:
        raise refused(order, f"it would make {show_fen(fen)} yuan, more than there is; check it")
    return fen
