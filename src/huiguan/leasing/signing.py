"""From a round to leases: its homes offered by rank, answered, signed; the estate follows.

A lease and its place are written one after the other, each whole: leases first, with offers and
payers; then the claims of the estate. Whoever comes next gives the estate the leases it lacks.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.refusals import Refusal
from huiguan.housing.dates import answer_by, to_column
from huiguan.housing.leasing.columns import ANSWER_COLUMNS, LEASES, OFFERS, PAYERS, ROUND_ANSWERS
from huiguan.housing.leasing.forms import Letting
from huiguan.housing.leasing.offers import (
    Made,
    Wave,
    Winner,
    answers_to_round,
    book_of,
    in_book,
    in_words,
    is_given,
    offer_homes,
    offer_to_answer,
    taken_places,
)
from huiguan.housing.leasing.signing import (
    Answered,
    Usual,
    clashes,
    draft_lease,
    lease_refusals,
    most_heads,
    next_number,
    read_answers,
)
from huiguan.housing.people.faults import CellFault
from huiguan.housing.round.programmes import places_of, sexes_of
from huiguan.housing.rules import HomeRules, required
from huiguan.housing.supply.claims import Purpose, Strength
from huiguan.housing.supply.occupancy import claim, move_claim, why
from huiguan.housing.supply.places import Sex
from huiguan.housing.supply.reconcile import HomeState, states_on
from huiguan.housing.supply.tables import ClaimOutcome, Occupancy
from huiguan.housing.tenancy.offers import (
    LineTerms,
    OfferState,
    Reply,
    expire,
    record_let,
    reply_to,
)
from huiguan.leasing.books import faults_of
from huiguan.leasing.estate import claimed
from huiguan.rounds.check import require_right
from huiguan.rounds.intake import taken_in
from huiguan.rounds.story import winners_of
from huiguan.storage.homes.estate import finish_estate, read_estate, write_claims
from huiguan.storage.homes.leases import (
    LeaseFolder,
    answers_bytes,
    finish_leases,
    leases_bytes,
    offers_bytes,
    payers_bytes,
    read_leases,
    read_made,
    table_path,
    there_is,
    write_leases,
)
from huiguan.storage.homes.offered import read_offered
from huiguan.storage.homes.office import read_given_rows
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say

Rows = Sequence[tuple[int, Mapping[str, str]]]
FREE = (HomeState.IN_ROUND, HomeState.UNACCOUNTED)


class Place(NamedTuple):
    """Where a round becomes leases: the folders of leases, round, intake and estate."""

    leases: Path
    round: Path
    register: Path
    estate: Path


class Offers(NamedTuple):
    """What was offered on a day, what ran out before, and whom the round has to hear of."""

    faults: list[CellFault]
    made: list[Made]
    wave: Wave
    expired: list[Made]
    answers: list[tuple[str, str]]


class Signed(NamedTuple):
    """What answers led to; with faults nothing was written."""

    faults: list[CellFault]
    leases: list[Letting]
    answered: list[Made]
    answers: list[tuple[str, str]]


class Desk:
    """Everything that a step from a round to leases looks at and changes, before it is written."""

    def __init__(self, place: Place, rules: HomeRules, on: date, say: Say) -> None:
        """Read the folders; a round that its check does not prove leads to nothing."""
        require_right(place.round, "so none of its homes is offered")
        self.place, self.rules, self.say = place, rules, say
        self.round, self.winners = winners_of(place.round, taken_in(place.register))
        self.folder: LeaseFolder = read_leases(place.leases, say)
        self.made = read_made(place.leases)
        self.occupancy = read_estate(place.estate, say)
        terms = required(rules.offer, "arh", self.first_day(on), "offer terms")
        self.terms = LineTerms(terms.refusals_end_line, terms.stay_in_line)
        self.book = book_of(self.here(), self.terms)
        self.answered: dict[int, date] = {}
        self.row_of = {code: at for at, code in enumerate(self.occupancy.tree.codes)}
        self.lettings: list[Letting] = []
        self.with_whom: dict[str, list[Letting]] = defaultdict(list)  # by home, and by person
        for entry in self.folder.tables.lettings:
            self.take_up(entry)

    def take_up(self, entry: Letting) -> None:
        """Know of a lease from here on."""
        self.lettings.append(entry)
        for own_id in {entry.lease.place, *entry.occupants}:
            self.with_whom[own_id].append(entry)

    def first_day(self, on: date) -> date:
        """Return the day whose terms hold for the round: that of its first offer."""
        return min((row.made_on for row in self.here()), default=on)

    def here(self) -> list[Made]:
        """Return the offers of this round as they were written."""
        return [row for row in self.made if row.round == self.round]

    def now(self) -> list[Made]:
        """Return the offers of this round as they stand now."""
        rows = self.here()
        return in_book(rows, self.book, self.answered)

    def everything(self, more: Sequence[Made] = ()) -> list[Made]:
        """Return the offers of all rounds as they stand now."""
        return [*(row for row in self.made if row.round != self.round), *self.now(), *more]

    def caught_up(self) -> bool:
        """Give the estate the leases of rounds that it lacks; return whether there were some."""
        known = claimed(self.occupancy)
        late = [e for e in self.folder.tables.lettings if e.round and e.lease.number not in known]
        for entry in late:
            outcome = take_home(self.occupancy, self.row_of, entry)
            if outcome.refusal:
                what = why(self.occupancy, self.row_of[entry.lease.place], outcome)
                raise CheckFault(
                    f"{self.place.estate}: the lease {entry.lease.number} is not in claims.csv, and"
                    f" cannot be: {what}"
                )
        return bool(late)


@contextmanager
def at_desk(place: Place, rules: HomeRules, on: date, command: str, say: Say) -> Iterator[Desk]:
    """Hold the leases and the estate while a step is taken."""
    there_is(place.leases)
    if not place.estate.is_dir():
        raise InputFault(f"there is no folder {place.estate}; name the estate of the round")
    with hold(place.leases, command), hold(place.estate, command):
        finish_leases(place.leases)
        finish_estate(place.estate)
        yield Desk(place, rules, on, say)


def free_homes(desk: Desk, on: date) -> dict[str, list[str]]:
    """Return the homes of each programme that nobody has from a day on."""
    occupancy = desk.occupancy
    places = places_of(occupancy, read_offered(desk.place.estate, occupancy, desk.say), on)
    states, _ = states_on(occupancy, on)
    rows = occupancy.claims[: occupancy.claim_count]
    let = (rows["purpose"] == Purpose.LET) & (rows["end"] > to_column(on))
    let &= rows["start"] < rows["end"]
    later = set(rows["place"][let].tolist())
    others = taken_places(row for row in desk.made if row.round != desk.round)
    codes = occupancy.tree.codes
    return {
        programme: [
            codes[at]
            for at in rows_
            if states[at] in FREE and at not in later and codes[at] not in others
        ]
        for programme, rows_ in places.items()
    }


def make_offers(place: Place, rules: HomeRules, on: date, *, dry: bool, say: Say) -> Offers:
    """Offer the free homes of a round to those next in line; what ran out ends before."""
    with at_desk(place, rules, on, "lease offer", say) as desk:
        if faults := faults_of(desk.folder):
            return Offers(faults, [], Wave([], [], []), [], [])
        late = desk.caught_up()
        expire(desk.book, on)
        before = desk.now()
        expired = [
            row
            for row, was in zip(before, desk.here(), strict=True)
            if row.state == OfferState.EXPIRED != was.state
        ]
        days = required(rules.offer, "arh", on, "offer terms").answer_days
        last = unchecked(answer_by)(on, days)
        free = free_homes(desk, on)
        wave = offer_homes(desk.book, before, desk.round, desk.winners, free, on, last)
        answers = answers_to_round(desk.book, desk.winners)
        rows = desk.everything(wave.made)
        if not dry:
            write_desk(desk, rows, answers, late=late)
        return Offers([], rows, wave, expired, answers)


def write_desk(
    desk: Desk,
    rows: Sequence[Made],
    answers: Sequence[tuple[str, str]],
    new: Sequence[Letting] = (),
    *,
    late: bool,
) -> None:
    """Write what a step came to: the leases' folder in one change, then the claims."""
    files = {OFFERS: offers_bytes(rows), ROUND_ANSWERS: answers_bytes(answers)}
    if new:
        lettings = [*desk.folder.tables.lettings, *new]
        files[LEASES] = leases_bytes(lettings)
        payers = payers_bytes(lettings)
        if payers.count(b"\n") > 1 or table_path(desk.place.leases, PAYERS):
            files[PAYERS] = payers
    write_leases(desk.place.leases, files)
    if new or late:
        write_claims(desk.place.estate, desk.occupancy)


