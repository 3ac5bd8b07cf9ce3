"""The days of a contract's end: what happens when, each with its article and status."""

from collections.abc import Iterator

import msgspec

from huiguan.exchange.delivery.rows import (
    Cycle,
    DeliveryBooks,
    Dispute,
    Efp,
    Invoice,
    Statistics,
    row_of,
)
from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.instruments import (
    Contract,
    add_months,
    contract,
    parse_contract,
    select,
)
from huiguan.exchange.rules.rows import Multiple, NaturalPerson, Product, calendar_of
from huiguan.foundation.calendars import (
    Calendar,
    on_or_after,
    trading_day_after,
    trading_day_before,
)
from huiguan.foundation.faults import InputFault


class Point(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What happens on a day; ``clock`` is "" where the whole day counts."""

    day: int
    clock: str
    what: str
    article: str
    status: str


def cycle_of(books: DeliveryBooks, found: Contract) -> Cycle:
    """Return the cycle of a contract: the row with its number of delivery days."""
    days = len(found.delivery_days)
    return row_of(books, found.product, Cycle, found.last_day, found.month, days=days)


def delivery_day(found: Contract, number: int) -> int:
    """Return the delivery day of a number: 0 is the last trading day."""
    return (found.last_day, *found.delivery_days)[number]


def point(day: int, clock: str, what: str, row: MarketRow) -> Point:
    """Return a point that a row sets."""
    return Point(day=day, clock=clock, what=what, article=row.article, status=row.status)


def points(books: DeliveryBooks, code: str) -> list[Point]:
    """Return every day that counts for what is delivered, from the listing on, in order."""
    product, month = parse_contract(books.books, code)
    found = contract(books.books, code)
    return sorted(
        [
            *before_the_last_day(books, product, found),
            *in_the_delivery(books, found),
            *after_it(books, product, found, month),
        ]
    )


def before_the_last_day(books: DeliveryBooks, product: Product, found: Contract) -> Iterator[Point]:
    """Yield listing, whole units, natural persons, the window of EFP, the last trading day."""
    calendar = calendar_of(books.books, product)
    last, month = found.last_day, found.month
    natural = select(books.books, product, NaturalPerson, last, month, last)
    if natural is not None and natural.days_before_last is not None:
        day = trading_day_before(calendar, last, natural.days_before_last)
        yield point(day, "15:00", "natural persons hold nothing after the close", natural)
    first = on_or_after(calendar, month * 100 + 1)
    multiple = select(books.books, product, Multiple, last, month, last)
    if multiple is not None and multiple.lots > 1 and first <= last:
        yield point(first, "", f"positions are whole units of {multiple.lots} lots", multiple)
    if found.delivery_days:
        efp = row_of(books, found.product, Efp, last, month)
        opens, closes = efp_window(books, calendar, found, efp)
        yield point(opens, "", "first day of EFP", efp)
        yield point(closes, efp.applied_by, "last day of EFP", efp)


def efp_window(
    books: DeliveryBooks, calendar: Calendar, found: Contract, efp: Efp
) -> tuple[int, int]:
    """Return first and last day of EFP of a contract.

    From the listing on, or (older texts) from the day after the last one of the month before; to
    the second trading day before the last.
    """
    closes = trading_day_before(calendar, found.last_day, efp.until_days_before_last)
    if efp.from_day == "listing":
        return found.listed, closes
    before = f"{found.product}{add_months(found.month, -1) % 10_000:04d}"
    opens = trading_day_after(calendar, contract(books.books, before).last_day)
    return max(found.listed, opens), closes


def in_the_delivery(books: DeliveryBooks, found: Contract) -> Iterator[Point]:
    """Yield the steps of the cycle."""
    cycle = cycle_of(books, found)
    for step in cycle.steps:
        number, clock, action = step.split(" ")
        if int(number) > len(found.delivery_days):
            raise InputFault(f"the cycle of {found.code} has a step on day {number}, after its end")
        yield point(delivery_day(found, int(number)), clock, action.replace("_", " "), cycle)


def after_it(
    books: DeliveryBooks, product: Product, found: Contract, month: int
) -> Iterator[Point]:
    """Yield the last day for invoices and for disputes, and the month of the statistics."""
    calendar, last = calendar_of(books.books, product), found.last_day
    if not found.delivery_days:
        return
    invoice = row_of(books, found.product, Invoice, last, month)
    day = trading_day_after(calendar, last, invoice.within_days)
    yield point(day, "14:00", "last day for the seller's invoice", invoice)
    dispute = row_of(books, found.product, Dispute, last, month)
    ends = on_or_after(calendar, add_months(month, dispute.months_after) * 100 + dispute.day)
    if ends > found.delivery_days[-1]:
        yield point(ends, "", "last day to dispute the quality", dispute)


def statistics_month(books: DeliveryBooks, product: str, day: int) -> int:
    """Return the month (``yyyymm``) of delivery statistics that a day belongs to.

    From the 16th of the month before to the 15th: 2026-09-16 belongs to 202610.
    """
    row = row_of(books, product, Statistics, day, day // 100)
    return add_months(day // 100, 1) if day % 100 >= row.from_day else day // 100
