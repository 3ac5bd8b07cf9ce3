"""Orders come, trade and go: rows of the order table, trades, cancels, the auction's uncross."""

from enum import IntEnum

import numpy as np

from huiguan.exchange.day.image import NO_PRICE, PriceRule
from huiguan.exchange.messages import (
    ORDER_ROW_BITS,
    CancelReason,
    SelfTrade,
    Side,
    TimeInForce,
)
from huiguan.exchange.phases import CANCELS, allows
from huiguan.exchange.trading.auction import find_range, first_row, single_price
from huiguan.exchange.trading.book import (
    holder_of,
    join,
    leave,
    level_of,
    middle_price,
)
from huiguan.exchange.trading.funds import need_of
from huiguan.exchange.trading.positions import (
    book_fill,
    freeze,
    freeze_other,
    lots_of_a_trade,
    other_lots,
    turn_to_other,
)
from huiguan.exchange.trading.state import emit
from huiguan.exchange.trading.state.rows import NO_ROW, State
from huiguan.exchange.trading.state.table import add_own_name, drop_own_name
from huiguan.foundation.kernel import inner, rare

BUY, SELL = int(Side.BUY), int(Side.SELL)
EVERYBODY = -1  # no member


class Among(IntEnum):
    """What the number given to a mass cancel names."""

    TRADING_CODE = 0
    MEMBER = 1
    PRODUCT = 2
    SESSION = 3
    GROUP = 4


@inner
def take_row(state: State) -> int:
    """Return a free row of the order table, or ``NO_ROW``: rows that were left first."""
    core = state.core[0]
    row = core["free_order"]
    if row != NO_ROW:
        core["free_order"] = state.orders[row]["behind"]
        return row
    if core["fresh_order"] == len(state.orders):
        return NO_ROW
    core["fresh_order"] += 1
    return core["fresh_order"] - 1


@inner
def give_back_row(state: State, row: int) -> None:
    """Put an order row on the free list and forget its owner's name for it."""
    order = state.orders[row]
    if order["client_order_id"] != 0:
        drop_own_name(state.own_names, order["session"], order["client_order_id"], row)
    core = state.core[0]
    order["order_id"] = 0
    order["behind"] = core["free_order"]
    core["free_order"] = row
    core["live_orders"] -= 1


@inner
def admit(
    state: State,
    out: np.ndarray,
    entry: np.void,
    row: int,
    position: int,
    holding: int,
    offset: int,
    closing: int,
    margin_fen: int,
    fee_fen: int,
) -> None:
    """Write an accepted order into its row, freeze what it may use, and say so.

    ``offset`` and ``closing`` are what it closes first and how many lots of that kind.
    """
    core, registers = state.core[0], state.registers[0]
    order = state.orders[row]
    order["order_id"] = (core["sequence"] << ORDER_ROW_BITS) | row
    order["client_order_id"] = entry["client_order_id"]
    order["price_ticks"] = entry["price_ticks"]
    order["lots"] = entry["lots"]
    order["closing_lots"] = closing
    order["level"] = NO_ROW
    order["position"] = position
    order["holding"] = holding
    order["session"] = registers["session"]
    order["instrument"] = entry["instrument"]
    order["trading_code"] = entry["trading_code"]
    order["side"] = entry["side"]
    order["offset"] = offset
    order["hedge"] = entry["hedge"]
    core["live_orders"] += 1
    registers["order_id"] = order["order_id"]
    if entry["client_order_id"] != 0:
        add_own_name(state.own_names, registers["session"], entry["client_order_id"], row)
    other = other_lots(state, order)
    freeze(state, order, closing, order["lots"] - closing - other, margin_fen, fee_fen)
    if other != 0:
        freeze_other(state, order, other)
    emit.order_entered(state, out, order, other, entry["time_in_force"])


@inner
def cancel(state: State, out: np.ndarray, row: int, reason: int) -> None:
    """Take the rest of an order away, release what it had frozen, and say so."""
    order = state.orders[row]
    if order["level"] != NO_ROW:
        leave(state, row)
    other = other_lots(state, order)
    opening = order["closing_lots"] + other - order["lots"]
    margin_fen, fee_fen = need_of(state, order, opening)
    freeze(state, order, -order["closing_lots"], opening, margin_fen, fee_fen)
    if other != 0:
        freeze_other(state, order, -other)
    emit.order_cancelled(state, out, order, reason)
    give_back_row(state, row)


@inner
def trade(
    state: State, out: np.ndarray, buy_row: int, sell_row: int, price_ticks: int, lots: int
) -> None:
    """Let two orders meet: event, last price, both sides booked, filled orders gone."""
    buy, sell = state.orders[buy_row], state.orders[sell_row]
    emit.trade_executed(state, out, buy, sell, price_ticks, lots)
    instrument = state.instruments[buy["instrument"]]
    instrument["last_ticks"] = price_ticks
    instrument["traded"] = 1
    state.core[0]["trades"] += 1
    settle_fill(state, buy_row, price_ticks, lots)
    settle_fill(state, sell_row, price_ticks, lots)


