"""The pages: each reads what it shows in one look and hands it to a template."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from huiguan.office.display.boards import (
    ACROSS,
    COLUMNS,
    SORTS,
    board_lines,
    busiest,
    line_of,
    ordered,
    wall_pages,
)
from huiguan.office.display.contracts import (
    LENGTHS,
    MINUTES,
    bars_of,
    block_of,
    chart_of,
    depth_of,
    heard_from,
    rules_of,
    terms_of,
)
from huiguan.office.display.heads import head_of
from huiguan.office.display.here import shown
from huiguan.office.display.records.days import closed_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from huiguan.exchange.rules.rows import Books
    from huiguan.office.display.boards import Column, Line
    from huiguan.office.display.contracts import Block
    from huiguan.office.feed.public_day import PublicDay

AGAIN_SECONDS = 3
Request = Any  # django.http.HttpRequest; Django says no types
Answer = Any


def page(request: Request, template: str, status: int = 200, **given: object) -> Answer:
    """Return a page with what every page has."""
    here = shown()
    with here.follower.lock:
        head = head_of(here.follower)
    chosen = request.preferences
    day = here.follower.day
    context = {
        "words": request.words,
        "chosen": chosen,
        "other_language": "en" if chosen.lang == "zh" else "zh",
        "static": here.static,
        "head": head,
        "here": request.path,
        "section": request.path.strip("/").partition("/")[0],
        "day": day.trading_day if day else 0,
        **given,
    }
    return render(request, template, context, status=status)


class NotOpen(Exception):  # noqa: N818  a state of the hall
    """The market has not said anything yet."""


@contextmanager
def market() -> Iterator[tuple[PublicDay, Books]]:
    """Look at the market: nothing changes meanwhile, so everything shown is of one moment."""
    here = shown()
    books = here.books
    with here.follower.lock:
        day = here.follower.day
        if day is None or not day.reads:
            raise NotOpen
        yield day, books


def when_open(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Show another page as long as there is no market; that one asks again by itself."""

    @wraps(view)
    def shown_when_open(request: Request, **given: str) -> Answer:
        try:
            return view(request, **given)
        except NotOpen:
            answer = page(request, "starting.html", status=503)
            answer.headers["Refresh"] = str(AGAIN_SECONDS)
            return answer

    return shown_when_open


def heads_of_columns(by: str) -> list[tuple[Column, str, bool]]:
    """Return the columns, each with what a click on it sorts by, and whether it does now."""
    sorts = {name: f"-{name}" if by == name else name for name in SORTS}
    return [
        (column, sorts.get(column.name, ""), by.removeprefix("-") == column.name)
        for column in COLUMNS
    ]


@when_open
def board(request: Request) -> Answer:
    """Return the board, or the wall."""
    by = request.GET.get("sort", "")
    with market() as (day, books):
        lines = board_lines(day, books, by)
        block = block_of(day, books, busiest(day))
        drawn = chart_of(day, busiest(day), request.words)
        counts = len(day.names.contracts), len(day.mains)
    if "wall" in request.GET:
        return wall(request, lines, block)
    return page(
        request, "board.html", lines=lines, columns=heads_of_columns(by), across=ACROSS, by=by,
        seen=block, chart=drawn, minutes=MINUTES, counts=counts, evening=evening_of(day),
    )  # fmt: skip


def wall(request: Request, lines: list[Line], block: Block) -> Answer:
    """Return the wall: one group of products at a time; without script each has an address."""
    pages = wall_pages(lines)
    asked = request.GET.get("wall", "")
    number = int(asked) - 1 if asked.isdecimal() and len(asked) < 4 else 0
    number = number if 0 <= number < len(pages) else 0
    return page(
        request, "wall.html", pages=pages, seen=block, number=number, theme="night",
        following=(number + 1) % len(pages) + 1,
    )  # fmt: skip


@when_open
def months(request: Request, product: str) -> Answer:
    """Return every listed month of a product."""
    by = request.GET.get("sort", "")
    with market() as (day, books):
        row = day.names.product_rows.get(product)
        lines = [] if row is None else [line_of(day, books, one) for one in day.months_of(row)]
        lines = ordered(lines, by) if by else lines
    if not lines:
        raise Http404
    columns = heads_of_columns(by)
    return page(request, "months.html", lines=lines, columns=columns, across=ACROSS, by=by)


@when_open
def contract(request: Request, code: str) -> Answer:
    """Return the page of a contract."""
    with market() as (day, books):
        row = day.names.contract_rows.get(code)
        if row is None:
            raise Http404
        block, minutes = block_of(day, books, row), minutes_asked(request)
        drawn, since = chart_of(day, row, request.words, minutes), heard_from(day)
        depth = depth_of(day, row, request.words)
    return page(
        request, "contract.html", seen=block, chart=drawn, since=since, minutes=minutes,
        depth=depth, lengths=LENGTHS, evening=evening_of(day),
        rules=rules_of(books, code, day.trading_day), terms=terms_of(books, code, day.trading_day),
    )  # fmt: skip


def evening_of(day: PublicDay) -> int:
    """Return the closed day whose figures this one began with; 0 where this hall has none."""
    return next(
        (one for one in closed_days(shown().follower.places.days) if one < day.trading_day), 0
    )


def minutes_asked(request: Request) -> int:
    """Return how long the bars of a chart are, as its address says."""
    asked = request.GET.get("minutes", "")
    return int(asked) if asked in map(str, LENGTHS) else MINUTES


@when_open
def drawing(request: Request, kind: str, code: str) -> Answer:
    """Return the chart or the depth of a contract alone, for a page that is open."""
    with market() as (day, _):
        row = day.names.contract_rows.get(code)
        found = ""
        if row is not None and kind == "depth":
            found = depth_of(day, row, request.words)
        elif row is not None:
            found = chart_of(day, row, request.words, minutes_asked(request))
    return HttpResponse(found, status=200 if found else 404)


@when_open
def bars(request: Request, code: str) -> Answer:
    """Return the bars of a contract, for a chart that can be moved."""
    with market() as (day, _):
        row = day.names.contract_rows.get(code)
        if row is None:
            raise Http404
        found = bars_of(day, row, request.words, minutes_asked(request))
    return JsonResponse(found)


def missing(request: Request, exception: object = None) -> Answer:
    """Return the page for an address that leads nowhere."""
    del exception
    return page(request, "missing.html", status=404)


def broken(request: Request) -> Answer:
    """Return what is said of what nobody foresaw; it needs nothing that may be broken."""
    del request
    text = "Something went wrong here, and it was noted. / 此处发生错误，已记录。"
    return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
