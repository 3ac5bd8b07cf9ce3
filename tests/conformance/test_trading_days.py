"""The calendar against two other recordings of the same days."""

import gzip
import json
import warnings
from itertools import pairwise

import exchange_calendars
import pytest

from huiguan.foundation.calendars import Calendar, has_night_session, to_date, trading_days
from huiguan.storage.market.rulebooks.load import load_books
from tests.recorded import recorded


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_books().calendars["china"]


def test_every_recorded_trading_day_from_1990_on(calendar: Calendar) -> None:
    with gzip.open(recorded("cn_futures_reference/akshare_trading_calendar.json.gz")) as file:
        theirs = [int(day) for day in json.load(file)]
    assert trading_days(calendar, theirs[0], theirs[-1]) == tuple(theirs)
    assert calendar.published_to == theirs[-1]


def test_holidays_another_system_kept(calendar: Calendar) -> None:
    with gzip.open(recorded("cn_futures_reference/wondertrader_holidays.json.gz")) as file:
        holidays = {int(day) for day in json.load(file)["CHINA"]}
    days = set(calendar.days)
    assert not holidays & days
    weekdays = {day for day in holidays if to_date(day).weekday() < 5}
    assert len(weekdays) > 200


def test_the_shanghai_calendar_of_another_project(calendar: Calendar) -> None:
    """Sessions of the stock exchange; the futures exchanges keep the same statutory holidays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that project's use of a newer pandas
        shanghai = exchange_calendars.get_calendar("XSHG", start="1991-01-01", end="2026-12-31")
    theirs = tuple(int(str(day)[:10].replace("-", "")) for day in shanghai.sessions)
    assert trading_days(calendar, 19910101, theirs[-1]) == theirs


def test_nights_are_never_held_after_a_holiday(calendar: Calendar) -> None:
    """A weekday closed between two trading days means no night before the second one."""
    days = trading_days(calendar, 20130708, 20261231)
    for before, day in pairwise(days):
        gap = (to_date(day) - to_date(before)).days
        if gap not in {1, 3}:
            assert not has_night_session(calendar, day)
    held = sum(
        has_night_session(calendar, day) for day in trading_days(calendar, 20200101, 20201231)
    )
    assert len(trading_days(calendar, 20200204, 20200506)) == 63
    assert held == 243 - 63 - 4  # suspended; after New Year, Spring Festival, June, October
