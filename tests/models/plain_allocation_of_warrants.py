"""Warrants to buyers as the rules say it (rulebook 6.4), over lists, scanned for each."""

from fractions import Fraction
from typing import NamedTuple


class Paper(NamedTuple):
    name: str
    seller: str
    place: str
    region: str
    brand: str
    group: str
    old: bool
    minute: int


class Wish(NamedTuple):
    buyer: str
    units: int
    minute: int
    places: tuple[str, str]
    brands: tuple[str, str]


def shares(total: int, units: dict[str, int]) -> dict[str, int]:
    """Largest remainder: ties to the larger buyer, then by name."""
    everything = sum(units.values())
    total = min(total, everything)
    exact = {n: Fraction(total * u, everything) if everything else Fraction(0)
             for n, u in units.items()}  # fmt: skip
    found = {name: int(value) for name, value in exact.items()}
    for _ in range(total - sum(found.values())):
        best = None
        for name in sorted(units):
            if found[name] != int(exact[name]):
                continue  # had one of the rest already
            key = (exact[name] - int(exact[name]), units[name])
            if best is None or key > best[0]:
                best = (key, name)
        assert best is not None
        found[best[1]] += 1
    return found


def pairs_of(wish: Wish) -> list[tuple[str, str]]:
    found = []
    for place in (wish.places[0], wish.places[1] or wish.places[0]):
        for brand in (wish.brands[0], wish.brands[1] or wish.brands[0]):
            if (place or brand) and (place, brand) not in found:
                found.append((place, brand))
    return found


def fits(paper: Paper, place: str, brand: str) -> bool:
    return place in ("", paper.place) and brand in ("", paper.brand)


def nearby(paper: Paper, place: str, brand: str, every: list[Paper]) -> bool:
    regions = {p.region for p in every if p.place == place} if place else set()
    groups = {p.group for p in every if p.brand == brand} if brand else set()
    same_region = paper.region != "" and paper.region in regions
    same_group = paper.group != "" and paper.group in groups
    return same_region or same_group or (brand != "" and paper.brand == brand)


def plain_allocate(papers: list[Paper], wishes: list[Wish]) -> list[tuple[str, str, str]]:
    """Return warrant, buyer and rule of each assignment."""
    line = sorted(wishes, key=lambda w: (w.minute, w.buyer))
    need = {w.buyer: w.units for w in line}
    given: list[tuple[str, str, str]] = []

    def hand_out(pool: list[Paper], every: list[Paper], wish: Wish, most: int, how: str,
                 rule: str) -> int:  # fmt: skip
        for place, brand in [("", "")] if how == "any" else pairs_of(wish):
            while most:
                found = None
                for paper in sorted(pool, key=lambda p: (p.minute, p.name)):
                    ok = how == "any" or (
                        fits(paper, place, brand)
                        if how == "asked"
                        else nearby(paper, place, brand, every)
                    )
                    if ok:
                        found = paper
                        break
                if found is None:
                    break
                pool.remove(found)
                need[wish.buyer] -= 1
                most -= 1
                given.append((found.name, wish.buyer, rule))
        return most

    old, fresh = [p for p in papers if p.old], [p for p in papers if not p.old]
    every_old, every_fresh = list(old), list(fresh)
    parts = shares(len(old), need)
    for wish in line:
        left = hand_out(old, every_old, wish, parts[wish.buyer], "asked", "expiring by share")
        left = hand_out(old, every_old, wish, left, "near", "expiring by share")
        hand_out(old, every_old, wish, left, "any", "expiring by share")
    for how, rule in (("asked", "as asked"), ("near", "nearest"), ("any", "arranged")):
        for wish in line:
            hand_out(fresh, every_fresh, wish, need[wish.buyer], how, rule)
    return given
