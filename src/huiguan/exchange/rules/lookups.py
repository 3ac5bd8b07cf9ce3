"""Questions about one contract month on one day, answered from the rulebooks.

Load the books once, with ``load_books()`` of ``huiguan.storage.market.rulebooks.load``.
A code is ``"cu2101"``; a day is a ``datetime.date``, a text "2026-08-21" or an int 20260821; a
moment is what the exchange's clock shows (UTC+8), or has a time zone of its own.
Rates are exact decimals. What the market changes (limits after a locked day, the first trade of a
new contract) is not in a book. Each value's article and status: ``parameters(books, code, day)``.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from huiguan.exchange.amounts import turnover_fee
from huiguan.exchange.quotes import Price, as_decimal, exact, lots_of, value_fen
from huiguan.exchange.rules.instruments import (
    contract,
    contract_code,
    listed_months,
    parse_contract,
    select,
)
from huiguan.exchange.rules.instruments import last_trading_day as last_day_of
from huiguan.exchange.rules.parameters import (
    ContractParameters,
    night_end,
    parameters,
    position_limit_lots,
)
from huiguan.exchange.rules.price_limits import PriceLimits, price_limits
from huiguan.exchange.rules.rows import Books, NaturalPerson, Product, Relief, calendar_of
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.calendars import (
    EXCHANGE_OFFSET_NS,
    SECOND_NS,
    parse_day,
    refuse_closed_day,
    show_day,
    to_date,
    to_int,
    trading_day_after,
    trading_day_before,
)
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import day as read_day
from huiguan.foundation.readers.values import decimal, natural, shown, whole_number
from huiguan.foundation.readers.values import moment as read_moment
from huiguan.foundation.refusals import Refusal

Day = date | int | str
EXCHANGE_CLOCK = timedelta(seconds=EXCHANGE_OFFSET_NS // SECOND_NS)
EVENING_HOUR, MORNING_HOUR = 20, 6  # a night session lies between them


def as_day(day: Day) -> int:
    """Return ``yyyymmdd`` of a date, a text or an int."""
    if isinstance(day, str):
        return parse_day(day)
    if isinstance(day, date):
        return to_int(read_day(day, "day"))
    return to_int(to_date(whole_number(day, "day")))


def loaded(value: object, what: str) -> object:
    """Return the rulebooks; they were checked when they were loaded."""
    if not isinstance(value, Books):
        raise InputFault(f"{what}: {shown(value)} are no rulebooks; load them with load_books()")
    return value


def exchange_moment(value: object, what: str) -> datetime:
    """Return what the exchange's clock shows at a moment of the years that calendars know."""
    shows = read_moment(value, what, EXCHANGE_CLOCK)
    if shows.year == 1:
        raise InputFault(f"{what}: {shown(value)} lies outside the calendar")
    return shows


Loaded = Annotated[Books, loaded]
Moment = Annotated[datetime | str, exchange_moment]


def product_of(books: Books, product: str) -> Product:
    """Return a product by its code; an unknown one is an InputFault."""
    product = {name.lower(): name for name in books.products}.get(product.lower(), product)
    if product not in books.products:
        there_are = ", ".join(sorted(books.products))
        raise InputFault(f"no rulebook has a product {product!r}; there are: {there_are}")
    return books.products[product]


def on_day(books: Books, code: str, day: Day) -> ContractParameters:
    """Return everything that holds for a contract on a trading day."""
    return parameters(books, code, as_day(day))


@rule("contract texts, last trading day, with the exceptions set by circular", "confirmed")
@checked
def last_trading_day(books: Loaded, code: str) -> date:
    """Return the last trading day of a contract month.

    cu2101: 2021-01-15; fu2009: 2020-08-31; ec2404: 2024-04-29; lu2101: 2020-12-24 (by circular).
    """
    product, month = parse_contract(books, code)
    return to_date(last_day_of(books, product, month))


@rule("listing: the trading day after the last one of the month it replaces", "confirmed")
@checked
def listing_day(books: Loaded, code: str) -> date:
    """Return the first trading day of a contract month; cu2110: 2020-10-16."""
    return to_date(contract(books, code).listed)


@rule("contract texts, delivery days: 5, 3 or 2 by date; none where settled in cash", "confirmed")
@checked
def delivery_days(books: Loaded, code: str) -> list[date]:
    """Return the delivery days of a contract month, the last trading day not among them.

    cu2101 (three days since 2020-09): 2021-01-18, 19 and 20. ec is settled in cash: none.
    """
    return [to_date(day) for day in contract(books, code).delivery_days]


