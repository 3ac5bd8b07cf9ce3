"""Numbers, money, words and days: each in its one form, or refused with what to write.

A reader takes a value and the words for what it is. It returns the value in its one form, or raises
``InputFault`` with a sentence that says what to write. Nothing is guessed: digits are 0 to 9 and
not those of other scripts; numbers have no underscores, blanks, needless signs or zeros; floats are
not exact; days are real and compared as days.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from operator import index
from typing import Annotated, TypeVar

from huiguan.foundation.faults import InputFault

E = TypeVar("E", bound=Enum)
LEAST, MOST = -(2**63), 2**63 - 1  # an int64 holds no other number
MOST_FEN = 10**16 - 1  # one hundred trillion yuan: more is a slip, and its products pass int64
WHOLE = re.compile(r"0|-?[1-9][0-9]*")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
LARGEST_EXPONENT = 40  # no price, area or share is finer or larger; an exact one would fill memory
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
LONGEST_SHOWN = 40


def shown(value: object) -> str:
    """Return a value for a sentence, never longer than part of a line."""
    try:
        text = repr(value)
    except ValueError:  # Python does not print whole numbers of thousands of digits
        return f"a value of type {type(value).__name__} too long to print"
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def a_float(value: object, what: str) -> InputFault:
    """Return the sentence about a float where an exact number is meant."""
    return InputFault(
        f"{what}: {shown(value)} is a float, binary and not exact; write it as Decimal or text"
    )


def whole_number(value: object, what: str, least: int = LEAST, most: int = MOST) -> int:
    """Return a whole number from ``least`` to ``most``, given as an int, a Decimal or a text.

    ``whole_number("12", "lots")`` is 12. Refused: 12.0 (a float), True, "1_2", " 12", "+12", "012"
    and "１２".
    """
    number: int | None = None
    if isinstance(value, str):
        if len(value) <= LARGEST_EXPONENT and WHOLE.fullmatch(value):
            number = int(value)
    elif isinstance(value, Decimal):
        if of_a_size(value) and value == value.to_integral_value():
            number = int(value)
    elif not isinstance(value, bool):
        try:
            number = index(value)  # type: ignore[arg-type]
        except TypeError:
            number = None
    if number is None:
        raise InputFault(
            f"{what}: {shown(value)} is no whole number; write one like 12, in the digits 0 to 9"
        )
    if number < least:
        raise InputFault(f"{what}: {shown(number)} is below {least}, the least there can be")
    if number > most:
        raise InputFault(f"{what}: {shown(number)} is above {most}, the most there can be")
    return number


def natural(value: object, what: str, least: int = 0, most: int = MOST) -> int:
    """Return a count or an amount; less than ``least``, or no whole number, is an InputFault."""
    return whole_number(value, what, least, most)


def fen(value: object, what: str) -> int:
    """Return an amount of money, not negative, in whole fen (100 fen are one yuan)."""
    return whole_number(value, what, 0, MOST_FEN)


def signed_fen(value: object, what: str) -> int:
    """Return an amount of money in whole fen that may be negative."""
    return whole_number(value, what, -MOST_FEN, MOST_FEN)


def part_ppb(value: object, what: str) -> int:
    """Return a part of a whole in parts per billion, from 0 to all of it."""
    return whole_number(value, what, 0, 1_000_000_000)


def sum_fen(*amounts: int) -> int:
    """Return the sum of amounts in fen; one that is no whole number is an InputFault."""
    return sum([whole_number(amount, "amount in fen") for amount in amounts])


def of_a_size(number: Decimal) -> bool:
    """Return whether a decimal is finite and its digits can be written down."""
    if not number.is_finite():
        return False
    size = number.as_tuple()
    exponent = int(size.exponent)
    return exponent > -2 * LARGEST_EXPONENT and len(size.digits) + exponent < LARGEST_EXPONENT


def decimal(value: object, what: str, least: int | None = None) -> Decimal:
    """Return an exact number given as an int, a Decimal or a text such as "413.10".

    Floats, "1e3", "1_000", ".5", "+5" and digits of other scripts are refused.
    """
    if isinstance(value, float):
        raise a_float(value, what)
    number: Decimal | None = None
    if isinstance(value, str):
        if len(value) <= 2 * LARGEST_EXPONENT and DECIMAL.fullmatch(value):
            number = Decimal(value)
    elif isinstance(value, Decimal):
        number = value
    elif not isinstance(value, bool):
        try:
            number = Decimal(whole_number(value, what))
        except InputFault:
            number = None
    if number is None:
        raise InputFault(
            f"{what}: {shown(value)} is not a decimal number; write it like 413.10, in the digits"
            " 0 to 9"
        )
    if not of_a_size(number):
        raise InputFault(f"{what}: {shown(value)} is not a finite number of a usual size")
    if least is not None and number < least:
        raise InputFault(f"{what}: {shown(value)} is below {least}, the least there can be")
    return number


def finite(value: object, what: str) -> float:
    """Return a binary number, for the few published methods that reckon in them."""
    if isinstance(value, float):
        if abs(value) < float("inf"):
            return value
        raise InputFault(f"{what}: {shown(value)} is no finite number; write one like 0.5")
    return float(whole_number(value, what, -(2**53), 2**53))


def yes_or_no(value: object, what: str) -> bool:
    """Return True or False; words and numbers are neither ("no" would count as yes)."""
    if value is True or value is False:
        return value
    if type(value).__name__ in ("bool", "bool_"):  # NumPy's
        return bool(value)
    raise InputFault(f"{what}: {shown(value)} is neither True nor False; write one of them")


def word(value: object, what: str, allowed: Iterable[str]) -> str:
    """Return a word that is one of ``allowed``, as written there."""
    words = list(allowed)
    if isinstance(value, str) and value in words:
        return value
    there_are = ", ".join(map(repr, words))
    raise InputFault(f"{what}: {shown(value)} is none of the words there are: {there_are}")


def member(value: object, what: str, kind: type[E]) -> E:
    """Return a member of an enumeration, given as itself, or as its number or word."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, (bool, float)):
        for entry in kind:
            if entry.value == value and isinstance(value, type(entry.value)):
                return entry
    there_are = ", ".join(str(entry) for entry in kind)
    raise InputFault(
        f"{what}: {shown(value)} is no {kind.__name__}; there are: "
        f"{there_are if len(there_are) < 300 else f'{len(kind)} of them'}"
    )


