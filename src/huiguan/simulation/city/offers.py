"""Offers after a round: waves with deadlines, answers, and the next in line."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import numpy as np

from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import answer_by
from huiguan.housing.rules import HomeRules, required
from huiguan.housing.supply.places import Sex
from huiguan.housing.tenancy.offers import (
    Offer,
    OfferBook,
    OfferState,
    accept,
    expire,
    make_offer,
    next_in_line,
    refuse,
)
from huiguan.simulation.city.beds import place_winners
from huiguan.simulation.city.estate import City
from huiguan.simulation.city.round import RoundOutcome

WAVES = 6


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the offers of one wave."""

    made_on: date
    answer_by: date
    made: int
    accepted: int
    staying: int
    refused: int
    expired: int
    passed: dict[str, int]  # people in line who could not be offered a place, by reason


def weekends(start: date, days: int) -> set[date]:
    """Return the Saturdays and Sundays of the days from ``start`` on."""
    found = (start + timedelta(days=day) for day in range(days))
    return {day for day in found if day.weekday() >= 5}


class OfferStage:
    """The offers of one round; applicants are named by their serial, places by their code."""

    def __init__(
        self, city: City, outcome: RoundOutcome, rules: HomeRules, on: date, seed: int
    ) -> None:
        self.city, self.outcome = city, outcome
        terms = required(rules.offer, "arh", on, "offer terms")
        self.days = terms.answer_days
        self.book = OfferBook(terms.refusals_end_line, terms.stay_in_line)
        self.rng = np.random.default_rng([seed, 3])
        self.applicants = {entry.serial: entry for entry in city.applicants}
        self.offering_of = {
            place: row for row, entry in enumerate(city.offerings) for place in entry.places
        }
        self.rank = {
            (entry.serial, row): rank
            for entry in city.applicants
            if entry.serial in outcome.order
            for rank, row in enumerate(entry.choices)
        }
        self.lines: dict[int, list[str]] = {row: [] for row in range(len(city.offerings))}
        for serial in sorted(outcome.order, key=lambda serial: outcome.order[serial]):
            entry = self.applicants[serial]
            if entry.home is None:  # tenants move in rounds only, where nobody loses a home
                for row in entry.choices:
                    self.lines[row].append(str(serial))
        person_crew = {person: crew.number for crew in city.crews for person in crew.members}
        self.crew_of = {
            entry.serial: person_crew[entry.household.applicant]
            for entry in city.applicants
            if entry.employer is not None
        }
        self.together: Counter[str] = Counter()
        self.keepers = {
            serial
            for serial, name in outcome.programme.items()
            if (home := self.applicants[serial].home) is not None
            and city.offerings[self.offering_of[home]].name == name
        }

    def placed(self) -> Iterator[tuple[int, int]]:
        """Yield (serial, place) of every winner who gets a place to answer for.

        Movers who keep their homes get none; crews are placed together; others in order of the
        draw.
        """
        moving = [
            entry.home
            for serial, entry in self.applicants.items()
            if entry.home is not None
            and serial in self.outcome.programme
            and serial not in self.keepers
        ]
        for row, offering in enumerate(self.city.offerings):
            winners = [
                serial
                for serial, name in self.outcome.programme.items()
                if name == offering.name and serial not in self.keepers
            ]
            winners.sort(key=lambda serial: self.outcome.order[serial])
            free = [p for p in offering.places if p in self.outcome.round_claims]
            free += [home for home in moving if self.offering_of[home] == row]
            if offering.sex == Sex.ANY:
                yield from zip(winners, sorted(free), strict=False)
                continue
            crews: dict[str, list[int]] = {}
            for serial in winners:
                crews.setdefault(self.crew_of[serial], []).append(serial)
            pairs, fared = place_winners(self.city, offering, free, crews)
            self.together += fared
            yield from pairs

    def better(self, serial: str, row: int) -> bool:
        """Return whether an offering is better for somebody than the place they keep."""
        staying = self.book.standing(serial).kept
        if staying is None:
            return True
        kept = self.offering_of[self.city.occupancy.tree.index(staying.place)]
        return self.rank[int(serial), row] < self.rank.get((int(serial), kept), 99)

    def answer(self, offer: Offer) -> tuple[Refusal, tuple[str, ...]]:
        """Answer an offer by its deadline, or not at all."""
        entry = self.applicants[int(offer.applicant)]
        on = offer.made_on + timedelta(days=int(self.rng.integers(0, self.days + 1)))
        draw = self.rng.random()
        row = self.offering_of[self.city.occupancy.tree.index(offer.place)]
        first = self.rank.get((entry.serial, row), 0) == 0
        if entry.home is not None or draw < 0.80:  # who takes part as a tenant moves as promised
            return accept(self.book, offer.number, on)
        if draw < 0.87:
            return accept(self.book, offer.number, on, stay=not first)
        if draw < 0.95:
            return refuse(self.book, offer.number, on)
        return Refusal.ACCEPTED, ()  # no answer

    def wave(self, pairs: list[tuple[str, int]], made_on: date, passed: Counter[str]) -> Wave:
        """Make offers, take the answers of their days, end those not answered."""
        last = answer_by(made_on, self.days, weekends(made_on, 14))
        first = len(self.book.offers)
        codes = self.city.occupancy.tree.codes
        for applicant, place in pairs:
            made = make_offer(self.book, applicant, codes[place], made_on, last)
            assert not made.refusal, (made, applicant)
        for number in range(first, len(self.book.offers)):
            refusal, _ = self.answer(self.book.offers[number])
            assert not refusal, refusal
        expire(self.book, last + timedelta(days=1))
        states = Counter(offer.state for offer in self.book.offers[first:])
        return Wave(
            made_on=made_on,
            answer_by=last,
            made=len(pairs),
            accepted=states[OfferState.ACCEPTED],
            staying=states[OfferState.STAYING],
            refused=states[OfferState.REFUSED],
            expired=states[OfferState.EXPIRED],
            passed=dict(passed),
        )

    def chain(self, places: list[int]) -> tuple[list[tuple[str, int]], Counter[str]]:
        """Return the next in line for every place that is free, and why others were passed."""
        pairs: list[tuple[str, int]] = []
        passed: Counter[str] = Counter()
        asked: set[str] = set()
        for place in places:
            row = self.offering_of[place]
            self.lines[row] = [s for s in self.lines[row] if s not in self.book.out_of_line]
            line = (s for s in self.lines[row] if s not in asked and self.better(s, row))
            chosen, skipped = unchecked(next_in_line)(
                self.book, line, self.city.occupancy.tree.codes[place]
            )
            passed.update(entry.reason.english for entry in skipped)
            if chosen is not None:
                asked.add(chosen)
                pairs.append((chosen, place))
        return pairs, passed

    def run(self, start: date) -> list[Wave]:
        """Offer every place of the round until all are taken or the waves are over."""
        pairs = [(str(serial), place) for serial, place in self.placed()]
        index = self.city.occupancy.tree.index
        waves, passed, made_on = [], Counter[str](), start
        everything = {place for _, place in pairs} | set(self.outcome.round_claims)
        for _ in range(WAVES):
            if not pairs:
                break
            waves.append(self.wave(pairs, made_on, passed))
            made_on = waves[-1].answer_by + timedelta(days=1)
            taken = {index(code) for code in self.book.taken}
            pairs, passed = self.chain(sorted(everything - taken))
        return waves

    def accepted(self) -> list[tuple[Offer, int, int]]:
        """Return every accepted offer with its place and offering."""
        found = []
        for offer in self.book.offers:
            if offer.state in (OfferState.ACCEPTED, OfferState.STAYING):
                place = self.city.occupancy.tree.index(offer.place)
                found.append((offer, place, self.offering_of[place]))
        return found
