"""Between rounds: waiting lists of buildings, weekly re-letting by list date, withdrawals."""

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.allocation.deferred import match_market, serial_dictatorship
from huiguan.housing.allocation.market import BARRED, LOW, Market, Match


@rule("multiple-waitlist procedure (Thakral 2016)", "confirmed")
def multiple_waitlist(
    queue: Sequence[str], waits_for: Mapping[str, str], arrivals: Sequence[str]
) -> list[tuple[str, str | None]]:
    """Return (building, person) of every home that becomes free, in order of ``arrivals``.

    The first of the building's own list gets the home. If that list is empty, the home is offered
    down the main ``queue`` (best first): who waits for this building takes it, anybody else joins
    the end of the list of the building waited for and is not asked again. None: nobody took it.
    Example: a waits for X, b for Y: ``multiple_waitlist(["a", "b"], {"a": "X", "b": "Y"},
    ["Y", "X", "Y"])`` is [("Y", "b"), ("X", "a"), ("Y", None)].
    """
    main = deque(queue)
    lists: dict[str, deque[str]] = {}
    given: list[tuple[str, str | None]] = []
    for building in arrivals:
        taker = None
        own = lists.setdefault(building, deque())
        if own:
            taker = own.popleft()
        while taker is None and main:
            person = main.popleft()
            if waits_for.get(person) == building:
                taker = person
            elif person in waits_for:
                lists.setdefault(waits_for[person], deque()).append(person)
        given.append((building, taker))
    return given


@rule("weekly re-letting: list date, then draw rank (England, choice-based letting)", "secondary")
def weekly_reletting(
    bids: Mapping[str, Sequence[str]],
    list_dates: Mapping[str, str],
    ranks: Mapping[str, int],
    homes: Mapping[str, int],
) -> dict[str, str | None]:
    """Return each bidder's home of this week's advert.

    ``bids``: person -> homes, best first. ``list_dates``: person -> date of joining the list, as
    "2026-03-01", frozen when the advert closed. ``ranks``: draw rank, for equal dates. ``homes``:
    home -> how many are let. Who refuses keeps the date and bids again next week.
    Example: b joined before a: ``weekly_reletting({"a": ["H"], "b": ["H", "K"]},
    {"a": "2026-03-01", "b": "2026-02-01"}, {"a": 1, "b": 2}, {"H": 1, "K": 1})`` is
    {"a": None, "b": "H"}.
    """
    missing = sorted(p for p in bids if p not in list_dates or p not in ranks)
    if missing:
        raise InputFault(f"{missing[0]} bids but has no list date or rank; nobody bids without")
    order = sorted(bids, key=lambda person: (list_dates[person], ranks[person], person))
    return serial_dictatorship(bids, order, homes)


def rerun(market: Market, before: Match, withdrawn: np.ndarray, settled: np.ndarray) -> Match:
    """Run a frozen market again after answers; nobody's held offer worsens.

    ``withdrawn`` bool [applicant]: out of the round. ``settled``: accepted for good; they keep the
    home and its seat. Everybody else holds an offer or waits, and gets the same or a better one,
    because fewer ask and nothing else has changed. Places refer to the same lists as before.
    """
    edges = market.edges.copy()
    edges["programme"][withdrawn | settled] = BARRED
    rows = np.flatnonzero(settled & (before.choice >= 0))
    programmes = market.edges["programme"][rows, before.choice[rows]]
    capacity, seats = market.capacity.copy(), market.group_seats.copy()
    np.subtract.at(capacity, programmes, 1)
    groups = before.group[rows]
    np.subtract.at(seats, groups[groups >= 0], 1)
    after = match_market(market._replace(edges=edges, capacity=capacity, group_seats=seats))
    after.choice[rows] = before.choice[rows]
    after.group[rows] = before.group[rows]
    had = (before.choice >= 0) & ~withdrawn
    worse = had & ((after.choice < 0) | (after.choice > before.choice))
    if worse.any():
        raise CheckFault(f"row {np.flatnonzero(worse)[0]} would lose a held offer; nothing is done")
    count_settled(market, after, rows)
    return after


def count_settled(market: Market, match: Match, rows: np.ndarray) -> None:
    """Count the settled ones of ``rows`` among those held, and as last ones served."""
    for row in rows.tolist():
        edge = market.edges[row, match.choice[row]]
        key = int(edge["rank"]) * LOW + row
        held, cut, at = match.rest_held, match.rest_cut, int(edge["programme"])
        if match.group[row] >= 0:
            held, cut, at = match.group_held, match.group_cut, int(match.group[row])
        else:
            match.rest_seats[at] += 1
        held[at] += 1
        cut[at] = max(cut[at], key)
