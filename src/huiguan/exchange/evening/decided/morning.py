"""Tomorrow's people, money and limits by name, while instructions are followed one by one.

Rows of the image keep their order; new ones come at the end, and where one ends the others move up.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.clearing.deposit import DeadlineOutcome, at_deadline
from huiguan.exchange.day.image import DayImage, HolderLimit, Member, Pool, TradingCode
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.rules_of_day import PoolRules
from huiguan.exchange.messages import Right
from huiguan.foundation.columns import sums
from huiguan.foundation.records import blank_rows, table_layout
from huiguan.foundation.tables import in_key_order

CLIENT_DIGITS = 8
CODE_FIELDS = ("member", "holder", "own_right", "house")
NEW = -1  # the row of what the image does not know
PoolKey = tuple[str, bool]  # member, whether the pool is its own
LimitKey = tuple[str, str]  # holder, instrument


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A trading code; ``row`` is its place in the image, or NEW."""

    member: str
    holder: str
    deposit_fen: int = 0
    own_right: int = Right.ALLOW
    house: bool = False
    row: int = NEW


class PoolMoney(msgspec.Struct, frozen=True, kw_only=True):
    """The money of a member at the exchange; ``minimum_fen`` is its least clearing deposit."""

    futures_firm: bool
    minimum_fen: int
    cash_fen: int = 0
    margin_fen: int = 0
    collateral_fen: int = 0


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What a holder may hold in a contract; None: the contract's own limit."""

    position_lots: int | None = None
    opening_lots: int | None = None
    long_quota_lots: int = 0
    short_quota_lots: int = 0
    right: int = Right.ALLOW


class Morning(msgspec.Struct, kw_only=True):
    """Everything that instructions of the opening change but contracts; and what they ask about."""

    image: DayImage
    result: DayResult
    instruments: list[str]  # that trade tomorrow
    rules: dict[PoolKey, PoolRules]  # of the pools there were
    of_new_pools: PoolRules
    members: dict[str, int]  # mode
    holders: dict[str, None]
    codes: dict[str, Code]
    pools: dict[PoolKey, PoolMoney]
    limits: dict[LimitKey, Limit]
    warrants: np.ndarray  # of tomorrow, under the image's numbers
    ending: frozenset[PoolKey] = frozenset()  # pools that an instruction closes


class PeopleTables(NamedTuple):
    """Tables and names of people, money and limits, and where rows of the image went."""

    members: np.ndarray
    trading_codes: np.ndarray
    pools: np.ndarray
    holder_limits: np.ndarray
    member_names: list[str]
    code_names: list[str]
    holder_names: list[str]
    code_rows: np.ndarray  # by the image's row; -1: it ended
    member_rows: np.ndarray


def client_of(trading_code: str) -> str:
    """Return the client's number in a trading code, the same at every member."""
    return trading_code[-CLIENT_DIGITS:]


def pool_words(key: PoolKey) -> str:
    """Return the name of a pool as statements have it: ``0007/clients``."""
    return f"{key[0]}/{'house' if key[1] else 'clients'}"


def morning_of(
    image: DayImage,
    result: DayResult,
    instruments: list[str],
    rules: Sequence[PoolRules],
    of_new_pools: PoolRules,
    warrants: np.ndarray,
) -> Morning:
    """Return the morning that follows from the result before any instruction."""
    names = image.names
    columns = [image.trading_codes[field].tolist() for field in CODE_FIELDS]
    codes = {
        name: Code(
            member=names.members[member],
            holder=names.holders[holder],
            deposit_fen=balance,
            own_right=right,
            house=bool(house),
            row=index,
        )
        for index, (name, balance, member, holder, right, house) in enumerate(
            zip(names.trading_codes, result.accounts["balance_fen"].tolist(), *columns, strict=True)
        )
    }
    pools = {
        (names.members[before["member"]], bool(before["house"])): PoolMoney(
            futures_firm=bool(before["futures_firm"]),
            minimum_fen=int(row["minimum_fen"]),
            cash_fen=int(row["cash_fen"]),
            margin_fen=int(row["margin_fen"]),
            collateral_fen=int(row["collateral_fen"]),
        )
        for before, row in zip(image.pools, result.pools, strict=True)
    }
    return Morning(
        image=image,
        result=result,
        instruments=instruments,
        rules=dict(zip(pools, rules, strict=True)),
        of_new_pools=of_new_pools,
        members=dict(zip(names.members, image.members["mode"].tolist(), strict=True)),
        holders=dict.fromkeys(names.holders),
        codes=codes,
        pools=pools,
        limits=_limits(image, instruments),
        warrants=warrants,
    )


