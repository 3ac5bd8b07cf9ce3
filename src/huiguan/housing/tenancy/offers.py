"""Offers: a deadline, four answers, and the next in line; never two offers at one moment.

An applicant has at most one open offer, a place at most one that is open or accepted. Who accepts
may stay in line for a better choice when the rule allows; accepting that one frees the first place.

Every act is a decision on values: what is offered, where its applicant stands, the terms and the
day go in; the refusal and what is to be written come out. ``OfferBook`` folds decisions into a book
of a whole round; a database writes the same decision into its rows (``docs/adr/0015``).
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count
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


class Reply(StrEnum):
    """What an applicant says to an offer."""

    ACCEPT = "accept"
    ACCEPT_AND_STAY = "accept and stay in line"
    REFUSE = "refuse"


TAKES_PLACE = (OfferState.OPEN, OfferState.ACCEPTED, OfferState.STAYING)
GIVEN = (OfferState.ACCEPTED, OfferState.STAYING)


class Offer(msgspec.Struct, frozen=True):
    """A place offered to an applicant, to be answered by the end of a day."""

    number: Count
    applicant: Name
    place: Name
    made_on: date
    answer_by: date
    state: OfferState = OfferState.OPEN


class Standing(msgspec.Struct, frozen=True):
    """Where an applicant stands: in line or not, refusals so far, what is open and what is kept."""

    applicant: Name
    in_line: bool = True
    refusals: Count = 0
    open_offer: Count = 0  # number of the offer still to answer, 0: none
    kept: Offer | None = None  # accepted while staying in line


class LineTerms(msgspec.Struct, frozen=True):
    """The rule: refusals that end a place in the line (0: none), and whether one may stay in it."""

    refusals_end_line: Count
    stay_in_line: bool


class OfferDecision(NamedTuple):
    """Why not, or what is to be written: offers in their new state, the new standing."""

    refusal: Refusal
    offers: tuple[Offer, ...] = ()
    standing: Standing | None = None
    freed: tuple[str, ...] = ()  # places that may be offered again


def offer_refusal(standing: Standing, taken: bool) -> Refusal:
    """Return why a place may not be offered; ``taken``: an offer open or accepted has it."""
    if taken:
        return Refusal.PLACE_HAS_OFFER
    if not standing.in_line:
        return Refusal.NOT_IN_LINE
    return Refusal.APPLICANT_HAS_OFFER if standing.open_offer else Refusal.ACCEPTED


@rule("one open offer an applicant, one live offer a place", "confirmed")
@checked
def offer_place(offer: Offer, standing: Standing, taken: bool) -> OfferDecision:
    """Return whether a place may be offered, as ``offer`` says, to somebody of this standing.

    ``taken``: the place has an offer that is open or accepted. Order of refusals: the place, the
    line, the applicant's open offer.
    """
    belongs(offer, standing)
    if offer.answer_by < offer.made_on or offer.state != OfferState.OPEN or not offer.number:
        raise InputFault("an offer is made open, with a number, to be answered on its day or later")
    refusal = offer_refusal(standing, taken)
    if refusal:
        return OfferDecision(refusal)
    after = msgspec.structs.replace(standing, open_offer=offer.number)
    return OfferDecision(Refusal.ACCEPTED, (offer,), after)


@rule("answers count to the end of the last day", "confirmed")
@checked
def answer(
    offer: Offer, standing: Standing, terms: LineTerms, on: date, reply: Reply
) -> OfferDecision:
    """Return what an answer given on a day leads to.

    Accepting ends the place in the line, unless one stays; a place accepted earlier while staying
    is freed. Refusing counts against the applicant; a place kept is not touched. Order of refusals:
    the offer is not open, its last day has passed, the terms do not let anybody stay.
    """
    belongs(offer, standing)
    if offer.state != OfferState.OPEN:
        return OfferDecision(Refusal.OFFER_NOT_OPEN)
    is_open_to(offer, standing)
    if on < offer.made_on:
        raise InputFault(f"offer {offer.number} of {offer.made_on} was not made yet on {on}")
    if on > offer.answer_by:
        return OfferDecision(Refusal.DEADLINE_PASSED)
    if reply == Reply.REFUSE:
        return turned_down(offer, standing, terms, OfferState.REFUSED)
    stays = reply == Reply.ACCEPT_AND_STAY
    if stays and not terms.stay_in_line:
        return OfferDecision(Refusal.STAY_NOT_ALLOWED)
    accepted = in_state(offer, OfferState.STAYING if stays else OfferState.ACCEPTED)
    after = msgspec.structs.replace(
        standing, in_line=stays, open_offer=0, kept=accepted if stays else None
    )
    if standing.kept is None:
        return OfferDecision(Refusal.ACCEPTED, (accepted,), after)
    given_up = in_state(standing.kept, OfferState.GIVEN_UP)
    return OfferDecision(Refusal.ACCEPTED, (accepted, given_up), after, (given_up.place,))


@rule("who does not answer has refused", "assumed")
@checked
def lapse(offer: Offer, standing: Standing, terms: LineTerms, on: date) -> OfferDecision:
    """Return what becomes of an offer nobody answered: nothing before its last day has passed."""
    belongs(offer, standing)
    if offer.state != OfferState.OPEN:
        return OfferDecision(Refusal.OFFER_NOT_OPEN)
    is_open_to(offer, standing)
    if on <= offer.answer_by:
        return OfferDecision(Refusal.ACCEPTED)
    return turned_down(offer, standing, terms, OfferState.EXPIRED)


@rule("a lease ends the place in the line", "assumed")
@checked
def became_lease(offer: Offer, standing: Standing) -> OfferDecision:
    """Return what is written when an accepted offer became a lease: its place is the lease's."""
    belongs(offer, standing)
    if offer.state not in GIVEN:
        return OfferDecision(Refusal.OFFER_NOT_OPEN)
    return OfferDecision(Refusal.ACCEPTED, (in_state(offer, OfferState.LET),), left_line(standing))


