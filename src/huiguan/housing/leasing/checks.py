"""What stands between leases: homes let twice, people housed twice, renewals, limits of the rules.

A fault is what cannot be, and nothing is charged with one. A finding is a lease that the rules of
its day would have refused: it runs, and somebody has to look at it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from huiguan.housing.leasing.charges import market_of
from huiguan.housing.leasing.columns import LEASES
from huiguan.housing.leasing.forms import Letting, RentTable
from huiguan.housing.people.faults import CellFault
from huiguan.housing.rules import HomeRules, required, row_in_force
from huiguan.housing.tenancy.decisions import LeaseLimits
from huiguan.housing.tenancy.deposits import check_deposit
from huiguan.housing.tenancy.leases import check_term, check_total
from huiguan.housing.tenancy.rent import MOST_RENT_FEN, check_rent, rent_ceiling


class Taken(NamedTuple):
    """Somebody or something is taken by a lease over [start, end)."""

    start: date
    end: date
    letting: Letting


def fault_of(letting: Letting, column: str, sentence: str) -> CellFault:
    """Return a fault of a lease."""
    return CellFault(letting.line, column, sentence, LEASES)


def crossing(lettings: Iterable[Letting]) -> list[CellFault]:
    """Return a fault for every lease whose home or people another has on the same days.

    Half-open periods: a home may change hands within a day. A home inside another is the estate's
    to know.
    """
    homes: dict[str, list[Taken]] = defaultdict(list)
    people: dict[str, list[Taken]] = defaultdict(list)
    for entry in lettings:
        homes[entry.lease.place].append(Taken(entry.lease.start, entry.until, entry))
        for person in entry.occupants:
            left = entry.left or entry.lease.end
            people[person].append(Taken(entry.lease.start, left, entry))
    faults = [
        fault_of(late.letting, "place", f"{place} is let in row {first.letting.line} until"
                 f" {first.end}")
        for place, rows in homes.items()
        for first, late in overlapping(rows)
    ] + [
        fault_of(late.letting, "occupants", f"{person} lives in {first.letting.lease.place} until"
                 f" {first.end}, by row {first.letting.line}")
        for person, rows in people.items()
        for first, late in overlapping(rows)
    ]  # fmt: skip
    return sorted(faults)


def overlapping(rows: list[Taken]) -> Iterator[tuple[Taken, Taken]]:
    """Yield each period that begins before one that began earlier has ended, and that one."""
    last: Taken | None = None
    for row in sorted(rows, key=lambda r: (r.start, r.end, r.letting.line)):
        if row.start >= row.end:
            continue
        if last is not None and row.start < last.end:
            yield last, row
        if last is None or row.end > last.end:
            last = row


def chains(lettings: Sequence[Letting]) -> list[CellFault]:
    """Return a fault for every lease that follows another in a way that cannot be."""
    known = {entry.lease.number: entry for entry in lettings}
    followed: dict[str, Letting] = {}
    faults = []
    for entry in lettings:
        if not entry.follows:
            continue
        before = known.get(entry.follows)
        if before is None:
            faults.append(fault_of(entry, "follows", f"leases.csv has no {entry.follows}"))
        elif before.lease.end != entry.lease.start:
            what = f"{entry.follows} ends {before.lease.end}, and this one starts"
            faults.append(fault_of(entry, "follows", f"{what} {entry.lease.start}"))
        elif before.lease.lessee != entry.lease.lessee:
            faults.append(fault_of(entry, "follows", f"{entry.follows} has another lessee"))
        first = followed.setdefault(entry.follows, entry)
        if first is not entry:
            what = f"row {first.line} follows {entry.follows} too"
            faults.append(fault_of(entry, "follows", what))
    return faults


def earlier_of(entry: Letting, by_lessee: Mapping[tuple[str, str], list[Letting]]) -> list[Letting]:
    """Return the leases of the same lessee and scheme that ended before this one starts."""
    same = by_lessee[entry.lease.lessee, entry.lease.scheme]
    return [other for other in same if other.lease.end <= entry.lease.start]


def limits_of(
    entry: Letting,
    before: Letting | None,
    rents: RentTable,
    rules: HomeRules,
) -> LeaseLimits | str:
    """Return what the rules of a lease's first day allow it, or what is missing to know it.

    ``before`` is the lease that it renews in the same home: the yearly increase counts from its
    rent.
    """
    lease, scheme, on = entry.lease, entry.lease.scheme, entry.lease.start
    known = market_of(rents, entry.homes, on)
    if known is None:
        return f"rents.csv says nothing of {' or '.join(entry.homes)} on {on}"
    share = row_in_force(rules.rent_share, scheme, on)
    increase = row_in_force(rules.rent_increase, scheme, on)
    old = rise = growth = None
    if before is not None and before.lease.place == lease.place and increase is not None:
        old, rise = before.lease.rent_fen, increase.rate_ppb
        if row_in_force(rules.rent_growth, scheme, on) is not None:
            then = market_of(rents, entry.homes, before.lease.start)
            growth = then.market_fen if then else None
    term = required(rules.term, scheme, on, "term of a lease")
    ceiling = MOST_RENT_FEN  # where no share is set, as for public rental
    if share is not None:
        ceiling = rent_ceiling(known.market_fen, share.rate_ppb, old, rise, growth).ceiling_fen
    return LeaseLimits(
        least_months=term.least_months,
        most_months=term.most_months,
        ceiling_fen=ceiling,
        deposit_months=required(rules.deposit, scheme, on, "deposit").months,
    )


def findings(
    lettings: Sequence[Letting],
    rents: RentTable,
    rules: HomeRules,
) -> list[CellFault]:
    """Return every lease that the rules of its first day would have refused, and why.

    A lease whose market rent nobody wrote down is one too: its ceiling cannot be known.
    """
    known = {entry.lease.number: entry for entry in lettings}
    by_lessee: dict[tuple[str, str], list[Letting]] = defaultdict(list)
    for entry in lettings:
        by_lessee[entry.lease.lessee, entry.lease.scheme].append(entry)
    found = []
    for entry in lettings:
        lease, on = entry.lease, entry.lease.start
        total = row_in_force(rules.total_term, lease.scheme, on)
        if total is not None and not lease.by_employer:
            periods = [(e.lease.start, e.lease.end) for e in earlier_of(entry, by_lessee)]
            refusal = check_total(periods, lease.start, lease.end, total.months)
            if refusal:
                found.append(fault_of(entry, "end", refusal.english))
        limits = limits_of(entry, known.get(entry.follows), rents, rules)
        if isinstance(limits, str):
            found.append(fault_of(entry, "place", limits))
            continue
        found += [
            fault_of(entry, column, refusal.english)
            for column, refusal in (
                (
                    "end",
                    check_term(lease.start, lease.end, limits.least_months, limits.most_months),
                ),
                ("rent", check_rent(lease.rent_fen, limits.ceiling_fen)),
                (
                    "deposit",
                    check_deposit(lease.deposit_fen, lease.rent_fen, limits.deposit_months),
                ),
            )
            if refusal
        ]
    return found


def lingering(lettings: Iterable[Letting], on: date) -> list[CellFault]:
    """Return leases that ended by a day without a word of who left: they are charged to their end.

    A lease that another follows, or whose home is let again, needs no such word.
    """
    rows = list(lettings)
    going_on = {entry.follows for entry in rows}
    taken = {(entry.lease.place, entry.lease.start) for entry in rows}
    return [
        fault_of(entry, "left", f"it ended {entry.lease.end}, and nobody wrote when they left;"
                 " until then only its own days are charged")
        for entry in rows
        if entry.left is None and entry.lease.end <= on and entry.lease.number not in going_on
        and (entry.lease.place, entry.lease.end) not in taken
    ]  # fmt: skip
