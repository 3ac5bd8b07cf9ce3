"""One batch of commands against the state: dispatch by kind, exactly one outcome a command.

``apply`` is entered once a batch. It stops before a command for whose events there may be no room
(fewer free rows than live orders + 16, orders that close two kinds of lots counted twice) and goes
on from there with an empty buffer; what is due by the frame's time runs once, before the frame's
first command.
"""

import numpy as np

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    ORDER_ROW_MASK,
    VERSION,
    CancelOrder,
    CancelOrders,
    CancelReason,
    EnterOrder,
    Scope,
    TimeInForce,
)
from huiguan.exchange.phases import CONTINUOUS_TRADES, allows
from huiguan.exchange.trading.book import fillable_lots, goes_first_at_limit, join
from huiguan.exchange.trading.checks import (
    check_cancel,
    check_closing,
    check_form,
    check_opening,
    check_phase,
    check_price,
    check_right,
    check_room,
    check_sender,
    closing_part,
    is_outside,
    phase_of,
)
from huiguan.exchange.trading.funds import need_of
from huiguan.exchange.trading.house import apply_house
from huiguan.exchange.trading.look_ahead import look_ahead
from huiguan.exchange.trading.matching import (
    Among,
    admit,
    cancel,
    cancel_where,
    match,
    settle_arrival,
    take_row,
)
from huiguan.exchange.trading.phases import call_one, next_due, run_one_due
from huiguan.exchange.trading.positions import first_kind, holding_key, own_key, takes_both
from huiguan.exchange.trading.state import emit
from huiguan.exchange.trading.state.rows import NO_ROW, State, open_state, open_traced
from huiguan.exchange.trading.state.table import find, find_own_name, take_place
from huiguan.exchange.trading.state.trace import refuse, refuse_if
from huiguan.foundation.compiler import prefetch, rows
from huiguan.foundation.kernel import inner, kernel, rare
from huiguan.foundation.refusals import Refusal

ENTER, ENTER_ROW = EnterOrder.KIND, LAYOUTS[EnterOrder.KIND]
CANCEL, CANCEL_ROW = CancelOrder.KIND, LAYOUTS[CancelOrder.KIND]
CANCEL_MANY, CANCEL_MANY_ROW = CancelOrders.KIND, LAYOUTS[CancelOrders.KIND]
BYTE = np.dtype(np.uint8)
FIRST_HOUSE_KIND = 110
SPARE_ROWS = 16
OUTCOMES_AHEAD = 8  # a session fills its outcomes in a row


@inner
def new_position(state: State, key: int, found: int, holding: int) -> int:
    """Return the row of a position, taking the next one where it is new."""
    if found >= 0:
        return found
    row = state.core[0]["positions"]
    take_place(state.position_places, found, key, row)
    state.positions[row]["key"] = key
    state.positions[row]["holding"] = holding
    state.core[0]["positions"] += 1
    return row


@inner
def new_holding(state: State, key: int, found: int, instrument: int) -> int:
    """Return the row of a holding, taking the next one with the instrument's limits if new."""
    if found >= 0:
        return found
    row = state.core[0]["holdings"]
    take_place(state.holding_places, found, key, row)
    holding = state.holdings[row]
    holding["key"] = key
    holding["position_limit"] = state.instruments[instrument]["position_limit"]
    holding["opening_limit"] = state.instruments[instrument]["opening_limit"]
    state.core[0]["holdings"] += 1
    return row


@inner
def find_holding(state: State, position: int, key: int) -> int:
    """Return the row of a holding; a known position knows it."""
    if position >= 0:
        return state.positions[position]["holding"]
    return find(state.holding_places, state.holdings["key"], key)


@inner
def warn_member(state: State, out: np.ndarray, code: int, used_before: int) -> None:
    """Say once that a member's clients now need more than its deposit (mode warn).

    Fees of closing orders may have carried it over before: the next accepted order says so.
    """
    place = state.accounts[code]["member"]
    member = state.members[place]
    if member["mode"] != MemberMode.WARN or state.config[0]["funds"] == 0:
        return
    if used_before <= member["deposit_fen"]:
        member["warned"] = 0
    if member["used_fen"] > member["deposit_fen"] and member["warned"] == 0:
        member["warned"] = 1
        emit.member_warned(state, out, place)


@inner
def trade_or_wait(state: State, out: np.ndarray, entry: np.void, row: int) -> None:
    """Match an accepted order if its product trades continuously, else let it wait."""
    order = state.orders[row]
    privileged = goes_first_at_limit(state, order)
    if not allows(CONTINUOUS_TRADES, phase_of(state, entry)):
        join(state, row, privileged)
        return
    force = entry["time_in_force"]
    wanted = int(entry["lots"]) if force == TimeInForce.FOK else int(entry["minimum_lots"])
    self_trade = int(state.sessions[order["session"]]["self_trade"])
    if wanted > 0 and fillable_lots(state, order, wanted, self_trade) < wanted:
        cancel(state, out, row, CancelReason.TIME_IN_FORCE)
        return
    if match(state, out, row, self_trade):
        settle_arrival(state, out, row, force, privileged)


