"""The tables of an office's leases: what each row says, every fault of every cell found.

``rents.csv`` says what a home costs, ``leases.csv`` who has which home from when to when,
``payers.csv`` who pays which part, ``opening.csv`` what was owed and deposited before. Money is
written in yuan and kept in fen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from huiguan.foundation.arithmetic import parse_money, parse_rate, show_fen, show_rate
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import name, office_id
from huiguan.foundation.readers.values import fen, shown, signed_fen, word
from huiguan.foundation.refusals import Refusal
from huiguan.housing.leasing.columns import (
    ARREARS,
    BOOK,
    DEPOSIT,
    EVEN,
    LEASES,
    OPENING,
    PAYERS,
    RENTS,
    REST,
    TABLES,
)
from huiguan.housing.people.faults import CellFault, Reader, Row, read_rows
from huiguan.housing.people.forms import BETWEEN, a_day, optional, yes_or_no
from huiguan.housing.tenancy.leases import Lease
from huiguan.housing.tenancy.rent import MOST_RENT_FEN, Share, as_ppb, check_shares


class RentFrom(msgspec.Struct, frozen=True):
    """What a home, or every home of a programme, costs from a day on."""

    line: int
    home: str
    start: date
    rent_fen: int
    market_fen: int


RentTable = Mapping[str, Sequence[RentFrom]]  # rows of each home, or programme


class Part(msgspec.Struct, frozen=True):
    """A payer's part of a lease: an amount, a rate, the rest, or the rest with others evenly."""

    payer: str
    amount_fen: int | None = None
    rate_ppb: int | None = None
    even: bool = False
    account: str = ""  # name under which the bank shows the payer

    def told(self) -> str:
        """Return it as a cell says it."""
        if self.amount_fen is not None:
            return yuan(self.amount_fen)
        if self.rate_ppb is not None:
            return show_rate(self.rate_ppb)
        return EVEN if self.even else REST


class Letting(msgspec.Struct, frozen=True, kw_only=True):
    """A lease as the office's table has it, with its payers and who lives there."""

    line: int
    lease: Lease
    parts: tuple[Part, ...]
    occupants: tuple[str, ...]
    charged_from: date
    left: date | None = None
    follows: str = ""
    book: str = BOOK
    programme: str = ""
    round: str = ""
    application: str = ""

    @property
    def homes(self) -> tuple[str, ...]:
        """Return by what its home is found in rents.csv: the place first, then its programme."""
        return tuple(filter(None, (self.lease.place, self.programme)))

    @property
    def until(self) -> date:
        """Return the first day on which the home is not taken any more."""
        return max(self.lease.end, self.left or self.lease.end)


class Opening(msgspec.Struct, frozen=True):
    """What was owed or held when the books began."""

    line: int
    of: str
    kind: str
    amount_fen: int
    on: date
    book: str


class Tables(NamedTuple):
    """What the tables of a folder say, and every fault of a cell."""

    rents: RentTable
    lettings: list[Letting]
    opening: list[Opening]
    faults: list[CellFault]


Given = Mapping[str, Sequence[tuple[int, Mapping[str, str]]]]  # table: line and cells of each row


def yuan(amount_fen: int) -> str:
    """Return an amount as tables have it: 123456 is ``1234.56``."""
    return show_fen(amount_fen).replace(",", "")


def an_id(text: str, what: str) -> str:
    """Return an id that can stand in a reference of the books."""
    found = office_id(text, what)
    if "/" in found or ":" in found:
        raise InputFault(f"{what}: {shown(found)} holds / or :, which books put between ids")
    return found


def money(text: str, what: str) -> int:
    """Return fen of yuan that are not negative."""
    found = parse_money(text, what)
    if found < 0:
        raise InputFault(f"{what}: {shown(text)} is below zero")
    return fen(found, what)


def a_rent(text: str, what: str) -> int:
    """Return fen of a month's rent, above zero."""
    found = money(text, what)
    if not 0 < found <= MOST_RENT_FEN:
        raise InputFault(f"{what}: {shown(text)} is no rent of a month")
    return found


