"""Decisions on values: they change nothing, and a book of a whole round folds the same ones."""

from datetime import date, timedelta

import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.housing.tenancy.decisions import (
    LeaseLimits,
    give_notice,
    move_out,
    put_off_lease,
    renew_lease,
    sign_lease,
    swap,
)
from huiguan.housing.tenancy.deposits import Deduction, decide_deposit
from huiguan.housing.tenancy.leases import Lease, Stay
from huiguan.housing.tenancy.offers import (
    LineTerms,
    Offer,
    OfferBook,
    OfferDecision,
    OfferState,
    Reply,
    Standing,
    accept,
    answer,
    became_lease,
    expire,
    lapse,
    make_offer,
    offer_place,
    refuse,
)
from huiguan.housing.tenancy.rent import Share

DAY, BY = date(2026, 7, 1), date(2026, 7, 4)
TERMS = LineTerms(refusals_end_line=2, stay_in_line=True)
OPEN = Offer(7, "ann", "B1", DAY, BY)
WAITING = Standing("ann", open_offer=7)


def changed(offer: Offer, state: OfferState) -> Offer:
    return Offer(offer.number, offer.applicant, offer.place, DAY, BY, state)


@pytest.mark.parametrize(
    ("standing", "taken", "refusal"),
    [
        (Standing("ann"), False, Refusal.ACCEPTED),
        (Standing("ann"), True, Refusal.PLACE_HAS_OFFER),
        (Standing("ann", in_line=False), True, Refusal.PLACE_HAS_OFFER),  # the place first
        (Standing("ann", in_line=False, open_offer=3), False, Refusal.NOT_IN_LINE),
        (Standing("ann", open_offer=3), False, Refusal.APPLICANT_HAS_OFFER),
    ],
)
def test_a_place_is_offered(standing: Standing, taken: bool, refusal: Refusal) -> None:
    decision = offer_place(OPEN, standing, taken)
    assert decision.refusal == refusal
    if refusal:
        assert decision == OfferDecision(refusal)
    else:
        assert decision == OfferDecision(Refusal.ACCEPTED, (OPEN,), WAITING)


def test_accepting_ends_the_place_in_line_and_frees_what_was_kept() -> None:
    kept = Offer(2, "ann", "B9", DAY, BY, OfferState.STAYING)
    decision = answer(OPEN, Standing("ann", open_offer=7, kept=kept), TERMS, BY, Reply.ACCEPT)
    assert decision == OfferDecision(
        Refusal.ACCEPTED,
        (
            changed(OPEN, OfferState.ACCEPTED),
            Offer(2, "ann", "B9", DAY, BY, OfferState.GIVEN_UP),
        ),
        Standing("ann", in_line=False),
        ("B9",),
    )


def test_staying_keeps_the_place_and_the_line() -> None:
    staying = changed(OPEN, OfferState.STAYING)
    decision = answer(OPEN, WAITING, TERMS, DAY, Reply.ACCEPT_AND_STAY)
    assert decision == OfferDecision(Refusal.ACCEPTED, (staying,), Standing("ann", kept=staying))
    strict = LineTerms(refusals_end_line=2, stay_in_line=False)
    refused = answer(OPEN, WAITING, strict, DAY, Reply.ACCEPT_AND_STAY)
    assert refused == OfferDecision(Refusal.STAY_NOT_ALLOWED)


@pytest.mark.parametrize(("refusals", "in_line"), [(0, True), (1, False)])
def test_refusing_counts_and_may_end_the_line(refusals: int, in_line: bool) -> None:
    standing = Standing("ann", refusals=refusals, open_offer=7)
    after = Standing("ann", in_line=in_line, refusals=refusals + 1)
    decision = answer(OPEN, standing, TERMS, DAY, Reply.REFUSE)
    assert decision == OfferDecision(
        Refusal.ACCEPTED, (changed(OPEN, OfferState.REFUSED),), after, ("B1",)
    )
    expired = lapse(OPEN, standing, TERMS, BY + timedelta(1))
    assert expired.standing == after
    assert expired.offers[0].state == OfferState.EXPIRED
    assert lapse(OPEN, standing, TERMS, BY) == OfferDecision(Refusal.ACCEPTED)  # still its last day


