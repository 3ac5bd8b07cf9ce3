"""What a person did wrong, in one sentence: exit code 2 for the call, 1 for the thing checked."""


class Fault(Exception):  # noqa: N818  a fault of the input, not an error of the program
    """A sentence for a person: what happened, why it matters, what to do."""

    exit_code = 2


class InputFault(Fault):
    """The input or the call is wrong."""


class CheckFault(Fault):
    """The thing that was checked is wrong."""

    exit_code = 1
