"""What the core remembers during a day: one record array per noun, capacities from the image."""

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from huiguan.exchange.trading.state.registers import REGISTERS
from huiguan.foundation.compiler import bundle_handle, bundle_opener
from huiguan.foundation.records import Int8, Int32, Int64, Record, layout

NO_ROW = -1
FIRST_KEY = 1  # keys of rows are counted from here: 0 marks a free row
NEVER = 2**62


class SessionStatus(IntEnum):
    """Whether a session may speak."""

    OFF = 0
    ON = 1
    LOST = 2  # its line is gone, its grace not yet over


class Config(Record, frozen=True):
    """One row: what the image fixes for the whole day."""

    instruments: Int64
    trading_codes: Int64
    members: Int64
    products: Int64
    groups: Int64
    relief_groups: Int64
    outcome_window: Int64
    price_rule: Int32
    auction_tie: Int32
    offset_flags: Int8
    funds: Int8
    self_trade_choice: Int8


class Core(Record, frozen=True):
    """One row: counters, the clock of the journal, the free list of orders."""

    sequence: Int64  # of the last command applied
    time_ns: Int64
    trades: Int64
    next_disconnect_ns: Int64
    next_phase: Int32  # row of the schedule
    live_orders: Int32
    free_order: Int32  # rows that were used and left
    fresh_order: Int32  # rows never used begin here
    positions: Int32
    holdings: Int32
    transfers: Int32
    two_kinds: Int32  # live orders that close lots of both kinds


class InstrumentState(Record, frozen=True):
    """The instrument's row of the image, as the kernels read it, and its last price."""

    tick_value_fen: Int64
    product: Int32
    group: Int32
    lower_ticks: Int32
    upper_ticks: Int32
    settlement_ticks: Int32  # of the day before; NO_PRICE when unknown
    last_ticks: Int32  # last trade, else previous settlement
    minimum_lots: Int32
    maximum_lots: Int32
    maximum_market_lots: Int32
    lots_multiple: Int32
    long_relief: Int32
    short_relief: Int32
    position_limit: Int32
    opening_limit: Int32
    traded: Int8
    halted: Int8
    right: Int8


class BookSide(Record, frozen=True):
    """One side of one book: a stretch of ``levels`` from the best price of the day to the worst."""

    best: Int32  # nobody waits at a smaller level; ``size`` when nobody waits at all
    orders: Int32
    first: Int32  # row of its level 0
    size: Int32
    origin_ticks: Int32  # price at depth 0: lower limit for sellers, upper limit for buyers
    step: Int32  # +1 sellers, -1 buyers


class PriceLevel(Record, frozen=True):
    """Everybody who waits at one price with one privilege."""

    lots: Int64
    head: Int32
    tail: Int32


class Order(Record, frozen=True):
    """A live order; ``order_id`` 0 marks a free row, linked through ``behind``."""

    order_id: Int64
    client_order_id: Int64
    ahead: Int32
    behind: Int32
    price_ticks: Int32
    lots: Int32  # still to fill
    closing_lots: Int32  # of them, lots of the offset's kind; the rest opens, or closes the other
    level: Int32  # row of ``levels``; NO_ROW while arriving
    position: Int32
    holding: Int32
    session: Int32
    instrument: Int32
    trading_code: Int32
    side: Int8
    offset: Int8  # what the next lot does; as sent but where a close takes both kinds of lots
    hedge: Int8


class Account(Record, frozen=True):
    """Money and rights of a trading code."""

    deposit_fen: Int64
    realised_fen: Int64
    floating_loss_fen: Int64  # at the last mark, never negative
    margin_fen: Int64  # of positions and pending opens, larger side per relief group
    frozen_fee_fen: Int64
    fees_fen: Int64
    member: Int32
    holder: Int32
    right: Int8
    killed: Int8


class ReliefSums(Record, frozen=True):
    """Margin of both sides of one trading code in one relief group, pending opens included."""

    long_fen: Int64
    short_fen: Int64


class MemberState(Record, frozen=True):
    """Gross need of a member's clients against its deposit."""

    deposit_fen: Int64
    used_fen: Int64
    mode: Int8
    killed: Int8
    warned: Int8  # since its deposit last covered its clients


class PositionState(Record, frozen=True):
    """Lots of one trading code, instrument and hedge flag; ``key`` 0 marks a free row."""

    key: Int64
    long_today_cost: Int64  # ticks x lots of today's openings still held
    short_today_cost: Int64
    long_history: Int32
    short_history: Int32
    long_today: Int32
    short_today: Int32
    long_history_frozen: Int32  # by closing orders
    short_history_frozen: Int32
    long_today_frozen: Int32
    short_today_frozen: Int32
    holding: Int32  # row of what limits count for it


class Holding(Record, frozen=True):
    """What limits count: lots of one holder in one instrument, pending opens included."""

    key: Int64
    long_lots: Int32
    short_lots: Int32
    long_hedge: Int32
    short_hedge: Int32
    opened: Int32
    position_limit: Int32
    opening_limit: Int32
    long_quota: Int32
    short_quota: Int32
    right: Int8


