"""A recorded day through the real journal and core, as one instrument of a market without money."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.messages import (
    LAYOUTS,
    ORDER_ROW_BITS,
    AuctionUncrossed,
    CommandRefused,
    Event,
    OrderCancelled,
    OrderEntered,
    TradeExecuted,
)
from huiguan.floor.frames import Input
from huiguan.floor.recorded import build_commands, frame_times, replay_image
from huiguan.floor.sequencer import Sequencer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from decimal import Decimal
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.image import AuctionTie, PriceRule
    from huiguan.storage.market.recordings import Recording

WINDOW = 4096  # commands a frame


class Replayed(NamedTuple):
    """What a replay found."""

    trades: list[tuple[int, int, int, str, int]]  # input seq, bid, ask, price, qty
    auctions: list[tuple[int, str, int, str, str]]  # input seq, price, qty, lowest, highest
    entered: int
    cancelled: int
    refused: dict[int, int]  # refusal number to count
    commands: int
    hashes: DayHashes


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
    times = frame_times(recording, source, date)
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
