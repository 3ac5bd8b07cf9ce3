"""Answers to offers as a table, and the lease that an accepted one becomes.

What a row leaves out follows from the application, from what the home costs and from the rules of
the lease's first day; what these refuse is said by row and column.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.readers.values import shown, word
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import add_months
from huiguan.housing.leasing.charges import market_of
from huiguan.housing.leasing.checks import earlier_of, limits_of
from huiguan.housing.leasing.columns import ANSWER_COLUMNS, REPLIES
from huiguan.housing.leasing.forms import (
    Letting,
    Part,
    RentTable,
    a_rent,
    a_share,
    an_id,
    money,
    people_of,
    shares_of,
)
from huiguan.housing.leasing.offers import Made, Winner
from huiguan.housing.people.faults import CellFault, Reader, Row, read_rows
from huiguan.housing.people.forms import a_day, optional, yes_or_no
from huiguan.housing.rules import HomeRules, Space, required, row_in_force
from huiguan.housing.supply.places import Kind, flat_heads_allowed
from huiguan.housing.tenancy.decisions import sign_lease
from huiguan.housing.tenancy.deposits import deposit_limit
from huiguan.housing.tenancy.leases import Lease, check_total
from huiguan.housing.tenancy.offers import Reply

BY_WORD = dict(zip(REPLIES, (Reply.ACCEPT, Reply.ACCEPT_AND_STAY, Reply.REFUSE), strict=True))
COLUMN_OF = {  # where the row says what a rule refuses
    Refusal.TOO_MANY_HEADS: "occupants",
    Refusal.RENT_ABOVE_CEILING: "rent",
    Refusal.DEPOSIT_TOO_LARGE: "deposit",
}


class Usual(NamedTuple):
    """What holds for answers that do not say it: their day, first day and months of a lease."""

    on: date
    start: date
    months: int


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to an offer, and the lease it asks for as far as the row says it."""

    line: int
    application: str
    answer: Reply
    on: date
    start: date
    end: date
    lessee: str
    by_employer: bool
    occupants: tuple[str, ...]
    rent_fen: int | None
    deposit_fen: int | None
    payers: tuple[Part, ...]


def some_payers(text: str, what: str) -> tuple[Part, ...]:
    """Return the payers of a cell like ``P17=300 ACME=rest``."""
    parts = []
    for piece in text.split():
        payer, equals, share = piece.partition("=")
        if not equals:
            raise InputFault(f"{what}: {shown(piece)} is no payer with a share; write P17=300")
        parts.append(msgspec.structs.replace(a_share(share, what), payer=an_id(payer, what)))
    return tuple(parts)


READERS: dict[str, Reader] = {
    "application": an_id, "answer": lambda text, what: BY_WORD[word(text, what, REPLIES)],
    "on": optional(a_day), "start": optional(a_day), "end": optional(a_day),
    "lessee": optional(an_id), "by_employer": yes_or_no, "occupants": optional(people_of),
    "rent": optional(a_rent), "deposit": optional(money), "payers": some_payers,
}  # fmt: skip


def read_answers(
    rows: Sequence[tuple[int, Mapping[str, str]]], usual: Usual
) -> tuple[list[Answered], list[CellFault]]:
    """Return the answers of a table, and every fault of a cell."""
    read, faults = read_rows(rows, ANSWER_COLUMNS, READERS)
    whole = [(at, row) for at, row in read if len(row) == len(ANSWER_COLUMNS)]
    return [answered(at, row, usual) for at, row in whole], faults


def amount(cell: Any) -> int | None:  # noqa: ANN401 - a cell that was read: fen or empty
    """Return the fen of a cell, None for an empty one: 0.00 is an amount."""
    return None if cell == "" else cell


def answered(line: int, row: Row, usual: Usual) -> Answered:
    """Return what a row says."""
    start = row["start"] or usual.start
    return Answered(
        line=line,
        application=row["application"],
        answer=row["answer"],
        on=row["on"] or usual.on,
        start=start,
        end=row["end"] or unchecked(add_months)(start, usual.months),
        lessee=row["lessee"],
        by_employer=row["by_employer"],
        occupants=row["occupants"] or (),
        rent_fen=amount(row["rent"]),
        deposit_fen=amount(row["deposit"]),
        payers=row["payers"],
    )


def most_heads(rows: np.ndarray, place: int, space: Space, *, together: bool) -> int | None:
    """Return how many may live in a flat or room; beds were set up within the law (None).

    ``together``: they are one household. A flat without rooms in the table counts as one room.
    """
    if rows["kind"][place] == Kind.BED:
        return None
    inside = np.flatnonzero((rows["parent"] == place) & (rows["kind"] == Kind.ROOM)).tolist()
    areas = [Decimal(int(rows["area_dm2"][room])) / 100 for room in inside or [place]]
    least = Decimal(space.least_area_dm2) / 100
    return unchecked(flat_heads_allowed)(areas, least, space.most_heads, together)


