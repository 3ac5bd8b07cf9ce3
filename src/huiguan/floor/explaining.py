"""Why a command had its outcome: the day is run again up to it, looked at, taken one step on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.messages import (
    COMMAND_HEADER,
    MESSAGE_BYTES,
    CommandRefused,
    EnterOrder,
    Message,
    decode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.exchange.trading.figures import CheckLine, entry_lines
from huiguan.floor.sequencer import frame_commands
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.storage.day_folder import DayFolder
from huiguan.storage.day_image import read_image
from huiguan.storage.recovery import Frame, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np

    from huiguan.exchange.day import DayImage
    from huiguan.foundation.refusals import Refusal


class ExplainedCommand(NamedTuple):
    """A command, its checks in order, and everything that followed from it."""

    image: DayImage
    sequence: int
    time_ns: int
    session: int
    client_sequence: int
    command: Message
    checks: list[CheckLine]
    refusal: Refusal | None
    due: list[Message]  # what the clock made happen just before, in the same frame
    events: list[Message]


def explain_command(
    root: Path, number: int, watch: Callable[[int], None] | None = None
) -> ExplainedCommand:
    """Explain command ``number`` (its sequence) of the day in ``root``.

    Raises ``InputFault`` for a number the journal does not hold.
    """
    folder = DayFolder(root)
    image = read_image(folder.image)
    core, last = TradingCore(image), 0
    for frame in read(folder.journal):
        last = frame.last_sequence
        if frame.header.first_sequence <= number <= last:
            return _explain_in(core, image, frame, number)
        core.run_frame(frame.header.time_ns, frame_commands(frame))
        if watch:
            watch(last)
    raise InputFault(f"{root} has commands 1 to {last:,}; there is no command {number:,}")


def _explain_in(core: TradingCore, image: DayImage, frame: Frame, number: int) -> ExplainedCommand:
    rows = frame_commands(frame)
    time_ns = frame.header.time_ns
    at = (number - frame.header.first_sequence) * MESSAGE_BYTES
    if at:
        core.run_frame(time_ns, rows[:at])
    row = rows[at : at + MESSAGE_BYTES]
    head = row.view(COMMAND_HEADER)[0]
    session, client_sequence = int(head["session"]), int(head["client_sequence"])
    try:
        command = decode(row)
    except ValueError as fault:
        raise InputFault(f"command {number:,} can not be read: {fault}") from None
    before = core.state
    checks = []
    if isinstance(command, EnterOrder):
        checks = entry_lines(before, command, session, client_sequence)
    events = [decode(event) for event in _rows(core.run_frame(time_ns, row))]
    refused = next((e for e in events if isinstance(e, CommandRefused)), None)
    refusal = BY_NUMBER[refused.refusal] if refused else None
    if refused and refusal is not None:
        figures = (refused.first_figure, refused.second_figure)
        checks = _with_refusal(checks, refusal, *figures)
    own = next((i for i, e in enumerate(events) if _is_outcome(e)), 0)
    return ExplainedCommand(
        image,
        number,
        time_ns,
        session,
        client_sequence,
        command,
        checks,
        refusal,
        events[:own],
        events[own:],
    )


def _rows(events: np.ndarray) -> list[np.ndarray]:
    return list(events.reshape(-1, MESSAGE_BYTES))


def _is_outcome(event: Message) -> bool:
    tag = str(event.__struct_config__.tag)
    return tag not in {"phase_changed", "auction_uncrossed", "trade_executed"}


def _with_refusal(
    checks: list[CheckLine], refusal: Refusal, first: int, second: int
) -> list[CheckLine]:
    """Return the checks up to the refusal, which has the figures of the event."""
    place = next((i for i, line in enumerate(checks) if line.refusal == refusal), len(checks))
    unit = checks[place].unit if place < len(checks) else "number"
    return [*checks[:place], CheckLine(refusal, first, second, unit)]
