"""The tenancies of a simulated city: signing, moving out, deposits and the books."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.postings import Posting
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import to_column
from huiguan.housing.leasing.signing import most_heads as heads_in
from huiguan.housing.rules import HomeRules, required, row_in_force
from huiguan.housing.supply.claims import NONE, HoldReason, Purpose
from huiguan.housing.supply.occupancy import (
    claim,
    end_claim,
    extend_claim,
    move_claim,
    start_of,
    why,
)
from huiguan.housing.supply.places import Sex
from huiguan.housing.supply.tables import ClaimOutcome
from huiguan.housing.tenancy.decisions import LeaseLimits, put_off_lease, sign_lease
from huiguan.housing.tenancy.deposits import (
    Deduction,
    deposit_limit,
    post_deposit_received,
    post_deposit_settled,
    settle_deposit,
)
from huiguan.housing.tenancy.leases import Lease, Stay
from huiguan.housing.tenancy.ledger import post_charge, post_payment
from huiguan.housing.tenancy.month_close import LEASE, PART, REST, close_month, post_charges
from huiguan.housing.tenancy.rent import (
    Assessment,
    RentCeiling,
    Share,
    assessment_on,
    rent_ceiling,
)
from huiguan.simulation.city.estate import City, Offering

BOOK = "operator MQ"
BED_RENTS = {4: 50_000, 2: 90_000}  # 500 and 900 a month, as asked at the real block
WORKER_PART_FEN = 25_000


@dataclass
class Tenancy:
    """A lease with what the office knows of it from day to day."""

    lease: Lease
    claim: int
    offering: int
    sex: Sex
    payer: str  # of the rest, and of the deposit
    rent_row: int
    serial: int | None = None  # the application that led to it
    leaving: bool = False  # notice was given: no renewal
    cleaning: int = NONE  # claims that follow this one when the next tenant is known already
    successor: int = 0  # number of the next tenancy
    over: bool = False


@dataclass
class Office:
    """The books and tables that a year changes."""

    city: City
    rules: HomeRules
    assessments: dict[int, list[Assessment]]
    tenancies: dict[int, Tenancy] = field(default_factory=dict)
    stays: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))  # by lease
    postings: list[Posting] = field(default_factory=list)
    owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by payer, fen
    rents: list[tuple[int, int, int]] = field(default_factory=list)  # LEASE rows
    parts: list[tuple[int, int, int, int, int]] = field(default_factory=list)  # PART rows
    payers: dict[str, int] = field(default_factory=dict)
    to_let: dict[int, int] = field(default_factory=dict)  # place: its claim for re-letting

    def payer(self, name: str) -> int:
        """Return a payer's number, given at first use."""
        return self.payers.setdefault(name, len(self.payers))

    def post(self, rows: list[Posting]) -> None:
        """Keep postings, and what every payer owes in step with them."""
        self.postings += rows
        for row in rows:
            if row.debit.startswith("receivable:"):
                self.owed[row.debit.removeprefix("receivable:")] += row.amount_fen
            if row.credit.startswith("receivable:"):
                self.owed[row.credit.removeprefix("receivable:")] -= row.amount_fen

    def add_rent(self, shares: tuple[Share, ...], rent_fen: int, start: date, end: date) -> int:
        """Let a rent run over [start, end), split among its payers; return its row."""
        row = len(self.rents)
        self.rents.append((rent_fen, to_column(start), to_column(end)))
        for share in shares:
            amount = REST if share.amount_fen is None else share.amount_fen
            self.parts.append((len(self.parts) + 1, self.payer(share.payer), amount, REST, row))
        return row

    def end_rent(self, row: int, end: date) -> None:
        """Let a rent end earlier."""
        rent, start, _ = self.rents[row]
        self.rents[row] = (rent, start, to_column(end))


def ceiling_on(
    office: Office, offering: int, scheme: str, on: date, old_rent_fen: int | None = None
) -> RentCeiling:
    """Return the rent ceiling of an offering on a day, by the rules of that day."""
    rules, rows = office.rules, office.assessments[offering]
    share = required(rules.rent_share, scheme, on, "rent share").rate_ppb
    increase = required(rules.rent_increase, scheme, on, "rent increase").rate_ppb
    limited = row_in_force(rules.rent_growth, scheme, on) is not None
    before = assessment_on(rows, on - timedelta(days=365)).market_fen if limited else None
    market = assessment_on(rows, on).market_fen
    return rent_ceiling(market, share, old_rent_fen, increase, before)