@rare
def settle_fill(state: State, row: int, price_ticks: int, lots: int) -> None:
    """Book one side of a trade and drop the order when nothing of it is left."""
    order = state.orders[row]
    book_fill(state, order, price_ticks, lots)
    resting = order["level"] != NO_ROW
    if order["lots"] == lots and resting:
        leave(state, row)
    elif resting:
        state.levels[order["level"]]["lots"] -= lots
    order["lots"] -= lots
    if order["lots"] == 0:
        if resting:
            give_back_row(state, row)
    elif other_lots(state, order) == order["lots"]:
        turn_to_other(state, order)


@rare
def keep_apart(state: State, out: np.ndarray, row: int, maker_row: int, self_trade: int) -> bool:
    """Cancel what a session chose of two orders of one holder; return whether the arriving went."""
    if self_trade != SelfTrade.NEWEST:
        cancel(state, out, maker_row, CancelReason.SELF_TRADE)
    if self_trade == SelfTrade.OLDEST:
        return False
    cancel(state, out, row, CancelReason.SELF_TRADE)
    return True


@inner
def match(state: State, out: np.ndarray, row: int, self_trade: int) -> bool:
    """Trade the arriving order, best level first, then first come, first served (rulebook 2.3).

    Return whether its row is still in use: the session's ``self_trade`` may have it cancelled.
    """
    taker = state.orders[row]
    instrument = state.instruments[taker["instrument"]]
    against = state.sides[taker["instrument"] * 2 + 1 - taker["side"]]
    reach = level_of(against, taker["price_ticks"], False)
    middle = state.config[0]["price_rule"] == PriceRule.MIDDLE
    while taker["lots"] > 0 and against["best"] <= reach:
        maker_row = state.levels[against["first"] + against["best"]]["head"]
        maker = state.orders[maker_row]
        if self_trade != SelfTrade.OFF and holder_of(state, maker) == holder_of(state, taker):
            if keep_apart(state, out, row, maker_row, self_trade):
                return False
            continue
        lots = min(lots_of_a_trade(state, taker), lots_of_a_trade(state, maker))
        price = maker["price_ticks"]
        last = instrument["last_ticks"]
        if middle and last != NO_PRICE:
            price = middle_price(taker["price_ticks"], price, last)
        buys = taker["side"] == BUY
        buy_row, sell_row = (row, maker_row) if buys else (maker_row, row)
        trade(state, out, buy_row, sell_row, price, lots)
    return True


@inner
def settle_arrival(
    state: State, out: np.ndarray, row: int, time_in_force: int, privileged: bool
) -> None:
    """Let what is left of an arriving order wait, or go, as its time in force says."""
    order = state.orders[row]
    if order["lots"] == 0:
        give_back_row(state, row)
    elif time_in_force == TimeInForce.DAY:
        join(state, row, privileged)
    else:
        cancel(state, out, row, CancelReason.TIME_IN_FORCE)


@rare
def uncross(state: State, out: np.ndarray, instrument: int) -> None:
    """Trade everything an auction can at its single price, price-time on both sides."""
    found = find_range(state, instrument)
    left = found[0]
    if left == 0:
        return
    price = single_price(state, instrument, found)
    emit.auction_uncrossed(state, out, instrument, price, found[1], found[2], left)
    while left > 0:
        buy_row, sell_row = first_row(state, instrument, BUY), first_row(state, instrument, SELL)
        buy, sell = state.orders[buy_row], state.orders[sell_row]
        lots = min(lots_of_a_trade(state, buy), lots_of_a_trade(state, sell))
        left -= lots
        trade(state, out, buy_row, sell_row, price, lots)


@rare
def cancel_where(
    state: State,
    out: np.ndarray,
    among: int,
    wanted: int,
    member: int,
    reason: int,
    any_phase: bool,
) -> int:
    """Cancel every live order that a mass cancel means; return how many.

    ``among`` (an ``Among``) says what ``wanted`` names. ``member`` limits to the orders of one, or
    is ``EVERYBODY``. Without ``any_phase`` orders stay where the phase forbids a cancel.
    """
    count = 0
    for row in range(state.core[0]["fresh_order"]):
        order = state.orders[row]
        if order["order_id"] == 0:
            continue
        owner = state.accounts[order["trading_code"]]["member"]
        instrument = state.instruments[order["instrument"]]
        value = order["trading_code"]
        if among == Among.MEMBER:
            value = owner
        elif among == Among.PRODUCT:
            value = instrument["product"]
        elif among == Among.SESSION:
            value = order["session"]
        elif among == Among.GROUP:
            value = instrument["group"]
        if value != wanted:
            continue
        if member != EVERYBODY and owner != member:  # noqa: PLR1714  no tuple of two widths
            continue
        if not any_phase and not allows(CANCELS, state.group_phase[instrument["group"]]):
            continue
        cancel(state, out, row, reason)
        count += 1
    return count
