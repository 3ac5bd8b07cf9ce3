"""A recorded day through the real journal and core, as one instrument of a market without money.

The image follows from the file: the band is its lowest to highest price, the tick their greatest
common divisor; no lot cap, no funds, net positions; every order is a day order unless the file says
otherwise. Orders are spread over anonymous trading codes, which decide nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.day.image import (
    FEE_CLASSES,
    HEDGE_FLAGS,
    AuctionTie,
    DayImage,
    Names,
    PriceRule,
    Settings,
)
from huiguan.exchange.messages import (
    LAYOUTS,
    MESSAGE_BYTES,
    ORDER_ROW_BITS,
    VERSION,
    AuctionUncrossed,
    CancelOrder,
    ChangePhase,
    CommandRefused,
    EnterOrder,
    Event,
    LogOn,
    OrderCancelled,
    OrderEntered,
    Phase,
    ResetBook,
    TradeExecuted,
    encode,
)
from huiguan.exchange.trading.state.rows import NO_PRICE
from huiguan.floor.frames import Input
from huiguan.floor.sequencer import Sequencer
from huiguan.foundation.tables import empty_tables
from huiguan.storage.market.recordings import ACTIONS, Recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from pathlib import Path

    from huiguan.days.hashes import DayHashes

CODES = 4096
SESSION = 1
WINDOW = 4096  # commands a frame
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
PHASE_OF = {"PHASE_CALL_AUCTION": Phase.AUCTION_ORDERING, "PHASE_CONTINUOUS": Phase.CONTINUOUS}


class Replayed(NamedTuple):
    """What a replay found."""

    trades: list[tuple[int, int, int, str, int]]  # input seq, bid, ask, price, qty
    auctions: list[tuple[int, str, int, str, str]]  # input seq, price, qty, lowest, highest
    entered: int
    cancelled: int
    refused: dict[int, int]  # refusal number to count
    commands: int
    hashes: DayHashes


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


def _frame_times(recording: Recording, source: np.ndarray, date: dt.date) -> np.ndarray:
    """Return the time in ns (UTC) of each command, by the clock of Shanghai."""
    midnight = dt.datetime.combine(date, dt.time(), SHANGHAI)
    start = (midnight - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    stamps: np.ndarray = recording.time_hhmmsscc[np.maximum(source, 0)]
    seconds = stamps // 1_000_000 * 3600
    seconds = seconds + stamps // 10_000 % 100 * 60 + stamps // 100 % 100
    times: np.ndarray = start * 1000 + seconds * 1_000_000_000 + stamps % 100 * 10_000_000
    return times


def _price_text(recording: Recording, ticks: int) -> str:
    """Return a price in the unit it came in: the file's own text where it names that price."""
    text = recording.price_texts.get(ticks)
    if text is not None:
        return text
    value: Decimal = ticks * recording.tick
    return f"{value:f}"


def run_replay(
    recording: Recording,
    folder: Path,
    date: dt.date,
    price_rule: PriceRule,
    auction_tie: AuctionTie,
    progress: Callable[[int, int], None],
) -> Replayed:
    """Run a recording through a day folder; ``progress(done, all)`` is told after every frame."""
    trading_day = date.year * 10_000 + date.month * 100 + date.day
    image = replay_image(recording, trading_day, price_rule, auction_tie)
    commands, source = build_commands(recording)
    times = _frame_times(recording, source, date)
    pieces: list[np.ndarray] = []
    starts = range(0, len(commands), WINDOW)
    inputs = (Input(int(times[at]), commands[at : at + WINDOW].reshape(-1)) for at in starts)
    with Sequencer.create(folder, image) as day:
        for done, frame in zip(starts, day.run_many(inputs), strict=True):
            pieces.append(frame.events.copy())
            progress(min(done + WINDOW, len(commands)), len(commands))
        hashes = day.close()
    return _collect(recording, source, np.concatenate(pieces), len(commands), hashes)


def _of_kind(events: np.ndarray, kind: type[Event]) -> np.ndarray:
    rows = events.view(LAYOUTS[kind.KIND])
    found: np.ndarray = rows[rows["kind"] == kind.KIND]
    return found


def _collect(
    recording: Recording, source: np.ndarray, events: np.ndarray, commands: int, hashes: DayHashes
) -> Replayed:
    """Turn the events back into the file's numbers and prices."""

    def number_of(order_ids: np.ndarray) -> list[int]:
        rows = source[(order_ids >> ORDER_ROW_BITS) - 1]
        return list(recording.order_no[recording.order[rows]].tolist())

    def lines_of(rows: np.ndarray) -> list[int]:
        inputs = source[rows["sequence"] - 1]
        return list(np.where(inputs < 0, 0, recording.seq[np.maximum(inputs, 0)]).tolist())

    traded = _of_kind(events, TradeExecuted)
    prices = {t: _price_text(recording, t) for t in np.unique(traded["price_ticks"]).tolist()}
    trades = list(
        zip(
            lines_of(traded),
            number_of(traded["buy_order_id"]),
            number_of(traded["sell_order_id"]),
            [prices[t] for t in traded["price_ticks"].tolist()],
            traded["lots"].tolist(),
            strict=True,
        )
    )
    uncrossed = _of_kind(events, AuctionUncrossed)
    texts = [
        [_price_text(recording, t) for t in uncrossed[name].tolist()]
        for name in ("price_ticks", "lowest_ticks", "highest_ticks")
    ]
    auctions = list(
        zip(lines_of(uncrossed), texts[0], uncrossed["lots"].tolist(), *texts[1:], strict=True)
    )
    numbers, counts = np.unique(_of_kind(events, CommandRefused)["refusal"], return_counts=True)
    return Replayed(
        trades=trades,
        auctions=auctions,
        entered=len(_of_kind(events, OrderEntered)),
        cancelled=len(_of_kind(events, OrderCancelled)),
        refused=dict(zip(numbers.tolist(), counts.tolist(), strict=True)),
        commands=commands,
        hashes=hashes,
    )
