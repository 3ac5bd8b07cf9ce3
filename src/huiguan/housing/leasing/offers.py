"""Offers of the homes that a round gave, kept as a table: by rank, each with a last day to answer.

The table is a fold: the offers of a round, answered in their order, are its ``OfferBook`` again.
Who the round gives a programme stands in line for its homes; whoever refuses too often, or accepts,
is an answer to the round, whose next run gives on what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.names import name
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.readers.values import whole_number, word
from huiguan.housing.leasing.columns import OFFER_COLUMNS, OFFERS, STATES
from huiguan.housing.leasing.forms import an_id, same_text
from huiguan.housing.people.faults import Reader, read_rows
from huiguan.housing.people.forms import a_day, optional
from huiguan.housing.round.answers import ANSWERS, SETTLED, WITHDRAWN
from huiguan.housing.tenancy.offers import (
    GIVEN,
    TAKES_PLACE,
    LineTerms,
    OfferBook,
    OfferState,
    Passed,
    Reply,
    lapse,
    make_offer,
    next_in_line,
    record_let,
    reply_to,
)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``offers.csv``; ``offer`` counts within its round."""

    round: str
    offer: int
    number: str
    application: str
    programme: str
    place: str
    made_on: date
    answer_by: date
    state: OfferState = OfferState.OPEN
    answered_on: date | None = None


class Winner(NamedTuple):
    """Whom a round gives a programme; ``keeps``: it is that of the home they live in."""

    number: str
    application: str
    persons: tuple[str, ...]
    scheme: str
    rank: int
    programme: str
    answer: str  # what the round knows of their answer
    keeps: bool = False


class Waiting(NamedTuple):
    """Somebody whom the round gives a programme and who was offered nothing, and why."""

    winner: Winner
    reason: str


class Wave(NamedTuple):
    """Offers that are made on a day, and who was passed."""

    made: list[Made]
    passed: list[Passed]
    waiting: list[Waiting]


def a_number(text: str, what: str) -> int:
    """Return the number of an offer."""
    return whole_number(text, what)


def a_state(text: str, what: str) -> OfferState:
    """Return where an offer stands."""
    return OfferState[word(text, what, STATES).upper()]


READERS: dict[str, Reader] = {
    "round": same_text, "offer": a_number, "number": name, "application": an_id,
    "programme": name, "place": name, "made_on": a_day, "answer_by": a_day,
    "state": a_state, "answered_on": optional(a_day),
}  # fmt: skip
REPLY = {
    OfferState.ACCEPTED: Reply.ACCEPT,
    OfferState.LET: Reply.ACCEPT,
    OfferState.STAYING: Reply.ACCEPT_AND_STAY,
    OfferState.GIVEN_UP: Reply.ACCEPT_AND_STAY,
    OfferState.REFUSED: Reply.REFUSE,
}


