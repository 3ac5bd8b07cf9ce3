"""A recorded day through the real journal and core, as one instrument of a market without money."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.market_data.points import Point
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    ORDER_ROW_BITS,
    AuctionUncrossed,
    CommandRefused,
    Event,
    OrderCancelled,
    OrderEntered,
    TradeExecuted,
)
from huiguan.floor.day.frames import FrameEvents, Input
from huiguan.floor.day.sequencer import Sequencer
from huiguan.floor.files.recorded import build_commands, frame_times, midnight_ns, replay_image
from huiguan.foundation.columns import starts_of_groups
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal
    from pathlib import Path

    from huiguan.days.hashes import DayHashes
    from huiguan.exchange.day.image import AuctionTie, DayImage, PriceRule
    from huiguan.storage.market.points import Asked
    from huiguan.storage.market.recorded.orders import Recording

    Hear = Callable[[int, int, np.ndarray, np.ndarray], None]
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
    hear: Hear | None = None,
) -> Replayed:
    """Run a recording through a day folder; ``progress(done, all)`` is told after every frame.

    ``hear`` is told what happened at each time of the recording, as if it were a frame.
    """
    trading_day = date.year * 10_000 + date.month * 100 + date.day
    image = replay_image(recording, trading_day, price_rule, auction_tie)
    commands, source = build_commands(recording)
    times = frame_times(recording, source, date)
    clock = np.maximum.accumulate(times)
    pieces: list[np.ndarray] = []
    starts = range(0, len(commands), WINDOW)
    inputs = (Input(int(times[at]), commands[at : at + WINDOW].reshape(-1)) for at in starts)
    with Sequencer.create(folder, image) as day:
        for done, frame in zip(starts, day.run_many(inputs), strict=True):
            pieces.append(frame.events.copy())
            if hear:
                for moment in moments(frame, commands, clock):
                    hear(*moment)
            progress(min(done + WINDOW, len(commands)), len(commands))
        hashes = day.close()
    return _collect(recording, source, np.concatenate(pieces), len(commands), hashes)


def moments(
    frame: FrameEvents, commands: np.ndarray, clock: np.ndarray
) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
    """Yield (time, first sequence, commands, events) of each time within a frame.

    ``commands`` and ``clock`` (times that never fall) are of the whole recording, command 1 first.
    """
    first, told = frame.first_sequence, frame.events.reshape(-1)
    own = clock[first - 1 : first - 1 + WINDOW]
    starts = starts_of_groups(own)
    ends = np.append(starts[1:], len(own))
    sequences = told.view(EVENT_HEADER_ROW)["sequence"]
    cuts = np.searchsorted(sequences, first + ends) * MESSAGE_BYTES
    begun = 0
    for start, end, cut in zip(starts.tolist(), ends.tolist(), cuts.tolist(), strict=True):
        given = commands[first - 1 + start : first - 1 + end].reshape(-1)
        yield int(own[start]), first + start, given, told[begun:cut]
        begun = cut


def public_image(image: DayImage, recording: Recording) -> DayImage:
    """Return the image with the value of a tick, so that turnover is known.

    It stays 0 where a tick of one unit is worth no whole number of fen. Trading does not ask for
    it: the image of the day folder has none.
    """
    instruments, value = image.instruments.copy(), recording.tick * recording.unit_fen
    instruments["tick_value_fen"] = int(value) if value == int(value) else 0
    return image._replace(instruments=instruments)


def quoted_of_recording(recording: Recording) -> tuple[Callable[[int, int], str], list[Decimal]]:
    """Return how a recording writes prices, and the size of its tick, in the unit of the file."""
    return lambda _, ticks: _price_text(recording, ticks), [recording.tick]


def points_of(recording: Recording, asked: Sequence[Asked], date: dt.date) -> list[Point]:
    """Return moments of a recording: times by its own clock, numbers are ``seq`` of its lines.

    A number between two lines, where numbers rise, means after the first of them. A number that
    lies outside, or a time where no line has one, is an ``InputFault``.
    """
    order = np.argsort(recording.seq, kind="stable")
    known, rising = recording.seq[order], bool((np.diff(recording.seq) >= 0).all())
    _, source = build_commands(recording)
    found = []
    for one in asked:
        if one.clock is not None:
            if not recording.time_hhmmsscc.any():
                raise InputFault(
                    f"the recording has no times (time_hhmmsscc), so {one.label} says nothing;"
                    " name inputs by their numbers, in a column seq"
                )
            midnight = midnight_ns(one.clock.date or date)
            found.append(Point(one.label, midnight + one.clock.ns, None))
            continue
        number = one.number or 0
        place = int(np.searchsorted(known, number, side="right")) - 1
        between = rising and known[0] <= number <= known[-1]
        if place < 0 or (known[place] != number and not between):
            raise InputFault(f"no line of the recording has the number {one.label}")
        sequence = int(np.searchsorted(source, order[place], side="right"))
        found.append(Point(one.label, None, sequence))
    return found


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
