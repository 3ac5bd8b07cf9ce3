"""What a recording asks for: the image of its market, its commands, the time of each.

The image follows from the file: the band is its lowest to highest price, the tick their greatest
common divisor; no lot cap, no funds, net positions; every order is a day order unless the file says
otherwise. Orders are spread over anonymous trading codes, which decide nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from huiguan.exchange.day.image import (
    FEE_CLASSES,
    HEDGE_FLAGS,
    NO_PRICE,
    AuctionTie,
    DayImage,
    Names,
    PriceRule,
    Settings,
)
from huiguan.exchange.messages import (
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    CancelOrder,
    ChangePhase,
    EnterOrder,
    LogOn,
    Phase,
    ResetBook,
    encode,
)
from huiguan.foundation.tables import empty_tables
from huiguan.storage.market.recordings import ACTIONS

if TYPE_CHECKING:
    from huiguan.storage.market.recordings import Recording

CODES = 4096
SESSION = 1
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
PHASE_OF = {"PHASE_CALL_AUCTION": Phase.AUCTION_ORDERING, "PHASE_CONTINUOUS": Phase.CONTINUOUS}


def replay_image(
    recording: Recording, trading_day: int, price_rule: PriceRule, auction_tie: AuctionTie
) -> DayImage:
    """Return the image that the recording asks for."""
    tables = empty_tables(DayImage)
    instrument = np.zeros(1, tables["instruments"].dtype)
    instrument["tick_units"] = instrument["lots_multiple"] = instrument["minimum_lots"] = 1
    instrument["lower_limit_ticks"] = recording.lowest_ticks
    instrument["upper_limit_ticks"] = recording.highest_ticks
    instrument["previous_settlement_ticks"] = NO_PRICE
    margins = np.zeros(2 * HEDGE_FLAGS, tables["margins"].dtype)
    margins["side"] = np.arange(len(margins)) // HEDGE_FLAGS
    margins["hedge"] = np.arange(len(margins)) % HEDGE_FLAGS
    fees = np.zeros(HEDGE_FLAGS * FEE_CLASSES, tables["fees"].dtype)
    fees["hedge"] = np.arange(len(fees)) // FEE_CLASSES
    fees["fee_class"] = np.arange(len(fees)) % FEE_CLASSES
    codes = np.zeros(CODES, tables["trading_codes"].dtype)
    codes["holder"] = np.arange(CODES)
    tables |= {
        "instruments": instrument,
        "margins": margins,
        "fees": fees,
        "trading_codes": codes,
        "members": np.zeros(1, tables["members"].dtype),
    }
    orders = int((recording.action == ACTIONS.index("NEW")).sum())
    return DayImage(
        settings=Settings(
            trading_day=trading_day,
            price_rule=price_rule,
            auction_tie=auction_tie,
            offset_flags=False,
            funds=False,
            order_capacity=min(orders, (1 << 24) - 1),
            position_capacity=2 * CODES,
            holding_capacity=2 * CODES,
            session_capacity=2,
            outcome_window=1,
            transfer_capacity=1,
            venue="recording",
        ),
        names=Names(instruments=["recorded"], products=["recorded"], phase_groups=["recorded"]),
        **tables,
    )


def _house(command: ChangePhase | ResetBook | LogOn) -> np.ndarray:
    return encode(command)


def build_commands(recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Return the commands (64-byte rows) and, for each, the row of the recording it comes from.

    The first two, row -1, log the session on and open continuous trading. After UNCROSS what is
    left trades on continuously, as rulebook 2.2 has it, until the file names another phase.
    """
    count = len(recording.action)
    uncross, session = ACTIONS.index("UNCROSS"), ACTIONS.index("SESSION")
    repeats = np.where(recording.action == uncross, 2, 1)
    source = np.concatenate([[-1, -1], np.repeat(np.arange(count), repeats)])
    rows = np.zeros((len(source), MESSAGE_BYTES), np.uint8)
    log_on = LogOn(grace_ns=0, target=SESSION, member=0, epoch=1, cancel_on_disconnect=0)
    rows[0] = _house(log_on)
    rows[1] = _house(ChangePhase(group=0, phase=Phase.CONTINUOUS))
    action = np.where(source < 0, -1, recording.action[source])
    for name, phase in PHASE_OF.items():
        rows[action == ACTIONS.index(name)] = _house(ChangePhase(group=0, phase=phase))
    matching = np.flatnonzero(action == uncross)
    rows[matching[0::2]] = _house(ChangePhase(group=0, phase=Phase.AUCTION_MATCH))
    rows[matching[1::2]] = _house(ChangePhase(group=0, phase=Phase.CONTINUOUS))
    rows[action == session] = _house(ResetBook(group=0))
    new, cancel = action == ACTIONS.index("NEW"), action == ACTIONS.index("CANCEL")
    entry = rows.reshape(-1).view(LAYOUTS[EnterOrder.KIND])
    given = source[new]
    values = {
        "kind": EnterOrder.KIND,
        "client_order_id": recording.order[given],
        "price_ticks": recording.price_ticks[given],
        "lots": recording.lots[given],
        "trading_code": recording.order[given] % CODES,
        "side": recording.side[given],
        "time_in_force": recording.kind[given],
    }
    for field, value in values.items():
        entry[field][new] = value
    taken = rows.reshape(-1).view(LAYOUTS[CancelOrder.KIND])
    taken["kind"][cancel] = CancelOrder.KIND
    taken["client_order_id"][cancel] = recording.order[source[cancel]]
    ours = new | cancel
    entry["version"][ours], entry["session"][ours] = VERSION, SESSION
    entry["client_sequence"][ours] = np.arange(1, int(ours.sum()) + 1)
    return rows, source


def midnight_ns(date: dt.date) -> int:
    """Return the beginning of a day in Shanghai, in ns (UTC)."""
    midnight = dt.datetime.combine(date, dt.time(), SHANGHAI)
    since = midnight - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since // dt.timedelta(microseconds=1) * 1_000


def frame_times(recording: Recording, source: np.ndarray, date: dt.date) -> np.ndarray:
    """Return the time in ns (UTC) of each command, by the clock of Shanghai."""
    stamps: np.ndarray = recording.time_hhmmsscc[np.maximum(source, 0)]
    seconds = stamps // 1_000_000 * 3600
    seconds = seconds + stamps // 10_000 % 100 * 60 + stamps // 100 % 100
    times: np.ndarray = midnight_ns(date) + seconds * 1_000_000_000 + stamps % 100 * 10_000_000
    return times
