"""The public pages of stocks: each day, each week, each month; each as a file as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from huiguan.foundation.calendars import show_day
from huiguan.office.display.views import page
from huiguan.office.warehouse import stocks
from huiguan.office.warehouse.pages.gate import with_house
from huiguan.storage.market.daily_files import report_files

if TYPE_CHECKING:
    from huiguan.exchange.reports.reports_of_day import Report
    from huiguan.storage.warehouse.kept import Kept

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
TABS = (
    ("/stocks", "Daily warrants"),
    ("/stocks/weekly", "Weekly stocks"),
    ("/stocks/monthly", "Monthly deliveries"),
)


def as_file(report: Report, form: str) -> Answer:
    """Return a report as a file under its official name."""
    for name, parts in report_files([report]):
        if name.endswith(form):
            answer = HttpResponse(b"".join(parts), content_type=TYPES[form])
            answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
    raise Http404


def of_days(request: Request, house: Kept, kind: str, day: str, form: str) -> Answer:
    """Return the daily or the weekly report of a day, of the newest one without."""
    days = stocks.days_shown(house)
    chosen = int(day) if day else days[0] if days else 0
    if day and not stocks.has_figures(house, chosen):
        raise Http404
    if form:
        return as_file(stocks.report(house, kind, chosen), form)
    chosen_preferences = request.preferences
    found = (
        stocks.groups(house, kind, chosen, chosen_preferences.lang, request.words.text)
        if chosen
        else []
    )
    return page(
        request, "stocks.html", groups=found, heads=stocks.HEADS[kind], kind=kind, tabs=TABS,
        base=TABS[kind == stocks.WEEKLY][0], heading=TABS[kind == stocks.WEEKLY][1],
        days=[(one, show_day(one)) for one in days], chosen_day=chosen, told=show_day(chosen),
        wide=len(stocks.HEADS[kind]) + 2,
    )  # fmt: skip


@with_house
def daily(request: Request, house: Kept, day: str = "", form: str = "") -> Answer:
    """Show the warrants of a trading day, and the change from the day before."""
    return of_days(request, house, stocks.DAILY, day, form)


@with_house
def weekly(request: Request, house: Kept, day: str = "", form: str = "") -> Answer:
    """Show goods and warrants of the week to a trading day."""
    return of_days(request, house, stocks.WEEKLY, day, form)


@with_house
def monthly(request: Request, house: Kept, month: str = "", form: str = "") -> Answer:
    """Show what was delivered and exchanged from the 16th of a month to the 15th of the next."""
    del house
    months = stocks.months()
    if month and int(month) not in months:
        raise Http404
    chosen = int(month) if month else months[0] if months else 0
    if form:
        return as_file(stocks.month(chosen), form)
    rows = stocks.month(chosen).table.rows() if chosen else []
    return page(
        request, "stocks_of_month.html", rows=rows, months=months, chosen_month=chosen, tabs=TABS,
        base=TABS[2][0], heading=TABS[2][1],
    )  # fmt: skip
