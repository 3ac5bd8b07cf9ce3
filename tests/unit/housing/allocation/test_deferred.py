"""Deferred acceptance on examples of the literature, small enough to follow by hand."""

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import deferred_acceptance, serial_dictatorship


def test_gale_shapley_1962_example_one() -> None:
    """Three of each side; the men's best stable marriage gives every man his first choice."""
    men = {"alpha": "ABC", "beta": "BCA", "gamma": "CAB"}
    women = {"A": ["beta", "gamma", "alpha"], "B": ["gamma", "alpha", "beta"]}
    women["C"] = ["alpha", "beta", "gamma"]
    match = deferred_acceptance(
        {m: list(w) for m, w in men.items()}, women, dict.fromkeys("ABC", 1)
    )
    assert match == {"alpha": "A", "beta": "B", "gamma": "C"}


def test_gale_shapley_1962_example_two() -> None:
    """Four of each side; only one stable marriage exists, and nobody gets the first choice."""
    men = {"alpha": "ABCD", "beta": "ADCB", "gamma": "BACD", "delta": "DBCA"}
    women = {
        "A": ["delta", "gamma", "alpha", "beta"],
        "B": ["beta", "delta", "alpha", "gamma"],
        "C": ["delta", "alpha", "beta", "gamma"],
        "D": ["gamma", "beta", "alpha", "delta"],
    }
    match = deferred_acceptance(
        {m: list(w) for m, w in men.items()}, women, dict.fromkeys("ABCD", 1)
    )
    assert match == {"alpha": "C", "beta": "D", "gamma": "A", "delta": "B"}


def test_abdulkadiroglu_sonmez_2003_example_one() -> None:
    """Stable but not efficient: i1 and i2 would both gain from exchanging s1 and s2."""
    match = deferred_acceptance(
        {"i1": ["s2", "s1", "s3"], "i2": ["s1", "s2", "s3"], "i3": ["s1", "s2", "s3"]},
        {"s1": ["i1", "i3", "i2"], "s2": ["i2", "i1", "i3"], "s3": ["i2", "i1", "i3"]},
        {"s1": 1, "s2": 1, "s3": 1},
    )
    assert match == {"i1": "s1", "i2": "s2", "i3": "s3"}


def test_abdulkadiroglu_sonmez_2003_example_two() -> None:
    """Eight students, four schools with 2, 2, 3 and 3 seats."""
    match = deferred_acceptance(
        {
            "i1": ["s2", "s1", "s3", "s4"],
            "i2": ["s1", "s2", "s3", "s4"],
            "i3": ["s3", "s2", "s1", "s4"],
            "i4": ["s3", "s4", "s1", "s2"],
            "i5": ["s1", "s3", "s4", "s2"],
            "i6": ["s4", "s1", "s2", "s3"],
            "i7": ["s1", "s2", "s3", "s4"],
            "i8": ["s1", "s2", "s4", "s3"],
        },
        {
            "s1": ["i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8"],
            "s2": ["i3", "i5", "i4", "i8", "i7", "i2", "i1", "i6"],
            "s3": ["i5", "i3", "i1", "i7", "i2", "i8", "i6", "i4"],
            "s4": ["i6", "i8", "i7", "i4", "i2", "i3", "i5", "i1"],
        },
        {"s1": 2, "s2": 2, "s3": 3, "s4": 3},
    )
    # Asked in turn: s1 keeps i2 and i5 of four; s2 keeps i7 and i8 and turns i1 down, who takes
    # s1 from i5; i5 takes s3, whose three seats also hold i3 and i4.
    assert match == {
        "i1": "s1",
        "i2": "s1",
        "i3": "s3",
        "i4": "s3",
        "i5": "s3",
        "i6": "s4",
        "i7": "s2",
        "i8": "s2",
    }


def test_who_is_not_ranked_is_not_acceptable() -> None:
    match = deferred_acceptance({"a": ["P"], "b": ["P"]}, {"P": ["b"]}, {"P": 2})
    assert match == {"a": None, "b": "P"}


def test_no_seat_no_list_no_applicant() -> None:
    assert deferred_acceptance({"a": ["P"], "b": []}, {"P": ["a"]}, {"P": 0}) == {
        "a": None,
        "b": None,
    }
    assert deferred_acceptance({}, {}, {}) == {}


def test_an_unknown_home_is_refused() -> None:
    with pytest.raises(InputFault, match="a lists Q"):
        deferred_acceptance({"a": ["Q"]}, {"P": ["a"]}, {"P": 1})


def test_one_order_everywhere_is_serial_dictatorship() -> None:
    wishes = {"a": ["x", "y"], "b": ["x", "z"], "c": ["x", "y"], "d": ["y", "z"]}
    seats = {"x": 1, "y": 1, "z": 1}
    # By hand: c takes x, d takes y, b takes z, nothing is left for a.
    assert serial_dictatorship(wishes, ["c", "d", "b", "a"], seats) == {
        "a": None,
        "b": "z",
        "c": "x",
        "d": "y",
    }
