"""The ladder of checks: form, rights, phase, price, lots to close, limits, money, room.

The first fault is the answer, with the two figures that decided it: what was asked and what was
allowed. Nothing has been changed before it. A check is written here and nowhere else: ``explain``
shows the trace that the same functions leave (``state.trace``).
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
from huiguan.exchange.phases import CANCELS, ORDERS, PLAIN_ORDERS, allows
from huiguan.exchange.trading.funds import (
    available,
    extra_margin,
    relief_row,
)
from huiguan.exchange.trading.positions import free_lots, takes_both, takes_today
from huiguan.exchange.trading.state.rows import NO_ROW, SessionStatus, State
from huiguan.exchange.trading.state.table import find_own_name
from huiguan.exchange.trading.state.trace import refuse_if
from huiguan.foundation.kernel import inner
from huiguan.foundation.refusals import Refusal

MOST_SIDE, MOST_OFFSET, MOST_HEDGE = int(max(Side)), int(max(Offset)), int(max(Hedge))
MOST_FORCE, MOST_PRICE_TYPE = int(max(TimeInForce)), int(max(PriceType))


@inner
def is_outside(row: int, count: int) -> bool:
    """Return whether a row number names nothing."""
    return row < 0 or row >= count


@inner
def check_sender(state: State, session: int, client_sequence: int) -> int:
    """Check that the session is on and its client sequence the next one, or one still known."""
    sessions = len(state.sessions)
    unknown = (
        session <= 0 or session >= sessions or state.sessions[session]["state"] != SessionStatus.ON
    )
    refusal = refuse_if(state, unknown, Refusal.UNKNOWN_SESSION, session, sessions)
    if refusal:
        return refusal
    expected = state.sessions[session]["client_sequence"] + 1
    if 0 < client_sequence < expected:
        window = state.config[0]["outcome_window"]
        kept = state.outcomes[session * window + client_sequence % window]
        gone = kept["client_sequence"] != client_sequence
        return refuse_if(state, gone, Refusal.REPEAT_TOO_OLD, client_sequence, expected)
    gap = client_sequence != expected
    return refuse_if(state, gap, Refusal.SEQUENCE_GAP, client_sequence, expected)


@inner
def check_names(state: State, order: np.void, member: int) -> int:
    """Check that instrument and trading code exist and the code is the session's member's."""
    instrument, instruments = order["instrument"], state.config[0]["instruments"]
    code, codes = order["trading_code"], state.config[0]["trading_codes"]
    refusal = refuse_if(
        state,
        is_outside(instrument, instruments),
        Refusal.UNKNOWN_INSTRUMENT,
        instrument,
        instruments,
    ) or refuse_if(state, is_outside(code, codes), Refusal.UNKNOWN_TRADING_CODE, code, codes)
    if refusal:
        return refusal
    owner = state.accounts[code]["member"]
    return refuse_if(state, owner != member, Refusal.NOT_YOUR_CODE, member, owner)


@inner
def has_bad_field(order: np.void) -> bool:
    """Return whether a flag holds a number that means nothing."""
    return (
        order["side"] < 0
        or order["side"] > MOST_SIDE
        or order["offset"] < 0
        or order["offset"] > MOST_OFFSET
        or order["hedge"] < 0
        or order["hedge"] > MOST_HEDGE
        or order["time_in_force"] < 0
        or order["time_in_force"] > MOST_FORCE
        or order["price_type"] < 0
        or order["price_type"] > MOST_PRICE_TYPE
        or order["client_order_id"] < 0
    )


@inner
def check_size(state: State, order: np.void) -> int:
    """Check lots against minimum, maximum and multiple (rulebook 2.5, 5.6)."""
    instrument = state.instruments[order["instrument"]]
    lots, least = order["lots"], max(int(instrument["minimum_lots"]), 1)
    market = order["price_type"] == PriceType.MARKET
    most = int(instrument["maximum_market_lots"] if market else instrument["maximum_lots"])
    multiple = max(int(instrument["lots_multiple"]), 1)
    minimum, kills = order["minimum_lots"], order["time_in_force"] == TimeInForce.FAK
    odd = minimum < 0 or minimum > lots or not kills
    return (
        refuse_if(state, lots < least, Refusal.TOO_FEW_LOTS, lots, least)
        or (market and refuse_if(state, most == 0, Refusal.NO_MARKET_ORDERS, lots, most))
        or (most != 0 and refuse_if(state, lots > most, Refusal.TOO_MANY_LOTS, lots, most))
        or (
            multiple != 1
            and refuse_if(state, lots % multiple != 0, Refusal.NOT_A_MULTIPLE, lots, multiple)
        )
        or (minimum != 0 and refuse_if(state, odd, Refusal.BAD_MINIMUM_LOTS, minimum, lots))
    )


@inner
def check_own_name(state: State, order: np.void, session: int) -> int:
    """Check that the session has no live order of this name; 0 names nothing."""
    own = order["client_order_id"]
    if own == 0:
        return Refusal.ACCEPTED
    found = find_own_name(state.own_names, state.orders, session, own)
    return refuse_if(state, found != NO_ROW, Refusal.DUPLICATE_CLIENT_ORDER, own, 0)


@inner
def check_form(state: State, order: np.void, session: int) -> int:
    """Check everything that needs no market: names, flags, size, own order id."""
    return (
        check_names(state, order, state.sessions[session]["member"])
        or refuse_if(state, has_bad_field(order), Refusal.BAD_FIELD, 0, 0)
        or check_size(state, order)
        or check_own_name(state, order, session)
    )


@inner
def closing_part(state: State, order: np.void, position: int) -> int:
    """Return how many lots of the order close: all or none by its flag; net venues: what is free.

    ``position`` is a row, or negative where nothing is held yet.
    """
    if state.config[0]["offset_flags"]:
        return 0 if order["offset"] == Offset.OPEN else order["lots"]
    return min(free_lots(state, position, 1 - order["side"], True), order["lots"])


@inner
def check_only_closes(state: State, order: np.void, position: int, right: int) -> int:
    """Check that an order opens nothing."""
    opens = closing_part(state, order, position) < order["lots"]
    return refuse_if(state, opens, Refusal.CLOSE_ONLY, order["trading_code"], right)


@inner
def check_right(state: State, order: np.void, position: int, holding: int) -> int:
    """Check kill switches and the narrowest trading right: code, instrument, holder."""
    code = order["trading_code"]
    account = state.accounts[code]
    member = account["member"]
    killed = account["killed"] != 0 or state.members[member]["killed"] != 0
    right = max(account["right"], state.instruments[order["instrument"]]["right"])
    if holding >= 0:
        right = max(right, state.holdings[holding]["right"])
    return (
        refuse_if(state, killed, Refusal.KILLED, code, member)
        or refuse_if(state, right == Right.FORBIDDEN, Refusal.NO_RIGHT, code, right)
        or (right == Right.CLOSE_ONLY and check_only_closes(state, order, position, right))
    )


@inner
def phase_of(state: State, order: np.void) -> int:
    """Return the phase that the product group of an order is in."""
    return state.group_phase[state.instruments[order["instrument"]]["group"]]


@inner
def check_open(state: State, closed: bool, phase: int) -> int:
    """Check that the phase is not ``closed`` to what is asked (rulebook 2.1)."""
    allowed = Phase.CONTINUOUS if closed else phase
    return refuse_if(state, closed, Refusal.NOT_TRADING, phase, allowed)


@inner
def check_phase(state: State, order: np.void) -> int:
    """Check what the phase allows (rulebook 2.1, 2.2) and that nothing is halted."""
    instrument, force = order["instrument"], order["time_in_force"]
    phase, halted = phase_of(state, order), state.instruments[instrument]["halted"] != 0
    plain = order["price_type"] == PriceType.LIMIT and force == TimeInForce.DAY
    return (
        check_open(state, not allows(ORDERS, phase), phase)
        or refuse_if(state, halted, Refusal.HALTED, instrument, 0)
        or (
            allows(PLAIN_ORDERS, phase)
            and refuse_if(
                state, not plain, Refusal.AUCTION_TAKES_LIMIT_ORDERS, force, TimeInForce.DAY
            )
        )
    )


@inner
def check_price(state: State, order: np.void) -> int:
    """Check the price against the day's limits: an order beyond them is invalid (rulebook 2.6)."""
    terms, price = state.instruments[order["instrument"]], order["price_ticks"]
    upper, lower = terms["upper_ticks"], terms["lower_ticks"]
    return refuse_if(state, price > upper, Refusal.PRICE_ABOVE_LIMIT, price, upper) or refuse_if(
        state, price < lower, Refusal.PRICE_BELOW_LIMIT, price, lower
    )


