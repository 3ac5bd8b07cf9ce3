"""Contract months of the books against recorded lists; every difference is explained here.

The lists: 828 expired SHFE and INE contracts (January 2016 to September 2020) as another system
saved them, and the contracts it traded in March 2022.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from huiguan.exchange.rules.instruments import (
    contract,
    contract_code,
    last_trading_day,
    listed_contracts,
    pattern_months,
    select,
)
from huiguan.exchange.rules.rows import Books, ListingMonths, Terms
from huiguan.foundation.calendars import to_int
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books
from tests.recorded import recorded

Expired = dict[str, dict[str, object]]

OTHER_LAST_DAY = {  # contract: (recorded, ours, why)
    "fu1902": (20190131, 20190125, "SHFE No. 362 of 2018 moved it; the list keeps the rule"),
    "fu1910": (20190930, 20190923, "SHFE No. 362 of 2018 moved it"),
    "fu2001": (20191231, 20191220, "SHFE circular of 2019-06-19 moved it"),
    "fu2002": (20200131, 20200116, "SHFE circular of 2019-06-19 moved it; 01-31 is a holiday"),
    "sc1902": (20190201, 20190125, "INE No. 75 of 2018 moved it"),
    "sc1910": (20191008, 20190923, "INE No. 75 of 2018 moved it"),
    "sc2002": (20200131, 20200116, "INE circular of 2019-12-25; 01-31 is a holiday"),
}
FIRST_DAY_OF_DELIVERY = (
    "to sc2001 the list holds the first day of the delivery month, for sc2001 a holiday, where the"
    " contract text says the last trading day of the month before"
)
SC_FROM, SC_TO = 201809, 202001
OTHER_LOT = {"fu": (201603, 201808, 50, "the list shows the 10 t of the relisted product")}
OTHER_TICK = {
    "au": (
        201601,
        201911,
        "0.05",
        "the list agrees: 0.05 for contracts that ended before the change",
    ),
}
NOT_RECORDED = {  # in the books, absent from the list
    "hc1602": "no trade at its end, left out of the list",
    "sn1602": "no trade at its end, left out of the list",
    "fu1610": "illiquid, left out of the list",
    "fu1707": "illiquid, left out of the list",
    "wr1601": "illiquid, left out of the list",
    "wr1602": "illiquid, left out of the list",
    "wr1603": "illiquid, left out of the list",
    "wr1604": "illiquid, left out of the list",
    "wr1605": "illiquid, left out of the list",
    "wr1608": "illiquid, left out of the list",
    "wr1612": "illiquid, left out of the list",
    "wr1704": "illiquid, left out of the list",
    "wr1706": "illiquid, left out of the list",
    "wr1707": "illiquid, left out of the list",
    "fu1601": "ended in December 2015, before the list begins",
}


@pytest.fixture(scope="module")
def books() -> Books:
    return load_books()


def read(name: str) -> object:
    with gzip.open(recorded(f"cn_futures_reference/{name}.json.gz")) as file:
        return json.load(file)


@pytest.fixture(scope="module")
def expired() -> Expired:
    content = read("tqsdk_expired_contracts")
    assert isinstance(content, dict)
    return {
        key.split(".")[1]: row
        for key, row in content.items()
        if row["exchange_id"] in {"SHFE", "INE"} and row["ins_class"] == "FUTURE"
    }


def recorded_last_day(row: dict[str, object]) -> int:
    seconds = row["expire_datetime"]
    assert isinstance(seconds, float)
    day = datetime.fromtimestamp(seconds, UTC) + timedelta(hours=8)
    return to_int(day.date())


def test_there_are_828(expired: Expired) -> None:
    assert len(expired) == 828


def test_every_recorded_contract_has_its_last_trading_day(books: Books, expired: Expired) -> None:
    for code, row in expired.items():
        ours, theirs = contract(books, code), recorded_last_day(row)
        if code in OTHER_LAST_DAY:
            assert OTHER_LAST_DAY[code][:2] == (theirs, ours.last_day), code
        elif code.startswith("sc") and SC_FROM <= ours.month <= SC_TO:
            assert theirs > ours.last_day, FIRST_DAY_OF_DELIVERY
            assert theirs // 100 == ours.month
        else:
            assert theirs == ours.last_day, code
        assert ours.listed < ours.last_day


def test_every_recorded_contract_has_its_lot_and_tick(books: Books, expired: Expired) -> None:
    for code, row in expired.items():
        ours = contract(books, code)
        product = books.products[ours.product]
        terms = select(books, product, Terms, ours.last_day, ours.month)
        assert terms is not None
        first, last, lot, _ = OTHER_LOT.get(ours.product, (0, 0, 0, ""))
        expected = lot if first <= ours.month <= last else row["volume_multiple"]
        assert terms.lot_size == expected, code
        assert terms.tick == Decimal(str(row["price_tick"])), code
        assert row["max_limit_order_volume"] == 500


def known_months(books: Books, code: str) -> Iterator[str]:
    """Yield every contract of a product the books list between January 2016 and September 2020."""
    product = books.products[code]
    for month in (year * 100 + m for year in range(2016, 2021) for m in range(1, 13)):
        if month > 202009:
            return
        try:
            yield contract(books, contract_code(code, month)).code
        except InputFault as fault:
            assert "was never listed" in str(fault)  # noqa: PT017  the only fault there may be
            assert product.code == code


def test_the_books_list_no_other_contract(books: Books, expired: Expired) -> None:
    ours = {
        code for product in {key[:-4] for key in expired} for code in known_months(books, product)
    }
    assert {code: NOT_RECORDED.get(code, "?") for code in sorted(ours - set(expired))} == dict(
        sorted(NOT_RECORDED.items())
    )


def test_the_list_of_march_2022(books: Books) -> None:
    """Listed on the days from 2022-03-16 to 04-15; au2205 was a front month, bu has twelve."""
    content = read("wondertrader_contracts")
    assert isinstance(content, dict)
    theirs = {code for venue in ("SHFE", "INE") for code in content[venue]}
    ours = {item.code for item in listed_contracts(books, 20220401)}
    assert theirs - ours == {"sc2204", "fu2204", "lu2204"}  # ended on 2022-03-31
    later = {item.code for item in listed_contracts(books, 20220331)}
    assert theirs <= later
    assert later - theirs == set()


@pytest.mark.parametrize(
    ("code", "listed", "last_day", "first_delivery", "last_delivery"),
    [  # rows of the exchange's own product pages of 2018 to 2025
        ("fu1809", 20170901, 20180831, 20180903, 20180907),
        ("fu1903", 20180301, 20190228, 20190301, 20190307),
        ("bu2009", 20180918, 20200915, 0, 0),
        ("bu2011", 20200518, 20201116, 20201117, 20201119),
        ("bu2102", 20200818, 20210205, 20210208, 20210210),
        ("bu2104", 20201016, 20210415, 20210416, 20210420),
        ("bu2206", 20200616, 20220615, 20220616, 20220620),
        ("bu2207", 20220118, 20220715, 20220718, 20220720),
        ("bu2210", 20220316, 20221017, 20221018, 20221020),
        ("bu2302", 20220316, 20230215, 20230216, 20230220),
        ("bu2303", 20210316, 20230315, 0, 0),
        ("bu2304", 20220418, 20230417, 0, 0),
        ("bu2403", 20220316, 20240315, 0, 0),
        ("sc2109", 20180903, 20210831, 20210901, 20210907),
        ("sc2110", 20200924, 20210923, 20210924, 20210930),
        ("sc2111", 20201102, 20211029, 20211101, 20211105),
        ("sc2201", 20201225, 20211223, 20211224, 20211230),
        ("sc2202", 20210201, 20220121, 20220124, 20220128),
        ("sc2406", 20210601, 20240531, 20240603, 20240607),
        ("sc2505", 20240506, 20250430, 20250506, 20250512),
        ("sc2506", 20220601, 20250530, 20250603, 20250609),
        ("sc2510", 20241008, 20250930, 20251009, 20251015),
        ("sc2602", 20250205, 20260130, 20260202, 20260206),
        ("sc2604", 20250401, 20260331, 20260401, 0),
        ("sc2803", 20250303, 20280229, 20280301, 20280307),
        ("fu2212", 20211201, 20221130, 20221201, 20221205),
        ("fu2301", 20211224, 20221222, 20221223, 20221227),
        ("fu2302", 20220124, 20230116, 20230117, 20230119),
        ("fu2303", 20220301, 20230228, 20230301, 0),
        ("ec2506", 20240625, 20250630, 0, 0),
    ],
)
def test_published_rows(
    books: Books, code: str, listed: int, last_day: int, first_delivery: int, last_delivery: int
) -> None:
    """Listing, last trading and delivery days; 0 where the page did not know a later holiday."""
    found = contract(books, code)
    assert (found.listed, found.last_day) == (listed, last_day)
    days = found.delivery_days
    assert first_delivery in {0, *days[:1]}
    assert last_delivery in {0, *days[-1:]}


def test_patterns_agree_with_the_price_lists_of_2010(books: Books) -> None:
    """Aluminium and gold on 2010-09-10: twelve months from 1009 on, none skipped."""
    for code in ("al", "au"):
        row = select(books, books.products[code], ListingMonths, 20100910, 0)
        assert row is not None
        months = pattern_months(row, 201009)
        assert months == tuple(range(201009, 201013)) + tuple(range(201101, 201109))
    assert last_trading_day(books, books.products["au"], 201009) == 20100915
