"""Values as people write them in a book of rules: one type says the words and how it is read.

``limit_ppb: Rate`` is written ``limit = "9%"``: the type reads the text, and its unit ends the name
of the field, not that of the key. The reader of books (``storage.toml``) and the reference of its
keys follow from these types; a value without one stands in the book as it is.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, NamedTuple

import msgspec

from huiguan.foundation.arithmetic import PPB, parse_money, parse_rate
from huiguan.foundation.calendars import to_int
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import shown

A_DATE = "must be a date like 2026-08-21, without quotes"


class Written(NamedTuple):
    """How a value is written."""

    words: str  # of the reference, as in "rate in quotes"
    read: Callable[[object], object] | None = None  # InputFault for what it is not; None: as it is
    unit: str = ""  # what the field's name ends with,
    key_unit: str = ""  # and the key's instead
    limits: str = ""  # what a value out of its range must do


def quoted(parse: Callable[[str, str], int]) -> Callable[[object], int]:
    """Return the reader of a text that ``parse`` turns into an exact number."""

    def read(value: object) -> int:
        if not isinstance(value, str):
            raise InputFault(f"{shown(value)} must be in quotes, so that it is exact")
        return parse(value, "the value")

    return read


def read_day(value: object) -> int:
    """Return ``yyyymmdd`` of a date of TOML."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InputFault(A_DATE)
    return to_int(value)


Rate = Annotated[
    int,
    msgspec.Meta(ge=0, le=PPB),
    Written(
        'rate in quotes: "9%", "0.5bp"',
        quoted(parse_rate),
        unit="_ppb",
        limits="must lie between 0% and 100%",
    ),
]
Yuan = Annotated[
    int,
    msgspec.Meta(ge=0),
    Written(
        'yuan in quotes: "0.25"', quoted(parse_money), unit="_fen", limits="must not be below 0"
    ),
]
TradingDay = Annotated[int, Written("date: 2026-08-21", read_day)]
