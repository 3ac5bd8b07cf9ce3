"""A seeded city: one estate after a real one, its tenants, its applicants and employers.

The estate has 138 flats that become 440 beds on a day, and 2,475 rooms and flats besides, as a
community in Minhang was built; people, rents and choices are invented. One generator made from the
seed draws everything, in a fixed order, so a seed is a city.
"""

from datetime import date, timedelta

import msgspec
import numpy as np

from huiguan.housing.people.household import (
    EmployerCrew,
    Fact,
    Household,
    Person,
    RosterEntry,
    identity_key,
)
from huiguan.housing.round.draw import check_character
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.occupancy import claim, convert
from huiguan.housing.supply.places import Kind, Level, Sex, build_tree
from huiguan.housing.supply.tables import Occupancy

OPENED = date(2023, 2, 1)
BUILDINGS = 12
BLOCK = 5  # the building of 138 flats that become beds
FOURS, TWOS = 82, 56  # rooms of four and of two beds: 82 x 4 + 56 x 2 = 440
FLOOR = 8  # flats of the block on one corridor, which is for women or for men
KEY = b"the demo city's own identity key"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form of home: rooms (area of each, dm2), how it is let, for whom, its market rent."""

    name: str
    level: Level
    rooms: tuple[int, ...]
    flat_dm2: int
    size_least: int
    size_most: int
    market_fen: int


FORMS = {
    "studio35": Form(
        name="studio35", level=Level.WHOLE, rooms=(2_100,), flat_dm2=3_500,
        size_least=1, size_most=2, market_fen=240_000,
    ),
    "studio40": Form(
        name="studio40", level=Level.WHOLE, rooms=(2_450,), flat_dm2=4_000,
        size_least=1, size_most=2, market_fen=275_000,
    ),
    "one-bed": Form(
        name="one-bed", level=Level.WHOLE, rooms=(1_500, 1_800), flat_dm2=6_000,
        size_least=2, size_most=3, market_fen=380_000,
    ),
    "two-bed": Form(
        name="two-bed", level=Level.WHOLE, rooms=(1_300, 1_500, 1_200), flat_dm2=6_000,
        size_least=3, size_most=5, market_fen=400_000,
    ),
    "room": Form(
        name="room", level=Level.ROOM, rooms=(1_800, 1_900), flat_dm2=6_000,
        size_least=1, size_most=2, market_fen=190_000,
    ),
}  # fmt: skip
BED_MARKET = {4: 65_000, 2: 110_000}  # by beds in the room; market rent of a bed


def homes_of(building: int) -> dict[str, int]:
    """Return how many flats of each form a building has; all together 2,475 rooms and flats.

    815 + 1,421 studios, 36 one-bed and 83 two-bed flats let whole, 60 flats let as 120 rooms.
    """
    if building == BLOCK:
        return {}
    order = [b for b in range(1, BUILDINGS + 1) if b != BLOCK].index(building)
    flats = {
        "studio35": 815 // 11 + (order < 815 % 11),
        "studio40": 1_421 // 11 + (order < 1_421 % 11),
    }
    special = {1: ("one-bed", 36), 3: ("two-bed", 41), 4: ("two-bed", 42), 6: ("room", 60)}
    if building in special:
        form, count = special[building]
        flats[form] = count
    return flats


class Offering(msgspec.Struct, frozen=True, kw_only=True):
    """What applicants choose: places of one building, level and form, for one sex or any."""

    name: str
    level: Level
    size_least: int
    size_most: int
    sex: Sex
    market_fen: int
    places: tuple[int, ...]


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """One application as received: who, for which scheme, through whom, facts and wishes."""

    serial: int
    household: Household
    scheme: str
    employer: str | None
    sex: Sex  # of a person alone; ANY for a family
    facts: tuple[Fact, ...]
    choices: tuple[int, ...]  # offerings, best first
    home: int | None = None  # the present home of a tenant who takes part


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who lives in the estate when the city starts."""

    lease: int
    person: str
    place: int
    claim: int
    offering: int
    start: date
    end: date
    rent_fen: int


