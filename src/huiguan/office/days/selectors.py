"""What is read of days: each page asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.office.days import floor
from huiguan.office.days.models import (
    Proof,
    RecordedDay,
    RecordedForced,
    RecordedMorning,
    RecordedPool,
)
from huiguan.office.display.here import shown
from huiguan.office.display.records.days import express, published

if TYPE_CHECKING:
    from huiguan.office.display.records.days import ExpressGroup

MOST_DAYS = 250  # on a page
MOST_FORCED = 200


class ForcedCloses(NamedTuple):
    """What is closed by force in the session after a day."""

    day: int  # 0: the next day is not open yet
    closes: int
    shown: list[RecordedForced]


def recorded_days() -> list[RecordedDay]:
    """Return the newest version of every recorded day, the newest day first."""
    found: dict[int, RecordedDay] = {}
    for day in RecordedDay.objects.order_by("-trading_day", "-version")[:MOST_DAYS]:
        found.setdefault(day.trading_day, day)
    return list(found.values())


def versions_of(trading_day: int) -> list[RecordedDay]:
    """Return what is recorded of a day, the newest version first."""
    return list(RecordedDay.objects.filter(trading_day=trading_day).order_by("-version"))


def pools_of(day: RecordedDay) -> list[RecordedPool]:
    """Return the pools of a recorded day by member, its own money first."""
    return list(day.of_pools.order_by("member", "-house"))


def proofs_of(trading_day: int) -> list[Proof]:
    """Return the proofs that were asked for of a day, the newest first."""
    return list(Proof.objects.filter(trading_day=trading_day).order_by("-pk")[:5])


def products_of(trading_day: int) -> list[ExpressGroup]:
    """Return the figures of a closed day product by product, from its folder."""
    here = shown()
    return express(published(floor.days_folder(), trading_day, here.books), here.books)


def forced_after(day: RecordedDay) -> ForcedCloses:
    """Return what is recorded of the list that the next morning closes by force."""
    morning = RecordedMorning.objects.filter(day=day).first()
    if morning is None:
        return ForcedCloses(0, 0, [])
    rows = list(day.forced.order_by("place")[:MOST_FORCED])
    return ForcedCloses(morning.trading_day, morning.forced, rows)


def forced_on(trading_day: int) -> list[RecordedForced]:
    """Return what is closed by force on a day, the first entry of its list first."""
    rows = RecordedForced.objects.filter(trading_day=trading_day)
    return list(rows.order_by("-day", "place")[:MOST_FORCED])
