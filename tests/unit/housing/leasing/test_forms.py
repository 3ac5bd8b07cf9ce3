"""Tables of leases: every fault by table, row and column; what is right is read as meant."""

import pytest

from huiguan.housing.leasing.forms import Part
from tests.unit.housing.leasing.tables import LEASE, RENT, D, lettings, read, told


def test_a_lease_is_paid_by_its_lessee_unless_a_row_says_otherwise() -> None:
    (alone,) = lettings({})
    assert alone.parts == (Part("ann"),)
    assert alone.lease.rent_fen == alone.lease.deposit_fen == 270_000
    assert alone.charged_from == D("2026-10-01")
    shared = read(
        payers=[
            {"lease": "L1", "payer": "ann", "share": "300.50", "account": "Ann Li"},
            {"lease": "L1", "payer": "ACME", "share": "40%"},
            {"lease": "L1", "payer": "bob", "share": "rest"},
        ]
    )
    assert shared.faults == []
    assert shared.lettings[0].parts == (
        Part("ann", 30_050, account="Ann Li"), Part("ACME", None, 400_000_000), Part("bob"),
    )  # fmt: skip
    assert [part.told() for part in shared.lettings[0].parts] == ["300.50", "40%", "rest"]


def test_every_fault_is_found_at_once() -> None:
    found = read(
        leases=[
            LEASE | {"rent": "2,700", "start": "1 October", "by_employer": "maybe"},
            LEASE | {"lease": "L2", "end": "2026-10-01", "left": "2026-09-30"},
            LEASE | {"lease": "L2", "occupants": "ann ann", "follows": "L2"},
            LEASE | {"lease": "L/3", "deposit": "-1", "charged_from": "2028-01-01"},
        ],
        rents=[RENT, RENT | {"market": "0"}, RENT],
        payers=[
            {"lease": "L9", "payer": "ann", "share": "rest"},
            {"lease": "L2", "payer": "ann", "share": "half"},
        ],
        opening=[
            {"of": "L8", "kind": "deposit", "amount": "-5", "on": "2026-09-01"},
            {"of": "ann", "kind": "rent", "amount": "1.234", "on": ""},
        ],
    )
    assert told(found.faults) == [
        "rents.csv row 3, column market: '0' is no rent of a month",
        "leases.csv row 2, column by_employer: 'maybe' is neither yes nor no",
        "leases.csv row 2, column start: '1 October' is not a date; write it like 2026-07-01",
        (
            "leases.csv row 2, column rent: '2,700' is not a decimal number; write it like 413.10,"
            " in the digits 0 to 9"
        ),
        "leases.csv row 4, column occupants: somebody is named twice",
        "leases.csv row 5, column lease: 'L/3' holds / or :, which books put between ids",
        "leases.csv row 5, column deposit: '-1' is below zero",
        (
            "payers.csv row 3, column share: 'half' is not a decimal number; write it like 413.10,"
            " in the digits 0 to 9"
        ),
        (
            "opening.csv row 3, column kind: 'rent' is none of the words there are: 'arrears',"
            " 'deposit'"
        ),
        "opening.csv row 3, column amount: '1.234' is finer than 1/100 and would not be exact",
        "opening.csv row 3, column on: '' is not a date; write it like 2026-07-01",
        "rents.csv row 4, column start: row 2 has this one already",
        "payers.csv row 2, column lease: leases.csv has no L9",
        (
            "leases.csv row 3, column end: it ends 2026-10-01 and starts 2026-10-01: no day lies"
            " between"
        ),
        "leases.csv row 3, column left: nobody leaves on 2026-09-30 before the lease starts",
        "opening.csv row 2, column of: leases.csv has no L8",
        "opening.csv row 2, column amount: a deposit that is held is not below zero",
    ]


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        (["100", "50%"], "exactly one"),
        (["rest", "rest"], "exactly one"),
        (["even", "100"], "exactly one"),
        (["even", "even", "rest"], "exactly one"),
        (["2700.01", "rest"], "above"),
    ],
)
def test_payers_that_do_not_sum(shares: list[str], words: str) -> None:
    payers = [{"lease": "L1", "payer": f"p{at}", "share": share} for at, share in enumerate(shares)]
    (fault,) = read(payers=payers).faults
    assert (fault.line, fault.column, fault.table) == (2, "rent", "leases.csv")
    assert words in fault.sentence


def test_a_payer_stands_once_in_a_lease() -> None:
    payers = [{"lease": "L1", "payer": "ann", "share": share} for share in ("100", "rest")]
    assert told(read(payers=payers).faults) == [
        "payers.csv row 3, column payer: row 2 has this one already",
        "leases.csv row 2, column rent: payers.csv: a payer is named twice",
    ]
