"""The trading core as a value that runs frames: state and event buffers; no file, no clock.

The events of a call are a view of one of two buffers that take turns: they stay as they are through
the next call and are overwritten by the one after it, so that one frame's events are hashed or sent
while the next frame is applied. Who keeps them longer copies them. They cannot be written to.

An event's time is that of its frame, which is ``time_ns`` after the call (decisions, Bytes): the
clock of the journal never falls, so a frame that claims an earlier time has the last one. What fell
due before the commands is told under the frame's first sequence; when it should have happened is
the ``due_ns`` of ``PhaseChanged``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import MESSAGE_BYTES
from huiguan.exchange.trading.apply import SPARE_ROWS, apply, apply_traced
from huiguan.exchange.trading.opening import open_day
from huiguan.exchange.trading.phases import due_at
from huiguan.exchange.trading.state.content import copied, kept_tables, restore, state_hash
from huiguan.exchange.trading.state.rows import CHECK, NEVER, NO_ROW, TRACE_LINES, State, handle_of
from huiguan.exchange.trading.state.trace import CheckLine, read_lines
from huiguan.foundation.memory import touched


class TradingCore:
    """A trading day in memory; ``run_frame`` is its only way forward."""

    def __init__(self, image: DayImage, event_rows: int = 0) -> None:
        """Open the day; the event buffer holds all live orders and ``event_rows`` (or 65,536)."""
        self.state: State = open_day(image)
        self._handle = handle_of(self.state)
        registers = self.state.registers
        self._sequence = self.state.core["sequence"]  # columns of one row: looked up once, as a
        self._made, self._marking = registers["events"], registers["marking"]  # call takes 2 us
        rows = image.settings.order_capacity + SPARE_ROWS + (event_rows or 1 << 16)
        self._buffer, self._earlier = (
            with_view(touched(rows * MESSAGE_BYTES, "u1")) for _ in range(2)
        )

    @property
    def next_sequence(self) -> int:
        """The sequence the next frame must begin with."""
        return int(self._sequence.item()) + 1

    @property
    def time_ns(self) -> int:
        """The clock of the journal: never falls."""
        return int(self.state.core["time_ns"][0])

    @property
    def next_due_ns(self) -> int | None:
        """When the clock has something to do next, None when nothing is left of the day.

        The next phase of the schedule, or the end of the grace of a session that was lost: a frame
        of that time or later (``PassTime`` where nobody sends anything) makes it happen.
        """
        due = int(due_at(self._handle))
        return None if due == NEVER else due

    def run_frame(self, time_ns: int, commands: np.ndarray) -> np.ndarray:
        """Apply one frame of commands (``uint8``, 64 a row); return its events (``uint8``).

        A frame has at least one command (``PassTime`` when nothing but time passes). The events are
        valid until the next call but one.
        """
        flat = commands.reshape(-1)
        assert len(flat) > 0, "an empty frame would hide what is due from the next one"
        return self._run(apply, self._handle, time_ns, flat)

    def run_due(self, time_ns: int) -> np.ndarray:
        """Run only what the next frame's time makes due; its commands can be run afterwards.

        For people who look at the state a frame's first command meets. Events as in ``run_frame``.
        """
        return self._run(apply, self._handle, time_ns, np.zeros(0, np.uint8))

    def run_traced(self, time_ns: int, command: np.ndarray) -> tuple[np.ndarray, list[CheckLine]]:
        """Apply a frame of one command; return its events and the checks that it met, in order.

        The checks are the trace of the kernel that decides: the last line is the one that refused,
        or all of them passed.
        """
        flat = command.reshape(-1)
        assert len(flat) == MESSAGE_BYTES, "one command is explained at a time"
        traced = self.state._replace(trace=np.zeros(TRACE_LINES, CHECK))
        traced.registers["lines"] = 0
        events = self._run(apply_traced, handle_of(traced), time_ns, flat)
        return events, read_lines(traced)

    def _run(
        self,
        kernel: Callable[[Any, np.ndarray, np.ndarray, int, int, int, int], int],
        handle: Any,  # noqa: ANN401  of the state, as the kernel takes it
        time_ns: int,
        flat: np.ndarray,
    ) -> np.ndarray:
        count = len(flat) // MESSAGE_BYTES
        first = self._sequence.item() + 1
        self._buffer, self._earlier = self._earlier, self._buffer
        rows, view = self._buffer
        start, pieces = 0, []
        while True:
            start = kernel(handle, rows, flat, start, count, first, time_ns)
            events = view[: self._made.item() * MESSAGE_BYTES]
            if start == count and self._marking.item() == NO_ROW:
                break
            pieces.append(events.copy())
        if pieces:
            events = np.concatenate([*pieces, events])
            events.flags.writeable = False
        return events

    def tables(self) -> dict[str, np.ndarray]:
        """Return the arrays of the state by name, as a snapshot keeps them."""
        return kept_tables(self.state)

    def copied(self) -> State:
        """Return a copy of what counts of the state, to be kept while the day goes on."""
        return copied(self.state)

    def restore(self, tables: dict[str, np.ndarray]) -> None:
        """Go on from the arrays of a snapshot of the same image."""
        restore(self.state, tables)

    def state_hash(self) -> bytes:
        """Return the hash of the state's content."""
        return state_hash(self.state)


def with_view(buffer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a buffer of events, and the same bytes for those who only read."""
    view = buffer.view()
    view.flags.writeable = False
    return buffer, view
