"""The close: what is missing is charged, what changed is corrected, a second close writes nothing.

Figures in fen; the arithmetic stands beside each.
"""

from collections.abc import Sequence
from datetime import date

import msgspec
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import balances
from huiguan.housing.leasing.charges import Entry, close, opened, segments_of
from huiguan.housing.leasing.forms import Letting
from huiguan.housing.rules import HomeRules
from huiguan.housing.tenancy.ledger import trial_balance
from tests.unit.housing.leasing.tables import RULES, D, lettings, read, told

OCTOBER, NOVEMBER = D("2026-10-01"), D("2026-11-01")


def closed(
    rows: Sequence[Letting], month: date, before: Sequence[Entry] = (), rules: HomeRules = RULES
) -> list[Entry]:
    """Return what a close writes."""
    segments, faults = segments_of(rows, read().rents, rules)
    assert faults == []
    return close(segments, before, month)


def shown(entries: Sequence[Entry]) -> list[tuple[str, str, int]]:
    """Return day, reference and what the payer owes more, of every posting."""
    return [
        (str(on), row.reference, row.amount_fen if row.debit != "rent income" else -row.amount_fen)
        for on, row in entries
    ]


def counting(days: str) -> HomeRules:
    """Return rules under which days count in another way."""
    (row,) = RULES.charge
    return msgspec.structs.replace(RULES, charge=(msgspec.structs.replace(row, days=days),))


def test_a_part_of_a_month_and_a_month() -> None:
    """17 to 31 October: 15 of 31 days of 2,700.00 are 1,306.45; due four days after the first."""
    rows = lettings({"start": "2026-10-17"})
    assert shown(closed(rows, NOVEMBER)) == [
        ("2026-10-21", "rent/2026-10/L1/ann", 130_645),
        ("2026-11-05", "rent/2026-11/L1/ann", 270_000),
    ]


def test_a_close_after_a_close_writes_what_is_new() -> None:
    rows = lettings({})
    first = closed(rows, OCTOBER)
    assert closed(rows, OCTOBER, first) == []
    assert shown(closed(rows, NOVEMBER, first)) == [("2026-11-05", "rent/2026-11/L1/ann", 270_000)]
    for done in range(2):
        both = closed(rows, NOVEMBER)
        assert both[:done] + closed(rows, NOVEMBER, both[:done]) == both


def test_a_lease_that_ended_earlier_is_corrected_by_a_posting_of_its_own() -> None:
    """Charged to the end of November; it ended on the 16th: 15 of 30 days, so 1,350.00 go back.

    Put right again, they are charged once more: no posting is ever edited.
    """
    rows, short = lettings({}), lettings({"end": "2026-11-16"})
    books = closed(rows, NOVEMBER)
    back = closed(short, NOVEMBER, books)
    assert shown(back) == [("2026-11-30", "rent/2026-11/L1/ann/2", -135_000)]
    assert back[0].posting.credit == "receivable:ann"
    again = closed(rows, NOVEMBER, books + back)
    assert shown(again) == [("2026-11-30", "rent/2026-11/L1/ann/3", 135_000)]
    assert closed(short, NOVEMBER, [*books, *back]) == []
    never = closed([], NOVEMBER, books)
    assert [amount for _, _, amount in shown(never)] == [-270_000, -270_000]
    assert balances(row for _, row in books + never)["rents", "receivable:ann"] == 0
    assert trial_balance(row for _, row in books + back + again) == {"rents": 0}


def test_two_payers_and_a_rent_that_changes_inside_a_month() -> None:
    """To 16 November 550.00, then 600.00 by a lease that follows; 30 days.

    15/30 of 550.00 are 275.00: the worker 300.00 x 15/30 = 150.00, the employer 125.00;
    15/30 of 600.00 are 300.00: 150.00 and 150.00.
    """
    first = {"end": "2026-11-16", "rent": "550"}
    after = {"start": "2026-11-16", "end": "2027-11-16", "rent": "600", "follows": "L1"}
    payers = [
        {"lease": lease, "payer": payer, "share": share}
        for lease in ("L1", "L2")
        for payer, share in (("ann", "300"), ("ACME", "rest"))
    ]
    rows = lettings(first, after, payers=payers)
    november = [row for row in shown(closed(rows, NOVEMBER)) if "2026-11" in row[1]]
    assert november == [
        ("2026-11-05", "rent/2026-11/L1/ann", 15_000),
        ("2026-11-05", "rent/2026-11/L1/ACME", 12_500),
        ("2026-11-20", "rent/2026-11/L2/ann", 15_000),
        ("2026-11-20", "rent/2026-11/L2/ACME", 15_000),
    ]


