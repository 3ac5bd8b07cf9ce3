"""A chain of simulated days: run, cleared, calls answered, the next image made of the result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.cleared import quiet
from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.exchange.day.instructions.money import MoveClientMoney, MoveMemberMoney
from huiguan.exchange.evening.forced import force_close_commands
from huiguan.simulation.market.run import SimulatedDay, run_day
from huiguan.simulation.market.scenario import USUAL, Scenario
from huiguan.storage.lock import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.messages import EnterOrder
    from huiguan.exchange.rules.rows import Books

ANSWERED_OF = 5  # one call in so many is not answered
TEN_THOUSAND_YUAN = 1_000_000


class MarketDay(NamedTuple):
    """A day that was run and closed."""

    run: SimulatedDay
    image: DayImage
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


def untold(_day: int, _done: int, _total: int) -> None:
    """Tell nobody how far a day is."""


def run_days(
    books: Books,
    image: DayImage,
    days: int,
    seed: int,
    out: Path,
    progress: Callable[[int, int, int], None] = untold,
    report: Callable[[str], None] = quiet,
    scenario: Scenario = USUAL,
) -> Iterator[MarketDay]:
    """Yield ``days`` trading days from ``image`` on, each closed in the folder ``out/yyyymmdd``.

    ``progress`` is told the trading day, moments done and moments in all; ``report`` the steps of
    the closing. The next day begins with what was paid after a call, and what is closed by force.
    """
    forced: list[EnterOrder] = []
    for number in range(days):
        day = image.settings.trading_day
        root = out / str(day)
        with hold(root, "simulate"):
            told = partial(progress, day)
            run = run_day(image, root, seed, told, forced=forced, scenario=scenario)
        closed = close_folder(root, books, report=report)
        yield MarketDay(run, image, closed.result)
        if number + 1 < days:
            opened = open_next(root, books, answers(image, closed.result))
            image = opened.image
            forced = force_close_commands(image, opened.forced)
