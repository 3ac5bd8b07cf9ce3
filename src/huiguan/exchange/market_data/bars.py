"""Bars: first, highest, lowest and last price of some minutes, volume, turnover, open interest."""

import numpy as np

from huiguan.exchange.messages import Offset
from huiguan.foundation.faults import InputFault

MINUTES = (1, 5, 15, 60)
MINUTE_NS = 60_000_000_000
BAR = np.dtype(
    [
        ("start_ns", "<i8"),  # UTC; every length divides the hour, as the exchange's offset does
        ("volume_lots", "<i8"),
        ("turnover_fen", "<i8"),
        ("open_interest_lots", "<i8"),  # one-sided, after the last trade of the bar
        ("open_ticks", "<i4"),
        ("high_ticks", "<i4"),
        ("low_ticks", "<i4"),
        ("close_ticks", "<i4"),
    ]
)


def check_minutes(minutes: int | None) -> None:
    """Refuse a length that does not divide the hour as bars do; None is the whole day."""
    if minutes is not None and minutes not in MINUTES:
        raise InputFault(f"bars of {minutes} minutes are not kept; take one of {MINUTES}")


def open_interest_changes(trades: np.ndarray) -> np.ndarray:
    """Return the change of one-sided open interest of each trade, in lots (rulebook 3.1).

    Two openings add the lots, two closings take them away, one of each changes nothing.
    """
    opened = [trades[name] == Offset.OPEN for name in ("buy_offset", "sell_offset")]
    sides: np.ndarray = opened[0].astype(np.int64) + opened[1] - 1
    changes: np.ndarray = sides * trades["lots"]
    return changes


def bars(
    trades: np.ndarray,
    times_ns: np.ndarray,
    minutes: int | None,
    tick_value_fen: int,
    open_interest_lots: int,
) -> np.ndarray:
    """Return the bars (``BAR``) of one contract's trades, in order; a bar without a trade is none.

    ``trades`` are rows of ``TradeRow``, ``times_ns`` their times, never falling; ``minutes`` is one
    of ``MINUTES``, or None for one bar of the trading day, night session included;
    ``open_interest_lots`` is that of the evening before. A trade on the minute belongs to the bar
    that begins with it, so the auction of 20:59 is a bar of its own; that of the day begins with
    the minute of its first trade.
    """
    check_minutes(minutes)
    starts = times_ns - times_ns % ((minutes or 1) * MINUTE_NS)
    if minutes is None:
        starts = np.full_like(starts, starts[0] if len(starts) else 0)
    first = np.flatnonzero(np.append(True, starts[1:] != starts[:-1])[: len(starts)])
    found = np.zeros(len(first), BAR)
    if not len(first):
        return found
    prices, lots = trades["price_ticks"], trades["lots"].astype(np.int64)
    last = np.append(first[1:], len(starts)) - 1
    found["start_ns"] = starts[first]
    found["open_ticks"], found["close_ticks"] = prices[first], prices[last]
    found["high_ticks"] = np.maximum.reduceat(prices, first)
    found["low_ticks"] = np.minimum.reduceat(prices, first)
    found["volume_lots"] = np.add.reduceat(lots, first)
    found["turnover_fen"] = np.add.reduceat(prices * lots, first) * tick_value_fen
    interest = open_interest_lots + np.cumsum(open_interest_changes(trades))
    found["open_interest_lots"] = interest[last]
    return found