@rule("Delivery Rules, natural persons hold nothing near delivery", "secondary")
@checked
def natural_person_day(books: Loaded, code: str) -> date | None:
    """Return the trading day after whose close a natural person must hold nothing; None: no rule.

    cu2609, last trading day 2026-09-15: the 5th trading day before it, 2026-09-08. sc2609, last
    trading day 2026-08-31: the 8th before it, 2026-08-19.

    A calculator: nothing in Huiguan calls it.
    """
    product, month = parse_contract(books, code)
    last = last_day_of(books, product, month)
    found = select(books, product, NaturalPerson, last, month, last)
    if found is None or found.days_before_last is None:
        return None
    return to_date(trading_day_before(calendar_of(books, product), last, found.days_before_last))


@rule("Clearing Rules, larger-side margin ends near the last trading day", "secondary")
@checked
def larger_side_end(books: Loaded, code: str) -> date | None:
    """Return the trading day from whose clearing on both sides are charged; None: always both.

    cu2609, last trading day 2026-09-15: 2026-09-08.

    A calculator: nothing in Huiguan calls it.
    """
    product, month = parse_contract(books, code)
    last = last_day_of(books, product, month)
    found = select(books, product, Relief, last, month, last)
    if found is None or not found.larger_side:
        return None
    back = found.until_days_before_last
    return to_date(trading_day_before(calendar_of(books, product), last, back))


@rule("trading days counted forward or back", "confirmed")
@checked
def trading_day_counted(books: Loaded, product: str, day: Day, number: int) -> date:
    """Return the ``number``-th trading day after a day, or before it where negative.

    The second before Monday 2026-08-31 is Thursday 2026-08-27; 0 needs a trading day and gives it.

    A calculator: nothing in Huiguan calls it.
    """
    found = product_of(books, product)
    calendar, start = calendar_of(books, found), as_day(day)
    if number == 0:
        return to_date(checked_trading_day(books, found, day))
    if number > 0:
        return to_date(trading_day_after(calendar, start, number))
    return to_date(trading_day_before(calendar, start, -number))


@rule("contract texts, listed contract months", "confirmed")
@checked
def listed_codes(books: Loaded, product: str, day: Day) -> list[str]:
    """Return the contract months of a product that trade on a day, nearest first.

    cu on 2026-08-21: cu2609 to cu2708. ru has no month 2 and no month 12.

    A calculator: nothing in Huiguan calls it.
    """
    found = product_of(books, product)
    trading_day = checked_trading_day(books, found, day)
    return [contract_code(found.code, month) for month in listed_months(books, found, trading_day)]


def checked_trading_day(books: Books, product: Product, day: Day) -> int:
    """Return ``day`` if the product trades on it; else an InputFault."""
    found = as_day(day)
    refuse_closed_day(calendar_of(books, product), found, product.venue)
    return found


@rule("price limit in force: circular, doubled on the listing day", "secondary")
@checked
def limit_rate_on(books: Loaded, code: str, day: Day) -> Decimal:
    """Return the price limit of a contract on a day; cu2610 on 2026-08-21: 0.09.

    A calculator: nothing in Huiguan calls it.
    """
    return as_decimal(Fraction(on_day(books, code, day).limit_ppb, PPB))


@rule("Risk Management Rules, price limit; cut to the tick by venue and side", "confirmed")
@checked
def limits_on(books: Loaded, code: str, day: Day, previous_settlement: Price) -> PriceLimits:
    """Return lower and upper limit of a contract on a day.

    cu2610 on 2026-08-21 after 106,860, 9 %: 97,240 and 116,470.
    """
    found = on_day(books, code, day)
    rate = Fraction(found.limit_ppb, PPB)
    return price_limits(previous_settlement, rate, found.terms.tick, found.limit_rounding)


@rule("Trading Rules, orders: a price lies within the limits and on the tick", "confirmed")
@checked
def valid_price_on(
    books: Loaded, code: str, day: Day, price: Price, previous_settlement: Price
) -> Refusal:
    """Return why an order at ``price`` would be refused on a day, or ``Refusal.ACCEPTED``.

    cu2610 on 2026-08-21 after 106,860: 97,245 is no multiple of the tick of 10, 97,230 lies below
    the lower limit of 97,240, which itself is valid. In the order of the core's checks.
    """
    limits = limits_on(books, code, day, previous_settlement)
    asked, tick = exact(price), exact(on_day(books, code, day).terms.tick)
    if asked > limits.upper:
        return Refusal.PRICE_ABOVE_LIMIT
    if asked < limits.lower:
        return Refusal.PRICE_BELOW_LIMIT
    return Refusal.ACCEPTED if asked % tick == 0 else Refusal.PRICE_NOT_ON_TICK


@rule("margin in force: circular or ladder by time, whichever is higher", "secondary")
@checked
def margin_rate_on(books: Loaded, code: str, day: Day, *, hedging: bool = False) -> Decimal:
    """Return the margin rate in force on a day; it is charged at the clearing of the day before.

    cu2610 on 2026-08-21: 0.11, hedging 0.1. rb2609 on 2026-08-21, the month before delivery: 0.1.

    A calculator: nothing in Huiguan calls it.
    """
    found = on_day(books, code, day)
    return as_decimal(Fraction(found.hedge_ppb if hedging else found.general_ppb, PPB))