def asked_rent(offering: Offering, ceiling_fen: int) -> int:
    """Return the rent of a first letting: the block's own rents for beds, else the ceiling."""
    if offering.sex == Sex.ANY:
        return ceiling_fen
    return min(ceiling_fen, BED_RENTS[4 if ".bed4" in offering.name else 2])


class Signing(NamedTuple):
    """Who signs for what: the first of ``members`` is the lessee unless an employer is."""

    members: tuple[str, ...]
    employer: str | None
    sex: Sex
    place: int
    offering: int
    start: date
    end: date
    serial: int | None = None
    round_claim: int | None = None  # the place's claim in a round or on the re-letting list

    @property
    def scheme(self) -> str:
        """Return the scheme: beds are let to employers."""
        return "arh" if self.employer is None else "bed"


def sign(office: Office, signing: Signing) -> Tenancy:
    """Sign a lease: space, term, rent and deposit within their limits, the place taken."""
    number = len(office.tenancies) + 1
    limits = limits_on(office, signing.offering, signing.scheme, signing.start)
    heads = most_heads(office, signing)
    limits = msgspec.structs.replace(limits, most_heads=heads)
    decision = sign_lease(draft(office, signing, limits, number), signing.members, limits)
    lease = decision.lease
    assert lease is not None, decision
    taken = take_place(office, signing, number)
    if taken.refusal:
        raise CheckFault(why(office.city.occupancy, signing.place, taken))
    tenancy = Tenancy(
        lease=lease,
        claim=taken.claim,
        offering=signing.offering,
        sex=signing.sex,
        payer=signing.employer or signing.members[0],
        rent_row=office.add_rent(lease.shares, lease.rent_fen, lease.start, lease.end),
        serial=signing.serial,
    )
    office.tenancies[number] = tenancy
    office.stays[lease.number] += decision.stays
    office.post(post_deposit_received(BOOK, lease.number, lease.deposit_fen))
    return tenancy


def limits_on(
    office: Office, offering: int, scheme: str, on: date, old_rent_fen: int | None = None
) -> LeaseLimits:
    """Return what the rules of a day allow, but for the heads."""
    term = required(office.rules.term, scheme, on, "term")
    return LeaseLimits(
        least_months=term.least_months,
        most_months=term.most_months,
        ceiling_fen=ceiling_on(office, offering, scheme, on, old_rent_fen).ceiling_fen,
        deposit_months=required(office.rules.deposit, scheme, on, "deposit").months,
    )


def draft(office: Office, signing: Signing, limits: LeaseLimits, number: int) -> Lease:
    """Return the lease to be signed: the rent asked, shared by worker and employer."""
    person, employer = signing.members[0], signing.employer
    rent = asked_rent(office.city.offerings[signing.offering], limits.ceiling_fen)
    worker = Share(payer=person, amount_fen=min(WORKER_PART_FEN, rent))
    return Lease(
        number=f"L{number:05d}",
        place=office.city.occupancy.tree.codes[signing.place],
        scheme=signing.scheme,
        lessee=employer or person,
        by_employer=employer is not None,
        shares=(Share(payer=person),) if employer is None else (worker, Share(payer=employer)),
        start=signing.start,
        end=signing.end,
        rent_fen=rent,
        deposit_fen=deposit_limit(rent, limits.deposit_months),
    )


def most_heads(office: Office, signing: Signing) -> int | None:
    """Return how many may live in a flat or room; beds were set up within the law."""
    space = required(office.rules.space, signing.scheme, signing.start, "space rule")
    rows, together = office.city.occupancy.tree.rows, len(signing.members) > 1
    return heads_in(rows, signing.place, space, together=together)


def take_place(office: Office, signing: Signing, owner: int) -> ClaimOutcome:
    """Turn a place of a round into a let from a day, or let a place that is free by then."""
    occupancy, start, end = office.city.occupancy, signing.start, signing.end
    let = (end, Purpose.LET, owner, signing.sex)
    if signing.round_claim is None:
        return claim(occupancy, signing.place, start, *let)
    return move_claim(occupancy, signing.round_claim, signing.place, start, *let)