def belongs(offer: Offer, standing: Standing) -> None:
    """Refuse the standing of another applicant."""
    if offer.applicant != standing.applicant:
        raise InputFault(
            f"offer {offer.number} is {offer.applicant}'s, the standing is {standing.applicant}'s;"
            " give the standing of the applicant"
        )


def is_open_to(offer: Offer, standing: Standing) -> None:
    """Refuse a standing that does not know of the open offer: it is older than the offer."""
    if standing.open_offer != offer.number:
        raise InputFault(
            f"offer {offer.number} is open, the standing of {standing.applicant} names"
            f" {standing.open_offer or 'none'}; give the standing of today"
        )


def in_state(offer: Offer, state: OfferState) -> Offer:
    """Return an offer in a new state."""
    return msgspec.structs.replace(offer, state=state)


def turned_down(
    offer: Offer, standing: Standing, terms: LineTerms, state: OfferState
) -> OfferDecision:
    """Return the end of an open offer without a let; it counts against the applicant."""
    count = standing.refusals + 1
    ends = 0 < terms.refusals_end_line <= count
    after = msgspec.structs.replace(
        standing, in_line=standing.in_line and not ends, refusals=count, open_offer=0
    )
    return OfferDecision(Refusal.ACCEPTED, (in_state(offer, state),), after, (offer.place,))


def left_line(standing: Standing) -> Standing:
    """Return the standing of who leaves the line (let, withdrawn, no longer eligible).

    A kept place stays accepted, but is no longer given up for a better one.
    """
    return msgspec.structs.replace(standing, in_line=False, kept=None)


class OfferAnswer(NamedTuple):
    """What became of an act on a book: a refusal, and the places that are free again."""

    refusal: Refusal
    freed: tuple[str, ...] = ()


class Passed(NamedTuple):
    """Somebody in line who was not offered a place, and why."""

    applicant: str
    reason: Refusal


