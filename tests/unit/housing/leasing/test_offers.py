"""Offers of a round's homes: by rank, one open offer a person, a fold of what is written."""

from datetime import date

import pytest

from huiguan.foundation.faults import CheckFault
from huiguan.housing.leasing.offers import (
    Made,
    Wave,
    Winner,
    answers_to_round,
    book_of,
    in_book,
    offer_homes,
    offer_to_answer,
)
from huiguan.housing.tenancy.offers import LineTerms, OfferBook, OfferState, Reply, expire, reply_to

D = date.fromisoformat
TERMS = LineTerms(refusals_end_line=2, stay_in_line=True)
MADE, LAST = D("2026-09-02"), D("2026-09-05")


def winner(at: int, programme: str = "small", *, keeps: bool = False, answer: str = "") -> Winner:
    return Winner(f"N{at}", f"A{at}", (f"P{at}",), "arh", at, programme, answer, keeps)


def wave(
    book: OfferBook, before: list[Made], winners: list[Winner], on: date = MADE, **free: list[str]
) -> Wave:
    return offer_homes(book, before, "r", winners, free, on, LAST)


def test_homes_go_by_rank_in_the_order_of_their_codes() -> None:
    """Three winners, two homes: rank 1 has H1, rank 2 has H2, rank 3 waits and is named."""
    book = book_of([], TERMS)
    found = wave(book, [], [winner(3), winner(1), winner(2)], small=["H2", "H1"])
    assert [(row.application, row.place, row.offer) for row in found.made] == [
        ("A1", "H1", 1), ("A2", "H2", 2),
    ]  # fmt: skip
    assert [row.winner.application for row in found.waiting] == ["A3"]
    assert all(row.answer_by == LAST for row in found.made)


def test_who_keeps_their_home_is_offered_none() -> None:
    found = wave(book_of([], TERMS), [], [winner(1, keeps=True), winner(2)], small=["H1"])
    assert [row.application for row in found.made] == ["A2"]
    assert found.waiting == []


def test_a_home_that_ran_out_goes_to_the_next_and_never_to_the_same() -> None:
    """A1 and A2 let H1 and H2 run out: A1 is offered H2, A2 H1; then both are out of line."""
    book = book_of([], TERMS)
    winners = [winner(1), winner(2)]
    made = wave(book, [], winners, small=["H1", "H2"]).made
    expire(book, D("2026-09-06"))
    made = in_book(made, book, {})
    again = wave(book, made, winners, small=["H1", "H2"])
    assert [(row.application, row.place) for row in again.made] == [("A2", "H1"), ("A1", "H2")]
    assert answers_to_round(book, winners) == []
    expire(book, D("2026-09-06"))
    assert answers_to_round(book, winners) == [("N1", "withdrawn"), ("N2", "withdrawn")]
    assert wave(book, in_book([*made, *again.made], book, {}), winners, small=["H1"]).made == []


def test_who_stays_in_line_is_offered_a_better_programme_alone() -> None:
    book = book_of([], TERMS)
    made = wave(book, [], [winner(1)], small=["H1", "H2"]).made
    assert not reply_to(book, 1, MADE, Reply.ACCEPT_AND_STAY).refusal
    made = in_book(made, book, {1: MADE})
    assert made[0].state == OfferState.STAYING
    assert wave(book, made, [winner(1)], small=["H2"]).made == []
    assert answers_to_round(book, [winner(1)]) == []
    better = wave(book, made, [winner(1, "large")], large=["G1"]).made
    assert [row.place for row in better] == ["G1"]
    assert not reply_to(book, 2, MADE, Reply.ACCEPT).refusal
    states = [row.state for row in in_book([*made, *better], book, {2: MADE})]
    assert states == [OfferState.GIVEN_UP, OfferState.ACCEPTED]
    assert answers_to_round(book, [winner(1, "large")]) == [("N1", "settled")]
    assert answers_to_round(book, [winner(1, "large", answer="settled")]) == []


def test_what_is_written_is_the_same_book_again() -> None:
    book = book_of([], TERMS)
    winners = [winner(at) for at in range(1, 6)]
    made = wave(book, [], winners, small=[f"H{at}" for at in range(1, 6)]).made
    days = {}
    for number, reply in ((1, Reply.ACCEPT), (2, Reply.ACCEPT_AND_STAY), (3, Reply.REFUSE)):
        assert not reply_to(book, number, D("2026-09-03"), reply).refusal
        days[number] = D("2026-09-03")
    expire(book, D("2026-09-06"))
    made = in_book(made, book, days)
    again = book_of(made, TERMS)
    assert again.offers == book.offers
    assert again.taken == book.taken
    assert again.standings == book.standings
    assert offer_to_answer(again, "N2") == 2


@pytest.mark.parametrize(
    "change",
    [
        {"state": OfferState.GIVEN_UP},  # given up for nothing better
        {"offer": 2},  # the first is missing
        {"answered_on": D("2026-09-06")},  # accepted too late
    ],
)
def test_what_cannot_have_come_about_is_damage(change: dict[str, object]) -> None:
    cells = {
        "round": "r", "offer": 1, "number": "N1", "application": "A1", "programme": "small",
        "place": "H1", "made_on": MADE, "answer_by": LAST, "state": OfferState.ACCEPTED,
        "answered_on": MADE,
    }  # fmt: skip
    assert book_of([Made(**cells)], TERMS).offers[0].state == OfferState.ACCEPTED
    with pytest.raises(CheckFault, match="cannot stand as"):
        book_of([Made(**cells | change)], TERMS)
