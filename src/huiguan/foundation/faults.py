"""What a person did wrong, in one sentence: exit code 2 for the call, 1 for the thing checked."""

from decimal import Decimal, InvalidOperation
from operator import index


class Fault(Exception):  # noqa: N818  a fault of the input, not an error of the program
    """A sentence for a person: what happened, why it matters, what to do."""

    exit_code = 2


class InputFault(Fault):
    """The input or the call is wrong."""


class CheckFault(Fault):
    """The thing that was checked is wrong."""

    exit_code = 1


def whole_number(value: int | Decimal | str, what: str) -> int:
    """Return a whole number given as an int, a Decimal or a text; else an InputFault."""
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    try:
        number = Decimal(value) if isinstance(value, (Decimal, str)) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number != int(number):
        raise InputFault(f"{what}: {value!r} is no whole number")
    return int(number)


def sum_fen(*amounts: int) -> int:
    """Return the sum of amounts in fen; one that is no whole number is an InputFault."""
    return sum([whole_number(amount, "amount in fen") for amount in amounts])


def natural(value: int | Decimal | str, what: str, least: int = 0) -> int:
    """Return a count or an amount; less than ``least``, or no whole number, is an InputFault."""
    number = whole_number(value, what)
    if number < least:
        raise InputFault(f"{what}: {number} is below {least}, the least there can be")
    return number
