"""Lots held: today and history apart, frozen by closing orders, moved by fills (rulebook 3.1).

Plain close, close yesterday and force close take history lots, close today takes today's. A plain
close of a session that chose so takes both kinds, one after the other: it has frozen lots of both,
its row names the kind that is next, and a trade is of one kind.

A history lot is worth the previous settlement price; today's lots carry the sum of their opening
prices, and a close takes its share of it, rounded down, so that the shares add up exactly.
"""

import numpy as np

from huiguan.exchange.amounts import fee_class, trade_fee, trade_profit
from huiguan.exchange.day.keys import fee_row, position_key
from huiguan.exchange.messages import Closing, Hedge, Offset, Side
from huiguan.exchange.trading.funds import (
    add_frozen_fee,
    add_margin,
    charge_fee,
    frozen_fee_of_lot,
    margin_of_lot,
)
from huiguan.exchange.trading.state.rows import FIRST_KEY, State
from huiguan.foundation.arithmetic import Rounding, multiply_divide
from huiguan.foundation.kernel import inner, rare

OPEN, CLOSE, CLOSE_TODAY = int(Offset.OPEN), int(Offset.CLOSE), int(Offset.CLOSE_TODAY)


@inner
def own_key(state: State, code: int, instrument: int, hedge: int) -> int:
    """Return the key of a position's row: its ``position_key``, counted from ``FIRST_KEY``."""
    return position_key(code, instrument, hedge, state.config[0]["instruments"]) + FIRST_KEY


@inner
def holding_key(state: State, holder: int, instrument: int) -> int:
    """Return the key of a holding row; never 0."""
    return holder * state.config[0]["instruments"] + instrument + FIRST_KEY


@inner
def takes_today(state: State, offset: int) -> bool:
    """Return whether closing takes today's lots; a venue with net positions keeps one kind."""
    return offset == CLOSE_TODAY or state.config[0]["offset_flags"] == 0


@inner
def held_lots(position: np.void, side: int, today: bool) -> int:
    """Return the lots of one side (BUY: long) and kind, frozen ones included."""
    if side == Side.BUY:
        return position["long_today"] if today else position["long_history"]
    return position["short_today"] if today else position["short_history"]


@inner
def frozen_lots(position: np.void, side: int, today: bool) -> int:
    """Return the lots of one side and kind that closing orders have frozen."""
    if side == Side.BUY:
        return position["long_today_frozen"] if today else position["long_history_frozen"]
    return position["short_today_frozen"] if today else position["short_history_frozen"]


@inner
def free_lots(state: State, position: int, side: int, today: bool) -> int:
    """Return the lots of one side and kind that are held and not frozen; 0 without a position."""
    if position < 0:
        return 0
    row = state.positions[position]
    return int(held_lots(row, side, today)) - int(frozen_lots(row, side, today))


@inner
def takes_both(state: State, offset: int, session: int) -> bool:
    """Return whether an order closes lots of both kinds: a plain close, where a session chose so.

    A venue with one kind of lots lets no session choose.
    """
    return offset == CLOSE and state.sessions[session]["closing"] != Closing.AS_SENT


@rare
def first_kind(state: State, order: np.void, position: int, session: int) -> tuple[int, int]:
    """Return what a close of both kinds takes first: its offset flag, and how many lots of it.

    The kind the session said, as far as it is free, then the other. Free 3 of history and 5 of
    today, history first: of 7 lots 3 are of history; of 2 lots both; with no history free all 5.
    """
    today = state.sessions[session]["closing"] == Closing.TODAY
    lots = min(free_lots(state, position, 1 - order["side"], today), int(order["lots"]))
    if lots == 0:
        today, lots = not today, int(order["lots"])
    return CLOSE_TODAY if today else CLOSE, lots


@inner
def other_lots(state: State, order: np.void) -> int:
    """Return the lots of an order that close the kind which its row does not name; mostly none."""
    if order["offset"] == OPEN or state.config[0]["offset_flags"] == 0:
        return 0
    return order["lots"] - order["closing_lots"]


@inner
def lots_of_a_trade(state: State, order: np.void) -> int:
    """Return the most lots that one trade of the order may have: all are of one kind."""
    return order["lots"] - other_lots(state, order)


@rare
def freeze_other(state: State, order: np.void, lots: int) -> None:
    """Freeze the lots of an order's second kind, or free them again with a negative number."""
    position = state.positions[order["position"]]
    add_frozen(position, 1 - order["side"], order["offset"] != CLOSE_TODAY, lots)
    state.core[0]["two_kinds"] += 1 if lots > 0 else -1


@rare
def turn_to_other(state: State, order: np.void) -> None:
    """Let an order whose first kind is used up go on with the second, which is frozen already."""
    order["offset"] = CLOSE if order["offset"] == CLOSE_TODAY else CLOSE_TODAY
    order["closing_lots"] = order["lots"]
    state.core[0]["two_kinds"] -= 1


@inner
def add_frozen(position: np.void, side: int, today: bool, lots: int) -> None:
    """Freeze lots of one side and kind, or free them again with a negative number."""
    if side == Side.BUY:
        if today:
            position["long_today_frozen"] += lots
        else:
            position["long_history_frozen"] += lots
    elif today:
        position["short_today_frozen"] += lots
    else:
        position["short_history_frozen"] += lots


