"""One form for numbers, money, words and days; else a sentence that says what to write."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import (
    MOST_FEN,
    day,
    decimal,
    fen,
    finite,
    member,
    moment,
    natural,
    signed_fen,
    sum_fen,
    whole_number,
    word,
    yes_or_no,
)

CHINA = timedelta(hours=8)


class Colour(IntEnum):
    RED = 1
    BLUE = 2


class State(StrEnum):
    OPEN = "open"


@pytest.mark.parametrize(
    "value", [12, "12", Decimal(12), Decimal("12.00"), np.int64(12), np.int8(12)]
)
def test_a_whole_number_in_every_form_it_may_have(value: object) -> None:
    number = whole_number(value, "lots")
    assert number == 12
    assert type(number) is int


NOT_WHOLE = [
    1.0,
    12.5,
    float("nan"),
    float("inf"),
    True,
    False,
    np.True_,
    np.float32(1),
    None,
    b"12",
    [1],
    "",
    " 12",
    "12 ",
    "1 2",
    "+12",
    "012",
    "-0",
    "1_2",
    "12.0",
    "1e3",
    "0x10",
    "twelve",
    "½",
    "１２",
    "١٢",
    "१२",
    "12\u200b",
    "1\u00a02",
    "9" * 41,
    Decimal("12.5"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("1e999999999"),
]


@pytest.mark.parametrize("value", NOT_WHOLE, ids=ascii)
def test_what_is_no_whole_number(value: object) -> None:
    with pytest.raises(InputFault, match=r"lots: .* no whole number; write one like 12"):
        whole_number(value, "lots")


def test_limits_of_whole_numbers() -> None:
    assert whole_number("-5", "seats") == -5
    assert whole_number(2**63 - 1, "n") == 2**63 - 1
    with pytest.raises(InputFault, match="n: 9223372036854775808 is above 9223372036854775807"):
        whole_number(2**63, "n")
    with pytest.raises(InputFault, match="too long to print is above"):
        whole_number(10**5000, "n")  # Python refuses to print it
    with pytest.raises(InputFault, match="seats: -1 is below 0, the least there can be"):
        natural(-1, "seats")
    with pytest.raises(InputFault, match="heads: 0 is below 1"):
        natural(0, "heads", 1)


def test_money_is_whole_fen() -> None:
    assert fen(100, "rent") == 100
    assert signed_fen(-100, "change") == -100
    assert sum_fen(1, -2, 4) == 3
    for wrong in (100.5, Decimal("100.5"), "100.5", -1, MOST_FEN + 1):
        with pytest.raises(InputFault, match="rent: "):
            fen(wrong, "rent")
    with pytest.raises(InputFault, match="amount in fen"):
        sum_fen(1, 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("413.10", "413.10"),
        ("0", "0"),
        ("-5.5", "-5.5"),
        (7, "7"),
        (Decimal("0.2"), "0.2"),
        (Decimal("1e3"), "1000"),
        (np.int32(3), "3"),
    ],
)
def test_an_exact_number(value: object, number: str) -> None:
    assert decimal(value, "price") == Decimal(number)


NOT_EXACT = [
    "1_00",
    "１００",
    "٣",
    " 5",
    "5 ",
    "+5",
    ".5",
    "5.",
    "05",
    "1e3",
    "1,000",
    "NaN",
    "inf",
    "",
    "5\u200b",
    "ten",
    "9" * 41,
    True,
    None,
    b"5",
    [5],
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("inf"),
    Decimal("1e999999999"),
    Decimal("1e-999999999"),
    Decimal("0e-999999999"),
]


@pytest.mark.parametrize("value", NOT_EXACT, ids=ascii)
def test_what_is_no_exact_number(value: object) -> None:
    with pytest.raises(InputFault, match=r"^price: "):
        decimal(value, "price")


def test_a_float_is_not_exact() -> None:
    with pytest.raises(InputFault, match=r"price: 0\.1 is a float, binary and not exact"):
        decimal(0.1, "price")
    with pytest.raises(InputFault, match="area: '-1' is below 0"):
        decimal("-1", "area", 0)


def test_a_binary_number_where_a_method_is_published_in_them() -> None:
    assert finite(0.25, "weight") == 0.25
    assert finite(3, "weight") == 3.0
    for wrong in (float("nan"), float("inf"), "0.5", True, None, 2**60):
        with pytest.raises(InputFault, match=r"^weight: "):
            finite(wrong, "weight")


def test_no_word_stands_for_true_or_false() -> None:
    assert yes_or_no(value=True, what="hedging") is True
    assert yes_or_no(np.False_, "hedging") is False
    for wrong in ("no", "False", "", 0, 1, None, 0.0, []):
        with pytest.raises(InputFault, match=r"hedging: .* neither True nor False"):
            yes_or_no(wrong, "hedging")


@pytest.mark.parametrize(
    "value", ["first", "LAST", "last ", "last\u200b", "ｌａｓｔ", "", 1, None, True]
)
def test_an_unknown_word_lists_those_there_are(value: object) -> None:
    with pytest.raises(InputFault, match=r"policy: .* there are: 'last', 'void'"):
        word(value, "policy", ("last", "void"))


def test_a_member_is_given_as_itself_its_number_or_its_word() -> None:
    assert word("void", "policy", ["last", "void"]) == "void"
    assert member(Colour.BLUE, "colour", Colour) is Colour.BLUE
    assert member(2, "colour", Colour) is Colour.BLUE
    assert member("open", "state", State) is State.OPEN
    for wrong in (3, "BLUE", True, 1.0, None):
        with pytest.raises(InputFault, match=r"colour: .* no Colour; there are: "):
            member(wrong, "colour", Colour)


def test_a_day_is_a_date_or_an_iso_text() -> None:
    assert day("2026-02-28", "start") == day(date(2026, 2, 28), "start") == date(2026, 2, 28)


NOT_DAYS = [
    "2026-3-1",
    "2026-03-1",
    "20260301",
    "2026-W10-7",
    "2026-02-30",
    "2026-13-01",
    "0000-01-01",
    "2026-03-01T00:00",
    "2026-03-01 ",
    " 2026-03-01",
    "２０２６-03-01",
    "2026－03－01",
    "1.3.2026",
    "",
    20260301,
    20260301.0,
    None,
    True,
    datetime(2026, 3, 1),  # noqa: DTZ001  any time of day
    datetime(2026, 3, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("value", NOT_DAYS, ids=ascii)
def test_what_is_no_day(value: object) -> None:
    with pytest.raises(InputFault, match=r"^start: "):
        day(value, "start")


def test_a_moment_with_a_time_zone_is_moved_to_the_clock() -> None:
    shown = datetime(2026, 8, 21, 21, 30)  # noqa: DTZ001  what the clock shows
    for given in (
        shown,
        "2026-08-21 21:30",
        "2026-08-21T21:30:00",
        "2026-08-21T13:30Z",  # 13:30 + 8 hours
        "2026-08-21T15:30+02:00",  # 15:30 - 2 + 8 hours
        datetime(2026, 8, 21, 13, 30, tzinfo=UTC),
    ):
        assert moment(given, "moment", CHINA) == shown


@pytest.mark.parametrize(
    "value",
    [
        "2026-08-21",
        "2026-08-21 25:00",
        "2026-02-30 10:00",
        "2026-08-21 9:30",
        "21:30",
        "",
        1,
        None,
        date(2026, 8, 21),
        "２０２６-08-21 21:30",
        "9999-12-31T23:00-08:00",
    ],
    ids=ascii,
)
def test_what_is_no_moment(value: object) -> None:
    with pytest.raises(InputFault, match=r"^moment: "):
        moment(value, "moment", CHINA)


@pytest.mark.parametrize(
    "call",
    [
        lambda: whole_number("9" * 5000, "n"),
        lambda: decimal([10**5000], "n"),
        lambda: day("9" * 5000, "n"),
    ],
)
def test_a_sentence_stays_a_sentence(call: Callable[[], object]) -> None:
    with pytest.raises(InputFault) as caught:
        call()
    assert len(str(caught.value)) < 200