def read_offers(rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[Made]:
    """Return the offers that were made before; commands write them, so a fault is damage."""
    read, faults = read_rows(rows, OFFER_COLUMNS, READERS)
    if faults:
        raise InputFault(f"{OFFERS}: {faults[0].told()}; commands write this file, restore it")
    return [Made(**row | {"answered_on": row["answered_on"] or None}) for _, row in read]


def told_state(state: OfferState) -> str:
    """Return a state as the table has it."""
    return state.name.lower()


def in_words(state: OfferState) -> str:
    """Return a state for a sentence."""
    return "not answered yet" if state == OfferState.OPEN else str(state.value)


def book_of(made: Iterable[Made], terms: LineTerms) -> OfferBook:
    """Return the book of a round's offers: each made, and answered as its row says."""
    book = OfferBook(terms.refusals_end_line, terms.stay_in_line)
    rows = list(made)
    for row in rows:
        made_now = make_offer(book, row.number, row.place, row.made_on, row.answer_by)
        refusal = made_now.refusal
        if row.state == OfferState.EXPIRED:
            after = date.fromordinal(row.answer_by.toordinal() + 1)
            offer, standing = book.offers[-1], book.standing(row.number)
            refusal = refusal or book.write(unchecked(lapse)(offer, standing, terms, after)).refusal
        elif row.state != OfferState.OPEN:
            on = row.answered_on or row.answer_by
            refusal = refusal or reply_to(book, row.offer, on, REPLY[row.state]).refusal
        if refusal or row.offer != len(book.offers):
            damaged(row)
        if row.state == OfferState.LET:
            record_let(book, row.offer)
    for row, offer in zip(rows, book.offers, strict=True):
        if offer.state != row.state:
            damaged(row)
    return book


def damaged(row: Made) -> None:
    """Refuse an offer that cannot have come about."""
    raise CheckFault(
        f"{OFFERS}: offer {row.offer} of {row.round} cannot stand as {told_state(row.state)};"
        " commands write this file, restore it"
    )


def in_book(made: Sequence[Made], book: OfferBook, answered: Mapping[int, date]) -> list[Made]:
    """Return the rows of a round as its book has them now; ``answered``: day of each new answer."""
    return [
        msgspec.structs.replace(
            row,
            state=book.offers[row.offer - 1].state,
            answered_on=answered.get(row.offer, row.answered_on),
        )
        for row in made
    ]


def taken_places(made: Iterable[Made]) -> set[str]:
    """Return the places that an open or accepted offer of any round takes."""
    return {row.place for row in made if row.state in TAKES_PLACE}


def offer_homes(
    book: OfferBook,
    before: Sequence[Made],
    round_: str,
    winners: Sequence[Winner],
    free: Mapping[str, Sequence[str]],
    made_on: date,
    answer_by: date,
) -> Wave:
    """Offer every free home to the next in line for its programme, in order of rank.

    ``before``: the round's offers up to now; ``free``: the homes of each programme that nobody has.
    Who keeps a home, or has accepted one of
    the programme and stays in line for a better, is offered none of it.
    """
    kept = {
        standing.applicant: before[standing.kept.number - 1].programme
        for standing in book.standings.values()
        if standing.kept is not None
    }
    lines: dict[str, list[Winner]] = {programme: [] for programme in free}
    for winner in sorted(winners, key=lambda row: (row.rank, row.number)):
        if not winner.keeps and kept.get(winner.number) != winner.programme:
            lines.setdefault(winner.programme, []).append(winner)
    wave = Wave([], [], [])
    for programme in sorted(lines):
        line = [w for w in lines[programme] if book.standing(w.number).in_line]
        line = [w for w in line if not book.standing(w.number).open_offer]
        for place in sorted(set(free.get(programme, ())) - book.taken.keys()):
            numbers = [winner.number for winner in line]
            chosen, passed = unchecked(next_in_line)(book, numbers, place)
            wave.passed.extend(passed)
            if chosen is None:
                continue
            winner = line.pop(numbers.index(chosen))
            refusal = make_offer(book, chosen, place, made_on, answer_by).refusal
            assert not refusal, (refusal, chosen, place)
            wave.made.append(made_of(book, round_, winner))
        why = f"no home of {programme} is free that they were not offered before"
        wave.waiting.extend(Waiting(winner, why) for winner in line)
    return wave


def made_of(book: OfferBook, round_: str, winner: Winner) -> Made:
    """Return the row of the offer made last."""
    offer = book.offers[-1]
    return Made(
        round=round_,
        offer=offer.number,
        number=winner.number,
        application=winner.application,
        programme=winner.programme,
        place=offer.place,
        made_on=offer.made_on,
        answer_by=offer.answer_by,
    )


def answers_to_round(book: OfferBook, winners: Iterable[Winner]) -> list[tuple[str, str]]:
    """Return number and answer of everybody the round does not know yet to have answered.

    Who accepted or signed has settled; who is out of line without a home has withdrawn. Who has
    accepted and stays in line is no answer: the round may give them a better home.
    """
    has = {o.applicant for o in book.offers if o.state in (OfferState.ACCEPTED, OfferState.LET)}
    found = []
    for winner in winners:
        standing = book.standing(winner.number)
        if winner.number in has and winner.answer != ANSWERS[SETTLED]:
            found.append((winner.number, ANSWERS[SETTLED]))
        elif winner.number not in has and not standing.in_line and standing.kept is None:
            found.append((winner.number, ANSWERS[WITHDRAWN]))
    return sorted(found)


def offer_to_answer(book: OfferBook, applicant: str) -> int:
    """Return the offer somebody answers: the open one, else the one kept, else their last; or 0."""
    standing = book.standing(applicant)
    if standing.open_offer:
        return standing.open_offer
    if standing.kept is not None:
        return standing.kept.number
    return max((o.number for o in book.offers if o.applicant == applicant), default=0)


def is_given(book: OfferBook, number: int) -> bool:
    """Return whether an offer was accepted and is no lease yet."""
    return book.offers[number - 1].state in GIVEN