@inner
def check_closing(state: State, order: np.void, position: int, session: int) -> int:
    """Check that the lots to close are held and free, today's and history apart (rulebook 3.1).

    A close that takes both kinds may take as many as are free of both.
    """
    if state.config[0]["offset_flags"] == 0 or order["offset"] == Offset.OPEN:
        return Refusal.ACCEPTED
    today = takes_today(state, order["offset"])
    lots, free = order["lots"], free_lots(state, position, 1 - order["side"], today)
    refusal = Refusal.NOT_ENOUGH_TODAY if today else Refusal.NOT_ENOUGH_HISTORY
    if takes_both(state, order["offset"], session):
        free += free_lots(state, position, 1 - order["side"], True)
        refusal = Refusal.NOT_ENOUGH_TO_CLOSE
    return refuse_if(state, lots > free, refusal, lots, free)


@inner
def check_quota(state: State, order: np.void, holding: int, opening: int) -> int:
    """Check the hedging quota of the holder for the opening lots."""
    lots, quota = opening, 0
    if holding >= 0:
        row, long_side = state.holdings[holding], order["side"] == Side.BUY
        lots += int(row["long_hedge"] if long_side else row["short_hedge"])
        quota = int(row["long_quota"] if long_side else row["short_quota"])
    return refuse_if(state, lots > quota, Refusal.HEDGE_QUOTA, lots, quota)


