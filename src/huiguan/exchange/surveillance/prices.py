"""Trades that move a price that counts: the close, the settlement price, a move lit and left."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from huiguan.exchange.surveillance.counts import groups_of, own_rows
from huiguan.exchange.surveillance.findings import Behaviour, Finding, evidence
from huiguan.exchange.surveillance.watched import EXEMPT, Watched

SECOND_NS = 1_000_000_000


def by_contract(day: Watched) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each contract that traded and the row numbers of its trades, in order."""
    instruments = day.events.trades["instrument"].astype(np.int64)
    order, starts = groups_of(instruments)
    for first, end in pairwise([*starts.tolist(), len(order)]):
        yield int(instruments[order[first]]), order[first:end]


def marking_the_close(day: Watched) -> Iterator[Finding]:
    """Yield who, in the last five minutes, took a large part of the volume and moved the price.

    Counted are lots whose order came and took, in one direction, above those in the other, in at
    least ``close_trades`` trades; the price must have gone that way by ``close_ticks`` since the
    last trade before the five minutes.
    """
    bought, sold = day.bought, day.sold
    for instrument, rows in by_contract(day):
        pattern = day.rules[instrument].trading_pattern
        late = rows[bought["sequence"][rows] >= day.events.late_from]
        if not len(late) or len(late) == len(rows):
            continue
        prices = bought["price_ticks"].astype(np.int64)
        moved = int(prices[late[-1]] - prices[rows[len(rows) - len(late) - 1]])
        if abs(moved) < pattern.close_ticks:
            continue
        came = np.concatenate([bought[late], sold[late]])
        came = came[(came["came"] == 1) & ~np.isin(came["hedge"], EXEMPT)]
        signed = came["lots"].astype(np.int64) * came["direction"] * (1 if moved > 0 else -1)
        volume = int(bought["lots"][late].sum())
        for holder in np.unique(came["holder"]).tolist():
            own = came["holder"] == holder
            lots = int(signed[own].sum())
            if int(own.sum()) < pattern.close_trades:
                continue
            if lots * 1_000_000_000 >= pattern.close_share_ppb * volume:
                yield Finding(
                    behaviour=Behaviour.CLOSE,
                    instrument=instrument,
                    holder=holder,
                    figure=100 * lots // volume,
                    threshold=pattern.close_share_ppb // 10_000_000,
                    terms={"ticks": moved, "lots": lots},
                    sequences=evidence(came["sequence"][own]),
                )


def moving_the_settlement(day: Watched) -> Iterator[Finding]:
    """Yield whose trades moved the settlement price, in thousandths of a tick.

    The settlement price is the mean of all trades by lots (4.2), so a trade moves it by its lots
    times its distance from the last price that others made, over the lots of the day. Only orders
    that came and took count, and only from ``settlement_trades`` on. 100 lots bought 12 ticks above
    it, 400 lots in the day: 3 ticks.
    """
    bought, sold = day.bought, day.sold
    for instrument, rows in by_contract(day):
        pattern = day.rules[instrument].trading_pattern
        taker = np.where(bought["came"][rows] == 1, bought["holder"][rows], sold["holder"][rows])
        hedge = np.where(bought["came"][rows] == 1, bought["hedge"][rows], sold["hedge"][rows])
        prices = bought["price_ticks"][rows].astype(np.int64)
        lots = bought["lots"][rows].astype(np.int64)
        begins = np.concatenate([[True], taker[1:] != taker[:-1]])  # a run of one taker
        before = np.concatenate([[prices[0]], prices[:-1]])[np.flatnonzero(begins)]
        distance = (prices - before[np.cumsum(begins) - 1]) * lots
        distance[np.isin(hedge, EXEMPT)] = 0
        holders, where = np.unique(taker, return_inverse=True)
        moved = np.zeros(len(holders), np.int64)
        np.add.at(moved, where, distance)
        thousandths = np.abs(moved) * 1000 // int(lots.sum())
        for found in np.flatnonzero(thousandths >= pattern.settlement_ticks * 1000).tolist():
            own = (where == found) & (distance != 0)
            if int(own.sum()) < pattern.settlement_trades:
                continue  # a thin contract, in which any few trades are the price
            yield Finding(
                behaviour=Behaviour.SETTLEMENT,
                instrument=instrument,
                holder=int(holders[found]),
                figure=int(thousandths[found]),
                threshold=pattern.settlement_ticks * 1000,
                terms={"lots": int(lots[own].sum()), "direction": int(np.sign(moved[found]))},
                sequences=evidence(bought["sequence"][rows[own]]),
            )


def ignition(day: Watched) -> Iterator[Finding]:
    """Yield who drove a price by a run of his own orders and then traded back into the move.

    A run is a row of takes in one direction with at most ``ignition_seconds`` between them, over
    which the price goes at least ``ignition_ticks`` that way; it counts where the holder's next
    run, begun as soon, goes the other way at a better average price.
    """
    took = day.sides[(day.sides["came"] == 1) & ~np.isin(day.sides["hedge"], EXEMPT)]
    took = took[np.argsort(took["sequence"], kind="stable")]
    least = np.array([2 * row.trading_pattern.ignition_times for row in day.rules], np.int64)
    for own in own_rows(day, took, least):
        instrument = int(own["instrument"][0])
        pattern = day.rules[instrument].trading_pattern
        pause = np.diff(own["time_ns"]) > pattern.ignition_seconds * SECOND_NS
        turns = (np.diff(own["direction"]) != 0) | pause
        bounds = [0, *(np.flatnonzero(turns) + 1).tolist(), len(own)]
        runs = [own[first:end] for first, end in pairwise(bounds)]
        found = [
            (run, back)
            for run, back in pairwise(runs)
            if is_lit(run, back, pattern.ignition_ticks, pattern.ignition_seconds)
        ]
        if len(found) >= pattern.ignition_times:
            ticks = max(
                abs(int(run["price_ticks"][-1] - run["price_ticks"][0])) for run, _ in found
            )
            yield Finding(
                behaviour=Behaviour.IGNITION,
                instrument=instrument,
                holder=int(own["holder"][0]),
                figure=len(found),
                threshold=pattern.ignition_times,
                terms={"ticks": ticks},
                sequences=evidence(*(part["sequence"] for pair in found for part in pair)),
            )


def is_lit(run: np.ndarray, back: np.ndarray, ticks: int, seconds: int) -> bool:
    """Return whether a run of takes drove the price and the next one profits from it."""
    direction = int(run["direction"][0])
    if int(back["direction"][0]) == direction:
        return False
    if int(back["time_ns"][0] - run["time_ns"][-1]) > seconds * SECOND_NS:
        return False
    if (int(run["price_ticks"][-1]) - int(run["price_ticks"][0])) * direction < ticks:
        return False
    paid, paid_lots = mean_of(run)
    got, got_lots = mean_of(back)
    return (got * paid_lots - paid * got_lots) * direction > 0


def mean_of(rows: np.ndarray) -> tuple[int, int]:
    """Return price times lots, and lots: their ratio is the average price."""
    lots = rows["lots"].astype(np.int64)
    return int((lots * rows["price_ticks"]).sum()), int(lots.sum())
