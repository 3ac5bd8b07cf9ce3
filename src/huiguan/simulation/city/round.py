"""One round of a simulated city, from supply and applications to a checked result."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from huiguan.foundation.faults import CheckFault
from huiguan.housing.people.intake import (
    ProgrammeSupply,
    Received,
    Verdict,
    programme_supply,
    verdicts,
)
from huiguan.housing.round.draw import application_number, commit_secret
from huiguan.housing.round.frozen import PartyPledge, RoundHead
from huiguan.housing.rules import HomeRules
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.occupancy import claim, why
from huiguan.housing.supply.places import Sex
from huiguan.housing.supply.reconcile import HomeState, states_on, unaccounted_places
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.simulation.city.beds import BedLot, set_lots_apart
from huiguan.simulation.city.estate import City
from huiguan.storage.homes.round_folder import read_tables
from huiguan.storage.homes.round_tables import table_bytes
from huiguan.storage.homes.round_toml import toml_bytes

POLICIES = """\
[[policy]]
name = "homes"
source = "a choice of the simulated project"
status = "invented"

[[policy.slot]]
name = "own-home"
own = true

[[policy.slot]]
name = "access"
claim = "access"
share = "5%"
rounding = "up"

[[policy]]
name = "beds"
source = "a choice of the simulated project"
status = "invented"
"""
LIST_LIMIT = 20


class RoundOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a round decided, by the serial of the application."""

    folder: Path
    owner: int  # of the round's claims
    commitment: str
    value: str
    supply: dict[str, ProgrammeSupply]
    verdicts: list[Verdict]
    programme: dict[int, str]  # serial: programme given
    order: dict[int, tuple[int, int]]  # serial: tier and place in the draw, of those in the round
    round_claims: dict[int, int]  # place: its claim for the round
    lots: list[BedLot]


def take_vacant(city: City, on: date, owner: int) -> dict[int, int]:
    """Put every unit that is neither let nor held into the round; return its claims by place."""
    claims = {}
    for code in unaccounted_places(city.occupancy, on):
        place = city.occupancy.tree.index(code)
        outcome = claim(city.occupancy, place, on, None, Purpose.ROUND, owner)
        assert not outcome.refusal, why(city.occupancy, place, outcome)
        claims[place] = outcome.claim
    return claims


Row = dict[str, str | int]


def programme_rows(
    city: City, supply: dict[str, ProgrammeSupply], reasons: dict[str, str]
) -> list[Row]:
    """Return the rows of programmes.csv."""
    by_name = {entry.name: entry for entry in city.offerings}
    return [
        {
            "programme": name,
            "stock": row.stock,
            "let": row.let,
            "held": row.held,
            "reason": reasons[name],
            "own": row.own,
            "capacity": row.capacity,
            "size_least": by_name[name].size_least,
            "size_most": by_name[name].size_most,
            "sex": ("any", "f", "m")[by_name[name].sex],
            "policy": "homes" if by_name[name].sex == Sex.ANY else "beds",
        }
        for name, row in supply.items()
    ]


def applicant_rows(city: City, found: list[Verdict]) -> dict[str, list[Row]]:
    """Return the rows of applications, choices and facts, by the name of their file."""
    applications: list[Row] = []
    choices: list[Row] = []
    facts: list[Row] = []
    place_of = {place: entry.name for entry in city.offerings for place in entry.places}
    for entry, verdict in zip(city.applicants, found, strict=True):
        number = verdict.number
        applications.append(
            {
                "number": number,
                "state": verdict.state,
                "tier": verdict.tier,
                "size": len(entry.household.members),
                "weight": 1,
                "since": "",
            }
        )
        listed = " ".join(city.offerings[row].name for row in entry.choices)
        choices.append({"number": number, "choices": listed})
        if entry.sex != Sex.ANY:
            facts.append({"number": number, "fact": "sex", "value": "fm"[entry.sex - 1]})
        if entry.home is not None:
            facts.append({"number": number, "fact": "own", "value": place_of[entry.home]})
        if entry.serial % 37 == 0:
            facts.append({"number": number, "fact": "claim", "value": "access"})
    return {"applications.csv": applications, "choices.csv": choices, "facts.csv": facts}


