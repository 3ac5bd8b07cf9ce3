"""Abnormal trading by the rule: self-trades, cancels, openings, positions (rulebook 8.1, 3.5, 5.6).

Counted per holder, contract and trading day. Hedging and market making are exempt, and cancels
that a FAK or FOK makes itself; an order that would have met its own holder's is no owner's cancel.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.surveillance.findings import Behaviour, Finding, evidence
from huiguan.exchange.surveillance.watched import EXEMPT, OWN_CANCELS, Watched
from huiguan.foundation.columns import before_in_group, starts_of_groups


def groups_of(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows in the order of their cells (those of one as they came), and the starts."""
    order = np.argsort(cells, kind="stable")
    return order, starts_of_groups(cells[order])


def own_rows(day: Watched, rows: np.ndarray, least: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows of each holder and contract that has ``least`` (by contract) or more."""
    order, starts = groups_of(day.cells(rows))
    counts = np.diff(np.append(starts, len(rows)))
    enough = counts >= least[rows["instrument"][order[starts]]]
    for first, count in zip(starts[enough].tolist(), counts[enough].tolist(), strict=True):
        yield rows[order[first : first + count]]


def frequent(day: Watched, behaviour: Behaviour, rows: np.ndarray, name: str) -> Iterator[Finding]:
    """Yield who has at least as many rows in a contract as the field ``name`` of the rule says."""
    least = np.array([getattr(row.abnormal_trading, name) for row in day.rules], np.int64)
    sequence = "sequence" if "direction" in (rows.dtype.names or ()) else "gone_sequence"
    for own in own_rows(day, rows, least):
        instrument = int(own["instrument"][0])
        yield Finding(
            behaviour=behaviour,
            instrument=instrument,
            holder=int(own["holder"][0]),
            figure=len(own),
            threshold=int(least[instrument]),
            terms={"lots": int(own["lots"].sum())},
            sequences=evidence(own[sequence]),
        )


def self_trades(day: Watched) -> Iterator[Finding]:
    """Yield who traded with himself: five or more trades between codes of one holder (8.1)."""
    bought, sold = day.bought, day.sold
    exempt = np.isin(bought["hedge"], EXEMPT) | np.isin(sold["hedge"], EXEMPT)
    rows = bought[(bought["holder"] == bought["other_holder"]) & ~exempt]
    yield from frequent(day, Behaviour.SELF_TRADES, rows, "self_trades")


def own_cancels(day: Watched) -> np.ndarray:
    """Return the orders that count as cancelled by their owner (8.1)."""
    orders = day.orders
    counted = np.isin(orders["gone_reason"], OWN_CANCELS) & ~np.isin(orders["hedge"], EXEMPT)
    rows: np.ndarray = orders[counted]
    return rows


def cancels(day: Watched) -> Iterator[Finding]:
    """Yield who cancelled 500 times or more in a contract (8.1)."""
    yield from frequent(day, Behaviour.CANCELS, own_cancels(day), "cancels")


def large_cancels(day: Watched) -> Iterator[Finding]:
    """Yield who cancelled 300 lots or more at once 50 times or more (8.1)."""
    rows = own_cancels(day)
    large = np.array([row.abnormal_trading.large_lots for row in day.rules], np.int64)
    rows = rows[rows["gone_lots"] >= large[rows["instrument"]]]
    yield from frequent(day, Behaviour.LARGE_CANCELS, rows, "large_cancels")


def limits_of(day: Watched, name: str, cells: np.ndarray) -> np.ndarray:
    """Return the limit of each cell, the holder's own where it has one; none known: no end."""
    limits = day.image.instruments[name].astype(np.int64)[cells % len(day.rules)]
    own = {
        int(row["holder"]) * len(day.rules) + int(row["instrument"]): int(row[name])
        for row in day.image.holder_limits
    }
    for row, cell in enumerate(cells.tolist()) if own else ():
        limits[row] = own.get(cell, limits[row])
    known: np.ndarray = np.where(limits > 0, limits, np.iinfo(np.int64).max)
    return known


def openings(day: Watched) -> Iterator[Finding]:
    """Yield who opened more lots of a contract than a holder may on one day (3.5).

    The core refuses such an order; what is left to find are codes that turn out to be one holder.
    """
    opened = (day.sides["offset"] == Offset.OPEN) & ~np.isin(day.sides["hedge"], EXEMPT)
    yield from above_limit(day, day.sides[opened], Behaviour.OPENING, "opening_limit_lots")


def positions_held(day: Watched) -> Iterator[Finding]:
    """Yield who held more lots of one side than a holder may, at its height of the day (5.6, 8.1).

    Hedging stands outside (its quota is another limit). A holder's codes are added up, so that
    several accounts of one group show what each of them alone does not.
    """
    morning = day.image.positions[~np.isin(day.image.positions["hedge"], EXEMPT)]
    rows = day.sides[~np.isin(day.sides["hedge"], EXEMPT)]
    for side, name in ((Side.BUY, "long_lots"), (Side.SELL, "short_lots")):
        opens = 1 if side == Side.BUY else -1
        held = rows[(rows["direction"] == opens) == (rows["offset"] == Offset.OPEN)]
        moved = np.zeros(len(morning) + len(held), day.sides.dtype)
        for column in ("instrument", "lots"):
            moved[column] = np.concatenate(
                [morning[name if column == "lots" else column], held[column]]
            )
        moved["holder"][: len(morning)] = day.holder_of[morning["trading_code"]]
        for column in ("holder", "sequence", "offset"):
            moved[column][len(morning) :] = held[column]
        moved["offset"][: len(morning)] = Offset.OPEN
        moved = moved[np.argsort(moved["sequence"], kind="stable")]
        yield from above_limit(
            day, moved, Behaviour.POSITION, "position_limit_lots", {"side": int(side)}
        )


def above_limit(
    day: Watched,
    rows: np.ndarray,
    behaviour: Behaviour,
    name: str,
    terms: dict[str, int] | None = None,
) -> Iterator[Finding]:
    """Yield where the running sum of lots (opening adds, closing takes) goes above a limit."""
    if not len(rows):
        return
    cells = day.cells(rows)
    order, starts = groups_of(cells)
    signed = np.where(rows["offset"] == Offset.OPEN, rows["lots"], -rows["lots"])[order]
    path = before_in_group(signed.astype(np.int64), starts) + signed
    height = np.maximum.reduceat(path, starts)
    limits = limits_of(day, name, cells[order[starts]])
    bounds = list(pairwise([*starts.tolist(), len(rows)]))
    for group in np.flatnonzero(height > limits).tolist():
        own = order[slice(*bounds[group])]
        above = path[slice(*bounds[group])] > limits[group]
        commands = rows["sequence"][own[above]]
        yield Finding(
            behaviour=behaviour,
            instrument=int(rows["instrument"][own[0]]),
            holder=int(rows["holder"][own[0]]),
            figure=int(height[group]),
            threshold=int(limits[group]),
            terms=terms or {},
            sequences=evidence(commands[commands > 0]),
        )


def multiples(day: Watched) -> Iterator[Finding]:
    """Yield who opened in lots that are no multiple of what the contract asks (5.7)."""
    asked = np.array([row.multiple.lots for row in day.rules], np.int64)
    opened = day.orders[day.orders["offset"] == Offset.OPEN]
    wrong = opened[opened["lots"] % asked[opened["instrument"]] != 0]
    for own in own_rows(day, wrong, np.ones(len(day.rules), np.int64)):
        instrument = int(own["instrument"][0])
        yield Finding(
            behaviour=Behaviour.MULTIPLE,
            instrument=instrument,
            holder=int(own["holder"][0]),
            figure=len(own),
            threshold=1,
            terms={"multiple": int(asked[instrument])},
            sequences=evidence(own["sequence"]),
        )