@rule("Risk Management Rules, margin ladder by time (Art. 5)", "secondary")
@checked
def ladder_rate_on(books: Loaded, code: str, day: Day) -> Decimal:
    """Return the least margin rate by time alone, in force on a day (charged the day before).

    cu2609, last trading day 2026-09-15: 0.05, from 2026-08-03 0.1, from 09-01 0.15, from 09-11 (the
    second trading day before the last) 0.2.

    A calculator: nothing in Huiguan calls it.
    """
    return as_decimal(Fraction(on_day(books, code, day).ladder.margin_ppb, PPB))


@rule("fee lists: a rate on turnover or an amount a lot, by contract and day", "secondary")
@checked
def fee_on(
    books: Loaded,
    code: str,
    day: Day,
    price: Price,
    lots: int,
    *,
    close_today: bool = False,
    hedging: bool = False,
) -> int:
    """Return the exchange's fee in fen for one side of a trade on a day.

    cu2610 on 2026-08-21, 10 lots at 107,000: 5,350,000.00 x 0.5 bp = 267.50 CNY, closing today
    twice as much.

    A calculator: nothing in Huiguan calls it.
    """
    found = on_day(books, code, day)
    rates = found.hedge_fees if hedging else found.general_fees
    rate = rates.close_today_rate_ppb if close_today else rates.open_rate_ppb
    fen = rates.close_today_fen if close_today else rates.open_fen
    count = natural(lots, "lots")
    turnover = value_fen(natural_price(price), found.terms.lot_size, count)
    return turnover_fee(turnover, rate) + fen * count


def natural_price(price: Price) -> Decimal:
    """Return a price that is not negative: nobody is paid for trading."""
    return decimal(price, "price", 0)


@rule("Risk Management Rules, position limits by stage", "secondary")
@checked
def position_limit_on(
    books: Loaded, code: str, day: Day, open_interest_lots: int = 0
) -> int | None:
    """Return the lots a client may hold per side on a day; None where no limit is known.

    ``open_interest_lots`` (one-sided, last evening's) decides where the limit is a share of it.
    cu2610 on 2026-08-21: 8,000, with 176,877 lots of open interest 17,687; in the month before
    delivery (cu2609) 3,000.

    A calculator: nothing in Huiguan calls it.
    """
    row = on_day(books, code, day).position_limit
    lots = lots_of(open_interest_lots, "open interest")
    return position_limit_lots(row.lots, row.share_ppb, row.threshold_lots, lots)


@rule("circulars on trading limits: lots a client may open a day", "secondary")
@checked
def opening_limit_on(books: Loaded, code: str, day: Day) -> int | None:
    """Return the lots a client may open in a contract on a day; cu2610 on 2026-08-21: 2,000.

    A calculator: nothing in Huiguan calls it.
    """
    return on_day(books, code, day).opening_limit.lots


@rule("trading hours; no night session before a statutory holiday", "confirmed")
@checked
def night_session_end(books: Loaded, product: str, day: Day) -> str | None:
    """Return until when the night session that begins a trading day lasts; None: there is none.

    cu on Monday 2026-08-24: "01:00", held on Friday evening. On 2026-02-24, the first day after
    Spring Festival, there was none.

    A calculator: nothing in Huiguan calls it.
    """
    found = product_of(books, product)
    end = night_end(books, found.code, checked_trading_day(books, found, day))
    return None if end == "none" else end


@rule("a night session belongs to the next trading day", "confirmed")
@checked
def trading_day_at(books: Loaded, product: str, moment: Moment) -> date:
    """Return the trading day that a moment belongs to.

    ``moment`` is a datetime or a text: "2026-08-21 21:30", a Friday, and "2026-08-22 00:30" belong
    to Monday 2026-08-24; so does "2026-08-21T13:30Z", the first of them by its own time zone.
    Without a night session on that evening, or on a day off, it is an InputFault.

    A calculator: nothing in Huiguan calls it.
    """
    found = product_of(books, product)
    moment = exchange_moment(moment, "moment")
    if MORNING_HOUR <= moment.hour < EVENING_HOUR:
        return to_date(checked_trading_day(books, found, moment.date()))
    evening = to_int((moment - timedelta(hours=MORNING_HOUR)).date())  # 00:30 is the day before's
    day = trading_day_after(calendar_of(books, found), checked_trading_day(books, found, evening))
    if night_end(books, found.code, day) == "none":
        raise InputFault(f"{product} had no night session on the evening of {show_day(evening)}")
    return to_date(day)
