"""Goods: until when they may be delivered, and what grade, brand and place add to the price."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from huiguan.exchange.delivery.rows import DeliveryBooks, Grade, Validity, found_row, row_of
from huiguan.exchange.delivery.warrants import Warrant
from huiguan.foundation.calendars import Day, show_day, to_date, to_int
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count

ValidityRule = Literal["none", "days_from_production", "days_from_issue", "november_of_next_year"]


@rule("product rules, how long goods may be delivered", "unconfirmed")
@checked
def last_deliverable_day(validity: ValidityRule, days: Count, produced: Day, issued: Day) -> int:
    """Return the last day on which goods may be delivered (``yyyymmdd``); 0: no limit.

    Rebar produced on 2026-06-01, 90 days: 2026-08-30. Rubber of 2025: 2026-11-30.
    """
    if validity == "none":
        return 0
    if validity == "november_of_next_year":
        return (produced // 10_000 + 1) * 10_000 + 11_30
    first = issued if validity == "days_from_issue" else produced
    try:
        return to_int(to_date(first) + timedelta(days))
    except OverflowError:
        raise InputFault(f"{days} days after {show_day(first)} lie outside the calendar") from None


def deliverable_until(
    books: DeliveryBooks, product: str, produced: int, issued: int, month: int = 0
) -> int:
    """Return the last deliverable day of a warrant that is issued on a day."""
    row = row_of(books, product, Validity, issued, month or issued // 100)
    if row.rule in ("days_from_production", "november_of_next_year") and not produced:
        raise InputFault(f"a warrant of {product} needs the day its goods were produced")
    whole = unchecked(last_deliverable_day)
    return whole(row.rule, row.days, produced, issued)


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """A registered brand: its group, and yuan a unit above or below the settlement price."""

    product: str
    brand: str
    group: str = ""
    premium: Decimal = Decimal(0)


def premium_of(
    books: DeliveryBooks,
    brands: Mapping[tuple[str, str], Brand],
    warrant: Warrant,
    day: int,
    month: int,
) -> Fraction:
    """Return the yuan a unit that brand and grade of a warrant add to the settlement price."""
    brand = brands.get((warrant.product, warrant.brand))
    total = Fraction(brand.premium) if brand else Fraction(0)
    if warrant.grade:
        row = found_row(books, warrant.product, Grade, day, month, grade=warrant.grade)
        total += Fraction(row.premium) if row else 0
    return total
