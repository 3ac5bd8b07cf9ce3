"""Commands of the house: sessions, kill switches, halts, rights, phases, transfers, marks."""

import numpy as np

from huiguan.exchange.messages import (
    LAYOUTS,
    CancelReason,
    ChangePhase,
    CreditDeposit,
    EndWithdrawal,
    LogOff,
    LogOn,
    LoseSession,
    MarkAccounts,
    PassTime,
    Phase,
    ReserveWithdrawal,
    ResetBook,
    Right,
    Scope,
    SetHalt,
    SetKillSwitch,
    SetRight,
    TransferStage,
)
from huiguan.exchange.trading.checks import note
from huiguan.exchange.trading.funds import available
from huiguan.exchange.trading.matching import cancel_where, uncross
from huiguan.exchange.trading.phases import disconnect, enter_phase, gather_results, next_disconnect
from huiguan.exchange.trading.state import emit
from huiguan.exchange.trading.state.rows import LOST, NEVER, NO_PRICE, NO_ROW, OFF, ON, State
from huiguan.exchange.trading.state.table import find, take_place
from huiguan.foundation.compiler import rows
from huiguan.foundation.kernel import inner, rare
from huiguan.foundation.refusals import Refusal

LOG_ON, LOG_ON_ROW = LogOn.KIND, LAYOUTS[LogOn.KIND]
LOG_OFF, LOG_OFF_ROW = LogOff.KIND, LAYOUTS[LogOff.KIND]
LOSE, LOSE_ROW = LoseSession.KIND, LAYOUTS[LoseSession.KIND]
KILL, KILL_ROW = SetKillSwitch.KIND, LAYOUTS[SetKillSwitch.KIND]
HALT, HALT_ROW = SetHalt.KIND, LAYOUTS[SetHalt.KIND]
RIGHT, RIGHT_ROW = SetRight.KIND, LAYOUTS[SetRight.KIND]
PHASE, PHASE_ROW = ChangePhase.KIND, LAYOUTS[ChangePhase.KIND]
PASS_TIME = PassTime.KIND
RESET, RESET_ROW = ResetBook.KIND, LAYOUTS[ResetBook.KIND]
CREDIT, TRANSFER_ROW = CreditDeposit.KIND, LAYOUTS[CreditDeposit.KIND]
RESERVE = ReserveWithdrawal.KIND
END, END_ROW = EndWithdrawal.KIND, LAYOUTS[EndWithdrawal.KIND]
MARK = MarkAccounts.KIND


@inner
def is_outside(target: int, count: int) -> bool:
    """Return whether a row number names nothing."""
    return target < 0 or target >= count


@inner
def is_no_flag(state: State, value: int) -> bool:
    """Return whether a flag is neither 0 nor 1; what is not known is refused, not taken for yes."""
    if is_outside(value, 2):
        note(state, value, 1)
        return True
    return False


@rare
def log_on(state: State, out: np.ndarray, command: np.void) -> Refusal:
    """Bind a session to a member; a higher epoch forgets the old client sequence."""
    if is_no_flag(state, command["cancel_on_disconnect"]):
        return Refusal.BAD_FIELD
    if is_outside(command["target"], len(state.sessions)) or command["target"] == 0:
        note(state, command["target"], len(state.sessions))
        return Refusal.UNKNOWN_TARGET
    if is_outside(command["member"], state.config[0]["members"]):
        note(state, command["member"], state.config[0]["members"])
        return Refusal.UNKNOWN_TARGET
    session = state.sessions[command["target"]]
    if command["epoch"] < session["epoch"]:
        note(state, command["epoch"], session["epoch"])
        return Refusal.STALE_EPOCH
    if command["epoch"] > session["epoch"]:
        session["client_sequence"] = 0
        window = state.config[0]["outcome_window"]
        for place in range(command["target"] * window, (command["target"] + 1) * window):
            state.outcomes[place]["client_sequence"] = 0
    session["epoch"] = command["epoch"]
    session["member"] = command["member"]
    session["state"] = ON
    session["cancel_on_disconnect"] = command["cancel_on_disconnect"]
    session["grace_ns"] = max(command["grace_ns"], 0)
    session["disconnect_ns"] = NEVER
    state.core[0]["next_disconnect_ns"] = next_disconnect(state)
    emit.command_done(state, out, LOG_ON, session["client_sequence"])
    return Refusal.ACCEPTED


@rare
def log_off(state: State, out: np.ndarray, target: int, lost: bool) -> Refusal:
    """End a session, at once or, when the line was lost, after its grace."""
    if is_outside(target, len(state.sessions)) or state.sessions[target]["state"] != ON:
        note(state, target, 0)
        return Refusal.UNKNOWN_SESSION
    session = state.sessions[target]
    session["state"] = LOST if lost else OFF
    count = 0
    if session["cancel_on_disconnect"]:
        if lost and session["grace_ns"] > 0:
            now = state.core[0]["time_ns"]
            session["disconnect_ns"] = now + min(session["grace_ns"], NEVER - now)
        else:
            count = disconnect(state, out, target)
        state.core[0]["next_disconnect_ns"] = next_disconnect(state)
    emit.command_done(state, out, LOSE if lost else LOG_OFF, count)
    return Refusal.ACCEPTED


