"""Between rounds: waiting lists of buildings, weekly re-letting by list date, withdrawals."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, pairwise
from typing import Annotated

import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.names import Name, Names, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, day
from huiguan.housing.allocation.deferred import match_market, serial_dictatorship
from huiguan.housing.allocation.lists import Capacities, Lists
from huiguan.housing.allocation.market import BARRED, LOW, Market, Match


@rule("multiple-waitlist procedure (Thakral 2016)", "confirmed")
@checked
def multiple_waitlist(
    queue: Names, waits_for: Mapping[Name, Name], arrivals: Sequence[Name]
) -> list[tuple[str, str | None]]:
    """Return (building, person) of every home that becomes free, in order of ``arrivals``.

    The first of the building's own list gets the home. If that list is empty, the home is offered
    down the main ``queue`` (best first): who waits for this building takes it, anybody else joins
    the end of the list of the building waited for and is not asked again. None: nobody took it.
    Example: a waits for X, b for Y: ``multiple_waitlist(["a", "b"], {"a": "X", "b": "Y"},
    ["Y", "X", "Y"])`` is [("Y", "b"), ("X", "a"), ("Y", None)].
    """
    one_spelling(chain(queue, waits_for), "persons")
    one_spelling(chain(arrivals, waits_for.values()), "buildings")
    nowhere = [person for person in queue if person not in waits_for]
    if nowhere:
        raise InputFault(f"{nowhere[0]} is in the queue and waits for no building; name it")
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
            if waits_for[person] == building:
                taker = person
            else:
                lists.setdefault(waits_for[person], deque()).append(person)
        given.append((building, taker))
    return given


@rule("weekly re-letting: list date, then draw rank (England, choice-based letting)", "secondary")
@checked
def weekly_reletting(
    bids: Lists,
    list_dates: Mapping[Name, Annotated[date | str, day]],
    ranks: Mapping[Name, Count],
    homes: Capacities,
) -> dict[str, str | None]:
    """Return each bidder's home of this week's advert.

    ``bids``: person -> homes, best first. ``list_dates``: person -> date of joining the list (a
    date, or "2026-03-01"), frozen when the advert closed. ``ranks``: draw rank, for equal dates.
    ``homes``: home -> how many are let. Who refuses keeps the date and bids again next week.
    Example: b joined before a: ``weekly_reletting({"a": ["H"], "b": ["H", "K"]},
    {"a": "2026-03-01", "b": "2026-02-01"}, {"a": 1, "b": 2}, {"H": 1, "K": 1})`` is
    {"a": None, "b": "H"}.
    """
    missing = sorted(p for p in bids if p not in list_dates or p not in ranks)
    if missing:
        raise InputFault(f"{missing[0]} bids but has no list date or rank; nobody bids without")
    one_spelling(chain(bids, list_dates, ranks), "persons")
    joined = {person: (day(list_dates[person], "list date"), ranks[person]) for person in bids}
    order = sorted(bids, key=lambda person: joined[person])
    for before, after in pairwise(order):
        if joined[before] == joined[after]:
            raise InputFault(
                f"{before} and {after} have one list date and one draw rank; a rank is one person's"
            )
    return unchecked(serial_dictatorship)(bids, order, homes)


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
