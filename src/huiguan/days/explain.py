"""Why a command had its outcome: the day is run again up to it, and one step on with a trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from huiguan.days.run_again import frame_commands
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
