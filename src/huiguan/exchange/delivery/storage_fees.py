"""Storage: what goods cost by day and place, and who pays which day (6.2, 6.5)."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated

import msgspec

from huiguan.exchange.delivery.register import Register, Title
from huiguan.exchange.delivery.rows import DeliveryBooks, Storage, book_rows
from huiguan.exchange.delivery.warrants import Warrant
from huiguan.exchange.quotes import Size, exact, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.calendars import days_between, to_date, to_int
from huiguan.foundation.cited import rule
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, natural

Positive = Annotated[int, partial(natural, least=1)]


@rule("circulars on storage: yuan for a unit and a day; rounded half up, as assumed", "assumed")
@checked
def storage_fen(quantity: Size, amount: Size, units: Positive, days: Count) -> int:
    """Return the fen of storing a quantity for some days at ``amount`` yuan for ``units`` a day.

    Nickel, 6 t at 1.25 yuan a ton, 10 days: 6 x 1.25 x 10 = 75.00 yuan. Gold, 3,000 g at 1.8 yuan
    for 1,000 g, 5 days: 3 x 1.8 x 5 = 27.00 yuan.
    """
    whole_units = exact(quantity, "quantity") / units
    return whole(whole_units * exact(amount, "amount") * days * 100, Rounding.HALF_UP)


class StorageBill(msgspec.Struct, frozen=True, kw_only=True):
    """What one holder pays for storing one warrant, first and last day included."""

    warrant: str
    payer: str
    first: int
    last: int
    days: int
    fee_fen: int
    article: str
    status: str


def next_day(day: int) -> int:
    """Return the day after a day of the calendar."""
    return to_int(to_date(day) + timedelta(1))


def day_before(day: int) -> int:
    """Return the day before a day of the calendar."""
    return to_int(to_date(day) - timedelta(1))


def spans(titles: Sequence[Title], stored: int, last: int) -> list[tuple[str, int, int]]:
    """Return who pays from which day to which; the first holder from the day of storing on.

    Stored on the 1st, sold on the 10th: the seller pays the 1st to the 10th, the buyer from the
    11th. In a delivery of five days the seller pays through the fifth, whenever title moves.
    """
    found = []
    for number, title in enumerate(titles):
        first = stored if number == 0 else max(stored, next_day(title.pays_after))
        end = min(titles[number + 1].pays_after if number + 1 < len(titles) else last, last)
        if first <= end:
            found.append((title.holder, first, end))
    return found


def rates(
    books: DeliveryBooks, product: str, place: str, first: int, last: int
) -> list[tuple[Storage, int, int]]:
    """Return the rows that hold from day to day: a new row begins on its first day."""
    rows = [
        row
        for row in book_rows(books, product, Storage)
        if row.effective <= last and row.place in (place, "any")
    ]
    rows.sort(key=lambda row: (row.effective, row.place == place))
    newest = {row.effective: row for row in rows}
    days = sorted(newest)
    found = []
    for number, day in enumerate(days):
        end = day_before(days[number + 1]) if number + 1 < len(days) else last
        if end >= first:
            found.append((newest[day], max(day, first), min(end, last)))
    return found


def bills(
    books: DeliveryBooks, register: Register, warrant: Warrant, last: int
) -> list[StorageBill]:
    """Return what each holder of a warrant pays for its storage to a day, or to its withdrawal."""
    if not warrant.stored or warrant.stored > last:
        return []
    until = min(warrant.ended, last) if warrant.ended else last
    facility = register.facilities[warrant.facility]
    place = facility.kind if facility.place == "any" else facility.place
    quantity = Decimal(warrant.quantity).scaleb(-3)
    found = []
    for payer, first, end in spans(register.titles[warrant.id], warrant.stored, until):
        for row, begins, ends in rates(books, warrant.product, place, first, end):
            days = days_between(begins, ends) + 1
            found.append(
                StorageBill(
                    warrant=warrant.id,
                    payer=payer,
                    first=begins,
                    last=ends,
                    days=days,
                    fee_fen=unchecked(storage_fen)(quantity, row.amount, row.units, days),
                    article=row.article,
                    status=row.status,
                )
            )
    return found
