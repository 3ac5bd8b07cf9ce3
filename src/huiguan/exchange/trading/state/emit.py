"""Write events: one function a kind, each fills one 64-byte row of the buffer."""

import numpy as np

from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    AuctionUncrossed,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    MarginCalled,
    MemberWarned,
    OrderCancelled,
    OrderEntered,
    PhaseChanged,
    TradeExecuted,
    TransferBooked,
)
from huiguan.exchange.trading.state.rows import State
from huiguan.foundation.compiler import rows
from huiguan.foundation.kernel import inner, rare

WORD = np.dtype(np.int64)
WORDS = MESSAGE_BYTES // 8
ENTERED, ENTERED_ROW = OrderEntered.KIND, LAYOUTS[OrderEntered.KIND]
TRADED, TRADED_ROW = TradeExecuted.KIND, LAYOUTS[TradeExecuted.KIND]
CANCELLED, CANCELLED_ROW = OrderCancelled.KIND, LAYOUTS[OrderCancelled.KIND]
REFUSED, REFUSED_ROW = CommandRefused.KIND, LAYOUTS[CommandRefused.KIND]
REPEATED, REPEATED_ROW = CommandRepeated.KIND, LAYOUTS[CommandRepeated.KIND]
DONE, DONE_ROW = CommandDone.KIND, LAYOUTS[CommandDone.KIND]
PHASE, PHASE_ROW = PhaseChanged.KIND, LAYOUTS[PhaseChanged.KIND]
UNCROSSED, UNCROSSED_ROW = AuctionUncrossed.KIND, LAYOUTS[AuctionUncrossed.KIND]
BOOKED, BOOKED_ROW = TransferBooked.KIND, LAYOUTS[TransferBooked.KIND]
CALLED, CALLED_ROW = MarginCalled.KIND, LAYOUTS[MarginCalled.KIND]
WARNED, WARNED_ROW = MemberWarned.KIND, LAYOUTS[MemberWarned.KIND]


@inner
def begin(state: State, out: np.ndarray, kind: int) -> int:
    """Return a fresh, zeroed row of ``out`` with the header of the command being applied."""
    registers = state.registers[0]
    row = registers["events"]
    registers["events"] = row + 1
    words = rows(out, WORD)
    for word in range(row * WORDS, (row + 1) * WORDS):
        words[word] = 0
    head = rows(out, EVENT_HEADER_ROW)[row]
    head["kind"] = kind
    head["version"] = VERSION
    head["session"] = registers["session"]
    head["client_sequence"] = registers["client_sequence"]
    head["sequence"] = state.core[0]["sequence"]
    return row


@inner
def order_entered(
    state: State, out: np.ndarray, order: np.void, other_lots: int, time_in_force: int
) -> None:
    """Say that ``order`` is accepted, and how many of its lots close the other kind."""
    event = rows(out, ENTERED_ROW)[begin(state, out, ENTERED)]
    event["order_id"] = order["order_id"]
    event["client_order_id"] = order["client_order_id"]
    event["price_ticks"] = order["price_ticks"]
    event["lots"] = order["lots"]
    event["instrument"] = order["instrument"]
    event["trading_code"] = order["trading_code"]
    event["side"] = order["side"]
    event["offset"] = order["offset"]
    event["hedge"] = order["hedge"]
    event["time_in_force"] = time_in_force
    event["other_lots"] = other_lots


@inner
def trade_executed(
    state: State, out: np.ndarray, buy: np.void, sell: np.void, price_ticks: int, lots: int
) -> None:
    """Say that two orders met."""
    event = rows(out, TRADED_ROW)[begin(state, out, TRADED)]
    event["buy_order_id"] = buy["order_id"]
    event["sell_order_id"] = sell["order_id"]
    event["price_ticks"] = price_ticks
    event["lots"] = lots
    event["instrument"] = buy["instrument"]
    event["buy_code"] = buy["trading_code"]
    event["sell_code"] = sell["trading_code"]
    event["buy_offset"] = buy["offset"]
    event["sell_offset"] = sell["offset"]
    event["buy_hedge"] = buy["hedge"]
    event["sell_hedge"] = sell["hedge"]


