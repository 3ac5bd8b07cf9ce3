"""Contract months: which are listed on a day, and the dates of each one's life.

Everything follows from the dated rows of a book (``months``, ``listing``, ``last_day``,
``last_day_exception``, ``delivery``); nothing here knows a product by name.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, partial
from typing import Annotated, TypeVar, cast

import msgspec

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.rows import (
    KIND_NAMES,
    Books,
    CircularRow,
    Delivery,
    LastDay,
    LastDayException,
    Listing,
    ListingMonths,
    Product,
    book_row,
    calendar_of,
)
from huiguan.exchange.rules.values import Month, parse_month
from huiguan.foundation.calendars import (
    Day,
    Loaded,
    is_trading_day,
    on_or_after,
    on_or_before,
    refuse_closed_day,
    to_int,
    trading_day_after,
    trading_days_between,
)
from huiguan.foundation.cited import applicable, rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import whole_number

LONGEST_LISTING_MONTHS = 72
R = TypeVar("R", bound=MarketRow)
DayOfMonth = Annotated[int, partial(whole_number, least=1, most=31)]
Weekday = Annotated[int, partial(whole_number, least=1, most=7)]  # 1 is Monday


class Contract(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One contract month and the dates of its life (``yyyymmdd``)."""

    product: str
    month: int  # yyyymm
    code: str  # "cu2609"
    venue: str
    listed: int  # first trading day
    last_day: int  # last trading day
    delivery_days: tuple[int, ...]  # none: settled in cash on the last trading day


def add_months(month: int, number: int) -> int:
    """Return the month ``number`` months after ``yyyymm``."""
    total = month // 100 * 12 + month % 100 - 1 + number
    return total // 12 * 100 + total % 12 + 1


def months_between(first: int, last: int) -> int:
    """Return how many months ``last`` lies after ``first`` (both ``yyyymm``)."""
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100


def contract_code(product: str, month: int) -> str:
    """Return ``cu2609`` of "cu" and 202609."""
    return f"{product}{month % 10_000:04d}"


def parse_contract(books: Books, code: str) -> tuple[Product, int]:
    """Return product and month of ``cu2609``; an unknown product or month is an InputFault."""
    names = {name.lower(): name for name in books.products}  # "CU2609" is cu2609
    product = books.products.get(names.get(code[:-4].lower(), ""))
    if product is None:
        raise InputFault(
            f"{code!r}: no rulebook has a product {code[:-4] or code!r}; there are: {known(books)}"
        )
    return product, parse_month(code[-4:])


def product_rows(books: Books, product: Product, kind: str) -> tuple[tuple[MarketRow, ...], ...]:
    """Return the rows of a kind, the product's before its venue's defaults."""
    return product.rows.get(kind, ()), books.venues[product.venue].rows.get(kind, ())


def month_matches(row: ContractRow, month: int) -> bool:
    """Return whether a row's contract range and delivery months take in a contract month."""
    if row.contracts and not any(first <= month <= last for first, last in row.contracts):
        return False
    return not row.months or month % 100 in row.months


@rule(
    "circulars, holiday clause: back after the first day without limit-locked market", "confirmed"
)
@checked
def reverted(row: Annotated[CircularRow, book_row], day: Day) -> bool:
    """Return whether a holiday's values are over on ``day``, if the day named was not locked.

    Example: raised for Spring Festival 2026, named day 2026-02-24: over from 2026-02-25 on.
    """
    return 0 < row.reverts_from < day


def narrowness(row: MarketRow) -> tuple[bool, int, bool]:
    """Return how narrow a row is: named contracts, then the later stage, then named months."""
    if not isinstance(row, ContractRow):
        return False, 0, False
    stage = 0
    if row.from_days_before_last >= 0:
        stage = 20_000 - row.from_days_before_last
    elif row.from_months_before >= 0:
        stage = 10_000 - row.from_months_before
    return bool(row.contracts), stage, bool(row.months)


