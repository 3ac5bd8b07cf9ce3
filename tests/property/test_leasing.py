"""The close of a folder of leases equals a day-set model on random histories of an estate.

Leases are signed, end earlier or later than was thought and are held over; months are closed in
between, one of them twice. After every close the books hold exactly what the model says.
"""

from collections import defaultdict
from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from huiguan.foundation.arithmetic import show_fen
from huiguan.housing.leasing.charges import Entry, close, segments_of
from huiguan.housing.leasing.checks import crossing
from huiguan.housing.leasing.columns import LEASES, PAYERS
from huiguan.housing.leasing.forms import Letting, read_tables
from huiguan.housing.tenancy.ledger import trial_balance
from tests.models.plain_leases import PlainLease, clashes, month_later, owed_up_to
from tests.unit.housing.leasing.tables import RULES, rows

HISTORIES = 60
FIRST = date(2027, 11, 1)  # over a February of 29 days
SHARES = (
    [("ann", "rest")],
    [("ann", "even"), ("bob", "even")],
    [("ann", "even"), ("bob", "even"), ("cat", "even")],
    [("ann", "300.01"), ("ACME", "rest")],
    [("ACME", "60%"), ("ann", "even"), ("bob", "even")],
    [("ACME", "rest"), ("ann", "33%"), ("bob", "100")],
)


class History:
    """What happened to some leases, as the office's tables and as the model has it."""

    def __init__(self, seed: int, way: str) -> None:
        self.rng = np.random.default_rng([seed, 14])
        self.way = way
        (row,) = RULES.charge
        charge = (msgspec.structs.replace(row, days=way),)
        self.rules = msgspec.structs.replace(RULES, charge=charge)
        self.leases: list[PlainLease] = []
        self.books: list[Entry] = []

    def any_of(self, most: int) -> int:
        return int(self.rng.integers(0, most))

    def sign(self) -> None:
        start = FIRST + timedelta(days=self.any_of(150))
        number = len(self.leases) + 1
        self.leases.append(
            PlainLease(
                number=f"L{number}",
                place=f"A{self.any_of(12)}",
                person=f"p{self.any_of(30)}",
                start=start,
                end=start + timedelta(days=1 + self.any_of(200)),
                left=None,
                rent_fen=50_000 + self.any_of(300_000),
                parts=list(SHARES[self.any_of(len(SHARES))]),
            )
        )

    def change(self) -> None:
        lease = self.leases[self.any_of(len(self.leases))]
        longest = (lease.end - lease.start).days
        if self.any_of(2):
            lease.end = lease.start + timedelta(days=1 + self.any_of(longest))
            lease.left = None
        else:
            lease.left = lease.end + timedelta(days=self.any_of(80))

    def lettings(self) -> list[Letting]:
        cells = [
            {
                "lease": row.number, "place": row.place, "lessee": "ann", "occupants": row.person,
                "start": str(row.start), "end": str(row.end), "left": str(row.left or ""),
                "rent": show_fen(row.rent_fen).replace(",", ""),
            }
            for row in self.leases
        ]  # fmt: skip
        payers = [
            {"lease": row.number, "payer": payer, "share": share}
            for row in self.leases
            for payer, share in row.parts
        ]
        found = read_tables({LEASES: rows(*cells), PAYERS: rows(*payers)})
        assert found.faults == []
        return found.lettings

    def close(self, month: date) -> list[Entry]:
        segments, faults = segments_of(self.lettings(), {}, self.rules)
        assert faults == []
        return close(segments, self.books, month)

    def booked(self) -> dict[tuple[str, ...], int]:
        """Return what the books have of each charge, corrections counted in."""
        found: dict[tuple[str, ...], int] = defaultdict(int)
        for _, row in self.books:
            sign = 1 if row.debit.startswith("receivable:") else -1
            found[tuple(row.reference.split("/")[:4])] += sign * row.amount_fen
        return {key: fen for key, fen in found.items() if fen}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["month", "thirty", "lease_month"])
def test_the_books_hold_what_a_model_of_days_says(way: str) -> None:
    closes = corrections = 0
    for seed in range(HISTORIES):
        history = History(seed, way)
        for _ in range(6):
            history.sign()
        for at in range(8):
            month = month_later(FIRST, at)
            for _ in range(history.any_of(4)):
                history.sign() if history.any_of(3) == 0 else history.change()
            new = history.close(month)
            done = history.any_of(len(new) + 1)  # broken off there, and taken again
            history.books += new[:done]
            history.books += history.close(month)
            assert history.close(month) == []
            assert history.booked() == owed_up_to(history.leases, month, way), (seed, at)
            assert set(trial_balance(row for _, row in history.books).values()) <= {0}
            closes += 1
            corrections += sum(row.reference.count("/") > 3 for _, row in new)
    assert (closes, corrections > 100) == (8 * HISTORIES, True)


def test_a_clash_is_found_where_two_sets_of_days_meet() -> None:
    found = [0, 0]
    for seed in range(400):
        history = History(seed, "month")
        for _ in range(2 + history.any_of(3)):
            history.sign()
            history.change()
        clash = clashes(history.leases)
        assert bool(crossing(history.lettings())) == clash, seed
        found[clash] += 1
    assert min(found) > 40
