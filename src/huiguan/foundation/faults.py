"""What a person did wrong, in one sentence: exit code 2 for the call, 1 for the thing checked."""

from operator import index


class Fault(Exception):  # noqa: N818  a fault of the input, not an error of the program
    """A sentence for a person: what happened, why it matters, what to do."""

    exit_code = 2


class InputFault(Fault):
    """The input or the call is wrong."""


class CheckFault(Fault):
    """The thing that was checked is wrong."""

    exit_code = 1


def natural(value: int, what: str, least: int = 0) -> int:
    """Return a count or an amount; less than ``least``, or no whole number, is an InputFault."""
    try:
        number = index(value)
    except TypeError:
        raise InputFault(f"{what}: {value!r} is no whole number") from None
    if number < least:
        raise InputFault(f"{what}: {number} is below {least}, the least there can be")
    return number
