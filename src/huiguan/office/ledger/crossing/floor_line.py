"""What the ledger asks of a floor: over the operator's socket, one line a question.

An answer says what became of a command; a sentence of the floor says that nothing was journaled.
No answer says nothing: the command may have been journaled or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from huiguan.web.operator import ask

if TYPE_CHECKING:
    from pathlib import Path


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

    def trading_day(self) -> int:
        """Return the trading day that the floor stands in."""
        return int(ask(self._operator, "status")["trading_day"])

    def command(self, request: str, on: int, kind: str, **fields: int) -> CommandAnswer:
        """Have a command journaled on a trading day, once for a request; return what became of it.

        Raises ``InputFault`` where that day is over or not there: nothing was journaled then.
        """
        answer = ask(self._operator, "command", request, trading_day=on, kind=kind, **fields)
        return msgspec.convert(answer, CommandAnswer)

    def instruct(self, on: int, row: dict[str, object]) -> None:
        """Have an instruction kept for the evening of a trading day; the same again is kept once.

        Raises ``InputFault`` where the hall stands in another day or does not take it: nothing is
        kept then.
        """
        ask(self._operator, "instruct", day=on, instruction=row)
