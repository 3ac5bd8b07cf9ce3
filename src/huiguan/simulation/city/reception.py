"""The applications of a simulated city, as they are received, and the city they make."""

from datetime import date, timedelta

import numpy as np

from huiguan.housing.people.household import EmployerCrew, Fact, Household
from huiguan.housing.supply.places import Sex
from huiguan.simulation.city.estate import (
    Applicant,
    City,
    Maker,
    Offering,
    Tenant,
    bed_offerings,
    build_estate,
    make_crews,
    settle_tenants,
)

GROUPS = ("construction", "sanitation", "greening", "courier", "housekeeping", "health care")


class Reception:
    """Applications as they are received: crews, tenants who would move, and everybody else."""

    def __init__(self, maker: Maker, offerings: list[Offering], homes: int) -> None:
        """Take who makes people and what is offered: ``homes`` offerings, then those of beds."""
        self.maker, self.offerings, self.homes = maker, offerings, homes
        self.sizes = np.array([(e.size_least, e.size_most) for e in offerings[:homes]])
        self.received: list[Applicant] = []

    def receive(
        self,
        household: Household,
        facts: tuple[Fact, ...],
        choices: tuple[int, ...],
        sex: Sex = Sex.ANY,
        employer: str | None = None,
        home: int | None = None,
    ) -> None:
        """Write down an application; its serial is the count of those received."""
        self.received.append(
            Applicant(
                serial=len(self.received) + 1,
                household=household,
                scheme="arh" if employer is None else "bed",
                employer=employer,
                sex=sex,
                facts=facts,
                choices=choices,
                home=home,
            )
        )

    def next_household(self) -> str:
        """Return the number of the next household."""
        return f"H{len(self.received) + 1:06d}"

    def fitting(self, size: int) -> np.ndarray:
        """Return the offerings of homes for a household of this size."""
        return np.flatnonzero((self.sizes[:, 0] <= size) & (size <= self.sizes[:, 1]))

    def crews(self, crews: list[EmployerCrew]) -> None:
        """Receive every member of every crew, for beds of their sex."""
        maker = self.maker
        for number, crew in enumerate(crews):
            group = "finance" if number % 40 == 7 else GROUPS[number % len(GROUPS)]
            rows = range(self.homes, len(self.offerings))
            beds = np.array([row for row in rows if self.offerings[row].sex == crew.sex])
            for person in crew.members:
                facts = maker.facts(person, 1, employer_qualified=True, work_group=group)
                household = Household(number=self.next_household(), applicant=person)
                wishes = maker.wishes(self.offerings, beds, 2)
                self.receive(household, facts, wishes, crew.sex, crew.employer)

    def movers(self, tenants: list[Tenant]) -> None:
        """Receive every eighteenth tenant whose lease still runs for a while."""
        maker, until = self.maker, self.maker.today + timedelta(days=120)
        for tenant in [t for t in tenants if t.offering >= 0 and t.end > until][::18]:
            size = self.offerings[tenant.offering].size_least
            others = tuple(maker.person(maker.sex(), 3, 40) for _ in range(size - 1))
            household = Household(
                number=self.next_household(), applicant=tenant.person, others=others
            )
            wishes = maker.wishes(self.offerings, self.fitting(size), 6)
            facts = maker.facts(tenant.person, size)
            self.receive(household, facts, wishes, home=tenant.place)

    def everybody_else(self, applicants: int) -> None:
        """Receive households until there are so many applications; a few apply twice."""
        again: list[Applicant] = []
        while len(self.received) < applicants:
            if again and self.maker.chance(0.012):  # the same people once more
                entry = again[int(self.maker.rng.integers(0, len(again)))]
                self.receive(entry.household, entry.facts, entry.choices, entry.sex)
                continue
            self.household()
            again.append(self.received[-1])

    def household(self) -> None:
        """Receive one household of one to five people."""
        maker = self.maker
        size = int(maker.rng.choice([1, 2, 3, 4, 5], p=[0.76, 0.14, 0.06, 0.03, 0.01]))
        sex = maker.sex()
        person = maker.person(sex)
        spouse = maker.person(Sex(3 - sex)) if size > 1 else None
        children = tuple(maker.person(maker.sex(), 1, 16) for _ in range(size - 2))
        household = Household(
            number=self.next_household(), applicant=person, spouse=spouse, children=children
        )
        known: dict[str, bool | str] = {"works_for_project_owner": maker.chance(0.02)}
        facts = maker.facts(person, size, has_minor_child=bool(children), **known)
        wishes = maker.wishes(self.offerings, self.fitting(size), 10)
        self.receive(household, facts, wishes, sex if size == 1 else Sex.ANY)


def build_city(
    seed: int, today: date, change: date, applicants: int = 20_000, employers: int = 40
) -> City:
    """Return the city of a seed on a day; ``change`` is when the block becomes beds."""
    maker = Maker(seed, today)
    occupancy, offerings = build_estate()
    tenants = settle_tenants(maker, occupancy, offerings, change)
    homes = len(offerings)
    offerings += bed_offerings(occupancy)
    roster, crews = make_crews(maker, employers, applicants // 8)
    reception = Reception(maker, offerings, homes)
    reception.crews(crews)
    reception.movers(tenants)
    reception.everybody_else(applicants)
    return City(
        occupancy=occupancy,
        offerings=tuple(offerings),
        people=maker.people,
        employers=tuple(f"E{number:02d}" for number in range(1, employers + 1)),
        roster=tuple(roster),
        crews=tuple(crews),
        applicants=tuple(reception.received),
        tenants=tuple(tenants),
    )
