"""Layering and spoofing: large orders on one side, cancelled once the other side has traded."""

from collections.abc import Iterator

import numpy as np

from huiguan.exchange.messages import Side
from huiguan.exchange.surveillance.counts import own_rows
from huiguan.exchange.surveillance.findings import Behaviour, Finding, evidence
from huiguan.exchange.surveillance.watched import EXEMPT, OWN_CANCELS, Watched


class Standing:
    """Short-lived orders of one holder, contract and side that were cancelled without a trade."""

    def __init__(self, orders: np.ndarray) -> None:
        self.orders = orders
        self._came = np.sort(orders, order="sequence")
        self._went = np.sort(orders, order="gone_sequence")
        self._in = np.concatenate([[0], np.cumsum(self._came["lots"], dtype=np.int64)])
        self._out = np.concatenate([[0], np.cumsum(self._went["lots"], dtype=np.int64)])

    def lots_at(self, sequences: np.ndarray) -> np.ndarray:
        """Return the lots that stood at each command and were cancelled after it."""
        entered = self._in[np.searchsorted(self._came["sequence"], sequences, side="left")]
        left = self._out[np.searchsorted(self._went["gone_sequence"], sequences, side="right")]
        lots: np.ndarray = entered - left
        return lots

    def around(self, sequence: int) -> np.ndarray:
        """Return the orders that stood at a command."""
        rows: np.ndarray = self.orders[
            (self.orders["sequence"] < sequence) & (self.orders["gone_sequence"] > sequence)
        ]
        return rows


def candidates(day: Watched) -> np.ndarray:
    """Return the orders that could be part: traded, or stood briefly and were taken back whole.

    Of a holder and contract that has none of the second kind, none: most have not.
    """
    longest = np.array([row.trading_pattern.layer_seconds for row in day.rules], np.int64)
    orders = day.orders
    brief = np.isin(orders["gone_reason"], OWN_CANCELS) & (orders["traded_lots"] == 0)
    lived_ns = orders["gone_time_ns"] - orders["time_ns"]
    brief &= lived_ns <= longest[orders["instrument"]] * 1_000_000_000
    chosen = orders[(brief | (orders["traded_lots"] > 0)) & ~np.isin(orders["hedge"], EXEMPT)]
    cells = day.cells(chosen)
    rows: np.ndarray = chosen[np.isin(cells, cells[chosen["traded_lots"] == 0])]
    return rows


def layering(day: Watched) -> Iterator[Finding]:
    """Yield who traded on one side while far larger orders of his stood briefly on the other.

    An episode is an order that traded while, on the other side, orders of the same holder of at
    least ``layer_multiple`` times its lots stood that never traded and were cancelled within
    ``layer_seconds`` of their entry. A maker with like quotes on both sides has a multiple of one.
    """
    least = np.array([row.trading_pattern.layer_times for row in day.rules], np.int64)
    for own in own_rows(day, candidates(day), least + 1):
        instrument = int(own["instrument"][0])
        pattern = day.rules[instrument].trading_pattern
        episodes: list[np.ndarray] = []
        most = 0
        for side, other in ((Side.BUY, Side.SELL), (Side.SELL, Side.BUY)):
            is_traded = own["traded_lots"] > 0
            standing = Standing(own[~is_traded & (own["side"] == other)])
            traded = own[is_traded & (own["side"] == side)]
            stood = standing.lots_at(traded["first_trade"])
            found = stood >= pattern.layer_multiple * traded["lots"].astype(np.int64)
            most = max([most, *(stood[found] // traded["lots"][found]).tolist()])
            for order in traded[found]:
                around = standing.around(int(order["first_trade"]))
                named = [order["sequence"], order["first_trade"]]
                episodes.append(
                    np.concatenate([named, around["sequence"], around["gone_sequence"]])
                )
        if len(episodes) >= pattern.layer_times:
            yield Finding(
                behaviour=Behaviour.LAYERING,
                instrument=instrument,
                holder=int(own["holder"][0]),
                figure=len(episodes),
                threshold=pattern.layer_times,
                terms={"multiple": most},
                sequences=evidence(*episodes),
            )