def take_home(occupancy: Occupancy, row_of: dict[str, int], entry: Letting) -> ClaimOutcome:
    """Turn the round's claim on a home into a let, or take a home that nobody has."""
    place, lease = row_of[entry.lease.place], entry.lease
    sex = Sex(int(sexes_of(occupancy, lease.start)[place]))
    occupancy.own_ids = (*occupancy.own_ids, lease.number)
    let = (entry.until, Purpose.LET, -len(occupancy.own_ids), sex)
    rows = occupancy.claims[: occupancy.claim_count]
    mine = (rows["place"] == place) & (rows["strength"] == Strength.HOLD)
    mine &= (rows["purpose"] == Purpose.ROUND) & (rows["start"] < rows["end"])
    mine &= (rows["start"] <= to_column(lease.start)) & (to_column(lease.start) < rows["end"])
    found = np.flatnonzero(mine).tolist()
    if found:
        return move_claim(occupancy, found[0], place, lease.start, *let)
    return claim(occupancy, place, lease.start, *let)


def sign_leases(
    place: Place, rules: HomeRules, answers: Path | Rows, usual: Usual, *, dry: bool, say: Say
) -> Signed:
    """Take answers to offers, and sign a lease for each that accepts; all of them or none."""
    with at_desk(place, rules, usual.on, "lease sign", say) as desk:
        if faults := faults_of(desk.folder):
            return Signed(faults, [], [], [])
        late = desk.caught_up()
        rows = answers
        if isinstance(rows, Path):
            rows = read_given_rows(rows, ANSWER_COLUMNS, say)
        given, faults = read_answers(rows, usual)
        signed, found = take_answers(desk, given)
        faults += found
        if faults:
            return Signed(sorted(faults), [], [], [])
        told = answers_to_round(desk.book, desk.winners)
        if not dry:
            write_desk(desk, desk.everything(), told, signed, late=late)
        return Signed([], signed, [r for r in desk.now() if r.offer in desk.answered], told)