class SessionState(Record, frozen=True):
    """Who speaks, and how far."""

    client_sequence: Int64
    grace_ns: Int64
    disconnect_ns: Int64  # when its orders are taken off; NEVER
    member: Int32
    epoch: Int32
    state: Int8
    cancel_on_disconnect: Int8
    self_trade: Int8  # a ``SelfTrade``; OFF where the day has no choice
    closing: Int8  # a ``Closing``; AS_SENT where the venue has one kind of lots


class CommandOutcome(Record, frozen=True):
    """What became of one client sequence of one session."""

    client_sequence: Int64
    sequence: Int64
    order_id: Int64
    refusal: Int32


class Transfer(Record, frozen=True):
    """Money between ledger and core; ``stage`` 0 marks a free row."""

    transfer_id: Int64
    amount_fen: Int64
    target: Int32
    scope: Int8
    stage: Int8


class CheckMet(Record, frozen=True):
    """A line of the trace: one check that the command being applied met."""

    asked: Int64
    allowed: Int64
    refusal: Int32  # what it would refuse
    failed: Int32


CONFIG = layout(Config, [], 72)
CORE = layout(Core, [], 64)
INSTRUMENT = layout(InstrumentState, [], 72)
SIDE = layout(BookSide, [], 32)
LEVEL = layout(PriceLevel, [], 16)
ORDER = layout(Order, [], 64)
ACCOUNT = layout(Account, [], 64)
RELIEF = layout(ReliefSums, [], 16)
MEMBER = layout(MemberState, [], 24)
POSITION = layout(PositionState, [], 64)
HOLDING = layout(Holding, [], 64)
SESSION = layout(SessionState, [], 40)
OUTCOME = layout(CommandOutcome, [], 32)
TRANSFER = layout(Transfer, [], 24)
CHECK = layout(CheckMet, [], 24)
FEE = np.dtype([("rate_ppb", "<i8"), ("per_lot_fen", "<i8")], align=True)
PHASE_TIME = np.dtype([("time_ns", "<i8"), ("group", "<i4"), ("phase", "<i4")], align=True)


class State(NamedTuple):
    """Everything the core may touch."""

    config: np.ndarray  # CONFIG [1]
    core: np.ndarray  # CORE [1]
    registers: np.ndarray  # REGISTERS [1]
    schedule: np.ndarray  # PHASE_TIME, by time
    group_phase: np.ndarray  # int64 [group]
    instruments: np.ndarray  # INSTRUMENT
    sides: np.ndarray  # SIDE [instrument x 2 + side]
    levels: np.ndarray  # LEVEL
    orders: np.ndarray  # ORDER
    own_names: np.ndarray  # int64 open addressing by name: tag x 2^32 + order row + 1
    margins: np.ndarray  # int64 fen a lot [instrument x 8 + side x 4 + hedge]
    fees: np.ndarray  # FEE [instrument x 12 + hedge x 3 + class]
    accounts: np.ndarray  # ACCOUNT [trading code]
    reliefs: np.ndarray  # RELIEF [trading code x relief groups + group]
    members: np.ndarray  # MEMBER
    positions: np.ndarray  # POSITION in order of appearance
    position_places: np.ndarray  # int64 open addressing by key: tag x 2^32 + row + 1
    holdings: np.ndarray  # HOLDING in order of appearance
    holding_places: np.ndarray
    sessions: np.ndarray  # SESSION [session]
    outcomes: np.ndarray  # OUTCOME [session x window + client sequence mod window]
    transfers: np.ndarray  # TRANSFER in order of appearance
    transfer_places: np.ndarray
    trace: np.ndarray | None = None  # CHECK, for who asks why; without it nothing is traced


TABLES = {
    "config": CONFIG,
    "core": CORE,
    "registers": REGISTERS,
    "schedule": PHASE_TIME,
    "group_phase": "<i8",
    "instruments": INSTRUMENT,
    "sides": SIDE,
    "levels": LEVEL,
    "orders": ORDER,
    "own_names": "<i8",
    "margins": "<i8",
    "fees": FEE,
    "accounts": ACCOUNT,
    "reliefs": RELIEF,
    "members": MEMBER,
    "positions": POSITION,
    "position_places": "<i8",
    "holdings": HOLDING,
    "holding_places": "<i8",
    "sessions": SESSION,
    "outcomes": OUTCOME,
    "transfers": TRANSFER,
    "transfer_places": "<i8",
}
TRACE_LINES = 64  # a command meets half as many checks
# kernels that Python enters turn a handle into a State: without a trace, or with one
open_state = bundle_opener("State", {**TABLES, "trace": None})
open_traced = bundle_opener("TracedState", {**TABLES, "trace": CHECK})


def handle_of(state: State) -> Any:  # noqa: ANN401  addresses, or the state itself uncompiled
    """Return what an entry kernel takes for ``state``; the caller keeps the state alive."""
    return bundle_handle(state, state)
