"""What happened today, from the journal on disk: orders and trades of those who may ask.

The door runs the day's journal for itself, as far as the floor has applied it and only when
somebody asks, so the floor does nothing for it. A frame that is not on disk is not shown.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.run_again import frame_commands
from huiguan.exchange.messages import (
    EVENT_HEADER_ROW,
    LAYOUTS,
    MESSAGE_BYTES,
    OrderCancelled,
    OrderEntered,
    TradeExecuted,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.storage.journal.recovery import read

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage

KINDS = (OrderEntered.KIND, TradeExecuted.KIND, OrderCancelled.KIND)


class Happened(NamedTuple):
    """An event of today, and when (ns, UTC)."""

    time_ns: int
    kind: int
    row: np.void  # by the layout of its kind


class History:
    """One day, run as far as anybody asked."""

    def __init__(self, root: Path, image: DayImage, codes: np.ndarray) -> None:
        """Begin in the morning; ``codes`` says for each trading code whether to remember it."""
        self.trading_day = image.settings.trading_day
        self.codes = codes
        self._journal, self._core = root / "journal", TradingCore(image)
        self._sequence = 0
        self._rows: list[np.ndarray] = []
        self._times: list[np.ndarray] = []

    def catch_up(self, sequence: int) -> None:
        """Run what the journal has up to a command that the floor has applied."""
        if sequence <= self._sequence:
            return
        for frame in read(self._journal):
            if frame.header.first_sequence > sequence:
                break
            if frame.last_sequence > self._sequence:
                events = self._core.run_frame(frame.header.time_ns, frame_commands(frame))
                self._sequence = frame.last_sequence
                self._keep(frame.header.time_ns, events)

    def _keep(self, time_ns: int, events: np.ndarray) -> None:
        flat = events.reshape(-1)
        kinds = flat.view(EVENT_HEADER_ROW)["kind"]
        codes, found = self.codes, np.zeros(len(kinds), bool)
        for record, fields in (
            (OrderEntered, ("trading_code",)),
            (OrderCancelled, ("trading_code",)),
            (TradeExecuted, ("buy_code", "sell_code")),
        ):
            rows = flat.view(LAYOUTS[record.KIND])
            of_kind = np.flatnonzero(kinds == record.KIND)
            for field in fields:
                found[of_kind] |= codes[rows[field][of_kind]]
        if found.any():
            self._rows.append(flat.reshape(-1, MESSAGE_BYTES)[found].copy())
            self._times.append(np.full(int(found.sum()), time_ns, np.int64))

    def happened(self, codes: np.ndarray) -> list[Happened]:
        """Return the events of trading codes (one truth value each), in order."""
        if not self._rows:
            return []
        self._rows, self._times = [np.concatenate(self._rows)], [np.concatenate(self._times)]
        flat, times = self._rows[0].reshape(-1), self._times[0]
        kinds = flat.view(EVENT_HEADER_ROW)["kind"]
        trades = flat.view(LAYOUTS[TradeExecuted.KIND])
        single = {
            kind: flat.view(LAYOUTS[kind]) for kind in (OrderEntered.KIND, OrderCancelled.KIND)
        }
        found = []
        for row, kind in enumerate(kinds.tolist()):
            if kind == TradeExecuted.KIND:
                mine = codes[trades[row]["buy_code"]] or codes[trades[row]["sell_code"]]
                event = trades[row]
            else:
                event = single[kind][row]
                mine = codes[event["trading_code"]]
            if mine:
                found.append(Happened(int(times[row]), kind, event))
        return found


class Today:
    """The history of the running day; another day, or more codes to remember, begin it again."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._history: History | None = None
        self._one = asyncio.Lock()

    async def happened(
        self, root: Path, image: DayImage, readable: np.ndarray, codes: np.ndarray, sequence: int
    ) -> list[Happened]:
        """Return today's events of ``codes`` up to a command; ``readable`` is what may be asked."""
        async with self._one:
            history = self._history
            day = image.settings.trading_day
            if (
                history is None
                or history.trading_day != day
                or (readable & ~history.codes).any()
            ):
                history = self._history = await asyncio.to_thread(History, root, image, readable)
            await asyncio.to_thread(history.catch_up, sequence)
            return await asyncio.to_thread(history.happened, codes)