def test_the_first_fault_of_an_answer() -> None:
    late = BY + timedelta(1)
    assert answer(OPEN, WAITING, TERMS, late, Reply.ACCEPT).refusal == Refusal.DEADLINE_PASSED
    done = changed(OPEN, OfferState.REFUSED)
    assert answer(done, WAITING, TERMS, late, Reply.ACCEPT).refusal == Refusal.OFFER_NOT_OPEN
    assert lapse(done, WAITING, TERMS, late).refusal == Refusal.OFFER_NOT_OPEN
    assert became_lease(done, WAITING).refusal == Refusal.OFFER_NOT_OPEN


def test_what_does_not_belong_together_is_refused() -> None:
    for standing, sentence in (
        (Standing("ben", open_offer=7), "give the standing of the applicant"),
        (Standing("ann", open_offer=6), "the standing of ann names 6"),
        (Standing("ann"), "the standing of ann names none"),
    ):
        with pytest.raises(InputFault, match=sentence):
            answer(OPEN, standing, TERMS, DAY, Reply.ACCEPT)
    with pytest.raises(InputFault, match="was not made yet on 2026-06-30"):
        answer(OPEN, WAITING, TERMS, DAY - timedelta(1), Reply.ACCEPT)
    with pytest.raises(InputFault, match="reply: 'yes' is no Reply; there are: accept"):
        answer(OPEN, WAITING, TERMS, DAY, "yes")  # type: ignore[arg-type]
    with pytest.raises(InputFault, match="to be answered on its day or later"):
        offer_place(Offer(7, "ann", "B1", BY, DAY), Standing("ann"), taken=False)


