"""Commands of the house: sessions, kill switches, halts, rights, phases, transfers, marks."""

import numpy as np

from huiguan.exchange.day.image import NO_PRICE
from huiguan.exchange.messages import (
    LAYOUTS,
    CancelReason,
    ChangePhase,
    Closing,
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
    SelfTrade,
    SetHalt,
    SetKillSwitch,
    SetRight,
    TransferStage,
)
from huiguan.exchange.phases import CONTINUOUS_TRADES, allows
from huiguan.exchange.trading.checks import is_outside
from huiguan.exchange.trading.funds import available
from huiguan.exchange.trading.matching import EVERYBODY, Among, cancel_where, uncross
from huiguan.exchange.trading.phases import disconnect, enter_phase, gather_results, next_disconnect
from huiguan.exchange.trading.state import emit
from huiguan.exchange.trading.state.rows import NEVER, NO_ROW, SessionStatus, State
from huiguan.exchange.trading.state.table import find, take_place
from huiguan.exchange.trading.state.trace import refuse, refuse_if
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
TRANSFER_IDS = 2**58  # transfer ids are smaller
OFF, BOTH = int(SelfTrade.OFF), int(SelfTrade.BOTH)
AS_SENT, MOST_CLOSING = int(Closing.AS_SENT), int(max(Closing))
BY_HAND = 0  # instead of the time a schedule wants


@inner
def check_one_of(state: State, value: int, most: int) -> int:
    """Check that a number is 0 to ``most``; what is not known is refused."""
    return refuse_if(state, is_outside(value, most + 1), Refusal.BAD_FIELD, value, most)


@inner
def check_flag(state: State, value: int) -> int:
    """Check that a flag is 0 or 1; what is not known is refused, not taken for yes."""
    return check_one_of(state, value, 1)


@rare
def log_on(state: State, out: np.ndarray, command: np.void) -> int:
    """Bind a session to a member; a higher epoch forgets the old client sequence."""
    target, sessions = command["target"], len(state.sessions)
    member, members = command["member"], state.config[0]["members"]
    nobody = target <= 0 or target >= sessions
    may_choose = state.config[0]["self_trade_choice"] != 0
    self_trade = int(command["self_trade"]) if may_choose else OFF
    two_kinds = state.config[0]["offset_flags"] != 0
    closing = int(command["closing"]) if two_kinds else AS_SENT
    value, most = int(command["cancel_on_disconnect"]), 1
    if not is_outside(value, 2):  # one check is met: of the first field that is not known
        if is_outside(self_trade, BOTH + 1):
            value, most = self_trade, BOTH
        elif is_outside(closing, MOST_CLOSING + 1):
            value, most = closing, MOST_CLOSING
    refusal = (
        check_one_of(state, value, most)
        or refuse_if(state, nobody, Refusal.UNKNOWN_TARGET, target, sessions)
        or refuse_if(state, is_outside(member, members), Refusal.UNKNOWN_TARGET, member, members)
    )
    if refusal:
        return refusal
    session = state.sessions[target]
    epoch, last = command["epoch"], session["epoch"]
    refusal = refuse_if(state, epoch < last, Refusal.STALE_EPOCH, epoch, last)
    if refusal:
        return refusal
    if epoch > last:
        session["client_sequence"] = 0
        window = state.config[0]["outcome_window"]
        for place in range(target * window, (target + 1) * window):
            state.outcomes[place]["client_sequence"] = 0
    session["epoch"] = epoch
    session["member"] = member
    session["state"] = SessionStatus.ON
    session["cancel_on_disconnect"] = command["cancel_on_disconnect"]
    session["self_trade"] = self_trade
    session["closing"] = closing
    session["grace_ns"] = max(command["grace_ns"], 0)
    session["disconnect_ns"] = NEVER
    state.core[0]["next_disconnect_ns"] = next_disconnect(state)
    emit.command_done(state, out, LOG_ON, session["client_sequence"])
    return Refusal.ACCEPTED


