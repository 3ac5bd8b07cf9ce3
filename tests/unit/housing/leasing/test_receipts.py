"""Lines of a bank: each to its payer, a deposit to its lease, the rest waits; each counts once."""

from collections.abc import Sequence

import pytest

from huiguan.foundation.postings import balances
from huiguan.housing.leasing.receipts import Paid, Receipt, known_in, read_receipts, take_payments
from huiguan.housing.tenancy.ledger import trial_balance
from tests.unit.housing.leasing.tables import lettings, rows, told

LINE = {"reference": "1", "on": "2026-10-03", "amount": "2700", "from": "", "text": ""}
PAYERS = [
    {"lease": "L2", "payer": "cat", "share": "300", "account": "Cat Wu"},
    {"lease": "L2", "payer": "ACME", "share": "rest", "account": "Acme Ltd"},
]
KNOWN = known_in(
    "rents", lettings({}, {"place": "A2", "lessee": "ACME", "occupants": "cat"}, payers=PAYERS)
)


def take(*cells: dict[str, str], kept: Sequence[Receipt] = ()) -> Paid:
    given, faults = read_receipts(rows(*(LINE | cell for cell in cells)), "rents")
    assert faults == []
    return take_payments(given, kept, KNOWN)


@pytest.mark.parametrize(
    ("cells", "account"),
    [
        ({"text": "rent L1"}, "receivable:ann"),  # its one payer
        ({"text": "ann, October"}, "receivable:ann"),
        ({"text": "房租：L1"}, "receivable:ann"),
        ({"from": "Acme Ltd"}, "receivable:ACME"),
        ({"from": "Acme Ltd", "text": "for cat"}, "receivable:cat"),  # what is written counts
        ({"text": "rent L2"}, ""),  # two payers: which?
        ({"text": "L2", "payer": "cat"}, "receivable:cat"),  # the office found out
        ({"text": "deposit L2"}, "deposit owed:L2"),
        ({"text": "押金 L1"}, "deposit owed:L1"),
        ({"text": "deposit"}, ""),
        ({"lease": "L2"}, "deposit owed:L2"),
        ({"text": "L10"}, ""),  # no part of an id is one
        ({"from": "nobody", "text": "hello"}, ""),
    ],
)
def test_to_whom_a_line_belongs(cells: dict[str, str], account: str) -> None:
    paid = take(cells)
    assert [row.matched for row in paid.receipts] == [account]
    (row,) = (entry.posting for entry in paid.entries)
    assert row.credit == (account or "unmatched")
    assert row.debit == ("deposit bank" if account.startswith("deposit") else "bank")


def test_a_line_counts_once_and_its_money_moves_when_its_payer_is_known() -> None:
    first = take({"text": "?"}, {"reference": "2", "from": "Cat Wu"})
    assert (first.new, first.found) == (2, 0)
    again = take({"text": "?"}, {"reference": "2", "from": "Cat Wu"}, kept=first.receipts)
    assert (again.new, again.entries, again.receipts) == (0, [], first.receipts)
    known = take({"text": "?", "lease": "L2"}, kept=first.receipts)
    assert (known.new, known.found) == (0, 1)
    books = [row for _, row in (*first.entries, *known.entries)]
    assert balances(books) == {
        ("rents", "bank"): 270_000,  # of the line of cat; the other went on to the deposits
        ("rents", "unmatched"): 0,
        ("rents", "receivable:cat"): -270_000,
        ("rents", "deposit owed:L2"): -270_000,
        ("rents", "deposit bank"): 270_000,
    }
    assert trial_balance(books) == {"rents": 0}
    late = take({"text": "?", "payer": "ann"}, kept=known.receipts)
    assert (late.entries, late.receipts) == ([], known.receipts)  # it was posted, and stays


def test_what_cannot_be_is_named_by_row_and_column() -> None:
    kept = take({}).receipts
    given, _ = read_receipts(
        rows(
            LINE | {"amount": "2701"},
            LINE | {"reference": "2", "payer": "zoe"},
            LINE | {"reference": "3", "lease": "L9"},
        ),
        "rents",
    )
    paid = take_payments(given, kept, KNOWN)
    assert told(paid.faults) == [
        " row 2, column reference: payments.csv has this line with another day, amount or book",
        " row 3, column payer: nobody pays as zoe in the book rents",
        " row 4, column lease: the book rents has no lease L9",
    ]
    _, faults = read_receipts(rows(LINE, LINE, LINE | {"reference": "", "amount": "0"}), "rents")
    assert [(fault.line, fault.column) for fault in faults] == [
        (4, "reference"), (4, "amount"), (3, "reference"),
    ]  # fmt: skip