def no_date(value: object, what: str) -> InputFault:
    """Return the one sentence about what is no day of the calendar."""
    return InputFault(f"{what}: {shown(value)} is not a date; write it like 2026-07-01")


def day(value: object, what: str) -> date:
    """Return a calendar day, given as a date or as a text like "2026-07-01".

    A datetime is refused: which day it is depends on where the clock hangs.
    """
    if isinstance(value, datetime):
        raise InputFault(f"{what}: {shown(value)} has a time of day; give the date alone")
    if isinstance(value, date):
        return value
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise no_date(value, what) from None
    raise no_date(value, what)


def moment(value: object, what: str, clock: timedelta) -> datetime:
    """Return the date and time that a clock ``clock`` ahead of UTC shows, without a zone.

    A moment with a time zone is moved to that clock; one without is what the clock shows.
    """
    if isinstance(value, str) and MOMENT.fullmatch(value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = f"{value}"
    if not isinstance(value, datetime):
        raise InputFault(f"{what}: {shown(value)} is not a moment; write it like 2026-08-21 21:30")
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(timezone(clock)).replace(tzinfo=None)
    except (OverflowError, ValueError):
        raise InputFault(f"{what}: {shown(value)} lies outside the calendar") from None


Count = Annotated[int, natural]  # how many there are, from 0 on
Fen = Annotated[int, fen]
SignedFen = Annotated[int, signed_fen]
Ppb = Annotated[int, part_ppb]