@rare
def set_kill_switch(state: State, out: np.ndarray, command: np.void) -> Refusal:
    """Cancel and refuse everything of a trading code or member, or lift that."""
    if is_no_flag(state, command["engaged"]):
        return Refusal.BAD_FIELD
    target, count, engaged = command["target"], 0, command["engaged"]
    if command["scope"] == Scope.TRADING_CODE:
        if is_outside(target, len(state.accounts)):
            note(state, target, len(state.accounts))
            return Refusal.UNKNOWN_TARGET
        state.accounts[target]["killed"] = engaged
        if engaged:
            count = cancel_where(state, out, 0, target, -1, CancelReason.KILL_SWITCH, True)
    elif command["scope"] == Scope.MEMBER:
        if is_outside(target, len(state.members)):
            note(state, target, len(state.members))
            return Refusal.UNKNOWN_TARGET
        state.members[target]["killed"] = engaged
        if engaged:
            count = cancel_where(state, out, 1, target, -1, CancelReason.KILL_SWITCH, True)
    else:
        note(state, command["scope"], 0)
        return Refusal.UNKNOWN_TARGET
    emit.command_done(state, out, KILL, count)
    return Refusal.ACCEPTED


@rare
def set_halt(state: State, out: np.ndarray, command: np.void) -> Refusal:
    """Halt or resume one instrument or a product; the answer counts instruments.

    Orders that waited through an auction while their instrument was halted are uncrossed when it
    resumes in continuous trading.
    """
    if is_no_flag(state, command["engaged"]):
        return Refusal.BAD_FIELD
    count = 0
    by_product = command["scope"] == Scope.PRODUCT
    if by_product or command["scope"] == Scope.INSTRUMENT:
        for place in range(len(state.instruments)):
            row = state.instruments[place]
            if (row["product"] if by_product else place) == command["target"]:
                row["halted"] = command["engaged"]
                count += 1
                if not row["halted"] and state.group_phase[row["group"]] == Phase.CONTINUOUS:
                    uncross(state, out, place)
    if count == 0:
        note(state, command["target"], 0)
        return Refusal.UNKNOWN_TARGET
    emit.command_done(state, out, HALT, count)
    return Refusal.ACCEPTED


@rare
def set_right(state: State, out: np.ndarray, command: np.void) -> Refusal:
    """Change what a trading code may do, or what everybody may do in an instrument."""
    target = command["target"]
    if is_outside(command["right"], Right.FORBIDDEN + 1):
        note(state, command["right"], Right.FORBIDDEN)
        return Refusal.BAD_FIELD
    if command["scope"] == Scope.TRADING_CODE and not is_outside(target, len(state.accounts)):
        state.accounts[target]["right"] = command["right"]
    elif command["scope"] == Scope.INSTRUMENT and not is_outside(target, len(state.instruments)):
        state.instruments[target]["right"] = command["right"]
    else:
        note(state, target, 0)
        return Refusal.UNKNOWN_TARGET
    emit.command_done(state, out, RIGHT, 1)
    return Refusal.ACCEPTED


@rare
def change_phase(state: State, out: np.ndarray, command: np.void) -> Refusal:
    """Put a group into a phase by hand."""
    if is_outside(command["group"], len(state.group_phase)):
        note(state, command["group"], len(state.group_phase))
        return Refusal.UNKNOWN_TARGET
    if is_outside(command["phase"], Phase.CLOSED + 1):
        note(state, command["phase"], Phase.CLOSED)
        return Refusal.BAD_FIELD
    enter_phase(state, out, command["group"], command["phase"], 0)
    emit.command_done(state, out, PHASE, 1)
    return Refusal.ACCEPTED


@rare
def reset_book(state: State, out: np.ndarray, group: int) -> Refusal:
    """Cancel everything of a group and forget its last prices."""
    if is_outside(group, len(state.group_phase)):
        note(state, group, len(state.group_phase))
        return Refusal.UNKNOWN_TARGET
    count = cancel_where(state, out, 4, group, -1, CancelReason.END_OF_DAY, True)
    for place in range(len(state.instruments)):
        row = state.instruments[place]
        if row["group"] == group:
            row["last_ticks"] = NO_PRICE
            row["traded"] = 0
    emit.command_done(state, out, RESET, count)
    return Refusal.ACCEPTED


@inner
def add_deposit(state: State, target: int, scope: int, amount_fen: int) -> None:
    """Change the deposit of a trading code or a member."""
    if scope == Scope.MEMBER:
        state.members[target]["deposit_fen"] += amount_fen
    else:
        state.accounts[target]["deposit_fen"] += amount_fen


