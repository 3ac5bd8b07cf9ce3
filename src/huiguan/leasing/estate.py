"""Leases and the estate: every home of a lease is one that can be let, once, on its days."""

from collections.abc import Sequence

from huiguan.housing.dates import from_column
from huiguan.housing.leasing.checks import fault_of
from huiguan.housing.leasing.forms import Letting
from huiguan.housing.people.faults import CellFault
from huiguan.housing.round.programmes import sexes_of
from huiguan.housing.supply.claims import Purpose, Strength
from huiguan.housing.supply.occupancy import claim, why
from huiguan.housing.supply.places import Kind, Sex
from huiguan.housing.supply.tables import Occupancy

LETTABLE = (Kind.FLAT, Kind.ROOM, Kind.BED)


def claimed(occupancy: Occupancy) -> dict[str, list[int]]:
    """Return the rows of the lets of an estate by their owner's id."""
    found: dict[str, list[int]] = {}
    for row in range(occupancy.claim_count):
        entry = occupancy.claims[row]
        if (
            entry["strength"] == Strength.HOLD
            and entry["purpose"] == Purpose.LET
            and entry["start"] < entry["end"]
        ):
            found.setdefault(occupancy.owner_id(int(entry["owner"])), []).append(row)
    return found


def place_fault(occupancy: Occupancy, rows: dict[str, int], entry: Letting) -> CellFault | None:
    """Return why the home of a lease can be none, if so."""
    place = rows.get(entry.lease.place)
    if place is None:
        return fault_of(entry, "place", f"places.csv of the estate has no {entry.lease.place}")
    kind = Kind(int(occupancy.tree.rows["kind"][place]))
    if kind not in LETTABLE:
        return fault_of(entry, "place", f"{entry.lease.place} is no flat, room or bed")
    if kind == Kind.BED and len(entry.occupants) > 1:
        return fault_of(entry, "occupants", f"{len(entry.occupants)} people and one bed")
    return None


def let_in(occupancy: Occupancy, lettings: Sequence[Letting]) -> list[CellFault]:
    """Let every lease in an estate beside what it has, and return why one cannot be.

    A lease that the estate has under its id must stand there at the same place from the same day.
    A flat, its rooms and its beds are one capacity, so what is inside a home is looked at too.
    """
    rows = {code: at for at, code in enumerate(occupancy.tree.codes)}
    known = claimed(occupancy)
    faults = []
    for entry in lettings:
        lease = entry.lease
        fault = place_fault(occupancy, rows, entry)
        if fault is not None:
            faults.append(fault)
            continue
        place = rows[lease.place]
        there = [occupancy.claims[row] for row in known.get(lease.number, ())]
        if there:
            if not any(
                c["place"] == place and from_column(int(c["start"])) == lease.start for c in there
            ):
                at = occupancy.tree.codes[int(there[0]["place"])]
                since = from_column(int(there[0]["start"]))
                what = f"claims.csv of the estate has {lease.number} at {at} from {since}"
                faults.append(fault_of(entry, "place", what))
            continue
        sex = Sex(int(sexes_of(occupancy, lease.start)[place]))
        outcome = claim(occupancy, place, lease.start, entry.until, Purpose.LET, 0, sex)
        if outcome.refusal:
            faults.append(fault_of(entry, "place", why(occupancy, place, outcome)))
    return faults
