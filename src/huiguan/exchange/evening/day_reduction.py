"""Forced reduction in a day: what waits after D3, and the trades the exchange makes of it on D4.

At the close of a third limit-locked day the closing lots that wait at the limit price are kept. On
the day without trading that follows an instruction may match them with winners' positions at that
price (``forced_reduction``); the trades enter the clearing of that day like any other. A client's
codes at several members, and those of a control group, are one holder with one net position; what
it closes is spread over its codes by what each has.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from huiguan.exchange.clearing.forced_reduction import (
    NetPosition,
    Reduction,
    declared_closing_lots,
    forced_reduction,
    net_first,
    share_lots,
    unit_net_profit,
)
from huiguan.exchange.day.image import DayImage, UnfilledClose
from huiguan.exchange.day.instructions.every import AnyInstruction, index_of
from huiguan.exchange.day.instructions.prices import ReducePositions
from huiguan.exchange.day.keys import position_key, split_key
from huiguan.exchange.day.result import ReducedPosition, TradeRow
from huiguan.exchange.evening.rules_of_day import DayRules, decimal_rate
from huiguan.exchange.events import DayEvents, orders_of, resting
from huiguan.exchange.messages import Hedge, Offset, Right, Side
from huiguan.exchange.rules.rows import ForcedReduction
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.records import blank_rows, table_layout

THIRD_DAY = 3
LONG, SHORT = int(Side.BUY), int(Side.SELL)
Owner = tuple[int, int]  # holder and hedge flag
Shares = list[tuple[int, int]]  # trading code and lots
N = TypeVar("N")


class Reduced(NamedTuple):
    """The trades of a forced reduction, and the tier of each; 0 is a client's own pair."""

    trades: np.ndarray  # TradeRow
    tiers: list[int]


def unfilled_closes(image: DayImage, events: DayEvents, contracts: np.ndarray) -> np.ndarray:
    """Return the closing lots that wait at the limit of contracts locked for a third day."""
    rows: list[tuple[int, ...]] = []
    for index in np.flatnonzero(contracts["lock_day"] == THIRD_DAY).tolist():
        if contracts["locked"][index] == 0:
            continue  # D4, halted: what waited is in the image
        terms, up = image.instruments[index], contracts["lock_side"][index] > 0
        limit = int(terms["upper_limit_ticks" if up else "lower_limit_ticks"])
        orders = orders_of(events, index)
        entered, lots = orders.entered, resting(orders)
        chosen = (lots > 0) & (entered["side"] == (Side.BUY if up else Side.SELL))
        chosen &= (entered["price_ticks"] == limit) & (entered["offset"] != Offset.OPEN)
        codes, hedges = entered["trading_code"][chosen].astype(np.int64), entered["hedge"][chosen]
        keys, where = np.unique(position_key(codes, 0, hedges, 1), return_inverse=True)
        total = np.bincount(where, lots[chosen], len(keys)).astype(np.int64)
        units, side = limit * int(terms["tick_units"]), int(Side.BUY if up else Side.SELL)
        rows += [
            (units, code, index, count, side, hedge)
            for (code, _, hedge), count in zip(
                (split_key(key, 1) for key in keys.tolist()), total.tolist(), strict=True
            )
        ]
    return np.array(rows, table_layout(UnfilledClose))


def reduce_positions(
    image: DayImage, rules: DayRules, instructions: Sequence[AnyInstruction]
) -> Reduced:
    """Return the trades of the forced reductions that were decided.

    A contract that is not on its day without trading after D3 is an InputFault.
    """
    trades: list[tuple[int, ...]] = []
    tiers: list[int] = []
    for order in instructions:
        if not isinstance(order, ReducePositions):
            continue
        index = index_of(image.names.instruments, order.instrument, "instrument")
        state = image.contract_states[index]
        halted = image.instruments["right"][index] == Right.FORBIDDEN
        if not halted or state["lock_day"] != THIRD_DAY:
            raise InputFault(
                f"{order.reference}: {order.instrument} is not on a day without trading after its"
                " third limit-locked day, and positions are reduced on that day only"
            )
        limits = rules.contracts[index].today.forced_reduction
        for tier, row in _reduce(image, index, limits, order.reference.encode()):
            trades.append(row)
            tiers.append(tier)
    return Reduced(np.array(trades, table_layout(TradeRow)), tiers)


