"""Which buyer gets which warrant, and by which rule: time, whole units, nearest, the rest (6.4).

Warrants that cannot serve next month's delivery are spread over all buyers by share. Then buyers
are served in the order of their declarations by what they asked for, while it lasts; then by what
is nearest; then the exchange arranges the rest. The result does not depend on the order in which
buyers and warrants are given.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from huiguan.exchange.amounts import whole_shares
from huiguan.foundation.readers.signatures import unchecked


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A warrant that a seller handed in: one delivery unit."""

    id: str
    seller: str
    facility: str
    region: str = ""
    brand: str = ""
    group: str = ""
    expiring: bool = False  # cannot serve next month's delivery
    handed_in: int = 0  # minute, counted from anywhere


class Intention(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer declared: how many units, when, and what he would like, first and second."""

    buyer: str
    units: int
    declared: int  # minute, counted from anywhere; the earlier is served first
    facility: str = ""
    second_facility: str = ""
    brand: str = ""
    second_brand: str = ""


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One warrant to one buyer, the rule that gave it, and in which turn."""

    number: int
    warrant: str
    seller: str
    buyer: str
    rule: str
    asked: str


Key = tuple[str, str]  # facility, brand
EXPIRING, ASKED, NEAREST, REST = ("expiring by share", "as asked", "nearest", "arranged")


class Stock:
    """Warrants by place and brand; the first handed in goes first."""

    def __init__(self, offered: Iterable[Offered]) -> None:
        """Sort warrants into their places."""
        self.heaps: dict[Key, list[tuple[int, str]]] = {}
        self.rows = {row.id: row for row in offered}
        self.regions: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.within: dict[tuple[str, str], set[Key]] = {}  # ("region", name) and the like
        for row in self.rows.values():
            key = (row.facility, row.brand)
            self.heaps.setdefault(key, []).append((row.handed_in, row.id))
            self.regions[row.facility] = row.region
            self.groups[row.brand] = row.group
        for key in self.heaps:
            for part in self.parts(key):
                self.within.setdefault(part, set()).add(key)
        for heap in self.heaps.values():
            heapq.heapify(heap)

    def pick(self, keys: Sequence[Key], most: int) -> Iterator[Offered]:
        """Take up to ``most`` warrants of these places and brands, the first handed in first."""
        heads = [(self.heaps[key][0], key) for key in keys if key in self.heaps] if most else []
        heapq.heapify(heads)
        for _ in range(most):
            if not heads:
                return
            (_, name), key = heads[0]
            heap = self.heaps[key]
            heapq.heappop(heap)
            if heap:
                heapq.heapreplace(heads, (heap[0], key))
            else:
                for part in self.parts(key):
                    self.within[part].discard(key)
                del self.heaps[key]
                heapq.heappop(heads)
            yield self.rows[name]

    def parts(self, key: Key) -> list[tuple[str, str]]:
        """Return what a place and a brand belong to; what has no name belongs to nothing."""
        place, brand = key
        of = (("place", place), ("brand", brand), ("region", self.regions[place]))
        return [part for part in (*of, ("group", self.groups[brand])) if part[1]]

    def asked(self, facility: str, brand: str) -> Iterable[Key]:
        """Return what is of a place and a brand; "" is any."""
        if facility and brand:
            return [(facility, brand)]
        part = ("place", facility) if facility else ("brand", brand)
        return self.within.get(part, ())

    def near(self, facility: str, brand: str) -> Iterable[Key]:
        """Return what is of the region of a place, or of a brand or its group."""
        region, group = self.regions.get(facility, ""), self.groups.get(brand, "")
        wanted = (("region", region), ("brand", brand), ("group", group))
        return set().union(*(self.within.get(part, ()) for part in wanted if part[1]))


def wishes(intention: Intention) -> list[tuple[str, str]]:
    """Return what a buyer asked for, in his order: first place with either brand, then second."""
    places = dict.fromkeys((intention.facility, intention.second_facility or intention.facility))
    brands = dict.fromkeys((intention.brand, intention.second_brand or intention.brand))
    return [(place, brand) for place in places for brand in brands if place or brand]


def in_order(intentions: Iterable[Intention]) -> list[Intention]:
    """Return intentions by the time of their declaration, then by name."""
    return sorted(intentions, key=lambda row: (row.declared, row.buyer))


def asked_words(place: str, brand: str) -> str:
    """Return a wish in words: place and brand."""
    return " ".join(part for part in (place, brand) if part)


class Turn:
    """An allocation under way: what buyers still need, and what was given."""

    def __init__(self, intentions: Sequence[Intention]) -> None:
        """Begin with everything needed."""
        self.buyers = in_order(intentions)
        self.need = {row.buyer: row.units for row in self.buyers}
        self.given: list[Assignment] = []

    def give(self, buyer: str, found: Offered, by: str, asked: str) -> None:
        """Note one assignment."""
        self.need[buyer] -= 1
        number = len(self.given) + 1
        row = Assignment(
            number=number,
            warrant=found.id,
            seller=found.seller,
            buyer=buyer,
            rule=by,
            asked=asked,
        )
        self.given.append(row)

    def serve(self, row: Intention, stock: Stock, most: int, by: str, *, near: bool) -> int:
        """Give a buyer up to ``most`` of what he asked for, or of what is near; return the rest."""
        left = most
        for place, brand in wishes(row):
            if not left:
                break
            keys = stock.near(place, brand) if near else stock.asked(place, brand)
            for found in stock.pick(list(keys), left):
                self.give(row.buyer, found, by, asked_words(place, brand))
                left -= 1
        return left


def allocate(
    offered: Sequence[Offered], intentions: Sequence[Intention], *, by_share: bool = True
) -> list[Assignment]:
    """Return every assignment in the order it was made.

    ``by_share`` spreads expiring warrants over all buyers; without it they are served as others
    are. Where there are fewer warrants than needed, who declared last goes without.
    """
    turn = Turn(intentions)
    old = Stock(row for row in offered if row.expiring and by_share)
    fresh = Stock(row for row in offered if not (row.expiring and by_share))
    shares = unchecked(whole_shares)(len(old.rows), turn.need)
    for row in turn.buyers:
        left = turn.serve(row, old, shares[row.buyer], EXPIRING, near=False)
        left = turn.serve(row, old, left, EXPIRING, near=True)
        for found in old.pick(list(old.heaps), left):
            turn.give(row.buyer, found, EXPIRING, "")
    for near, by in ((False, ASKED), (True, NEAREST)):
        for row in turn.buyers:
            turn.serve(row, fresh, turn.need[row.buyer], by, near=near)
    for row in turn.buyers:
        for found in fresh.pick(list(fresh.heaps), turn.need[row.buyer]):
            turn.give(row.buyer, found, REST, "")
    return turn.given
