"""Two holders who trade with each other: by agreement, or to and fro (wash trades across codes).

A trade with a market maker's quote or a hedge is none of these: whoever meets a maker at once, lot
for lot, has agreed nothing.
"""

from collections.abc import Iterator

import numpy as np

from huiguan.exchange.surveillance.counts import groups_of
from huiguan.exchange.surveillance.findings import Behaviour, Finding, evidence
from huiguan.exchange.surveillance.watched import EXEMPT, Watched


def entered_at(day: Watched, order_ids: np.ndarray) -> np.ndarray:
    """Return the rows of ``orders`` of the orders named."""
    rows: np.ndarray = day.orders[np.searchsorted(day.orders["order_id"], order_ids)]
    return rows


def pairs_of(day: Watched) -> Iterator[np.ndarray]:
    """Yield, of each two holders in a contract, the row numbers of the trades between them."""
    bought, sold = day.bought, day.sold
    exempt = np.isin(bought["hedge"], EXEMPT) | np.isin(sold["hedge"], EXEMPT)
    rows = np.flatnonzero((bought["holder"] != bought["other_holder"]) & ~exempt)
    low = np.minimum(bought["holder"], bought["other_holder"])[rows].astype(np.int64)
    high = np.maximum(bought["holder"], bought["other_holder"])[rows].astype(np.int64)
    span = int(high.max(initial=0)) + 1
    order, starts = groups_of((low * span + high) * len(day.rules) + bought["instrument"][rows])
    least = min((row.trading_pattern.together_trades for row in day.rules), default=1)
    counts = np.diff(np.append(starts, len(rows)))
    for group in np.flatnonzero(counts >= least).tolist():
        yield np.sort(rows[order[starts[group] : starts[group] + counts[group]]])


def volumes(day: Watched) -> dict[int, int]:
    """Return the lots of each holder and contract, both sides."""
    cells = day.cells(day.sides)
    found, where = np.unique(cells, return_inverse=True)
    lots = np.bincount(where, day.sides["lots"]).astype(np.int64)
    return dict(zip(found.tolist(), lots.tolist(), strict=True))


def traded_together(day: Watched) -> Iterator[Finding]:
    """Yield pairs whose orders meet as if agreed: entered close in time, equal lots, filled whole.

    Counts where such trades are ``together_trades`` or more and at least ``together_share`` of what
    the smaller of the two traded in the contract.
    """
    bought, sold = day.bought, day.sold
    traded = volumes(day)
    for rows in pairs_of(day):
        instrument = int(bought["instrument"][rows[0]])
        pattern = day.rules[instrument].trading_pattern
        buys = entered_at(day, bought["order_id"][rows])
        sells = entered_at(day, sold["order_id"][rows])
        near = np.abs(buys["time_ns"] - sells["time_ns"])
        agreed = (
            (near <= pattern.together_seconds * 1_000_000_000)
            & (buys["lots"] == sells["lots"])
            & (bought["lots"][rows] == buys["lots"])
        )
        lots = int(bought["lots"][rows[agreed]].sum())
        first, second = sorted((int(bought["holder"][rows[0]]), int(sold["holder"][rows[0]])))
        smaller = min(traded[holder * len(day.rules) + instrument] for holder in (first, second))
        if agreed.sum() >= pattern.together_trades and (
            lots * 1_000_000_000 >= pattern.together_share_ppb * smaller
        ):
            chosen = np.flatnonzero(agreed)
            yield Finding(
                behaviour=Behaviour.TOGETHER,
                instrument=instrument,
                holder=first,
                other_holder=second,
                figure=len(chosen),
                threshold=pattern.together_trades,
                terms={"lots": lots, "percent": 100 * lots // smaller},
                sequences=evidence(buys["sequence"][chosen], sells["sequence"][chosen]),
            )


def round_trips(day: Watched) -> Iterator[Finding]:
    """Yield pairs who sell to each other and buy back: nobody's position changes, volume grows.

    Lots of the lesser direction, both ways, as a share of what the smaller of the two traded; the
    money that went one way is the difference of the two average prices, in ticks times lots.
    """
    bought = day.bought
    traded = volumes(day)
    for rows in pairs_of(day):
        instrument = int(bought["instrument"][rows[0]])
        pattern = day.rules[instrument].trading_pattern
        first, second = sorted(
            (int(bought["holder"][rows[0]]), int(bought["other_holder"][rows[0]]))
        )
        to_first = bought["holder"][rows] == first
        lots = bought["lots"][rows].astype(np.int64)
        forth, back = int(lots[to_first].sum()), int(lots[~to_first].sum())
        both = 2 * min(forth, back)
        smaller = min(traded[holder * len(day.rules) + instrument] for holder in (first, second))
        if len(rows) < pattern.together_trades or not both:
            continue
        if both * 1_000_000_000 >= pattern.round_share_ppb * smaller:
            value = lots * bought["price_ticks"][rows]
            moved = int(value[~to_first].sum()) * forth - int(value[to_first].sum()) * back
            yield Finding(
                behaviour=Behaviour.ROUND_TRIPS,
                instrument=instrument,
                holder=first,
                other_holder=second,
                figure=100 * both // smaller,
                threshold=pattern.round_share_ppb // 10_000_000,
                terms={"lots": both, "trades": len(rows), "ticks": moved // max(forth, back)},
                sequences=evidence(bought["sequence"][rows]),
            )