def clean(office: Office, place: int, left: date) -> tuple[int, date]:
    """Hold a place for five days of cleaning; return the claim and the day it is ready."""
    occupancy = office.city.occupancy
    ready = left + timedelta(days=5)
    cleaning = claim(occupancy, place, left, ready, Purpose.HELD, HoldReason.CLEANING)
    assert not cleaning.refusal, why(occupancy, place, cleaning)
    return cleaning.claim, ready


def offer_again(office: Office, place: int, left: date) -> None:
    """Clean a place, then put it into the list of places to re-let."""
    occupancy = office.city.occupancy
    _, ready = clean(office, place, left)
    owner = int(f"{ready:%Y%m%d}")
    again = claim(occupancy, place, ready, None, Purpose.ROUND, owner)
    if again.refusal == Refusal.LEVEL_DIFFERS:  # the flat is to be let at another level soon
        again = claim(occupancy, place, ready, None, Purpose.HELD, HoldReason.CONVERSION)
        assert not again.refusal, why(occupancy, place, again)
        return
    assert not again.refusal, why(occupancy, place, again)
    office.to_let[place] = again.claim


def put_off(office: Office, tenancy: Tenancy, left: date) -> date:
    """Move the start of the next tenancy behind somebody who holds over; return its new start.

    The next tenant's claim and the cleaning before it are withdrawn and taken again later, as long
    as they were; the one who has not left can then be written down as staying.
    """
    occupancy, following = office.city.occupancy, office.tenancies[tenancy.successor]
    place, lease = int(occupancy.claims["place"][tenancy.claim]), following.lease
    for made in (tenancy.cleaning, following.claim):
        end_claim(occupancy, made, start_of(occupancy, made))
    stays = extend_claim(occupancy, tenancy.claim, left)
    assert not stays.refusal, why(occupancy, place, stays)
    tenancy.cleaning, start = clean(office, place, left)
    decision = put_off_lease(lease, office.stays[lease.number], start)
    later = decision.lease
    assert later is not None, decision
    again = claim(occupancy, place, start, later.end, Purpose.LET, tenancy.successor, following.sex)
    assert not again.refusal, why(occupancy, place, again)
    following.claim, following.lease = again.claim, later
    office.end_rent(following.rent_row, lease.start)
    following.rent_row = office.add_rent(lease.shares, lease.rent_fen, start, later.end)
    office.stays[lease.number] = list(decision.stays)
    return start


def settle(office: Office, tenancy: Tenancy, damage_fen: int, on: date) -> int:
    """Settle the deposit of a tenancy that is over; return what went back."""
    lease, payer = tenancy.lease, tenancy.payer
    causes = required(office.rules.deduction, lease.scheme, on, "deduction causes").words
    deductions = []
    unpaid = min(office.owed[payer], lease.rent_fen) if not lease.by_employer else 0
    if unpaid > 0:
        deductions.append(Deduction(cause="unpaid rent", amount_fen=unpaid, proof="ledger"))
    if damage_fen:
        reference = f"damage/{lease.number}"
        office.post(post_charge(BOOK, payer, damage_fen, reference, "repairs charged"))
        deductions.append(Deduction(cause="damage", amount_fen=damage_fen, proof=reference))
    settlement = settle_deposit(lease.deposit_fen, deductions, causes)
    office.post(post_deposit_settled(BOOK, lease.number, payer, settlement))
    return settlement.returned_fen


def charge_month(office: Office, month: date) -> tuple[int, int]:
    """Close a month and post its charges; return (charges, fen).

    The close is broken off half way and run again, as it may be in life: nothing is charged twice.
    """
    leases, parts = np.array(office.rents, LEASE), np.array(office.parts, PART)
    names = list(office.payers)
    charges = close_month(leases, parts, month)
    half = charges[: len(charges) // 2]
    rest = close_month(leases, parts, month, half["part"])
    for some in (half, rest):
        office.post(list(post_charges(BOOK, month, some, names)))
    return len(half) + len(rest), int(half["amount_fen"].sum() + rest["amount_fen"].sum())


def take_payments(office: Office, month: date, pays: np.ndarray) -> int:
    """Let payers pay all they owe where ``pays`` says so; return the fen received."""
    received = 0
    for (name, number), amount in zip(
        office.payers.items(), [office.owed[name] for name in office.payers], strict=True
    ):
        if amount > 0 and pays[number]:
            office.post(post_payment(BOOK, name, amount, f"payment/{month:%Y-%m}/{name}"))
            received += amount
    return received
