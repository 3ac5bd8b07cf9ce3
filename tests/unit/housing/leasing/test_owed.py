"""Arrears: the oldest is settled first, and how late it is says the step."""

from huiguan.foundation.postings import post
from huiguan.housing.leasing.charges import Entry
from huiguan.housing.leasing.owed import DepositDue, Owed, deposits_due, deposits_held, owed_on
from huiguan.housing.rules import Days
from tests.unit.housing.leasing.tables import RULES, D, lettings

STEPS: tuple[Days, ...] = RULES.arrears  # 1, 15 and 60 days


def entry(on: str, debit: str, credit: str, amount_fen: int) -> Entry:
    (row,) = post("rents", debit, credit, amount_fen, f"{on}/{debit}/{credit}")
    return Entry(D(on), row)


BOOKS = [
    entry("2026-10-05", "receivable:ann", "rent income", 100),
    entry("2026-11-05", "receivable:ann", "rent income", 100),
    entry("2026-10-20", "bank", "receivable:ann", 150),
    entry("2026-10-05", "receivable:bob", "rent income", 100),
    entry("2026-10-05", "bank", "receivable:cat", 70),
]


def test_the_oldest_is_settled_first() -> None:
    """Of 100 due 5 October and 100 due 5 November 150 are paid: 50 are late since November."""
    assert owed_on(BOOKS, D("2026-11-20"), STEPS) == [
        Owed("rents", "bob", 100, D("2026-10-05"), 46, "2 written demand"),
        Owed("rents", "ann", 50, D("2026-11-05"), 15, "2 written demand"),
    ]
    assert owed_on(BOOKS, D("2026-11-19"), STEPS)[1].step == "1 reminder"
    assert [row.payer for row in owed_on(BOOKS, D("2026-11-04"), STEPS)] == ["bob"]


def test_due_today_is_owed_and_not_late() -> None:
    found = owed_on(BOOKS, D("2026-10-05"), STEPS)
    assert [(row.payer, row.days, row.step) for row in found] == [("ann", 0, ""), ("bob", 0, "")]
    assert owed_on(BOOKS, D("2026-10-04"), STEPS) == []


def test_sixty_days_are_the_last_step() -> None:
    assert owed_on(BOOKS, D("2026-12-03"), STEPS)[0].step == "2 written demand"  # 59 days
    assert owed_on(BOOKS, D("2026-12-04"), STEPS)[0].step.startswith("3 ")


def test_a_deposit_goes_on_with_the_lease_that_follows() -> None:
    rows = lettings({}, {"start": "2027-10-01", "end": "2028-10-01", "follows": "L1"})
    books = [entry("2026-10-02", "deposit bank", "deposit owed:L1", 270_000)]
    assert deposits_due(rows, books, D("2026-10-01")) == [DepositDue("L1", "ann", 270_000, 0)]
    assert deposits_due(rows, books, D("2027-10-02")) == []
    books.append(entry("2028-10-05", "deposit owed:L1", "deposit bank", 270_000))
    assert deposits_held(books, D("2028-10-05")) == {"L1": 0}