def people_of(text: str, what: str) -> tuple[str, ...]:
    """Return the people of a list, each named once."""
    found = tuple(an_id(entry, what) for entry in BETWEEN.split(text) if entry)
    if not found:
        raise InputFault(f"{what}: nobody is named; write who lives there")
    if len(set(found)) < len(found):
        raise InputFault(f"{what}: somebody is named twice")
    return found


def a_share(text: str, what: str) -> Part:
    """Return what a cell says of a part; its payer is not known yet."""
    if text in (REST, "其余"):
        return Part("")
    if text in (EVEN, "均摊"):
        return Part("", even=True)
    if text.endswith("%"):
        return Part("", rate_ppb=as_ppb(parse_rate(text, what), what))
    return Part("", amount_fen=money(text, what))


def same_text(text: str, _what: str) -> str:
    """Return a text as it is."""
    return text


READERS: dict[str, dict[str, Reader]] = {
    RENTS: {"home": name, "start": a_day, "rent": a_rent, "market": a_rent},
    LEASES: {
        "lease": an_id, "place": name, "scheme": name, "lessee": an_id,
        "by_employer": yes_or_no, "occupants": people_of, "start": a_day, "end": a_day,
        "left": optional(a_day), "rent": a_rent, "deposit": money, "charged_from": optional(a_day),
        "follows": optional(an_id), "book": an_id, "programme": same_text,
        "round": same_text, "application": same_text,
    },
    PAYERS: {"lease": an_id, "payer": an_id, "share": a_share, "account": same_text},
    OPENING: {
        "of": an_id, "kind": lambda text, what: word(text, what, (ARREARS, DEPOSIT)),
        "amount": lambda text, what: signed_fen(parse_money(text, what), what), "on": a_day,
        "book": an_id,
    },
}  # fmt: skip
COLUMNS = {name: columns for name, (_, _, columns) in TABLES.items()}


def read_tables(given: Given) -> Tables:
    """Return what the rows of every table say, and all faults; a row that is no row is left out.

    A lease whose days or payers cannot be is among the others, so that what else is wrong is found.
    """
    read: dict[str, list[tuple[int, Row]]] = {}
    faults: list[CellFault] = []
    leases, unsure = set(), set()
    for table, columns in COLUMNS.items():
        rows, found = read_rows(given.get(table, ()), columns, READERS[table], table)
        faults += found
        if table == LEASES:
            leases = {row["lease"] for _, row in rows if "lease" in row}
        if table == PAYERS:
            unsure = {row.get("lease") for _, row in rows if len(row) < len(columns)}
        read[table] = [(at, row) for at, row in rows if len(row) == len(columns)]
    rents = [RentFrom(at, r["home"], r["start"], r["rent"], r["market"]) for at, r in read[RENTS]]
    faults += once(RENTS, "start", [(row.line, (row.home, row.start)) for row in rents])
    faults += once(LEASES, "lease", [(at, (row["lease"],)) for at, row in read[LEASES]])
    faults += payer_faults(read[PAYERS], leases)
    parts: dict[str, list[Part]] = defaultdict(list)
    for _, row in read[PAYERS]:
        part = msgspec.structs.replace(row["share"], payer=row["payer"], account=row["account"])
        parts[row["lease"]].append(part)
    lettings = []
    for at, row in read[LEASES]:
        own = () if row["lease"] in unsure else tuple(parts[row["lease"]])
        faults += lease_faults(at, row, own)
        lettings.append(letting_of(at, row, own))
    opening = [
        Opening(at, r["of"], r["kind"], r["amount"], r["on"], r["book"]) for at, r in read[OPENING]
    ]
    faults += opening_faults(opening, leases)
    by_home: dict[str, list[RentFrom]] = defaultdict(list)
    for rent in rents:
        by_home[rent.home].append(rent)
    return Tables(by_home, lettings, opening, faults)