@inner
def check_holding(state: State, order: np.void, holding: int, opening: int) -> int:
    """Check position limit and daily opening limit, or hedging quota, for the opening lots."""
    if order["hedge"] == Hedge.HEDGE:
        return check_quota(state, order, holding, opening)
    if order["hedge"] == Hedge.MARKET_MAKER:
        return Refusal.ACCEPTED
    terms = state.instruments[order["instrument"]]
    limit, most = int(terms["position_limit"]), int(terms["opening_limit"])
    lots = opened = opening
    if holding >= 0:
        row, long_side = state.holdings[holding], order["side"] == Side.BUY
        limit, most = int(row["position_limit"]), int(row["opening_limit"])
        lots += int(row["long_lots"] if long_side else row["short_lots"])
        opened += int(row["opened"])
    return (limit > 0 and refuse_if(state, lots > limit, Refusal.POSITION_LIMIT, lots, limit)) or (
        most > 0 and refuse_if(state, opened > most, Refusal.OPENING_LIMIT, opened, most)
    )


@inner
def check_money(state: State, order: np.void, margin_fen: int, fee_fen: int) -> int:
    """Check client funds, then member funds, for what the opening lots would freeze."""
    code, instrument, side = order["trading_code"], order["instrument"], order["side"]
    relief = state.reliefs[relief_row(state, code, instrument, side)]
    need = extra_margin(relief, side, margin_fen) + fee_fen
    account = state.accounts[code]
    free = available(account)
    member = state.members[account["member"]]
    used, deposit = member["used_fen"] + need, member["deposit_fen"]
    return refuse_if(state, need > free, Refusal.NOT_ENOUGH_MONEY, need, free) or (
        member["mode"] == MemberMode.REFUSE
        and refuse_if(state, used > deposit, Refusal.MEMBER_SHORT_OF_MONEY, used, deposit)
    )


@inner
def check_opening(
    state: State, order: np.void, holding: int, opening: int, margin_fen: int, fee_fen: int
) -> int:
    """Check what the lots that open ask: limits of the holder, then money."""
    if opening <= 0:
        return Refusal.ACCEPTED
    return check_holding(state, order, holding, opening) or (
        state.config[0]["funds"] != 0 and check_money(state, order, margin_fen, fee_fen)
    )


@inner
def check_room(state: State, position: int, holding: int, two_kinds: bool) -> int:
    """Check that the tables of the day can take one more order, position and holding.

    An order that closes lots of both kinds counts twice: it may have two trades with one other, and
    a command may make as many events as the table holds orders.
    """
    core, orders = state.core[0], len(state.orders)
    used, most = core["positions"], len(state.positions)
    kept, room = core["holdings"], len(state.holdings)
    live = core["live_orders"] + core["two_kinds"] + (1 if two_kinds else 0)
    return (
        refuse_if(state, live >= orders, Refusal.ORDERS_FULL, live, orders)
        or (position < 0 and refuse_if(state, used >= most, Refusal.POSITIONS_FULL, used, most))
        or (holding < 0 and refuse_if(state, kept >= room, Refusal.POSITIONS_FULL, kept, room))
    )


@inner
def check_cancel(state: State, command: np.void, session: int, row: int) -> int:
    """Check that the order a cancel names lives, is the member's own, and may be taken off."""
    order_id, own = command["order_id"], command["client_order_id"]
    refusal = refuse_if(state, row == NO_ROW, Refusal.ORDER_NOT_FOUND, order_id, own)
    if refusal:
        return refusal
    order, asker = state.orders[row], state.sessions[session]["member"]
    owner, phase = state.accounts[order["trading_code"]]["member"], phase_of(state, order)
    refusal = refuse_if(state, owner != asker, Refusal.NOT_YOUR_ORDER, asker, owner)
    return refusal or check_open(state, not allows(CANCELS, phase), phase)
