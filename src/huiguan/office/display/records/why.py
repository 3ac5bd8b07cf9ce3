"""Why a figure of a closed day is what it is: the rules it stands on, and every step."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.days.explain import FiguresOfDay, explain_figure, figures_of_day
from huiguan.exchange.reports.explain import FIRST_DAY, explain_words
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import Fault, InputFault
from huiguan.office.display.boards import GUESSED
from huiguan.office.display.here import shown
from huiguan.office.display.records.days import KeptBooks
from huiguan.storage.lock import holder
from huiguan.storage.market.day_folder import DayFolder

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.evening.explanations.steps import Explanation
    from huiguan.exchange.reports.candles import PageWords

KEPT, KEPT_DAYS = 256, 2
PUBLIC = ("settlement", "limit")  # what of a contract anybody may ask


class RuleCited(NamedTuple):
    """A rule that an explanation stands on."""

    article: str
    source: str
    since: str
    status: str
    note: str
    products: str
    mark: bool


class Why(NamedTuple):
    """An explanation in a reader's language."""

    title: str
    day: str
    rules: list[RuleCited]
    steps: list[str]


@lru_cache(KEPT_DAYS)
def _figures(root: Path, written: int, kept: KeptBooks) -> FiguresOfDay:
    del written  # it says when to read again
    return figures_of_day(root, kept.books)


@lru_cache(KEPT)
def _explained(root: Path, written: int, kept: KeptBooks, what: str, subject: str) -> Explanation:
    return explain_figure(_figures(root, written, kept), what, subject)


def explained(day: int, what: str, subject: str) -> Explanation:
    """Return why a figure of a closed day is what it is; a Fault says why that cannot be told."""
    here = shown()
    root = here.follower.places.days / str(day)
    if writing := holder(root):
        raise InputFault(f"trading day {day} is being written by {writing}; ask again")
    written = (DayFolder(root).result / "result.json").stat().st_mtime_ns
    return _explained(root, written, KeptBooks(here.books), what, subject)


def why_of(found: Explanation, words: PageWords) -> Why:
    """Return an explanation in a language."""
    title, steps = explain_words(found, 1 if words.code == "en" else 0)
    rules = [
        RuleCited(
            article=cited.row.article,
            source=cited.row.source,
            since="" if cited.row.effective == FIRST_DAY else show_day(cited.row.effective),
            status=cited.row.status,
            note=cited.row.note,
            products=", ".join(cited.products),
            mark=cited.row.status in GUESSED,
        )
        for cited in found.rules
    ]
    return Why(title, show_day(found.trading_day), rules, steps)


def why_page(words: PageWords, day: int, what: str, subject: str) -> dict[str, Any]:
    """Return what the page of an explanation shows: it, or what stands in its way."""
    try:
        return {"one": why_of(explained(day, what, subject), words), "said": ""}
    except Fault as fault:
        return {"one": None, "said": str(fault)}
