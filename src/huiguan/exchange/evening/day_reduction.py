"""Forced reduction in a day: what waits after D3, and the trades the exchange makes of it on D4.

At the close of a third limit-locked day the closing lots that wait at the limit price are kept. On
the day without trading that follows an instruction may match them with winners' positions at that
price (``forced_reduction``); the trades enter the clearing of that day like any other.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from huiguan.exchange.clearing.forced_reduction import (
    NetPosition,
    Reduction,
    declared_closing_lots,
    forced_reduction,
    net_first,
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
Owner = tuple[int, int]  # trading code and hedge flag


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
    losers_long = int(waiting["side"][0]) == Side.SELL
    threshold, second = decimal_rate(limits.threshold_ppb), decimal_rate(limits.second_tier_ppb)
    settlement = int(terms["previous_settlement_ticks"]) * int(terms["tick_units"])
    held = _positions(image, index)
    names = {f"{image.names.trading_codes[code]}/{hedge}": (code, hedge) for code, hedge in held}
    words = {owner: name for name, owner in names.items()}

    def trade(buyer: Owner, seller: Owner, lots: int) -> tuple[int, ...]:
        flags = (Offset.FORCE_CLOSE, Offset.FORCE_CLOSE, buyer[1], seller[1])
        return (ticks, lots, index, buyer[0], seller[0], *flags)

    rows: list[tuple[int, tuple[int, ...]]] = []
    closing: dict[str, int] = {}
    for line in waiting:
        owner = (int(line["trading_code"]), int(line["hedge"]))
        own, longs, shorts = unchecked(net_first)(*held.get(owner, (0, 0)))
        net = longs if losers_long else shorts
        of_net = min(int(line["lots"]), net)
        if pairs := min(int(line["lots"]) - of_net, own):
            rows.append((0, trade(owner, owner, pairs)))
        if of_net:
            position = _net(image, index, owner, net, settlement, long=losers_long)
            declared = unchecked(declared_closing_lots)(of_net, position, settlement, threshold)
            closing[words[owner]] = declared
    winners = []
    for owner, sides in held.items():
        _, longs, shorts = unchecked(net_first)(*sides)
        net = shorts if losers_long else longs
        if net:
            row = _net(image, index, owner, net, settlement, long=not losers_long)
            winners.append(
                NetPosition(words[owner], row.lots, row.unit_profit, hedging=row.hedging)
            )
    found = forced_reduction(closing, winners, settlement, threshold, seed, second)
    for tier, loser, winner, lots in paired(found):
        long, short = (loser, winner) if losers_long else (winner, loser)
        rows.append((tier, trade(names[short], names[long], lots)))
    return rows


def _positions(image: DayImage, index: int) -> dict[Owner, tuple[int, int]]:
    """Return (long, short) of every trading code and hedge flag in a contract."""
    rows = image.positions[image.positions["instrument"] == index]
    return {
        (int(row["trading_code"]), int(row["hedge"])): (
            int(row["long_lots"]),
            int(row["short_lots"]),
        )
        for row in rows
    }


def _net(
    image: DayImage, index: int, owner: Owner, net: int, settlement: int, *, long: bool
) -> NetPosition:
    """Return a net position with its profit per unit, from the latest openings backwards."""
    lots = image.lots
    own = (lots["instrument"] == index) & (lots["trading_code"] == owner[0])
    own &= (lots["hedge"] == owner[1]) & (lots["side"] == (Side.BUY if long else Side.SELL))
    openings = [(int(row["open_price_units"]), int(row["lots"])) for row in lots[own]]
    profit = unchecked(unit_net_profit)(net, openings, settlement, long=long)
    return NetPosition("", net, profit, hedging=owner[1] == Hedge.HEDGE)


def paired(found: Reduction) -> list[tuple[int, str, str, int]]:
    """Return (tier, loser, winner, lots): within a tier both sides in order of trading code."""
    rows: list[tuple[int, str, str, int]] = []
    for tier in (1, 2, 3, 4):
        losers = [row for row in found.losers if row.tier == tier]
        winners = [row for row in found.winners if row.tier == tier]
        ends = [np.cumsum([row.lots for row in side]).tolist() for side in (losers, winners)]
        start = 0
        for end in sorted({*ends[0], *ends[1]}):
            loser, winner = (
                side[bisect_left(own, end)]
                for side, own in zip((losers, winners), ends, strict=True)
            )
            rows.append((tier, loser.trading_code, winner.trading_code, end - start))
            start = end
    return rows
