"""What each phase of a trading day allows: the one table that checks, matching and clock read.

Phases follow the Trading Rules (rulebook 2.1, 2.2): a call auction takes orders, balances, and
trades at one price; continuous trading matches orders as they come; between sessions orders stay.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from huiguan.exchange.messages import Phase


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
# the columns of the table, by phase, as kernels and NumPy read them
ENTRY, CANCEL, MATCHING, CLEARS = np.array([PHASES[phase] for phase in Phase], np.int64).T.copy()
