"""A small estate for tests: one building, approved for beds, and one that is not."""

from datetime import date

import numpy as np

from huiguan.housing.supply.claims import Purpose
from huiguan.housing.supply.occupancy import ClaimOutcome, Occupancy, claim, convert, refit
from huiguan.housing.supply.places import Kind, Level, Sex, Shift, Tree, build_tree

#   C            community
#   C-A          building approved for beds: flat A1 with room A1r (2 beds) and room A1s (1 bed)
#   C-B          building that is not: flat B1 with room B1r (1 bed), and a kitchen
ROWS = [
    ("C", "", Kind.COMMUNITY, 0, 0),
    ("A", "C", Kind.BUILDING, 0, 1),
    ("B", "C", Kind.BUILDING, 0, 0),
    ("A1", "A", Kind.FLAT, 4_000, 0),
    ("B1", "B", Kind.FLAT, 3_500, 0),
    ("A1r", "A1", Kind.ROOM, 1_500, 0),
    ("A1s", "A1", Kind.ROOM, 999, 0),
    ("B1r", "B1", Kind.ROOM, 2_000, 0),
    ("A1r1", "A1r", Kind.BED, 0, 0),
    ("A1r2", "A1r", Kind.BED, 0, 0),
    ("A1s1", "A1s", Kind.BED, 0, 0),
    ("B1r1", "B1r", Kind.BED, 0, 0),
    ("K", "B", Kind.SHARED, 800, 0),
]
MARCH, APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in range(3, 8))


def tree() -> Tree:
    codes = [row[0] for row in ROWS]
    parents = [codes.index(row[1]) if row[1] else -1 for row in ROWS]
    columns = [np.array(x, np.int32) for x in (parents, [r[2] for r in ROWS], [r[3] for r in ROWS])]
    dormitory = np.array([row[4] for row in ROWS], np.int32)
    return build_tree(codes, *columns, np.zeros_like(dormitory), dormitory)


class Estate:
    """The estate with words instead of rows, from 1 March 2026: A1 by the bed, B1 whole."""

    def __init__(self) -> None:
        self.occupancy = Occupancy(tree())
        self.convert("A1", Level.BED, MARCH)
        self.convert("B1", Level.WHOLE, MARCH)
        self.refit("A1r", 2, MARCH)
        self.refit("A1s", 1, MARCH)

    def row(self, code: str) -> int:
        return self.occupancy.tree.index(code)

    def convert(self, flat: str, level: Level, start: date) -> ClaimOutcome:
        return convert(self.occupancy, self.row(flat), level, start)

    def refit(
        self, room: str, beds: int, start: date, sex: Sex = Sex.ANY, most_beds: int = 4
    ) -> ClaimOutcome:
        return refit(self.occupancy, self.row(room), beds, sex, Shift.ANY, start, most_beds)

    def claim(
        self,
        place: str,
        start: date,
        end: date | None,
        purpose: Purpose = Purpose.LET,
        owner: int = 7,
        sex: Sex = Sex.ANY,
    ) -> ClaimOutcome:
        return claim(self.occupancy, self.row(place), start, end, purpose, owner, sex)
