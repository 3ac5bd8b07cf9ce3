"""The lists of names that mechanisms are given, read before anybody is matched.

Everybody stands once in a list and has one spelling in all of them: who is written in two ways
would be two, and one of the two would get nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Annotated

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import distinct, name, name_or_number, once, one_spelling
from huiguan.foundation.readers.values import natural, shown, whole_number

MOST_SEATS = 2**31 - 1


def name_lists(value: object, what: str) -> Mapping[str, Sequence[str]]:
    """Return a mapping of name -> list of names, best first; each distinct name is read once."""
    if not isinstance(value, Mapping):
        raise InputFault(f"{what}: {shown(value)} is no mapping; give one, as {{'a': ['P']}}")
    seen: set[str] = set()
    known: set[int] = set()  # one line may be given for every programme
    for who, wishes in value.items():
        if id(wishes) not in known:
            known.add(id(wishes))
            seen.update(in_order_once(wishes, who, what))
    for entry in chain(seen, value):
        name_or_number(entry, what)
    one_spelling(seen, what)
    one_spelling(value, what)
    return value


def in_order_once(wishes: object, who: object, what: str) -> Sequence[str]:
    """Return the list of ``who``, which has an order and names nobody twice."""
    if isinstance(wishes, str):
        raise InputFault(f"the list of {who} is the text {shown(wishes)}; give a list of names")
    if not isinstance(wishes, Sequence):
        raise InputFault(f"{what}: {shown(wishes)} of {who} is no list in an order; give one")
    try:
        different = len(set(wishes))
    except TypeError:
        raise InputFault(f"{what}: the list of {who} holds what is no name") from None
    if different != len(wishes):
        twice = next(entry for at, entry in enumerate(wishes) if entry in wishes[:at])
        raise InputFault(f"the list of {who} names {shown(twice)} twice; each name counts once")
    return wishes


def claim_lists(value: object, what: str) -> dict[str, tuple[str, ...]]:
    """Return a mapping of applicant -> claims held; one alone may stand there as a text."""
    if not isinstance(value, Mapping):
        raise InputFault(f"{what}: {shown(value)} is no mapping; give one, as {{'a': ['own']}}")
    read = {
        name_or_number(who, what): claims_named(held, f"{what} of {shown(who)}")
        for who, held in value.items()
    }
    one_spelling(read, what)
    one_spelling(chain.from_iterable(read.values()), what)
    return read


def claims_named(value: object, what: str) -> tuple[str, ...]:
    """Return the claims of a list, or of a text that is one; "" stands for everybody."""
    if isinstance(value, str):
        return (claim_named(value, what),)
    if not isinstance(value, Iterable):
        raise InputFault(f"{what}: {shown(value)} is no list of claims; give one")
    return tuple(claim_named(entry, what) for entry in value)


def claim_named(value: object, what: str) -> str:
    """Return the claim a slot asks for; "" is open to everybody."""
    return "" if value == "" else name(value, what)


def seats_named(value: object, what: str) -> int:
    """Return a number of seats."""
    number = whole_number(value, what, most=MOST_SEATS)
    if number < 0:
        raise InputFault(f"{what}: {number} is below 0; there is no negative number of seats")
    return number


Who = Annotated[str, name_or_number]
Line = Annotated[Sequence[str], partial(distinct, each=name_or_number)]  # everybody once
Lists = Annotated[Mapping[str, Sequence[str]], name_lists]
Capacities = Mapping[Who, int]
Claims = Annotated[Mapping[str, Collection[str]], claim_lists]
ClaimNames = Annotated[Collection[str], claims_named]
ClaimName = Annotated[str, claim_named]
Seats = Annotated[int, seats_named, "seats"]


def check_lists(
    preferences: Mapping[str, Sequence[str]],
    priorities: Mapping[str, Sequence[str]],
    capacities: Mapping[str, int],
) -> None:
    """Refuse programmes without capacity, negative capacities, and names in two spellings."""
    for programme, seats in capacities.items():
        if seats < 0:
            raise InputFault(f"{programme} has {seats} seats; a capacity is zero or more")
        if seats > MOST_SEATS:
            raise InputFault(f"{programme} has {seats} seats, more than {MOST_SEATS:,}")
    listed = set(chain.from_iterable(preferences.values()))
    if not listed <= capacities.keys():
        name, programme = next(
            (who, p) for who, wishes in preferences.items() for p in wishes if p not in capacities
        )
        raise InputFault(f"{name} lists {programme}, which has no capacity; name its seats")
    for programme in priorities:
        if programme not in capacities:
            raise InputFault(f"{programme} has priorities but no capacity; name its seats")
    everybody: set[str] = set()
    for line in {id(line): line for line in priorities.values()}.values():
        everybody.update(line)
    one_spelling(chain(preferences, everybody), "applicants")
    one_spelling(capacities, "programmes")


def check_choice(order: Sequence[str], capacity: int, seats: Collection[int]) -> None:
    """Refuse an order that names somebody twice, and negative seats."""
    once(order, "order")
    for number in (capacity, *seats):
        natural(number, "seats")


def check_strict(strict: Iterable[str], claims: Iterable[str]) -> None:
    """Refuse a strict claim that no slot asks for: its seats would be filled by everybody."""
    unknown = sorted(set(strict) - {"", *claims})
    if unknown:
        raise InputFault(f"strict: no slot asks for the claim {unknown[0]!r}; name one that does")
