"""The pages of records: express, rankings, calendar, glossary."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from django.http import Http404

from huiguan.foundation.calendars import show_day
from huiguan.language.glossary import read_glossary
from huiguan.office.display.here import shown
from huiguan.office.display.records.calendars import (
    endings,
    market_calendar,
    year_shown,
    years_of,
)
from huiguan.office.display.records.days import (
    SETTLEMENT,
    closed_days,
    express,
    published,
    rank_lines,
)
from huiguan.office.display.records.why import PUBLIC, why_page
from huiguan.office.display.views import NotOpen, page, when_open

if TYPE_CHECKING:
    from huiguan.language.glossary import WordSection

Request = Any  # django.http.HttpRequest; Django says no types
Answer = Any
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
EXPRESS_HEADS = (
    *("previous settlement", "open", "high", "low", "close", "settlement price"),
    *("close - previous settlement", "settlement - previous settlement"),
    *("volume", "open interest", "change of open interest", "turnover, 10,000 yuan"),
)


def day_asked(day: str | None) -> tuple[int, list[int]]:
    """Return the closed day that an address names (the newest without one), and all there are."""
    found = closed_days(shown().follower.places.days)
    chosen = int(day) if day else found[0] if found else 0
    if day and chosen not in found:
        raise Http404
    return chosen, found


def express_page(request: Request, day: str | None = None) -> Answer:
    """Return the express of a closed day."""
    here = shown()
    chosen, found = day_asked(day)
    groups = []
    if found:
        groups = express(published(here.follower.places.days, chosen, here.books), here.books)
    days = [(one, show_day(one)) for one in found]
    return page(
        request, "express.html", groups=groups, heads=EXPRESS_HEADS, days=days, chosen_day=chosen,
        told=show_day(chosen), why=SETTLEMENT,
    )  # fmt: skip


def why(request: Request, day: str, what: str, code: str) -> Answer:
    """Return why a price of a closed day is what it is."""
    chosen, _ = day_asked(day)
    if what not in PUBLIC:
        raise Http404
    shows = why_page(request.words, chosen, what, code)
    status = 200 if shows["one"] else 404
    back = [(f"/express/{chosen}", "Express")]
    return page(request, "why.html", status, back=back, subject=code, **shows)


def rankings_page(request: Request, day: str | None = None, code: str = "") -> Answer:
    """Return the rankings of a contract on a closed day: the first that has any, without one."""
    here = shown()
    chosen, found = day_asked(day)
    ranks = {}
    if found:
        ranks = published(here.follower.places.days, chosen, here.books).ranks
    if code and code not in ranks:
        raise Http404
    code = code or next(iter(ranks), "")
    days = [(one, show_day(one)) for one in found]
    return page(
        request, "rankings.html", lines=rank_lines(ranks.get(code, [])), code=code,
        contracts=list(ranks), days=days, chosen_day=chosen, told=show_day(chosen),
    )  # fmt: skip


@when_open
def calendar_page(request: Request, year: str = "") -> Answer:
    """Return a year of the calendar, that of the trading day without one."""
    here = shown()
    day = here.follower.day
    if day is None:
        raise NotOpen
    calendar = market_calendar(here.books)
    chosen = int(year) if year else day.trading_day // 10_000
    if chosen not in years_of(calendar):
        raise Http404
    ends = [] if year else endings(here.books, day.trading_day)
    return page(
        request, "calendar.html", year=year_shown(calendar, chosen), endings=ends,
        today=show_day(day.trading_day),
    )  # fmt: skip


@cache
def glossary() -> list[WordSection]:
    """Return the glossary without its marks."""
    return [
        section.__class__(
            section.title,
            [
                word.__class__(word.word, word.name.replace("`", ""), word.chinese, word.fix)
                for word in section.words
            ],
            LINK.sub(r"\1", section.note).replace("`", ""),
        )
        for section in read_glossary()
    ]


def glossary_page(request: Request) -> Answer:
    """Return the words of the house, in both languages whatever the page's."""
    return page(request, "glossary.html", sections=glossary())
