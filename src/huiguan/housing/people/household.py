"""People: one identity once, households, crews, employers' rosters, facts with source and date."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from itertools import chain
from typing import Annotated, Literal

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import (
    Name,
    identity_document,
    once,
    one_spelling,
    person_name,
    spelling,
)
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import DECIMAL, Count
from huiguan.housing.supply.places import Sex, Shift


def as_written(known_as: object, what: str) -> str:
    """Return a person's name as a register writes it; without any letter it is refused."""
    person_name(known_as, what)
    return str(known_as)


class Person(msgspec.Struct, frozen=True):
    """Somebody known to the office; ``identity`` is the keyed hash of the id number, never it."""

    number: Name
    name: Annotated[str, as_written]
    birth: date
    sex: Sex
    identity: bytes


class Household(msgspec.Struct, frozen=True):
    """Who will live together: the applicant first, then spouse, children, others."""

    number: str
    applicant: str
    spouse: str | None = None
    children: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """Return every person of the household, the applicant first."""
        spouse = () if self.spouse is None else (self.spouse,)
        return (self.applicant, *spouse, *self.children, *self.others)


class EmployerCrew(msgspec.Struct, frozen=True):
    """People of one employer who apply together: as persons, or for whole rooms."""

    number: str
    employer: str
    members: tuple[str, ...]
    whole_rooms: bool
    sex: Sex
    shift: Shift = Shift.ANY


class RosterEntry(msgspec.Struct, frozen=True):
    """A person works for an employer over [start, end); None while they do."""

    employer: str
    person: str
    start: date
    end: date | None = None


Value = bool | int | str | Decimal


class Fact(msgspec.Struct, frozen=True):
    """What a source said on a day about a person or household, until it expires."""

    name: Name
    value: Value
    source: str
    known_on: date
    expires: date | None = None


def key_bytes(key: object, _what: str) -> bytes:
    """Return the office's secret key; the sentence never shows it."""
    if not isinstance(key, bytes) or not 16 <= len(key) <= 64:
        raise InputFault("the identity key must have 16 to 64 bytes, or numbers could be tried")
    return key


@rule("one identity once: keyed hash of the id number", "assumed")
@checked
def identity_key(
    id_number: Annotated[str, identity_document], key: Annotated[bytes, key_bytes]
) -> bytes:
    """Return the hash that stands for an id number; without the key nobody can try numbers.

    The same for every spelling and renewal of a document (``identity_document``); a wrong check
    character is refused, because a
    typing error would make one person two, and so is a day of birth the calendar does not have.
    ``key`` has 16 to 64 bytes.
    """
    return blake2b(id_number.encode("ascii"), key=key, digest_size=32).digest()


class Duplicate(msgspec.Struct, frozen=True):
    """People who are one (same identity) or may be (same name and birth)."""

    reason: Literal["identity", "name and birth"]
    persons: tuple[str, ...]


@rule("one identity once", "assumed")
@checked
def find_duplicates(people: Iterable[Person]) -> list[Duplicate]:
    """Return every group of records of one identity, then those alike in name and birth only.

    Names are compared by their letters, marks and digits alone: width, case, blanks, middle dots
    and other signs differ from keyboard to keyboard. The order of the input does not matter; a
    person's number stands once.
    """
    known = list(people)
    once([person.number for person in known], "people")
    by_identity, by_name = defaultdict(set), defaultdict(set)
    for person in known:
        if not person.identity:
            raise InputFault(f"person {person.number} has no identity; make one by identity_key")
        by_identity[person.identity].add(person.number)
        alike = person_name(person.name, f"name of {person.number}")
        by_name[alike, person.birth].add((person.number, person.identity))
    certain = {tuple(sorted(group)) for group in by_identity.values() if len(group) > 1}
    possible = {
        tuple(sorted(number for number, _ in group))
        for group in by_name.values()
        if len({identity for _, identity in group}) > 1
    }
    return [Duplicate(reason="identity", persons=group) for group in sorted(certain)] + [
        Duplicate(reason="name and birth", persons=group) for group in sorted(possible)
    ]


class Application(msgspec.Struct, frozen=True):
    """One application: its number, the order it was received in, and everybody it houses."""

    number: Name
    received: Count
    persons: tuple[Name, ...]


