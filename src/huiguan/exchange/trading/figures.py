"""The figures of an order's checks, read off the state before the order: for people who ask why.

The order of the lines is the fixed order of ``apply`` and ``checks``; whether an order is refused
is decided there alone, and told by its event. Plain Python: it is for one command at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.day import FEE_CLASSES, HEDGE_FLAGS, MemberMode
from huiguan.exchange.messages import Hedge, Offset, PriceType, Side
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.refusals import Refusal

if TYPE_CHECKING:
    import numpy as np

    from huiguan.exchange.messages import EnterOrder
    from huiguan.exchange.trading.state import State


class CheckLine(NamedTuple):
    """One check: what it would refuse, what was asked, what is allowed, and in which unit."""

    refusal: Refusal
    asked: int
    allowed: int
    unit: str  # lots, fen, ticks, phase, right, or number


def _row(rows: np.ndarray, key: int) -> np.void | None:
    found = rows[rows["key"] == key]
    return found[0] if len(found) else None


def _form(state: State, entry: EnterOrder, session: int, client_sequence: int) -> list[CheckLine]:
    speaker = state.sessions[session]
    member = int(state.accounts["member"][entry.trading_code])
    instrument = state.instruments[entry.instrument]
    market = entry.price_type == PriceType.MARKET
    most = int(instrument["maximum_market_lots" if market else "maximum_lots"])
    least, multiple = max(1, int(instrument["minimum_lots"])), int(instrument["lots_multiple"])
    own = (state.orders["client_order_id"] == entry.client_order_id) & (
        (state.orders["session"] == session) & (state.orders["order_id"] != 0)
    )
    lines = [
        CheckLine(Refusal.UNKNOWN_SESSION, session, len(state.sessions) - 1, "number"),
        CheckLine(
            Refusal.SEQUENCE_GAP, client_sequence, int(speaker["client_sequence"]) + 1, "number"
        ),
        CheckLine(
            Refusal.UNKNOWN_INSTRUMENT, entry.instrument, len(state.instruments) - 1, "number"
        ),
        CheckLine(
            Refusal.UNKNOWN_TRADING_CODE, entry.trading_code, len(state.accounts) - 1, "number"
        ),
        CheckLine(Refusal.NOT_YOUR_CODE, int(speaker["member"]), member, "number"),
        CheckLine(Refusal.TOO_FEW_LOTS, entry.lots, least, "lots"),
    ]
    if market and most == 0:
        lines.append(CheckLine(Refusal.NO_MARKET_ORDERS, entry.lots, 0, "lots"))
    elif most:
        lines.append(CheckLine(Refusal.TOO_MANY_LOTS, entry.lots, most, "lots"))
    if multiple > 1:
        lines.append(CheckLine(Refusal.NOT_A_MULTIPLE, entry.lots, multiple, "lots"))
    if entry.minimum_lots:
        lines.append(CheckLine(Refusal.BAD_MINIMUM_LOTS, entry.minimum_lots, entry.lots, "lots"))
    if entry.client_order_id:
        lines.append(CheckLine(Refusal.DUPLICATE_CLIENT_ORDER, int(own.any()), 0, "number"))
    return lines


def _closing(state: State, entry: EnterOrder) -> tuple[list[CheckLine], int]:
    """Return the line of the lots to close, and how many lots close."""
    flags = bool(state.config["offset_flags"][0])
    if flags and entry.offset == Offset.OPEN:
        return [], 0
    today = not flags or entry.offset == Offset.CLOSE_TODAY
    held = "short" if entry.side == Side.BUY else "long"
    kind = "today" if today else "history"
    key = entry.trading_code * len(state.instruments) + entry.instrument
    position = _row(state.positions, key * HEDGE_FLAGS + entry.hedge + 1)
    free = 0
    if position is not None:
        free = int(position[f"{held}_{kind}"]) - int(position[f"{held}_{kind}_frozen"])
    if not flags:
        return [], min(free, entry.lots)
    refusal = Refusal.NOT_ENOUGH_TODAY if today else Refusal.NOT_ENOUGH_HISTORY
    return [CheckLine(refusal, entry.lots, free, "lots")], entry.lots


def _limits(state: State, entry: EnterOrder, opening: int) -> list[CheckLine]:
    instrument = state.instruments[entry.instrument]
    holder = int(state.accounts["holder"][entry.trading_code])
    holding = _row(state.holdings, holder * len(state.instruments) + entry.instrument + 1)
    side = "long" if entry.side == Side.BUY else "short"

    def value(name: str) -> int:
        return 0 if holding is None else int(holding[name])

    if entry.hedge == Hedge.HEDGE:
        asked = value(f"{side}_hedge") + opening
        return [CheckLine(Refusal.HEDGE_QUOTA, asked, value(f"{side}_quota"), "lots")]
    if entry.hedge == Hedge.MARKET_MAKER:
        return []
    own = instrument if holding is None else holding
    limit, opening_limit = int(own["position_limit"]), int(own["opening_limit"])
    lines = []
    if limit:
        asked = value(f"{side}_lots") + opening
        lines.append(CheckLine(Refusal.POSITION_LIMIT, asked, limit, "lots"))
    if opening_limit:
        asked = value("opened") + opening
        lines.append(CheckLine(Refusal.OPENING_LIMIT, asked, opening_limit, "lots"))
    return lines


def needed_fen(state: State, entry: EnterOrder, opening: int) -> tuple[int, int, int]:
    """Return (margin more than now, fee frozen, margin a lot) in fen for opening lots."""
    instrument = state.instruments[entry.instrument]
    row = (entry.instrument * 2 + entry.side) * HEDGE_FLAGS + entry.hedge
    per_lot = int(state.margins[row])
    group = int(instrument["long_relief" if entry.side == Side.BUY else "short_relief"])
    relief = state.reliefs[entry.trading_code * int(state.config["relief_groups"][0]) + group]
    long_fen, short_fen = int(relief["long_fen"]), int(relief["short_fen"])
    before = max(long_fen, short_fen)
    if entry.side == Side.BUY:
        long_fen += opening * per_lot
    else:
        short_fen += opening * per_lot
    fee = state.fees[(entry.instrument * HEDGE_FLAGS + entry.hedge) * FEE_CLASSES]
    price = entry.price_ticks if entry.side == Side.BUY else int(instrument["upper_ticks"])
    value = price * int(instrument["tick_value_fen"])
    frozen = int(fee["per_lot_fen"]) - (-value * int(fee["rate_ppb"]) // PPB)
    return max(long_fen, short_fen) - before, opening * frozen, per_lot


def available_fen(account: np.void) -> int:
    """Return the free money of a trading code in fen."""
    minus = ("floating_loss_fen", "margin_fen", "frozen_fee_fen", "fees_fen")
    plus = int(account["deposit_fen"]) + int(account["realised_fen"])
    return plus - sum(int(account[name]) for name in minus)


def _money(state: State, entry: EnterOrder, opening: int) -> list[CheckLine]:
    margin, fee, _ = needed_fen(state, entry, opening)
    account = state.accounts[entry.trading_code]
    member = state.members[account["member"]]
    lines = [CheckLine(Refusal.NOT_ENOUGH_MONEY, margin + fee, available_fen(account), "fen")]
    if member["mode"] == MemberMode.REFUSE:
        asked = int(member["used_fen"]) + margin + fee
        lines.append(
            CheckLine(Refusal.MEMBER_SHORT_OF_MONEY, asked, int(member["deposit_fen"]), "fen")
        )
    return lines


def entry_lines(
    state: State, entry: EnterOrder, session: int, client_sequence: int
) -> list[CheckLine]:
    """Return the checks of an order in their order, with what is asked and allowed.

    An order that names no session, instrument or trading code of the day has no lines.
    """
    known = (
        0 < session < len(state.sessions)
        and 0 <= entry.instrument < len(state.instruments)
        and 0 <= entry.trading_code < len(state.accounts)
    )
    if not known:
        return []
    instrument = state.instruments[entry.instrument]
    account = state.accounts[entry.trading_code]
    killed = int(account["killed"]) or int(state.members["killed"][account["member"]])
    right = max(int(account["right"]), int(instrument["right"]))
    phase = int(state.group_phase[instrument["group"]])
    closing_lines, closing = _closing(state, entry)
    opening = entry.lots - closing
    lines = _form(state, entry, session, client_sequence)
    lines += [
        CheckLine(Refusal.KILLED, killed, 0, "number"),
        CheckLine(Refusal.NO_RIGHT, right, 0, "right"),
        CheckLine(Refusal.NOT_TRADING, phase, phase, "phase"),
        CheckLine(Refusal.HALTED, int(instrument["halted"]), 0, "number"),
        CheckLine(
            Refusal.PRICE_ABOVE_LIMIT, entry.price_ticks, int(instrument["upper_ticks"]), "ticks"
        ),
        CheckLine(
            Refusal.PRICE_BELOW_LIMIT, entry.price_ticks, int(instrument["lower_ticks"]), "ticks"
        ),
        *closing_lines,
    ]
    if opening > 0:
        lines += _limits(state, entry, opening)
        if state.config["funds"][0]:
            lines += _money(state, entry, opening)
    live, room = int(state.core["live_orders"][0]), len(state.orders)
    lines.append(CheckLine(Refusal.ORDERS_FULL, live + 1, room, "number"))
    return lines
