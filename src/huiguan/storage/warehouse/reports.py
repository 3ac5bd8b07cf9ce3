"""Published files of a warehouse folder: daily warrants, weekly stocks, the month of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from huiguan.exchange.delivery.calendar import statistics_month
from huiguan.exchange.delivery.register import Register
from huiguan.exchange.delivery.stocks import Names, stock_rows, warrant_rows
from huiguan.exchange.reports.reports_of_day import Report
from huiguan.exchange.rules.instruments import parse_contract, select
from huiguan.exchange.rules.rows import Terms, calendar_of
from huiguan.foundation.calendars import show_day, trading_day_before
from huiguan.foundation.faults import InputFault
from huiguan.storage.warehouse.deliveries import read_record
from huiguan.storage.warehouse.efp import read_exchanged
from huiguan.storage.warehouse.folder import read_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.delivery.rows import DeliveryBooks
    from huiguan.storage.warehouse.folder import Warehouse

DELIVERED = "delivered_"
WEEK_DAYS = 5


def as_of(house: Warehouse, day: int) -> Register:
    """Return the register after the steps of a day and those before it."""
    now = house.register
    found = Register(facilities=now.facilities, holders=now.holders, forms=now.forms)
    for step in house.steps:
        if step.day <= day:
            found.take(step)
    return found


def names_of(books: DeliveryBooks, product: str, order: int, day: int) -> Names:
    """Return what a product is called and counted in."""
    known = books.books.products[product]
    terms = select(books.books, known, Terms, day, day // 100)
    assert terms is not None
    return Names(chinese=known.chinese, english=known.name, unit=terms.unit, order=order)


def stock_reports(folder: Path, books: DeliveryBooks, day: int) -> list[Report]:
    """Return the daily warrant report of a trading day, and the stocks of the week to it."""
    house = read_warehouse(folder, books)
    products = sorted(house.register.forms)
    if not products:
        raise InputFault(f"{folder}: no facility is approved for any product")
    calendar = calendar_of(books.books, books.books.products[products[0]])
    yesterday = trading_day_before(calendar, day, 1)
    last_week = trading_day_before(calendar, day, WEEK_DAYS)
    today = as_of(house, day).warrants.values()
    before = as_of(house, yesterday).warrants.values()
    week = as_of(house, last_week).warrants.values()
    daily, weekly = [], []
    for order, product in enumerate(products, 1):
        names, places = names_of(books, product, order, day), house.register.facilities
        daily += warrant_rows(names, places, product, today, before)
        weekly += stock_rows(names, places, product, today, week)
    stamp = str(day)
    return [
        Report(f"{stamp}dailystock", pl.DataFrame(daily)),
        Report(f"{stamp}weeklystock", pl.DataFrame(weekly)),
    ]


def delivered_codes(folder: Path) -> list[str]:
    """Return the contracts that were delivered in a folder."""
    return sorted(path.stem.removeprefix(DELIVERED) for path in folder.glob(f"{DELIVERED}*.json"))


def month_report(folder: Path, books: DeliveryBooks, month: int) -> Report:
    """Return what was delivered in a month of the statistics, one-sided, in the product's unit.

    A delivery counts on the day its warrants were handed over, an EFP on that of its application;
    both are assumed.
    """
    rows: list[dict[str, object]] = []
    for code in delivered_codes(folder):
        record = read_record(folder, code)
        product, _ = parse_contract(books.books, code)
        if statistics_month(books, product.code, record.terms.pay_day) != month:
            continue
        quantity = sum(row.quantity for row in record.outcome.settled if row.paid) // 1_000
        rows.append(
            {
                "日期": show_day(record.terms.pay_day),
                "合约": code,
                "交割量": quantity,
                "期转现量": 0,
            }
        )
    for done in read_exchanged(folder):
        product, _ = parse_contract(books.books, done.deal.code)
        if statistics_month(books, product.code, done.deal.day) == month:
            rows.append(
                {
                    "日期": show_day(done.deal.day),
                    "合约": done.deal.code,
                    "交割量": 0,
                    "期转现量": done.quantity,
                }
            )
    frame = pl.DataFrame(
        rows,
        schema={"日期": pl.String, "合约": pl.String, "交割量": pl.Int64, "期转现量": pl.Int64},
    )
    return Report(f"ExchangeDelivery{month}", frame)
