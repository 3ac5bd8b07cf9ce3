"""Twelve months of a simulated estate: renewals, exits, holdovers, swaps, re-letting, closes."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import numpy as np

from huiguan.foundation.faults import CheckFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.housing.dates import add_months, lease_end
from huiguan.housing.people.household import roster_on
from huiguan.housing.rules import HomeRules, required
from huiguan.housing.supply.occupancy import convert, end_claim, extend_claim, start_of, why
from huiguan.housing.supply.places import Level, Sex
from huiguan.housing.supply.reconcile import reconcile, unaccounted_places
from huiguan.housing.tenancy.decisions import give_notice, move_out, renew_lease, swap
from huiguan.housing.tenancy.deposits import deposit_limit, post_deposit_received
from huiguan.housing.tenancy.leases import Lease, Stay, lives_there
from huiguan.housing.tenancy.offers import leave_line, next_in_line, record_let
from huiguan.housing.tenancy.rent import Assessment, Share
from huiguan.simulation.city.estate import BLOCK, City
from huiguan.simulation.city.leases import (
    BOOK,
    Office,
    Signing,
    Tenancy,
    charge_month,
    clean,
    limits_on,
    offer_again,
    put_off,
    settle,
    sign,
    take_payments,
)
from huiguan.simulation.city.offers import OfferStage

MONTHS = 12


class MonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a month, and where the estate stands on its last day."""

    month: date
    units: int
    let: int
    in_round: int
    held: int
    signed: int
    renewed: int
    left: int
    held_over: int
    swapped: int
    charges: int
    charged_fen: int
    paid_fen: int
    owed_fen: int