def reduction_rows(reduced: Reduced, first_trade: int) -> np.ndarray:
    """Return the result's rows: the numbers of the trades, from ``first_trade`` on, and tiers."""
    table = blank_rows(ReducedPosition, len(reduced.tiers))
    table["trade"] = first_trade + np.arange(len(table))
    table["tier"] = reduced.tiers
    return table


def _reduce(
    image: DayImage, index: int, limits: ForcedReduction, seed: bytes
) -> list[tuple[int, tuple[int, ...]]]:
    """Return (tier, trade) of one contract: own pairs of the losers, then losers with winners."""
    waiting = image.unfilled_closes[image.unfilled_closes["instrument"] == index]
    if not len(waiting):
        return []
    terms = image.instruments[index]
    ticks = int(waiting["price_units"][0]) // int(terms["tick_units"])
    lost = LONG if int(waiting["side"][0]) == Side.SELL else SHORT
    threshold, second = decimal_rate(limits.threshold_ppb), decimal_rate(limits.second_tier_ppb)
    settlement = int(terms["previous_settlement_ticks"]) * int(terms["tick_units"])
    held = _held(image, index)
    names = {owner: f"{image.names.holders[owner[0]]}/{owner[1]}" for owner in held}
    rows: list[tuple[int, tuple[int, ...]]] = []

    def closed(tier: int, hedges: tuple[int, int], losers: Shares, winners: Shares) -> None:
        flag = int(Offset.FORCE_CLOSE)
        for loser, winner, lots in met(losers, winners):
            pair = [(loser, hedges[0]), (winner, hedges[1])]
            (seller, sold), (buyer, bought) = pair if lost == LONG else pair[::-1]
            rows.append((tier, (ticks, lots, index, buyer, seller, flag, flag, bought, sold)))

    closing: dict[str, int] = {}
    orders: dict[str, dict[int, int]] = {}
    for owner, waits_by_code in _orders(image, waiting, held, lost).items():
        waits, (own, net) = waits_by_code, held[owner].own_and_net(lost)
        lots = sum(waits.values())
        of_net = min(lots, net)
        if pairs := min(lots - of_net, own):
            mine = _spread(pairs, waits, seed)
            others = _spread(pairs, held[owner].lots[1 - lost], seed)
            closed(0, (owner[1], owner[1]), mine, others)
            waits = _less(waits, mine)
        if of_net:
            position = held[owner].net_position(names[owner], lost, net, settlement, owner[1])
            declared = unchecked(declared_closing_lots)(of_net, position, settlement, threshold)
            closing[names[owner]], orders[names[owner]] = declared, waits
    winners = [
        held[owner].net_position(name, 1 - lost, net, settlement, owner[1])
        for owner, name in names.items()
        if (net := held[owner].own_and_net(1 - lost)[1])
    ]
    found = forced_reduction(closing, winners, settlement, threshold, seed, second)
    owners = {name: owner for owner, name in names.items()}
    for tier, loser, winner, lots in paired(found):
        mine = _spread(lots, orders[loser], seed)
        orders[loser] = _less(orders[loser], mine)
        theirs = held[owners[winner]].lots[1 - lost]
        taken = _spread(lots, theirs, seed)
        theirs.update(_less(theirs, taken))
        closed(tier, (owners[loser][1], owners[winner][1]), mine, taken)
    return rows


