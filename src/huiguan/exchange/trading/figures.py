"""The checks a command meets and their figures, read off the state before it: for who asks why.

What an order would freeze, close and hold comes from the core's own functions, called on the same
state; here are only their order and the comparisons. Whether a command is refused is decided by
``apply`` alone and told by its event; a test holds both against each other over a simulated day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    CancelOrder,
    EnterOrder,
    Hedge,
    Offset,
    Phase,
    PriceType,
    Right,
    Side,
    TimeInForce,
)
from huiguan.exchange.trading.apply import find_holding, find_order
from huiguan.exchange.trading.checks import closing_part, has_bad_field
from huiguan.exchange.trading.funds import (
    available,
    extra_margin,
    frozen_fee_of_lot,
    margin_of_lot,
    relief_row,
)
from huiguan.exchange.trading.positions import (
    frozen_lots,
    held_lots,
    holding_key,
    position_key,
    takes_today,
)
from huiguan.exchange.trading.state.rows import NO_ROW, ON, State, handle_of, open_state
from huiguan.exchange.trading.state.table import find, find_own_name
from huiguan.foundation.compiler import rows
from huiguan.foundation.kernel import kernel
from huiguan.foundation.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTER_ROW, CANCEL_ROW = LAYOUTS[EnterOrder.KIND], LAYOUTS[CancelOrder.KIND]
FIGURES = np.dtype(
    [
        (name, "<i8")
        for name in (
            "position",
            "holding",
            "own_name",
            "closing",
            "free",
            "margin",
            "fee",
            "available",
        )
    ]
)


class CheckLine(NamedTuple):
    """One check: what it would refuse, what was asked, what is allowed, in which unit, passed."""

    refusal: Refusal
    asked: int
    allowed: int
    unit: str  # of the figures: number, lots, fen, ticks, phase...; "code/right" where they differ
    passed: bool


@kernel
def read_figures(handle: object, command: np.ndarray, session: int, out: np.ndarray) -> None:
    """Fill ``out`` (one row of ``FIGURES``) for one entry whose names are known.

    ``position`` and ``holding`` are rows, or negative where they would be new; ``margin`` and
    ``fee`` are what the opening lots would add to the charged margin and to the frozen fees.
    """
    state: State = open_state(handle)
    entry = rows(command, ENTER_ROW)[0]
    code, instrument, side = entry["trading_code"], entry["instrument"], entry["side"]
    own = entry["client_order_id"]
    figures = out[0]
    figures["own_name"] = NO_ROW
    if own > 0:
        figures["own_name"] = find_own_name(state.own_names, state.orders, session, own)
    key = position_key(state, code, instrument, entry["hedge"])
    found = find(state.position_places, state.positions["key"], key)
    key = holding_key(state, state.accounts[code]["holder"], instrument)
    figures["position"] = found
    figures["holding"] = find_holding(state, found, key)
    figures["closing"] = closing_part(state, entry, found)
    figures["free"] = 0
    if found >= 0:
        held, today = state.positions[found], takes_today(state, entry["offset"])
        figures["free"] = held_lots(held, 1 - side, today) - frozen_lots(held, 1 - side, today)
    opening = entry["lots"] - figures["closing"]
    margin = opening * margin_of_lot(state, instrument, side, entry["hedge"])
    relief = state.reliefs[relief_row(state, code, instrument, side)]
    figures["margin"] = extra_margin(relief, side, margin)
    figures["fee"] = opening * frozen_fee_of_lot(state, entry)
    figures["available"] = available(state.accounts[code])


@kernel
def is_bad_entry(command: np.ndarray) -> bool:
    """Return whether a flag of an entry holds a number that means nothing."""
    return has_bad_field(rows(command, ENTER_ROW)[0])


@kernel
def order_named(handle: object, command: np.ndarray, session: int) -> int:
    """Return the row of the order that a cancel names, or ``NO_ROW``."""
    return find_order(open_state(handle), rows(command, CANCEL_ROW)[0], session)


def command_lines(state: State, command: np.ndarray) -> list[CheckLine]:
    """Return the checks of a session's command (64 bytes) in their order, up to the first failed.

    Entries and cancels have checks of their own; of other kinds only the sender is checked here.
    """
    found = []
    for line in _lines(state, command):
        found.append(line)
        if not line.passed:
            break
    return found


def _lines(state: State, command: np.ndarray) -> Iterator[CheckLine]:
    head = command.view(COMMAND_HEADER)[0]
    session, number = int(head["session"]), int(head["client_sequence"])
    known = 0 < session < len(state.sessions) and state.sessions["state"][session] == ON
    yield CheckLine(Refusal.UNKNOWN_SESSION, session, len(state.sessions), "number/", bool(known))
    expected = int(state.sessions["client_sequence"][session]) + 1
    if 0 < number < expected:
        place = session * int(state.config["outcome_window"][0])
        place += number % int(state.config["outcome_window"][0])
        kept = state.outcomes["client_sequence"][place] == number
        yield CheckLine(Refusal.REPEAT_TOO_OLD, number, expected, "number", bool(kept))
        return  # the original's outcome is the answer
    yield CheckLine(Refusal.SEQUENCE_GAP, number, expected, "number", number == expected)
    if head["kind"] == EnterOrder.KIND:
        yield from _entry_lines(state, command, session)
    elif head["kind"] == CancelOrder.KIND:
        yield from _cancel_lines(state, command, session)


def _cancel_lines(state: State, command: np.ndarray, session: int) -> Iterator[CheckLine]:
    names = command.view(CANCEL_ROW)[0]
    order_id, own = int(names["order_id"]), int(names["client_order_id"])
    row = order_named(handle_of(state), command, session)
    yield CheckLine(Refusal.ORDER_NOT_FOUND, order_id, own, "id", row != NO_ROW)
    order = state.orders[row]
    asker = int(state.sessions["member"][session])
    owner = int(state.accounts["member"][order["trading_code"]])
    yield CheckLine(Refusal.NOT_YOUR_ORDER, asker, owner, "member", asker == owner)
    phase = int(state.group_phase[state.instruments["group"][order["instrument"]]])
    yield _phase_line(phase)


def _phase_line(phase: int) -> CheckLine:
    good = phase in (Phase.CONTINUOUS, Phase.AUCTION_ORDERING)
    allowed = phase if good else int(Phase.CONTINUOUS)
    return CheckLine(Refusal.NOT_TRADING, phase, allowed, "phase", good)


def _entry_lines(state: State, command: np.ndarray, session: int) -> Iterator[CheckLine]:
    entry = command.view(ENTER_ROW)[0]
    yield from _name_lines(state, entry, session)
    yield CheckLine(Refusal.BAD_FIELD, 0, 0, "/", not is_bad_entry(command))
    figures = np.zeros(1, FIGURES)
    read_figures(handle_of(state), command, session, figures)
    found = figures[0]
    yield from _size_lines(state.instruments[entry["instrument"]], entry)
    if entry["client_order_id"] != 0:
        own, free = int(entry["client_order_id"]), found["own_name"] < 0
        yield CheckLine(Refusal.DUPLICATE_CLIENT_ORDER, own, 0, "id/", bool(free))
    yield from _right_lines(state, entry, found)
    yield from _phase_lines(state, entry)
    price, terms = int(entry["price_ticks"]), state.instruments[entry["instrument"]]
    high, low = int(terms["upper_ticks"]), int(terms["lower_ticks"])
    yield CheckLine(Refusal.PRICE_ABOVE_LIMIT, price, high, "ticks", price <= high)
    yield CheckLine(Refusal.PRICE_BELOW_LIMIT, price, low, "ticks", price >= low)
    lots, opening = int(entry["lots"]), int(entry["lots"]) - int(found["closing"])
    if state.config["offset_flags"][0] and entry["offset"] != Offset.OPEN:
        today, free_lots = entry["offset"] == Offset.CLOSE_TODAY, int(found["free"])
        refusal = Refusal.NOT_ENOUGH_TODAY if today else Refusal.NOT_ENOUGH_HISTORY
        yield CheckLine(refusal, lots, free_lots, "lots", lots <= free_lots)
    if opening > 0:
        yield from _limit_lines(state, entry, int(found["holding"]), opening)
        if state.config["funds"][0]:
            yield from _money_lines(state, entry, found)
    live, room = int(state.core["live_orders"][0]), len(state.orders)
    yield CheckLine(Refusal.ORDERS_FULL, live, room, "number", live < room)
    for row, name, table in (
        ("position", "positions", state.positions),
        ("holding", "holdings", state.holdings),
    ):
        if found[row] < 0:
            used, room = int(state.core[name][0]), len(table)
            yield CheckLine(Refusal.POSITIONS_FULL, used, room, "number", used < room)


def _name_lines(state: State, entry: np.void, session: int) -> Iterator[CheckLine]:
    for refusal, value, count in (
        (Refusal.UNKNOWN_INSTRUMENT, int(entry["instrument"]), len(state.instruments)),
        (Refusal.UNKNOWN_TRADING_CODE, int(entry["trading_code"]), len(state.accounts)),
    ):
        unit = "instrument/" if refusal == Refusal.UNKNOWN_INSTRUMENT else "code/"
        yield CheckLine(refusal, value, count, unit, 0 <= value < count)
    asker = int(state.sessions["member"][session])
    owner = int(state.accounts["member"][entry["trading_code"]])
    yield CheckLine(Refusal.NOT_YOUR_CODE, asker, owner, "member", asker == owner)


def _size_lines(terms: np.void, entry: np.void) -> Iterator[CheckLine]:
    lots, market = int(entry["lots"]), entry["price_type"] == PriceType.MARKET
    least = max(1, int(terms["minimum_lots"]))
    yield CheckLine(Refusal.TOO_FEW_LOTS, lots, least, "lots", lots >= least)
    most = int(terms["maximum_market_lots" if market else "maximum_lots"])
    if market:
        yield CheckLine(Refusal.NO_MARKET_ORDERS, lots, most, "lots", most > 0)
    if most:
        yield CheckLine(Refusal.TOO_MANY_LOTS, lots, most, "lots", lots <= most)
    multiple = int(terms["lots_multiple"])
    if multiple > 1:
        yield CheckLine(Refusal.NOT_A_MULTIPLE, lots, multiple, "lots", lots % multiple == 0)
    minimum = int(entry["minimum_lots"])
    if minimum:
        good = 0 < minimum <= lots and entry["time_in_force"] == TimeInForce.FAK
        yield CheckLine(Refusal.BAD_MINIMUM_LOTS, minimum, lots, "lots", bool(good))


def _right_lines(state: State, entry: np.void, found: np.void) -> Iterator[CheckLine]:
    code = int(entry["trading_code"])
    account = state.accounts[code]
    member = int(account["member"])
    killed = bool(account["killed"] or state.members["killed"][member])
    yield CheckLine(Refusal.KILLED, code, member, "code/member", not killed)
    right = max(int(account["right"]), int(state.instruments["right"][entry["instrument"]]))
    if found["holding"] >= 0:
        right = max(right, int(state.holdings["right"][found["holding"]]))
    yield CheckLine(Refusal.NO_RIGHT, code, right, "code/right", right != Right.FORBIDDEN)
    if right == Right.CLOSE_ONLY:
        closes = found["closing"] >= entry["lots"]
        yield CheckLine(Refusal.CLOSE_ONLY, code, right, "code/right", bool(closes))


def _phase_lines(state: State, entry: np.void) -> Iterator[CheckLine]:
    instrument = int(entry["instrument"])
    terms = state.instruments[instrument]
    phase = int(state.group_phase[terms["group"]])
    yield _phase_line(phase)
    yield CheckLine(Refusal.HALTED, instrument, 0, "instrument/", not terms["halted"])
    if phase == Phase.AUCTION_ORDERING:
        force, limit = int(entry["time_in_force"]), entry["price_type"] == PriceType.LIMIT
        plain = bool(limit and force == TimeInForce.DAY)
        refusal = Refusal.AUCTION_TAKES_LIMIT_ORDERS
        yield CheckLine(refusal, force, TimeInForce.DAY, "force", plain)


def _limit_lines(state: State, entry: np.void, holding: int, opening: int) -> Iterator[CheckLine]:
    side = "long" if entry["side"] == Side.BUY else "short"
    row = state.holdings[holding] if holding >= 0 else np.zeros(1, state.holdings.dtype)[0]
    if entry["hedge"] == Hedge.HEDGE:
        asked, quota = int(row[f"{side}_hedge"]) + opening, int(row[f"{side}_quota"])
        yield CheckLine(Refusal.HEDGE_QUOTA, asked, quota, "lots", asked <= quota)
    elif entry["hedge"] != Hedge.MARKET_MAKER:
        limits = row if holding >= 0 else state.instruments[entry["instrument"]]
        for refusal, held, name in (
            (Refusal.POSITION_LIMIT, f"{side}_lots", "position_limit"),
            (Refusal.OPENING_LIMIT, "opened", "opening_limit"),
        ):
            asked, limit = int(row[held]) + opening, int(limits[name])
            if limit:
                yield CheckLine(refusal, asked, limit, "lots", asked <= limit)


def _money_lines(state: State, entry: np.void, found: np.void) -> Iterator[CheckLine]:
    need, free = int(found["margin"]) + int(found["fee"]), int(found["available"])
    yield CheckLine(Refusal.NOT_ENOUGH_MONEY, need, free, "fen", need <= free)
    member = state.members[state.accounts["member"][entry["trading_code"]]]
    if member["mode"] == MemberMode.REFUSE:
        asked, deposit = int(member["used_fen"]) + need, int(member["deposit_fen"])
        refusal = Refusal.MEMBER_SHORT_OF_MONEY
        yield CheckLine(refusal, asked, deposit, "fen", asked <= deposit)
