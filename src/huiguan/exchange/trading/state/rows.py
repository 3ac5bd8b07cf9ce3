"""What the core remembers during a day: one record array per noun, capacities from the image.

``state_hash`` looks at content in key order, never at memory order or padding, so two histories
with the same outcome hash the same.
"""

from typing import Any, NamedTuple

import numpy as np

from huiguan.exchange.day.image import FEE_CLASSES, HEDGE_FLAGS, DayImage
from huiguan.exchange.messages import ORDER_ROW_MASK, Phase
from huiguan.foundation.compiler import bundle_handle, bundle_opener
from huiguan.foundation.faults import InputFault
from huiguan.foundation.hashing import canonical_bytes, digest
from huiguan.foundation.memory import touched
from huiguan.foundation.records import Int8, Int32, Int64, Record, layout

NO_PRICE = -(2**31)  # nobody traded yet and no settlement is known
NO_ROW = -1
NEVER = 2**62
OFF, ON, LOST = 0, 1, 2  # states of a session


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


class Core(Record, frozen=True):
    """One row: counters, the clock of the journal, the free list of orders."""

    sequence: Int64  # of the last command applied
    time_ns: Int64
    trades: Int64
    next_disconnect_ns: Int64
    client_sequence: Int64  # of the command being applied
    first_figure: Int64  # of the refusal being made
    second_figure: Int64
    order_id: Int64  # of the order being entered
    due_frame: Int64  # first sequence of the frame before which what was due has run
    events: Int64  # rows of the event buffer in use
    session: Int32  # of the command being applied
    next_phase: Int32  # row of the schedule
    marking: Int32  # next trading code to mark, or NO_ROW
    called: Int32  # margin calls of the mark that is going on
    live_orders: Int32
    free_order: Int32  # rows that were used and left
    fresh_order: Int32  # rows never used begin here
    positions: Int32
    holdings: Int32
    transfers: Int32


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
    closing_lots: Int32  # of them, lots that close a position; the rest opens
    level: Int32  # row of ``levels``; NO_ROW while arriving
    position: Int32
    holding: Int32
    session: Int32
    instrument: Int32
    trading_code: Int32
    side: Int8
    offset: Int8
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


CONFIG = layout(Config, [], 72)
CORE = layout(Core, [], 120)
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
FEE = np.dtype([("rate_ppb", "<i8"), ("per_lot_fen", "<i8")], align=True)
PHASE_TIME = np.dtype([("time_ns", "<i8"), ("group", "<i4"), ("phase", "<i4")], align=True)


class State(NamedTuple):
    """Everything the core may touch."""

    config: np.ndarray  # CONFIG [1]
    core: np.ndarray  # CORE [1]
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


