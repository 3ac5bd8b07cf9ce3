"""What the ledger asks of a floor: over the operator's socket, one line a question.

An answer says what became of a command; a sentence of the floor says that nothing was journaled.
No answer says nothing: the command may have been journaled or not.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import msgspec

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_SECONDS = 10.0


class NoAnswer(Exception):  # noqa: N818  it is none
    """The floor did not answer; whether it heard is not known."""


class CommandAnswer(msgspec.Struct, frozen=True):
    """What became of a command: a refusal's number (0: done) and its figures; its sequence."""

    refusal: int
    first_figure: int
    second_figure: int
    sequence: int


class FloorLine:
    """Asks the floor of a hall; every question has a line of its own."""

    def __init__(self, operator: Path) -> None:
        """Know the operator's socket."""
        self._operator = operator

    def ask(self, do: str, request: str = "", **given: object) -> Any:  # noqa: ANN401  as it answers
        """Return what the floor answers.

        Raises ``InputFault`` with its sentence where it says no, ``NoAnswer`` without an answer.
        """
        line = msgspec.json.encode({"do": do, "id": request, "with": given}) + b"\n"
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(ANSWER_SECONDS)
                door.connect(str(self._operator))
                door.sendall(line)
                answer = msgspec.json.decode(door.makefile("rb").readline())
        except (OSError, msgspec.DecodeError) as fault:
            raise NoAnswer(str(fault)) from None
        if "good" not in answer:
            raise InputFault(str(answer.get("fault")))
        return answer["good"]

    def trading_day(self) -> int:
        """Return the trading day that the floor stands in."""
        return int(self.ask("status")["trading_day"])

    def command(self, request: str, on: int, kind: str, **fields: int) -> CommandAnswer:
        """Have a command journaled on a trading day, once for a request; return what became of it.

        Raises ``InputFault`` where that day is over or not there: nothing was journaled then.
        """
        answer = self.ask("command", request, trading_day=on, kind=kind, **fields)
        return msgspec.convert(answer, CommandAnswer)
