"""Arguments that are right, for every public rule function: by parameter, or by function."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from huiguan.exchange.rules.rows import Books
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.postings import Posting
from huiguan.housing.allocation.placement import Crew, Room
from huiguan.housing.allocation.reserves import SlotRule
from huiguan.housing.people.eligibility import Answer
from huiguan.housing.people.household import Application, Fact, Person
from huiguan.housing.people.intake import Received
from huiguan.housing.round.draw import Party, commit_secret
from huiguan.housing.rules import HomeForm, HomeRules
from huiguan.housing.supply.places import Sex
from huiguan.housing.supply.reconcile import HomeState
from huiguan.housing.tenancy.decisions import LeaseLimits
from huiguan.housing.tenancy.deposits import Deduction, DepositSettlement
from huiguan.housing.tenancy.leases import Lease, Stay
from huiguan.housing.tenancy.offers import LineTerms, Offer, OfferBook, OfferState, Reply, Standing
from huiguan.housing.tenancy.rent import Assessment, Share

DAY, LATER, LAST = date(2026, 7, 1), date(2026, 7, 17), date(2027, 7, 1)
HEX = "0123456789abcdef" * 4
FACTS = [
    Fact("owns_home", True, "registry", date(2026, 6, 1)),
    Fact("floor_area_m2", "14.50", "registry", date(2026, 6, 1), date(2027, 6, 1)),
    Fact("heads", 1, "registry", date(2026, 6, 1)),
    Fact("employed_in_city", True, "insurance", date(2026, 6, 1)),
]
PERSON = Person("P1", "王芳", date(1990, 5, 1), Sex.WOMEN, b"1")
RECEIVED = Received("1", 1, ("P1",), "arh", tuple(FACTS))
SHARES = [Share("worker", amount_fen=30_000), Share("employer")]
LEASE = Lease("L1", "MQ-1", "bed", "E1", True, tuple(SHARES), DAY, LAST, 55_000, 55_000)
STAYS = [Stay("L1", "ann", DAY), Stay("L2", "eve", DAY, LATER)]
DEDUCTION = Deduction("damage", 1_000, "photo 7")
POSTING = Posting(book="b", debit="bank", credit="receivable:a", amount_fen=5, reference="r")
RATE = 900_000_000
WISHES = {"a": ["P", "Q"], "b": ["P"]}
LINES = {"P": ["b", "a"], "Q": ["a", "b"]}
SEATS = {"P": 1, "Q": 1}
TERMS = LineTerms(2, stay_in_line=True)
OPEN = Offer(1, "ann", "B1", DAY, LATER)
KEPT = Offer(1, "ann", "B1", DAY, LATER, OfferState.ACCEPTED)
FIRST, WAITING = Standing("ann"), Standing("ann", refusals=1, open_offer=1)
LIMITS = LeaseLimits(
    least_months=12, most_months=36, ceiling_fen=60_000, deposit_months=1, most_heads=2
)
PARTY = Party("notary", commit_secret("notary", "s" * 32), "s" * 32)


def by_parameter(books: Books, rules: HomeRules) -> dict[str, Any]:
    """Return a right value for every name of a parameter."""
    return {
        "books": books,
        "code": "cu2610",
        "product": "cu",
        "day": DAY,
        "number": 1,
        "lots": 1,
        "previous_settlement": 107_000,
        "hedging": False,
        "close_today": False,
        "price": "107000",
        "open_interest_lots": 100_000,
        "moment": "2026-07-01 21:30",
        "tick": 10,
        "lot_size": 5,
        "rounding": Rounding.DOWN,
        "what": "price",
        "start": DAY,
        "end": LATER,
        "other_start": LATER,
        "other_end": LAST,
        "month": DAY,
        "on": DAY,
        "months": 12,
        "birth": date(1990, 3, 1),
        "made_on": DAY,
        "days": 14,
        "days_off": [LATER],
        "left_on": LATER,
        "given_on": DAY,
        "last_set_on": DAY,
        "earlier": [(date(2024, 1, 1), DAY)],
        "least_months": 12,
        "most_months": 36,
        "limit_months": 72,
        "transition_months": 1,
        "rent_fen": 100_001,
        "market_fen": 120_000,
        "old_rent_fen": 90_000,
        "share_ppb": RATE,
        "increase_ppb": "5%",
        "market_before_fen": 110_000,
        "ceiling_fen": 110_000,
        "deposit_fen": 100_000,
        "prepaid_months": 3,
        "deposit_months": 1,
        "most_prepaid_months": 3,
        "paid_fen": 60_000,
        "wage_fen": 500_000,
        "amount_fen": 100,
        "days_of_month": 30,
        "before": 0,
        "payers": ["ann", "ben"],
        "shares": SHARES,
        "assessments": [Assessment(DAY, 120_000, "a")],
        "book": "MQ",
        "payer": "ann",
        "reference": "r/1",
        "income": "rent income",
        "lease": "L1",
        "posting": POSTING,
        "postings": [POSTING],
        "deduction": DEDUCTION,
        "deductions": [DEDUCTION],
        "causes": ["damage"],
        "settlement": DepositSettlement(1_000, (DEDUCTION,), 0, 0),
        "stays": STAYS,
        "leaving": "ann",
        "arriving": "ben",
        "roster": ["ben"],
        "room_sex": Sex.ANY,
        "arriving_sex": Sex.MEN,
        "eligible": True,
        "id_number": "11010519491231002X",
        "key": bytes(range(32)),
        "people": [PERSON],
        "applications": [Application("1", 1, ("P1",))],
        "policy": "last",
        "facts": FACTS,
        "name": "heads",
        "scheme": "arh",
        "conditions": list(rules.condition),
        "rules": rules,
        "condition": rules.condition[1],
        "answers": [Answer.YES],
        "tiers": list(rules.tier),
        "open_tier": 9,
        "rows": list(rules.home_form),
        "heads": 2,
        "children": 1,
        "states": np.array([HomeState.LET, HomeState.IN_ROUND], np.int8),
        "places": [0, 1],
        "own_homes": [0],
        "total_m2": "30.00",
        "line_m2": 15,
        "area_m2": "20",
        "least_m2": Decimal(5),
        "most_heads": 2,
        "room_areas_m2": ["15", "10"],
        "family": False,
        "sexes": [Sex.WOMEN],
        "use": "kitchen",
        "banned": ["kitchen"],
        "rooms": 9,
        "residents": 14,
        "rooms_from": 10,
        "residents_from": 15,
        "preferences": WISHES,
        "priorities": LINES,
        "capacities": SEATS,
        "order": ["a", "b"],
        "peaks": {"A": 2, "B": 5},
        "total": 6,
        "divide_all": True,
        "requests": {"A": 2, "B": 5},
        "draw": ["A", "B"],
        "claims": {"a": ["x"], "b": "x"},
        "capacity": 2,
        "strict": ["x"],
        "reserves": {"x": 1},
        "mode": "minimum",
        "units": 13,
        "share": "20%",
        "minimum": 1,
        "own": 1,
        "lottery": ["a", "b"],
        "match": {"a": "P", "b": None},
        "owners": {"P": "a"},
        "vacant": ["Q"],
        "queue": ["a", "b"],
        "waits_for": {"a": "P", "b": "Q"},
        "arrivals": ["P", "Q"],
        "bids": WISHES,
        "list_dates": {"a": "2026-03-01", "b": DAY},
        "ranks": {"a": 1, "b": 2},
        "homes": SEATS,
        "buckets": ["x"],
        "general": "everybody",
        "limits": {"x": 1},
        "lists": {"x": [(1, 3, "a"), (2, 8, "b")]},
        "ranking": ["a", "b"],
        "social": ["a"],
        "local": ["b"],
        "social_share": "20%",
        "local_share": "0%",
        "seed": 7,
        "count": 3,
        "weights": [0.5, 1.0, 2.0],
        "size": 2,
        "sources": [9319, [2, 5], "12.5", "noon"],
        "pool": 9,
        "crews": [Crew(name="c", heads=3, sex="f")],
        "serial": 1,
        "digits": "11010519491231002",
        "round_name": "R1",
        "commitment": HEX,
        "value": HEX,
        "k": 1,
        "signature": HEX,
        "party": "notary",
        "secret": "s" * 32,
        "parties": [PARTY],
        "dice": "135",
        "line": ["ann", "ben"],
        "applicant": "ann",
        "place": "B1",
    }


def by_function() -> dict[str, dict[str, Any]]:
    """Return what differs for one function: a name means another thing there."""
    return {
        "verdicts": {"applications": [RECEIVED]},
        "home_forms": {
            "rows": [
                HomeForm(
                    effective=DAY,
                    article="a",
                    source="s",
                    status="invented",
                    least_heads=1,
                    least_children=0,
                    forms=("bed",),
                )
            ]
        },
        "break_ties": {"priorities": {"P": [["a"], ["b"]]}},
        "deferred_acceptance_with_lottery": {"priorities": {"P": [["b", "a"]], "Q": [["a"]]}},
        "deferred_acceptance_with_slots": {"slots": {"P": [("x", 1)], "Q": [("", 1)]}},
        "fill_slots": {"slots": [("x", 1), ("", 1)]},
        "slot_seats": {"slots": [SlotRule(name="access", claim="access", share="20%")]},
        "reserved_units": {"rounding": "down"},
        "bucket_units": {"shares": {"x": "20%"}},
        "top_trading_cycles": {
            "preferences": {"a": ["y", "x"], "b": ["x"]},
            "owners": {"x": "a", "y": "b"},
        },
        "place_crews": {"rooms": [Room(name="r", corridor="c", door=1, beds=4)]},
        "room_lots": {"rooms": 6},
        "weighted_licence_draw": {"applicants": [("A", 0), ("B", 3)], "places": 1},
        "rfc3797_select": {"key": "9319./"},
        "draw_tickets": {"weights": {"00000001X": 1}},
        "ticket_of": {"number": "00000001X"},
        "number_is_valid": {"number": "00000001X"},
        "ranks_are_a_permutation": {"ranks": [2, 1]},
        "check_swap": {"lease": LEASE},
        "check_offer": {"book": OfferBook(2, True)},
        "next_in_line": {"book": OfferBook(2, True)},
        "check_exit": {"end": LAST},
        "check_term": {"end": LAST},
        "check_total": {"end": LAST},
        "check_renewal": {"end": LAST},
        "offer_place": {"offer": OPEN, "standing": FIRST, "taken": False},
        "answer": {"offer": OPEN, "standing": WAITING, "terms": TERMS, "reply": Reply.ACCEPT},
        "lapse": {"offer": OPEN, "standing": WAITING, "terms": TERMS},
        "became_lease": {"offer": KEPT, "standing": Standing("ann")},
        "sign_lease": {"lease": LEASE, "occupants": ["ann"], "limits": LIMITS},
        "renew_lease": {"lease": LEASE, "limits": LIMITS, "end": date(2028, 7, 1)}
        | {"earlier": [(DAY, LAST)], "total_months": 72},
        "give_notice": {"lease": LEASE},
        "put_off_lease": {"lease": LEASE, "start": LATER},
        "swap": {"lease": LEASE, "elsewhere": [], "stays": STAYS[:1]},
        "bucket_gaps": {"totals": {"x": 2}},
    }