@inner
def order_cancelled(state: State, out: np.ndarray, order: np.void, reason: int) -> None:
    """Say that the rest of ``order`` is gone."""
    event = rows(out, CANCELLED_ROW)[begin(state, out, CANCELLED)]
    event["order_id"] = order["order_id"]
    event["client_order_id"] = order["client_order_id"]
    event["lots"] = order["lots"]
    event["instrument"] = order["instrument"]
    event["trading_code"] = order["trading_code"]
    event["reason"] = reason


@rare
def command_refused(state: State, out: np.ndarray, refusal: int, client_order_id: int) -> None:
    """Say that nothing was done, with the two figures that decided it."""
    event = rows(out, REFUSED_ROW)[begin(state, out, REFUSED)]
    event["client_order_id"] = client_order_id
    event["first_figure"] = state.registers[0]["first_figure"]
    event["second_figure"] = state.registers[0]["second_figure"]
    event["refusal"] = refusal


@inner
def command_repeated(state: State, out: np.ndarray, outcome: np.void) -> None:
    """Say what became of the original."""
    event = rows(out, REPEATED_ROW)[begin(state, out, REPEATED)]
    event["original_sequence"] = outcome["sequence"]
    event["order_id"] = outcome["order_id"]
    event["refusal"] = outcome["refusal"]


@inner
def command_done(state: State, out: np.ndarray, command: int, count: int) -> None:
    """Say that a house command or mass cancel, given by its kind, is done."""
    event = rows(out, DONE_ROW)[begin(state, out, DONE)]
    event["count"] = count
    event["command"] = command


@inner
def phase_changed(state: State, out: np.ndarray, group: int, phase: int, due_ns: int) -> None:
    """Say that a product group is in another phase."""
    event = rows(out, PHASE_ROW)[begin(state, out, PHASE)]
    event["due_ns"] = due_ns
    event["group"] = group
    event["phase"] = phase


@inner
def auction_uncrossed(
    state: State, out: np.ndarray, instrument: int, price: int, low: int, high: int, lots: int
) -> None:
    """Say at which price an auction trades, and the range that gave the same volume."""
    event = rows(out, UNCROSSED_ROW)[begin(state, out, UNCROSSED)]
    event["lots"] = lots
    event["instrument"] = instrument
    event["price_ticks"] = price
    event["lowest_ticks"] = low
    event["highest_ticks"] = high


@inner
def transfer_booked(state: State, out: np.ndarray, transfer: np.void) -> None:
    """Say that money moved between ledger and core."""
    event = rows(out, BOOKED_ROW)[begin(state, out, BOOKED)]
    event["transfer_id"] = transfer["transfer_id"]
    event["amount_fen"] = transfer["amount_fen"]
    event["target"] = transfer["target"]
    event["scope"] = transfer["scope"]
    event["stage"] = transfer["stage"]


@inner
def margin_called(
    state: State, out: np.ndarray, code: int, available_fen: int, floating_loss_fen: int
) -> None:
    """Say that a trading code is short after a mark."""
    event = rows(out, CALLED_ROW)[begin(state, out, CALLED)]
    event["available_fen"] = available_fen
    event["floating_loss_fen"] = floating_loss_fen
    event["trading_code"] = code


@inner
def member_warned(state: State, out: np.ndarray, member: int) -> None:
    """Say that a member's clients now need more than its deposit."""
    event = rows(out, WARNED_ROW)[begin(state, out, WARNED)]
    event["used_fen"] = state.members[member]["used_fen"]
    event["deposit_fen"] = state.members[member]["deposit_fen"]
    event["member"] = member
