"""Refusals of an order in fixed order: form, rights, phase, price, lots to close, limits, money.

Each check returns ``ACCEPTED`` or the refusal, and notes the two figures that decided it: what was
asked and what was allowed. The first fault is the answer; nothing has been changed before it.
"""

import numpy as np

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.messages import (
    Hedge,
    Offset,
    Phase,
    PriceType,
    Right,
    Side,
    TimeInForce,
)
from huiguan.exchange.trading.funds import (
    available,
    extra_margin,
    relief_row,
)
from huiguan.exchange.trading.positions import frozen_lots, held_lots, takes_today
from huiguan.exchange.trading.state.rows import State
from huiguan.exchange.trading.state.table import find_own_name
from huiguan.foundation.kernel import inner
from huiguan.foundation.refusals import Refusal


@inner
def note(state: State, asked: int, allowed: int) -> None:
    """Keep the two figures of a refusal."""
    registers = state.registers[0]
    registers["first_figure"] = asked
    registers["second_figure"] = allowed


@inner
def check_names(state: State, order: np.void, member: int) -> Refusal:
    """Check that instrument and trading code exist and the code is the session's member's."""
    if order["instrument"] < 0 or order["instrument"] >= state.config[0]["instruments"]:
        note(state, order["instrument"], state.config[0]["instruments"])
        return Refusal.UNKNOWN_INSTRUMENT
    if order["trading_code"] < 0 or order["trading_code"] >= state.config[0]["trading_codes"]:
        note(state, order["trading_code"], state.config[0]["trading_codes"])
        return Refusal.UNKNOWN_TRADING_CODE
    if state.accounts[order["trading_code"]]["member"] != member:
        note(state, member, state.accounts[order["trading_code"]]["member"])
        return Refusal.NOT_YOUR_CODE
    return Refusal.ACCEPTED


@inner
def has_bad_field(order: np.void) -> bool:
    """Return whether a flag holds a number that means nothing."""
    return (
        order["side"] < 0
        or order["side"] > Side.SELL
        or order["offset"] < 0
        or order["offset"] > Offset.CLOSE_YESTERDAY
        or order["hedge"] < 0
        or order["hedge"] > Hedge.MARKET_MAKER
        or order["time_in_force"] < 0
        or order["time_in_force"] > TimeInForce.FOK
        or order["price_type"] < 0
        or order["price_type"] > PriceType.MARKET
        or order["client_order_id"] < 0
    )


@inner
def check_size(state: State, order: np.void) -> Refusal:
    """Check lots against minimum, maximum and multiple (rulebook 2.5, 5.6)."""
    instrument = state.instruments[order["instrument"]]
    lots = order["lots"]
    if lots < 1 or lots < instrument["minimum_lots"]:
        note(state, lots, max(int(instrument["minimum_lots"]), 1))
        return Refusal.TOO_FEW_LOTS
    most = instrument["maximum_lots"]
    if order["price_type"] == PriceType.MARKET:
        most = instrument["maximum_market_lots"]
        if most == 0:
            note(state, lots, 0)
            return Refusal.NO_MARKET_ORDERS
    if most != 0 and lots > most:
        note(state, lots, most)
        return Refusal.TOO_MANY_LOTS
    if instrument["lots_multiple"] > 1 and lots % instrument["lots_multiple"] != 0:
        note(state, lots, instrument["lots_multiple"])
        return Refusal.NOT_A_MULTIPLE
    minimum = order["minimum_lots"]
    if minimum < 0 or minimum > lots or (minimum and order["time_in_force"] != TimeInForce.FAK):
        note(state, minimum, lots)
        return Refusal.BAD_MINIMUM_LOTS
    return Refusal.ACCEPTED


@inner
def check_form(state: State, order: np.void, session: int) -> Refusal:
    """Check everything that needs no market: names, flags, size, own order id."""
    refusal = check_names(state, order, state.sessions[session]["member"])
    if refusal != Refusal.ACCEPTED:
        return refusal
    if has_bad_field(order):
        note(state, 0, 0)
        return Refusal.BAD_FIELD
    refusal = check_size(state, order)
    if refusal != Refusal.ACCEPTED:
        return refusal
    own = order["client_order_id"]
    if own != 0 and find_own_name(state.own_names, state.orders, session, own) >= 0:
        note(state, own, 0)
        return Refusal.DUPLICATE_CLIENT_ORDER
    return Refusal.ACCEPTED


@inner
def closing_part(state: State, order: np.void, position: int) -> int:
    """Return how many lots of the order close: all or none by its flag; net venues: what is free.

    ``position`` is a row, or negative where nothing is held yet.
    """
    if state.config[0]["offset_flags"]:
        return 0 if order["offset"] == Offset.OPEN else order["lots"]
    if position < 0:
        return 0
    held = state.positions[position]
    free = held_lots(held, 1 - order["side"], True) - frozen_lots(held, 1 - order["side"], True)
    return min(free, order["lots"])