@rare
def move_money(state: State, out: np.ndarray, command: np.void, reserve: bool) -> Refusal:
    """Credit a deposit or reserve a withdrawal, once per transfer id."""
    target, scope, amount = command["target"], command["scope"], command["amount_fen"]
    members = scope == Scope.MEMBER
    if not members and scope != Scope.TRADING_CODE:
        note(state, scope, 0)
        return Refusal.BAD_FIELD
    if is_outside(target, len(state.members) if members else len(state.accounts)):
        note(state, target, 0)
        return Refusal.UNKNOWN_TARGET
    if amount <= 0 or command["transfer_id"] <= 0 or command["transfer_id"] >= 2**58:
        note(state, amount, command["transfer_id"])
        return Refusal.BAD_FIELD
    row = find(state.transfer_places, state.transfers["transfer_id"], command["transfer_id"])
    if row >= 0:
        note(state, command["transfer_id"], state.transfers[row]["stage"])
        return Refusal.TRANSFER_REPEATED
    if state.core[0]["transfers"] == len(state.transfers):
        note(state, state.core[0]["transfers"], len(state.transfers))
        return Refusal.TRANSFERS_FULL
    if reserve:
        free = (
            state.members[target]["deposit_fen"] - state.members[target]["used_fen"]
            if (members)
            else available(state.accounts[target])
        )
        if amount > free:
            note(state, amount, free)
            return Refusal.NOT_ENOUGH_MONEY
    transfer = state.transfers[state.core[0]["transfers"]]
    take_place(state.transfer_places, row, command["transfer_id"], state.core[0]["transfers"])
    state.core[0]["transfers"] += 1
    transfer["transfer_id"] = command["transfer_id"]
    transfer["amount_fen"] = amount
    transfer["target"] = target
    transfer["scope"] = scope
    transfer["stage"] = TransferStage.RESERVED if reserve else TransferStage.CREDITED
    add_deposit(state, target, scope, -amount if reserve else amount)
    emit.transfer_booked(state, out, transfer)
    return Refusal.ACCEPTED


@rare
def end_withdrawal(state: State, out: np.ndarray, command: np.void) -> Refusal:
    """Confirm a reserved withdrawal, or give the money back."""
    confirmed = command["stage"] == TransferStage.CONFIRMED
    if not confirmed and command["stage"] != TransferStage.RELEASED:
        note(state, command["stage"], TransferStage.CONFIRMED)
        return Refusal.BAD_FIELD
    row = NO_ROW
    if 0 < command["transfer_id"] < 2**58:
        row = find(state.transfer_places, state.transfers["transfer_id"], command["transfer_id"])
    if row < 0 or state.transfers[row]["stage"] != TransferStage.RESERVED:
        note(state, command["transfer_id"], 0)
        return Refusal.TRANSFER_NOT_RESERVED
    transfer = state.transfers[row]
    transfer["stage"] = command["stage"]
    if not confirmed:
        add_deposit(state, transfer["target"], transfer["scope"], transfer["amount_fen"])
    emit.transfer_booked(state, out, transfer)
    return Refusal.ACCEPTED


@rare
def start_mark(state: State, out: np.ndarray) -> Refusal:
    """Mark all positions; calls follow one trading code at a time (``phases.call_one``)."""
    if state.config[0]["funds"] == 0 or len(state.accounts) == 0:
        emit.command_done(state, out, MARK, 0)
        return Refusal.ACCEPTED
    gather_results(state)
    state.registers[0]["marking"] = 0
    state.registers[0]["called"] = 0
    return Refusal.ACCEPTED


@rare
def apply_house(  # noqa: C901  a dispatch, one line a kind
    state: State, out: np.ndarray, commands: np.ndarray, row: int, kind: int
) -> Refusal:
    """Execute one command of the house and emit its outcome, or return why not."""
    if kind == LOG_ON:
        return log_on(state, out, rows(commands, LOG_ON_ROW)[row])
    if kind == LOG_OFF:
        return log_off(state, out, rows(commands, LOG_OFF_ROW)[row]["target"], False)
    if kind == LOSE:
        return log_off(state, out, rows(commands, LOSE_ROW)[row]["target"], True)
    if kind == KILL:
        return set_kill_switch(state, out, rows(commands, KILL_ROW)[row])
    if kind == HALT:
        return set_halt(state, out, rows(commands, HALT_ROW)[row])
    if kind == RIGHT:
        return set_right(state, out, rows(commands, RIGHT_ROW)[row])
    if kind == PHASE:
        return change_phase(state, out, rows(commands, PHASE_ROW)[row])
    if kind == RESET:
        return reset_book(state, out, rows(commands, RESET_ROW)[row]["group"])
    if kind in (CREDIT, RESERVE):
        return move_money(state, out, rows(commands, TRANSFER_ROW)[row], kind == RESERVE)
    if kind == END:
        return end_withdrawal(state, out, rows(commands, END_ROW)[row])
    if kind == MARK:
        return start_mark(state, out)
    if kind == PASS_TIME:
        emit.command_done(state, out, PASS_TIME, 0)
        return Refusal.ACCEPTED
    note(state, kind, 0)
    return Refusal.UNKNOWN_KIND