class City(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a round and a year start from."""

    occupancy: Occupancy
    offerings: tuple[Offering, ...]
    people: dict[str, Person]
    employers: tuple[str, ...]
    roster: tuple[RosterEntry, ...]
    crews: tuple[EmployerCrew, ...]
    applicants: tuple[Applicant, ...]
    tenants: tuple[Tenant, ...]


class Builder:
    """Rows of the tree of places, in order."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.parents: list[int] = []
        self.kinds: list[Kind] = []
        self.areas: list[int] = []
        self.dormitory: list[int] = []
        self.accessible: list[int] = []

    def add(self, code: str, parent: int, kind: Kind, area_dm2: int = 0) -> int:
        """Add a place; return its row."""
        self.codes.append(code)
        self.parents.append(parent)
        self.kinds.append(kind)
        self.areas.append(area_dm2)
        self.dormitory.append(int(code == f"MQ-{BLOCK:02d}"))
        self.accessible.append(int(code.endswith("01")))
        return len(self.codes) - 1

    def occupancy(self) -> Occupancy:
        """Return the finished tree, with nothing let and no level."""
        columns = [
            np.array(column, np.int32)
            for column in (
                self.parents, self.kinds, self.areas, self.accessible, self.dormitory
            )
        ]  # fmt: skip
        return Occupancy(build_tree(self.codes, *columns))


def build_estate() -> tuple[Occupancy, list[Offering]]:
    """Return the estate, every flat at its first level, and what is offered besides the beds."""
    rows, levels = Builder(), []
    offerings: list[Offering] = []
    community = rows.add("MQ", -1, Kind.COMMUNITY)
    for number in range(1, BUILDINGS + 1):
        building = rows.add(f"MQ-{number:02d}", community, Kind.BUILDING)
        rows.add(f"MQ-{number:02d}-laundry", building, Kind.SHARED, 4_000)
        flat_number = 0
        if number == BLOCK:
            for flat_number in range(1, FOURS + TWOS + 1):
                beds = 4 if flat_number <= FOURS else 2
                area = 2_800 if beds == 4 else 1_400
                code = f"MQ-{number:02d}-{flat_number:03d}"
                flat = rows.add(code, building, Kind.FLAT, area + 1_000)
                levels.append((flat, Level.WHOLE))
                room = rows.add(f"{code}-1", flat, Kind.ROOM, area)
                for bed in range(1, beds + 1):
                    rows.add(f"{code}-1-{bed}", room, Kind.BED)
        for name, count in homes_of(number).items():
            form, places = FORMS[name], []
            for _ in range(count):
                flat_number += 1
                code = f"MQ-{number:02d}-{flat_number:03d}"
                flat = rows.add(code, building, Kind.FLAT, form.flat_dm2)
                levels.append((flat, form.level))
                rooms = [
                    rows.add(f"{code}-{at}", flat, Kind.ROOM, area)
                    for at, area in enumerate(form.rooms, 1)
                ]
                places += rooms if form.level == Level.ROOM else [flat]
            offerings.append(
                Offering(
                    name=f"MQ-{number:02d}.{name}",
                    level=form.level,
                    size_least=form.size_least,
                    size_most=form.size_most,
                    sex=Sex.ANY,
                    market_fen=form.market_fen + 1_500 * (number % 5),
                    places=tuple(places),
                )
            )
    occupancy = rows.occupancy()
    for flat, level in levels:
        outcome = convert(occupancy, flat, level, OPENED)
        assert not outcome.refusal, outcome
    return occupancy, offerings


def bed_offerings(occupancy: Occupancy) -> list[Offering]:
    """Return the four offerings of beds: rooms of four and of two, for women and for men."""
    rows = occupancy.tree.rows
    block = occupancy.tree.index(f"MQ-{BLOCK:02d}")
    beds = np.flatnonzero(rows["kind"] == Kind.BED)
    beds = beds[rows["parent"][rows["flat"][beds]] == block]
    found = []
    for size in (4, 2):
        for sex in (Sex.WOMEN, Sex.MEN):
            rooms = rows["room"][beds]
            floors = rows["order"][rows["flat"][beds]] // FLOOR
            places = beds[(rows["beds"][rooms] == size) & (floors % 2 == (sex == Sex.MEN))]
            found.append(
                Offering(
                    name=f"MQ-{BLOCK:02d}.bed{size}-{'fm'[sex - 1]}",
                    level=Level.BED,
                    size_least=1,
                    size_most=1,
                    sex=sex,
                    market_fen=BED_MARKET[size],
                    places=tuple(places.tolist()),
                )
            )
    return found


class Maker:
    """Makes people, tenants and applications; every number comes from one generator."""

    def __init__(self, seed: int, today: date) -> None:
        self.rng = np.random.default_rng(seed)
        self.today = today
        self.people: dict[str, Person] = {}

    def person(self, sex: Sex, least_age: int = 19, most_age: int = 45) -> str:
        """Add a person with an id number of no real district; return the office's number."""
        serial = len(self.people) + 1
        age_days = self.rng.integers(least_age * 366, most_age * 365)
        birth = self.today - timedelta(days=int(age_days))
        order = 2 * (serial % 500) + (sex == Sex.MEN)  # odd for men, as in real numbers
        digits = f"99{serial // 500:04d}{birth:%Y%m%d}{order:03d}"
        number = f"P{serial:06d}"
        self.people[number] = Person(
            number=number,
            name=f"person {serial}",
            birth=birth,
            sex=sex,
            identity=identity_key(digits + check_character(digits), KEY),
        )
        return number

    def chance(self, probability: float) -> bool:
        """Return true with this probability."""
        return bool(self.rng.random() < probability)

    def sex(self) -> Sex:
        """Return women or men, each as likely."""
        return Sex(int(self.rng.integers(1, 3)))

    def facts(self, person: str, heads: int, **known: bool | str) -> tuple[Fact, ...]:
        """Return what sources said about an applicant before today."""
        day = self.today - timedelta(days=int(self.rng.integers(3, 60)))
        found = [self.fact("birth", self.people[person].birth.isoformat(), "id card", day)]
        employed = self.rng.random()
        if employed < 0.985:  # for the others nobody could say
            found.append(self.fact("employed_in_city", employed < 0.97, "social insurance", day))
        if self.chance(0.86):
            found.append(self.fact("owns_home", False, "property register", day))
        else:
            area = int(self.rng.integers(600 * heads, 2_400 * heads))
            found.append(self.fact("owns_home", True, "property register", day))
            text = f"{area // 100}.{area % 100:02d}"
            found.append(self.fact("floor_area_m2", text, "property register", day))
            if self.chance(0.95):
                found.append(self.fact("heads", heads, "household register", day))
        found += [self.fact(name, value, "employer", day) for name, value in known.items()]
        return tuple(found)

    def fact(self, name: str, value: bool | int | str, source: str, day: date) -> Fact:
        """Return one fact."""
        return Fact(name=name, value=value, source=source, known_on=day)

    def wishes(
        self, offerings: list[Offering], fitting: np.ndarray, longest: int
    ) -> tuple[int, ...]:
        """Return fitting offerings, best first: near and cheap by one's own taste."""
        length = int(self.rng.integers(2, longest + 1))
        rents = np.array([offerings[row].market_fen for row in fitting]) / 100_000
        taste = self.rng.normal(size=len(fitting)) - 0.6 * rents
        return tuple(int(fitting[at]) for at in np.argsort(-taste)[:length])


def settle_tenants(
    maker: Maker, occupancy: Occupancy, offerings: list[Offering], change: date
) -> list[Tenant]:
    """Let about half of the homes before the city starts, and hold some with a reason.

    The block's flats are let whole; every lease there ends by ``change``.
    """
    tenants: list[Tenant] = []
    rows = occupancy.tree.rows
    block = occupancy.tree.index(f"MQ-{BLOCK:02d}")
    flats = np.flatnonzero((rows["kind"] == Kind.FLAT) & (rows["parent"] == block)).tolist()
    homes = [(row, place) for row, entry in enumerate(offerings) for place in entry.places]
    for offering, place in [*homes, *((-1, flat) for flat in flats)]:
        draw = maker.rng.random()
        if draw < 0.012 and offering >= 0:
            reason = (HoldReason.REPAIR, HoldReason.SAFETY, HoldReason.SHOW_HOME)[place % 3]
            claim(occupancy, place, maker.today, None, Purpose.HELD, reason)
            continue
        if draw > 0.55:
            continue
        start = maker.today - timedelta(days=int(maker.rng.integers(40, 1_000)))
        end = maker.today + timedelta(days=int(maker.rng.integers(35, 720)))
        market = 250_000 if offering < 0 else offerings[offering].market_fen
        if offering < 0:
            end = change - timedelta(days=int(maker.rng.integers(0, 80)))
        lease = len(tenants) + 1
        outcome = claim(occupancy, place, start, end, Purpose.LET, lease)
        assert not outcome.refusal, outcome
        tenants.append(
            Tenant(
                lease=lease,
                person=maker.person(maker.sex()),
                place=place,
                claim=outcome.claim,
                offering=offering,
                start=start,
                end=end,
                rent_fen=market * int(maker.rng.integers(78, 90)) // 100,
            )
        )
    return tenants


def make_crews(
    maker: Maker, employers: int, workers: int
) -> tuple[list[RosterEntry], list[EmployerCrew]]:
    """Return employers' rosters and crews of two to six of one sex who apply together."""
    roster: list[RosterEntry] = []
    crews: list[EmployerCrew] = []
    started = maker.today - timedelta(days=400)
    while len(roster) < workers:
        employer = f"E{1 + len(crews) % employers:02d}"
        sex = maker.sex()
        size = min(int(maker.rng.integers(2, 7)), workers - len(roster))
        members = tuple(maker.person(sex) for _ in range(size))
        roster += [RosterEntry(employer=employer, person=p, start=started) for p in members]
        crews.append(
            EmployerCrew(
                number=f"C{len(crews) + 1:04d}",
                employer=employer,
                members=members,
                whole_rooms=False,
                sex=sex,
            )
        )
    return roster, crews
