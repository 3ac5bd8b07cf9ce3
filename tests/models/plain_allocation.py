"""The housing allocation in lists and dictionaries: read it beside the rules.

A market is applicants in the order of the lottery, each with a list of (programme, tier, claims),
and programmes with a capacity and slots (claim or None, seats, lapses) in fill order.
"""

import itertools
from dataclasses import dataclass, field

Asked = tuple[int, int, frozenset[int]]  # programme, tier, claims
Key = tuple[int, int]  # tier, row


@dataclass
class PlainProgramme:
    capacity: int
    slots: list[tuple[int | None, int, bool]] = field(default_factory=list)

    def choose(self, asking: dict[int, tuple[Key, frozenset[int]]]) -> dict[int, int]:
        """Return applicant -> slot (-1: the rest) of those kept among all who ask."""
        waiting = sorted(asking, key=lambda a: asking[a][0])
        kept: dict[int, int] = {}
        rest = self.capacity
        for row, (claim, seats, lapses) in enumerate(self.slots):
            able = [a for a in waiting if claim is None or claim in asking[a][1]][:seats]
            kept.update(dict.fromkeys(able, row))
            waiting = [a for a in waiting if a not in kept]
            rest -= len(able) if lapses else seats
        kept.update(dict.fromkeys(waiting[:rest], -1))
        return kept


@dataclass
class PlainMarket:
    lists: list[list[Asked]]
    programmes: list[PlainProgramme]

    def asking(self, match: list[int], programme: int) -> dict[int, tuple[Key, frozenset[int]]]:
        """Return who holds ``programme`` in a match of places in lists (-1: none)."""
        return {
            row: ((wishes[place][1], row), wishes[place][2])
            for row, (wishes, place) in enumerate(zip(self.lists, match, strict=True))
            if place >= 0 and wishes[place][0] == programme
        }

    def deferred_acceptance(self) -> list[tuple[int, int] | None]:
        """Return (place in the list, slot) of everybody: all free ask at once, as in 1962."""
        place = [0] * len(self.lists)
        lost = True
        slots: list[int] = []
        while lost:
            now = [p if p < len(w) else -1 for p, w in zip(place, self.lists, strict=True)]
            slots = [0] * len(self.lists)
            lost = False
            for row, programme in enumerate(self.programmes):
                asking = self.asking(now, row)
                kept = programme.choose(asking)
                for applicant in asking:
                    if applicant in kept:
                        slots[applicant] = kept[applicant]
                    else:
                        place[applicant] += 1
                        lost = True
        return [
            (p, slots[row]) if p < len(self.lists[row]) else None for row, p in enumerate(place)
        ]

    def is_stable(self, match: list[int]) -> bool:
        """Return whether every programme keeps whom it has and would turn every better-off away."""
        for row, programme in enumerate(self.programmes):
            held = self.asking(match, row)
            if programme.choose(held).keys() != held.keys():
                return False
            for applicant, wishes in enumerate(self.lists):
                place = match[applicant] if match[applicant] >= 0 else len(wishes)
                for asked, tier, claims in wishes[:place]:
                    if asked != row:
                        continue
                    more = {**held, applicant: ((tier, applicant), claims)}
                    if applicant in programme.choose(more):
                        return False
        return True

    def best_stable(self) -> list[int]:
        """Return the stable match everybody likes best, by trying every match there is."""
        every = itertools.product(*(range(-1, len(wishes)) for wishes in self.lists))
        stable = [list(match) for match in every if self.is_stable(list(match))]
        worth = [[len(self.lists[a]) if p < 0 else p for a, p in enumerate(m)] for m in stable]
        best = [min(column) for column in zip(*worth, strict=True)]
        return stable[worth.index(best)]


def immediate_acceptance(market: PlainMarket) -> list[int]:
    """Return the match of the Boston rule, kept only as a contrast: seats once given are kept."""
    match = [-1] * len(market.lists)
    for place in range(max((len(w) for w in market.lists), default=0)):
        for row, programme in enumerate(market.programmes):
            held = market.asking(match, row)
            arriving = {
                a: ((w[place][1], a), w[place][2])
                for a, w in enumerate(market.lists)
                if match[a] < 0 and len(w) > place and w[place][0] == row
            }
            free = PlainProgramme(programme.capacity - len(held))
            for applicant in free.choose(arriving):
                match[applicant] = place
    return match
