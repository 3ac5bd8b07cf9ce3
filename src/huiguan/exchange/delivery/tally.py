"""Goods and warrants at each place by day: what published figures are cut from (6.9)."""

import msgspec

from huiguan.exchange.delivery.warrants import AT_THE_PLACE, State, Warrant

REGISTERED = (State.ISSUED, State.FROZEN, State.PLEDGED)
Place = tuple[str, str]  # product, facility


class Standing(msgspec.Struct, frozen=True):
    """Thousandths of one product at each facility: its goods, and its warrants."""

    goods: dict[str, int]
    papers: dict[str, int]


class Tally(msgspec.Struct):
    """What every day changed, in thousandths: (goods, warrants) by product and facility."""

    days: dict[int, dict[Place, tuple[int, int]]] = {}

    def put(self, before: Warrant | None, after: Warrant, day: int) -> None:
        """Count one step of a warrant."""
        goods = goods_of(after) - (goods_of(before) if before else 0)
        papers = papers_of(after) - (papers_of(before) if before else 0)
        if goods or papers:
            own, place = self.days.setdefault(day, {}), (after.product, after.facility)
            was = own.get(place, (0, 0))
            own[place] = (was[0] + goods, was[1] + papers)

    def on(self, day: int) -> dict[str, Standing]:
        """Return what stands after a day, by product."""
        found: dict[str, Standing] = {}
        for of, changes in self.days.items():
            if of > day:
                continue
            for (product, facility), (goods, papers) in changes.items():
                own = found.setdefault(product, Standing({}, {}))
                own.goods[facility] = own.goods.get(facility, 0) + goods
                own.papers[facility] = own.papers.get(facility, 0) + papers
        return found

    def copy(self) -> "Tally":
        """Return a tally that goes on by itself."""
        return Tally({day: dict(changes) for day, changes in self.days.items()})


def goods_of(warrant: Warrant) -> int:
    """Return the thousandths that lie at a place, with a warrant or without."""
    there = warrant.state in AT_THE_PLACE and warrant.state != State.APPROVED
    return (warrant.actual or warrant.quantity) if there else 0


def papers_of(warrant: Warrant) -> int:
    """Return the thousandths of a warrant that counts as one: registered and not too old."""
    return (warrant.actual or warrant.quantity) if warrant.state in REGISTERED else 0
