"""A trading day in a folder, through the real journal and core: orders in, a closed folder out."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    EnterOrder,
    Hedge,
    LogOn,
    Offset,
    PassTime,
    Phase,
    PriceType,
    Side,
    TimeInForce,
    encode,
)
from huiguan.floor.day.sequencer import Sequencer

SECOND = 1_000_000_000


def order(
    code: int,
    instrument: int,
    side: Side,
    price: int,
    lots: int,
    offset: Offset = Offset.OPEN,
    hedge: Hedge = Hedge.SPECULATION,
) -> EnterOrder:
    """Return a limit order for the day."""
    return EnterOrder(
        client_order_id=0,
        price_ticks=price,
        lots=lots,
        minimum_lots=0,
        instrument=instrument,
        trading_code=code,
        side=side,
        offset=offset,
        hedge=hedge,
        time_in_force=TimeInForce.DAY,
        price_type=PriceType.LIMIT,
    )


def clock_ns(image: DayImage, phase: Phase, last: bool = False) -> int:
    """Return when a phase begins for the first (or last) time in the image's schedule."""
    times = image.phases["time_ns"][image.phases["phase"] == phase]
    return int(times.max() if last else times.min())


def run_day(
    root: Path, image: DayImage, orders: Iterable[EnterOrder], late: Iterable[EnterOrder] = ()
) -> None:
    """Run a day of the morning's continuous trading: orders one a second, to its close.

    ``late`` orders come within the last five minutes. Every member has the session of its row + 1.
    """
    day = Sequencer.create(root, image)
    start = clock_ns(image, Phase.CONTINUOUS, last=True) + SECOND
    members = len(image.members)
    for member in range(members):
        command = LogOn(
            target=member + 1, member=member, epoch=1, grace_ns=0, cancel_on_disconnect=0
        )
        day.run(start, encode(command))
    sequences = [0] * members
    close = clock_ns(image, Phase.CLOSED, last=True)

    def enter(time_ns: int, wanted: EnterOrder) -> None:
        member = int(image.trading_codes["member"][wanted.trading_code])
        sequences[member] += 1
        day.run(time_ns, encode(wanted, member + 1, sequences[member]))

    for number, wanted in enumerate(orders):
        enter(start + number * SECOND, wanted)
    for number, wanted in enumerate(late):
        enter(close - 200 * SECOND + number * SECOND, wanted)
    day.run(close + SECOND, encode(PassTime()))
    day.close()


def bytes_of(root: Path) -> dict[str, bytes]:
    """Return every file of a folder by name."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def touched_rows(table: np.ndarray, **where: int) -> np.ndarray:
    """Return the rows of a table whose fields have these values."""
    chosen = np.ones(len(table), bool)
    for name, value in where.items():
        chosen &= table[name] == value
    return table[chosen]