@inner
def enter_order(state: State, out: np.ndarray, entry: np.void, session: int) -> int:
    """Check an order in the fixed order, accept it, trade it."""
    refusal = check_form(state, entry, session)
    if refusal:
        return refusal
    code, instrument = entry["trading_code"], entry["instrument"]
    key = own_key(state, code, instrument, entry["hedge"])
    found = find(state.position_places, state.positions["key"], key)
    held_by = holding_key(state, state.accounts[code]["holder"], instrument)
    found_holding = find_holding(state, found, held_by)
    refusal = (
        check_right(state, entry, found, found_holding)
        or check_phase(state, entry)
        or check_price(state, entry)
        or check_closing(state, entry, found, session)
    )
    if refusal:
        return refusal
    closing = closing_part(state, entry, found)
    opening = entry["lots"] - closing
    offset, first = entry["offset"], closing
    if takes_both(state, offset, session):
        offset, first = first_kind(state, entry, found, session)
    margin_fen, fee_fen = need_of(state, entry, opening)
    refusal = check_opening(
        state, entry, found_holding, opening, margin_fen, fee_fen
    ) or check_room(state, found, found_holding, first < closing)
    if refusal:
        return refusal
    holding = new_holding(state, held_by, found_holding, instrument)
    position = new_position(state, key, found, holding)
    used = state.members[state.accounts[code]["member"]]["used_fen"]
    row = take_row(state)
    admit(state, out, entry, row, position, holding, offset, first, margin_fen, fee_fen)
    warn_member(state, out, code, used)
    trade_or_wait(state, out, entry, row)
    return Refusal.ACCEPTED


@inner
def find_order(state: State, command: np.void, session: int) -> int:
    """Return the row of the order a cancel names, or ``NO_ROW``; its own name counts beside 0."""
    order_id = command["order_id"]
    if order_id != 0:
        row = order_id & ORDER_ROW_MASK
        if row < len(state.orders) and state.orders[row]["order_id"] == order_id:
            return row
        return NO_ROW
    if command["client_order_id"] <= 0:
        return NO_ROW
    return find_own_name(state.own_names, state.orders, session, command["client_order_id"])


@inner
def cancel_order(state: State, out: np.ndarray, command: np.void, session: int) -> int:
    """Cancel one order of the session's member."""
    row = find_order(state, command, session)
    refusal = check_cancel(state, command, session, row)
    if refusal:
        return refusal
    cancel(state, out, row, CancelReason.OWNER)
    return Refusal.ACCEPTED


@rare
def cancel_orders(state: State, out: np.ndarray, command: np.void, session: int) -> int:
    """Cancel what the phase allows of a trading code, the member, or a product of the member."""
    member = int(state.sessions[session]["member"])
    target, scope = command["target"], command["scope"]
    refusal: int = Refusal.ACCEPTED
    if scope == Scope.TRADING_CODE:
        codes = len(state.accounts)
        refusal = refuse_if(
            state, is_outside(target, codes), Refusal.UNKNOWN_TRADING_CODE, target, codes
        )
        if refusal:
            return refusal
        owner = state.accounts[target]["member"]
        refusal = refuse_if(state, owner != member, Refusal.NOT_YOUR_CODE, member, owner)
        among = Among.TRADING_CODE
    elif scope == Scope.MEMBER:
        target, among = member, Among.MEMBER
    else:
        known = scope == Scope.PRODUCT and not is_outside(target, state.config[0]["products"])
        refusal = refuse_if(state, not known, Refusal.UNKNOWN_TARGET, target, scope)
        among = Among.PRODUCT
    if refusal:
        return refusal
    count = cancel_where(state, out, among, target, member, CancelReason.MASS_CANCEL, False)
    emit.command_done(state, out, CANCEL_MANY, count)
    return Refusal.ACCEPTED


@inner
def apply_session_command(
    state: State, out: np.ndarray, commands: np.ndarray, row: int, kind: int
) -> int:
    """Dispatch a command of a session whose client sequence is the next one."""
    session = int(state.registers[0]["session"])
    if kind == ENTER:
        return enter_order(state, out, rows(commands, ENTER_ROW)[row], session)
    if kind == CANCEL:
        return cancel_order(state, out, rows(commands, CANCEL_ROW)[row], session)
    if kind == CANCEL_MANY:
        return cancel_orders(state, out, rows(commands, CANCEL_MANY_ROW)[row], session)
    return refuse(state, Refusal.UNKNOWN_KIND, kind, 0)


