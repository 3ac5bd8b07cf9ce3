"""What the journal's clock makes happen: phases of product groups, cancel-on-disconnect, marks.

Due phases and disconnects run before the commands of a frame, in the order of their times, so a
phase that was missed while the process was down is executed first (rulebook 2.1; decisions, The
walk of a trading day).
"""

import numpy as np

from huiguan.exchange.amounts import trade_profit
from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.day.keys import split_key
from huiguan.exchange.messages import CancelReason, MarkAccounts
from huiguan.exchange.phases import CLEARS, TRADES, allows
from huiguan.exchange.trading.funds import available
from huiguan.exchange.trading.matching import EVERYBODY, Among, cancel_where, uncross
from huiguan.exchange.trading.state import emit
from huiguan.exchange.trading.state.rows import (
    FIRST_KEY,
    NEVER,
    NO_ROW,
    SessionStatus,
    State,
    open_state,
)
from huiguan.foundation.kernel import inner, kernel, rare

MARK = MarkAccounts.KIND


@rare
def enter_phase(state: State, out: np.ndarray, group: int, phase: int, due_ns: int) -> None:
    """Put a group into a phase; one that matches uncrosses first, the close clears.

    Continuous trading never begins with a crossed book: what an auction left unmatched (its match
    phase was skipped by hand) is uncrossed first.
    """
    state.group_phase[group] = phase
    emit.phase_changed(state, out, group, phase, due_ns)
    if allows(TRADES, phase):
        for instrument in range(state.config[0]["instruments"]):
            row = state.instruments[instrument]
            if row["group"] == group and not row["halted"]:
                uncross(state, out, instrument)
    if allows(CLEARS, phase):
        reason = CancelReason.END_OF_DAY
        cancel_where(state, out, Among.GROUP, group, EVERYBODY, reason, True)


@inner
def next_disconnect(state: State) -> int:
    """Return when the next lost session loses its orders, or ``NEVER``."""
    first = NEVER
    for session in range(len(state.sessions)):
        first = min(first, state.sessions[session]["disconnect_ns"])
    return first


@rare
def disconnect(state: State, out: np.ndarray, session: int) -> int:
    """Take off the orders of a session whose grace is over; return how many."""
    row = state.sessions[session]
    row["disconnect_ns"] = NEVER
    if row["state"] == SessionStatus.LOST:
        row["state"] = SessionStatus.OFF
    reason = CancelReason.DISCONNECT
    return cancel_where(state, out, Among.SESSION, session, EVERYBODY, reason, True)


@inner
def next_due(state: State) -> int:
    """Return the time of the next phase or disconnect, or ``NEVER``."""
    core = state.core[0]
    due = core["next_disconnect_ns"]
    if core["next_phase"] < len(state.schedule):
        due = min(due, state.schedule[core["next_phase"]]["time_ns"])
    return due


@kernel
def due_at(handle: object) -> int:
    """Return ``next_due`` for who stands outside."""
    state: State = open_state(handle)
    return next_due(state)


@rare
def run_one_due(state: State, out: np.ndarray) -> None:
    """Execute the earliest due thing; a phase before a disconnect of the same moment."""
    core = state.core[0]
    if core["next_phase"] < len(state.schedule):
        row = state.schedule[core["next_phase"]]
        if row["time_ns"] <= core["next_disconnect_ns"]:
            core["next_phase"] += 1
            enter_phase(state, out, row["group"], row["phase"], row["time_ns"])
            return
    for session in range(len(state.sessions)):
        if state.sessions[session]["disconnect_ns"] == core["next_disconnect_ns"]:
            disconnect(state, out, session)
            break
    core["next_disconnect_ns"] = next_disconnect(state)


@inner
def price_or(last: int, otherwise: int) -> int:
    """Return the last price, or another one where none is known."""
    return last if last != NO_PRICE else otherwise


@inner
def position_result(state: State, position: np.void, instrument: int) -> int:
    """Return the floating result in fen of one position row at the last price."""
    row = state.instruments[instrument]
    settlement = int(row["settlement_ticks"])
    last = price_or(int(row["last_ticks"]), settlement)
    if last == NO_PRICE:
        return 0
    history = int(position["long_history"]) - int(position["short_history"])
    bought = settlement * history if history != 0 else 0
    bought += int(position["long_today_cost"]) + last * int(position["short_today"])
    sold = last * history + int(position["short_today_cost"]) + last * int(position["long_today"])
    return trade_profit(bought, sold, row["tick_value_fen"])


@rare
def gather_results(state: State) -> None:
    """Sum the floating results of all positions; an account keeps what is a loss."""
    for code in range(len(state.accounts)):
        state.accounts[code]["floating_loss_fen"] = 0
    instruments = state.config[0]["instruments"]
    for row in range(state.core[0]["positions"]):
        position = state.positions[row]
        code, instrument, _ = split_key(position["key"] - FIRST_KEY, instruments)
        account = state.accounts[code]
        account["floating_loss_fen"] -= position_result(state, position, instrument)
    for code in range(len(state.accounts)):
        account = state.accounts[code]
        account["floating_loss_fen"] = max(account["floating_loss_fen"], 0)


@rare
def call_one(state: State, out: np.ndarray) -> None:
    """Go on with a mark: one trading code, one call if it is short; the last one ends the mark."""
    registers = state.registers[0]
    code = registers["marking"]
    account = state.accounts[code]
    free = available(account)
    if free < 0:
        emit.margin_called(state, out, code, free, account["floating_loss_fen"])
        registers["called"] += 1
    registers["marking"] = code + 1
    if registers["marking"] == len(state.accounts):
        registers["marking"] = NO_ROW
        emit.command_done(state, out, MARK, registers["called"])