class Drafted(NamedTuple):
    """A lease that may be signed, or why not, by column."""

    letting: Letting | None
    faults: list[CellFault]


def draft_lease(
    number: str,
    given: Answered,
    offer: Made,
    winner: Winner,
    rents: RentTable,
    rules: HomeRules,
) -> Drafted:
    """Return the lease of an accepted offer as its row asks for it, or what is missing."""

    def fault(column: str, sentence: str) -> Drafted:
        return Drafted(None, [CellFault(given.line, column, sentence)])

    cost = market_of(rents, (offer.place, offer.programme), given.start)
    if cost is None:
        homes = f"{offer.place} or {offer.programme}"
        return fault("rent", f"rents.csv says nothing of {homes} on {given.start}")
    if given.end <= given.start:
        sentence = f"it ends {given.end} and starts {given.start}: no day lies between"
        return fault("end", sentence)
    rent_fen = cost.rent_fen if given.rent_fen is None else given.rent_fen
    months = required(rules.deposit, winner.scheme, given.start, "deposit").months
    most = deposit_limit(rent_fen, months)
    lessee = given.lessee or winner.persons[0]
    parts = given.payers or (Part(lessee),)
    lease = Lease(
        number=number,
        place=offer.place,
        scheme=winner.scheme,
        lessee=lessee,
        by_employer=given.by_employer,
        shares=shares_of(parts),
        start=given.start,
        end=given.end,
        rent_fen=rent_fen,
        deposit_fen=most if given.deposit_fen is None else given.deposit_fen,
    )
    letting = Letting(
        line=given.line,
        lease=lease,
        parts=parts,
        occupants=given.occupants or winner.persons,
        charged_from=given.start,
        programme=offer.programme,
        round=offer.round,
        application=offer.number,
    )
    return Drafted(letting, [])


def lease_refusals(
    letting: Letting,
    lettings: Sequence[Letting],
    rents: RentTable,
    rules: HomeRules,
    heads: int | None,
) -> list[CellFault]:
    """Return why the rules of its first day refuse a lease, if they do; the first fault counts."""
    lease, line = letting.lease, letting.line
    limits = limits_of(letting, None, rents, rules)
    if isinstance(limits, str):
        return [CellFault(line, "rent", limits)]
    if sum(part.even for part in letting.parts) == 1:
        return [CellFault(line, "payers", Refusal.NOT_ONE_REMAINDER.english)]
    total = row_in_force(rules.total_term, lease.scheme, lease.start)
    if total is not None and not lease.by_employer:
        same = {(lease.lessee, lease.scheme): [
            e for e in lettings
            if (e.lease.lessee, e.lease.scheme) == (lease.lessee, lease.scheme)
        ]}  # fmt: skip
        periods = [(e.lease.start, e.lease.end) for e in earlier_of(letting, same)]
        refusal = check_total(periods, lease.start, lease.end, total.months)
        if refusal:
            return [CellFault(line, "end", refusal.english)]
    limits = msgspec.structs.replace(limits, most_heads=heads)
    refusal = sign_lease(lease, letting.occupants, limits).refusal
    if not refusal:
        return []
    ends = (Refusal.TERM_TOO_SHORT, Refusal.TERM_TOO_LONG)
    column = COLUMN_OF.get(refusal, "end" if refusal in ends else "payers")
    return [CellFault(line, column, refusal.english)]


def clashes(letting: Letting, known: Mapping[str, Sequence[Letting]]) -> list[CellFault]:
    """Return why a home or somebody is let or housed already on days of a lease.

    ``known``: the leases of every home, and of everybody who lives in one.
    """
    lease, line = letting.lease, letting.line
    faults = []
    for own_id in (lease.place, *letting.occupants):
        for other in known.get(own_id, ()):
            until = other.until if own_id == lease.place else other.left or other.lease.end
            if other.lease.start < lease.end and lease.start < until:
                column, by = "occupants", f"by the lease {other.lease.number}"
                sentence = f"{own_id} lives in {other.lease.place} until {until}, {by}"
                if own_id == lease.place:
                    column, sentence = "start", f"{own_id} is let until {until}, {by}"
                faults.append(CellFault(line, column, sentence))
    return faults


def next_number(known: set[str]) -> str:
    """Return a number of a lease that none has: L0001, and on from the highest there is."""
    highest = max((int(n[1:]) for n in known if n[:1] == "L" and n[1:].isdecimal()), default=0)
    return f"L{highest + 1:04d}"
