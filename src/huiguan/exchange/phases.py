"""What each phase of a trading day allows: the one table that checks, matching and clock read.

Phases follow the Trading Rules (rulebook 2.1, 2.2): a call auction takes orders, balances, and
trades at one price; continuous trading matches orders as they come; between sessions orders stay.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple, overload

from huiguan.exchange.messages import Phase
from huiguan.foundation.columns import Ints
from huiguan.foundation.kernel import formula


class Entry(IntEnum):
    """Which orders may be entered."""

    NONE = 0
    PLAIN = 1  # limit orders for the day
    ANY = 2


class Matching(IntEnum):
    """How orders that meet trade."""

    NONE = 0
    AUCTION = 1  # at a single price, when the phase begins
    CONTINUOUS = 2  # as they come


class PhaseTerms(NamedTuple):
    """What a phase allows."""

    entry: Entry
    cancel: bool
    matching: Matching
    clears: bool  # every order leaves the book when the phase begins


PHASES = {
    Phase.BEFORE_TRADING: PhaseTerms(Entry.NONE, False, Matching.NONE, False),
    Phase.NO_TRADING: PhaseTerms(Entry.NONE, False, Matching.NONE, False),
    Phase.CONTINUOUS: PhaseTerms(Entry.ANY, True, Matching.CONTINUOUS, False),
    Phase.AUCTION_ORDERING: PhaseTerms(Entry.PLAIN, True, Matching.NONE, False),
    Phase.AUCTION_BALANCE: PhaseTerms(Entry.NONE, False, Matching.NONE, False),
    Phase.AUCTION_MATCH: PhaseTerms(Entry.NONE, False, Matching.AUCTION, False),
    Phase.CLOSED: PhaseTerms(Entry.NONE, False, Matching.NONE, True),
}


def _phases(allowed: Callable[[PhaseTerms], bool]) -> int:
    """Return the phases that allow something, as the bits of a number."""
    return sum(1 << phase for phase, terms in PHASES.items() if allowed(terms))


ORDERS = _phases(lambda terms: terms.entry != Entry.NONE)
PLAIN_ORDERS = _phases(lambda terms: terms.entry == Entry.PLAIN)
CANCELS = _phases(lambda terms: terms.cancel)
TRADES = _phases(lambda terms: terms.matching != Matching.NONE)
CONTINUOUS_TRADES = _phases(lambda terms: terms.matching == Matching.CONTINUOUS)
CLEARS = _phases(lambda terms: terms.clears)


@overload
def allows(phases: int, phase: int) -> bool: ...
@overload
def allows(phases: int, phase: Ints) -> Ints: ...
@formula
def allows(phases: int, phase: int | Ints) -> bool | Ints:
    """Return whether a phase, or each of a column, is one of ``phases``: ``ORDERS`` and so on."""
    return (phases >> phase) & 1 != 0
