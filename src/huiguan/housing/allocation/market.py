"""The arrays an allocation runs on: applicants with their choices, programmes with their slots.

A programme fills ordered groups of seats. A group asks for a claim (own home, access need, a
reserve, the movers' share) or is open. Behind the last group stands the *rest*: it holds whatever
the groups leave of the capacity and is open to everybody who may live there. Seats of a lapsing
group that nobody claims join the rest; seats of a strict group stay empty.
"""

from typing import NamedTuple

import numpy as np

from huiguan.foundation.records import Int32, Record, layout

OPEN = -1  # class of a group that asks for no claim
BARRED = -1  # a choice that is not one: not eligible, or behind the end of a list
CLASSES = 31  # claims are bits of an int32
EVERYBODY = 2**40  # what an open group asks for


class Edge(Record, frozen=True):
    """One place in one applicant's list."""

    programme: Int32  # or BARRED
    rank: Int32  # tier at the programme, from 0
    claims: Int32  # bit c is set for a claim to class c


EDGE = layout(Edge, [], 12)


class Market(NamedTuple):
    """One allocation problem. Rows of applicants stand in the order of the common lottery.

    Of two applicants the one with the smaller ``rank`` at the programme comes first, and at equal
    rank the one with the smaller row: an applicant's key is rank x 2^32 + row.
    """

    edges: np.ndarray  # EDGE [applicant, place in the list], best first
    capacity: np.ndarray  # int32 [programme]
    first_group: np.ndarray  # int32 [programme + 1]: groups of p are first_group[p]..[p + 1] - 1
    group_class: np.ndarray  # int8 [group]: class that may claim, or OPEN
    group_seats: np.ndarray  # int32 [group]
    group_lapses: np.ndarray  # int8 [group]: 1 if unclaimed seats join the rest


class Match(NamedTuple):
    """The outcome. Group ``-1`` is the rest, choice ``-1`` no home."""

    choice: np.ndarray  # int32 [applicant]: place in the list, or -1
    group: np.ndarray  # int32 [applicant]: group that holds the applicant, or -1
    group_cut: np.ndarray  # int64 [group]: key of the last one held, ALL if a seat is left
    rest_cut: np.ndarray  # int64 [programme]
    group_held: np.ndarray  # int32 [group]
    rest_held: np.ndarray  # int32 [programme]
    rest_seats: np.ndarray  # int64 [programme]: what the groups leave
    proposals: int


LOW = 2**32  # a key is rank x LOW + row
ALL = 2**62  # a cut-off that everybody clears
NOBODY = -1  # a cut-off that nobody clears
