"""Bars of one minute from the public feed, kept as long as the day, for every contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huiguan.exchange.market_data.bars import BAR, MINUTE_NS, check_minutes
from huiguan.foundation.columns import starts_of_groups

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.market_data.feed_books import Taken

ADDED = ("volume_lots", "turnover_fen")


class FeedBars:
    """Hears every read of the feed of a day in order, from where it began to listen.

    What is kept of a whole day are the bars that ``bars.bars`` makes of its trades.
    """

    def __init__(self, image: DayImage) -> None:
        """Begin without a bar."""
        self._tick_value_fen = image.instruments["tick_value_fen"].astype(np.int64)
        self._interest = image.instruments["last_open_interest_lots"].astype(np.int64)
        self._bars: list[list[np.void]] = [[] for _ in image.instruments]

    def hear(self, taken: Taken) -> None:
        """Take one read of the feed."""
        trades = taken.trades
        if not len(trades):
            self._interests(taken)
            return
        minutes = taken.trade_times_ns // MINUTE_NS
        order = np.lexsort((minutes, trades["instrument"]))
        rows, minutes = trades[order], minutes[order]
        first = starts_of_groups(rows["instrument"].astype(np.int64) << 32 | minutes)
        last = np.append(first[1:], len(rows)) - 1
        prices, lots = rows["price_ticks"].astype(np.int64), rows["lots"].astype(np.int64)
        made = np.zeros(len(first), BAR)
        made["start_ns"] = minutes[first] * MINUTE_NS
        made["open_ticks"], made["close_ticks"] = prices[first], prices[last]
        made["high_ticks"] = np.maximum.reduceat(prices, first)
        made["low_ticks"] = np.minimum.reduceat(prices, first)
        made["volume_lots"] = np.add.reduceat(lots, first)
        made["turnover_fen"] = np.add.reduceat(prices * lots, first)
        made["turnover_fen"] *= self._tick_value_fen[rows["instrument"][first]]
        for instrument, bar in zip(rows["instrument"][first].tolist(), made, strict=True):
            bar["open_interest_lots"] = self._interest[instrument]
            self._add(self._bars[instrument], bar)
        self._interests(taken)

    def _add(self, kept: list[np.void], bar: np.void) -> None:
        """Add a bar, or what came to the one that is being made."""
        if not kept or kept[-1]["start_ns"] != bar["start_ns"]:
            kept.append(bar)
            return
        held = kept[-1]
        held["high_ticks"] = max(held["high_ticks"], bar["high_ticks"])
        held["low_ticks"] = min(held["low_ticks"], bar["low_ticks"])
        held["close_ticks"] = bar["close_ticks"]
        for name in ADDED:
            held[name] += bar[name]

    def _interests(self, taken: Taken) -> None:
        """Note the open interest after the last trade of each bar."""
        instruments, minutes = taken.volumes["instrument"], taken.volume_times_ns // MINUTE_NS
        order = np.lexsort((minutes, instruments))
        rows, minutes = taken.volumes[order], minutes[order]
        keys = rows["instrument"].astype(np.int64) << 32 | minutes
        last = np.append(starts_of_groups(keys)[1:], len(rows))[: len(rows)] - 1
        for place in last.tolist():
            instrument, lots = (
                int(rows["instrument"][place]),
                int(rows["open_interest_lots"][place]),
            )
            self._interest[instrument] = lots
            for bar in reversed(self._bars[instrument]):
                if bar["start_ns"] <= minutes[place] * MINUTE_NS:
                    if bar["start_ns"] == minutes[place] * MINUTE_NS:
                        bar["open_interest_lots"] = lots
                    break

    def of(self, instrument: int, minutes: int) -> np.ndarray:
        """Return the bars (``BAR``) of a contract in minutes (1, 5, 15, 60), the last one open."""
        check_minutes(minutes)
        rows = np.array(self._bars[instrument], BAR)
        if not len(rows):
            return rows
        starts = rows["start_ns"] - rows["start_ns"] % (minutes * MINUTE_NS)
        first = starts_of_groups(starts)
        last = np.append(first[1:], len(rows)) - 1
        found = rows[last]
        found["start_ns"], found["open_ticks"] = starts[first], rows["open_ticks"][first]
        found["high_ticks"] = np.maximum.reduceat(rows["high_ticks"], first)
        found["low_ticks"] = np.minimum.reduceat(rows["low_ticks"], first)
        for name in ADDED:
            found[name] = np.add.reduceat(rows[name], first)
        return found
