"""What happened on a recorded day, order by order: the day is run again and its events are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.run_again import frame_commands, run_day_again
from huiguan.exchange.events import EventCollector
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    MESSAGE_BYTES,
    CommandRefused,
    EnterOrder,
)
from huiguan.exchange.reports.candles import Chart, candle_drawing, session_of
from huiguan.exchange.reports.command_words import show_price
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.events import DayEvents
    from huiguan.storage.journal.recovery import Frame

    Hear = Callable[[int, int, np.ndarray, np.ndarray], None]

REFUSED = np.dtype(
    [
        ("sequence", "<i8"),
        ("time_ns", "<i8"),
        ("first_figure", "<i8"),
        ("second_figure", "<i8"),
        ("price_ticks", "<i4"),
        ("lots", "<i4"),
        ("instrument", "<i4"),
        ("trading_code", "<i4"),
        ("refusal", "<i4"),
        ("side", "<i1"),
        ("offset", "<i1"),
        ("hedge", "<i1"),
        ("time_in_force", "<i1"),
    ]
)
ASKED = tuple(
    name for name in REFUSED.names or () if name in (LAYOUTS[EnterOrder.KIND].names or ())
)


class RecordedMarket(NamedTuple):
    """A day's image, its events as columns, and the orders it refused (``REFUSED``)."""

    image: DayImage
    events: DayEvents
    refused: np.ndarray


def refused_orders(frame: Frame, events: np.ndarray) -> np.ndarray:
    """Return the orders of a frame that were refused: what was asked, and the figures."""
    flat = events.reshape(-1)
    kinds = flat.view(COMMAND_HEADER)["kind"]
    said = flat.view(LAYOUTS[CommandRefused.KIND])[kinds == CommandRefused.KIND]
    rows = frame_commands(frame).reshape(-1, MESSAGE_BYTES)[
        said["sequence"] - frame.header.first_sequence
    ]
    asked = rows.reshape(-1).view(LAYOUTS[EnterOrder.KIND])
    orders = asked["kind"] == EnterOrder.KIND
    found = np.zeros(int(orders.sum()), REFUSED)
    for name in ("sequence", "first_figure", "second_figure", "refusal"):
        found[name] = said[name][orders]
    for name in ASKED:
        found[name] = asked[name][orders]
    found["time_ns"] = frame.header.time_ns
    return found


def read_market(
    root: Path | str, watch: Callable[[int], None] | None = None, hear: Hear | None = None
) -> RecordedMarket:
    """Run the day in ``root`` again; ``watch`` is told the last sequence of each frame.

    ``hear`` is given each frame: time, first sequence, commands, events (a buffer: copy to keep).
    Raises ``CheckFault`` where the day does not come to what it noted.
    """
    root, collector = Path(root), EventCollector(0)
    refused = [np.zeros(0, REFUSED)]

    def take(frame: Frame, events: np.ndarray) -> None:
        collector.add(frame.header.time_ns, events)
        refused.append(refused_orders(frame, events))
        if hear:
            hear(frame.header.time_ns, frame.header.first_sequence, frame_commands(frame), events)
        if watch:
            watch(frame.last_sequence)

    run_day_again(root, take)
    image = read_image(DayFolder(root).image)
    return RecordedMarket(image, collector.finish(), np.concatenate(refused))


def candles(found: RecordedMarket, contract: str, minutes: int = 15) -> Chart:
    """Return the candles of a contract's day as a drawing, which a notebook shows by itself."""
    return Chart(candle_drawing(session_of(found.image, found.events, contract, minutes)))


def opening_price(found: RecordedMarket, contract: str) -> str | None:
    """Return the opening price of a contract in the unit of its quote; None: it did not trade.

    The price of the first call auction, and where that gave none the first trade (rulebook 2.2).
    """
    names = found.image.names.instruments
    if contract not in names:
        raise InputFault(f"contract {contract!r} is not in this day, which has {names[0]}")
    instrument = names.index(contract)
    own = found.events.trades["price_ticks"][found.events.trades["instrument"] == instrument]
    return show_price(found.image, instrument, int(own[0])) if len(own) else None
