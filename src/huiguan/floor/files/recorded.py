"""What a recording asks for: the image of its market, its commands, the time of each.

The image follows from the file: the band is its lowest to highest price, the tick their greatest
common divisor; no lot cap, no funds, net positions; every order is a day order unless the file says
otherwise. Orders are spread over anonymous trading codes, which decide nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

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
from huiguan.foundation.calendars import SECOND_NS
from huiguan.foundation.tables import empty_tables
from huiguan.storage.market.recorded.orders import ACTIONS
from huiguan.storage.market.recorded.ticks import span_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huiguan.storage.market.recorded.orders import Recording

CODES = 4096
SESSION = 1
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
PHASE_OF = {"PHASE_CALL_AUCTION": Phase.AUCTION_ORDERING, "PHASE_CONTINUOUS": Phase.CONTINUOUS}


def replay_image(
    recording: Recording, trading_day: int, price_rule: PriceRule, auction_tie: AuctionTie
) -> DayImage:
    """Return the image that the recording asks for."""
    plain = plain_image(trading_day, price_rule, auction_tie)
    plain.instruments["lower_limit_ticks"] = recording.lowest_ticks
    plain.instruments["upper_limit_ticks"] = recording.highest_ticks
    orders = int((recording.action == ACTIONS.index("NEW")).sum())
    capacity = min(orders, (1 << 24) - 1)
    return plain._replace(settings=msgspec.structs.replace(plain.settings, order_capacity=capacity))


def plain_image(trading_day: int, price_rule: PriceRule, auction_tie: AuctionTie) -> DayImage:
    """Return a market of one instrument without a band: no lot cap, no funds, net positions."""
    tables = empty_tables(DayImage)
    instrument = np.zeros(1, tables["instruments"].dtype)
    instrument["tick_units"] = instrument["lots_multiple"] = instrument["minimum_lots"] = 1
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
    return DayImage(
        settings=Settings(
            trading_day=trading_day,
            price_rule=price_rule,
            auction_tie=auction_tie,
            offset_flags=False,
            funds=False,
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


def quoted_image(quotes: pl.DataFrame, tick_values_fen: Mapping[str, int]) -> DayImage:
    """Return the image that recorded quotes of one day ask for: nobody's money, net positions.

    The band of each contract goes from its lowest to its highest price, two ticks wider; a tick is
    their greatest common divisor. All contracts trade from the first tick to a second after the
    last. ``tick_values_fen`` is what a tick of a lot is worth, where it is known.
    """
    first, last = span_of(quotes)
    trading_day = int(f"{dt.datetime.fromtimestamp(last // SECOND_NS, SHANGHAI):%Y%m%d}")
    names = quotes["contract"].unique(maintain_order=True).to_list()
    plain = plain_image(trading_day, PriceRule.MIDDLE, AuctionTie.REFERENCE)
    instruments = np.repeat(plain.instruments, len(names))
    margins, fees = np.tile(plain.margins, len(names)), np.tile(plain.fees, len(names))
    margins["instrument"] = np.arange(len(margins)) // len(plain.margins)
    fees["instrument"] = np.arange(len(fees)) // len(plain.fees)
    for row, name in enumerate(names):
        own = quotes.filter(pl.col("contract") == name)
        columns = [own[each] for each in own.columns if "price" in each]
        prices = [Decimal(text) for text in pl.concat(columns).drop_nulls().unique().to_list()]
        decimals = max(max(-int(price.as_tuple().exponent), 0) for price in prices)
        units = [int(price.scaleb(decimals)) for price in prices]
        tick = math.gcd(*units)
        instruments[row]["tick_units"], instruments[row]["unit_decimals"] = tick, decimals
        instruments[row]["lower_limit_ticks"] = min(units) // tick - 2
        instruments[row]["upper_limit_ticks"] = max(units) // tick + 2
        instruments[row]["tick_value_fen"] = tick_values_fen.get(name, 0)
    phases = np.zeros(2, plain.phases.dtype)
    phases["time_ns"] = first, last + SECOND_NS
    phases["phase"] = Phase.CONTINUOUS, Phase.CLOSED
    codes = [f"{number:012d}" for number in range(CODES)]
    return plain._replace(
        settings=msgspec.structs.replace(
            plain.settings, order_capacity=1 << 16, session_capacity=8
        ),
        names=Names(
            instruments=names, products=["recorded"], phase_groups=["recorded"], trading_codes=codes
        ),
        instruments=instruments,
        margins=margins,
        fees=fees,
        phases=phases,
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
