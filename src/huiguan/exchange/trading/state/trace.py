"""One check of the ladder: what it refuses, what was asked, what is allowed; and its trace.

A kernel opened with a trace writes a line for every check that a command meets; one opened without
has no code for it. So what is explained is what decided, and a check is written once.
"""

from typing import NamedTuple

import numpy as np

from huiguan.exchange.trading.state.rows import State
from huiguan.foundation.compiler import unlikely
from huiguan.foundation.kernel import inner
from huiguan.foundation.refusals import BY_NUMBER, Refusal


class CheckLine(NamedTuple):
    """One check that a command met: what it would refuse, what was asked, what is allowed."""

    refusal: Refusal
    asked: int
    allowed: int
    passed: bool


@inner
def note(state: State, asked: int, allowed: int) -> None:
    """Keep the two figures of a refusal."""
    registers = state.registers[0]
    registers["first_figure"] = asked
    registers["second_figure"] = allowed


@inner
def write_line(
    trace: np.ndarray | None, state: State, fails: bool, refusal: int, asked: int, allowed: int
) -> None:
    """Write one line of the trace, where there is one."""
    if trace is None:
        return
    registers = state.registers[0]
    line = trace[registers["lines"]]
    registers["lines"] += 1
    line["asked"] = asked
    line["allowed"] = allowed
    line["refusal"] = refusal
    line["failed"] = 1 if fails else 0


@inner
def refuse_if(state: State, fails: bool, refusal: int, asked: int, allowed: int) -> int:
    """Meet one check: return ``refusal`` if it fails, else ``ACCEPTED``, which is 0.

    Ladders are chains of it: ``refuse_if(...) or refuse_if(...)`` is the first that fails, and in
    ``applies and refuse_if(...)`` the check is met only where it applies.
    """
    write_line(state.trace, state, fails, refusal, asked, allowed)
    if unlikely(fails):
        note(state, asked, allowed)
        return refusal
    return Refusal.ACCEPTED


@inner
def refuse(state: State, refusal: int, asked: int, allowed: int) -> int:
    """Refuse without a question: nothing else is left."""
    return refuse_if(state, True, refusal, asked, allowed)


def read_lines(state: State) -> list[CheckLine]:
    """Return the checks that the last command met, in their order; the last one may have failed."""
    assert state.trace is not None
    lines = state.trace[: int(state.registers["lines"][0])]
    return [
        CheckLine(BY_NUMBER[number], asked, allowed, not failed)
        for asked, allowed, number, failed in lines.tolist()
    ]