def select(
    books: Books,
    product: Product,
    kind: type[R],
    day: int,
    month: int,
    last_day: int = 0,
) -> R | None:
    """Return the row of ``kind`` that applies to a contract month on a trading day, or None.

    The product's own rows come first, the venue's defaults second. Rows bound to a stage of life
    need the contract's last trading day.
    """
    name = KIND_NAMES[kind]
    calendar = calendar_of(books, product)
    over = unchecked(reverted)
    until_delivery = months_between(day // 100, month)

    def matches(row: MarketRow) -> bool:
        if not isinstance(row, ContractRow):
            return True
        if not month_matches(row, month) or (isinstance(row, CircularRow) and over(row, day)):
            return False
        if 0 <= row.from_months_before < until_delivery:
            return False
        if row.from_days_before_last < 0:
            return True
        return trading_days_between(calendar, day, last_day) <= row.from_days_before_last

    for rows in product_rows(books, product, name):
        found = applicable(cast("Iterable[R]", rows), day, matches, narrowness)
        if found is not None:
            return found
    return None


@rule("contract texts, last trading day: the 15th, or the next trading day", "confirmed")
@checked
def last_day_of_month(calendar: Loaded, month: Month, day: DayOfMonth) -> int:
    """Return ``day`` of the contract month, or the next trading day.

    Example: 2026-08-15 is a Saturday, so contracts 2608 end on Monday 2026-08-17.
    """
    return on_or_after(calendar, month * 100 + day)


@rule("contract texts of sc, lu, fu: last trading day of the month before delivery", "confirmed")
@checked
def last_day_of_month_before(calendar: Loaded, month: Month) -> int:
    """Return the last trading day of the month before the contract month.

    Example: contracts 2609 of crude oil end on 2026-08-31.
    """
    return on_or_before(calendar, month * 100)


@rule("contract text of ec: last Monday of the delivery month with trading", "confirmed")
@checked
def last_weekday_of_month(calendar: Loaded, month: Month, weekday: Weekday) -> int:
    """Return the last ``weekday`` (1 is Monday) of the contract month that is a trading day.

    Example: 2026-02-23 and 02-16 are holidays, so a contract 2602 ended on Monday 2026-02-09.
    """
    first = date(month // 100, month % 100, 1)
    following = add_months(month, 1)
    day = date(following // 100, following % 100, 1) - timedelta(1)
    while day >= first:
        if day.isoweekday() == weekday and is_trading_day(calendar, to_int(day)):
            return to_int(day)
        day -= timedelta(1)
    raise InputFault(f"no weekday {weekday} of {month} is a trading day; check the calendar")


@rule("contract texts of index futures: third Friday, or the next trading day", "confirmed")
@checked
def third_friday(calendar: Loaded, month: Month) -> int:
    """Return the third Friday of the contract month, or the next trading day.

    Example: contracts 2101 end on 2021-01-15.
    """
    first = date(month // 100, month % 100, 1)
    return on_or_after(calendar, to_int(first + timedelta((4 - first.weekday()) % 7 + 14)))


def last_trading_day(books: Books, product: Product, month: int) -> int:
    """Return the last trading day of a contract month: its exception, or the product's rule."""
    for row in product.rows.get("last_day_exception", ()):
        if isinstance(row, LastDayException) and row.contract == month:
            return row.last_day
    found = select(books, product, LastDay, month * 100 + 31, month)
    assert found is not None, product.code  # the loader proves that there is one
    calendar = calendar_of(books, product)
    if found.rule == "day_of_month":
        return unchecked(last_day_of_month)(calendar, month, found.day)
    if found.rule == "month_end_before":
        return unchecked(last_day_of_month_before)(calendar, month)
    if found.rule == "last_weekday":
        return unchecked(last_weekday_of_month)(calendar, month, found.day)
    return unchecked(third_friday)(calendar, month)


def delivery_days(books: Books, product: Product, month: int, last_day: int) -> tuple[int, ...]:
    """Return the delivery days of a contract month: its exception, or the days after the last."""
    for row in product.rows.get("last_day_exception", ()):
        if isinstance(row, LastDayException) and row.contract == month and row.delivery_days:
            return row.delivery_days
    calendar = calendar_of(books, product)
    first = trading_day_after(calendar, last_day)  # a period goes by the rule on its first day
    found = select(books, product, Delivery, first, month)
    assert found is not None, product.code
    return tuple(trading_day_after(calendar, last_day, n + 1) for n in range(found.days))


@rule("contract texts, listed contract months", "confirmed")
@checked
def pattern_months(pattern: Annotated[ListingMonths, book_row], front: Month) -> tuple[int, ...]:
    """Return the contract months of a pattern when ``front`` (``yyyymm``) is the nearest month.

    Example: bitumen (6 nearest, then quarter months within 24) with front 202609: 2609 to 2702,
    2703, 2706, 2709, 2712, 2803, 2806.
    """
    if (pattern.then_count or pattern.then_within) and not pattern.then_of:
        raise InputFault("pattern: a wider grid of no delivery month never ends; give ``then_of``")
    near = [add_months(front, n) for n in range(pattern.nearest)]
    found = [month for month in near if month % 100 in pattern.of]
    month, taken = add_months(front, pattern.nearest), 0
    while taken < pattern.then_count or months_between(front, month) < pattern.then_within:
        if month % 100 in pattern.then_of:
            found.append(month)
            taken += 1
        month = add_months(month, 1)
    return tuple(found)


@cache
def known_months(pattern: ListingMonths, front: int) -> frozenset[int]:
    """Return what ``pattern_months`` does, worked out once: a day of listings asks often."""
    return frozenset(unchecked(pattern_months)(pattern, front))


def front_month(books: Books, product: Product, day: int) -> int:
    """Return the nearest calendar month whose last trading day is not before ``day``."""
    month = day // 100
    while last_trading_day(books, product, month) < day:
        month = add_months(month, 1)
    return month


def named_listings(product: Product) -> dict[int, int]:
    """Return listing day by contract month of what is listed by name; 0 means never listed."""
    rows = product.rows.get("listing", ())
    return {row.contract: row.listed for row in rows if isinstance(row, Listing)}


def months_on(books: Books, product: Product, day: int, front: int) -> set[int]:
    """Return the contract months a product's pattern gives on ``day``."""
    pattern = select(books, product, ListingMonths, day, 0)
    if pattern is None:
        return set()
    months = known_months(pattern, front)
    return {month for month in months if month >= product.first_contract}


def listing_day(books: Books, product: Product, month: int) -> int:
    """Return the first trading day of a contract month; one never listed is an InputFault.

    A month joins on the trading day after the last one of the month it replaces (cu2110 on
    2020-10-16), with the product itself, or on the day a circular names.
    """
    named = named_listings(product)
    if named.get(month):
        return named[month]
    calendar = calendar_of(books, product)
    start = product.listed
    patterns = [row for rows in product_rows(books, product, "months") for row in rows]
    days = {start, *(row.effective for row in patterns if row.effective > start)}
    fronts = {day: front_month(books, product, day) for day in days}
    first = max(add_months(month, -LONGEST_LISTING_MONTHS), start // 100)
    for step in range(months_between(first, month)):
        earlier, front = add_months(first, step), add_months(first, step + 1)
        if any(
            month in known_months(row, front) for row in patterns if isinstance(row, ListingMonths)
        ):
            day = trading_day_after(calendar, last_trading_day(books, product, earlier))
            if day > start:
                fronts.setdefault(day, front)
    if month not in named:
        for day, front in sorted(fronts.items()):
            if month in months_on(books, product, day, front):
                return day
    raise never_listed(product, month)


def never_listed(product: Product, month: int) -> InputFault:
    """Return the fault of a contract month that no pattern and no name ever listed."""
    return InputFault(
        f"{contract_code(product.code, month)} was never listed: it is not in the contract months"
        f" of {product.code}; see `huiguan instruments --product {product.code}`"
    )


def contract(books: Books, code: str) -> Contract:
    """Return a contract month by its code, with the dates of its life."""
    product, month = parse_contract(books, code)
    if month < product.first_contract:
        raise never_listed(product, month)
    last_day = last_trading_day(books, product, month)
    return Contract(
        product=product.code,
        month=month,
        code=contract_code(product.code, month),
        venue=product.venue,
        listed=listing_day(books, product, month),
        last_day=last_day,
        delivery_days=delivery_days(books, product, month, last_day),
    )


def listed_months(books: Books, product: Product, day: int) -> tuple[int, ...]:
    """Return the contract months of a product that trade on ``day``, nearest first."""
    if day < product.listed:
        return ()
    found = months_on(books, product, day, front_month(books, product, day))
    for month, listed in named_listings(product).items():
        found.discard(month)
        if listed and listed <= day <= last_trading_day(books, product, month):
            found.add(month)
    return tuple(sorted(found))


def listed_contracts(
    books: Books, trading_day: int, products: Iterable[str] | None = None
) -> tuple[Contract, ...]:
    """Return every contract month that trades on ``trading_day``, by product and month.

    ``products`` narrows the answer; an unknown code is an InputFault, and so is a day on which
    the market is closed.
    """
    wanted = sorted(books.products) if products is None else list(products)
    found = []
    for code in wanted:
        product = books.products.get(code)
        if product is None:
            raise InputFault(f"no rulebook has a product {code!r}; there are: {known(books)}")
        refuse_closed_day(calendar_of(books, product), trading_day, product.venue)
        months = listed_months(books, product, trading_day)
        found += [contract(books, contract_code(code, month)) for month in months]
    return tuple(found)


def known(books: Books) -> str:
    """Return the product codes there are, for a sentence."""
    return ", ".join(sorted(books.products))