class OfferBook:
    """Every offer made, in order, and where everybody stands: a fold of decisions."""

    def __init__(self, refusals_end_line: int, stay_in_line: bool) -> None:
        """Take the rule: refusals that end a place in the line (0: none), and whether to stay."""
        self.terms = LineTerms(refusals_end_line, stay_in_line)
        self.offers: list[Offer] = []
        self.standings: dict[str, Standing] = {}
        self.taken: dict[str, int] = {}  # place: offer that takes it
        self.open_offers: set[int] = set()
        self.offered_to: dict[str, set[str]] = {}  # place: everybody who had it offered
        self.out_of_line: set[str] = set()

    def standing(self, applicant: str) -> Standing:
        """Return where somebody stands."""
        return self.standings.get(applicant) or Standing(applicant)

    def write(self, decision: OfferDecision) -> OfferAnswer:
        """Write what was decided (a refusal writes nothing)."""
        for offer in decision.offers:
            self.write_offer(offer)
        if decision.standing is not None:
            self.write_standing(decision.standing)
        return OfferAnswer(decision.refusal, decision.freed)

    def write_offer(self, offer: Offer) -> None:
        """Write an offer, new or in its new state; keep the indexes of places in step."""
        if offer.number > len(self.offers):
            self.offers.append(offer)
            self.taken[offer.place] = offer.number
            self.offered_to.setdefault(offer.place, set()).add(offer.applicant)
        else:
            self.offers[offer.number - 1] = offer
        if offer.state == OfferState.OPEN:
            self.open_offers.add(offer.number)
        else:
            self.open_offers.discard(offer.number)
        if offer.state not in TAKES_PLACE and self.taken.get(offer.place) == offer.number:
            del self.taken[offer.place]

    def write_standing(self, standing: Standing) -> None:
        """Write where somebody stands now."""
        self.standings[standing.applicant] = standing
        if not standing.in_line:
            self.out_of_line.add(standing.applicant)

    def offer(self, number: int) -> Offer | None:
        """Return an offer by its number, or None."""
        return self.offers[number - 1] if 1 <= number <= len(self.offers) else None


def check_offer(book: OfferBook, applicant: str, place: str) -> Refusal:
    """Return why a place may not be offered to an applicant now, or ``ACCEPTED``."""
    return offer_refusal(book.standing(applicant), place in book.taken)


def make_offer(
    book: OfferBook, applicant: str, place: str, made_on: date, answer_by: date
) -> OfferAnswer:
    """Make an offer, or say why not; its number is the count of offers made."""
    offer = Offer(len(book.offers) + 1, applicant, place, made_on, answer_by)
    return book.write(unchecked(offer_place)(offer, book.standing(applicant), place in book.taken))


def reply_to(book: OfferBook, number: int, on: date, reply: Reply) -> OfferAnswer:
    """Answer an offer of the book, or say why not."""
    offer = book.offer(number)
    if offer is None:
        return OfferAnswer(Refusal.OFFER_NOT_OPEN)
    standing = book.standing(offer.applicant)
    return book.write(unchecked(answer)(offer, standing, book.terms, on, reply))


def accept(book: OfferBook, number: int, on: date, stay: bool = False) -> OfferAnswer:
    """Accept an offer by its deadline; a place accepted earlier while staying in line is freed."""
    return reply_to(book, number, on, Reply.ACCEPT_AND_STAY if stay else Reply.ACCEPT)


def refuse(book: OfferBook, number: int, on: date) -> OfferAnswer:
    """Refuse an offer by its deadline; a place kept while staying in line is not touched."""
    return reply_to(book, number, on, Reply.REFUSE)


def expire(book: OfferBook, on: date) -> OfferAnswer:
    """End every open offer whose last day lies before ``on``; it counts as a refusal."""
    freed: list[str] = []
    for number in sorted(book.open_offers):
        offer = book.offers[number - 1]
        standing = book.standing(offer.applicant)
        freed += book.write(unchecked(lapse)(offer, standing, book.terms, on)).freed
    return OfferAnswer(Refusal.ACCEPTED, tuple(freed))


def leave_line(book: OfferBook, applicant: str) -> None:
    """Take an applicant out of line (let, withdrawn, no longer eligible); a kept place stays."""
    book.write_standing(left_line(book.standing(applicant)))


def record_let(book: OfferBook, number: int) -> None:
    """Note that an accepted offer became a lease; its place is the lease's from now on."""
    offer = book.offers[number - 1]
    decision = book.write(unchecked(became_lease)(offer, book.standing(offer.applicant)))
    assert not decision.refusal, offer


@rule("the first in line who may have an offer; nobody is passed over silently", "confirmed")
@checked
def next_in_line(
    book: OfferBook, line: Iterable[Name], place: Name
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