@rare
def log_off(state: State, out: np.ndarray, target: int, lost: bool) -> int:
    """End a session, at once or, when the line was lost, after its grace."""
    off = (
        is_outside(target, len(state.sessions))
        or state.sessions[target]["state"] != SessionStatus.ON
    )
    refusal = refuse_if(state, off, Refusal.UNKNOWN_SESSION, target, 0)
    if refusal:
        return refusal
    session = state.sessions[target]
    session["state"] = SessionStatus.LOST if lost else SessionStatus.OFF
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
def set_kill_switch(state: State, out: np.ndarray, command: np.void) -> int:
    """Cancel and refuse everything of a trading code or member, or lift that."""
    target, scope, count = command["target"], command["scope"], 0
    engaged, by_member = command["engaged"], scope == Scope.MEMBER
    size = len(state.members) if by_member else len(state.accounts)
    other = scope not in (Scope.MEMBER, Scope.TRADING_CODE)
    refusal = (
        check_flag(state, engaged)
        or refuse_if(state, other, Refusal.UNKNOWN_TARGET, scope, 0)
        or refuse_if(state, is_outside(target, size), Refusal.UNKNOWN_TARGET, target, size)
    )
    if refusal:
        return refusal
    if by_member:
        state.members[target]["killed"] = engaged
    else:
        state.accounts[target]["killed"] = engaged
    if engaged:
        among, reason = Among.MEMBER if by_member else Among.TRADING_CODE, CancelReason.KILL_SWITCH
        count = cancel_where(state, out, among, target, EVERYBODY, reason, True)
    emit.command_done(state, out, KILL, count)
    return Refusal.ACCEPTED


@rare
def set_halt(state: State, out: np.ndarray, command: np.void) -> int:
    """Halt or resume one instrument or a product; the answer counts instruments.

    Orders that waited through an auction while their instrument was halted are uncrossed when it
    resumes in continuous trading.
    """
    refusal = check_flag(state, command["engaged"])
    if refusal:
        return refusal
    count = 0
    by_product = command["scope"] == Scope.PRODUCT
    if by_product or command["scope"] == Scope.INSTRUMENT:
        for place in range(len(state.instruments)):
            row = state.instruments[place]
            if (row["product"] if by_product else place) == command["target"]:
                row["halted"] = command["engaged"]
                count += 1
                trades = allows(CONTINUOUS_TRADES, state.group_phase[row["group"]])
                if not row["halted"] and trades:
                    uncross(state, out, place)
    refusal = refuse_if(state, count == 0, Refusal.UNKNOWN_TARGET, command["target"], 0)
    if refusal:
        return refusal
    emit.command_done(state, out, HALT, count)
    return Refusal.ACCEPTED


@rare
def set_right(state: State, out: np.ndarray, command: np.void) -> int:
    """Change what a trading code may do, or what everybody may do in an instrument."""
    target, scope, right = command["target"], command["scope"], command["right"]
    by_code = scope == Scope.TRADING_CODE and not is_outside(target, len(state.accounts))
    listed = scope == Scope.INSTRUMENT and not is_outside(target, len(state.instruments))
    odd, nothing = is_outside(right, Right.FORBIDDEN + 1), not by_code and not listed
    refusal = refuse_if(state, odd, Refusal.BAD_FIELD, right, Right.FORBIDDEN) or refuse_if(
        state, nothing, Refusal.UNKNOWN_TARGET, target, 0
    )
    if refusal:
        return refusal
    if by_code:
        state.accounts[target]["right"] = right
    else:
        state.instruments[target]["right"] = right
    emit.command_done(state, out, RIGHT, 1)
    return Refusal.ACCEPTED


@inner
def check_group(state: State, group: int) -> int:
    """Check that a phase group exists."""
    groups = len(state.group_phase)
    return refuse_if(state, is_outside(group, groups), Refusal.UNKNOWN_TARGET, group, groups)


@rare
def change_phase(state: State, out: np.ndarray, command: np.void) -> int:
    """Put a group into a phase by hand."""
    group, phase = command["group"], command["phase"]
    odd = is_outside(phase, Phase.CLOSED + 1)
    refusal = check_group(state, group) or refuse_if(
        state, odd, Refusal.BAD_FIELD, phase, Phase.CLOSED
    )
    if refusal:
        return refusal
    enter_phase(state, out, group, phase, BY_HAND)
    emit.command_done(state, out, PHASE, 1)
    return Refusal.ACCEPTED


