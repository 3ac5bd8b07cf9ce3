"""Rows of a city's rulebook: limits and conditions as dated, cited data.

A row holds from its day until a newer row of the same table, name and scheme; it is never edited.
A newer row with ``applies = false`` ends a rule. Text such as "90%" or "15" becomes exact integers
when the book is read (``storage.homes.rules``).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Literal, TypeVar

import msgspec

from huiguan.foundation.cited import Row, applicable, rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count
from huiguan.foundation.readers.written import Rate, Written, Yuan, quoted
from huiguan.housing.supply.places import parse_area

Area = Annotated[
    int, Written('area in m2 in quotes: "15"', quoted(parse_area), unit="_dm2", key_unit="_m2")
]
Test = Literal["is_true", "is_false", "area_below", "age_between", "one_of"]


class HomeRow(Row[date], frozen=True, kw_only=True):
    """A row of a city's book."""

    name: str = ""  # tells rows of one table apart where several hold at once
    schemes: tuple[str, ...] = ()  # empty: every scheme
    applies: bool = True


class Condition(HomeRow, frozen=True, kw_only=True):
    """Somebody may be housed only if this test of a fact says yes."""

    test: Test
    fact: str
    line_dm2: Area = 0  # area_below: strictly below this much a head
    least: int = 0  # age_between, both inclusive
    most: int = 0
    values: tuple[str, ...] = ()  # one_of
    chinese: str = ""  # what it asks, for applicants who read Chinese


class RateRow(HomeRow, frozen=True, kw_only=True):
    """A part of something."""

    rate_ppb: Rate


class Switch(HomeRow, frozen=True, kw_only=True):
    """A rule that holds or not: ``applies`` is all it says."""


class Months(HomeRow, frozen=True, kw_only=True):
    """A number of months."""

    months: int


class Days(HomeRow, frozen=True, kw_only=True):
    """A number of days."""

    days: int


class Term(HomeRow, frozen=True, kw_only=True):
    """The shortest and the longest lease."""

    least_months: int
    most_months: int


class Supervised(HomeRow, frozen=True, kw_only=True):
    """Above either line money goes to a supervised account."""

    deposit_months: int
    prepaid_months: int


class Space(HomeRow, frozen=True, kw_only=True):
    """Least area a head and most heads in a room."""

    least_area_dm2: Area
    most_heads: int


class Words(HomeRow, frozen=True, kw_only=True):
    """A list the law or the contract gives."""

    words: tuple[str, ...]


class HomeForm(HomeRow, frozen=True, kw_only=True):
    """The forms a household of at least this many heads and children may have."""

    least_heads: int
    least_children: int
    forms: tuple[str, ...]


class Concentrated(HomeRow, frozen=True, kw_only=True):
    """From either number on a landlord needs a management system."""

    rooms: int
    residents: int


class Band(HomeRow, frozen=True, kw_only=True):
    """The usual rents of a month, for information."""

    least_rent_fen: Yuan
    most_rent_fen: Yuan


class OfferTerms(HomeRow, frozen=True, kw_only=True):
    """Days to answer an offer, and how many refusals end a place in the line (0: never)."""

    answer_days: int
    refusals_end_line: int
    stay_in_line: bool  # whether somebody may accept and stay in line for a better choice


class Tier(HomeRow, frozen=True, kw_only=True):
    """Applicants for whom this fact is true come in this tier; the lowest number counts."""

    tier: int
    fact: str


class Charge(HomeRow, frozen=True, kw_only=True):
    """How the days of a month count in its rent, and how many days after its first it is due."""

    days: Literal["month", "thirty", "lease_month"]
    due_days: int


class HomeRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every table of a city's book."""

    city: str
    condition: tuple[Condition, ...]
    rent_share: tuple[RateRow, ...]
    rent_increase: tuple[RateRow, ...]
    rent_growth: tuple[Switch, ...]
    wage_share: tuple[RateRow, ...]
    rent_band: tuple[Band, ...]
    term: tuple[Term, ...]
    total_term: tuple[Months, ...]
    prepaid: tuple[Months, ...]
    deposit: tuple[Months, ...]
    deposit_return: tuple[Days, ...]
    deduction: tuple[Words, ...]
    supervised: tuple[Supervised, ...]
    notice: tuple[Days, ...]
    transition: tuple[Months, ...]
    space: tuple[Space, ...]
    banned_space: tuple[Words, ...]
    home_form: tuple[HomeForm, ...]
    concentrated: tuple[Concentrated, ...]
    offer: tuple[OfferTerms, ...]
    tier: tuple[Tier, ...]
    charge: tuple[Charge, ...] = ()
    arrears: tuple[Days, ...] = ()


R = TypeVar("R", bound=HomeRow)


@rule("a newer row ends an older one", "confirmed")
@checked
def rows_in_force(rows: Iterable[R], scheme: Name, on: date) -> list[R]:
    """Return the rows that hold for a scheme on a day, one for each name, in the order of names.

    Example: rows of 2021 and 2024 named alike: on 1 January 2023 the one of 2021 holds; a row of
    2025 with ``applies = false`` leaves none on and after its day.
    """
    by_name: dict[str, list[R]] = {}
    for row in rows:
        if not row.schemes or scheme in row.schemes:
            by_name.setdefault(row.name, []).append(row)
    newest = [applicable(by_name[name], on) for name in sorted(by_name)]
    return [row for row in newest if row is not None and row.applies]


def row_in_force(rows: Sequence[R], scheme: str, on: date) -> R | None:
    """Return the one row of a table that holds for a scheme on a day, or None."""
    found = unchecked(rows_in_force)(rows, scheme, on)
    if len(found) > 1:
        names = ", ".join(row.name for row in found)
        raise InputFault(f"several rows hold for {scheme} on {on} ({names}); name the one meant")
    return found[0] if found else None


def known_scheme(rows: Iterable[HomeRow], scheme: str) -> None:
    """Refuse a scheme that rows which name schemes do not know."""
    known = {name for row in rows for name in row.schemes}
    if known and scheme not in known:
        there_are = ", ".join(sorted(known))
        raise InputFault(f"scheme {scheme!r} is not in the rulebook; there are: {there_are}")


def required(rows: Sequence[R], scheme: str, on: date, what: str) -> R:
    """Return the row that holds, or say that the book has none for the day."""
    row = row_in_force(rows, scheme, on)
    if row is None:
        raise InputFault(
            f"the rulebook has no {what} for {scheme} on {on}: add a dated row, a limit is never"
            " taken from another day"
        )
    return row


@rule("R16 Shanghai: form of home by household", "unconfirmed")
@checked
def home_forms(rows: Sequence[HomeForm], heads: Count, children: Count) -> tuple[str, ...]:
    """Return the forms of home a household may have: those of the row that asks for most.

    Example, rows (1 head: bed, room, studio), (2 heads: two rooms), (2 heads, 2 children: three
    rooms): one person gets bed, room or studio; a couple with one child two rooms; with two
    children three rooms.
    """
    if children and children >= heads:
        raise InputFault(
            f"a household of {heads} heads has no {children} children: its heads count them, and"
            " somebody applies"
        )
    fitting = [r for r in rows if r.least_heads <= heads and r.least_children <= children]
    if not fitting:
        return ()
    return max(fitting, key=lambda r: (r.least_children, r.least_heads)).forms
