"""Days, months and deadlines: month ends, leap years, half-open periods."""

from datetime import date

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.dates import (
    add_months,
    age_on,
    answer_by,
    days_within_month,
    last_day,
    lease_end,
    months_and_days,
    overlap,
)

D = date.fromisoformat


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),  # from the first start: not 28 March
        ("2028-01-31", 1, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-07-01", 36, "2029-07-01"),
    ],
)
def test_months_end_at_the_corresponding_day_or_the_months_last(
    start: str, months: int, end: str
) -> None:
    assert add_months(D(start), months) == D(end)
    if months > 0:
        assert lease_end(D(start), months) == D(end)
    else:
        with pytest.raises(InputFault, match="months of a lease: -1 is below 1"):
            lease_end(D(start), months)


def test_a_year_from_1_july_has_its_last_day_on_30_june() -> None:
    assert last_day(lease_end(D("2026-07-01"), 12)) == D("2027-06-30")


@pytest.mark.parametrize(
    ("start", "end", "month", "days"),
    [
        ("2026-06-17", "2026-08-01", "2026-06-01", 14),  # 17 to 30 June
        ("2026-06-17", "2026-08-01", "2026-07-20", 31),
        ("2026-06-17", "2026-08-01", "2026-08-01", 0),  # the end is not counted
        ("2028-02-29", "2028-03-01", "2028-02-01", 1),
        ("2026-06-17", "2026-06-17", "2026-06-01", 0),
    ],
)
def test_days_of_a_period_in_a_month(start: str, end: str, month: str, days: int) -> None:
    assert days_within_month(D(start), D(end), D(month)) == days


def test_turnover_on_one_day_is_no_overlap() -> None:
    may, june, july = D("2026-05-01"), D("2026-06-01"), D("2026-07-01")
    assert not overlap(may, june, june, july)
    assert overlap(may, D("2026-06-02"), june, july)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2000-03-01", "2026-02-28", 25),
        ("2000-03-01", "2026-03-01", 26),
        ("2000-02-29", "2026-02-27", 25),
        ("2000-02-29", "2026-02-28", 26),  # no 29th: the month's last day
        ("2000-02-29", "2028-02-28", 27),
        ("2000-02-29", "2028-02-29", 28),
    ],
)
def test_full_years(birth: str, on: str, age: int) -> None:
    assert age_on(D(birth), D(on)) == age


def test_a_deadline_does_not_count_its_first_day_and_moves_past_days_off() -> None:
    made = D("2026-07-01")  # a Wednesday
    weekend = {D("2026-07-04"), D("2026-07-05")}
    assert answer_by(made, 3) == D("2026-07-04")
    assert answer_by(made, 3, weekend) == D("2026-07-06")
    assert answer_by(made, 2, weekend) == D("2026-07-03")


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        ("2026-01-15", "2026-03-20", (2, 5)),
        ("2026-01-31", "2026-02-28", (1, 0)),
        ("2026-01-31", "2026-03-30", (1, 30)),  # 28 February to 30 March
        ("2026-05-05", "2026-05-05", (0, 0)),
    ],
)
def test_months_and_days(start: str, end: str, parts: tuple[int, int]) -> None:
    assert months_and_days(D(start), D(end)) == parts