def one_application_a_number(numbers: Sequence[str], persons: Iterable[Sequence[str]]) -> None:
    """Refuse a number given twice, a person twice or in two spellings, and one without persons."""
    once(numbers, "applications")
    one_spelling(numbers, "applications")
    everybody = list(persons)
    for number, members in zip(numbers, everybody, strict=True):
        once(members, f"persons of application {number}")
        if not members:
            raise InputFault(f"application {number} houses nobody; name its persons")
    one_spelling(chain.from_iterable(everybody), "persons")


@rule("a person counts in one application: last, first or void by policy", "assumed")
@checked
def applications_that_stand(
    applications: Sequence[Application], policy: Literal["last", "first", "void"]
) -> dict[str, bool]:
    """Return for each number whether it stands, when nobody may be housed by two.

    A number stands once: of a form that was sent again only the newest is given.
    ``last``: from the latest on, an application falls if it shares a person with one that stands.
    ``first``: so from the earliest on. ``void``: all that share a person fall. A child, a crew
    member and an applicant count alike.

    Example: ann and ben apply, then ben alone:
    ``applications_that_stand([Application(number="A", received=1, persons=("ann", "ben")),
    Application(number="B", received=2, persons=("ben",))], "last")`` is
    ``{"A": False, "B": True}``; with ``"first"`` only A stands, with ``"void"`` both fall.
    """
    one_application_a_number(
        [entry.number for entry in applications], (entry.persons for entry in applications)
    )
    stands: dict[str, bool] = {}
    if policy == "void":
        uses: dict[str, int] = defaultdict(int)
        for entry in applications:
            for person in set(entry.persons):
                uses[person] += 1
        for entry in applications:
            stands[entry.number] = all(uses[person] == 1 for person in entry.persons)
        return stands
    housed: set[str] = set()
    order = sorted(applications, key=lambda a: (a.received, a.number), reverse=policy == "last")
    for entry in order:
        stands[entry.number] = housed.isdisjoint(entry.persons)
        if stands[entry.number]:
            housed.update(entry.persons)
    return {entry.number: stands[entry.number] for entry in applications}


def roster_on(roster: Iterable[RosterEntry], employer: str, on: date) -> set[str]:
    """Return who works for an employer on a day."""
    return {
        entry.person
        for entry in roster
        if entry.employer == employer
        and entry.start <= on
        and (entry.end is None or on < entry.end)
    }


@rule("the newest fact that has not expired", "assumed")
@checked
def fact_on(facts: Iterable[Fact], name: str, on: date) -> Fact | None:
    """Return the newest fact of a name known on a day, or None: missing, expired or contradicted.

    A fact counts on its own day and no longer on the day it expires. Two sources that say different
    things on the same newest day leave the answer unknown; 44.9 and 44.90 are the same.
    """
    known = []
    for fact in facts:
        if fact.expires is not None and fact.expires <= fact.known_on:
            raise InputFault(
                f"{fact.name} expires {fact.expires}, before a day after {fact.known_on}, when it"
                " became known; correct one of the two days"
            )
        if (
            fact.name == name
            and fact.known_on <= on
            and (fact.expires is None or on < fact.expires)
        ):
            known.append(fact)
    if not known:
        return None
    newest = max(fact.known_on for fact in known)
    same_day = [fact for fact in known if fact.known_on == newest]
    if len({meaning(fact.value) for fact in same_day}) > 1:
        return None
    return min(same_day, key=lambda fact: fact.source)


def true_or_false(fact: Fact) -> bool:
    """Return the value of a fact that holds or not; a word would be taken for one of them."""
    if not isinstance(fact.value, bool):
        raise InputFault(f"{fact.name} must be true or false, not {fact.value!r}")
    return fact.value


def meaning(value: Value) -> tuple[str, bool | Decimal | str]:
    """Return what a value says: numbers by their size, words without case and width of letters."""
    if isinstance(value, bool):
        return "yes or no", value
    if not isinstance(value, str):
        return "number", Decimal(value)
    if DECIMAL.fullmatch(value):
        return "number", Decimal(value)
    return "word", spelling(" ".join(value.split())).casefold()