def test_a_database_of_rows_decides_as_the_book_does() -> None:
    """Offers and standings as rows, each read before and written after one decision."""
    rng = np.random.default_rng(5)
    terms = LineTerms(refusals_end_line=3, stay_in_line=True)
    book = OfferBook(terms.refusals_end_line, terms.stay_in_line)
    offers: dict[int, Offer] = {}
    standings: dict[str, Standing] = {}

    def write(decision: OfferDecision) -> tuple[Refusal, tuple[str, ...]]:
        offers.update({offer.number: offer for offer in decision.offers})
        if decision.standing is not None:
            standings[decision.standing.applicant] = decision.standing
        return decision.refusal, decision.freed

    takes = (OfferState.OPEN, OfferState.ACCEPTED, OfferState.STAYING)
    for step in range(2_000):
        today, act = DAY + timedelta(step // 9), int(rng.integers(0, 5))
        number = max(1, len(offers) - int(rng.integers(0, 8)))
        stay = bool(rng.integers(0, 5))
        if act < 2 or number not in offers:
            applicant, place = f"a{rng.integers(0, 90)}", f"B{rng.integers(0, 60)}"
            offer = Offer(len(offers) + 1, applicant, place, today, today + timedelta(3))
            taken = any(o.place == place and o.state in takes for o in offers.values())
            mine = write(offer_place(offer, standings.get(applicant, Standing(applicant)), taken))
            assert mine == make_offer(book, applicant, place, today, offer.answer_by)
            continue
        offer = offers[number]
        standing = standings[offer.applicant]
        if act == 2:
            reply = Reply.ACCEPT_AND_STAY if stay else Reply.ACCEPT
            mine = write(answer(offer, standing, terms, max(today, offer.made_on), reply))
            assert mine == accept(book, number, today, stay)
        elif act == 3:
            mine = write(answer(offer, standing, terms, today, Reply.REFUSE))
            assert mine == refuse(book, number, today)
        else:
            freed: list[str] = []
            for each in list(offers.values()):
                freed += write(lapse(each, standings[each.applicant], terms, today))[1]
            assert expire(book, today) == (Refusal.ACCEPTED, tuple(freed))
    assert list(offers.values()) == book.offers
    assert standings == book.standings
    states = {offer.state for offer in book.offers}
    assert states >= {OfferState.GIVEN_UP, OfferState.EXPIRED, OfferState.REFUSED}


LEASE = Lease(
    number="L1",
    place="B1",
    scheme="bed",
    lessee="E1",
    by_employer=True,
    shares=(Share("ann", 25_000), Share("E1")),
    start=DAY,
    end=date(2027, 7, 1),
    rent_fen=50_000,
    deposit_fen=50_000,
)
LIMITS = LeaseLimits(
    least_months=12, most_months=36, ceiling_fen=50_000, deposit_months=1, most_heads=1
)


def lease(**more: object) -> Lease:
    fields = {name: getattr(LEASE, name) for name in LEASE.__struct_fields__}
    return Lease(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("odd", "people", "refusal"),
    [
        (LEASE, ["ann"], Refusal.ACCEPTED),
        (lease(end=date(2027, 1, 1)), ["ann", "ben"], Refusal.TOO_MANY_HEADS),  # heads first
        (lease(end=date(2027, 1, 1), rent_fen=50_001), ["ann"], Refusal.TERM_TOO_SHORT),
        (lease(rent_fen=50_001, deposit_fen=99_999), ["ann"], Refusal.RENT_ABOVE_CEILING),
        (lease(deposit_fen=50_001, shares=()), ["ann"], Refusal.DEPOSIT_TOO_LARGE),
        (lease(shares=()), ["ann"], Refusal.NOT_ONE_REMAINDER),
    ],
)
def test_the_first_fault_of_a_lease(odd: Lease, people: list[str], refusal: Refusal) -> None:
    decision = sign_lease(odd, people, LIMITS)
    assert decision.refusal == refusal
    assert decision.stays == (() if refusal else (Stay("L1", "ann", DAY),))


def test_a_lease_houses_somebody_once() -> None:
    with pytest.raises(InputFault, match="houses nobody"):
        sign_lease(LEASE, [], LIMITS)
    with pytest.raises(InputFault, match="occupants: 'ann' is named twice"):
        sign_lease(LEASE, ["ann", "ann"], LIMITS)


def test_a_renewal_keeps_the_rent_within_its_ceiling() -> None:
    end, earlier = date(2028, 7, 1), [(LEASE.start, LEASE.end)]
    lower = LeaseLimits(least_months=12, most_months=36, ceiling_fen=46_500, deposit_months=1)
    renewed = renew_lease(LEASE, end, True, earlier, lower).lease
    assert renewed == lease(start=LEASE.end, end=end, rent_fen=46_500)
    same = renew_lease(LEASE, end, True, earlier, LIMITS).lease
    assert same == lease(start=LEASE.end, end=end)
    for eligible, refusal in (
        (None, Refusal.ELIGIBILITY_UNKNOWN),
        (False, Refusal.NOT_ELIGIBLE),
    ):
        assert renew_lease(LEASE, end, eligible, earlier, LIMITS).refusal == refusal
    below = LeaseLimits(least_months=12, most_months=36, ceiling_fen=24_999, deposit_months=1)
    decision = renew_lease(LEASE, end, True, earlier, below)
    assert decision.refusal == Refusal.SHARES_ABOVE_RENT


def test_notice_ends_a_lease_but_never_later_than_its_end() -> None:
    # 30 days given on 1 March 2027: the last day is 31 March
    assert give_notice(LEASE, date(2027, 3, 1), 30).lease == lease(end=date(2027, 4, 1))
    assert give_notice(LEASE, date(2027, 6, 20), 30).lease == LEASE
    assert give_notice(LEASE, LEASE.end, 30).refusal == Refusal.LEASE_NOT_RUNNING


def test_a_lease_put_off_keeps_its_length_and_its_people() -> None:
    stays = [Stay("L1", "ann", DAY)]
    decision = put_off_lease(LEASE, stays, date(2026, 7, 11))
    assert decision.lease == lease(start=date(2026, 7, 11), end=date(2027, 7, 11))
    assert decision.stays == (Stay("L1", "ann", date(2026, 7, 11)),)
    with pytest.raises(InputFault, match="does not put it off"):
        put_off_lease(LEASE, stays, date(2026, 6, 30))


def test_an_exchange_and_moving_out() -> None:
    stays, on = [Stay("L1", "ann", DAY)], date(2026, 8, 10)
    decision = swap(LEASE, stays, [], "ann", "ben", on, ["ben"])
    assert decision.stays == (Stay("L1", "ann", DAY, on), Stay("L1", "ben", on))
    elsewhere = [Stay("L9", "ben", DAY)]
    assert swap(LEASE, stays, elsewhere, "ann", "ben", on, ["ben"]).refusal == (
        Refusal.HOUSED_ELSEWHERE
    )
    left = date(2026, 9, 1)
    assert move_out(decision.stays, left) == (
        Stay("L1", "ann", DAY, on),
        Stay("L1", "ben", on, left),
    )


def test_a_deposit_is_decided_before_it_is_paid_back() -> None:
    paint = Deduction("paint", 100, "bill 2")
    damage = Deduction("damage", 100, "bill 1")
    decision = decide_deposit(50_000, [damage, paint], ["damage"])
    assert decision == (Refusal.DEDUCTION_WITHOUT_CAUSE, None, paint)
    settled = decide_deposit(50_000, [damage], ["damage"]).settlement
    assert settled is not None
    assert settled.returned_fen == 49_900
