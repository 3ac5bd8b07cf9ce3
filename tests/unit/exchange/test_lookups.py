"""Questions about one contract month; the answers of contract texts and notices."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from huiguan.exchange.rules import lookups
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books

DAY = date(2026, 8, 21)


@pytest.fixture(scope="module")
def books() -> Books:
    return load_books()


LAST_DAYS = """
cu2101  2021-01-15  the 15th, a Friday
nr2105  2021-05-17  the 15th is a Saturday
ru2005  2020-05-15  the 15th, a Friday
rb2010  2020-10-15  the 15th, after the holiday
au2406  2024-06-17  the 15th is a Saturday
bu2512  2025-12-15  the 15th, a Monday
cu2608  2026-08-17  the 15th is a Saturday
cu2402  2024-02-19  Spring Festival to the 18th
rb2502  2025-02-17  the 15th is a Saturday
cu2102  2021-02-05  set by circular for the month of Spring Festival
fu2009  2020-08-31  last trading day of the month before
fu1901  2018-12-28  New Year holiday from 12-29
sc1809  2018-08-31  last trading day of the month before
sc2109  2021-08-31  last trading day of the month before
sc2102  2021-01-29  the 30th is a Saturday
lu2101  2020-12-24  set by circular
ec2404  2024-04-29  last Monday
ec2602  2026-02-09  Monday 02-23 and 02-16 are holidays
ec2608  2026-08-31  last Monday
"""


@pytest.mark.parametrize("line", LAST_DAYS.strip().splitlines())
def test_last_trading_days(books: Books, line: str) -> None:
    code, day, _ = line.split(maxsplit=2)
    assert str(lookups.last_trading_day(books, code)) == day


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("cu2008", "2020-08-18 2020-08-19 2020-08-20 2020-08-21 2020-08-24"),  # five days
        ("cu2101", "2021-01-18 2021-01-19 2021-01-20"),  # three since 2020-09
        ("fu2009", "2020-09-01 2020-09-02 2020-09-03"),  # its period begins under the new text
        ("ru2303", "2023-03-16 2023-03-17 2023-03-20"),  # No. 2 of 2023 counts from 2304 on
        ("ru2304", "2023-04-18 2023-04-19"),
        ("fu2304", "2023-04-03 2023-04-04"),  # last trading day 2023-03-31, before it is in force
        ("cu2306", "2023-06-16 2023-06-19"),  # two since 2304
        ("au2008", "2020-08-18 2020-08-19 2020-08-20 2020-08-21 2020-08-24"),
        ("au2306", "2023-06-16"),  # gold is left out of No. 2 of 2023: one day since 2020-09
        ("sc2109", "2021-09-01 2021-09-02 2021-09-03 2021-09-06 2021-09-07"),
        ("lu2101", "2020-12-25 2020-12-28 2020-12-29 2020-12-30 2020-12-31"),
        ("ec2404", ""),  # in cash
    ],
)
def test_delivery_days(books: Books, code: str, days: str) -> None:
    assert " ".join(map(str, lookups.delivery_days(books, code))) == days


@pytest.mark.parametrize(
    ("code", "day", "limit", "margin"),
    [
        ("sc1809", "2018-06-14", "5%", "7%"),  # named for the clearing of this day
        ("sc1809", "2018-06-15", "6%", "8%"),
        ("sc1812", "2018-09-28", "8%", "10%"),
        ("sc1811", "2018-10-09", "8%", "10%"),
        ("sc1901", "2018-10-09", "5%", "6%"),
        ("sc1902", "2018-10-09", "5%", "5.5%"),
        ("sc2005", "2020-03-12", "10%", "11%"),
        ("sc2010", "2020-08-25", "8%", "10%"),
        ("sc2205", "2022-03-08", "10%", "12%"),
        ("sc2207", "2022-03-08", "8%", "10%"),  # three months are named
        ("sc2507", "2025-04-11", "9%", "11%"),
        ("lu2507", "2025-04-11", "9%", "11%"),
        ("nr2006", "2020-03-24", "9%", "11%"),
    ],
)
def test_circulars_of_the_energy_exchange(
    books: Books, code: str, day: str, limit: str, margin: str
) -> None:
    found = lookups.limit_rate_on(books, code, day), lookups.margin_rate_on(books, code, day)
    assert found == (Decimal(limit[:-1]) / 100, Decimal(margin[:-1]) / 100)


def test_even_months_of_gold_within_thirteen_since_may_2019(books: Books) -> None:
    """au2006 traded on 2019-06-05; it is listed after the last day of au1905."""
    assert lookups.listing_day(books, "au2006") == date(2019, 5, 16)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("cu2101", "2021-01-12"),  # third before 01-15 (to 2023)
        ("cu2609", "2026-09-08"),  # fifth before 09-15
        ("fu2609", "2026-08-24"),  # fifth before 08-31
        ("sc2609", "2026-08-19"),  # eighth before 08-31
        ("ec2404", "None"),
    ],
)
def test_natural_persons(books: Books, code: str, day: str) -> None:
    assert str(lookups.natural_person_day(books, code)) == day


def test_listing(books: Books) -> None:
    assert lookups.listing_day(books, "cu2110") == date(2020, 10, 16)  # cu2010 ended on 10-15
    codes = lookups.listed_codes(books, "cu", DAY)
    assert (codes[0], codes[-1], len(codes)) == ("cu2609", "cu2708", 12)
    months = [2609, 2610, 2611, 2701, *range(2703, 2709)]  # no 12, no 2
    assert lookups.listed_codes(books, "ru", "2026-08-21") == [f"ru{month}" for month in months]


def test_limits_and_margins(books: Books) -> None:
    assert lookups.limit_rate_on(books, "cu2610", DAY) == Decimal("0.09")
    # 106,860 x 0.91 = 97,242.6 and x 1.09 = 116,477.4, both cut down
    assert lookups.limits_on(books, "cu2610", 20260821, 106_860) == (97_240, 116_470)
    assert lookups.margin_rate_on(books, "cu2610", DAY) == Decimal("0.11")
    assert lookups.margin_rate_on(books, "cu2610", DAY, hedging=True) == Decimal("0.1")
    # the month before delivery: the ladder's 10 % for both
    assert lookups.margin_rate_on(books, "rb2609", DAY) == Decimal("0.1")
    assert lookups.margin_rate_on(books, "rb2609", DAY, hedging=True) == Decimal("0.1")
    assert lookups.larger_side_end(books, "cu2609") == date(2026, 9, 8)
    assert lookups.larger_side_end(books, "ec2608") is None


LADDER = """
cu2609  2026-07-31  0.05
cu2609  2026-08-03  0.1   first trading day of the month before delivery
cu2609  2026-08-31  0.1
cu2609  2026-09-01  0.15  delivery month
cu2609  2026-09-10  0.15
cu2609  2026-09-11  0.2   second trading day before the last, 2026-09-15
cu2609  2026-09-15  0.2
lu2609  2026-08-26  0.1
lu2609  2026-08-27  0.2   second before 2026-08-31
ec2608  2026-08-19  0.12
ec2608  2026-08-20  0.2   seventh before 2026-08-31
ec2608  2026-08-26  0.2
ec2608  2026-08-27  0.3
"""


@pytest.mark.parametrize("line", LADDER.strip().splitlines())
def test_ladder_by_time(books: Books, line: str) -> None:
    code, day, rate, *_ = line.split()
    assert lookups.ladder_rate_on(books, code, day) == Decimal(rate)


def test_trading_days_counted(books: Books) -> None:
    assert lookups.trading_day_counted(books, "lu", "2026-08-31", -2) == date(2026, 8, 27)
    assert lookups.trading_day_counted(books, "cu", "2026-09-15", -5) == date(2026, 9, 8)
    assert lookups.trading_day_counted(books, "cu", "2026-02-13", 1) == date(2026, 2, 24)
    assert lookups.trading_day_counted(books, "cu", "2026-08-31", 0) == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("code", "price", "lots", "close_today", "hedging", "fen"),
    [
        ("cu2610", 107_000, 10, False, False, 26_750),  # 5,350,000.00 x 0.00005 = 267.50
        ("cu2610", 107_000, 10, True, False, 53_500),  # close today 2 times
        ("cu2610", 107_000, 10, False, True, 13_375),  # hedging pays half
        ("au2612", "970.00", 3, False, False, 6_000),  # 20 a lot in December
        ("au2611", "970.00", 3, False, False, 3_000),  # 10 a lot
        ("au2612", "970.00", 3, True, False, 0),  # close today free
        ("al2610", 23_000, 3, False, True, 450),  # half of 3 a lot
    ],
)
def test_fees(
    books: Books,
    code: str,
    price: int | str,
    lots: int,
    close_today: bool,
    hedging: bool,
    fen: int,
) -> None:
    """Exchange fees of the second half of 2026 (parameter files, D2)."""
    found = lookups.fee_on(books, code, DAY, price, lots, close_today=close_today, hedging=hedging)
    assert found == fen


@pytest.mark.parametrize(
    ("code", "day", "open_interest", "lots"),
    [
        ("cu2610", 20260821, 0, 8_000),
        ("cu2610", 20260821, 79_999, 8_000),
        ("cu2610", 20260821, 176_877, 17_687),  # 10 % from 80,000 on
        ("cu2609", 20260821, 176_877, 3_000),  # month before delivery
        ("cu2609", 20260901, 176_877, 1_000),  # delivery month
        ("fu2612", 20260821, 0, 7_500),  # fuel oil one month earlier
        ("fu2610", 20260821, 0, 1_500),
        ("fu2609", 20260821, 0, 500),
        ("nr2610", 20260821, 0, None),  # none known
    ],
)
def test_position_limits_by_stage(
    books: Books, code: str, day: int, open_interest: int, lots: int | None
) -> None:
    assert lookups.position_limit_on(books, code, day, open_interest) == lots


def test_opening_limits(books: Books) -> None:
    assert lookups.opening_limit_on(books, "cu2610", DAY) == 2_000
    assert lookups.opening_limit_on(books, "pb2610", DAY) is None  # none found


@pytest.mark.parametrize(
    ("product", "day", "end"),
    [
        ("cu", "2026-08-24", "01:00"),  # Monday: held on Friday evening
        ("cu", "2026-02-24", None),  # first day after Spring Festival
        ("cu", "2026-02-25", "01:00"),
        ("sc", "2026-02-25", "02:30"),
        ("ec", "2026-02-25", None),  # no night trading
        ("cu", "2020-03-02", None),  # no nights 2020-02-04 to 2020-05-06
    ],
)
def test_night_sessions(books: Books, product: str, day: str, end: str | None) -> None:
    assert lookups.night_session_end(books, product, day) == end


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-08-21 14:30", date(2026, 8, 21)),  # Friday afternoon
        ("2026-08-21 21:30", date(2026, 8, 24)),  # Friday evening is Monday's
        ("2026-08-22 00:30", date(2026, 8, 24)),
        ("2026-08-25 00:30", date(2026, 8, 25)),
        # the time zone of a moment counts: the exchange's clock is 8 hours ahead of UTC
        ("2026-08-21T13:30Z", date(2026, 8, 24)),  # 21:30 in Shanghai
        ("2026-08-21T09:30-04:00", date(2026, 8, 24)),
        (datetime(2026, 8, 21, 6, 30, tzinfo=UTC), date(2026, 8, 21)),  # 14:30 in Shanghai
        (datetime(2026, 8, 21, 16, 30, tzinfo=UTC), date(2026, 8, 24)),  # 00:30 on Saturday
        (datetime(2026, 8, 21, 13, 30), date(2026, 8, 21)),  # noqa: DTZ001  the exchange's clock
    ],
)
def test_trading_day_of_a_moment(books: Books, moment: str | datetime, day: date) -> None:
    assert lookups.trading_day_at(books, "cu", moment) == day


def test_what_cannot_be_asked(books: Books) -> None:
    evening = "2026-02-13 21:30"  # before Spring Festival
    with pytest.raises(InputFault, match="no night session on the evening of 2026-02-13"):
        lookups.trading_day_at(books, "cu", evening)
    with pytest.raises(InputFault, match="not a moment"):
        lookups.trading_day_at(books, "cu", "Friday evening")
    with pytest.raises(InputFault, match="not a trading day"):
        lookups.listed_codes(books, "cu", "2026-08-22")
    with pytest.raises(InputFault, match="has a product 'xx'"):
        lookups.last_trading_day(books, "xx2101")
    with pytest.raises(InputFault, match="not a contract month"):
        lookups.last_trading_day(books, "cu2113")
    with pytest.raises(InputFault, match="not a date"):
        lookups.limit_rate_on(books, "cu2610", 20260230)
    with pytest.raises(InputFault, match="does not trade on 2026-08-21"):
        lookups.limit_rate_on(books, "cu2101", DAY)
    with pytest.raises(InputFault, match="negative"):
        lookups.position_limit_on(books, "cu2610", DAY, -1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda b: lookups.limit_rate_on(b, "cu2610", 20260821.0), "day: .* is a float|none of"),
        (lambda b: lookups.limit_rate_on(b, "cu2610", "2026-8-21"), "is not a date"),
        (lambda b: lookups.limit_rate_on(b, "cu2610", "2026-08-2-1"), "is not a date"),
        (lambda b: lookups.limit_rate_on(b, "cu2610", datetime(2026, 8, 21, tzinfo=UTC)), "time"),
        (lambda b: lookups.limit_rate_on(b, "cu２６１０", DAY), "no rulebook|not a contract month"),
        (lambda b: lookups.margin_rate_on(b, "cu2610", DAY, hedging="no"), "hedging: 'no' is"),
        (lambda b: lookups.fee_on(b, "cu2610", DAY, "107_000", 1), "price: '107_000'"),
        (lambda b: lookups.fee_on(b, "cu2610", DAY, "-107000", 1), "price: '-107000' is below 0"),
        (lambda b: lookups.fee_on(b, "cu2610", DAY, 107_000.0, 1), "price: .* is a float"),
        (lambda b: lookups.fee_on(b, "cu2610", DAY, 107_000, 1.5), "lots: 1.5 is no whole"),
        (lambda b: lookups.trading_day_counted(b, "cu", DAY, "２"), "number: '２' is no whole"),
        (lambda b: lookups.trading_day_at(b, "cu", date(2026, 8, 21)), "not a moment"),
        (lambda b: lookups.trading_day_at(b, "cu", datetime(1, 1, 1)), "outside"),  # noqa: DTZ001
        (lambda _: lookups.last_trading_day({}, "cu2610"), "no rulebooks; load them"),
    ],
)
def test_what_is_not_of_its_kind(
    books: Books, call: Callable[[Any], object], sentence: str
) -> None:
    with pytest.raises(InputFault, match=sentence):
        call(books)
