"""The programmes of a round counted from the estate: what is offered, and what is there of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.housing.dates import to_column
from huiguan.housing.people.intake import programme_supply
from huiguan.housing.round.frozen import SEXES, Programme
from huiguan.housing.supply.claims import HoldReason
from huiguan.housing.supply.places import Level
from huiguan.housing.supply.reconcile import HomeState, states_on
from huiguan.housing.supply.tables import Occupancy


class Offered(NamedTuple):
    """Units that a programme offers: let at a level within a place, of a size, for a sex."""

    programme: str
    within: int  # row of a place
    level: Level
    sex: int  # index into SEXES
    least_dm2: int
    below_dm2: int
    size_least: int
    size_most: int
    policy: str


NO_LIMIT = 2**31 - 1  # of an area in dm2


def inside(occupancy: Occupancy, place: int) -> np.ndarray:
    """Return which places stand in a place, itself included."""
    parents = occupancy.tree.rows["parent"]
    found = np.zeros(len(parents), np.bool_)
    found[place] = True
    for _ in range(len(Level) + 1):  # from a community down to its beds
        found |= (parents >= 0) & found[parents]
    return found


def sexes_of(occupancy: Occupancy, on: date) -> np.ndarray:
    """Return for whom each place is on a day: the sex of the beds set up in its room."""
    rows, fits, day = occupancy.tree.rows, occupancy.fits[: occupancy.fit_count], to_column(on)
    sexes = np.zeros(len(rows), np.int8)
    here = fits[(fits["start"] <= day) & (day < fits["end"])]
    sexes[here["room"]] = here["sex"]
    return np.where(rows["room"] >= 0, sexes[rows["room"]], 0)


def places_of(occupancy: Occupancy, offers: Sequence[Offered], on: date) -> dict[str, list[int]]:
    """Return the units of each programme on a day; one in two programmes is refused."""
    rows, (states, _) = occupancy.tree.rows, states_on(occupancy, on)
    sexes = sexes_of(occupancy, on)
    area = np.where(rows["kind"] == Level.BED, rows["area_dm2"][rows["parent"]], rows["area_dm2"])
    found: dict[str, list[int]] = {}
    taken: dict[int, str] = {}
    for offer in offers:
        here = inside(occupancy, offer.within) & (rows["kind"] == offer.level)
        here &= (states != HomeState.WITHIN) & (sexes == offer.sex)
        here &= (offer.least_dm2 <= area) & (area < offer.below_dm2)
        places = np.flatnonzero(here).tolist()
        for place in places:
            other = taken.setdefault(place, offer.programme)
            if other != offer.programme or place in found.get(offer.programme, ()):
                raise InputFault(
                    f"{occupancy.tree.codes[place]} is offered twice, by {other} and by "
                    f"{offer.programme}; a home belongs to one programme"
                )
        found.setdefault(offer.programme, []).extend(places)
    return found


def programmes_of(
    occupancy: Occupancy, offers: Sequence[Offered], on: date, movers: Sequence[int]
) -> list[Programme]:
    """Return the rows of ``programmes.csv`` on a day; ``movers``: homes of tenants who take part.

    A unit that is neither let, in a round nor held is refused: supply would not add up.
    """
    states, owners = states_on(occupancy, on)
    first = {offer.programme: offer for offer in reversed(offers)}
    programmes = []
    for name, places in sorted(places_of(occupancy, offers, on).items()):
        lost = [place for place in places if states[place] == HomeState.UNACCOUNTED]
        if lost:
            raise InputFault(
                f"{occupancy.tree.codes[lost[0]]} of {name} is neither let, in a round nor held on "
                f"{on}; claim it first: huiguan homes supply names every such unit"
            )
        supply = programme_supply(states, places, sorted(set(movers) & set(places)))
        held = owners[places][states[places] == HomeState.HELD].tolist()
        reasons = [HoldReason(reason).name.lower().replace("_", "-") for reason in set(held)]
        offer = first[name]
        programmes.append(
            Programme(
                programme=name,
                stock=supply.stock,
                let=supply.let,
                held=supply.held,
                reason=" ".join(sorted(reasons)),
                own=supply.own,
                capacity=supply.capacity,
                size_least=offer.size_least,
                size_most=offer.size_most,
                sex=SEXES[offer.sex],
                policy=offer.policy,
            )
        )
    return programmes


def unoffered(occupancy: Occupancy, offers: Sequence[Offered], on: date) -> list[str]:
    """Return the codes of units in a round that no programme offers."""
    states, _ = states_on(occupancy, on)
    offered = {place for places in places_of(occupancy, offers, on).values() for place in places}
    waiting = np.flatnonzero(states == HomeState.IN_ROUND).tolist()
    return [occupancy.tree.codes[place] for place in waiting if place not in offered]


def differences(given: Sequence[Programme], counted: Mapping[str, Programme]) -> list[str]:
    """Return a sentence for every programme that is not what the estate says."""
    said = []
    names = {programme.programme for programme in given}
    for programme in given:
        there = counted.get(programme.programme)
        if there is None:
            said.append(f"programme {programme.programme} is not offered by the estate")
            continue
        moved = programme.own - there.own  # the estate does not know who takes part
        pairs = {
            "stock": (programme.stock, there.stock),
            "let": (programme.let, there.let - moved),
            "held": (programme.held, there.held),
            "capacity": (programme.capacity, there.capacity + moved),
        }
        wrong = [f"{name} {a}, the estate has {b}" for name, (a, b) in pairs.items() if a != b]
        if wrong:
            said.append(f"programme {programme.programme} differs: {'; '.join(wrong)}")
    said += [
        f"the estate offers {name} and programmes.csv does not"
        for name in sorted(counted.keys() - names)
    ]
    return said