def once(
    table: str, column: str, keys: Sequence[tuple[int, tuple[object, ...]]]
) -> list[CellFault]:
    """Return a fault for every row that says again what a row before it said."""
    first: dict[tuple[object, ...], int] = {}
    return [
        CellFault(line, column, f"row {before} has this one already", table)
        for line, key in keys
        if (before := first.setdefault(key, line)) != line
    ]


def payer_faults(rows: Sequence[tuple[int, Row]], leases: set[str]) -> list[CellFault]:
    """Return the payers of leases that are not there, and those who stand twice in one."""
    lost = [
        CellFault(at, "lease", f"leases.csv has no {row['lease']}", PAYERS)
        for at, row in rows
        if row["lease"] not in leases
    ]
    return lost + once(PAYERS, "payer", [(at, (row["lease"], row["payer"])) for at, row in rows])


def opening_faults(rows: Sequence[Opening], leases: set[str]) -> list[CellFault]:
    """Return deposits of leases that are not there, that stand twice, or are below zero."""
    faults = once(OPENING, "of", [(r.line, (r.book, r.of, r.kind, r.on)) for r in rows])
    for row in rows:
        if row.kind == DEPOSIT and row.of not in leases:
            faults.append(CellFault(row.line, "of", f"leases.csv has no {row.of}", OPENING))
        if row.kind == DEPOSIT and row.amount_fen < 0:
            what = "a deposit that is held is not below zero"
            faults.append(CellFault(row.line, "amount", what, OPENING))
    return faults


def shares_of(parts: Sequence[Part]) -> tuple[Share, ...]:
    """Return the parts as a lease has them: of those who share evenly the first has the rest."""
    evens = [part for part in parts if part.even]
    return tuple(
        Share(part.payer, part.amount_fen, part.rate_ppb)
        for part in parts
        if not part.even or part is evens[0]
    )


def parts_refusal(rent_fen: int, parts: Sequence[Part]) -> Refusal:
    """Return why parts cannot split a month's rent; an even one stands beside another even one."""
    if sum(part.even for part in parts) == 1:
        return Refusal.NOT_ONE_REMAINDER
    return check_shares(rent_fen, shares_of(parts))


def lease_faults(line: int, row: Row, parts: Sequence[Part]) -> list[CellFault]:
    """Return what is wrong with the days and the payers of a lease."""

    def fault(column: str, sentence: str) -> CellFault:
        return CellFault(line, column, sentence, LEASES)

    faults = []
    start, end, left = row["start"], row["end"], row["left"] or None
    if end <= start:
        faults.append(fault("end", f"it ends {end} and starts {start}: no day lies between"))
    if left and left < start:
        faults.append(fault("left", f"nobody leaves on {left} before the lease starts"))
    if row["charged_from"] and not start <= row["charged_from"] <= end:
        faults.append(fault("charged_from", "it lies outside the lease"))
    if row["follows"] == row["lease"]:
        faults.append(fault("follows", "a lease does not follow itself"))
    refusal = parts and parts_refusal(row["rent"], parts)
    if refusal:
        faults.append(fault("rent", f"payers.csv: {refusal.english}"))
    return faults


def letting_of(line: int, row: Row, parts: tuple[Part, ...]) -> Letting:
    """Return a lease of a row that is right."""
    parts = parts or (Part(row["lessee"]),)
    lease = Lease(
        number=row["lease"],
        place=row["place"],
        scheme=row["scheme"],
        lessee=row["lessee"],
        by_employer=row["by_employer"],
        shares=shares_of(parts),
        start=row["start"],
        end=row["end"],
        rent_fen=row["rent"],
        deposit_fen=row["deposit"],
    )
    return Letting(
        line=line,
        lease=lease,
        parts=parts,
        occupants=row["occupants"],
        charged_from=row["charged_from"] or row["start"],
        left=row["left"] or None,
        follows=row["follows"],
        book=row["book"],
        programme=row["programme"],
        round=row["round"],
        application=row["application"],
    )
