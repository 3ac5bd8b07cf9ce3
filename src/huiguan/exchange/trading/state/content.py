"""What of the state counts: its hash, and the tables that a snapshot keeps.

The hash looks at content in key order, never at memory order or padding, so two histories with the
same outcome hash the same. Registers are not content; snapshots of format 1 have them in the row
``core``, beside the counters, and go on having them there.
"""

from collections.abc import Mapping

import numpy as np

from huiguan.exchange.messages import Offset
from huiguan.exchange.trading.state.registers import REGISTERS
from huiguan.exchange.trading.state.rows import CORE, NO_ROW, ORDER, OUTCOME, POSITION, State
from huiguan.foundation.hashing import canonical_bytes, digest

LATER = {"self_trade", "closing"}  # of a session: hashed where chosen, so that older days stay
PLACES = {"ahead", "behind", "level", "position", "holding"}  # rows, not content
COUNTERS = ("sequence", "time_ns", "trades", "next_disconnect_ns", "next_phase")
NO_MARK = np.int32(NO_ROW).tobytes()  # hashed since version 1: between frames no mark goes on
MORE_COUNTERS = ("live_orders", "positions", "holdings", "transfers")
KEPT_CORE = np.dtype(  # the row ``core`` of a snapshot of format 1
    [
        (name, (CORE if name in (CORE.names or ()) else REGISTERS)[name])
        for name in (
            *("sequence", "time_ns", "trades", "next_disconnect_ns", "client_sequence"),
            *("first_figure", "second_figure", "order_id", "due_frame", "events", "session"),
            *("next_phase", "marking", "called", "live_orders", "free_order", "fresh_order"),
            *("positions", "holdings", "transfers"),
        )
    ]
)


def live(rows: np.ndarray, field: str) -> np.ndarray:
    """Return the rows in use of a table whose ``field`` is 0 in free rows."""
    used: np.ndarray = rows[np.flatnonzero(rows[field])]
    return used


def state_hash(state: State) -> bytes:
    """Return the hash of the content: orders with their queues, positions, money, sessions."""
    orders = live(state.orders, "order_id")
    orders = orders[np.argsort(orders["order_id"])]
    ahead = np.where(orders["ahead"] < 0, 0, state.orders["order_id"][orders["ahead"]])
    waiting = [name for name in ORDER.names or () if name not in PLACES]
    parts = [np.ascontiguousarray(orders[name]).tobytes() for name in waiting]
    parts += [np.ascontiguousarray(ahead).tobytes(), state.group_phase.tobytes()]
    parts += [state.core[name].tobytes() for name in COUNTERS]
    parts += [NO_MARK, *(state.core[name].tobytes() for name in MORE_COUNTERS)]
    for rows in (state.instruments, state.accounts, state.reliefs, state.members, state.sessions):
        names = [name for name in rows.dtype.names or () if name not in LATER]
        parts += [np.ascontiguousarray(rows[name]).tobytes() for name in names]
    kept = np.flatnonzero(state.outcomes["client_sequence"])
    parts.append(kept.tobytes())  # a place in the table is a session and a client sequence
    parts += [state.outcomes[name][kept].tobytes() for name in OUTCOME.names or ()]
    held = [name for name in POSITION.names or () if name not in PLACES]
    parts.append(canonical_bytes(live(state.positions, "key")[held], ["key"]))
    parts.append(canonical_bytes(live(state.holdings, "key"), ["key"]))
    parts.append(canonical_bytes(live(state.transfers, "stage"), ["transfer_id"]))
    if len(chosen := np.flatnonzero(state.sessions["self_trade"])):
        parts += [chosen.tobytes(), state.sessions["self_trade"][chosen].tobytes()]
    if len(chosen := np.flatnonzero(state.sessions["closing"])):
        parts += [b"closing", chosen.tobytes(), state.sessions["closing"][chosen].tobytes()]
    return digest(*parts)


def kept_tables(state: State) -> dict[str, np.ndarray]:
    """Return the tables of a snapshot by name: the arrays of the state, counters and registers."""
    tables = state._asdict()
    registers, _ = tables.pop("registers"), tables.pop("trace")
    core = np.zeros(1, KEPT_CORE)
    for name in KEPT_CORE.names or ():
        core[name] = (registers if name in (REGISTERS.names or ()) else state.core)[name]
    return {**tables, "core": core}


def copied(state: State) -> State:
    """Return a state of its own with the same content."""
    return State(**{name: rows.copy() for name, rows in state._asdict().items() if name != "trace"})


def restore(state: State, tables: Mapping[str, np.ndarray]) -> None:
    """Make ``state`` (of the same image) what ``tables`` of a snapshot say.

    What a snapshot of before does not have stays as the morning has it.
    """
    core = tables["core"]
    for name in KEPT_CORE.names or ():
        row = state.registers if name in (REGISTERS.names or ()) else state.core
        row[name] = core[name]
    for name, rows in state._asdict().items():
        if name in {"core", "registers", "trace"}:
            continue
        kept = tables[name]
        if rows.dtype == kept.dtype:
            np.copyto(rows, kept)
            continue
        for field in kept.dtype.names or ():
            rows[field] = kept[field]
    state.core["two_kinds"] = np.count_nonzero(of_two_kinds(state))


def of_two_kinds(state: State) -> np.ndarray:
    """Return which orders close lots of both kinds, by row; a snapshot keeps no count of them."""
    orders = state.orders
    closes = (orders["order_id"] != 0) & (orders["offset"] != Offset.OPEN)
    found: np.ndarray = closes & (orders["closing_lots"] < orders["lots"])
    return found & (state.config["offset_flags"][0] != 0)
