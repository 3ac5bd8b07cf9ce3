"""Offers: a deadline, four answers, and the next in line; never two offers at one moment.

An applicant has at most one open offer, a place at most one that is open or accepted. Who accepts
may stay in line for a better choice when the rule allows; accepting that one frees the first place.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.refusals import Refusal


class OfferState(StrEnum):
    """Where an offer stands; the last four are final."""

    OPEN = "open"
    ACCEPTED = "accepted"
    STAYING = "accepted, stays in line"
    REFUSED = "refused"
    EXPIRED = "expired"
    GIVEN_UP = "given up for a better place"
    LET = "let"


TAKES_PLACE = (OfferState.OPEN, OfferState.ACCEPTED, OfferState.STAYING)


class Offer(msgspec.Struct, frozen=True):
    """A place offered to an applicant, to be answered by the end of a day."""

    number: int
    applicant: str
    place: str
    made_on: date
    answer_by: date
    state: OfferState = OfferState.OPEN


class OfferAnswer(NamedTuple):
    """What became of an answer: a refusal, and the places that are free again."""

    refusal: Refusal
    freed: tuple[str, ...] = ()


class Passed(NamedTuple):
    """Somebody in line who was not offered a place, and why."""

    applicant: str
    reason: Refusal


class OfferBook:
    """Every offer made, in order, and who has left the line."""

    def __init__(self, refusals_end_line: int, stay_in_line: bool) -> None:
        """Take the rule: refusals that end a place in the line (0: none), and whether to stay."""
        self.refusals_end_line = refusals_end_line
        self.stay_in_line = stay_in_line
        self.offers: list[Offer] = []
        self.open_of: dict[str, int] = {}  # applicant: open offer
        self.staying_of: dict[str, int] = {}  # applicant: accepted offer kept while in line
        self.taken: dict[str, int] = {}  # place: offer that takes it
        self.refusals: dict[str, int] = {}
        self.offered_to: dict[str, set[str]] = {}  # place: everybody who had it offered
        self.out_of_line: set[str] = set()

    def set_state(self, number: int, state: OfferState) -> Offer:
        """Write an offer's new state; keep the indexes of places in step."""
        offer = msgspec.structs.replace(self.offers[number - 1], state=state)
        self.offers[number - 1] = offer
        if state not in TAKES_PLACE and self.taken.get(offer.place) == number:
            del self.taken[offer.place]
        return offer


@rule("one open offer an applicant, one live offer a place", "confirmed")
def check_offer(book: OfferBook, applicant: str, place: str) -> Refusal:
    """Return why a place may not be offered to an applicant now, or ``ACCEPTED``."""
    if place in book.taken:
        return Refusal.PLACE_HAS_OFFER
    if applicant in book.out_of_line:
        return Refusal.NOT_IN_LINE
    if applicant in book.open_of:
        return Refusal.APPLICANT_HAS_OFFER
    return Refusal.ACCEPTED


def make_offer(
    book: OfferBook, applicant: str, place: str, made_on: date, answer_by: date
) -> OfferAnswer:
    """Make an offer, or say why not; its number is the count of offers made."""
    refusal = check_offer(book, applicant, place)
    if refusal:
        return OfferAnswer(refusal)
    number = len(book.offers) + 1
    book.offers.append(
        Offer(
            number=number,
            applicant=applicant,
            place=place,
            made_on=made_on,
            answer_by=answer_by,
        )
    )
    book.open_of[applicant] = book.taken[place] = number
    book.offered_to.setdefault(place, set()).add(applicant)
    return OfferAnswer(Refusal.ACCEPTED)


def check_answer(book: OfferBook, number: int, on: date) -> Refusal:
    """Return why an offer cannot be answered on a day, or ``ACCEPTED``."""
    if not 1 <= number <= len(book.offers):
        return Refusal.OFFER_NOT_OPEN
    offer = book.offers[number - 1]
    if offer.state != OfferState.OPEN:
        return Refusal.OFFER_NOT_OPEN
    return Refusal.DEADLINE_PASSED if on > offer.answer_by else Refusal.ACCEPTED


def accept(book: OfferBook, number: int, on: date, stay: bool = False) -> OfferAnswer:
    """Accept an offer by its deadline; a place accepted earlier while staying in line is freed."""
    refusal = check_answer(book, number, on)
    if not refusal and stay and not book.stay_in_line:
        refusal = Refusal.STAY_NOT_ALLOWED
    if refusal:
        return OfferAnswer(refusal)
    offer = book.set_state(number, OfferState.STAYING if stay else OfferState.ACCEPTED)
    del book.open_of[offer.applicant]
    freed: tuple[str, ...] = ()
    earlier = book.staying_of.pop(offer.applicant, None)
    if earlier is not None:
        freed = (book.set_state(earlier, OfferState.GIVEN_UP).place,)
    if stay:
        book.staying_of[offer.applicant] = number
    else:
        book.out_of_line.add(offer.applicant)
    return OfferAnswer(Refusal.ACCEPTED, freed)


def turn_down(book: OfferBook, number: int, state: OfferState) -> str:
    """End an open offer without a let; count it against the applicant; return its place."""
    offer = book.set_state(number, state)
    del book.open_of[offer.applicant]
    count = book.refusals.get(offer.applicant, 0) + 1
    book.refusals[offer.applicant] = count
    if book.refusals_end_line and count >= book.refusals_end_line:
        book.out_of_line.add(offer.applicant)
    return offer.place


def refuse(book: OfferBook, number: int, on: date) -> OfferAnswer:
    """Refuse an offer by its deadline; a place kept while staying in line is not touched."""
    refusal = check_answer(book, number, on)
    if refusal:
        return OfferAnswer(refusal)
    return OfferAnswer(Refusal.ACCEPTED, (turn_down(book, number, OfferState.REFUSED),))


def expire(book: OfferBook, on: date) -> OfferAnswer:
    """End every open offer whose last day lies before ``on``; it counts as a refusal."""
    late = [number for number in book.open_of.values() if book.offers[number - 1].answer_by < on]
    places = [turn_down(book, number, OfferState.EXPIRED) for number in sorted(late)]
    return OfferAnswer(Refusal.ACCEPTED, tuple(places))


def leave_line(book: OfferBook, applicant: str) -> None:
    """Take an applicant out of line (let, withdrawn, no longer eligible); a kept place stays."""
    book.out_of_line.add(applicant)
    book.staying_of.pop(applicant, None)


def record_let(book: OfferBook, number: int) -> None:
    """Note that an accepted offer became a lease; its place is the lease's from now on."""
    offer = book.offers[number - 1]
    assert offer.state in (OfferState.ACCEPTED, OfferState.STAYING), offer
    leave_line(book, offer.applicant)
    book.set_state(number, OfferState.LET)


@rule("the first in line who may have an offer; nobody is passed over silently", "confirmed")
def next_in_line(
    book: OfferBook, line: Iterable[str], place: str
) -> tuple[str | None, list[Passed]]:
    """Return the first of ``line`` (best first) to whom a place may be offered, and those passed.

    Who refused this very place, or let its offer run out, is passed with that reason.
    """
    before = book.offered_to.get(place, ())
    passed: list[Passed] = []
    for applicant in line:
        reason = check_offer(book, applicant, place)
        if not reason and applicant in before:
            reason = Refusal.REFUSED_BEFORE
        if not reason:
            return applicant, passed
        passed.append(Passed(applicant, reason))
    return None, passed