class Year:
    """An estate from the first leases of a round to the end of their first year."""

    def __init__(
        self, city: City, rules: HomeRules, stage: OfferStage, first: date, seed: int
    ) -> None:
        self.city, self.rules, self.stage, self.first = city, rules, stage, first
        self.rng = np.random.default_rng([seed, 4])
        self.office = Office(city=city, rules=rules, assessments=self.assess())
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.notes: list[str] = []
        self.rows: list[MonthRow] = []
        self.roster = {
            employer: sorted(roster_on(city.roster, employer, first)) for employer in city.employers
        }

    def assess(self) -> dict[int, list[Assessment]]:
        """Return market rents assessed before the round and once more in a falling market."""
        before, later = self.first - timedelta(days=45), add_months(self.first, 5)
        return {
            row: [
                Assessment(assessed_on=before, market_fen=entry.market_fen, source="appraiser"),
                Assessment(
                    assessed_on=later, market_fen=entry.market_fen * 93 // 100, source="appraiser"
                ),
            ]
            for row, entry in enumerate(self.city.offerings)
        }

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return bool(self.rng.random() < probability)

    def open(self) -> None:
        """Take over the leases that run, move the movers, sign the leases of the round."""
        office, o = self.office, self.city.occupancy
        office.to_let.update(self.stage.outcome.round_claims)
        frozen_on = start_of(o, next(iter(self.stage.outcome.round_claims.values())))
        moving = {
            self.stage.applicants[int(offer.applicant)].home
            for offer, _, _ in self.stage.accepted()
        }
        for tenant in self.city.tenants:
            if tenant.end > self.first:
                self.take_over(tenant.lease)
            elif (
                tenant.end > frozen_on and tenant.place not in moving
            ):  # let when the round was frozen, and ended since
                offer_again(office, tenant.place, tenant.end)
        for number, tenancy in list(office.tenancies.items()):
            if int(o.claims["place"][tenancy.claim]) in moving:
                self.finish(number, self.first, again=False)
        for offer, place, row in self.stage.accepted():
            entry = self.stage.applicants[int(offer.applicant)]
            self.sign_for(entry.serial, place, row, self.first)
            record_let(self.stage.book, offer.number)
        self.fill_lots()
        let = {int(o.claims["place"][t.claim]) for t in office.tenancies.values() if not t.over}
        for place in sorted(home for home in moving if home is not None and home not in let):
            offer_again(office, place, self.first)

    def fill_lots(self) -> None:
        """Let the beds of the employers' lots to their people who have none; offer the others."""
        o, rows = self.city.occupancy, self.city.occupancy.tree.rows
        waiting: dict[tuple[str | None, Sex], list[int]] = {}
        for serial in self.stage.outcome.order:
            entry = self.stage.applicants[serial]
            if entry.employer is not None and str(serial) not in self.stage.book.out_of_line:
                waiting.setdefault((entry.employer, entry.sex), []).append(serial)
        for lot in self.stage.outcome.lots:
            for room, made in lot.rooms:
                end_claim(o, made, self.first)
                for bed in np.flatnonzero(rows["room"] == room)[1:].tolist():
                    row = self.stage.offering_of[bed]
                    people = waiting.get((lot.employer, self.city.offerings[row].sex), [])
                    if not people:
                        offer_again(self.office, bed, self.first)
                        continue
                    serial = people.pop(0)
                    leave_line(self.stage.book, str(serial))
                    self.sign_for(serial, bed, row, self.first)

    def take_over(self, number: int) -> None:
        """Enter a lease signed before the round, with its deposit and its rent from now on."""
        tenant = self.city.tenants[number - 1]
        office = self.office
        lease = Lease(
            number=f"T{number:05d}",
            place=self.city.occupancy.tree.codes[tenant.place],
            scheme="arh",
            lessee=tenant.person,
            by_employer=False,
            shares=(Share(payer=tenant.person),),
            start=tenant.start,
            end=tenant.end,
            rent_fen=tenant.rent_fen,
            deposit_fen=deposit_limit(tenant.rent_fen, 1),
        )
        office.post(post_deposit_received(BOOK, lease.number, lease.deposit_fen))
        office.stays[lease.number].append(
            Stay(lease=lease.number, person=tenant.person, start=tenant.start)
        )
        office.tenancies[len(office.tenancies) + 1] = Tenancy(
            lease=lease,
            claim=tenant.claim,
            offering=tenant.offering,
            sex=Sex.ANY,
            payer=tenant.person,
            rent_row=office.add_rent(lease.shares, lease.rent_fen, self.first, tenant.end),
        )

    def sign_for(self, serial: int, place: int, row: int, start: date) -> Tenancy:
        """Sign the lease of an application for one, two or three years."""
        entry = self.stage.applicants[serial]
        months = int(self.rng.choice([12, 24, 36], p=[0.6, 0.25, 0.15]))
        made = self.office.to_let.pop(place, None)
        self.counts["signed"] += 1
        signing = Signing(
            members=entry.household.members,
            employer=entry.employer,
            sex=entry.sex,
            place=place,
            offering=row,
            start=start,
            end=lease_end(start, months),
            serial=serial,
            round_claim=made,
        )
        return sign(self.office, signing)

    def finish(self, number: int, on: date, again: bool = True) -> None:
        """End a tenancy: claim, stays, rent, deposit; the place is cleaned and offered again."""
        office = self.office
        tenancy = office.tenancies[number]
        tenancy.over = True
        end_claim(self.city.occupancy, tenancy.claim, on)
        office.end_rent(tenancy.rent_row, on)
        name = tenancy.lease.number
        office.stays[name] = list(move_out(office.stays[name], on))
        self.leaving.append(number)
        if again and not tenancy.successor:
            offer_again(office, int(self.city.occupancy.claims["place"][tenancy.claim]), on)
        self.counts["left"] += again

    def renew(self, tenancy: Tenancy) -> bool:
        """Renew a lease for a year if the rules of the day allow; the rent keeps its ceiling."""
        lease, office = tenancy.lease, self.office
        eligible: bool | None = None if self.chance(0.01) else not self.chance(0.03)
        end = lease_end(lease.end, 12)
        limits = limits_on(office, tenancy.offering, lease.scheme, lease.end, lease.rent_fen)
        decision = renew_lease(lease, end, eligible, [(lease.start, lease.end)], limits)
        refusal = decision.refusal
        if not refusal:
            refusal = extend_claim(self.city.occupancy, tenancy.claim, end).refusal
        if refusal or decision.lease is None:
            self.refusals[f"renewal: {refusal.english}"] += 1
            return False
        self.counts["rent lowered"] += decision.lease.rent_fen < lease.rent_fen
        tenancy.lease = renewed = decision.lease
        tenancy.rent_row = office.add_rent(renewed.shares, renewed.rent_fen, renewed.start, end)
        self.counts["renewed"] += 1
        return True

    def hold_over(self, tenancy: Tenancy) -> date:
        """Let somebody stay too long: the claim and the rent go on; return the day of leaving.

        If the next tenant has a claim already, the place refuses to be in two hands: the next
        tenancy is put off first.
        """
        lease, o = tenancy.lease, self.city.occupancy
        left = lease.end + timedelta(days=int(self.rng.integers(2, 30)))
        outcome = extend_claim(o, tenancy.claim, left)
        if outcome.refusal and tenancy.successor:
            reason = why(o, int(o.claims["place"][tenancy.claim]), outcome)
            start = put_off(self.office, tenancy, left)
            self.notes.append(f"held over to {left}: {reason}; the next lease starts {start}")
            self.counts["put off"] += 1
        tenancy.rent_row = self.office.add_rent(lease.shares, lease.rent_fen, lease.end, left)
        self.counts["held over"] += 1
        return left

    def leases_ending(self, month: date) -> None:
        """Renew, end or hold over every lease that ends in a month."""
        after = add_months(month, 1)
        for number, tenancy in list(self.office.tenancies.items()):
            if tenancy.over or not month <= tenancy.lease.end < after:
                continue
            if not tenancy.leaving and self.chance(0.72) and self.renew(tenancy):
                continue
            left = tenancy.lease.end
            if self.chance(0.12):
                left = self.hold_over(tenancy)
            self.finish(number, left)

    def notices(self, month: date) -> None:
        """Take the notices of a month: the lease ends when the notice has run, if not before.

        Half of the places are let again at once, from the day they are clean.
        """
        o = self.city.occupancy
        for tenancy in list(self.office.tenancies.values()):
            if tenancy.over or tenancy.leaving or not self.chance(0.01):
                continue
            lease = tenancy.lease
            days = required(self.rules.notice, lease.scheme, month, "notice").days
            given_on = month + timedelta(days=int(self.rng.integers(0, 28)))
            shorter = give_notice(lease, given_on, days).lease
            if shorter is None or shorter.end >= lease.end or lease.start >= month:
                continue
            end = shorter.end
            end_claim(o, tenancy.claim, end)
            self.office.end_rent(tenancy.rent_row, end)
            tenancy.lease, tenancy.leaving = shorter, True
            place = int(o.claims["place"][tenancy.claim])
            chosen = self.next_for(place) if self.chance(0.5) else None
            if chosen is not None:
                tenancy.cleaning, ready = clean(self.office, place, end)
                self.sign_for(chosen, place, tenancy.offering, ready)
                tenancy.successor = len(self.office.tenancies)

    def next_for(self, place: int) -> int | None:
        """Return who is next in line for a place, and take them out of the line."""
        row = self.stage.offering_of[place]
        book, code = self.stage.book, self.city.occupancy.tree.codes[place]
        chosen, _ = unchecked(next_in_line)(book, self.stage.lines[row], code)
        if chosen is None:
            return None
        leave_line(book, chosen)
        return int(chosen)

    def swaps(self, month: date) -> None:
        """Let employers change who lives in their beds; one person never lives in two places."""
        office = self.office
        homes: dict[str, list[Stay]] = {}  # stays of each person that touch this month or a later
        for stays in office.stays.values():
            for stay in stays:
                if stay.end is None or stay.end > month:
                    homes.setdefault(stay.person, []).append(stay)
        for tenancy in office.tenancies.values():
            lease = tenancy.lease
            if tenancy.over or not lease.by_employer or not self.chance(0.06):
                continue
            on = month + timedelta(days=int(self.rng.integers(1, 27)))
            stays = office.stays[lease.number]
            leaving = next((s.person for s in stays if lives_there(s, on)), lease.lessee)
            names = self.roster[lease.lessee]
            arriving = names[int(self.rng.integers(0, len(names)))]
            sex = self.city.people[arriving].sex
            elsewhere = homes.get(arriving, ())
            people, sexes = set(names), (tenancy.sex, sex)
            decision = swap(lease, stays, elsewhere, leaving, arriving, on, people, *sexes)
            if decision.refusal:
                self.refusals[f"swap: {decision.refusal.english}"] += 1
                continue
            office.stays[lease.number] = list(decision.stays)
            homes.setdefault(arriving, []).append(decision.stays[-1])
            self.counts["swapped"] += 1

    def let_again(self, month: date) -> None:
        """Offer every place of the re-letting list to the next in line; leases start next month."""
        start, o = add_months(month, 1), self.city.occupancy
        for place in sorted(self.office.to_let):
            made = self.office.to_let[place]
            if start_of(o, made) > start or not self.chance(0.9):
                continue
            chosen = self.next_for(place)
            if chosen is not None:
                self.sign_for(chosen, place, self.stage.offering_of[place], start)

    def ask_for_flat(self, month: date) -> None:
        """Ask for one flat of beds as a whole again; a bed let beyond the day refuses it."""
        o = self.city.occupancy
        flat = o.tree.index(f"MQ-{BLOCK:02d}-138")
        outcome = convert(o, flat, Level.WHOLE, month)
        self.notes.append(f"whole again from {month}? {why(o, flat, outcome)}")

    def month(self, month: date) -> MonthRow:
        """Live one month and close its books."""
        before = self.counts.copy()
        self.leaving: list[int] = []
        self.leases_ending(month)
        self.notices(month)
        self.swaps(month)
        self.let_again(month)
        charges, charged = charge_month(self.office, month)
        pays = self.rng.random(len(self.office.payers)) < 0.95
        paid = take_payments(self.office, month, pays)
        for number in self.leaving:
            damage = int(self.rng.integers(50, 900)) * 100 if self.chance(0.12) else 0
            settle(self.office, self.office.tenancies[number], damage, month)
        last = add_months(month, 1) - timedelta(days=1)
        lost = unaccounted_places(self.city.occupancy, last)
        if lost:
            raise CheckFault(f"{len(lost)} places are in no round, not let and not held: {lost[0]}")
        supply = reconcile(self.city.occupancy, last)
        done = self.counts - before
        return MonthRow(
            month=month,
            units=sum(row.units for row in supply),
            let=sum(row.let for row in supply),
            in_round=sum(row.in_round for row in supply),
            held=sum(row.held for row in supply),
            signed=done["signed"],
            renewed=done["renewed"],
            left=done["left"],
            held_over=done["held over"],
            swapped=done["swapped"],
            charges=charges,
            charged_fen=charged,
            paid_fen=paid,
            owed_fen=sum(amount for amount in self.office.owed.values() if amount > 0),
        )

    def run(self, say: Callable[[str], None]) -> list[MonthRow]:
        """Live twelve months; return a row for each."""
        self.leaving = []
        self.open()
        for number in self.leaving:
            settle(self.office, self.office.tenancies[number], 0, self.first)
        for step in range(MONTHS):
            month = add_months(self.first, step)
            say(f"month {month:%Y-%m}")
            if step == 3:
                self.ask_for_flat(month)
            self.rows.append(self.month(month))
        return self.rows
