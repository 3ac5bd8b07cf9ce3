"""Offers: deadlines, answers, the next in line, and never two at one moment."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from huiguan.foundation.refusals import Refusal
from huiguan.housing.tenancy.offers import (
    TAKES_PLACE,
    OfferBook,
    OfferState,
    Passed,
    accept,
    expire,
    leave_line,
    make_offer,
    next_in_line,
    record_let,
    refuse,
)

DAY = date(2026, 7, 1)
BY = date(2026, 7, 4)


def book_with(*offers: tuple[str, str]) -> OfferBook:
    book = OfferBook(refusals_end_line=2, stay_in_line=True)
    for applicant, place in offers:
        assert not make_offer(book, applicant, place, DAY, BY).refusal
    return book


@pytest.mark.parametrize(
    ("applicant", "place", "refusal"),
    [
        ("ann", "B2", Refusal.APPLICANT_HAS_OFFER),
        ("ben", "B1", Refusal.PLACE_HAS_OFFER),
        ("ben", "B2", Refusal.ACCEPTED),
    ],
)
def test_no_double_offer(applicant: str, place: str, refusal: Refusal) -> None:
    book = book_with(("ann", "B1"))
    assert make_offer(book, applicant, place, DAY, BY).refusal == refusal


@pytest.mark.parametrize(
    ("on", "refusal"),
    [(BY, Refusal.ACCEPTED), (BY + timedelta(days=1), Refusal.DEADLINE_PASSED)],
)
def test_the_last_day_still_counts(on: date, refusal: Refusal) -> None:
    assert accept(book_with(("ann", "B1")), 1, on).refusal == refusal
    assert refuse(book_with(("ann", "B1")), 1, on).refusal == refusal


def test_who_accepts_leaves_the_line() -> None:
    book = book_with(("ann", "B1"))
    assert not accept(book, 1, DAY).refusal
    assert accept(book, 1, DAY).refusal == Refusal.OFFER_NOT_OPEN
    assert accept(book, 2, DAY).refusal == Refusal.OFFER_NOT_OPEN
    assert make_offer(book, "ann", "B2", DAY, BY).refusal == Refusal.NOT_IN_LINE
    assert make_offer(book, "ben", "B1", DAY, BY).refusal == Refusal.PLACE_HAS_OFFER


def test_who_stays_in_line_keeps_the_place_until_a_better_one_is_accepted() -> None:
    book = book_with(("ann", "B1"))
    assert accept(book, 1, DAY, stay=True) == (Refusal.ACCEPTED, ())
    assert not make_offer(book, "ann", "B2", DAY, BY).refusal
    assert make_offer(book, "ben", "B1", DAY, BY).refusal == Refusal.PLACE_HAS_OFFER
    assert accept(book, 2, DAY) == (Refusal.ACCEPTED, ("B1",))
    assert [offer.state for offer in book.offers] == [OfferState.GIVEN_UP, OfferState.ACCEPTED]
    assert not make_offer(book, "ben", "B1", DAY, BY).refusal


def test_refusing_the_better_one_keeps_the_first() -> None:
    book = book_with(("ann", "B1"))
    accept(book, 1, DAY, stay=True)
    make_offer(book, "ann", "B2", DAY, BY)
    assert refuse(book, 2, DAY) == (Refusal.ACCEPTED, ("B2",))
    assert book.offers[0].state == OfferState.STAYING


def test_a_rule_may_not_let_people_stay() -> None:
    book = OfferBook(refusals_end_line=0, stay_in_line=False)
    make_offer(book, "ann", "B1", DAY, BY)
    assert accept(book, 1, DAY, stay=True).refusal == Refusal.STAY_NOT_ALLOWED
    assert book.offers[0].state == OfferState.OPEN


def test_two_refusals_end_the_line_and_running_out_counts_as_one() -> None:
    book = book_with(("ann", "B1"))
    assert refuse(book, 1, DAY).freed == ("B1",)
    make_offer(book, "ann", "B2", DAY, BY)
    assert expire(book, BY).freed == ()
    assert expire(book, BY + timedelta(days=1)).freed == ("B2",)
    assert book.offers[1].state == OfferState.EXPIRED
    assert make_offer(book, "ann", "B3", DAY, BY).refusal == Refusal.NOT_IN_LINE


def test_the_next_in_line_and_why_others_were_passed() -> None:
    book = book_with(("ann", "B1"), ("ben", "B2"), ("cat", "B3"))
    refuse(book, 1, DAY)  # ann may not have B1 again
    accept(book, 2, DAY)  # ben is out of line
    chosen, passed = next_in_line(book, ["ann", "ben", "cat", "dan", "eve"], "B1")
    assert chosen == "dan"
    assert passed == [
        Passed("ann", Refusal.REFUSED_BEFORE),
        Passed("ben", Refusal.NOT_IN_LINE),
        Passed("cat", Refusal.APPLICANT_HAS_OFFER),
    ]
    assert next_in_line(book, ["ann", "ben"], "B1")[0] is None


def test_a_let_takes_the_place_out_of_the_book() -> None:
    book = book_with(("ann", "B1"))
    accept(book, 1, DAY)
    record_let(book, 1)
    assert book.offers[0].state == OfferState.LET
    assert book.taken == {}
    assert make_offer(book, "ann", "B2", DAY, BY).refusal == Refusal.NOT_IN_LINE


@pytest.mark.parametrize("seed", range(5))
def test_in_a_random_year_no_moment_has_a_double_offer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    book = OfferBook(refusals_end_line=3, stay_in_line=True)
    people = [f"a{i}" for i in range(40)]
    for step in range(3_000):
        today = DAY + timedelta(days=step // 8)
        number = int(rng.integers(0, len(book.offers) + 2))
        act = int(rng.integers(0, 6))
        if act == 0:
            accept(book, number, today, stay=bool(rng.integers(0, 2)))
        elif act == 1:
            refuse(book, number, today)
        elif act == 2:
            expire(book, today)
        elif act == 3 and rng.integers(0, 20) == 0:
            leave_line(book, people[int(rng.integers(0, 40))])
        else:
            make_offer(
                book,
                people[int(rng.integers(0, 40))],
                f"B{rng.integers(0, 12)}",
                today,
                today + timedelta(days=3),
            )
        live = [offer for offer in book.offers if offer.state in TAKES_PLACE]
        opened = Counter(o.applicant for o in live if o.state == OfferState.OPEN)
        assert max(Counter(offer.place for offer in live).values(), default=0) <= 1
        assert max(opened.values(), default=0) <= 1
        held = Counter(o.applicant for o in live if o.state != OfferState.OPEN)
        assert max(held.values(), default=0) <= 1
    assert {offer.state for offer in book.offers} >= {
        OfferState.ACCEPTED,
        OfferState.REFUSED,
        OfferState.EXPIRED,
    }