def take_answers(desk: Desk, given: Sequence[Answered]) -> tuple[list[Letting], list[CellFault]]:
    """Write answers into the book of offers and leases into the estate; return what cannot be."""
    by_id: dict[str, list[Winner]] = defaultdict(list)
    for winner in desk.winners:
        for own in {winner.application, winner.number}:
            by_id[own].append(winner)
    signed: list[Letting] = []
    faults: list[CellFault] = []
    for row in given:
        winners = by_id.get(row.application, [])
        if not winners:
            what = f"the round {desk.round} gives {row.application} no home"
            faults.append(CellFault(row.line, "application", what))
            continue
        found = take_answer(desk, row, winners[0], signed)
        faults += found
    return signed, faults


def take_answer(
    desk: Desk, row: Answered, winner: Winner, signed: list[Letting]
) -> list[CellFault]:
    """Write one answer, and the lease if it accepts; return why it cannot count."""
    number = offer_to_answer(desk.book, winner.number)
    if not number:
        what = f"{row.application} was offered no home yet; huiguan lease offer makes offers"
        return [CellFault(row.line, "application", what)]
    offer = desk.here()[number - 1]
    if row.on < offer.made_on:
        what = f"offer {number} of {offer.made_on} was not made yet on {row.on}"
        return [CellFault(row.line, "on", what)]
    keeps = row.answer == Reply.ACCEPT and is_given(desk.book, number)
    refusal = Refusal.ACCEPTED if keeps else reply_to(desk.book, number, row.on, row.answer).refusal
    if refusal:
        state = in_words(desk.book.offers[number - 1].state)
        what = f"{refusal.english}: {offer.place}, to answer by {offer.answer_by}, is {state}"
        return [CellFault(row.line, "answer", what)]
    desk.answered[number] = row.on
    if row.answer != Reply.ACCEPT:
        return []
    names = {e.lease.number for e in desk.lettings} | set(desk.occupancy.own_ids)
    draft = draft_lease(
        next_number(names), row, offer, winner, desk.folder.tables.rents, desk.rules
    )
    if draft.letting is None:
        return draft.faults
    letting, tree = draft.letting, desk.occupancy.tree
    space = required(desk.rules.space, winner.scheme, row.start, "space rule")
    together = not row.by_employer and len(letting.occupants) > 1
    heads = most_heads(tree.rows, desk.row_of[offer.place], space, together=together)
    refused = lease_refusals(letting, desk.lettings, desk.folder.tables.rents, desk.rules, heads)
    refused = refused or clashes(letting, desk.with_whom)
    if refused:
        return refused
    outcome = take_home(desk.occupancy, desk.row_of, letting)
    if outcome.refusal:
        what = why(desk.occupancy, desk.row_of[offer.place], outcome)
        return [CellFault(row.line, "start", what)]
    record_let(desk.book, number)
    desk.take_up(letting)
    signed.append(letting)
    return []
