"""Bars of a day that is running: those being made, and those that are done, of every length."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.market_data.bars import BAR, MINUTE_NS, MINUTES, open_interest_changes
from huiguan.exchange.messages import LAYOUTS, TradeExecuted
from huiguan.foundation.columns import starts_of_groups

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage

LENGTHS: tuple[int | None, ...] = (*MINUTES, None)  # None: the trading day


class DoneBars(NamedTuple):
    """Bars whose time is over: a length, the instruments, a row (``BAR``) of each."""

    minutes: int
    instruments: np.ndarray
    rows: np.ndarray


class LiveBars:
    """Hears the frames of a day in order; keeps one bar an instrument and length, no more.

    What is done, and what is being made at the end of the day, are the bars that ``bars.bars``
    makes of the whole day.
    """

    def __init__(self, image: DayImage) -> None:
        """Begin the day."""
        count = len(image.instruments)
        self._rows = {minutes: np.zeros(count, BAR) for minutes in LENGTHS}
        self._tick_value_fen = image.instruments["tick_value_fen"].copy()
        self._open_interest = image.instruments["last_open_interest_lots"].copy()
        self._offset_flags = image.settings.offset_flags

    def hear(
        self, time_ns: int, first_sequence: int, commands: np.ndarray, events: np.ndarray
    ) -> list[DoneBars]:
        """Take one frame (``uint8``, 64 a row); return the bars that its time has ended."""
        del first_sequence, commands  # a trade is in the events alone
        done = self.pass_time(time_ns)
        rows = events.reshape(-1).view(LAYOUTS[TradeExecuted.KIND])
        trades = rows[rows["kind"] == TradeExecuted.KIND]
        if len(trades):
            instruments, made = self._of_frame(trades)
            for minutes, bars in self._rows.items():
                self._add(time_ns, minutes, bars, instruments, made)
        return done

    def pass_time(self, time_ns: int) -> list[DoneBars]:
        """Return the bars that were over before a moment; that of the day never is."""
        done = []
        for minutes in MINUTES:
            rows = self._rows[minutes]
            ends = rows["start_ns"] + minutes * MINUTE_NS
            over = np.flatnonzero((rows["volume_lots"] != 0) & (ends <= time_ns))
            if len(over):
                done.append(DoneBars(minutes, over, rows[over]))
                rows["volume_lots"][over] = 0
        return done

    def now(self, minutes: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Return the instruments with a bar that is being made, and a copy of each (``BAR``)."""
        rows = self._rows[minutes]
        used = np.flatnonzero(rows["volume_lots"])
        return used, rows[used]

    def _of_frame(self, trades: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the instruments of a frame's trades, and what its trades alone come to."""
        order = np.argsort(trades["instrument"], kind="stable")
        rows = trades[order]
        first = starts_of_groups(rows["instrument"])
        last = np.append(first[1:], len(rows)) - 1
        instruments, made = rows["instrument"][first], np.zeros(len(first), BAR)
        prices, lots = rows["price_ticks"].astype(np.int64), rows["lots"].astype(np.int64)
        made["open_ticks"], made["close_ticks"] = prices[first], prices[last]
        made["high_ticks"] = np.maximum.reduceat(prices, first)
        made["low_ticks"] = np.minimum.reduceat(prices, first)
        made["volume_lots"] = np.add.reduceat(lots, first)
        turnover = np.add.reduceat(prices * lots, first)
        made["turnover_fen"] = turnover * self._tick_value_fen[instruments]
        if self._offset_flags:
            changes = np.add.reduceat(open_interest_changes(rows), first)
            self._open_interest[instruments] += changes
        made["open_interest_lots"] = self._open_interest[instruments]
        return instruments, made

    def _add(
        self,
        time_ns: int,
        minutes: int | None,
        bars: np.ndarray,
        instruments: np.ndarray,
        made: np.ndarray,
    ) -> None:
        """Add what a frame's trades come to, to the bars of one length."""
        rows = bars[instruments]
        fresh = rows["volume_lots"] == 0
        start_ns = time_ns - time_ns % ((minutes or 1) * MINUTE_NS)
        rows["start_ns"] = np.where(fresh, start_ns, rows["start_ns"])
        for name, better in (("high_ticks", np.maximum), ("low_ticks", np.minimum)):
            rows[name] = np.where(fresh, made[name], better(rows[name], made[name]))
        rows["open_ticks"] = np.where(fresh, made["open_ticks"], rows["open_ticks"])
        for name in ("volume_lots", "turnover_fen"):
            rows[name] = np.where(fresh, made[name], rows[name] + made[name])
        for name in ("close_ticks", "open_interest_lots"):
            rows[name] = made[name]
        bars[instruments] = rows
