"""A chain of simulated days: run, cleared, calls answered, the next image made of the result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.clearing.day_end import close_day
from huiguan.exchange.clearing.day_events import EventCollector
from huiguan.exchange.clearing.next_day import next_image
from huiguan.exchange.clearing.rules_of_day import rules_of_day
from huiguan.exchange.instructions import MoveClientMoney, MoveMemberMoney
from huiguan.floor.closing import ClosedDay, write_closed
from huiguan.foundation.calendars import SECOND_NS
from huiguan.simulation.market import SimulatedDay, run_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from huiguan.exchange.day import DayImage
    from huiguan.exchange.instructions import AnyInstruction
    from huiguan.exchange.result import DayResult
    from huiguan.exchange.rules import Books

LATE_NS = 300 * SECOND_NS
ANSWERED_OF = 5  # one call in so many is not answered
TEN_THOUSAND_YUAN = 1_000_000


class MarketDay(NamedTuple):
    """A day that was run and cleared."""

    image: DayImage
    run: SimulatedDay
    result: DayResult


def answers(image: DayImage, result: DayResult) -> list[AnyInstruction]:
    """Return what members and clients pay in after the close: most calls, with something over.

    A member's call is answered unless its row is one in five by day and row; a client below its
    margin pays when its row is even.
    """
    day = result.settings.trading_day
    found: list[AnyInstruction] = []
    for row, pool in enumerate(result.pools):
        if pool["call_fen"] > 0 and (row + day) % ANSWERED_OF:
            member = image.names.members[pool["member"]]
            found.append(
                MoveMemberMoney(
                    maker="member",
                    checker="clearing house",
                    reference=f"call-{day}-{row}",
                    member=member,
                    house=bool(pool["house"]),
                    amount_fen=_rounded(int(pool["call_fen"]) * 2),
                )
            )
    accounts = result.accounts
    short = accounts["margin_fen"] - accounts["balance_fen"]
    found += [
        MoveClientMoney(
            maker="client",
            checker="member",
            reference=f"client-{day}-{code}",
            trading_code=image.names.trading_codes[code],
            amount_fen=_rounded(int(short[code]) * 2),
        )
        for code in np.flatnonzero(short > 0).tolist()
        if code % 2 == 0
    ]
    return found


def _rounded(fen: int) -> int:
    return -(-fen // TEN_THOUSAND_YUAN) * TEN_THOUSAND_YUAN


def run_days(
    books: Books,
    image: DayImage,
    days: int,
    seed: int,
    out: Path,
    progress: Callable[[int, int, int], None],
) -> Iterator[MarketDay]:
    """Yield ``days`` trading days from ``image`` on, each in the folder ``out/yyyymmdd``.

    ``progress`` is told the trading day, frames done, and frames in all.
    """
    for _ in range(days):
        day = image.settings.trading_day
        rules = rules_of_day(books, image.names.instruments, day)
        events = EventCollector(int(image.phases["time_ns"].max()) - LATE_NS)
        run = run_day(image, out / str(day), seed, partial(progress, day), events.add)
        result = close_day(image, events.finish(), rules)
        paid_in = answers(image, result)
        write_closed(run.folder, ClosedDay(image, result, rules), paid_in)
        yield MarketDay(image, run, result)
        image = next_image(image, result, books, paid_in)