class HeldOver:
    """What one holder has in a contract under one hedge flag, over its codes at several members."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lots: tuple[dict[int, int], dict[int, int]] = ({}, {})  # long, short: lots by code
        self.openings: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])

    def own_and_net(self, side: int) -> tuple[int, int]:
        """Return the lots of both sides that meet each other, and what is left of a side."""
        longs, shorts = (sum(lots.values()) for lots in self.lots)
        own, *net = unchecked(net_first)(longs, shorts)
        return own, net[side]

    def net_position(
        self, name: str, side: int, net: int, settlement: int, hedge: int
    ) -> NetPosition:
        """Return the net position with its profit per unit, from the latest openings backwards."""
        openings = self.openings[side]
        profit = unchecked(unit_net_profit)(net, openings, settlement, long=side == LONG)
        return NetPosition(name, net, profit, hedging=hedge == Hedge.HEDGE)


def _held(image: DayImage, index: int) -> dict[Owner, HeldOver]:
    """Return what every holder has in a contract, its openings oldest first."""
    holder_of = image.trading_codes["holder"]
    held: dict[Owner, HeldOver] = {}
    rows = image.positions[image.positions["instrument"] == index]
    names = ["trading_code", "hedge", "long_lots", "short_lots"]
    for code, hedge, longs, shorts in rows[names].tolist():
        over = held.setdefault((int(holder_of[code]), hedge), HeldOver())
        for side, lots in ((LONG, longs), (SHORT, shorts)):
            if lots:
                over.lots[side][code] = lots
    lots = image.lots[image.lots["instrument"] == index]
    lots = lots[np.lexsort([lots["trading_code"], lots["trade"], lots["open_day"]])]
    names = ["trading_code", "hedge", "side", "open_price_units", "lots"]
    for code, hedge, side, units, count in lots[names].tolist():
        held[int(holder_of[code]), hedge].openings[side].append((units, count))
    return held


def _orders(
    image: DayImage, waiting: np.ndarray, held: dict[Owner, HeldOver], lost: int
) -> dict[Owner, dict[int, int]]:
    """Return the closing lots that wait, by holder and code; no more than the code holds."""
    found: dict[Owner, dict[int, int]] = {}
    for code, hedge, lots in waiting[["trading_code", "hedge", "lots"]].tolist():
        owner = (int(image.trading_codes["holder"][code]), hedge)
        holds = held[owner].lots[lost].get(code, 0) if owner in held else 0
        if holds:
            found.setdefault(owner, {})[code] = min(lots, holds)
    return found


def _spread(lots: int, over: dict[int, int], seed: bytes) -> Shares:
    """Return a holder's lots spread over its trading codes in proportion to what each has."""
    if len(over) == 1:
        return [(code, lots) for code in over]
    shares = unchecked(share_lots)(lots, {str(code): has for code, has in over.items()}, seed)
    return [(int(code), count) for code, count in sorted(shares.items()) if count]


def _less(lots: dict[int, int], taken: Shares) -> dict[int, int]:
    """Return lots by trading code without those that were taken."""
    gone = dict(taken)
    return {code: count - gone.get(code, 0) for code, count in lots.items()}


def met(left: Sequence[tuple[N, int]], right: Sequence[tuple[N, int]]) -> list[tuple[N, N, int]]:
    """Return (left, right, lots): two rows of equally many lots, each taken in its order."""
    rows: list[tuple[N, N, int]] = []
    ends = [np.cumsum([lots for _, lots in side]).tolist() for side in (left, right)]
    start = 0
    for end in sorted({*ends[0], *ends[1]}):
        one, other = (
            side[bisect_left(own, end)][0] for side, own in zip((left, right), ends, strict=True)
        )
        rows.append((one, other, end - start))
        start = end
    return rows


def paired(found: Reduction) -> list[tuple[int, str, str, int]]:
    """Return (tier, loser, winner, lots): within a tier both sides in order of their names."""
    rows: list[tuple[int, str, str, int]] = []
    for tier in (1, 2, 3, 4):
        sides = [
            [(row.trading_code, row.lots) for row in side if row.tier == tier]
            for side in (found.losers, found.winners)
        ]
        rows += [(tier, *pair) for pair in met(*sides)]
    return rows
