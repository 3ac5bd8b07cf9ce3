"""Interest on cash clearing deposits: daily balances at the demand rate, credited by the quarter.

A period ends with the 20th of March, June, September and December and is paid the day after. The
rate is the one of the day on which the period ends, for all of it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from huiguan.exchange.quotes import Rate, as_rate, whole
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count

LAST_DAY = 20  # of a month that ends a quarter
DAYS_OF_YEAR = 360
YUAN = 100  # fen


class InterestPeriod(NamedTuple):
    """First and last calendar day (yyyymmdd) of what is paid together."""

    first: int
    last: int


def as_date(day: int) -> date:
    """Return a day (yyyymmdd) as a date; one that is none is an InputFault."""
    try:
        return date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        raise InputFault(f"{day} is no day; write it like 20260821") from None


def as_number(day: date) -> int:
    """Return a date as yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


@rule(
    "PBoC rules of deposits: demand deposits by the quarter, to the 20th of its last month",
    "secondary",
)
@checked
def last_interest_period(trading_day: Count) -> InterestPeriod:
    """Return the newest period that ended before a trading day.

    On 20260921: from 20260621 to 20260920. On 20260920 it is still 20260321 to 20260620.
    """
    today = as_date(trading_day)
    ends = [
        date(year, month, LAST_DAY)
        for year in (today.year - 1, today.year)
        for month in (3, 6, 9, 12)
    ]
    before = [end for end in ends if end < today]
    return InterestPeriod(as_number(before[-2] + timedelta(days=1)), as_number(before[-1]))


@rule("PBoC rules of deposits: balances in whole yuan, each by its calendar days", "secondary")
@checked
def balance_days(evenings: Mapping[Count, int], first: Count, last: Count) -> int:
    """Return the sum in yuan of the balances of every calendar day from ``first`` to ``last``.

    ``evenings`` are the balances in fen at the close of trading days; each holds until the next
    one's, over weekends and holidays, and parts of a yuan and debts bear nothing. 1,000.99 CNY on
    Friday the 18th, 2,000 on Monday the 21st, from the 18th to the 21st: 3 x 1,000 + 2,000 = 5,000.
    """
    days = sorted(evenings)
    begins, ends, total = as_date(first), as_date(last), 0
    for place, day in enumerate(days):
        since = max(as_date(day), begins)
        until = as_date(days[place + 1]) if place + 1 < len(days) else ends + timedelta(days=1)
        held = (min(until, ends + timedelta(days=1)) - since).days
        if held > 0:
            total += held * max(0, evenings[day] // YUAN)
    return total


@rule("PBoC rules of deposits: yearly rate / 360 a day, half up to the fen", "secondary")
@checked
def deposit_interest(yuan_days: Count, yearly: Rate) -> int:
    """Return the interest in fen on a sum of daily balances.

    5,000,000 CNY for 91 days are 455,000,000; x 0.35 % / 360 = 4,423.6111: 4,423.61 CNY.
    """
    return whole(yuan_days * as_rate(yearly, "yearly rate") * YUAN / DAYS_OF_YEAR, Rounding.HALF_UP)
