"""Warnings to holders toward the end of a contract, from the month before its delivery month (5.7).

Who cannot deliver is out by the product's day; everybody else holds whole delivery units in the
delivery month. What is left after the last trading day is handled by ``positions.end_positions``.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from huiguan.exchange.delivery.positions import reasons
from huiguan.exchange.delivery.register import Holder
from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.instruments import (
    Contract,
    add_months,
    contract,
    parse_contract,
    select,
)
from huiguan.exchange.rules.rows import NaturalPerson, Product, Terms, calendar_of
from huiguan.foundation.calendars import on_or_after, trading_day_before


class Held(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What a trading code holds of a contract in the evening."""

    code: str
    holder: str
    long: int
    short: int


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """What a holder has to do with some of his lots, until when, and by which article."""

    code: str
    holder: str
    side: str  # long, short
    lots: int  # that have to go
    by: int  # after the close of this day nothing of them is left
    late: bool  # the day is over
    reason: str
    article: str
    status: str


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """The days of one contract that count for its holders."""

    unit: int
    last: int
    out_by: int  # who cannot deliver holds nothing after this day; the last day where no row says
    whole_by: int  # after this day only whole units are held
    out: MarketRow
    whole: MarketRow


def ends_of(books: DeliveryBooks, product: Product, found: Contract) -> Ends:
    """Return the days of a contract; the last evening before the delivery month ends odd lots.

    Where the contract ends before its delivery month, whole units count at its last day.
    """
    calendar = calendar_of(books.books, product)
    last, month = found.last_day, found.month
    sizes = select(books.books, product, Terms, last, month)
    natural = select(books.books, product, NaturalPerson, last, month, last)
    assert sizes is not None
    days = natural.days_before_last if natural is not None else None
    first = on_or_after(calendar, month * 100 + 1)
    return Ends(
        unit=sizes.delivery_unit_lots,
        last=last,
        out_by=trading_day_before(calendar, last, days) if days else last,
        whole_by=trading_day_before(calendar, first, 1) if first <= last else last,
        out=natural if natural is not None else sizes,
        whole=sizes,
    )


def warnings(
    books: DeliveryBooks, held: Iterable[Held], holders: Mapping[str, Holder], day: int
) -> list[Warned]:
    """Return what holders are told in the evening of a day, by contract and holder."""
    ends: dict[str, Ends | None] = {}
    told: list[Warned] = []
    for row in sorted(held):
        if row.code not in ends:
            product, month = parse_contract(books.books, row.code)
            found = contract(books.books, row.code)
            near = day // 100 >= add_months(month, -1) and found.delivery_days
            ends[row.code] = ends_of(books, product, found) if near else None
        own = ends[row.code]
        if own is not None:
            told += _told(own, row, holders.get(row.holder), day)
    return told


def _told(ends: Ends, held: Held, holder: Holder | None, day: int) -> Iterator[Warned]:
    found = reasons(holder)
    for side in ("long", "short"):
        lots = getattr(held, side)
        odd = lots if found else lots % ends.unit
        by, row = (ends.out_by, ends.out) if found else (ends.whole_by, ends.whole)
        if odd:
            yield Warned(
                code=held.code,
                holder=held.holder,
                side=side,
                lots=odd,
                by=by,
                late=day >= by,
                reason=", ".join(found) or f"not whole units of {ends.unit} lots",
                article=row.article,
                status=row.status,
            )
