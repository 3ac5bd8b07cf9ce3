"""Trading days and phases: section 2.1 of the rules, on dates that were published."""

import pytest

from huiguan.foundation.calendars import (
    ClosedYear,
    build_calendar,
    calendar_status,
    clock_seconds,
    exchange_time_ns,
    has_night_session,
    is_trading_day,
    on_or_after,
    on_or_before,
    parse_day,
    phase_times,
    refuse_closed_day,
    trading_day_after,
    trading_day_before,
    trading_days,
    trading_days_between,
)
from huiguan.foundation.faults import InputFault

YEARS = [
    ClosedYear(year=2025, closed=("10-01/10-08",), source="x", status="secondary"),
    ClosedYear(
        year=2026,
        closed=("01-01/01-02", "02-16/02-23", "04-06", "05-01/05-05", "06-19", "09-25"),
        source="x",
        status="secondary",
    ),
]
CALENDAR = build_calendar("test", 20250901, YEARS, 2027, ((20260302, 20260303),))


@pytest.mark.parametrize(
    ("day", "trades"),
    [
        (20260213, True),  # Friday before Spring Festival
        (20260214, False),  # Saturday
        (20260216, False),  # holiday
        (20260224, True),
        (20270101, True),  # not published yet: every weekday counts
    ],
)
def test_trading_days(day: int, trades: bool) -> None:
    assert is_trading_day(CALENDAR, day) is trades


def test_a_day_beyond_published_years_is_provisional() -> None:
    assert calendar_status(CALENDAR, 20261231) == "confirmed"
    assert calendar_status(CALENDAR, 20270104) == "provisional"


def test_neighbours() -> None:
    assert trading_day_after(CALENDAR, 20260213) == 20260224
    assert trading_day_before(CALENDAR, 20260224) == 20260213
    assert on_or_after(CALENDAR, 20260215) == 20260224
    assert on_or_before(CALENDAR, 20260215) == 20260213
    assert trading_day_before(CALENDAR, 20260915, 5) == 20260908
    assert trading_days_between(CALENDAR, 20260908, 20260915) == 5
    assert trading_days(CALENDAR, 20260212, 20260225) == (20260212, 20260213, 20260224, 20260225)


@pytest.mark.parametrize(
    ("day", "night"),
    [
        (20260821, True),  # Friday after Thursday
        (20260824, True),  # Monday after Friday
        (20260224, False),  # first day after Spring Festival
        (20260225, True),  # trading resumed that evening
        (20260407, False),  # Tuesday after a long weekend
        (20260302, False),  # listed as an exception
    ],
)
def test_night_sessions(day: int, night: bool) -> None:
    assert has_night_session(CALENDAR, day) is night


def test_times_are_utc_and_the_night_belongs_to_the_next_trading_day() -> None:
    # 2026-08-21 09:00 in Shanghai is 01:00 UTC, 1,787,274,000 seconds after 1970
    assert exchange_time_ns(20260821, clock_seconds("09:00")) == 1_787_274_000 * 10**9
    times = phase_times(
        CALENDAR,
        20260824,  # Monday: the night begins on Friday and ends on Saturday morning
        ("21:00 continuous", "02:30 no_trading"),
        ("09:00 continuous", "15:00 closed"),
    )
    hours = [(t.start_ns - exchange_time_ns(20260821, 0)) / 3600e9 for t in times]
    assert hours == [21, 26.5, 81, 87]


@pytest.mark.parametrize("text", ["2026-02-30", "20261301", "soon", "2026/08/21", ""])
def test_a_wrong_date_is_one_sentence(text: str) -> None:
    with pytest.raises(InputFault, match="is not a date"):
        parse_day(text)


def test_a_missing_year_is_refused() -> None:
    with pytest.raises(InputFault, match="year 2026 is missing"):
        build_calendar(
            "gap", 20250901, [YEARS[0], ClosedYear(year=2027, closed=(), source="x", status="x")], 1
        )


def test_a_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(InputFault, match="ask for a day between them"):
        trading_day_before(CALENDAR, 20250901)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (20260214, "2026-02-14 is not a trading day of SHFE; 2026-02-13 and 2026-02-24 are"),
        (20260619, "2026-06-19 is not a trading day of SHFE; 2026-06-18 and 2026-06-22 are"),
        (20990105, "calendar test knows trading days from 2025-09-01 to 2027-12-31 only"),
        (20240105, "calendar test knows trading days from 2025-09-01 to 2027-12-31 only"),
    ],
)
def test_a_closed_day_names_those_around_it(day: int, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        refuse_closed_day(CALENDAR, day, "SHFE")
    refuse_closed_day(CALENDAR, 20260224, "SHFE")
