"""The morning: positions and limits of the image enter the state, before the first command."""

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import Side
from huiguan.exchange.trading.apply import find_holding, new_holding, new_position
from huiguan.exchange.trading.funds import add_margin, margin_of_lot
from huiguan.exchange.trading.positions import (
    add_cost,
    add_holding,
    add_lots,
    holding_key,
    own_key,
)
from huiguan.exchange.trading.state.build import new_state
from huiguan.exchange.trading.state.rows import State, handle_of, open_state
from huiguan.exchange.trading.state.table import find
from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import inner, kernel

BUY, SELL = int(Side.BUY), int(Side.SELL)


@inner
def enter_side(
    state: State,
    position: int,
    holding: int,
    code: int,
    instrument: int,
    hedge: int,
    side: int,
    lots: int,
) -> None:
    """Enter the history lots of one side: lots, what limits count, margin."""
    net = state.config[0]["offset_flags"] == 0
    row = state.positions[position]
    add_lots(row, side, net, lots)
    if net:
        add_cost(row, side, int(state.instruments[instrument]["settlement_ticks"]) * lots)
    add_holding(state.holdings[holding], side, hedge, lots)
    if state.config[0]["funds"]:
        margin = lots * margin_of_lot(state, instrument, side, hedge)
        add_margin(state, code, instrument, side, margin)


@kernel
def enter_positions(handle: object, rows: np.ndarray) -> None:
    """Enter the image's positions."""
    state: State = open_state(handle)
    for index in range(len(rows)):
        row = rows[index]
        code, instrument, hedge = row["trading_code"], row["instrument"], row["hedge"]
        key = own_key(state, code, instrument, hedge)
        found = find(state.position_places, state.positions["key"], key)
        held_by = holding_key(state, state.accounts[code]["holder"], instrument)
        found_holding = find_holding(state, found, held_by)
        holding = new_holding(state, held_by, found_holding, instrument)
        position = new_position(state, key, found, holding)
        if row["long_lots"] > 0:
            enter_side(state, position, holding, code, instrument, hedge, BUY, row["long_lots"])
        if row["short_lots"] > 0:
            enter_side(state, position, holding, code, instrument, hedge, SELL, row["short_lots"])


@kernel
def enter_limits(handle: object, rows: np.ndarray) -> None:
    """Enter the limits and quotas of holders that differ from the instrument's own."""
    state: State = open_state(handle)
    for index in range(len(rows)):
        row = rows[index]
        key = holding_key(state, row["holder"], row["instrument"])
        found = find(state.holding_places, state.holdings["key"], key)
        holding = state.holdings[new_holding(state, key, found, row["instrument"])]
        holding["position_limit"] = row["position_limit_lots"]
        holding["opening_limit"] = row["opening_limit_lots"]
        holding["long_quota"] = row["long_quota_lots"]
        holding["short_quota"] = row["short_quota_lots"]
        holding["right"] = row["right"]


def open_day(image: DayImage) -> State:
    """Return the state of the core before the first command of the day.

    Raises ``InputFault`` when the tables of the day cannot hold the positions and limits.
    """
    state = new_state(image)
    rows, limits = len(image.positions), len(image.holder_limits)
    if rows > len(state.positions) or rows + limits > len(state.holdings):
        raise InputFault(
            f"the image holds {rows} positions and {limits} holder limits, more "
            "than its position_capacity and holding_capacity allow; raise them in the settings"
        )
    enter_limits(handle_of(state), image.holder_limits)
    enter_positions(handle_of(state), image.positions)
    if image.settings.funds:
        keep_for_delivery(state, image.undelivered)
    return state


def keep_for_delivery(state: State, rows: np.ndarray) -> None:
    """Charge the margin kept for what expired: it is no free money before the delivery is done."""
    codes = rows["trading_code"]
    np.add.at(state.accounts["margin_fen"], codes, rows["margin_fen"])
    np.add.at(state.members["used_fen"], state.accounts["member"][codes], rows["margin_fen"])
