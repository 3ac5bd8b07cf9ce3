"""Money of a trading code: what an order freezes, what a fill charges, what is left (CR 4.4, 4.5).

available = deposit + realised result - floating loss at the last mark - margin - frozen fees
- fees. Margin counts positions and pending opens at the image's amount per lot, and of each relief
group only the larger side. A member carries the gross sum of what its clients need.
"""

import numpy as np

from huiguan.exchange.amounts import FeeClass, larger_side
from huiguan.exchange.day.keys import fee_row, margin_row
from huiguan.exchange.messages import Side
from huiguan.exchange.trading.state.rows import State
from huiguan.foundation.arithmetic import Rounding, multiply_rate
from huiguan.foundation.kernel import inner


@inner
def available(account: np.void) -> int:
    """Return the free money in fen; floating gains are not in it."""
    return (
        account["deposit_fen"]
        + account["realised_fen"]
        - account["floating_loss_fen"]
        - account["margin_fen"]
        - account["frozen_fee_fen"]
        - account["fees_fen"]
    )


@inner
def margin_of_lot(state: State, instrument: int, side: int, hedge: int) -> int:
    """Return the image's margin of one lot in fen; ``side`` BUY is the long side."""
    return state.margins[margin_row(instrument, side, hedge)]


@inner
def frozen_fee_of_lot(state: State, order: np.void) -> int:
    """Return the fee frozen for each opening lot, rounded up, so no fill can cost more.

    A buy fills at its price or lower; a sell can fill as high as the upper limit (middle price).
    """
    price = int(order["price_ticks"])
    if order["side"] == Side.SELL:
        price = int(state.instruments[order["instrument"]]["upper_ticks"])
    fee = state.fees[fee_row(order["instrument"], order["hedge"], FeeClass.OPEN)]
    tick_value = state.instruments[order["instrument"]]["tick_value_fen"]
    return fee["per_lot_fen"] + multiply_rate(price * tick_value, fee["rate_ppb"], Rounding.UP)


@inner
def need_of(state: State, order: np.void, opening: int) -> tuple[int, int]:
    """Return margin and fee in fen that ``opening`` lots of an order freeze (negative: free)."""
    if opening == 0 or state.config[0]["funds"] == 0:
        return 0, 0
    margin = opening * margin_of_lot(state, order["instrument"], order["side"], order["hedge"])
    return margin, opening * frozen_fee_of_lot(state, order)


@inner
def relief_row(state: State, code: int, instrument: int, side: int) -> int:
    """Return the row of ``reliefs`` where this side of the instrument is summed."""
    row = state.instruments[instrument]
    group = row["long_relief"] if side == Side.BUY else row["short_relief"]
    return code * state.config[0]["relief_groups"] + group


@inner
def extra_margin(relief: np.void, side: int, amount_fen: int) -> int:
    """Return by how much the charged margin grows when one side of a relief group does."""
    long_fen, short_fen = relief["long_fen"], relief["short_fen"]
    mine, other = (long_fen, short_fen) if side == Side.BUY else (short_fen, long_fen)
    return larger_side(mine + amount_fen, other) - larger_side(mine, other)


@inner
def add_margin(state: State, code: int, instrument: int, side: int, amount_fen: int) -> None:
    """Add to one side of a relief group and charge (or give back) what that changes."""
    relief = state.reliefs[relief_row(state, code, instrument, side)]
    change = extra_margin(relief, side, amount_fen)
    relief["long_fen"] += amount_fen if side == Side.BUY else 0
    relief["short_fen"] += 0 if side == Side.BUY else amount_fen
    account = state.accounts[code]
    account["margin_fen"] += change
    state.members[account["member"]]["used_fen"] += change


@inner
def add_frozen_fee(state: State, code: int, amount_fen: int) -> None:
    """Freeze (or, negative, release) money for fees."""
    account = state.accounts[code]
    account["frozen_fee_fen"] += amount_fen
    state.members[account["member"]]["used_fen"] += amount_fen


@inner
def charge_fee(state: State, code: int, amount_fen: int) -> None:
    """Charge a fee for good."""
    account = state.accounts[code]
    account["fees_fen"] += amount_fen
    state.members[account["member"]]["used_fen"] += amount_fen