def write_source(folder: Path, head: RoundHead, tables: dict[str, list[Row]]) -> None:
    """Write the input folder of the round: head, policies and the four tables."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    (folder / "round.toml").write_bytes(toml_bytes(head))
    (folder / "rules/policies.toml").write_text(POLICIES, "ascii")
    for name, rows in tables.items():
        (folder / name).write_bytes(table_bytes(name, pl.DataFrame(rows)))


def judged(city: City, rules: HomeRules, on: date) -> list[Verdict]:
    """Return the state and tier of every application on the day of the freeze."""
    received = [
        Received(
            number=application_number(entry.serial),
            received=entry.serial,
            persons=entry.household.members,
            scheme=entry.scheme,
            facts=entry.facts,
        )
        for entry in city.applicants
    ]
    return verdicts(received, rules, on, "last")


def supply_on(
    city: City, found: list[Verdict], on: date
) -> tuple[dict[str, ProgrammeSupply], dict[str, str]]:
    """Return the supply of each programme, and the reasons of what is held."""
    states, owners = states_on(city.occupancy, on)
    movers = [
        entry.home
        for entry, verdict in zip(city.applicants, found, strict=True)
        if entry.home is not None and verdict.state == "in"
    ]
    supply, reasons = {}, {}
    for entry in city.offerings:
        places = list(entry.places)
        supply[entry.name] = programme_supply(states, places, movers)
        held = owners[places][states[places] == HomeState.HELD].tolist()
        reasons[entry.name] = " ".join(
            HoldReason(reason).name.lower().replace("_", "-") for reason in sorted(set(held))
        )
    return supply, reasons


class Drawn(NamedTuple):
    """A round that was frozen, drawn, allocated and checked."""

    commitment: str
    value: str


def hold_round(
    out: Path,
    on: date,
    tables: dict[str, list[Row]],
    chance: np.random.Generator,
    say: Callable[[str], None],
) -> Drawn:
    """Freeze, draw, allocate and check a round in ``out/round``; a finding is a fault."""
    secrets = {name: chance.bytes(32).hex() for name in ("housing-bureau", "notary", "tenants")}
    head = RoundHead(
        round=f"MQ-{on:%Y-%m}",
        date=on.isoformat(),
        randomness="parties",
        list_limit=LIST_LIMIT,
        party=tuple(PartyPledge(n, commit_secret(n, s)) for n, s in sorted(secrets.items())),
    )
    folder = out / "round"
    write_source(out / "round-input", head, tables)
    say("freezing the round")
    commitment = freeze(out / "round-input", folder, None)
    say("drawing")
    dice = "".join(str(face) for face in chance.integers(1, 7, 20))
    record = draw_round(folder, "", secrets, dice)
    say("allocating")
    allocate_round(folder)
    say("checking with separate code")
    findings = check_folder(folder)
    if findings:
        raise CheckFault(f"{len(findings)} findings in {folder}, the first: {findings[0].sentence}")
    return Drawn(commitment, record.value)


def run_round(
    city: City,
    rules: HomeRules,
    out: Path,
    on: date,
    seed: int,
    say: Callable[[str], None],
) -> RoundOutcome:
    """Hold a round of everything vacant; return what it decided by the serial of applications."""
    chance = np.random.default_rng([seed, 2])
    owner = int(f"{on:%Y%m%d}")
    lots = set_lots_apart(city, on, chance)
    round_claims = take_vacant(city, on, owner)
    found = judged(city, rules, on)
    supply, reasons = supply_on(city, found, on)
    tables = {
        "programmes.csv": programme_rows(city, supply, reasons),
        **applicant_rows(city, found),
    }
    drawn = hold_round(out, on, tables, chance, say)
    folder = out / "round"
    serials = {verdict.number: at + 1 for at, verdict in enumerate(found)}
    results, tickets = read_tables(folder, ("results.csv", "tickets.csv")).values()
    results = results.filter(pl.col("programme") != "")
    return RoundOutcome(
        folder=folder,
        owner=owner,
        commitment=drawn.commitment,
        value=drawn.value,
        supply=supply,
        verdicts=found,
        programme={
            serials[number]: programme
            for number, programme in results.select("number", "programme").iter_rows()
        },
        order={
            serials[number]: (found[serials[number] - 1].tier, place)
            for number, place in tickets.select("number", "place").iter_rows()
        },
        round_claims=round_claims,
        lots=lots,
    )


def choice_counts(city: City, outcome: RoundOutcome) -> Counter[str]:
    """Return how many of those in the round got which of their choices."""
    counts: Counter[str] = Counter()
    for entry in city.applicants:
        if entry.serial not in outcome.order:
            continue
        given = outcome.programme.get(entry.serial)
        listed = [city.offerings[row].name for row in entry.choices]
        if given is None:
            counts["no home"] += 1
        elif given not in listed:
            counts["own home kept"] += 1
        else:
            place = listed.index(given) + 1
            counts[f"choice {place}" if place <= 3 else "choice 4 or later"] += 1
    return counts
