"""A plain twin of the close: every day of every lease by itself, and shares in fractions.

A lease is a set of days; a day has a part of its month's rent; what is owed is the sum of parts,
rounded where the rule rounds. Nothing of the program's code is used but its tables.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

DAY = timedelta(days=1)


@dataclass
class PlainLease:
    """A lease: its rent runs on every day of [start, end), held over on those of [end, left)."""

    number: str
    place: str
    person: str
    start: date
    end: date
    left: date | None
    rent_fen: int
    parts: list[tuple[str, str]]  # payer and share, as tables say it

    def days(self) -> set[date]:
        """Return every day on which the place is taken."""
        last = max(self.end, self.left or self.end)
        return {self.start + DAY * n for n in range((last - self.start).days)}


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, half up."""
    return floor(value + Fraction(1, 2))


def month_later(day: date, months: int) -> date:
    """Return the corresponding day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def weight(day: date, way: str) -> Fraction:
    """Return the part of its calendar month's rent that a day costs."""
    length = monthrange(day.year, day.month)[1]
    if way == "month":
        return Fraction(1, length)
    if day.day == length:  # what is missing to a whole month, nothing on a 31st
        return 1 - Fraction(min(length - 1, 30), 30)
    return Fraction(1, 30)


def in_month(first: date, last: date, month: date, way: str) -> tuple[Fraction, Fraction]:
    """Return the parts of a month that lie before [first, last), and in it."""
    before = let = Fraction(0)
    for number in range(1, monthrange(month.year, month.month)[1] + 1):
        day = month.replace(day=number)
        if day < first:
            before += weight(day, way)
        elif day < last:
            let += weight(day, way)
    return before, let


def in_own_month(lease: PlainLease, month: date) -> tuple[Fraction, Fraction]:
    """Return the part that is let of the lease's own month which begins in a calendar month."""
    months = (month.year - lease.start.year) * 12 + month.month - lease.start.month
    if months < 0:
        return Fraction(0), Fraction(0)
    begin, after = month_later(lease.start, months), month_later(lease.start, months + 1)
    let = sum(begin + DAY * n < lease.end for n in range((after - begin).days))
    return Fraction(0), Fraction(let, (after - begin).days)


def split(lease: PlainLease, rent: int, let: Fraction, turn: int) -> dict[str, int]:
    """Return what each payer owes of a month's rent: fixed parts, then the rest."""
    owed = {}
    for payer, share in lease.parts:
        if share.endswith("%"):
            owed[payer] = floor(rent * Fraction(int(share[:-1]), 100))
        elif share not in ("rest", "even"):
            owed[payer] = floor(Fraction(share) * 100 * let)
    left = rent - sum(owed.values())
    others = [payer for payer, share in lease.parts if share in ("rest", "even")]
    for _ in range(turn % len(others)):
        others.append(others.pop(0))
    for at, payer in enumerate(others):
        owed[payer] = left // len(others) + (at < left % len(others))
    return owed


def owed_by_month(lease: PlainLease, month: date, way: str) -> dict[tuple[str, str, str], int]:
    """Return (month, lease, payer): fen owed for the lease's own days of a calendar month."""
    if way == "lease_month":
        before, let = in_own_month(lease, month)
    else:
        before, let = in_month(lease.start, lease.end, month, way)
    rent = half_up(lease.rent_fen * (before + let)) - half_up(lease.rent_fen * before)
    turn = (month.year - lease.start.year) * 12 + month.month - lease.start.month
    return {
        (f"{month:%Y-%m}", lease.number, payer): amount
        for payer, amount in split(lease, rent, let, turn).items()
        if amount
    }


def owed_beyond(lease: PlainLease, month: date) -> dict[tuple[str, str, str], int]:
    """Return what is owed at the old rent for days after the end, within the transition."""
    if lease.left is None or lease.left <= lease.end:
        return {}
    before, let = in_month(lease.end, lease.left, month, "month")
    rent = half_up(lease.rent_fen * (before + let)) - half_up(lease.rent_fen * before)
    turn = (month.year - lease.end.year) * 12 + month.month - lease.end.month
    return {
        (f"{month:%Y-%m}", lease.number, payer): amount
        for payer, amount in split(lease, rent, let, turn).items()
        if amount
    }


def clashes(leases: Sequence[PlainLease]) -> bool:
    """Return whether a place is taken twice on a day, or somebody lives in two on one."""
    for at, lease in enumerate(leases):
        for other in leases[:at]:
            if lease.place == other.place and lease.days() & other.days():
                return True
            if lease.person == other.person and lived(lease) & lived(other):
                return True
    return False


def lived(lease: PlainLease) -> set[date]:
    """Return the days on which somebody lives there."""
    last = lease.left or lease.end
    return {lease.start + DAY * n for n in range((last - lease.start).days)}


def owed_up_to(leases: Iterable[PlainLease], month: date, way: str) -> dict[tuple[str, ...], int]:
    """Return (kind, month, lease, payer): fen, of every month up to one."""
    found: dict[tuple[str, ...], int] = {}
    for lease in leases:
        at = lease.start.replace(day=1)
        while at <= month:
            found |= {("rent", *key): fen for key, fen in owed_by_month(lease, at, way).items()}
            found |= {("held over", *key): fen for key, fen in owed_beyond(lease, at).items()}
            at = month_later(at, 1)
    return found
