"""Published figures of the warehouse as pages show them: by product, region and facility."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.delivery.stocks import SUBTOTAL, TOTAL
from huiguan.foundation.calendars import is_trading_day, on_or_before, trading_days
from huiguan.office.display.figures import Cell, direction, grouped, signed
from huiguan.office.display.here import shown
from huiguan.office.warehouse import here
from huiguan.storage.warehouse.deliveries import read_record, record_file
from huiguan.storage.warehouse.efp import RECORD, read_exchanged
from huiguan.storage.warehouse.reports import (
    delivered_codes,
    market_calendar,
    month_of_delivery,
    month_of_exchange,
    month_report,
    stock_reports,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from huiguan.exchange.delivery.efp import Exchanged
    from huiguan.exchange.reports.reports_of_day import Report
    from huiguan.storage.warehouse.deliveries import Record
    from huiguan.storage.warehouse.kept import Kept

DAILY, WEEKLY = "daily", "weekly"
SHOWN_DAYS, SHOWN_MONTHS = 10, 12
HEADS = {
    DAILY: ("warrants", "change from the day before"),
    WEEKLY: (
        *("goods a week ago", "warrants a week ago", "goods", "warrants"),
        *("change of goods", "change of warrants", "room left"),
    ),
}
FIGURES = {
    DAILY: ("WRTWGHTS", "WRTCHANGE"),
    WEEKLY: (
        *("PRESPOTWGHTS", "PREWRTWGHTS", "SPOTWGHTS", "WRTWGHTS"),
        *("SPOTCHANGE", "WRTCHANGE", "WHSTOCKS"),
    ),
}
CHANGES = ("WRTCHANGE", "SPOTCHANGE")
CUT = "$$"  # between the Chinese and the English of a name


class Line(NamedTuple):
    """A place, the subtotal of a region, or the total of a product."""

    name: str
    region: str
    is_sum: bool
    cells: list[Cell]


class Group(NamedTuple):
    """A product of a report."""

    product: str
    name: str
    unit: str
    lines: list[Line]


def in_language(text: str, lang: str) -> str:
    """Return a name ``中文$$English`` in a language; one without a cut is the same in both."""
    chinese, cut, english = text.partition(CUT)
    return english if cut and lang == "en" else chinese


def today(house: Kept) -> int:
    """Return the trading day that runs, or the day of the newest step where none does."""
    day = shown().follower.day
    return day.trading_day if day else house.register.day


def days_shown(house: Kept) -> list[int]:
    """Return the newest trading days that have figures, the newest first."""
    if not house.steps or not house.register.forms:
        return []
    calendar = market_calendar(house.register, here.books())
    first, last = house.steps[0].day, on_or_before(calendar, today(house))
    return list(reversed(trading_days(calendar, first, last)[-SHOWN_DAYS:]))


def has_figures(house: Kept, day: int) -> bool:
    """Return whether there is a report of a day: a trading day since the first step."""
    if not house.steps or not house.register.forms:
        return False
    calendar = market_calendar(house.register, here.books())
    return house.steps[0].day <= day <= today(house) and is_trading_day(calendar, day)


def report(house: Kept, kind: str, day: int) -> Report:
    """Return the daily or the weekly report of a day."""
    daily, weekly = stock_reports(house.register, here.books(), day)
    return daily if kind == DAILY else weekly


def groups(house: Kept, kind: str, day: int, lang: str, say: Callable[[str], str]) -> list[Group]:
    """Return a report product by product, in a language."""
    found: list[Group] = []
    products = sorted(house.register.forms)
    for row in report(house, kind, day).table.iter_rows(named=True):
        if row["ROWORDER"] == 1:
            name = in_language(row["VARNAME"], lang)
            found.append(Group(products[row["VARSORT"] - 1], name, row["WGHTUNIT"], []))
        place = {SUBTOTAL: say("subtotal"), TOTAL: say("total")}.get(
            row["WHABBRNAME"], in_language(row["WHABBRNAME"], lang)
        )
        cells = [figure(row[name], is_change=name in CHANGES) for name in FIGURES[kind]]
        region = in_language(row["REGNAME"], lang)
        found[-1].lines.append(Line(place, region, bool(row["ROWSTATUS"]), cells))
    return found


def figure(units: int, *, is_change: bool) -> Cell:
    """Return whole units, with sign and direction where they are a change."""
    if not is_change:
        return Cell(grouped(str(units)))
    return Cell(signed(units), direction((units > 0) - (units < 0)))


def records() -> list[Record]:
    """Return every delivery of the folder; each is read and proved once."""
    root = here.folder()
    return [record_of(code) for code in delivered_codes(root)]


def record_of(code: str) -> Record:
    """Return the delivery of a contract that was delivered."""
    root = here.folder()
    return _record(root, code, (root / record_file(code)).stat().st_mtime_ns)


@lru_cache(64)
def _record(root: Path, code: str, written: int) -> Record:
    del written  # it says when to read again
    return read_record(root, code)


def exchanged() -> list[Exchanged]:
    """Return every EFP of the folder."""
    path = here.folder() / RECORD
    return _exchanged(path.parent, path.stat().st_mtime_ns) if path.exists() else []


@lru_cache(2)
def _exchanged(root: Path, written: int) -> list[Exchanged]:
    del written
    return read_exchanged(root)


def months() -> list[int]:
    """Return the months of the statistics in which something was delivered, the newest first."""
    books = here.books()
    found = {month_of_delivery(books, one) for one in records()}
    found |= {month_of_exchange(books, one) for one in exchanged()}
    return sorted(found, reverse=True)[:SHOWN_MONTHS]


def month(of: int) -> Report:
    """Return what was delivered and exchanged in a month of the statistics."""
    return month_report(here.books(), of, records(), exchanged())