TABLES = {
    "config": CONFIG,
    "core": CORE,
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
CAPACITIES = (
    "position_capacity",
    "holding_capacity",
    "session_capacity",
    "outcome_window",
    "transfer_capacity",
)
open_state = bundle_opener("State", TABLES)  # kernels that Python enters turn a handle into a State


def handle_of(state: State) -> Any:  # noqa: ANN401  addresses, or the state itself uncompiled
    """Return what an entry kernel takes for ``state``; the caller keeps the state alive."""
    return bundle_handle(state, state)


def power_of_two(at_least: int) -> int:
    """Return the smallest power of two that is not below ``at_least``."""
    return 1 << max(at_least - 1, 1).bit_length()


def places_for(capacity: int) -> np.ndarray:
    """Return the index of a table searched by key, in lines of eight, a quarter of them free."""
    return touched((capacity + capacity // 3) // 8 * 8 + 8, "<i8")


def _instruments(image: DayImage) -> np.ndarray:
    rows = touched(len(image.instruments), INSTRUMENT)
    source = image.instruments
    same = ["tick_value_fen", "product", "minimum_lots", "maximum_lots", "maximum_market_lots"]
    for name in [*same, "lots_multiple", "right"]:
        rows[name] = source[name]
    rows["group"] = source["phase_group"]
    rows["lower_ticks"] = source["lower_limit_ticks"]
    rows["upper_ticks"] = source["upper_limit_ticks"]
    rows["settlement_ticks"] = source["previous_settlement_ticks"]
    rows["last_ticks"] = source["previous_settlement_ticks"]
    rows["long_relief"] = source["long_relief_group"]
    rows["short_relief"] = source["short_relief_group"]
    rows["position_limit"] = source["position_limit_lots"]
    rows["opening_limit"] = source["opening_limit_lots"]
    return rows


def _sides(instruments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the book sides and their levels: two more than ticks, for close-outs at the limits."""
    width = (instruments["upper_ticks"].astype(np.int64) - instruments["lower_ticks"]) + 1
    if (width < 1).any() or int(width.sum()) * 2 > 2**30:
        raise InputFault("an instrument's price band is empty or the bands are too wide together")
    sides = touched(2 * len(instruments), SIDE)
    sides["size"] = np.repeat(width + 2, 2)
    sides["best"] = sides["size"]
    sides["first"][1:] = np.cumsum(sides["size"])[:-1]
    sides["origin_ticks"][0::2] = instruments["upper_ticks"]
    sides["origin_ticks"][1::2] = instruments["lower_ticks"]
    sides["step"][0::2] = -1
    sides["step"][1::2] = 1
    levels = touched(int(sides["size"].sum()), LEVEL)
    levels["head"] = levels["tail"] = NO_ROW
    return sides, levels


def _config(image: DayImage) -> np.ndarray:
    """Return the sizes and settings of the day, one row."""
    settings, instruments = image.settings, image.instruments
    config = touched(1, CONFIG)
    config["instruments"], config["trading_codes"] = len(instruments), len(image.trading_codes)
    config["members"] = len(image.members)
    config["groups"] = max(int(instruments["phase_group"].max()) + 1, 1)
    config["products"] = int(instruments["product"].max()) + 1
    relief_groups = [instruments[f"{side}_relief_group"].max() for side in ("long", "short")]
    config["relief_groups"] = int(max(relief_groups)) + 1
    for name in ("outcome_window", "price_rule", "auction_tie", "offset_flags", "funds"):
        config[name] = getattr(settings, name)
    return config


def _margins(image: DayImage) -> np.ndarray:
    """Return the margins by instrument, side and hedge flag."""
    margins = touched(len(image.instruments) * 2 * HEDGE_FLAGS, "<i8")
    rows = image.margins
    cells = (rows["instrument"].astype(np.int64) * 2 + rows["side"]) * HEDGE_FLAGS + rows["hedge"]
    margins[cells] = rows["margin_fen"]
    return margins


def _fees(image: DayImage) -> np.ndarray:
    """Return the fees by instrument, hedge flag and class."""
    fees = touched(len(image.instruments) * HEDGE_FLAGS * FEE_CLASSES, FEE)
    rows = image.fees
    cells = rows["instrument"].astype(np.int64) * HEDGE_FLAGS + rows["hedge"]
    for name in ("rate_ppb", "per_lot_fen"):
        fees[name][cells * FEE_CLASSES + rows["fee_class"]] = rows[name]
    return fees


def new_state(image: DayImage) -> State:
    """Return the state of the morning, every page touched.

    Raises ``InputFault`` for capacities that cannot hold the image. Positions, holdings and margins
    of the image are entered by ``opening.open_day``, the only caller.
    """
    settings = image.settings
    if not 0 < settings.order_capacity <= ORDER_ROW_MASK:
        raise InputFault(f"order_capacity must be 1 to {ORDER_ROW_MASK}")
    for name in CAPACITIES:
        if not 0 < getattr(settings, name) < 2**31:
            raise InputFault(f"{name} must be 1 to {2**31 - 1}, not {getattr(settings, name)}")
    instruments, config = _instruments(image), _config(image)
    codes = len(image.trading_codes)
    core = touched(1, CORE)
    core["marking"] = core["free_order"] = NO_ROW
    core["next_disconnect_ns"] = NEVER
    schedule = touched(len(image.phases), PHASE_TIME)
    for name in ("time_ns", "group", "phase"):
        schedule[name] = image.phases[name]
    sides, levels = _sides(instruments)
    accounts = touched(codes, ACCOUNT)
    for name in ("deposit_fen", "member", "holder", "right"):
        accounts[name] = image.trading_codes[name]
    members = touched(len(image.members), MEMBER)
    members["deposit_fen"], members["mode"] = image.members["deposit_fen"], image.members["mode"]
    sessions = touched(settings.session_capacity, SESSION)
    sessions["disconnect_ns"] = NEVER
    return State(
        config=config,
        core=core,
        schedule=schedule,
        group_phase=np.full(config["groups"][0], int(Phase.BEFORE_TRADING), "<i8"),
        instruments=instruments,
        sides=sides,
        levels=levels,
        orders=touched(settings.order_capacity, ORDER),
        own_names=touched(power_of_two(4 * settings.order_capacity), "<i8"),
        margins=_margins(image),
        fees=_fees(image),
        accounts=accounts,
        reliefs=touched(codes * int(config["relief_groups"][0]), RELIEF),
        members=members,
        positions=touched(settings.position_capacity, POSITION),
        position_places=places_for(settings.position_capacity),
        holdings=touched(settings.holding_capacity, HOLDING),
        holding_places=places_for(settings.holding_capacity),
        sessions=sessions,
        outcomes=touched(settings.session_capacity * settings.outcome_window, OUTCOME),
        transfers=touched(settings.transfer_capacity, TRANSFER),
        transfer_places=places_for(settings.transfer_capacity),
    )


def live(rows: np.ndarray, field: str) -> np.ndarray:
    """Return the rows in use of a table whose ``field`` is 0 in free rows."""
    used: np.ndarray = rows[np.flatnonzero(rows[field])]
    return used


PLACES = {"ahead", "behind", "level", "position", "holding"}  # rows, not content
PASSING = {  # of the command being applied, or of where rows are free
    "free_order",
    "fresh_order",
    "events",
    "first_figure",
    "second_figure",
    "order_id",
    "due_frame",
    "session",
    "client_sequence",
    "called",
}


def state_hash(state: State) -> bytes:
    """Return the hash of the content: orders with their queues, positions, money, sessions."""
    orders = live(state.orders, "order_id")
    orders = orders[np.argsort(orders["order_id"])]
    ahead = np.where(orders["ahead"] < 0, 0, state.orders["order_id"][orders["ahead"]])
    waiting = [name for name in ORDER.names or () if name not in PLACES]
    core = [name for name in CORE.names or () if name not in PASSING]
    parts = [np.ascontiguousarray(orders[name]).tobytes() for name in waiting]
    parts += [np.ascontiguousarray(ahead).tobytes(), state.group_phase.tobytes()]
    parts += [state.core[name].tobytes() for name in core]
    for rows in (state.instruments, state.accounts, state.reliefs, state.members, state.sessions):
        parts += [np.ascontiguousarray(rows[name]).tobytes() for name in rows.dtype.names or ()]
    kept = np.flatnonzero(state.outcomes["client_sequence"])
    parts.append(kept.tobytes())  # a place in the table is a session and a client sequence
    parts += [state.outcomes[name][kept].tobytes() for name in OUTCOME.names or ()]
    held = [name for name in POSITION.names or () if name not in PLACES]
    parts.append(canonical_bytes(live(state.positions, "key")[held], ["key"]))
    parts.append(canonical_bytes(live(state.holdings, "key"), ["key"]))
    parts.append(canonical_bytes(live(state.transfers, "stage"), ["transfer_id"]))
    return digest(*parts)