@rare
def reset_book(state: State, out: np.ndarray, group: int) -> int:
    """Cancel everything of a group and forget its last prices."""
    refusal = check_group(state, group)
    if refusal:
        return refusal
    reason = CancelReason.END_OF_DAY
    count = cancel_where(state, out, Among.GROUP, group, EVERYBODY, reason, True)
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


@inner
def free_money(state: State, target: int, scope: int) -> int:
    """Return what a trading code or a member could pay out, in fen."""
    if scope != Scope.MEMBER:
        return available(state.accounts[target])
    return state.members[target]["deposit_fen"] - state.members[target]["used_fen"]


@rare
def move_money(state: State, out: np.ndarray, command: np.void, reserve: bool) -> int:
    """Credit a deposit or reserve a withdrawal, once per transfer id."""
    target, scope, amount = command["target"], command["scope"], command["amount_fen"]
    transfer_id, by_member = command["transfer_id"], scope == Scope.MEMBER
    other = scope not in (Scope.MEMBER, Scope.TRADING_CODE)
    nobody = is_outside(target, len(state.members) if by_member else len(state.accounts))
    odd = amount <= 0 or transfer_id <= 0 or transfer_id >= TRANSFER_IDS
    refusal = (
        refuse_if(state, other, Refusal.BAD_FIELD, scope, 0)
        or refuse_if(state, nobody, Refusal.UNKNOWN_TARGET, target, 0)
        or refuse_if(state, odd, Refusal.BAD_FIELD, amount, transfer_id)
    )
    if refusal:
        return refusal
    row = find(state.transfer_places, state.transfers["transfer_id"], transfer_id)
    stage = state.transfers[max(row, 0)]["stage"]
    used, most = state.core[0]["transfers"], len(state.transfers)
    free = free_money(state, target, scope)
    refusal = (
        refuse_if(state, row >= 0, Refusal.TRANSFER_REPEATED, transfer_id, stage)
        or refuse_if(state, used == most, Refusal.TRANSFERS_FULL, used, most)
        or (reserve and refuse_if(state, amount > free, Refusal.NOT_ENOUGH_MONEY, amount, free))
    )
    if refusal:
        return refusal
    transfer = state.transfers[used]
    take_place(state.transfer_places, row, transfer_id, used)
    state.core[0]["transfers"] = used + 1
    transfer["transfer_id"] = transfer_id
    transfer["amount_fen"] = amount
    transfer["target"] = target
    transfer["scope"] = scope
    transfer["stage"] = TransferStage.RESERVED if reserve else TransferStage.CREDITED
    add_deposit(state, target, scope, -amount if reserve else amount)
    emit.transfer_booked(state, out, transfer)
    return Refusal.ACCEPTED


@rare
def end_withdrawal(state: State, out: np.ndarray, command: np.void) -> int:
    """Confirm a reserved withdrawal, or give the money back."""
    transfer_id, stage = command["transfer_id"], command["stage"]
    confirmed = stage == TransferStage.CONFIRMED
    odd = not confirmed and stage != TransferStage.RELEASED
    row = NO_ROW
    if 0 < transfer_id < TRANSFER_IDS:
        row = find(state.transfer_places, state.transfers["transfer_id"], transfer_id)
    unknown = row < 0 or state.transfers[row]["stage"] != TransferStage.RESERVED
    refusal = refuse_if(state, odd, Refusal.BAD_FIELD, stage, TransferStage.CONFIRMED) or refuse_if(
        state, unknown, Refusal.TRANSFER_NOT_RESERVED, transfer_id, 0
    )
    if refusal:
        return refusal
    transfer = state.transfers[row]
    transfer["stage"] = stage
    if not confirmed:
        add_deposit(state, transfer["target"], transfer["scope"], transfer["amount_fen"])
    emit.transfer_booked(state, out, transfer)
    return Refusal.ACCEPTED


@rare
def start_mark(state: State, out: np.ndarray) -> int:
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
) -> int:
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
    return refuse(state, Refusal.UNKNOWN_KIND, kind, 0)
