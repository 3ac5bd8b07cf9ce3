"""Published files of a warehouse folder: daily warrants, weekly stocks, the month of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from huiguan.exchange.delivery.calendar import statistics_month
from huiguan.exchange.delivery.stocks import Names, stock_rows, warrant_rows
from huiguan.exchange.reports.reports_of_day import Report
from huiguan.exchange.rules.instruments import parse_contract, select
from huiguan.exchange.rules.rows import Terms, calendar_of
from huiguan.foundation.calendars import show_day, trading_day_before
from huiguan.foundation.faults import InputFault
from huiguan.storage.warehouse.deliveries import read_record
from huiguan.storage.warehouse.efp import read_exchanged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from huiguan.exchange.delivery.efp import Exchanged
    from huiguan.exchange.delivery.register import Register
    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.foundation.calendars import Calendar
    from huiguan.storage.warehouse.deliveries import Record

DELIVERED = "delivered_"
WEEK_DAYS = 5


def names_of(books: DeliveryBooks, product: str, order: int, day: int) -> Names:
    """Return what a product is called and counted in."""
    known = books.books.products[product]
    terms = select(books.books, known, Terms, day, day // 100)
    assert terms is not None
    return Names(chinese=known.chinese, english=known.name, unit=terms.unit, order=order)


def market_calendar(register: Register, books: DeliveryBooks) -> Calendar:
    """Return the calendar by which the figures of a register are published."""
    products = sorted(register.forms)
    if not products:
        raise InputFault("no facility of this warehouse is approved for any product")
    return calendar_of(books.books, books.books.products[products[0]])


def stock_reports(register: Register, books: DeliveryBooks, day: int) -> list[Report]:
    """Return the daily warrant report of a trading day, and the stocks of the week to it."""
    calendar, places = market_calendar(register, books), register.facilities
    today, yesterday, last_week = (
        register.tally.on(one)
        for one in (
            day,
            trading_day_before(calendar, day, 1),
            trading_day_before(calendar, day, WEEK_DAYS),
        )
    )
    daily, weekly = [], []
    for order, product in enumerate(sorted(register.forms), 1):
        names = names_of(books, product, order, day)
        daily += warrant_rows(names, places, product, today, yesterday)
        weekly += stock_rows(names, places, product, today, last_week)
    stamp = str(day)
    return [
        Report(f"{stamp}dailystock", pl.DataFrame(daily)),
        Report(f"{stamp}weeklystock", pl.DataFrame(weekly)),
    ]


def delivered_codes(folder: Path) -> list[str]:
    """Return the contracts that were delivered in a folder."""
    return sorted(path.stem.removeprefix(DELIVERED) for path in folder.glob(f"{DELIVERED}*.json"))


def month_report(
    books: DeliveryBooks, month: int, records: Iterable[Record], exchanged: Iterable[Exchanged]
) -> Report:
    """Return what was delivered in a month of the statistics, one-sided, in the product's unit.

    A delivery counts on the day its warrants were handed over, an EFP on that of its application;
    both are assumed.
    """
    rows = [
        (show_day(record.terms.pay_day), record.terms.code, delivered_units(record), 0)
        for record in records
        if month_of_delivery(books, record) == month
    ]
    rows += [
        (show_day(done.deal.day), done.deal.code, 0, done.quantity)
        for done in exchanged
        if month_of_exchange(books, done) == month
    ]
    schema = {"日期": pl.String, "合约": pl.String, "交割量": pl.Int64, "期转现量": pl.Int64}
    return Report(f"ExchangeDelivery{month}", pl.DataFrame(rows, schema=schema, orient="row"))


def delivered_units(record: Record) -> int:
    """Return what of a delivery was handed over, in whole units of the product."""
    return sum(row.quantity for row in record.outcome.settled if row.paid) // 1_000


def month_of_delivery(books: DeliveryBooks, record: Record) -> int:
    """Return the month of the statistics in which a delivery counts."""
    product, _ = parse_contract(books.books, record.terms.code)
    return statistics_month(books, product.code, record.terms.pay_day)


def month_of_exchange(books: DeliveryBooks, done: Exchanged) -> int:
    """Return the month of the statistics in which an EFP counts."""
    product, _ = parse_contract(books.books, done.deal.code)
    return statistics_month(books, product.code, done.deal.day)


def folder_month(folder: Path, books: DeliveryBooks, month: int) -> Report:
    """Return the month of everything that a folder has."""
    records = [read_record(folder, code) for code in delivered_codes(folder)]
    return month_report(books, month, records, read_exchanged(folder))
