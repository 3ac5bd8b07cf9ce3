"""Too many messages: order-to-trade ratio, bursts, and who trades by programme (rulebook 2.9, 8.1).

A message is an entry or a cancel by the owner (``Watched.messages``).
"""

from collections.abc import Iterator

import numpy as np

from huiguan.exchange.surveillance.counts import groups_of, own_rows
from huiguan.exchange.surveillance.findings import Behaviour, Finding, evidence
from huiguan.exchange.surveillance.watched import Watched

SECOND_NS = 1_000_000_000


def in_window(times_ns: np.ndarray, window_ns: int) -> np.ndarray:
    """Return, for each time of a rising column, how many lie in the window that begins there."""
    ends = np.searchsorted(times_ns, times_ns + window_ns, side="left")
    counts: np.ndarray = ends - np.arange(len(times_ns))
    return counts


def message_ratios(day: Watched) -> Iterator[Finding]:
    """Yield whose messages are many for each order that traded (order-to-trade ratio of 8.5).

    10,000 messages and 40 executed orders: 10,000 / 40 - 1 = 249.
    """
    least = np.array([row.trading_pattern.ratio_messages for row in day.rules], np.int64)
    for own in own_rows(day, day.messages, least):
        instrument = int(own["instrument"][0])
        most = day.rules[instrument].trading_pattern.ratio
        executed = int(own["traded"].sum())
        ratio = len(own) // max(1, executed) - 1
        if ratio > most:
            yield Finding(
                behaviour=Behaviour.MESSAGES,
                instrument=instrument,
                holder=int(own["holder"][0]),
                figure=ratio,
                threshold=most + 1,
                terms={"messages": len(own), "executed": executed},
                sequences=evidence(own["sequence"]),
            )


def bursts(day: Watched) -> Iterator[Finding]:
    """Yield who sent very many messages within a second that hardly traded (quote stuffing)."""
    least = np.array([row.trading_pattern.burst_messages for row in day.rules], np.int64)
    for own in own_rows(day, day.messages, least):
        instrument = int(own["instrument"][0])
        pattern = day.rules[instrument].trading_pattern
        counts = in_window(own["time_ns"], SECOND_NS)
        first = int(counts.argmax())
        burst = own[first : first + int(counts[first])]
        traded = int(burst["traded"].sum())
        if len(burst) >= pattern.burst_messages and traded * pattern.burst_per_trade < len(burst):
            yield Finding(
                behaviour=Behaviour.BURSTS,
                instrument=instrument,
                holder=int(own["holder"][0]),
                figure=len(burst),
                threshold=pattern.burst_messages,
                terms={"executed": traded},
                sequences=evidence(burst["sequence"]),
            )


def programmes(day: Watched) -> Iterator[Finding]:
    """Yield who trades by programme: five times or more, five orders or more in a second (2.9).

    Counted over all contracts of a holder; a second that begins in one already counted counts no
    more. The finding names the contract of its first order.
    """
    rows = day.messages[day.messages["entry"] == 1]
    if not len(rows):
        return
    order, starts = groups_of(rows["holder"].astype(np.int64))
    sizes = np.diff(np.append(starts, len(rows)))
    least = min(row.programme_trading.instances * row.programme_trading.orders for row in day.rules)
    for first, size in zip(starts[sizes >= least], sizes[sizes >= least], strict=True):
        own = rows[order[first : first + size]]
        pattern = day.rules[int(own["instrument"][0])].programme_trading
        counts = in_window(own["time_ns"], SECOND_NS)
        found: list[int] = []
        for row in np.flatnonzero(counts >= pattern.orders).tolist():
            if not found or own["time_ns"][row] >= own["time_ns"][found[-1]] + SECOND_NS:
                found.append(row)
        if len(found) >= pattern.instances:
            yield Finding(
                behaviour=Behaviour.PROGRAMME,
                instrument=int(own["instrument"][0]),
                holder=int(own["holder"][0]),
                figure=len(found),
                threshold=pattern.instances,
                terms={"orders": pattern.orders},
                sequences=evidence(
                    *(own["sequence"][row : row + int(counts[row])] for row in found)
                ),
            )
