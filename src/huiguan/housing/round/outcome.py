"""What a round decides, as columns: tickets with their ranks, results, and cut-offs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.market import LOW, Market, Match
from huiguan.housing.allocation.reserves import REST
from huiguan.housing.round.draw import best_tickets, ranks_of_tickets, ticket_prefix
from huiguan.housing.round.frozen import (
    FrozenRound,
    RoundHead,
    build_market,
    common_order,
    group_names,
    lottery_rows,
)


class Tickets(NamedTuple):
    """``tickets.csv``: the rows of the applications in the draw, in order of number."""

    number: Sequence[str]
    place: np.ndarray  # int32: in the order the programmes use, from 1
    rank: np.ndarray  # int32: in the draw, from 1
    k: np.ndarray  # int32: which ticket is the best
    ticket: np.ndarray  # uint8 [n, 32]


class Results(NamedTuple):
    """``results.csv``: what every application of a round got; -1 for nothing."""

    programme: np.ndarray  # int64
    group: np.ndarray  # int64: of all groups (``group_names``); -1 too for the rest
    tier: np.ndarray  # int64


class Cutoffs(NamedTuple):
    """``cutoffs.csv``: of every slot its seats, its homes filled, and the last one served.

    Tier and place are -1 where a seat is left (everybody who asks gets in) or there is none.
    """

    programme: np.ndarray  # int64
    slot: Sequence[str]
    seats: np.ndarray  # int64
    filled: np.ndarray  # int64
    tier: np.ndarray  # int64
    place: np.ndarray  # int64


class Allocation(NamedTuple):
    """A match of a frozen round, and the market it was made on."""

    rows: np.ndarray  # int64: application of every row of the market
    market: Market
    match: Match


def draw_tickets_of(
    head: RoundHead,
    commitment: str,
    value: str,
    numbers: Sequence[str],
    weights: Sequence[int],
    since: np.ndarray,
) -> Tickets:
    """Return the tickets of the applications in the draw; ``since`` int32: yyyymmdd, 0 if none."""
    best, which = best_tickets(ticket_prefix(head.round, commitment, value), numbers, weights)
    rank = ranks_of_tickets(best)
    place = np.empty_like(rank)
    place[common_order(head, rank, since)] = np.arange(1, rank.size + 1, dtype=np.int32)
    return Tickets(numbers, place, rank, which, best)


def tickets_of(frozen: FrozenRound, commitment: str, value: str) -> Tickets:
    """Return the tickets of a frozen round under a public value."""
    rows = np.flatnonzero(frozen.state == 0)
    numbers = [number.decode() for number in frozen.numbers[rows].tolist()]
    weights = frozen.weight[rows].tolist()
    return draw_tickets_of(frozen.head, commitment, value, numbers, weights, frozen.since[rows])


def ranks_of(frozen: FrozenRound, tickets: Tickets) -> np.ndarray:
    """Return int32 [application]: rank in the draw, 0 for those who take no part."""
    rank = np.zeros(frozen.numbers.size, dtype=np.int32)
    rank[frozen.state == 0] = tickets.rank
    return rank


def allocate(frozen: FrozenRound, rank: np.ndarray) -> Allocation:
    """Return the match of a frozen round; ``rank`` int32 [application]: rank in the draw."""
    rows = lottery_rows(frozen, rank)
    market = build_market(frozen, rows)
    return Allocation(rows, market, match_market(market))


def results_of(frozen: FrozenRound, allocation: Allocation) -> Results:
    """Return one row for every application, also for those without a home."""
    rows, market, match = allocation
    results = Results(*(np.full(frozen.numbers.size, -1, dtype=np.int64) for _ in range(3)))
    at = np.flatnonzero(match.choice >= 0)
    results.programme[rows[at]] = market.edges["programme"][at, match.choice[at]]
    results.group[rows[at]] = match.group[at]
    results.tier[rows[at]] = market.edges["rank"][at, match.choice[at]]
    return results


def cutoffs_of(frozen: FrozenRound, allocation: Allocation) -> Cutoffs:
    """Return one row for every slot of every programme, the rest included."""
    _, market, match = allocation
    names = group_names(frozen)
    every = np.arange(len(frozen.programmes))
    seats = np.concatenate([market.group_seats, match.rest_seats])
    filled = np.concatenate([match.group_held, match.rest_held]).astype(np.int64)
    cut = np.concatenate([match.group_cut, match.rest_cut])
    full = (cut >= 0) & (filled == seats) & (filled > 0)
    return Cutoffs(
        programme=np.concatenate([np.array([row for row, _ in names], dtype=np.int64), every]),
        slot=[name for _, name in names] + [REST] * len(frozen.programmes),
        seats=seats,
        filled=filled,
        tier=np.where(full, cut // LOW, -1),
        place=np.where(full, cut % LOW + 1, -1),
    )