def _limits(image: DayImage, instruments: list[str]) -> dict[LimitKey, Limit]:
    """Return the limits of holders; one that equals the contract's own of today follows it."""
    alive, found = set(instruments), {}
    for row in image.holder_limits:
        own, name = image.instruments[row["instrument"]], image.names.instruments[row["instrument"]]
        if name in alive:
            position, opening = int(row["position_limit_lots"]), int(row["opening_limit_lots"])
            found[image.names.holders[row["holder"]], name] = Limit(
                position_lots=None if position == own["position_limit_lots"] else position,
                opening_lots=None if opening == own["opening_limit_lots"] else opening,
                long_quota_lots=int(row["long_quota_lots"]),
                short_quota_lots=int(row["short_quota_lots"]),
                right=int(row["right"]),
            )
    return found


def usable_fen(morning: Morning, key: PoolKey) -> int:
    """Return what a pool's collateral counts for: never more than its margin (4.7)."""
    pool, rules = morning.pools[key], morning.rules.get(key, morning.of_new_pools)
    return rules.usable_fen(pool.collateral_fen, pool.cash_fen, pool.margin_fen)


def people_tables(morning: Morning, instruments: np.ndarray) -> PeopleTables:
    """Return the tables of a morning; ``instruments`` are tomorrow's rows of its contracts.

    A pool below its minimum leaves its codes close only (4.5).
    """
    members = {name: row for row, name in enumerate(morning.members)}
    holders = {name: row for row, name in enumerate(morning.holders)}
    pools = blank_rows(Pool, len(morning.pools))
    least: dict[PoolKey, int] = {}
    for row, (key, pool) in zip(pools, morning.pools.items(), strict=True):
        usable = usable_fen(morning, key)
        row["cash_fen"], row["margin_fen"] = pool.cash_fen, pool.margin_fen
        row["collateral_fen"], row["usable_fen"] = pool.collateral_fen, usable
        row["member"], row["house"], row["futures_firm"] = (
            members[key[0]],
            key[1],
            pool.futures_firm,
        )
        balance = pool.cash_fen - pool.margin_fen + usable
        called = at_deadline(balance, pool.minimum_fen) != DeadlineOutcome.NONE
        least[key] = int(Right.CLOSE_ONLY if called else Right.ALLOW)
    codes = [
        (
            code.deposit_fen,
            members[code.member],
            holders[code.holder],
            max(int(code.own_right), least[code.member, code.house]),
            code.house,
            int(code.own_right),
        )
        for code in morning.codes.values()
    ]
    clearing = blank_rows(Member, len(members))
    clearing["mode"] = list(morning.members.values())
    money = pools["cash_fen"] + pools["usable_fen"]
    clearing["deposit_fen"] = sums(pools["member"], money, len(clearing))
    return PeopleTables(
        members=clearing,
        trading_codes=np.array(codes, table_layout(TradingCode)),
        pools=in_key_order(pools, Pool),
        holder_limits=_limit_rows(morning, holders, instruments),
        member_names=list(members),
        code_names=list(morning.codes),
        holder_names=list(holders),
        code_rows=_moves(morning.image.names.trading_codes, morning.codes),
        member_rows=_moves(morning.image.names.members, members),
    )


def _limit_rows(
    morning: Morning, holders: Mapping[str, int], instruments: np.ndarray
) -> np.ndarray:
    """Return the holders' limits as rows; what is not their own is the contract's of tomorrow."""
    places = {name: row for row, name in enumerate(morning.instruments)}
    rows = []
    for (holder, name), limit in morning.limits.items():
        own = instruments[places[name]]
        position, opening = limit.position_lots, limit.opening_lots
        rows.append(
            (
                holders[holder],
                places[name],
                int(own["position_limit_lots"]) if position is None else position,
                int(own["opening_limit_lots"]) if opening is None else opening,
                limit.long_quota_lots,
                limit.short_quota_lots,
                limit.right,
            )
        )
    return in_key_order(np.array(rows, table_layout(HolderLimit)), HolderLimit)


def _moves(before: list[str], after: Mapping[str, object]) -> np.ndarray:
    """Return where each row of the image went; -1 for one that ended."""
    places = {name: row for row, name in enumerate(after)}
    return np.array([places.get(name, -1) for name in before], np.int32)
