"""Why a figure of a closed day is what it is; why a command had its outcome.

For a command the day is run again up to it, and one step on with a trace.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.cleared import read_closed
from huiguan.days.run_again import frame_commands
from huiguan.exchange.evening.explanations.margin import explain_margin
from huiguan.exchange.evening.explanations.money import explain_call, explain_fees
from huiguan.exchange.evening.explanations.prices import explain_limit, explain_settlement
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    COMMANDS,
    LAYOUTS,
    MESSAGE_BYTES,
    CommandRefused,
    Message,
    decode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.storage.journal.recovery import Frame, read
from huiguan.storage.market.day_folder import DayFolder, refuse_unbegun
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.evening.explanations.steps import Explanation
    from huiguan.exchange.evening.rules_of_day import DayRules
    from huiguan.exchange.rules.rows import Books
    from huiguan.exchange.trading.state.trace import CheckLine
    from huiguan.foundation.refusals import Refusal


class RawCommand(NamedTuple):
    """A command as it stands in the journal: a field may hold what it may not hold."""

    kind: int
    name: str  # "enter_order"
    fields: dict[str, int]


class ExplainedCommand(NamedTuple):
    """A command, its checks in order, and everything that followed from it."""

    image: DayImage
    sequence: int
    time_ns: int
    session: int
    client_sequence: int
    command: RawCommand
    checks: list[CheckLine]
    refusal: Refusal | None
    due: list[Message]  # what the clock made happen just before, in the same frame
    events: list[Message]


def explain_command(
    root: Path | str, number: int, watch: Callable[[int], None] | None = None
) -> ExplainedCommand:
    """Explain command ``number`` (its sequence) of the day in ``root``.

    Raises ``InputFault`` for a number the journal does not hold.
    """
    root = Path(root)
    folder = DayFolder(root)
    refuse_unbegun(root)
    image = read_image(folder.image)
    held = max((frame.last_sequence for frame in read(folder.journal)), default=0)
    if not 1 <= number <= held:
        raise InputFault(f"{root} has commands 1 to {held:,}; there is no command {number:,}")
    core = TradingCore(image)
    for frame in read(folder.journal):
        if number <= frame.last_sequence:
            break
        core.run_frame(frame.header.time_ns, frame_commands(frame))
        if watch:
            watch(frame.last_sequence)
    return _explain_in(core, image, frame, number)


def _explain_in(core: TradingCore, image: DayImage, frame: Frame, number: int) -> ExplainedCommand:
    rows = frame_commands(frame)
    time_ns = frame.header.time_ns
    at = (number - frame.header.first_sequence) * MESSAGE_BYTES
    due: list[Message] = []
    if at:
        core.run_frame(time_ns, rows[:at])
    else:
        due = _messages(core.run_due(time_ns))
    row = rows[at : at + MESSAGE_BYTES]
    head = row.view(COMMAND_HEADER)[0]
    told, checks = core.run_traced(time_ns, row)
    events = _messages(told)
    refused = next((e for e in events if isinstance(e, CommandRefused)), None)
    return ExplainedCommand(
        image=image,
        sequence=number,
        time_ns=time_ns,
        session=int(head["session"]),
        client_sequence=int(head["client_sequence"]),
        command=row_words(row),
        checks=checks,
        refusal=BY_NUMBER[refused.refusal] if refused else None,
        due=due,
        events=events,
    )


def row_words(row: np.ndarray) -> RawCommand:
    """Return the name and the fields of a command's row, whatever they hold."""
    kind = int(row.view(COMMAND_HEADER)[0]["kind"])
    record = COMMANDS.get(kind)
    if record is None:
        return RawCommand(kind, f"kind {kind}", {})
    view = row.view(LAYOUTS[kind])[0]
    fields = {name: int(view[name]) for name in record.__struct_fields__}
    return RawCommand(kind, str(record.__struct_config__.tag), fields)


def _messages(events: np.ndarray) -> list[Message]:
    return [decode(event) for event in events.reshape(-1, MESSAGE_BYTES)]


class FiguresOfDay(NamedTuple):
    """A closed day, with what its figures are explained by."""

    image: DayImage
    result: DayResult
    orders: list[AnyInstruction]
    rules: DayRules
    statements: Statements


def figures_of_day(folder: Path, books: Books) -> FiguresOfDay:
    """Read a closed day once for any number of explanations."""
    image, result, orders = read_closed(folder)
    rules = rules_of_day(books, image.names.instruments, image.settings.trading_day)
    return FiguresOfDay(image, result, orders, rules, Statements(image, result))


def explain_figure(day: FiguresOfDay, what: str, subject: str) -> Explanation:
    """Return why a figure of a closed day is what it is.

    ``what`` is "settlement" or "limit" of a contract, "margin" or "fees" of a trading code, or the
    "call" of a member. A subject that is not there, or other books, are an InputFault.
    """
    image, result, orders, rules, statements = day
    if what == "call":
        return explain_call(image, result, rules, subject)
    if what in {"settlement", "limit"}:
        explain_price = explain_limit if what == "limit" else explain_settlement
        return explain_price(image, result, rules, subject, orders)
    told = statements.statement(subject)
    if what == "margin":
        return explain_margin(image, result, rules, subject, told, orders)
    return explain_fees(image, result, rules, subject, told)
