"""Between leases: homes and people once, renewals, what the rules of the first day refuse."""

import pytest

from huiguan.housing.leasing.checks import chains, crossing, findings, lingering
from tests.unit.housing.leasing.tables import RULES, D, lettings, read, told

NEXT = {"lessee": "bob", "occupants": "bob", "start": "2027-10-01", "end": "2028-10-01"}
RENTS = read().rents


def test_a_home_changes_hands_within_a_day() -> None:
    assert crossing(lettings({}, NEXT)) == []
    assert crossing(lettings({"left": "2027-10-01"}, NEXT)) == []


def test_a_home_let_twice_and_somebody_housed_twice_are_named() -> None:
    late = lettings({"left": "2027-10-09"}, NEXT)  # held over for 8 days
    assert told(crossing(late)) == [
        "leases.csv row 3, column place: A1 is let in row 2 until 2027-10-09"
    ]
    twice = lettings({}, {"place": "A2", "occupants": "bob ann", "start": "2027-09-30"})
    assert told(crossing(twice)) == [
        "leases.csv row 3, column occupants: ann lives in A1 until 2027-10-01, by row 2"
    ]
    gone = lettings({"left": "2027-09-30"}, {"place": "A2", "start": "2027-09-30"})
    assert crossing(gone) == []


def test_a_long_lease_hides_no_clash_behind_a_short_one() -> None:
    rows = lettings(
        {"end": "2029-10-01"},
        {"occupants": "bob", "start": "2026-11-01", "end": "2027-11-01"},
        {"occupants": "cat", "start": "2028-01-01", "end": "2029-01-01"},
    )
    assert [fault.line for fault in crossing(rows)] == [3, 4]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"follows": "L7"}, "leases.csv has no L7"),
        ({"follows": "L1", "start": "2027-10-02"}, "L1 ends 2027-10-01, and this one starts"),
        ({"follows": "L1", "start": "2027-10-01", "lessee": "bob"}, "has another lessee"),
    ],
)
def test_a_lease_follows_one_that_ends_where_it_starts(change: dict[str, str], words: str) -> None:
    (fault,) = chains(lettings({}, {"end": "2028-10-01"} | change))
    assert (fault.line, fault.column) == (3, "follows")
    assert words in fault.sentence


def test_a_lease_is_followed_once() -> None:
    after = {"follows": "L1", "start": "2027-10-01", "end": "2028-10-01"}
    (fault,) = chains(lettings({}, after, after))
    assert fault.sentence == "row 3 follows L1 too"


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"end": "2027-09-30"}, "end", "shorter than"),
        ({"end": "2029-10-02"}, "end", "longer than"),
        ({"rent": "2700.01"}, "rent", "ceiling"),  # 90 % of 3,000.00
        ({"deposit": "2700.01"}, "deposit", "deposit"),  # one month
        ({"place": "B7"}, "place", "rents.csv says nothing of B7 on 2026-10-01"),
    ],
)
def test_what_the_rules_refuse_is_a_finding(
    change: dict[str, str], column: str, words: str
) -> None:
    rows = lettings(change)
    (found,) = findings(rows, RENTS, RULES)
    assert found.column == column
    assert words in found.sentence


def test_a_renewal_rises_by_a_twentieth_at_most() -> None:
    """2,500.00 and 5 % are 2,625.00, below 90 % of 3,000.00."""
    first = {"rent": "2500", "deposit": "2500"}
    after = {"follows": "L1", "start": "2027-10-01", "end": "2028-10-01", "deposit": "0"}
    assert findings(lettings(first, after | {"rent": "2625"}), RENTS, RULES) == []
    (found,) = findings(lettings(first, after | {"rent": "2625.01"}), RENTS, RULES)
    assert (found.line, found.column) == (3, "rent")


def test_public_rental_ends_after_six_years() -> None:
    """Two leases of three years are 72 months; a month more is too much."""
    scheme = {"scheme": "public_rental"}
    rows = [
        scheme | {"end": "2029-10-01"},
        scheme | {"start": "2029-10-01", "end": "2032-10-01", "follows": "L1"},
    ]
    assert findings(lettings(*rows), RENTS, RULES) == []
    late = scheme | {"start": "2032-10-01", "end": "2033-10-01", "follows": "L2"}
    (found,) = findings(lettings(*rows, late), RENTS, RULES)
    assert (found.line, found.column) == (4, "end")


def test_a_lease_that_ended_without_a_word_is_named() -> None:
    on = D("2027-10-01")
    assert lingering(lettings({}), D("2027-09-30")) == []
    assert [fault.column for fault in lingering(lettings({}), on)] == ["left"]
    assert lingering(lettings({"left": "2027-10-01"}), on) == []
    assert lingering(lettings({}, NEXT), on) == []