@inner
def add_lots(position: np.void, side: int, today: bool, lots: int) -> None:
    """Change the lots of one side and kind."""
    if side == Side.BUY:
        if today:
            position["long_today"] += lots
        else:
            position["long_history"] += lots
    elif today:
        position["short_today"] += lots
    else:
        position["short_history"] += lots


@inner
def add_cost(position: np.void, side: int, cost: int) -> None:
    """Change the opening cost (ticks x lots) of today's lots of one side."""
    if side == Side.BUY:
        position["long_today_cost"] += cost
    else:
        position["short_today_cost"] += cost


@inner
def add_holding(holding: np.void, side: int, hedge: int, lots: int) -> None:
    """Change what limits count on one side.

    Hedging lots count against the quota alone, market makers' against nothing (rulebook 5.6).
    """
    if hedge == Hedge.MARKET_MAKER:
        return
    if hedge == Hedge.HEDGE:
        if side == Side.BUY:
            holding["long_hedge"] += lots
        else:
            holding["short_hedge"] += lots
    elif side == Side.BUY:
        holding["long_lots"] += lots
    else:
        holding["short_lots"] += lots


@inner
def add_opened(holding: np.void, hedge: int, lots: int) -> None:
    """Change what the daily opening limit counts; hedging and market making are exempt (3.5)."""
    if hedge in (Hedge.SPECULATION, Hedge.ARBITRAGE):
        holding["opened"] += lots


@inner
def freeze(
    state: State, order: np.void, closing: int, opening: int, margin_fen: int, fee_fen: int
) -> None:
    """Set aside what an accepted order may use: lots to close, margin and fee to open.

    ``margin_fen`` and ``fee_fen`` are ``need_of`` the opening lots. Negative numbers give back what
    a cancelled rest had frozen.
    """
    code, instrument = order["trading_code"], order["instrument"]
    side, hedge = order["side"], order["hedge"]
    if closing != 0:
        position = state.positions[order["position"]]
        add_frozen(position, 1 - side, takes_today(state, order["offset"]), closing)
    if opening != 0:
        holding = state.holdings[order["holding"]]
        add_holding(holding, side, hedge, opening)
        add_opened(holding, hedge, opening)
        if state.config[0]["funds"]:
            add_margin(state, code, instrument, side, margin_fen)
            add_frozen_fee(state, code, fee_fen)


@inner
def open_lots(state: State, order: np.void, price_ticks: int, lots: int) -> None:
    """Book an opening fill: margin was charged with the order, the frozen fee is free again."""
    position = state.positions[order["position"]]
    add_lots(position, order["side"], True, lots)
    add_cost(position, order["side"], price_ticks * lots)
    if state.config[0]["funds"]:
        add_frozen_fee(state, order["trading_code"], -lots * frozen_fee_of_lot(state, order))


@inner
def cost_of_closed(state: State, order: np.void, held: int, today: bool, lots: int) -> int:
    """Return the opening cost (ticks x lots) of lots being closed, and take it off today's cost."""
    if not today:
        return int(state.instruments[order["instrument"]]["settlement_ticks"]) * lots
    position = state.positions[order["position"]]
    total = position["long_today_cost"] if held == Side.BUY else position["short_today_cost"]
    share = multiply_divide(total, lots, int(held_lots(position, held, True)), Rounding.DOWN)
    add_cost(position, held, -share)
    return share


@rare
def close_lots(state: State, order: np.void, price_ticks: int, lots: int) -> None:
    """Book a closing fill: lots and their margin go, the result is booked."""
    code, instrument, hedge = order["trading_code"], order["instrument"], order["hedge"]
    held = 1 - order["side"]
    today = takes_today(state, order["offset"])
    position = state.positions[order["position"]]
    cost = cost_of_closed(state, order, held, today, lots)
    add_lots(position, held, today, -lots)
    add_frozen(position, held, today, -lots)
    add_holding(state.holdings[order["holding"]], held, hedge, -lots)
    if state.config[0]["funds"]:
        add_margin(
            state, code, instrument, held, -lots * margin_of_lot(state, instrument, held, hedge)
        )
        tick_value = state.instruments[instrument]["tick_value_fen"]
        bought, sold = cost, price_ticks * lots
        if held == Side.SELL:
            bought, sold = sold, bought
        state.accounts[code]["realised_fen"] += trade_profit(bought, sold, tick_value)


@inner
def charge_trade(state: State, order: np.void, price_ticks: int, lots: int) -> None:
    """Charge the fee of one side of one trade, rounded once, also where nobody checks money."""
    instrument = order["instrument"]
    paid = fee_class(order["offset"], state.config[0]["offset_flags"] != 0)
    fee = state.fees[fee_row(instrument, order["hedge"], paid)]
    tick_value = state.instruments[instrument]["tick_value_fen"]
    amount = trade_fee(price_ticks, tick_value, lots, fee["rate_ppb"], fee["per_lot_fen"])
    charge_fee(state, order["trading_code"], amount)


@inner
def book_fill(state: State, order: np.void, price_ticks: int, lots: int) -> None:
    """Book one side of a trade: close what the order closes first, open the rest."""
    charge_trade(state, order, price_ticks, lots)
    closing = min(lots, int(order["closing_lots"]))
    if closing > 0:
        close_lots(state, order, price_ticks, closing)
        order["closing_lots"] -= closing
    if lots > closing:
        open_lots(state, order, price_ticks, lots - closing)