@inner
def own_order_id(commands: np.ndarray, row: int, kind: int) -> int:
    """Return the owner's order id that a refusal repeats, 0 where the kind has none."""
    if kind == ENTER:
        return rows(commands, ENTER_ROW)[row]["client_order_id"]
    if kind == CANCEL:
        return rows(commands, CANCEL_ROW)[row]["client_order_id"]
    return 0


@inner
def remember(state: State, session: int, client_sequence: int, refusal: int) -> None:
    """Keep the outcome of a client sequence for those who ask again."""
    state.sessions[session]["client_sequence"] = client_sequence
    window = state.config[0]["outcome_window"]
    place = session * window + client_sequence % window
    prefetch(state.outcomes, place + OUTCOMES_AHEAD)
    outcome = state.outcomes[place]
    outcome["client_sequence"] = client_sequence
    outcome["sequence"] = state.core[0]["sequence"]
    outcome["order_id"] = state.registers[0]["order_id"]
    outcome["refusal"] = refusal


@inner
def repeated(state: State, session: int, client_sequence: int) -> bool:
    """Return whether a good session sends a client sequence again."""
    return client_sequence != state.sessions[session]["client_sequence"] + 1


@inner
def apply_one(state: State, out: np.ndarray, commands: np.ndarray, row: int, sequence: int) -> None:
    """Apply one command; exactly one outcome event names it."""
    head = rows(commands, COMMAND_HEADER)[row]
    state.core[0]["sequence"] = sequence
    registers = state.registers[0]
    registers["session"] = head["session"]
    registers["client_sequence"] = head["client_sequence"]
    registers["order_id"] = 0
    kind = head["kind"]
    session, client_sequence = int(head["session"]), int(head["client_sequence"])
    refusal: int = Refusal.ACCEPTED
    if head["version"] != VERSION:
        refusal = refuse(state, Refusal.UNKNOWN_KIND, head["version"], VERSION)
    elif kind >= FIRST_HOUSE_KIND:
        if session == 0:
            refusal = apply_house(state, out, commands, row, kind)
        else:
            refusal = refuse(state, Refusal.UNKNOWN_KIND, kind, session)
    else:
        refusal = check_sender(state, session, client_sequence)
        if refusal == Refusal.ACCEPTED:
            if repeated(state, session, client_sequence):
                window = state.config[0]["outcome_window"]
                place = session * window + client_sequence % window
                emit.command_repeated(state, out, state.outcomes[place])
                return
            refusal = apply_session_command(state, out, commands, row, kind)
            remember(state, session, client_sequence, refusal)
    if refusal != Refusal.ACCEPTED:
        emit.command_refused(state, out, refusal, own_order_id(commands, row, kind))


@inner
def run(
    state: State,
    out: np.ndarray,
    commands: np.ndarray,
    start: int,
    count: int,
    first_sequence: int,
    time_ns: int,
) -> int:
    """Do what ``apply`` promises."""
    events, orders = rows(out, BYTE), rows(commands, BYTE)
    core, registers = state.core[0], state.registers[0]
    registers["events"] = 0
    core["time_ns"] = max(core["time_ns"], time_ns)
    room = len(out) // MESSAGE_BYTES - SPARE_ROWS
    while registers["due_frame"] != first_sequence:
        if room - registers["events"] < core["live_orders"] + core["two_kinds"]:
            return start
        if next_due(state) > core["time_ns"]:
            registers["due_frame"] = first_sequence
        else:
            core["sequence"] = first_sequence
            registers["session"] = 0
            registers["client_sequence"] = 0
            run_one_due(state, events)
    row = start
    while room - registers["events"] >= core["live_orders"] + core["two_kinds"]:
        if registers["marking"] != NO_ROW:
            call_one(state, events)
        elif row == count:
            break
        else:
            look_ahead(state, orders, row, count)
            apply_one(state, events, orders, row, first_sequence + row)
            row += 1
    return row


@kernel
def apply(
    handle: object,
    out: np.ndarray,
    commands: np.ndarray,
    start: int,
    count: int,
    first_sequence: int,
    time_ns: int,
) -> int:
    """Apply commands ``start`` to ``count`` of one frame; return where to go on.

    ``commands`` and ``out`` are flat ``uint8`` buffers of 64-byte rows; the register ``events``
    says how many rows of ``out`` this call wrote. The frame is done when the number returned is
    ``count`` and no mark is going on (``marking`` is ``NO_ROW``); else call again from there.
    """
    state: State = open_state(handle)
    return run(state, out, commands, start, count, first_sequence, time_ns)


@kernel
def apply_traced(
    handle: object,
    out: np.ndarray,
    commands: np.ndarray,
    start: int,
    count: int,
    first_sequence: int,
    time_ns: int,
) -> int:
    """Do the same with a handle that has a trace: each check a command meets adds a line to it."""
    state: State = open_traced(handle)
    return run(state, out, commands, start, count, first_sequence, time_ns)
