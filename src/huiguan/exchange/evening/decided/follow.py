"""One instruction after another: the fold of each type, and what it changed."""

from collections.abc import Callable, Sequence
from typing import Any

from huiguan.exchange.day.instructions.every import AnyInstruction
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
from huiguan.exchange.evening.decided import limits, money, people
from huiguan.exchange.evening.decided.effects import Effect
from huiguan.exchange.evening.decided.morning import Morning

FOLDS: dict[type, Callable[[Morning, Any], Effect]] = {
    MoveClientMoney: money.move_client_money,
    MoveMemberMoney: money.move_member_money,
    SetCollateral: money.set_collateral,
    AdmitMember: people.admit_member,
    SetMemberMode: people.set_member_mode,
    EndMember: people.end_member,
    OpenPool: people.open_pool,
    ClosePool: people.close_pool,
    AdmitTradingCode: people.admit_trading_code,
    SetTradingRight: people.set_trading_right,
    EndTradingCode: people.end_trading_code,
    SetHolderLimit: limits.set_holder_limit,
    EndHolderLimit: limits.end_holder_limit,
    SetQuota: limits.set_quota,
    EndQuota: limits.end_quota,
    SetControlGroup: limits.set_control_group,
    EndControlGroup: limits.end_control_group,
}


def follow(morning: Morning, orders: Sequence[AnyInstruction]) -> list[Effect]:
    """Follow the instructions about people, money and limits in their order."""
    morning.ending = frozenset(
        (order.member, order.house) for order in orders if isinstance(order, ClosePool)
    )
    return [FOLDS[type(order)](morning, order) for order in orders if type(order) in FOLDS]