@inner
def check_right(state: State, order: np.void, position: int, holding: int) -> Refusal:
    """Check kill switches and the narrowest trading right: code, instrument, holder."""
    account = state.accounts[order["trading_code"]]
    if account["killed"] or state.members[account["member"]]["killed"]:
        note(state, order["trading_code"], account["member"])
        return Refusal.KILLED
    right = max(account["right"], state.instruments[order["instrument"]]["right"])
    if holding >= 0:
        right = max(right, state.holdings[holding]["right"])
    if right == Right.FORBIDDEN:
        note(state, order["trading_code"], right)
        return Refusal.NO_RIGHT
    if right == Right.CLOSE_ONLY and closing_part(state, order, position) < order["lots"]:
        note(state, order["trading_code"], right)
        return Refusal.CLOSE_ONLY
    return Refusal.ACCEPTED


@inner
def check_phase(state: State, order: np.void) -> Refusal:
    """Check what the phase allows (rulebook 2.1, 2.2) and that nothing is halted."""
    instrument = state.instruments[order["instrument"]]
    phase = state.group_phase[instrument["group"]]
    if phase not in (Phase.CONTINUOUS, Phase.AUCTION_ORDERING):
        note(state, phase, Phase.CONTINUOUS)
        return Refusal.NOT_TRADING
    if instrument["halted"]:
        note(state, order["instrument"], 0)
        return Refusal.HALTED
    plain = order["price_type"] == PriceType.LIMIT and order["time_in_force"] == TimeInForce.DAY
    if phase == Phase.AUCTION_ORDERING and not plain:
        note(state, order["time_in_force"], TimeInForce.DAY)
        return Refusal.AUCTION_TAKES_LIMIT_ORDERS
    return Refusal.ACCEPTED


@inner
def check_price(instrument: np.void, price_ticks: int) -> Refusal:
    """Check the price against the day's limits: an order beyond them is invalid (rulebook 2.6)."""
    if price_ticks > instrument["upper_ticks"]:
        return Refusal.PRICE_ABOVE_LIMIT
    if price_ticks < instrument["lower_ticks"]:
        return Refusal.PRICE_BELOW_LIMIT
    return Refusal.ACCEPTED


@inner
def check_closing(state: State, order: np.void, position: int) -> Refusal:
    """Check that the lots to close are held and free, today's and history apart (rulebook 3.1)."""
    if state.config[0]["offset_flags"] == 0 or order["offset"] == Offset.OPEN:
        return Refusal.ACCEPTED
    today = takes_today(state, order["offset"])
    free = 0
    if position >= 0:
        held = state.positions[position]
        side = 1 - order["side"]
        free = held_lots(held, side, today) - frozen_lots(held, side, today)
    if order["lots"] > free:
        note(state, order["lots"], free)
        return Refusal.NOT_ENOUGH_TODAY if today else Refusal.NOT_ENOUGH_HISTORY
    return Refusal.ACCEPTED


@inner
def check_holding(state: State, order: np.void, holding: int, opening: int) -> Refusal:
    """Check position limit, hedging quota and daily opening limit for the opening lots."""
    long_side = order["side"] == Side.BUY
    hedge = order["hedge"]
    instrument = state.instruments[order["instrument"]]
    limit, opening_limit = int(instrument["position_limit"]), int(instrument["opening_limit"])
    lots = quota = opened = 0
    if holding >= 0:
        row = state.holdings[holding]
        limit, opening_limit = int(row["position_limit"]), int(row["opening_limit"])
        opened = int(row["opened"])
        quota = int(row["long_quota"] if long_side else row["short_quota"])
        lots = int(row["long_lots"] if long_side else row["short_lots"])
        if hedge == Hedge.HEDGE:
            lots = int(row["long_hedge"] if long_side else row["short_hedge"])
    if hedge == Hedge.HEDGE:
        if lots + opening > quota:
            note(state, lots + opening, quota)
            return Refusal.HEDGE_QUOTA
        return Refusal.ACCEPTED
    if hedge != Hedge.MARKET_MAKER:
        if limit > 0 and lots + opening > limit:
            note(state, lots + opening, limit)
            return Refusal.POSITION_LIMIT
        if opening_limit > 0 and opened + opening > opening_limit:
            note(state, opened + opening, opening_limit)
            return Refusal.OPENING_LIMIT
    return Refusal.ACCEPTED


@inner
def check_money(state: State, order: np.void, margin_fen: int, fee_fen: int) -> Refusal:
    """Check client funds, then member funds, for what the opening lots would freeze."""
    code, instrument, side = order["trading_code"], order["instrument"], order["side"]
    relief = state.reliefs[relief_row(state, code, instrument, side)]
    need = extra_margin(relief, side, margin_fen) + fee_fen
    account = state.accounts[code]
    free = available(account)
    if need > free:
        note(state, need, free)
        return Refusal.NOT_ENOUGH_MONEY
    member = state.members[account["member"]]
    if member["mode"] == MemberMode.REFUSE and member["used_fen"] + need > member["deposit_fen"]:
        note(state, member["used_fen"] + need, member["deposit_fen"])
        return Refusal.MEMBER_SHORT_OF_MONEY
    return Refusal.ACCEPTED