def test_days_count_as_the_setting_of_the_first_day_says() -> None:
    """From 17 October: by thirty 14 days of 90.00, 1,260.00; by the lease's month 2,700.00."""
    rows = lettings({"start": "2026-10-17", "end": "2027-10-17"})
    assert [a for _, _, a in shown(closed(rows, OCTOBER, (), counting("thirty")))] == [126_000]
    own = closed(rows, NOVEMBER, (), counting("lease_month"))
    assert shown(own) == [
        ("2026-10-21", "rent/2026-10/L1/ann", 270_000),
        ("2026-11-21", "rent/2026-11/L1/ann", 270_000),
    ]


def test_a_newer_setting_is_for_newer_leases() -> None:
    (row,) = RULES.charge
    later = msgspec.structs.replace(row, days="thirty", effective=D("2026-11-01"))
    rules = msgspec.structs.replace(RULES, charge=(row, later))
    old = lettings({"start": "2026-10-01", "end": "2027-10-17"})
    assert closed(old, D("2027-10-01"), (), rules)[-1].posting.amount_fen == 139_355  # 16 of 31
    new = lettings({"start": "2026-11-01", "end": "2027-11-17"})
    assert closed(new, D("2027-11-01"), (), rules)[-1].posting.amount_fen == 144_000  # 16 of 30
    with pytest.raises(InputFault, match="no way to count a month's days"):
        closed(old, OCTOBER, (), msgspec.structs.replace(RULES, charge=()))


def test_who_stays_beyond_the_end_is_charged_by_the_day() -> None:
    """Ended 1 October, left 11 January: 3 months at 2,700.00, 10 of 31 days at 3,000.00."""
    rows = lettings({"start": "2025-10-01", "end": "2026-10-01", "left": "2027-01-11"})
    over = [r for r in shown(closed(rows, D("2027-01-01"))) if r[1].startswith("held over")]
    assert over == [
        ("2026-10-05", "held over/2026-10/L1/ann", 270_000),
        ("2026-11-05", "held over/2026-11/L1/ann", 270_000),
        ("2026-12-05", "held over/2026-12/L1/ann", 270_000),
        ("2027-01-05", "held over/2027-01/L1/ann", 96_774),
    ]


def test_a_market_rent_nobody_knows_is_a_fault_of_its_row() -> None:
    rows = lettings({"place": "B7", "end": "2027-10-01", "left": "2028-03-01"})
    _, faults = segments_of(rows, read().rents, RULES)
    assert told(faults) == [
        "leases.csv row 2, column left: rents.csv has no market rent of B7 for who stayed too long"
    ]
    programme = lettings({"place": "B7", "programme": "A1", "left": "2028-03-01"})
    assert segments_of(programme, read().rents, RULES)[1] == []


def test_a_lease_taken_over_is_charged_from_its_day() -> None:
    """A lease of 2025 whose rent stands in these books from 1 November 2026."""
    rows = lettings({"start": "2025-11-15", "end": "2027-11-15", "charged_from": "2026-11-01"})
    assert shown(closed(rows, NOVEMBER)) == [("2026-11-05", "rent/2026-11/L1/ann", 270_000)]


def test_what_was_owed_and_held_before_is_opened_once() -> None:
    rows = [
        {"of": "ann", "kind": "arrears", "amount": "100.00", "on": "2026-08-01"},
        {"of": "bob", "kind": "arrears", "amount": "-20", "on": "2026-08-01"},
        {"of": "L1", "kind": "deposit", "amount": "2700", "on": "2026-08-01"},
    ]
    found = read(opening=rows)
    books = opened(found.opening, [])
    assert opened(found.opening, books) == []
    assert balances(row for _, row in books) == {
        ("rents", "receivable:ann"): 10_000,
        ("rents", "opening"): -8_000,
        ("rents", "receivable:bob"): -2_000,
        ("rents", "deposit bank"): 270_000,
        ("rents", "deposit owed:L1"): -270_000,
    }
    other = read(opening=[rows[0] | {"amount": "101"}]).opening
    with pytest.raises(InputFault, match=r"opening.csv row 2: the books have .* another amount"):
        opened(other, books)
