"""The whole story of a simulated estate in one call: supply, round, offers, a year, the books."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting
from huiguan.foundation.readers.values import natural
from huiguan.housing.explain import explain
from huiguan.housing.rules import Space, required
from huiguan.housing.supply.occupancy import convert, refit, why
from huiguan.housing.supply.places import Kind, Level, Sex, Shift, heads_allowed
from huiguan.housing.supply.reconcile import Supply, reconcile
from huiguan.housing.tenancy.leases import Stay
from huiguan.housing.tenancy.ledger import trial_balance
from huiguan.housing.told import tell
from huiguan.simulation.city.estate import BLOCK, FLOOR, City
from huiguan.simulation.city.offers import OfferStage, Wave
from huiguan.simulation.city.reception import build_city
from huiguan.simulation.city.round import RoundOutcome, run_round
from huiguan.simulation.city.year import MonthRow, Year
from huiguan.storage.homes.estate import write_estate
from huiguan.storage.homes.postings_file import write_postings
from huiguan.storage.homes.round_folder import read_frozen, read_outcome
from huiguan.storage.homes.rules import read_home_rules
from huiguan.storage.lock import hold

if TYPE_CHECKING:
    from huiguan.housing.supply.tables import ClaimOutcome

TODAY, ASKED, CHANGE = date(2026, 4, 1), date(2026, 6, 1), date(2026, 7, 1)
OFFERS, FIRST = date(2026, 7, 6), date(2026, 8, 1)


class Conversion(NamedTuple):
    """A day the block was asked to become beds, and what came of it."""

    on: date
    converted: int
    refused: int
    example: str


class CityDemo(NamedTuple):
    """Everything the demonstration shows."""

    city: City
    conversions: list[Conversion]
    supply_before: list[Supply]
    supply: list[Supply]
    outcome: RoundOutcome
    waves: list[Wave]
    months: list[MonthRow]
    counts: Counter[str]
    refusals: Counter[str]
    notes: list[str]
    together: Counter[str]
    story: dict[str, list[str]]
    postings: list[Posting]
    stays: list[Stay]
    trial: dict[str, int]


def block_flats(city: City) -> list[int]:
    """Return the flats of the block that becomes beds."""
    rows = city.occupancy.tree.rows
    block = city.occupancy.tree.index(f"MQ-{BLOCK:02d}")
    return np.flatnonzero((rows["kind"] == Kind.FLAT) & (rows["parent"] == block)).tolist()


def convert_block(city: City, on: date, only_ask: bool) -> Conversion:
    """Let every flat of the block by the bed from a day on, or only ask whether it could be.

    What was only asked is taken back on its own day, which leaves no trace.
    """
    o = city.occupancy
    flats = block_flats(city)
    refused: list[tuple[int, ClaimOutcome]] = []
    for flat in flats:
        outcome = convert(o, flat, Level.BED, on)
        if outcome.refusal:
            refused.append((flat, outcome))
        elif only_ask:
            taken_back = convert(o, flat, Level.WHOLE, on)
            assert not taken_back.refusal, taken_back
    example = why(o, *refused[0]) if refused else ""
    return Conversion(on, len(flats) - len(refused), len(refused), example)


def set_up_beds(city: City, on: date, space: Space) -> None:
    """Set up the beds of every room of the block, corridor by corridor, as the law allows."""
    o = city.occupancy
    rows = o.tree.rows
    least = Decimal(space.least_area_dm2) / 100
    for flat in block_flats(city):
        for room in np.flatnonzero((rows["parent"] == flat) & (rows["kind"] == Kind.ROOM)).tolist():
            area = Decimal(int(rows["area_dm2"][room])) / 100
            allowed = heads_allowed(area, least, space.most_heads)
            sex = Sex.MEN if rows["order"][flat] // FLOOR % 2 else Sex.WOMEN
            outcome = refit(o, room, int(rows["beds"][room]), sex, Shift.ANY, on, allowed)
            assert not outcome.refusal, why(o, room, outcome)


def story_of(city: City, outcome: RoundOutcome) -> dict[str, list[str]]:
    """Return one application's story in both languages: somebody who got the second choice."""
    number = next(
        outcome.verdicts[entry.serial - 1].number
        for entry in city.applicants
        if len(entry.choices) > 1
        and outcome.programme.get(entry.serial) == city.offerings[entry.choices[1]].name
    )
    frozen = read_frozen(outcome.folder)
    story = explain(frozen, read_outcome(outcome.folder, frozen), number)
    return {language: tell(story, language) for language in ("en", "zh")}


def run_demo(
    out: Path,
    say: Callable[[str], None],
    seed: int = 1,
    applicants: int = 20_000,
    employers: int = 40,
) -> CityDemo:
    """Run the demonstration into a folder it holds: ``estate/``, ``round/``, the year's books."""
    natural(seed, "seed")
    with hold(out, "homes demo"):
        if (out / "round").exists():
            raise InputFault(f"{out} holds a round already; name a folder that does not")
        return make_demo(out, say, seed, applicants, employers)


def make_demo(
    out: Path, say: Callable[[str], None], seed: int, applicants: int, employers: int
) -> CityDemo:
    """Build the city, hold its round, let its homes for a year; return what is to be shown."""
    rules = read_home_rules("shanghai")
    say(f"building the city of seed {seed}: {applicants:,} applications, {employers} employers")
    city = build_city(seed, TODAY, CHANGE, applicants, employers)
    before = reconcile(city.occupancy, TODAY)
    conversions = [
        convert_block(city, ASKED, only_ask=True),
        convert_block(city, CHANGE, only_ask=False),
    ]
    set_up_beds(city, CHANGE, required(rules.space, "bed", CHANGE, "space rule"))
    outcome = run_round(city, rules, out, CHANGE, seed, say)
    write_estate(out / "estate", city.occupancy)
    supply = reconcile(city.occupancy, CHANGE)
    say("making offers")
    stage = OfferStage(city, outcome, rules, OFFERS, seed)
    waves = stage.run(OFFERS)
    year = Year(city, rules, stage, FIRST, seed)
    months = year.run(say)
    write_postings(out / "postings.csv", year.office.postings)
    return CityDemo(
        city=city,
        conversions=conversions,
        supply_before=before,
        supply=supply,
        outcome=outcome,
        waves=waves,
        months=months,
        counts=year.counts,
        refusals=year.refusals,
        notes=year.notes,
        together=stage.together,
        story=story_of(city, outcome),
        postings=year.office.postings,
        stays=[stay for stays in year.office.stays.values() for stay in stays],
        trial=trial_balance(year.office.postings),
    )
